//! The audio of one leg: a task that sends a packet every 20 ms and takes those that arrive.
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
use tokio::time::{Instant, MissedTickBehavior, interval};

use crate::rtp::jitter::Jitter;
use crate::rtp::keys::KeyEvents;
use crate::rtp::message::MessageAudio;
use crate::rtp::packet::{Received, Writer, read};
use crate::rtp::srtp::{self, Cipher};
use crate::rtp::{FRAME, tones};
use crate::sdp::Remote;

/// Above this mean amplitude somebody speaks; the noise of a line is far below.
const SPEECH: u64 = 150;
/// Between two reports that somebody speaks.
const SPEECH_PAUSE: Duration = Duration::from_millis(250);
/// Frames of the other party that may wait to be taken.
const MAX_WAITING: usize = 50;

/// What happens to the audio of a leg.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MediaEvent {
    /// The prompt with this number was sent to its end.
    Played(u32),
    /// A key was pressed.
    Key(Key),
    /// Somebody speaks while a recording is made.
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
    /// The address that is given to the other side.
    pub address: IpAddr,
    pub timeout: Duration,
}

/// The audio of a leg; dropped, it ends.
pub struct Media {
    commands: mpsc::UnboundedSender<Command>,
    frames: mpsc::Sender<Vec<i16>>,
    /// Where the other side is to send audio.
    pub local: SocketAddr,
    /// The key of what we send, where audio is encrypted.
    pub key: srtp::Key,
    task: JoinHandle<()>,
}

impl Drop for Media {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Media {
    /// Opens a port. Audio is taken from the address that was agreed on, or from `peer`, the address that signals.
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
        let stream = Stream {
            socket,
            peer,
            remote: None,
            latched: None,
            writer: Writer::new(random),
            key,
            cipher: None,
            last_received: Instant::now(),
            timeout: settings.timeout,
            playing: None,
            rings: None,
            recording: None,
            to_record: None,
            bridge: None,
            jitter: Jitter::default(),
            keys: KeyEvents::default(),
            last_speech: None,
            events: Box::new(events),
        };
        let task = tokio::spawn(stream.run(receiver, bridged));
        Ok(Self { commands, frames, local, key, task })
    }

    /// Sends to that side and takes its audio; it may change in a call.
    pub fn connect(&self, remote: Remote) {
        self.command(Command::Connect(remote));
    }

    /// Plays prompts from another task.
    pub fn player(&self) -> Player {
        Player(self.commands.clone())
    }

    /// Plays the ringing tone until something else is played.
    pub fn ring(&self) {
        self.command(Command::Ring);
    }

    /// Plays nothing more.
    pub fn stop(&self) {
        self.command(Command::Stop);
    }

    /// Plays the tone, if one is wanted, and then passes on what is said.
    pub fn record(&self, beep: bool, to: mpsc::UnboundedSender<Vec<i16>>) {
        let beep = if beep { tones::beep() } else { tones::nothing() };
        self.command(Command::Record { beep, to });
    }

    /// Ends the recording: what is said no longer is passed on.
    pub fn stop_recording(&self) {
        self.command(Command::StopRecording);
    }

    /// Sends each party what the other says.
    pub fn bridge(&self, other: &Self) {
        self.command(Command::Bridge(other.frames.clone()));
        other.command(Command::Bridge(self.frames.clone()));
    }

    fn command(&self, command: Command) {
        // A task that has ended has nothing to do.
        let _ = self.commands.send(command);
    }
}

/// Plays prompts on a leg.
pub struct Player(mpsc::UnboundedSender<Command>);

impl Player {
    /// Plays a prompt in place of what is played.
    pub fn play(&self, number: u32, samples: Samples) {
        // A task that has ended has nothing to do.
        let _ = self.0.send(Command::Play(number, samples));
    }
}

struct Playing {
    number: Option<u32>,
    samples: Samples,
    at: usize,
}

struct Stream {
    socket: UdpSocket,
    peer: Option<IpAddr>,
    remote: Option<Remote>,
    /// Where audio really comes from, once some has come: behind a router it is another port.
    latched: Option<SocketAddr>,
    writer: Writer,
    key: srtp::Key,
    cipher: Option<Cipher>,
    last_received: Instant,
    timeout: Duration,
    playing: Option<Playing>,
    rings: Option<Playing>,
    recording: Option<MessageAudio>,
    /// A recording that begins after the tone.
    to_record: Option<mpsc::UnboundedSender<Vec<i16>>>,
    bridge: Option<mpsc::Sender<Vec<i16>>>,
    jitter: Jitter,
    keys: KeyEvents,
    last_speech: Option<Instant>,
    events: Box<dyn Fn(MediaEvent) + Send>,
}

impl Stream {
    async fn run(
        mut self,
        mut commands: mpsc::UnboundedReceiver<Command>,
        mut bridged: mpsc::Receiver<Vec<i16>>,
    ) {
        let mut tick = interval(Duration::from_millis(20));
        // The other side counts samples: a late packet is sent, not left out.
        tick.set_missed_tick_behavior(MissedTickBehavior::Burst);
        let mut datagram = [0; 2048];
        loop {
            tokio::select! {
                command = commands.recv() => match command {
                    Some(command) => self.on_command(command),
                    None => return,
                },
                Some(samples) = bridged.recv() => self.jitter.push(&samples),
                received = self.socket.recv_from(&mut datagram) => {
                    // An error reports a port that is closed at the other side; the call may go on.
                    if let Ok((length, from)) = received {
                        self.on_datagram(&datagram[..length], from);
                    }
                }
                _ = tick.tick() => self.on_tick().await,
            }
        }
    }

