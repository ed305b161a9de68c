//! The audio of one leg: a task that sends a packet every 20 ms and receives those of the other side.

mod stream;
use std::net::{IpAddr, SocketAddr};
use std::ops::RangeInclusive;
use std::sync::Arc;
use std::sync::atomic::{AtomicU16, Ordering};
use std::time::Duration;

use frontdesk_domain::Key;
use frontdesk_ports::Samples;
use tokio::net::UdpSocket;
use tokio::sync::mpsc;
use tokio::task::JoinHandle;

use crate::rtp::packet::Writer;
use crate::rtp::srtp;
use crate::rtp::tones;
use crate::sdp::Remote;

use stream::Stream;

/// The maximum number of queued frames of the other party.
const MAX_WAITING: usize = 50;

/// An event of a leg's audio.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MediaEvent {
    /// The prompt with this number was sent completely.
    Played(u32),
    /// A key was pressed.
    Key(Key),
    /// The party speaks during a recording.
    Spoke,
    /// No audio has arrived for too long.
    Lost,
}

enum Command {
    Connect(Remote),
    Play(u32, Samples),
    Ring,
    Stop,
    Record { beep: Samples, to: mpsc::UnboundedSender<Vec<i16>> },
    StopRecording,
    Bridge(mpsc::Sender<Vec<i16>>),
}

/// The ports that audio is sent and received on: the even ones of a range (RFC 3550, section 11).
#[derive(Debug)]
pub struct AudioPorts {
    first: u16,
    count: u16,
    next: AtomicU16,
}

impl AudioPorts {
    pub fn new(range: RangeInclusive<u16>) -> Self {
        let first = range.start().saturating_add(range.start() % 2);
        Self { first, count: range.end().saturating_sub(first) / 2 + 1, next: AtomicU16::new(0) }
    }

    /// A socket on the next free port.
    async fn open(&self, ip: IpAddr) -> std::io::Result<UdpSocket> {
        let mut error = std::io::ErrorKind::AddrInUse.into();
        for _ in 0..self.count {
            let place = self.next.fetch_add(1, Ordering::Relaxed) % self.count;
            match UdpSocket::bind((ip, self.first.saturating_add(place * 2))).await {
                Ok(socket) => return Ok(socket),
                Err(taken) => error = taken,
            }
        }
        Err(error)
    }
}

/// How the audio of a leg is sent and received.
#[derive(Debug, Clone)]
pub struct MediaSettings {
    pub ports: Arc<AudioPorts>,
    /// The address that sockets are bound to.
    pub bind: IpAddr,
    /// The address that is advertised to the other side.
    pub address: IpAddr,
    pub timeout: Duration,
}

/// The audio of a leg, which ends on drop.
pub struct Media {
    commands: mpsc::UnboundedSender<Command>,
    frames: mpsc::Sender<Vec<i16>>,
    /// Where the other side is to send audio.
    pub local: SocketAddr,
    /// The key of the audio that we send, if it is encrypted.
    pub key: srtp::Key,
    task: JoinHandle<()>,
}

impl Drop for Media {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Media {
    /// Opens a port. Audio is accepted from the negotiated address, or from `peer`, the address of the signalling.
    pub async fn open(
        settings: &MediaSettings,
        peer: Option<IpAddr>,
        (random, key): ([u8; 32], srtp::Key),
        events: impl Fn(MediaEvent) + Send + 'static,
    ) -> std::io::Result<Self> {
        let socket = settings.ports.open(settings.bind).await?;
        let local = SocketAddr::new(settings.address, socket.local_addr()?.port());
        let ((commands, receiver), (frames, bridged)) =
            (mpsc::unbounded_channel(), mpsc::channel(MAX_WAITING));
        let writer = Writer::new(random);
        let stream = Stream::new(socket, peer, (writer, key), settings.timeout, Box::new(events));
        let task = tokio::spawn(stream.run(receiver, bridged));
        Ok(Self { commands, frames, local, key, task })
    }

    /// Sends audio to that side and accepts its audio. The side may change during a call.
    pub fn connect(&self, remote: Remote) {
        self.command(Command::Connect(remote));
    }

    /// A handle to play prompts from another task.
    pub fn player(&self) -> Player {
        Player(self.commands.clone())
    }

    /// Plays the ringing tone until something else is played.
    pub fn ring(&self) {
        self.command(Command::Ring);
    }

    /// Stops playing.
    pub fn stop(&self) {
        self.command(Command::Stop);
    }

    /// Plays the tone if `beep` is set, and then sends the audio of the party to `to`.
    pub fn record(&self, beep: bool, to: mpsc::UnboundedSender<Vec<i16>>) {
        let beep = if beep { tones::beep() } else { tones::nothing() };
        self.command(Command::Record { beep, to });
    }

    /// Ends the recording.
    pub fn stop_recording(&self) {
        self.command(Command::StopRecording);
    }

    /// Sends each party the audio of the other.
    pub fn bridge(&self, other: &Self) {
        self.command(Command::Bridge(other.frames.clone()));
        other.command(Command::Bridge(self.frames.clone()));
    }

    fn command(&self, command: Command) {
        // Fails if the task has ended.
        let _ = self.commands.send(command);
    }
}

/// Plays prompts on a leg.
pub struct Player(mpsc::UnboundedSender<Command>);

impl Player {
    /// Plays a prompt, in place of the current one.
    pub fn play(&self, number: u32, samples: Samples) {
        // Fails if the task has ended.
        let _ = self.0.send(Command::Play(number, samples));
    }
}

#[cfg(test)]
mod tests;
