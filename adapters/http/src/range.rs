//! The `Range` header (RFC 9110, section 14), limited to what players need: one range of bytes.

/// First and last byte. Without a first byte, the last value is the length of the suffix.
pub type ByteRange = (Option<u64>, Option<u64>);

/// The requested range. Several ranges, other units and invalid headers are ignored, as the RFC allows: the whole is sent.
pub fn parse(header: Option<&str>) -> Option<ByteRange> {
    let (unit, set) = header?.split_once('=')?;
    // Range units are compared without regard to letter case (RFC 9110, section 14.1).
    let (first, last) = set.split_once('-').filter(|_| unit.trim().eq_ignore_ascii_case("bytes"))?;
    let digits =
        |text: &str| text.bytes().all(|byte| byte.is_ascii_digit()).then(|| text.parse().ok()).flatten();
    let number = |text: &str| if text.is_empty() { Some(None) } else { digits(text).map(Some) };
    let range = (number(first.trim())?, number(last.trim())?);
    match range {
        (None, None) => None,
        (Some(first), Some(last)) if last < first => None,
        range => Some(range),
    }
}

#[cfg(test)]
mod tests {
    use super::parse;

    #[test]
    fn one_range_is_read_and_anything_else_ignored() {
        assert_eq!(parse(Some("bytes=0-99")), Some((Some(0), Some(99))));
        assert_eq!(parse(Some("bytes=100-")), Some((Some(100), None)));
        assert_eq!(parse(Some("bytes=-5")), Some((None, Some(5))));
        assert_eq!(parse(Some("Bytes=0-99")), Some((Some(0), Some(99))));
        assert_eq!(parse(Some("bytes=+0-+1")), None);
        for ignored in ["bytes=-", "bytes=5-2", "bytes=0-1,3-4", "lines=0-1", "bytes=a-b", ""] {
            assert_eq!(parse(Some(ignored)), None, "{ignored}");
        }
        assert_eq!(parse(None), None);
    }
}
