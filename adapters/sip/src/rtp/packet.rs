//! Encodes and decodes RTP packets.
use audio_codec_algorithms::{decode_alaw, decode_ulaw, encode_alaw, encode_ulaw};
use rtp_types::{RtpPacket, RtpPacketBuilder};

use super::FRAME;
use crate::sdp::Codec;

/// The content of a received packet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Received {
    /// Audio, with its stream and its time in samples.
    Audio { source: u32, time: u32, samples: Vec<i16> },
    /// A telephone event.
    Event { source: u32, time: u32, event: u8 },
    /// Comfort noise in place of silence (RFC 3389), or a payload that was not negotiated: a sign that the other side is there.
    Other,
}

/// The RTP payload types that RTCP packets appear to have (RFC 5761, section 4). Some devices send RTCP to the audio port.
const CONTROL: std::ops::RangeInclusive<u8> = 64..=95;

/// Reads a packet; `None` if it has no content for us. Audio may be A-law or µ-law; `keys` is the payload type of events.
pub fn read(datagram: &[u8], keys: Option<u8>) -> Option<Received> {
    let packet = RtpPacket::parse(datagram).ok()?;
    let (payload, source, time) = (packet.payload(), packet.ssrc(), packet.timestamp());
    let decode: fn(u8) -> i16 = match packet.payload_type() {
        0 => decode_ulaw,
        8 => decode_alaw,
        other if Some(other) == keys => {
            // RFC 4733, section 2.3: event, end and volume, duration.
            return (payload.len() >= 4).then(|| Received::Event { source, time, event: payload[0] });
        }
        other if CONTROL.contains(&other) => return None,
        _ => return Some(Received::Other),
    };
    if payload.is_empty() {
        return None;
    }
    let samples = payload.iter().map(|coded| decode(*coded)).collect();
    Some(Received::Audio { source, time, samples })
}

/// Writes the packets of one stream.
#[derive(Debug)]
pub struct Writer {
    source: u32,
    number: u16,
    time: u32,
    is_first: bool,
}

impl Writer {
    /// A stream with random initial values (RFC 3550, section 5.1).
    pub fn new(random: [u8; 32]) -> Self {
        let word =
            |at: usize| u32::from_be_bytes([random[at], random[at + 1], random[at + 2], random[at + 3]]);
        Self {
            source: word(0),
            // In the lower half, so that a lost first packet of an encrypted stream does no harm (RFC 3711, 3.3.1).
            number: u16::from_be_bytes([random[4] & 0x7f, random[5]]),
            time: word(6),
            is_first: true,
        }
    }

    /// Advances the timestamp by a packet that is not sent.
    pub fn skip(&mut self) {
        self.time = self.time.wrapping_add(160);
        self.is_first = true;
    }

    /// Starts another stream with the next packet.
    pub fn begin_stream(&mut self) {
        self.source = self.source.wrapping_add(1);
        self.is_first = true;
    }

    /// The next packet.
    pub fn write(&mut self, frame: &[i16; FRAME], codec: Codec) -> Vec<u8> {
        let encode: fn(i16) -> u8 = match codec {
            Codec::Pcmu => encode_ulaw,
            Codec::Pcma => encode_alaw,
        };
        let payload: Vec<u8> = frame.iter().map(|sample| encode(*sample)).collect();
        let packet = RtpPacketBuilder::<&[u8], &[u8]>::new()
            .marker_bit(std::mem::replace(&mut self.is_first, false))
            .payload_type(codec.payload_type())
            .sequence_number(self.number)
            .timestamp(self.time)
            .ssrc(self.source)
            .payload(payload.as_slice())
            .write_vec_unchecked();
        self.number = self.number.wrapping_add(1);
        self.time = self.time.wrapping_add(160);
        packet
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_packet_is_read_as_it_was_written() {
        let mut writer = Writer::new([0xff; 32]);
        let frame: [i16; FRAME] = std::array::from_fn(|n| if n % 2 == 0 { 1000 } else { -1000 });
        for codec in [Codec::Pcmu, Codec::Pcma] {
            let first = writer.write(&frame, codec);
            let second = writer.write(&frame, codec);
            assert_eq!(first.len(), 172);
            let (
                Some(Received::Audio { source, time, samples }),
                Some(Received::Audio { source: next, time: later, .. }),
            ) = (read(&first, None), read(&second, None))
            else {
                panic!()
            };
            assert_eq!((next, later), (source, time.wrapping_add(160)));
            assert!(samples.iter().zip(frame).all(|(got, sent)| (got - sent).abs() < 50), "{samples:?}");
        }
    }

    #[test]
    fn keys_come_by_the_payload_type_that_was_agreed_on() {
        let event = |payload_type| {
            let payload = [5u8, 0x0a, 0, 160];
            let packet = RtpPacketBuilder::<&[u8], &[u8]>::new()
                .payload_type(payload_type)
                .timestamp(7)
                .payload(payload.as_slice());
            packet.write_vec_unchecked()
        };
        assert_eq!(read(&event(96), Some(96)), Some(Received::Event { source: 0, time: 7, event: 5 }));
        assert_eq!(read(&event(101), Some(96)), Some(Received::Other));
        assert_eq!(read(&event(96), None), Some(Received::Other));
        assert_eq!(read(&event(13), None), Some(Received::Other), "comfort noise");
        assert_eq!(read(&event(72), None), None, "an RTCP receiver report");
    }

    proptest::proptest! {
        #[test]
        fn any_datagram_is_read_without_a_panic(datagram: Vec<u8>, keys: Option<u8>) {
            let _ = read(&datagram, keys);
        }

        #[test]
        fn a_damaged_packet_is_read_without_a_panic(at in 0usize..172, byte: u8, length in 0usize..172) {
            let mut packet = Writer::new([1; 32]).write(&[0; FRAME], Codec::Pcmu);
            packet[at] = byte;
            let _ = read(&packet[..length], Some(101));
        }
    }
}
