//! The API for programs: `/api/v1`.

pub(crate) mod calls;
pub(crate) mod openapi;
pub(crate) mod outages;
pub(crate) mod stats;
pub(crate) mod voicemail;
pub(crate) mod wire;
pub(crate) mod work;
