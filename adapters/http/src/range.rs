//! The `Range` header, as far as a player needs it (RFC 9110, section 14): one range of bytes.

/// First and last byte. Without a first byte, the last value is the length of the suffix.
pub type ByteRange = (Option<u64>, Option<u64>);

/// The range asked for. Several ranges, other units and nonsense are ignored, as the RFC allows: all is sent.
pub fn parse(header: Option<&str>) -> Option<ByteRange> {
    let (first, last) = header?.strip_prefix("bytes=")?.split_once('-')?;
    let number = |text: &str| if text.is_empty() { Some(None) } else { text.parse().ok().map(Some) };
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
        for ignored in ["bytes=-", "bytes=5-2", "bytes=0-1,3-4", "lines=0-1", "bytes=a-b", ""] {
            assert_eq!(parse(Some(ignored)), None, "{ignored}");
        }
        assert_eq!(parse(None), None);
    }
}
