//! The fuzz targets: what each does with its input, and what must hold for every input. `main` passes inputs from
//! libFuzzer; the test `seeds` runs the corpus in the repository.

mod carrier;
mod files;

/// A target: its name, which is also the name of its corpus' folder, and what it does.
pub type Target = (&'static str, fn(&[u8]));

/// All parsers of external input.
pub const TARGETS: [Target; 8] = [
    ("form", carrier::form),
    ("signature", carrier::signature),
    ("dialogue", carrier::dialogue),
    ("twiml", carrier::twiml),
    ("flow", files::flow),
    ("settings", files::settings),
    ("spool", files::spool),
    ("range", files::range),
];

/// The target of that name.
pub fn target(name: &str) -> Option<fn(&[u8])> {
    TARGETS.iter().find(|(known, _)| *known == name).map(|(_, run)| *run)
}
