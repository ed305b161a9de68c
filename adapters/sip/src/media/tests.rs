use super::*;
use crate::rtp::FRAME;
use crate::rtp::packet::{Received, read};
use crate::rtp::srtp::Cipher;
use crate::rtp::srtp::{Crypto, Suite};
use crate::sdp::Codec;

fn key() -> srtp::Key {
    srtp::Key::new([7; 32])
}

/// A phone at the other side, and the leg's audio.
struct Phone {
    socket: UdpSocket,
    media: Media,
    events: mpsc::UnboundedReceiver<MediaEvent>,
    writer: Writer,
}

fn settings(timeout: Duration) -> MediaSettings {
    let here = IpAddr::from([127, 0, 0, 1]);
    MediaSettings { ports: Arc::new(AudioPorts::new(20_000..=24_000)), bind: here, address: here, timeout }
}

impl Phone {
    async fn new(timeout: Duration) -> Self {
        let socket = UdpSocket::bind("127.0.0.1:0").await.unwrap();
        let (sender, events) = mpsc::unbounded_channel();
        let media = Media::open(&settings(timeout), None, ([7; 32], key()), move |event| {
            let _ = sender.send(event);
        })
        .await
        .unwrap();
        let phone = Self { socket, media, events, writer: Writer::new([9; 32]) };
        phone.media.connect(phone.remote());
        phone
    }

    fn remote(&self) -> Remote {
        let address = self.socket.local_addr().unwrap();
        Remote {
            address,
            codec: Codec::Pcma,
            keys: Some(101),
            on_hold: false,
            is_silent: false,
            crypto: None,
        }
    }

    async fn say(&mut self, frames: usize, amplitude: i16) {
        for _ in 0..frames {
            let packet = self.writer.write(&[amplitude; FRAME], Codec::Pcmu);
            self.socket.send_to(&packet, self.media.local).await.unwrap();
        }
    }

    /// The samples of the next packet that are not silence.
    async fn received(&self) -> Vec<i16> {
        let mut datagram = [0; 400];
        loop {
            let length = self.socket.recv(&mut datagram).await.unwrap();
            let Some(Received::Audio { samples, .. }) = read(&datagram[..length], None) else {
                panic!("no audio")
            };
            if samples.iter().any(|sample| sample.abs() > 100) {
                return samples;
            }
        }
    }

    async fn event(&mut self) -> MediaEvent {
        tokio::time::timeout(Duration::from_secs(5), self.events.recv()).await.unwrap().unwrap()
    }
}

const LONG: Duration = Duration::from_secs(60);

#[tokio::test]
async fn a_prompt_is_sent_to_its_end_and_then_reported() {
    let mut phone = Phone::new(LONG).await;
    phone.media.player().play(3, vec![1000; 480].into());
    for _ in 0..3 {
        assert!(phone.received().await.iter().all(|sample| (sample - 1000).abs() < 50));
    }
    assert_eq!(phone.event().await, MediaEvent::Played(3));
}

#[tokio::test]
async fn a_prompt_that_is_stopped_is_not_reported() {
    let mut phone = Phone::new(LONG).await;
    phone.media.player().play(1, vec![1000; 8000].into());
    phone.received().await;
    phone.media.stop();
    phone.media.player().play(2, vec![2000; 160].into());
    assert_eq!(phone.event().await, MediaEvent::Played(2));
}

#[tokio::test]
async fn what_is_said_after_the_tone_is_recorded_and_noticed() {
    let mut phone = Phone::new(LONG).await;
    let (to, mut recorded) = mpsc::unbounded_channel();
    phone.say(5, 3000).await;
    phone.media.record(true, to);
    phone.received().await;
    // The tone takes 15 frames.
    while tokio::time::timeout(Duration::from_millis(100), phone.received()).await.is_ok() {}
    phone.say(10, 3000).await;
    assert_eq!(phone.event().await, MediaEvent::Spoke);
    phone.media.stop_recording();
    let mut all = Vec::new();
    while let Some(samples) = recorded.recv().await {
        all.extend(samples);
    }
    assert_eq!(all.len() % FRAME, 0);
    assert!((1..=10 * FRAME).contains(&all.len()), "{}", all.len());
}

#[tokio::test]
async fn two_legs_get_each_others_audio_and_nobody_elses() {
    let (mut one, mut other) = (Phone::new(LONG).await, Phone::new(LONG).await);
    one.media.bridge(&other.media);
    let other_sender = UdpSocket::bind("127.0.0.1:0").await.unwrap();
    for _ in 0..10 {
        let packet = Writer::new([1; 32]).write(&[9000; FRAME], Codec::Pcmu);
        other_sender.send_to(&packet, one.media.local).await.unwrap();
    }
    one.say(4, 1000).await;
    other.say(4, 2000).await;
    assert!(other.received().await.iter().all(|sample| (sample - 1000).abs() < 60));
    assert!(one.received().await.iter().all(|sample| (sample - 2000).abs() < 120));
}

