//! The flow's audio files, served under unguessable paths, because the carrier fetches them without credentials.
use std::collections::HashMap;

use bytes::Bytes;
use frontdesk_domain::flow::AudioFile;
use frontdesk_ports::{PromptAudio, UnplayableAudio};
use parking_lot::RwLock;
use poem::Response;
use poem::http::{StatusCode, header};
use sha2::{Digest, Sha256};

/// Audio formats that the carrier plays (Twilio, "TwiML: Play"), by file extension.
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
    /// The key of a file, if it is published.
    pub(crate) fn key(&self, file: &AudioFile) -> Option<String> {
        self.known.read().keys.get(file).cloned()
    }

    /// The response with the file of that key, or 404.
    pub(crate) fn answer(&self, key: &str) -> Response {
        match self.clip(key) {
            Some(Clip { media_type, bytes }) => Response::builder()
                .content_type(media_type)
                // The URL contains a hash of the content.
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
    let is_playable = match end.as_str() {
        "wav" => is_wav(bytes),
        // An ID3 tag, or a frame, which starts with eleven set bits.
        "mp3" => bytes.starts_with(b"ID3") || matches!(bytes, [0xff, second, ..] if second & 0xe0 == 0xe0),
        "aiff" => bytes.starts_with(b"FORM") && matches!(bytes.get(8..12), Some(b"AIFF" | b"AIFC")),
        // Raw samples have no header, so only texts and WAV files can be refused.
        _ => !bytes.is_empty() && !bytes.is_ascii() && !bytes.starts_with(b"RIFF"),
    };
    if is_playable { Ok(kind) } else { Err(UnplayableAudio::Content) }
}

/// Whether a WAV file has a format and samples.
fn is_wav(bytes: &[u8]) -> bool {
    if !(bytes.starts_with(b"RIFF") && bytes.get(8..12) == Some(b"WAVE")) {
        return false;
    }
    let (mut at, mut has_format) = (12, false);
    while let Some(header) = bytes.get(at..at + 8) {
        let size = u32::from_le_bytes([header[4], header[5], header[6], header[7]]) as usize;
        match &header[..4] {
            b"fmt " => has_format = size >= 16,
            b"data" => return has_format && size > 0 && bytes.len() > at + 8,
            _ => {}
        }
        at += 8 + size + size % 2;
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(name: &str) -> AudioFile {
        AudioFile(name.into())
    }

    fn wav(samples: &[u8]) -> Vec<u8> {
        let size = u32::try_from(samples.len()).unwrap().to_le_bytes();
        let format = b"fmt \x10\0\0\0\x01\0\x01\0\x40\x1f\0\0\x80\x3e\0\0\x02\0\x10\0";
        [b"RIFF\0\0\0\0WAVE".as_slice(), format, b"data", &size, samples].concat()
    }

    #[test]
    fn a_changed_file_gets_a_new_url_and_the_old_one_stays_valid() {
        let audio = HostedPrompts::default();
        let wav = |sample: u8| Bytes::from(wav(&[sample, 0]));
        audio.publish(vec![(file("hello.wav"), wav(1))]).unwrap();
        let first = audio.key(&file("hello.wav")).unwrap();
        audio.publish(vec![(file("hello.wav"), wav(2))]).unwrap();
        let second = audio.key(&file("hello.wav")).unwrap();
        assert_ne!(first, second);
        assert!(audio.clip(&first).is_some() && audio.clip(&second).is_some());
        assert_eq!(first.len(), 64 + 4, "a SHA-256 and .wav");
    }

    #[test]
    fn unplayable_audio_is_refused() {
        assert_eq!(media_type(&file("a.txt"), b""), Err(UnplayableAudio::Kind));
        assert_eq!(media_type(&file("a.wav"), b"<html>"), Err(UnplayableAudio::Content));
        assert_eq!(media_type(&file("A.MP3"), b"ID3"), Ok("audio/mpeg"));
        assert_eq!(media_type(&file("a.wav"), &wav(&[1, 0])), Ok("audio/wav"));
        assert_eq!(media_type(&file("a.aiff"), b"FORM\0\0\0\0AIFF"), Ok("audio/aiff"));
        assert_eq!(media_type(&file("a.ulaw"), &[0xff, 0x7f]), Ok("audio/ulaw"));
        for (name, bytes) in [
            ("a.mp3", b"\0\0\0\x20ftypM4A ".as_slice()),
            ("a.mp3", b"<html>"),
            ("a.mp3", b"version https://git-lfs.github.com/spec/v1"),
            ("a.mp3", b""),
            ("a.ulaw", b""),
            ("a.ulaw", b"<html>"),
            ("a.aiff", b""),
            ("a.mp3", &wav(&[1, 0])),
            ("a.aiff", &wav(&[1, 0])),
            ("a.wav", &wav(&[])),
            ("a.wav", b"RIFF\x04\0\0\0WAVE"),
        ] {
            assert_eq!(media_type(&file(name), bytes), Err(UnplayableAudio::Content), "{name} {bytes:?}");
        }
    }
}
