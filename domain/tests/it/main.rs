//! The domain seen from outside: whole calls, and what holds for all of them.

mod desk;
mod properties;
mod stories;
