use proptest::prelude::*;

use super::*;

/// What hyper receives of these bytes if they arrive in pieces of that length.
fn read(bytes: &[u8], parts: usize) -> Vec<u8> {
    let (mut lines, mut bytes) = (RequestLines::default(), bytes.to_vec());
    bytes.chunks_mut(parts.max(1)).for_each(|part| lines.check(part));
    bytes
}

const VALID: [&str; 4] = [
    "GET / HTTP/1.1\r\nHost: a\r\n\r\n",
    "\r\nPOST /a HTTP/1.1\r\nHost: a\r\ncontent-LENGTH:  4 \r\n\r\na\nb\n",
    "POST /b HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n3\r\na\nb\r\nA;x=y\r\n\n\n\n\n\n\n\n\n\n\n\r\n0\r\nT: x\r\n\r\n",
    "GET /c HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n",
];

proptest! {
    #[test]
    fn valid_requests_pass_unchanged_in_any_order_and_in_any_pieces(
        order in proptest::collection::vec(0..VALID.len(), 1..8),
        parts in 1..40_usize,
    ) {
        let bytes: String = order.into_iter().map(|one| VALID[one]).collect();
        prop_assert_eq!(read(bytes.as_bytes(), parts), bytes.as_bytes());
    }

    #[test]
    fn a_line_that_ends_with_lf_alone_is_made_invalid_after_any_requests(
        order in proptest::collection::vec(0..VALID.len(), 0..5),
        parts in 1..40_usize,
        at in 0..3_usize,
    ) {
        let before: String = order.into_iter().map(|one| VALID[one]).collect();
        let broken = ["GET / HTTP/1.1\nHost: a\r\n\r\n", "GET / HTTP/1.1\r\nHost: a\n\r\n", "GET / HTTP/1.1\r\nHost: a\r\n\n"][at];
        let bytes = read(format!("{before}{broken}").as_bytes(), parts);
        prop_assert_eq!(&bytes[..before.len()], before.as_bytes());
        let made_invalid = bytes[before.len()..].iter().filter(|byte| **byte == FORBIDDEN);
        prop_assert_eq!(made_invalid.collect::<Vec<_>>().len(), 1);
    }
}

#[test]
fn a_length_in_a_line_too_long_to_follow_is_refused_and_other_long_lines_are_not() {
    let blanks = " ".repeat(2 * LONGEST);
    let zeros = "0".repeat(2 * LONGEST);
    let chunked = "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n";
    for refused in [
        format!("POST / HTTP/1.1\r\nHost: a\r\nContent-Length:{blanks}12\r\n\r\n"),
        format!("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding:{blanks}chunked\r\n\r\n"),
        format!("{chunked}{zeros}5\r\nabcde\r\n0\r\n\r\n"),
    ] {
        assert!(read(refused.as_bytes(), 7).contains(&FORBIDDEN), "{refused}");
    }
    let cookie = format!("GET / HTTP/1.1\r\nHost: a\r\nCookie: {zeros}\r\n\r\n");
    assert_eq!(read(cookie.as_bytes(), 7), cookie.as_bytes());
}

#[test]
fn a_chunk_size_that_ends_with_lf_alone_is_made_invalid() {
    let head = "POST /b HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n";
    assert_eq!(read(format!("{head}3\nabc").as_bytes(), 5), format!("{head}3\0abc").as_bytes());
}