    fn on_command(&mut self, command: Command) {
        match command {
            Command::Connect(remote) => {
                if self.remote.is_none_or(|before| before.address != remote.address) {
                    self.latched = None;
                }
                self.last_received = Instant::now();
                self.encrypt(&remote);
                self.remote = Some(remote);
            }
            Command::Play(number, samples) => {
                self.rings = None;
                self.playing = Some(Playing { number: Some(number), samples, at: 0 });
            }
            Command::Ring => {
                self.rings = Some(Playing { number: None, samples: tones::ringing(), at: 0 });
            }
            Command::Stop => (self.playing, self.rings) = (None, None),
            Command::Record { beep, to } => {
                self.playing = Some(Playing { number: None, samples: beep, at: 0 });
                self.to_record = Some(to);
            }
            Command::StopRecording => {
                self.to_record = None;
                if let Some(message) = self.recording.take() {
                    message.finish();
                }
            }
            Command::Bridge(other) => {
                (self.playing, self.rings) = (None, None);
                self.bridge = Some(other);
            }
        }
    }

    /// Encrypts as that side does from now on.
    fn encrypt(&mut self, remote: &Remote) {
        let Some(peer_crypto) = remote.crypto else {
            self.cipher = None;
            return;
        };
        if !self.cipher.as_mut().is_some_and(|cipher| cipher.renew(peer_crypto)) {
            // A stream of its own, so that no part of the key is used twice.
            self.writer.begin_stream();
            self.cipher = Cipher::new(self.key, peer_crypto);
        }
    }

    fn on_datagram(&mut self, datagram: &[u8], from: SocketAddr) {
        let from = SocketAddr::new(from.ip().to_canonical(), from.port());
        let Some(remote) = self.remote.filter(|remote| self.is_from(remote, from)) else { return };
        let received = match (&mut self.cipher, remote.crypto) {
            (None, None) => read(datagram, remote.keys),
            (Some(cipher), Some(_)) => cipher.decrypt(datagram).and_then(|packet| read(&packet, remote.keys)),
            _ => None,
        };
        let Some(received) = received else { return };
        self.latched = Some(from);
        self.last_received = Instant::now();
        match received {
            Received::Event { source, time, event } => {
                if let Some(key) = self.keys.pressed(source, time, event) {
                    (self.events)(MediaEvent::Key(key));
                }
            }
            Received::Audio { source, time, samples } => {
                if let Some(other) = &self.bridge {
                    // A full queue means that the other task is late: this frame is lost.
                    let _ = other.try_send(samples);
                } else if self.recording.is_some() {
                    self.note_speech(&samples);
                    if let Some(message) = &mut self.recording {
                        message.push(source, time, samples);
                    }
                }
            }
        }
    }

    /// Whether audio may come from there: nobody else may speak in the call.
    fn is_from(&self, remote: &Remote, from: SocketAddr) -> bool {
        match self.latched {
            Some(latched) => latched == from || remote.address == from,
            None => remote.address == from || self.peer == Some(from.ip()),
        }
    }

    fn note_speech(&mut self, samples: &[i16]) {
        let sum: u64 = samples.iter().map(|sample| u64::from(sample.unsigned_abs())).sum();
        let is_speech = sum > SPEECH * samples.len() as u64;
        let is_known = self.last_speech.is_some_and(|last| last.elapsed() < SPEECH_PAUSE);
        if is_speech && !is_known {
            self.last_speech = Some(Instant::now());
            (self.events)(MediaEvent::Spoke);
        }
    }

    async fn on_tick(&mut self) {
        let frame = self.next_frame();
        let Some(remote) = self.remote else { return };
        if remote.on_hold {
            self.writer.skip();
        } else {
            let packet = self.writer.write(&frame, remote.codec);
            let packet = match (&mut self.cipher, remote.crypto) {
                (Some(cipher), Some(_)) => cipher.encrypt(&packet),
                (None, None) => Some(packet.into()),
                _ => None,
            };
            if let Some(packet) = packet {
                // What cannot be sent now is lost, as on every line.
                let _ = self.socket.send_to(&packet, self.latched.unwrap_or(remote.address)).await;
            }
        }
        if !remote.is_silent && !remote.on_hold && self.last_received.elapsed() > self.timeout {
            self.last_received = Instant::now();
            (self.events)(MediaEvent::Lost);
        }
    }

    fn next_frame(&mut self) -> [i16; FRAME] {
        if self.bridge.is_some() {
            return self.jitter.pop();
        }
        if let Some(playing) = &mut self.playing {
            let frame = playing.next_frame();
            if playing.at >= playing.samples.len() {
                let number = self.playing.take().and_then(|ended| ended.number);
                if let Some(number) = number {
                    (self.events)(MediaEvent::Played(number));
                } else if let Some(to) = self.to_record.take() {
                    self.recording = Some(MessageAudio::new(to));
                }
            }
            return frame;
        }
        match &mut self.rings {
            Some(rings) => {
                let frame = rings.next_frame();
                if rings.at >= rings.samples.len() {
                    rings.at = 0;
                }
                frame
            }
            None => [0; FRAME],
        }
    }
}

impl Playing {
    fn next_frame(&mut self) -> [i16; FRAME] {
        let rest = self.samples.get(self.at..).unwrap_or_default();
        self.at += FRAME;
        std::array::from_fn(|place| rest.get(place).copied().unwrap_or(0))
    }
}

#[cfg(test)]
mod tests;
