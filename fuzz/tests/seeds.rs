//! Runs every input of the corpus through its target.
use std::path::Path;

#[test]
fn the_corpus_finds_no_fault() {
    for (name, run) in fuzz::TARGETS {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus").join(name);
        let mut seeds = 0;
        for entry in std::fs::read_dir(&folder).expect("each target has a corpus") {
            run(&std::fs::read(entry.expect("a readable folder").path()).expect("a readable file"));
            seeds += 1;
        }
        assert!(seeds >= 3, "{name} has {seeds} seeds");
    }
}
