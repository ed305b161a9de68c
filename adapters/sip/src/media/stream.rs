//! The task behind a leg's audio.
use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

use frontdesk_ports::Samples;
use tokio::net::UdpSocket;
use tokio::sync::mpsc;
use tokio::time::{Instant, MissedTickBehavior, interval};

use super::{Command, MediaEvent};
use crate::rtp::jitter::Jitter;
use crate::rtp::keys::KeyEvents;
use crate::rtp::message::MessageAudio;
use crate::rtp::packet::{Received, Writer, read};
use crate::rtp::srtp::{self, Cipher};
use crate::rtp::{FRAME, tones};
use crate::sdp::Remote;

/// A mean amplitude above this is speech; line noise is far below it.
const SPEECH: u64 = 150;
/// The shortest interval between two reports of speech.
const SPEECH_PAUSE: Duration = Duration::from_millis(250);

struct Playing {
    number: Option<u32>,
    samples: Samples,
    at: usize,
}

/// One leg's audio.
pub(super) struct Stream {
    socket: UdpSocket,
    peer: Option<IpAddr>,
    remote: Option<Remote>,
    /// The actual source of the audio, once some has arrived: behind NAT its port differs from the negotiated one.
    latched: Option<SocketAddr>,
    writer: Writer,
    key: srtp::Key,
    cipher: Option<Cipher>,
    last_received: Instant,
    timeout: Duration,
    playing: Option<Playing>,
    rings: Option<Playing>,
    recording: Option<MessageAudio>,
    /// The receiver of a recording that begins after the tone.
    to_record: Option<mpsc::UnboundedSender<Vec<i16>>>,
    bridge: Option<mpsc::Sender<Vec<i16>>>,
    jitter: Jitter,
    keys: KeyEvents,
    last_speech: Option<Instant>,
    events: Box<dyn Fn(MediaEvent) + Send>,
}

impl Stream {
    /// A stream that is not yet connected to the other side.
    pub(super) fn new(
        socket: UdpSocket,
        peer: Option<IpAddr>,
        (writer, key): (Writer, srtp::Key),
        timeout: Duration,
        events: Box<dyn Fn(MediaEvent) + Send>,
    ) -> Self {
        Self {
            socket,
            peer,
            remote: None,
            latched: None,
            writer,
            key,
            cipher: None,
            last_received: Instant::now(),
            timeout,
            playing: None,
            rings: None,
            recording: None,
            to_record: None,
            bridge: None,
            jitter: Jitter::default(),
            keys: KeyEvents::default(),
            last_speech: None,
            events,
        }
    }

    /// Sends and receives until the leg's commands end.
    pub(super) async fn run(
        mut self,
        mut commands: mpsc::UnboundedReceiver<Command>,
        mut bridged: mpsc::Receiver<Vec<i16>>,
    ) {
        let mut tick = interval(Duration::from_millis(20));
        // The other side counts samples: a late packet is sent, not skipped.
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

    /// Encrypts in the same way as that side from now on.
    fn encrypt(&mut self, remote: &Remote) {
        let Some(peer_crypto) = remote.crypto else {
            self.cipher = None;
            return;
        };
        if !self.cipher.as_mut().is_some_and(|cipher| cipher.renew(peer_crypto)) {
            // A new stream, so that no part of the keystream is used twice.
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
            Received::Other => {}
            Received::Event { source, time, event } => {
                if let Some(key) = self.keys.pressed(source, time, event) {
                    (self.events)(MediaEvent::Key(key));
                }
            }
            Received::Audio { source, time, samples } => {
                if let Some(other) = &self.bridge {
                    // A full queue means that the other task is late: this frame is dropped.
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

    /// Whether audio from that address is accepted. Third parties must not be able to inject audio.
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
                // A packet that cannot be sent now is dropped.
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
