//! What the core needs from the outside.

pub(crate) mod access_store;
pub(crate) mod audit_trail;
pub(crate) mod call_figures;
pub(crate) mod call_log;
pub(crate) mod carrier;
pub(crate) mod carrier_account;
pub(crate) mod clock;
pub(crate) mod contact_store;
pub(crate) mod daily_figures;
pub(crate) mod done_links;
pub(crate) mod identity_provider;
pub(crate) mod job_queue;
pub(crate) mod messenger;
pub(crate) mod operations_log;
pub(crate) mod outbox;
pub(crate) mod override_store;
pub(crate) mod prompt_audio;
pub(crate) mod public_url_probe;
pub(crate) mod recording_store;
pub(crate) mod retention;
pub(crate) mod sound_meter;
pub(crate) mod spool;
pub(crate) mod transcriber;
pub(crate) mod voice;
pub(crate) mod work_store;
