//! Writes messages to disk while they are recorded, so that a killed program loses at most a second.
use std::fs::{File, OpenOptions};
use std::io::{BufWriter, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use frontdesk_domain::RecordingId;
use frontdesk_ports::SAMPLES_A_SECOND;
use hound::{SampleFormat, WavSpec, WavWriter};
use tokio::sync::mpsc;
use tokio::task::JoinHandle;

/// The length of the WAV header, in bytes.
const HEADER: u64 = 44;

const SPEC: WavSpec = WavSpec {
    channels: 1,
    sample_rate: SAMPLES_A_SECOND,
    bits_per_sample: 16,
    sample_format: SampleFormat::Int,
};

/// A message that is being written.
pub struct Recorder {
    pub id: RecordingId,
    samples: Option<mpsc::UnboundedSender<Vec<i16>>>,
    written: JoinHandle<(u32, Option<hound::Error>)>,
}

/// A message that is complete.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Recorded {
    /// How long the caller spoke, in seconds; 0 if no audio came.
    pub seconds: u32,
    /// Why it is not on disk completely, if it is not.
    pub error: Option<String>,
}

/// The file of a recording.
pub fn path(folder: &Path, id: &RecordingId) -> PathBuf {
    folder.join("recordings").join(format!("{id}.wav"))
}

impl Recorder {
    /// Starts to write a file.
    pub fn begin(folder: &Path, id: RecordingId) -> Self {
        let (samples, receiver) = mpsc::unbounded_channel();
        let path = path(folder, &id);
        let written = tokio::task::spawn_blocking(move || write(&path, receiver));
        Self { id, samples: Some(samples), written }
    }

    /// The channel that samples are sent to.
    pub fn samples(&self) -> Option<mpsc::UnboundedSender<Vec<i16>>> {
        self.samples.clone()
    }

    /// Waits until everything is on disk. The leg must have stopped recording.
    pub async fn finish(mut self) -> Recorded {
        self.samples = None;
        match self.written.await {
            Ok((samples, error)) => {
                Recorded { seconds: seconds(samples), error: error.map(|error| error.to_string()) }
            }
            Err(error) => Recorded { seconds: 0, error: Some(error.to_string()) },
        }
    }
}

/// The length of a message, to the nearest second; a shorter message counts as one second.
fn seconds(samples: u32) -> u32 {
    if samples == 0 { 0 } else { ((samples + SAMPLES_A_SECOND / 2) / SAMPLES_A_SECOND).max(1) }
}

/// Writes samples until the channel closes. Returns how many were received, and the error that stopped the writing.
fn write(path: &Path, mut samples: mpsc::UnboundedReceiver<Vec<i16>>) -> (u32, Option<hound::Error>) {
    let (mut file, mut error) = match MessageFile::create(path) {
        Ok(file) => (Some(file), None),
        Err(error) => (None, Some(error)),
    };
    let mut all: u32 = 0;
    while let Some(some) = samples.blocking_recv() {
        all = all.saturating_add(u32::try_from(some.len()).unwrap_or(0));
        if let Some(Err(why)) = file.as_mut().map(|file| file.write(&some)) {
            (file, error) = (None, Some(why));
        }
    }
    if let Some(Err(why)) = file.map(|file| file.finish(path)) {
        error = Some(why);
    }
    (all, error)
}

/// A file with a header that is updated with its length every second.
struct MessageFile {
    writer: WavWriter<BufWriter<File>>,
    /// Samples since the header was written.
    unflushed: usize,
}

impl MessageFile {
    fn create(path: &Path) -> Result<Self, hound::Error> {
        Ok(Self { writer: WavWriter::new(BufWriter::new(File::create(path)?), SPEC)?, unflushed: 0 })
    }

    fn write(&mut self, samples: &[i16]) -> Result<(), hound::Error> {
        for sample in samples {
            self.writer.write_sample(*sample)?;
        }
        self.unflushed += samples.len();
        if self.unflushed >= SAMPLES_A_SECOND as usize {
            self.writer.flush()?;
            self.unflushed = 0;
        }
        Ok(())
    }

