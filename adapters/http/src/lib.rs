//! The HTTP adapter for users, programs and operators: the feed, the API, live updates, and health checks.
//!
//! [`routes`] is one table of paths, permissions and handlers (`router`). A request passes the middleware, then the guard
//! (`auth`), and reaches a handler of a few lines in `pages` or `api`, which calls a driving port and renders a template or
//! JSON. Handlers return a `Problem` for anything that goes wrong.

mod api;
mod assets;
mod auth;
mod contacts;
pub mod export;
mod filter;
mod flash;
mod health;
mod i18n;
mod middleware;
mod pages;
mod problem;
mod query;
pub mod range;
mod router;
mod services;
mod sse;
mod templates;

pub use auth::trusted_proxy::{FederatedSignIn, TrustedProxy};
pub use middleware::path_prefix::PathPrefix;
pub use router::{RouteAccess, health_routes, metrics_routes, route_list, routes};
use services::State;
pub use services::{Rules, Services};
