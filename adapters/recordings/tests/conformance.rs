//! Local files behave like every other recording store.
#![allow(clippy::unwrap_used, reason = "a test reports by panicking")]

use adapters_recordings::{ObjectRecordings, OpenError};
use frontdesk_ports::conformance;

#[tokio::test]
async fn on_files() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path().join("data/recordings");
    let store = ObjectRecordings::open(&format!("file://{}", root.display()), 200).unwrap();
    conformance::recording_store::all(&store, 200).await;
    let names: Vec<_> = std::fs::read_dir(&root).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert_eq!(names, ["test-RE1"], "nothing half-written is left behind");
}

#[test]
fn an_unknown_address_is_told_so() {
    assert!(
        matches!(ObjectRecordings::open("ftp://x", 1), Err(OpenError::Scheme(scheme)) if scheme == "ftp")
    );
    let refused = ObjectRecordings::open("file:///proc/frontdesk", 1);
    assert!(matches!(refused, Err(OpenError::Folder { .. })));
}
