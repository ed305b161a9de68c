//! What the core needs from the outside.

pub(crate) mod access_store;
pub(crate) mod audit_trail;
pub(crate) mod call_figures;
pub(crate) mod call_log;
pub(crate) mod carrier;
pub(crate) mod carrier_account;
pub(crate) mod clock;
pub(crate) mod effect_queue;
pub(crate) mod front_door;
pub(crate) mod identity_provider;
pub(crate) mod ledger;
pub(crate) mod messenger;
pub(crate) mod outbox;
pub(crate) mod recording_store;
pub(crate) mod retention;
pub(crate) mod sound_meter;
pub(crate) mod spool;
pub(crate) mod standing_store;
pub(crate) mod transcriber;
pub(crate) mod work_store;
