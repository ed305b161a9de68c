//! Local files behave like every other recording store.
#![allow(clippy::unwrap_used, reason = "a test reports by panicking")]
use adapters_recordings::{ObjectRecordings, OpenError, Place, S3Access};
use frontdesk_ports::{RecordingStore, conformance};

fn http() -> reqwest::ClientBuilder {
    reqwest::Client::builder().no_proxy()
}

#[tokio::test]
async fn on_files() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path().join("data/recordings");
    let store = ObjectRecordings::open(&Place::folder(&root), 200, http()).unwrap();
    conformance::recording_store::all(&store, 200).await;
    let names: Vec<_> = std::fs::read_dir(&root).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert_eq!(names, ["test-RE1"], "nothing half-written is left behind");
}

#[tokio::test]
async fn unfinished_files_are_removed() {
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, is_old: bool| {
        let file = std::fs::File::create(folder.path().join(name)).unwrap();
        if is_old {
            file.set_modified(std::time::SystemTime::UNIX_EPOCH).unwrap();
        }
    };
    let files = || {
        let entries = std::fs::read_dir(folder.path()).unwrap();
        let mut names: Vec<_> =
            entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    };
    write("test-RE1", true);
    write("test-RE1#1", false);
    write("test-RE1#2", false);
    write("test-RE2#1", false);
    write("test-RE3#12", true);
    write("ours#draft", true);
    std::fs::create_dir(folder.path().join("folder#1")).unwrap();
    let dir = std::fs::File::open(folder.path().join("folder#1")).unwrap();
    dir.set_modified(std::time::SystemTime::UNIX_EPOCH).unwrap();
    let store = ObjectRecordings::open(&Place::folder(folder.path()), 200, http()).unwrap();
    assert_eq!(
        files(),
        ["folder#1", "ours#draft", "test-RE1", "test-RE1#1", "test-RE1#2", "test-RE2#1"],
        "another instance may still write a new one"
    );
    let name = frontdesk_ports::AudioName::new(&"test:CA1".parse().unwrap(), &"RE1".parse().unwrap());
    assert!(store.delete(&name).await.unwrap());
    assert_eq!(files(), ["folder#1", "ours#draft", "test-RE2#1"], "no file of the erased audio remains");
}

/// A prefix with characters that must be encoded in a URL.
const HERE: &str = "Büro Nord/stimmen+mehr=1";

/// On a server that speaks S3, if `FRONTDESK_TEST_S3` gives its address; the bucket `frontdesk` must exist.
#[tokio::test]
async fn on_s3() {
    #[expect(clippy::disallowed_methods, reason = "the test command names the server")]
    let Ok(endpoint) = std::env::var("FRONTDESK_TEST_S3") else {
        println!("skipped: FRONTDESK_TEST_S3 names no server");
        return;
    };
    let _ = rustls::crypto::ring::default_provider().install_default();
    let place = |prefix: &str, secret: &str| Place {
        url: format!("s3://frontdesk/{prefix}"),
        s3: Some(S3Access {
            // People write addresses with and without a slash at the end.
            endpoint: Some(format!("{endpoint}/")),
            region: None,
            access_key_id: "frontdesk".into(),
            secret_access_key: secret.into(),
        }),
    };
    let store = ObjectRecordings::open(&place(HERE, "the tests key"), 200, http()).unwrap();
    conformance::recording_store::all(&store, 200).await;
    let other_prefix =
        ObjectRecordings::open(&place("messages/other", "the tests key"), 200, http()).unwrap();
    let name = frontdesk_ports::AudioName::new(&"test:CA1".parse().unwrap(), &"RE1".parse().unwrap());
    assert!(store.read(&name, 0..12).await.unwrap().is_some());
    assert_eq!(other_prefix.read(&name, 0..12).await.unwrap(), None, "a prefix of its own");
    let wrong_key = ObjectRecordings::open(&place(HERE, "another key"), 200, http()).unwrap();
    assert!(wrong_key.read(&name, 0..12).await.is_err(), "the server checks the key");
}

#[test]
fn an_unknown_address_is_reported() {
    let place = |url: &str| Place { url: url.into(), s3: None };
    assert!(
        matches!(ObjectRecordings::open(&place("ftp://x"), 1, http()), Err(OpenError::Scheme(scheme)) if scheme == "ftp")
    );
    let refused = ObjectRecordings::open(&place("file:///proc/frontdesk"), 1, http());
    assert!(matches!(refused, Err(OpenError::Folder { .. })));
    assert!(matches!(ObjectRecordings::open(&place("s3://bucket"), 1, http()), Err(OpenError::Bucket(_))));
}
