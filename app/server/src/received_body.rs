//! A request's body that reports when it has been received or is no longer read.
use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::Bytes;
use futures_util::Stream;

/// The chunks of a body, and a function that is called once after the last one, or when the body is dropped.
pub(super) struct ReceivedBody<S, F: FnOnce()> {
    pieces: S,
    done: Option<F>,
}

impl<S, F: FnOnce()> ReceivedBody<S, F> {
    pub fn new(pieces: S, done: F) -> Self {
        Self { pieces, done: Some(done) }
    }

    fn end(&mut self) {
        if let Some(done) = self.done.take() {
            done();
        }
    }
}

impl<E, S, F> Stream for ReceivedBody<S, F>
where
    S: Stream<Item = Result<Bytes, E>> + Unpin,
    F: FnOnce() + Unpin,
{
    type Item = S::Item;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let next = Pin::new(&mut self.pieces).poll_next(cx);
        if matches!(next, Poll::Ready(None)) {
            self.end();
        }
        next
    }
}

impl<S, F: FnOnce()> Drop for ReceivedBody<S, F> {
    fn drop(&mut self) {
        self.end();
    }
}
