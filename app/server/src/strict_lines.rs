//! Refuses requests with lines that end with LF alone. hyper accepts them, some proxies do not, and if two programs disagree
//! about the end of a line, one request can be hidden in another (RFC 9112, section 2.2 and 11.2).

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

/// The maximum length of a line that determines the length of a body. A longer one is refused: hyper would read all of it, so
/// the two could disagree about where the body ends.
const LONGEST: usize = 256;
const LENGTH: &[u8] = b"content-length";
const ENCODING: &[u8] = b"transfer-encoding";
/// Replaces a LF without a CR before it. No line may contain this byte, so hyper answers 400 and closes the connection.
const FORBIDDEN: u8 = 0;

/// A connection in which request lines that do not end with CR LF are made invalid.
pub(super) struct StrictLines<S> {
    stream: S,
    lines: RequestLines,
}

impl<S> StrictLines<S> {
    pub(super) fn new(stream: S) -> Self {
        Self { stream, lines: RequestLines::default() }
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for StrictLines<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let before = buffer.filled().len();
        let polled = Pin::new(&mut self.stream).poll_read(cx, buffer);
        if matches!(polled, Poll::Ready(Ok(()))) {
            self.lines.check(&mut buffer.filled_mut()[before..]);
        }
        polled
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for StrictLines<S> {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write(cx, bytes)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        parts: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write_vectored(cx, parts)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}

/// What the next bytes of a connection belong to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
enum Part {
    /// The request line and the headers.
    #[default]
    Head,
    /// A number of bytes of a body, after which a request begins.
    Body(u64),
    /// The line before a chunk.
    ChunkSize,
    /// A number of bytes of a chunk, including the CR LF after it.
    Chunk(u64),
    /// The lines after the last chunk.
    Trailer,
}

/// Parses the requests of a connection line by line.
#[derive(Debug, Default)]
struct RequestLines {
    part: Part,
    line: Vec<u8>,
    is_too_long: bool,
    last: u8,
    begun: bool,
    length: u64,
    is_chunked: bool,
}

impl RequestLines {
    /// Parses the next bytes, and makes lines invalid that end with LF alone.
    fn check(&mut self, mut bytes: &mut [u8]) {
        while !bytes.is_empty() {
            if let Part::Body(left) | Part::Chunk(left) = self.part {
                let count = bytes.len().min(usize::try_from(left).unwrap_or(usize::MAX));
                self.skip(left - count as u64);
                bytes = &mut bytes[count..];
                continue;
            }
            let Some(end) = bytes.iter().position(|byte| *byte == b'\n') else {
                return self.part_of_line(bytes);
            };
            let (line, rest) = bytes.split_at_mut(end + 1);
            self.part_of_line(&line[..end]);
            self.line_feed(&mut line[end]);
            bytes = rest;
        }
    }

    fn skip(&mut self, left: u64) {
        self.part = match self.part {
            Part::Chunk(_) if left == 0 => Part::ChunkSize,
            Part::Chunk(_) => Part::Chunk(left),
            _ if left == 0 => Part::Head,
            _ => Part::Body(left),
        };
    }

    /// Bytes of a line without its end.
    fn part_of_line(&mut self, bytes: &[u8]) {
        let Some(last) = bytes.last() else { return };
        self.last = *last;
        let count = bytes.len().min(LONGEST - self.line.len());
        self.line.extend_from_slice(&bytes[..count]);
        self.is_too_long |= count < bytes.len();
    }

    /// The end of a line.
    fn line_feed(&mut self, byte: &mut u8) {
        let last = std::mem::replace(&mut self.last, b'\n');
        // The next line uses the same buffer.
        let mut line = std::mem::take(&mut self.line);
        let is_too_long = std::mem::take(&mut self.is_too_long) && self.has_length(&line);
        if last != b'\r' || is_too_long {
            *byte = FORBIDDEN;
        }
        self.end_of(line.strip_suffix(b"\r").unwrap_or(&line));
        line.clear();
        self.line = line;
    }

    /// Whether a line determines the length of a body.
    fn has_length(&self, line: &[u8]) -> bool {
        let name = line.split(|byte| *byte == b':').next().unwrap_or_default();
        match self.part {
            Part::ChunkSize => true,
            Part::Head => name.eq_ignore_ascii_case(LENGTH) || name.eq_ignore_ascii_case(ENCODING),
            _ => false,
        }
    }

    fn end_of(&mut self, line: &[u8]) {
        match self.part {
            // Empty lines before a request are allowed.
            Part::Head if line.is_empty() && !self.begun => {}
            Part::Head if line.is_empty() => {
                self.begun = false;
                let length = std::mem::take(&mut self.length);
                let is_chunked = std::mem::take(&mut self.is_chunked);
                self.part = match length {
                    _ if is_chunked => Part::ChunkSize,
                    0 => Part::Head,
                    length => Part::Body(length),
                };
            }
            Part::Head => {
                self.begun = true;
                self.header(line);
            }
            Part::ChunkSize => {
                let digits = line.split(|byte| *byte == b';').next().unwrap_or_default().trim_ascii();
                let size =
                    str::from_utf8(digits).ok().and_then(|digits| u64::from_str_radix(digits, 16).ok());
                self.part = match size.unwrap_or_default() {
                    0 => Part::Trailer,
                    size => Part::Chunk(size.saturating_add(2)),
                };
            }
            Part::Trailer if line.is_empty() => self.part = Part::Head,
            Part::Trailer | Part::Body(_) | Part::Chunk(_) => {}
        }
    }

    fn header(&mut self, line: &[u8]) {
        let Some(colon) = line.iter().position(|byte| *byte == b':') else { return };
        let (name, value) = (&line[..colon], line[colon + 1..].trim_ascii());
        if name.eq_ignore_ascii_case(LENGTH) {
            self.length = str::from_utf8(value).ok().and_then(|value| value.parse().ok()).unwrap_or_default();
        } else if name.eq_ignore_ascii_case(ENCODING) {
            self.is_chunked = true;
        }
    }
}

#[cfg(test)]
mod tests;
