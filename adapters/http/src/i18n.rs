//! Language, messages, and how numbers and times are shown to a reader.

pub(crate) mod locale;
pub(crate) mod messages;
pub(crate) mod phone_format;
pub(crate) mod viewer;
