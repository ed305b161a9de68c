//! Whole calls through everything that `main` starts: the real routes, the real client, a database in a file, the
//! simulated carrier over loopback HTTP. The clock stands still unless a call moves it.
#![allow(clippy::unwrap_used, reason = "a test reports by panicking")]

mod api;
mod backup;
mod callbacks;
mod calls;
mod carrier_faults;
mod disk;
mod doctor;
mod elsewhere;
mod fault_proxy;
mod faults;
mod figures;
mod flows;
mod harness;
mod people;
mod second_factor;
mod settings;
mod slow_clients;
mod standing;
mod surroundings;
mod work;