    fn finish(self, path: &Path) -> Result<(), hound::Error> {
        self.writer.finalize()?;
        Ok(File::open(path)?.sync_all()?)
    }
}

/// Repairs the file of a program that was killed: writes the actual length to the header. Returns the length in seconds;
/// `None` if there is no audio.
pub fn repair(path: &Path) -> std::io::Result<Option<u32>> {
    let mut file = match OpenOptions::new().read(true).write(true).open(path) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
        opened => opened?,
    };
    let length = file.metadata()?.len();
    let Some(bytes) = length.checked_sub(HEADER).and_then(|bytes| u32::try_from(bytes & !1).ok()) else {
        return Ok(None);
    };
    if bytes == 0 {
        return Ok(None);
    }
    file.set_len(HEADER + u64::from(bytes))?;
    for (place, size) in [(4, bytes + 36), (40, bytes)] {
        file.seek(SeekFrom::Start(place))?;
        file.write_all(&size.to_le_bytes())?;
    }
    file.sync_all()?;
    Ok(Some(seconds(bytes / 2)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn folder() -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        std::fs::create_dir(folder.path().join("recordings")).unwrap();
        folder
    }

    fn read(path: &Path) -> Vec<i16> {
        hound::WavReader::open(path).unwrap().samples().map(Result::unwrap).collect()
    }

    #[tokio::test]
    async fn a_message_is_on_disk_with_its_length() {
        let folder = folder();
        let id: RecordingId = "RE1".parse().unwrap();
        let recorder = Recorder::begin(folder.path(), id.clone());
        let samples = recorder.samples().unwrap();
        for n in 0..125 {
            samples.send(vec![n; 160]).unwrap();
        }
        drop(samples);
        assert_eq!(recorder.finish().await, Recorded { seconds: 3, error: None }, "2.5 s");
        let written = read(&path(folder.path(), &id));
        assert_eq!((written.len(), written[0], written[19_999]), (20_000, 0, 124));
    }

    #[tokio::test]
    async fn silence_is_no_message_and_a_failed_write_is_an_error() {
        let folder = folder();
        let nothing = Recorder::begin(folder.path(), "RE1".parse().unwrap());
        assert_eq!(nothing.finish().await, Recorded { seconds: 0, error: None });
        let nowhere = Recorder::begin(&folder.path().join("nowhere"), "RE1".parse().unwrap());
        nowhere.samples().unwrap().send(vec![1; 16_000]).unwrap();
        let recorded = nowhere.finish().await;
        assert_eq!(recorded.seconds, 2, "the length of the message is known");
        assert!(recorded.error.is_some());
    }

    #[test]
    fn the_file_of_a_killed_program_is_completed() {
        let folder = folder();
        let file = path(folder.path(), &"RE1".parse().unwrap());
        let mut writer = WavWriter::create(&file, SPEC).unwrap();
        (0..16_000).for_each(|_| writer.write_sample(7i16).unwrap());
        writer.finalize().unwrap();
        let mut bytes = std::fs::read(&file).unwrap();
        // The header was last written after one second, and half a sample is missing.
        bytes[40..44].copy_from_slice(&16_000u32.to_le_bytes());
        bytes.pop();
        std::fs::write(&file, &bytes).unwrap();
        assert_eq!(repair(&file).unwrap(), Some(2));
        assert_eq!(read(&file), vec![7; 15_999]);
        assert_eq!(repair(&file).unwrap(), Some(2), "again");
        std::fs::write(&file, &bytes[..44]).unwrap();
        assert_eq!(repair(&file).unwrap(), None);
        std::fs::write(&file, b"RI").unwrap();
        assert_eq!(repair(&file).unwrap(), None);
        assert_eq!(repair(&folder.path().join("none.wav")).unwrap(), None);
    }
}
