//! A response's body that reports when it was sent or aborted.
use std::pin::Pin;
use std::task::{Context, Poll};

use hyper::body::{Body, Frame, SizeHint};

/// A body, and a function that is called when it is dropped, after it was sent or aborted.
pub(super) struct SentBody<B, F: FnOnce()> {
    body: B,
    done: Option<F>,
}

impl<B, F: FnOnce()> SentBody<B, F> {
    pub fn new(body: B, done: F) -> Self {
        Self { body, done: Some(done) }
    }
}

impl<B: Body + Unpin, F: FnOnce() + Unpin> Body for SentBody<B, F> {
    type Data = B::Data;
    type Error = B::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Self::Data>, Self::Error>>> {
        Pin::new(&mut self.body).poll_frame(cx)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

impl<B, F: FnOnce()> Drop for SentBody<B, F> {
    fn drop(&mut self) {
        if let Some(done) = self.done.take() {
            done();
        }
    }
}