#[tokio::test]
async fn on_hold_nothing_is_sent_and_the_prompt_goes_on() {
    let mut phone = Phone::new(LONG).await;
    phone.media.connect(Remote { on_hold: true, ..phone.remote() });
    phone.media.player().play(1, vec![1000; 320].into());
    assert_eq!(phone.event().await, MediaEvent::Played(1));
    phone.media.connect(phone.remote());
    phone.media.player().play(2, vec![2000; 160].into());
    assert!(
        phone.received().await.iter().all(|sample| (sample - 2000).abs() < 120),
        "the second prompt is sent"
    );
}

#[tokio::test]
async fn an_encrypted_leg_sends_and_takes_encrypted_audio_alone() {
    let mut phone = Phone::new(LONG).await;
    let peer_crypto = Crypto { tag: 1, suite: Suite::Sha1_80, key: srtp::Key::new([8; 32]) };
    let ours = Crypto { key: key(), ..peer_crypto };
    phone.media.connect(Remote { crypto: Some(peer_crypto), ..phone.remote() });
    let mut cipher = Cipher::new(peer_crypto.key, ours).unwrap();
    phone.media.player().play(1, vec![1000; 160].into());
    let mut datagram = [0; 400];
    loop {
        let length = phone.socket.recv(&mut datagram).await.unwrap();
        assert_eq!(length, 12 + FRAME + 10, "with the authentication tag");
        let packet = cipher.decrypt(&datagram[..length]).unwrap();
        let Some(Received::Audio { samples, .. }) = read(&packet, None) else { panic!("no audio") };
        if samples.iter().all(|sample| (sample - 1000).abs() < 50) {
            break;
        }
    }
    assert_eq!(phone.event().await, MediaEvent::Played(1));
    let (to, mut recorded) = mpsc::unbounded_channel();
    phone.media.record(false, to);
    let noticed = loop {
        // Plain audio is ignored, although it comes from the right address.
        phone.say(1, 9000).await;
        let packet = cipher.encrypt(&phone.writer.write(&[3000; FRAME], Codec::Pcmu)).unwrap();
        phone.socket.send_to(&packet, phone.media.local).await.unwrap();
        if let Ok(event) = tokio::time::timeout(Duration::from_millis(20), phone.events.recv()).await {
            break event;
        }
    };
    assert_eq!(noticed, Some(MediaEvent::Spoke));
    phone.media.stop_recording();
    let mut all = Vec::new();
    while let Some(samples) = recorded.recv().await {
        all.extend(samples);
    }
    let spoken: Vec<i16> = all.into_iter().filter(|sample| *sample != 0).collect();
    assert!(!spoken.is_empty() && spoken.iter().all(|sample| (sample - 3000).abs() < 100));
}

#[tokio::test]
async fn a_leg_without_any_audio_is_lost() {
    let mut phone = Phone::new(Duration::from_millis(200)).await;
    assert_eq!(phone.event().await, MediaEvent::Lost);
}

#[tokio::test]
async fn comfort_noise_counts_as_received_audio() {
    let mut phone = Phone::new(Duration::from_millis(400)).await;
    for _ in 0..20 {
        // RFC 3389: a phone sends this in place of silence.
        let mut packet = phone.writer.write(&[0; FRAME], Codec::Pcmu);
        packet[1] = 13;
        phone.socket.send_to(&packet[..13], phone.media.local).await.unwrap();
        assert!(tokio::time::timeout(Duration::from_millis(50), phone.event()).await.is_err());
    }
    assert_eq!(phone.event().await, MediaEvent::Lost);
}

#[tokio::test]
async fn ports_are_even_in_the_range_and_not_given_twice() {
    let settings = MediaSettings { ports: Arc::new(AudioPorts::new(30_001..=30_005)), ..settings(LONG) };
    let open = || Media::open(&settings, None, ([0; 32], key()), |_| {});
    let (first, second) = (open().await.unwrap(), open().await.unwrap());
    assert_ne!(first.local.port(), second.local.port());
    assert!([&first, &second].iter().all(|media| media.local.port() % 2 == 0));
    assert_eq!(open().await.err().map(|error| error.kind()), Some(std::io::ErrorKind::AddrInUse));
}
