//! Measures how often speech is not recognised: lists the WAV files of a folder in which no speech was found.
//!
//! `cargo run --release -p adapters-audio --example error_rates -- FOLDER`, with speech such as Debian's
//! asterisk-core-sounds-en-wav in the folder. Files shorter than 300 ms are left out.
use std::path::{Path, PathBuf};

use adapters_audio::WavMeter;
use frontdesk_ports::SoundMeter;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let folder = std::env::args_os().nth(1).ok_or("name a folder of WAV files")?;
    let (mut measured, mut missed) = (0u32, Vec::new());
    for file in wav_files(Path::new(&folder))? {
        let Some(sound) = WavMeter.measure(&std::fs::read(&file)?, "audio/wav") else { continue };
        if sound.length_ms < 300 {
            continue;
        }
        measured += 1;
        if !sound.has_speech() {
            missed.push(format!("{} ({} of {} ms)", file.display(), sound.speech_ms, sound.length_ms));
        }
    }
    println!("{}", missed.join("\n"));
    let percent = 100.0 * f64::from(u32::try_from(missed.len())?) / f64::from(measured.max(1));
    println!("{} of {measured} files are taken for silence: {percent:.1} %", missed.len());
    Ok(())
}

fn wav_files(folder: &Path) -> std::io::Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    for entry in std::fs::read_dir(folder)? {
        let path = entry?.path();
        // Debian's package contains silence and signals besides speech.
        let name = path.file_stem().and_then(|name| name.to_str()).unwrap_or_default();
        if ["silence", "beep", "beeperr"].contains(&name) || name.starts_with("confbridge-") {
            continue;
        }
        if path.is_dir() {
            files.extend(wav_files(&path)?);
        } else if path.extension().is_some_and(|end| end == "wav") {
            files.push(path);
        }
    }
    files.sort();
    Ok(files)
}
