//! All configuration keys. An unknown key is refused with the most similar known key.

/// One key.
pub(super) struct Key {
    /// Its parts, separated by dots; a `*` stands for any name.
    pub name: &'static str,
    /// Whether its value is a secret, which may also come from a file named in `…_file`.
    pub secret: bool,
}

const fn key(name: &'static str) -> Key {
    Key { name, secret: false }
}

const fn secret(name: &'static str) -> Key {
    Key { name, secret: true }
}

pub(super) const KEYS: &[Key] = &[
    key("public_url"),
    key("listen"),
    key("private_listen"),
    secret("database.url"),
    secret("database.read_url"),
    key("recordings.url"),
    key("recordings.delete_at_carrier"),
    key("recordings.endpoint"),
    key("recordings.region"),
    key("recordings.access_key_id"),
    secret("recordings.secret_access_key"),
    key("transcription.command"),
    key("spool.path"),
    key("feed.resolve_misses"),
    key("retention.calls"),
    key("retention.audio"),
    key("retention.transcripts"),
    key("retention.raw"),
    key("retention.audit"),
    key("carrier.dialect"),
    secret("carrier.signing_key"),
    key("twilio.account_sid"),
    secret("twilio.auth_token"),
    secret("twilio.previous_auth_token"),
    key("twilio.api_url"),
    key("sip.listen"),
    key("sip.tcp"),
    key("sip.srtp"),
    key("sip.address"),
    key("sip.peers"),
    secret("sip.users.*"),
    key("sip.routes.*"),
    key("sip.registrar"),
    key("sip.username"),
    secret("sip.password"),
    key("sip.voice"),
    key("sip.max_calls"),
    key("sip.max_calls_a_peer"),
    key("sip.audio_ports"),
    key("sip.audio_timeout"),
    key("sip.drain"),
    key("sip.folder"),
    secret("auth.admin_password"),
    secret("auth.api_token"),
    key("api.requests_per_minute"),
    key("auth.newcomers"),
    key("auth.staff_may_close"),
    key("auth.proxy_header"),
    key("auth.proxy_networks"),
    key("auth.oidc.issuer"),
    key("auth.oidc.client_id"),
    secret("auth.oidc.client_secret"),
    key("auth.oidc.claim"),
    key("auth.oidc.domains"),
    key("screening"),
    key("timezone"),
    key("forward_to"),
    key("limits.time_limit"),
    key("limits.concurrent_forwards"),
    key("limits.forwards_a_day"),
    key("limits.forward_minutes_a_day"),
    key("limits.calls_a_caller_an_hour"),
    key("metrics.listen"),
    key("log.format"),
    key("log.level"),
    key("flow"),
    secret("smtp.url"),
    key("smtp.from"),
    key("feed.url"),
    key("notify.*.email"),
    key("notify.*.webhook"),
    secret("notify.*.webhook_secret"),
    key("notify.*.outcomes"),
    key("notify.*.events"),
    key("notify.*.attach"),
    key("notify.*.language"),
];

/// The key of that name, and whether the name is the `…_file` form of the key.
pub(super) fn find(name: &str) -> Option<(&'static Key, bool)> {
    let whole = || KEYS.iter().find(|key| fits(key.name, name)).map(|key| (key, false));
    // The `…_file` form comes first: a `*` would match a name with that ending, too.
    let base = name.strip_suffix("_file");
    let of_file = base.and_then(|base| KEYS.iter().find(|key| key.secret && fits(key.name, base)));
    of_file.map(|key| (key, true)).or_else(whole)
}

fn fits(pattern: &str, name: &str) -> bool {
    pattern.split('.').count() == name.split('.').count() && begins(pattern, name)
}

/// Whether a name that matches the pattern can begin with those parts.
fn begins(pattern: &str, parts: &str) -> bool {
    let named = |part: &str| {
        // Routes have numbers for names: `+33*`.
        let fits = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b"_-+*".contains(&b);
        !part.is_empty() && part.bytes().all(fits)
    };
    let mut pattern = pattern.split('.');
    parts
        .split('.')
        .all(|part| pattern.next().is_some_and(|known| known == part || (known == "*" && named(part))))
}

/// The known key nearest to an unknown one.
pub(super) fn nearest(name: &str) -> &'static str {
    let by_distance = KEYS.iter().min_by_key(|key| strsim::damerau_levenshtein(key.name, name));
    by_distance.map_or("public_url", |key| key.name)
}

/// Whether a name is a table of keys: `twilio` in `twilio.auth_token`.
pub(super) fn is_section(name: &str) -> bool {
    KEYS.iter().any(|key| key.name.split('.').count() > name.split('.').count() && begins(key.name, name))
}
