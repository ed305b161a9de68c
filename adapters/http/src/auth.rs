//! Who sent a request, and what they may do.

pub(crate) mod browser_name;
pub(crate) mod csrf;
pub(crate) mod guard;
pub(crate) mod oidc;
pub(crate) mod session;
pub(crate) mod trusted_proxy;
pub(crate) mod visitor;
