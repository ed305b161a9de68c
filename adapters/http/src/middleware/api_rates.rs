//! How many requests a token may send per minute. Responses say how many are left, in the headers `RateLimit-Policy` and
//! `RateLimit` (draft-ietf-httpapi-ratelimit-headers-10).
use std::num::NonZeroU32;
use std::time::Duration;

use governor::clock::{Clock, DefaultClock};
use governor::middleware::StateInformationMiddleware;
use governor::state::keyed::DashMapStateStore;
use governor::{Quota, RateLimiter};
use poem::http::{HeaderMap, HeaderName, HeaderValue};

use crate::problem::Problem;

/// The window that requests are counted in.
const WINDOW: Duration = Duration::from_secs(60);
/// The most tokens with counts; beyond that, those of idle tokens are dropped.
const MAX_TOKENS: usize = 1000;

type ByToken = RateLimiter<String, DashMapStateStore<String>, DefaultClock, StateInformationMiddleware>;

/// The requests of each token.
pub(crate) struct ApiRates {
    by_token: ByToken,
    clock: DefaultClock,
    quota: NonZeroU32,
}

/// What a token has left after a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Rate {
    quota: u32,
    remaining: u32,
}

impl ApiRates {
    /// Allows each token this number of requests per minute, spread out or at once.
    pub fn new(requests_per_minute: NonZeroU32) -> Self {
        let quota = Quota::per_minute(requests_per_minute);
        let by_token = RateLimiter::dashmap(quota).with_middleware::<StateInformationMiddleware>();
        Self { by_token, clock: DefaultClock::default(), quota: requests_per_minute }
    }

    /// Counts a request of a token. Returns a problem once the token has used up its requests.
    pub fn count(&self, token: &str) -> Result<Rate, Problem> {
        if self.by_token.len() > MAX_TOKENS {
            self.by_token.retain_recent();
        }
        let quota = self.quota.get();
        match self.by_token.check_key(&token.to_owned()) {
            Ok(state) => Ok(Rate { quota, remaining: state.remaining_burst_capacity() }),
            Err(refused) => {
                let wait = refused.wait_time_from(self.clock.now());
                let rate = Rate { quota, remaining: 0 };
                let headers = rate.headers().into_iter();
                Err(headers.fold(Problem::too_many_requests(wait), |problem, (name, value)| {
                    problem.with_header(name, value)
                }))
            }
        }
    }
}

impl Rate {
    /// Adds the headers to a response.
    pub fn describe(self, headers: &mut HeaderMap) {
        headers.extend(self.headers());
    }

    /// Names and values of the headers.
    pub fn headers(self) -> Vec<(HeaderName, HeaderValue)> {
        let Self { quota, remaining } = self;
        let window = WINDOW.as_secs();
        // The quota refills one request at a time; after this number of seconds it is full again.
        let used = u64::from(quota.saturating_sub(remaining));
        let reset = (used * window).div_ceil(u64::from(quota));
        let fields = [
            (HeaderName::from_static("ratelimit-policy"), format!("\"token\";q={quota};w={window}")),
            (HeaderName::from_static("ratelimit"), format!("\"token\";r={remaining};t={reset}")),
        ];
        fields.into_iter().filter_map(|(name, value)| Some((name, value.parse().ok()?))).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_token_has_its_own_quota_and_rate_headers() {
        let rates = ApiRates::new(NonZeroU32::new(2).unwrap());
        assert_eq!(rates.count("crm").unwrap(), Rate { quota: 2, remaining: 1 });
        assert_eq!(rates.count("crm").unwrap(), Rate { quota: 2, remaining: 0 });
        let problem = rates.count("crm").unwrap_err();
        let response = problem.into_response(&crate::middleware::path_prefix::PathPrefix::default());
        assert_eq!(response.status(), 429);
        let header = |name: &str| response.header(name).unwrap_or_default().to_owned();
        let wait: u64 = header("retry-after").parse().unwrap();
        assert!((1..=30).contains(&wait), "{wait}");
        assert_eq!(header("ratelimit-policy"), "\"token\";q=2;w=60");
        assert_eq!(header("ratelimit"), "\"token\";r=0;t=60");
        assert_eq!(rates.count("other").unwrap().remaining, 1);
    }
}
