//! The recording store.
use bytes::Bytes;
use frontdesk_domain::call::StoredAudio;

use super::leg;
use crate::{AudioName, AudioStream, CarrierError, FetchedAudio, PutError, RecordingStore};

/// A stream of ready pieces.
struct Pieces(std::vec::IntoIter<Result<Bytes, CarrierError>>);

impl futures_core::Stream for Pieces {
    type Item = Result<Bytes, CarrierError>;
    fn poll_next(
        mut self: std::pin::Pin<&mut Self>,
        _: &mut std::task::Context<'_>,
    ) -> std::task::Poll<Option<Self::Item>> {
        std::task::Poll::Ready(self.0.next())
    }
}

/// Audio in pieces, as a carrier would send it.
pub fn sent(media_type: &str, length: Option<u64>, pieces: Vec<Result<Bytes, CarrierError>>) -> FetchedAudio {
    let audio: AudioStream = Box::pin(Pieces(pieces.into_iter()));
    FetchedAudio { media_type: media_type.into(), length, audio }
}

fn name(id: &str) -> AudioName {
    AudioName::new(&leg("CA1"), &id.parse().unwrap())
}

fn wav(bytes: &[u8]) -> Bytes {
    let mut all = b"RIFF\x00\x00\x00\x00WAVE".to_vec();
    all.extend(bytes);
    all.into()
}

/// Checks every claim about the store. `cap` is its size limit in bytes, which must be small and at least 100.
pub async fn all(store: &dyn RecordingStore, cap: u64) {
    let whole = wav(&[7; 50]);
    let pieces = vec![Ok(whole.slice(..5)), Ok(whole.slice(5..20)), Ok(Bytes::new()), Ok(whole.slice(20..))];
    assert_eq!(store.read(&name("RE1"), 0..1).await.unwrap(), None, "nothing is there before it is put");
    let stored = store.put(&name("RE1"), sent("audio/x-wav", Some(62), pieces)).await.unwrap();
    let sha256 = "ee023626826909f4a727f14e7b92518b54fd2d1dedcd3a65a3fc030790b79a78";
    assert_eq!((stored.bytes, stored.media_type.as_str(), stored.sha256.as_str()), (62, "audio/wav", sha256));
    assert_eq!(store.read(&name("RE1"), 0..62).await.unwrap(), Some(whole.clone()));
    assert_eq!(store.read(&name("RE1"), 3..9).await.unwrap(), Some(whole.slice(3..9)));

    let refused = [
        ("cut short", sent("audio/wav", Some(63), vec![Ok(whole.clone())])),
        ("longer than announced", sent("audio/wav", Some(61), vec![Ok(whole.clone())])),
        ("broken off", sent("audio/wav", None, vec![Ok(whole.slice(..30)), Err(CarrierError::NotYet)])),
        (
            "an error page",
            sent("audio/wav", None, vec![Ok(Bytes::from_static(b"<?xml version='1.0'?><x/>"))]),
        ),
        ("said to be a page", sent("text/html", None, vec![Ok(whole.clone())])),
        ("empty", sent("audio/wav", Some(0), vec![])),
        ("too long", sent("audio/wav", None, vec![Ok(wav(&vec![1; usize::try_from(cap).unwrap()]))])),
    ];
    for (what, audio) in refused {
        let put = store.put(&name("RE2"), audio).await;
        assert!(matches!(put, Err(PutError::Source(_))), "{what} is refused: {put:?}");
        assert_eq!(store.read(&name("RE2"), 0..1).await.unwrap(), None, "{what} leaves nothing behind");
    }

    let mp3 = Bytes::from_static(b"ID3\x04rest of it");
    let again = store.put(&name("RE1"), sent("audio/mpeg", None, vec![Ok(mp3.clone())])).await.unwrap();
    let StoredAudio { bytes, media_type, .. } = again;
    assert_eq!((bytes, media_type.as_str()), (14, "audio/mpeg"));
    assert_eq!(store.read(&name("RE1"), 0..14).await.unwrap(), Some(mp3), "a second put replaces the audio");
    let refused = store.put(&name("RE1"), sent("audio/mpeg", None, vec![Ok(whole)])).await;
    assert!(
        refused.is_err() && store.read(&name("RE1"), 0..14).await.unwrap().is_some(),
        "a refused put leaves the stored audio unchanged"
    );
}
