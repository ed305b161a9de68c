//! The flow's audio files, served under unguessable paths, because the carrier fetches them without credentials.
use std::collections::HashMap;

use bytes::Bytes;
use frontdesk_domain::AudioFile;
use frontdesk_ports::{PromptAudio, UnplayableAudio};
use parking_lot::RwLock;
use poem::Response;
use poem::http::{StatusCode, header};
use sha2::{Digest, Sha256};

/// Kinds of audio that the carrier plays (Twilio, "TwiML: Play"), by the ends of their files' names.
const KINDS: [(&str, &str); 4] =
    [("wav", "audio/wav"), ("mp3", "audio/mpeg"), ("ulaw", "audio/ulaw"), ("aiff", "audio/aiff")];

/// The audio files of a flow, by name and by the key in their URL. The key is a hash of the content, so a changed
/// file gets another URL, and the URL that a call in progress was given stays valid.
#[derive(Debug, Default)]
pub struct HostedPrompts {
    known: RwLock<Known>,
}

#[derive(Debug, Default)]
struct Known {
    keys: HashMap<AudioFile, String>,
    clips: HashMap<String, Clip>,
}

#[derive(Debug, Clone)]
struct Clip {
    media_type: &'static str,
    bytes: Bytes,
}

impl PromptAudio for HostedPrompts {
    fn publish(&self, files: Vec<(AudioFile, Bytes)>) -> Result<(), UnplayableAudio> {
        let mut keys = HashMap::new();
        let mut clips = HashMap::new();
        for (file, bytes) in files {
            let media_type = media_type(&file, &bytes)?;
            let end = file.0.rsplit('.').next().unwrap_or_default().to_ascii_lowercase();
            let key = format!("{}.{end}", hex::encode(Sha256::digest(&bytes)));
            clips.insert(key.clone(), Clip { media_type, bytes });
            keys.insert(file, key);
        }
        let mut known = self.known.write();
        // Calls in progress continue with the previous flow and may still play its files.
        known.keys.extend(keys);
        known.clips.extend(clips);
        Ok(())
    }
}

impl HostedPrompts {
    /// The key of a file, if it is known.
    pub(crate) fn key(&self, file: &AudioFile) -> Option<String> {
        self.known.read().keys.get(file).cloned()
    }

    /// The file of that key.
    pub(crate) fn answer(&self, key: &str) -> Response {
        match self.clip(key) {
            Some(Clip { media_type, bytes }) => Response::builder()
                .content_type(media_type)
                // The content is the address.
                .header(header::CACHE_CONTROL, "public, max-age=31536000, immutable")
                .body(bytes),
            None => StatusCode::NOT_FOUND.into(),
        }
    }

    fn clip(&self, key: &str) -> Option<Clip> {
        self.known.read().clips.get(key).cloned()
    }
}

/// The content type of a file.
pub fn media_type(file: &AudioFile, bytes: &[u8]) -> Result<&'static str, UnplayableAudio> {
    let end = file.0.rsplit_once('.').map(|(_, end)| end.to_ascii_lowercase()).unwrap_or_default();
    let (_, kind) = KINDS.into_iter().find(|(known, _)| *known == end).ok_or(UnplayableAudio::Kind)?;
    if end == "wav" && !(bytes.starts_with(b"RIFF") && bytes.get(8..12) == Some(b"WAVE")) {
        return Err(UnplayableAudio::Content);
    }
    Ok(kind)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(name: &str) -> AudioFile {
        AudioFile(name.into())
    }

    #[test]
    fn a_file_that_changes_gets_another_address_and_keeps_the_first() {
        let audio = HostedPrompts::default();
        let wav = |end: u8| Bytes::from([b"RIFF1234WAVE".as_slice(), &[end]].concat());
        audio.publish(vec![(file("hello.wav"), wav(1))]).unwrap();
        let first = audio.key(&file("hello.wav")).unwrap();
        audio.publish(vec![(file("hello.wav"), wav(2))]).unwrap();
        let second = audio.key(&file("hello.wav")).unwrap();
        assert_ne!(first, second);
        assert!(audio.clip(&first).is_some() && audio.clip(&second).is_some());
        assert_eq!(first.len(), 64 + 4, "nobody guesses it");
    }

    #[test]
    fn what_the_carrier_does_not_play_is_refused() {
        assert_eq!(media_type(&file("a.txt"), b""), Err(UnplayableAudio::Kind));
        assert_eq!(media_type(&file("a.wav"), b"<html>"), Err(UnplayableAudio::Content));
        assert_eq!(media_type(&file("A.MP3"), b"ID3"), Ok("audio/mpeg"));
    }
}
