//! Callbacks on their way to the front desk, and the time that passes meanwhile.
use std::time::Duration;

use jiff::Timestamp;

use super::Line;
use crate::wire::Fields;

/// A callback that has not arrived yet.
pub(super) struct Callback {
    pub(super) arrives_at: Timestamp,
    url: String,
    fields: Fields,
}

impl Line<'_> {
    /// Sends a status callback. A failure does not change the call.
    pub(super) async fn callback(&mut self, url: &str, fields: &Fields) {
        for delay in self.carrier.network.callback_arrivals() {
            if delay.is_zero() {
                self.deliver(url, fields).await;
            } else {
                let arrives_at = self.carrier.time.now() + delay;
                self.in_transit.push(Callback { arrives_at, url: url.to_owned(), fields: fields.clone() });
            }
        }
    }

    /// Lets time pass; callbacks arrive meanwhile.
    pub(super) async fn pass(&mut self, time: Duration) {
        let until = self.carrier.time.now() + time;
        self.in_transit.sort_by_key(|callback| std::cmp::Reverse(callback.arrives_at));
        while let Some(callback) = self.in_transit.pop_if(|next| next.arrives_at <= until) {
            self.carrier.time.pass(self.remaining(callback.arrives_at)).await;
            self.deliver(&callback.url, &callback.fields).await;
        }
        self.carrier.time.pass(self.remaining(until)).await;
    }

    pub(super) fn remaining(&self, until: Timestamp) -> Duration {
        Duration::try_from(until.duration_since(self.carrier.time.now())).unwrap_or_default()
    }

    async fn deliver(&mut self, url: &str, fields: &Fields) {
        match self.carrier.wire.post(url, fields).await {
            Ok((200..=299, _)) => {}
            Ok((status, _)) => self.problem(format!("a callback got status {status}")),
            Err(why) => self.problem(format!("a callback got no answer: {why}")),
        }
    }
}
