//! Caller and called number of an INVITE.
use frontdesk_domain::flow::Attestation;
use frontdesk_domain::{CallerId, PhoneNumber};
use frontdesk_ports::RawParameters;
use rsipstack::sip::Request;
use rsipstack::sip::prelude::HeadersExt;
use serde::{Deserialize, Serialize};

/// Caller and called number of a call.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CallParties {
    pub from: CallerId,
    pub from_name: Option<String>,
    pub to: String,
    pub diverted_from: Option<PhoneNumber>,
    pub attestation: String,
    pub raw: RawParameters,
}

impl CallParties {
    pub fn attestation(&self) -> Attestation {
        self.attestation.parse().unwrap_or_default()
    }
}

/// The parties; `None` if the request does not name them. `user` is set if a password authenticated the caller, who is then in
/// another network: the headers of such a request are not trusted to name the caller's number.
pub fn of(request: &Request, user: Option<String>) -> Option<CallParties> {
    let from = request.from_header().ok()?.value().to_owned();
    let to = request.to_header().ok()?.value().to_owned();
    let trusted = |name: &str| request.header_value(name).filter(|_| user.is_none());
    // RFC 3325: the identity that the network asserts, which is trusted from allowed peers. Older networks use
    // Remote-Party-ID (draft-ietf-sip-privacy), which may name the called party.
    let remote = trusted("Remote-Party-ID").filter(|header| {
        parameter(header, "party").is_none_or(|party| party.eq_ignore_ascii_case("calling"))
    });
    let is_private_remote =
        remote.as_deref().and_then(|header| parameter(header, "privacy")).is_some_and(is_private);
    let asserted = trusted("P-Asserted-Identity").or(remote);
    // RFC 3323 and 3325: the caller withholds the number, although the network knows it.
    let is_private = is_private_remote || trusted("Privacy").is_some_and(|privacy| is_private(&privacy));
    let (name, address) = match &user {
        Some(user) => (None, format!("sip:{user}@frontdesk")),
        None => name_and_address(asserted.as_deref().unwrap_or(&from)),
    };
    let caller = if is_private { CallerId::Withheld } else { CallerId::read(&caller_text(&address)) };
    let from_name = name.or_else(|| name_and_address(&from).0).filter(|_| caller != CallerId::Withheld);
    // RFC 5806; History-Info (RFC 7044) repeats it.
    let diverted = trusted("Diversion").map(|text| user_of(&name_and_address(&text).1).to_owned());
    let called = user_of(&name_and_address(&to).1).to_owned();
    let requested = request.uri.user().unwrap_or_default().to_owned();
    // A trunk puts our user into the request URI and the number into To; a phone puts the number into the request URI.
    let dialled =
        [&called, &requested].into_iter().find(|user| user.starts_with('+')).unwrap_or(&called).clone();
    let shown = |value: Option<String>| value.filter(|_| !is_private);
    let raw = [
        ("From", shown(Some(from))),
        ("To", Some(to)),
        ("Call-ID", request.call_id_header().ok().map(|id| id.value().to_owned())),
        ("User-Agent", request.header_value("User-Agent")),
        ("P-Asserted-Identity", shown(request.header_value("P-Asserted-Identity"))),
        ("Diversion", shown(request.header_value("Diversion"))),
    ];
    let raw: Vec<(String, String)> =
        raw.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?))).collect();
    Some(CallParties {
        from: caller,
        from_name,
        to: dialled,
        diverted_from: diverted.and_then(|user| PhoneNumber::read_called(&user)),
        attestation: asserted.map_or(Attestation::Unknown, |_| attestation(&address)).to_string(),
        raw: RawParameters(raw.into()),
    })
}

/// Whether one of these privacy values withholds the caller's number or name.
fn is_private(words: &str) -> bool {
    let is_private = |word: &str| {
        let word = word.trim();
        ["id", "user", "full", "header", "uri", "name"].iter().any(|known| word.eq_ignore_ascii_case(known))
    };
    words.split([';', ',', '-']).any(is_private)
}

/// The value of a parameter after the address of a header.
fn parameter<'h>(header: &'h str, name: &str) -> Option<&'h str> {
    let behind = split_at_bracket(header)
        .map_or(header, |(_, rest)| rest.split_once('>').map_or("", |(_, rest)| rest));
    let pairs = behind.split(';').filter_map(|part| part.split_once('='));
    let value =
        pairs.filter(|(key, _)| key.trim().eq_ignore_ascii_case(name)).map(|(_, value)| value).next()?;
    Some(value.trim().trim_matches('"'))
}

/// `"Bob" <sip:101@pbx>;tag=1` as name and address.
fn name_and_address(text: &str) -> (Option<String>, String) {
    let Some((before, rest)) = split_at_bracket(text) else {
        // Without brackets, parameters after a semicolon belong to the header.
        return (None, text.split(';').next().unwrap_or_default().trim().to_owned());
    };
    let name = before.trim().trim_matches('"').replace("\\\"", "\"").trim().to_owned();
    let address = rest.split('>').next().unwrap_or_default().trim().to_owned();
    (Some(name).filter(|name| !name.is_empty()), address)
}

/// Splits a text at the first bracket outside quotes: callers can put any text inside quotes.
fn split_at_bracket(text: &str) -> Option<(&str, &str)> {
    let (mut in_quotes, mut is_escaped) = (false, false);
    for (place, c) in text.char_indices() {
        match c {
            _ if is_escaped => is_escaped = false,
            '\\' if in_quotes => is_escaped = true,
            '"' => in_quotes = !in_quotes,
            '<' if !in_quotes => return Some((text.get(..place)?, text.get(place + 1..)?)),
            _ => {}
        }
    }
    None
}

/// The user part of an address: between scheme and host, without parameters.
fn user_of(address: &str) -> &str {
    let rest = address.split_once(':').map_or(address, |(_, rest)| rest);
    let user = if rest.contains('@') || address.to_ascii_lowercase().starts_with("tel:") {
        rest.split('@').next().unwrap_or_default()
    } else {
        ""
    };
    user.split(';').next().unwrap_or_default()
}

/// A telephone number without its host; any other address unchanged.
fn caller_text(address: &str) -> String {
    let user = user_of(address);
    let digits = user.strip_prefix('+').unwrap_or(user);
    let is_number = digits.len() >= 7 && digits.bytes().all(|b| b.is_ascii_digit());
    if is_number || address.to_ascii_lowercase().starts_with("tel:") {
        user.to_owned()
    } else {
        address.to_owned()
    }
}

/// The network's verdict on the signature of the number (3GPP TS 24.229, verstat).
fn attestation(address: &str) -> Attestation {
    let verstat = address.split(';').find_map(|part| part.split('@').next()?.strip_prefix("verstat="));
    match verstat {
        Some("TN-Validation-Passed" | "TN-Validation-Passed-A") => Attestation::Full,
        Some("TN-Validation-Passed-B") => Attestation::Partial,
        Some("TN-Validation-Passed-C") => Attestation::Gateway,
        Some("TN-Validation-Failed") => Attestation::Failed,
        _ => Attestation::Unknown,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn request(from: &str, to: &str, headers: &str) -> Request {
        let text = format!(
            "INVITE sip:frontdesk@192.0.2.1 SIP/2.0\r\nVia: SIP/2.0/UDP 192.0.2.9;branch=z9hG4bK1\r\nFrom: {from};tag=1\r\n\
             To: {to}\r\nCall-ID: a84b4c76e66710@pc33.example\r\nCSeq: 1 INVITE\r\nContact: <sip:a@192.0.2.9>\r\n{headers}\
             Content-Length: 0\r\n\r\n"
        );
        Request::try_from(text.as_str()).unwrap()
    }

    fn parties(from: &str, to: &str, headers: &str) -> CallParties {
        of(&request(from, to, headers), None).unwrap()
    }

    fn caller(from: &str, headers: &str) -> CallerId {
        parties(from, "<sip:+15556667777@192.0.2.1>", headers).from
    }

    #[test]
    fn numbers_are_read_from_every_form_of_address() {
        let known = CallerId::read("+33123456789");
        for from in [
            "<sip:+33123456789@trunk.example>",
            "\"Bob\" <sip:+33123456789@trunk.example;user=phone>",
            "<sip:+33123456789;verstat=TN-Validation-Passed@trunk.example>",
            "<tel:+33123456789>",
            "sip:+33123456789@trunk.example",
        ] {
            assert_eq!(caller(from, ""), known, "{from}");
        }
        assert_eq!(caller("<sip:0123456789@trunk.example>", ""), CallerId::read("0123456789"));
        assert_eq!(caller("<sip:101@pbx.example>", ""), CallerId::Sip("sip:101@pbx.example".into()));
    }

    #[test]
    fn asserted_identity_is_trusted_and_privacy_respected() {
        let asserted = "P-Asserted-Identity: \"Ann\" <sip:+33123456789@trunk.example>\r\n";
        let anonymous = "\"Anonymous\" <sip:anonymous@anonymous.invalid>";
        assert_eq!(caller(anonymous, ""), CallerId::Withheld);
        assert_eq!(caller("<sip:trunk@trunk.example>", asserted), CallerId::read("+33123456789"));
        let private = parties(anonymous, "<sip:+15556667777@x>", &format!("{asserted}Privacy: id\r\n"));
        assert_eq!((private.from, private.from_name), (CallerId::Withheld, None));
        assert_eq!(caller("<sip:+33123456789@x>", "Privacy: none\r\n"), CallerId::read("+33123456789"));
    }

    #[test]
    fn remote_party_id_has_its_own_privacy() {
        let anonymous = "<sip:anonymous@anonymous.invalid>";
        let header = |parameters: &str| {
            format!(
                "Remote-Party-ID: \"Ann; privacy=off\" <sip:+33123456789@trunk.example;user=phone>{parameters}\r\n"
            )
        };
        let known = CallerId::read("+33123456789");
        for parameters in ["", ";party=calling", ";party=calling;privacy=off;screen=yes"] {
            assert_eq!(caller(anonymous, &header(parameters)), known, "{parameters}");
        }
        for parameters in
            [";party=calling;privacy=full", ";privacy=\"full\"", ";PRIVACY=uri", ";privacy=name-uri"]
        {
            let call = parties("<sip:+33123456789@x>", "<sip:+15556667777@x>", &header(parameters));
            assert_eq!((call.from, call.from_name), (CallerId::Withheld, None), "{parameters}");
            assert!(call.raw.0.iter().all(|(_, value)| !value.contains("33123456789")), "{parameters}");
        }
        assert_eq!(caller("<sip:+33987654321@x>", &header(";party=called")), CallerId::read("+33987654321"));
    }

    #[test]
    fn name_dialled_number_and_diversion_are_read() {
        let call = parties(
            "\"Bob \\\"B\\\" Builder\" <sip:101@pbx>",
            "<sip:+15556667777@192.0.2.1>",
            "Diversion: <sip:+33611223344@x>;reason=no-answer\r\n",
        );
        assert_eq!(call.from_name.as_deref(), Some("Bob \"B\" Builder"));
        assert_eq!(call.to, "+15556667777");
        assert_eq!(call.diverted_from, "+33611223344".parse().ok());
        assert_eq!(parties("<sip:101@pbx>", "<sip:frontdesk@192.0.2.1>", "").to, "frontdesk");
    }

    #[test]
    fn a_verified_number_is_known_as_such() {
        for (word, expected) in
            [("Passed", Attestation::Full), ("Failed", Attestation::Failed), ("Odd", Attestation::Unknown)]
        {
            let asserted =
                format!("P-Asserted-Identity: <sip:+33123456789;verstat=TN-Validation-{word}@x>\r\n");
            assert_eq!(parties("<sip:a@b>", "<sip:a@b>", &asserted).attestation(), expected);
        }
        // A phone can claim this about itself.
        let claimed = parties("<sip:+33123456789;verstat=TN-Validation-Passed@x>", "<sip:a@b>", "");
        assert_eq!(claimed.attestation(), Attestation::Unknown);
    }

    #[test]
    fn an_authenticated_user_cannot_claim_another_identity() {
        let claims = "P-Asserted-Identity: <sip:+33123456789;verstat=TN-Validation-Passed@x>\r\nDiversion: <sip:+33611223344@x>\r\n\
                      Privacy: id\r\n";
        let request = request("\"Ann\" <sip:+33987654321@x>", "<sip:+15556667777@x>", claims);
        let parties = of(&request, Some("101".into())).unwrap();
        assert_eq!(parties.from, CallerId::Sip("sip:101@frontdesk".into()));
        assert_eq!((parties.diverted_from, parties.attestation.as_str()), (None, "unknown"));
    }

    #[test]
    fn a_display_name_cannot_spoof_the_number() {
        let asserted = "P-Asserted-Identity: \"x <sip:+33611223344@x> \\\" <sip:+33611223344@x>\" <sip:+15550001111@x>\r\n";
        assert_eq!(caller("<sip:a@b>", asserted), CallerId::read("+15550001111"));
    }

    #[test]
    fn a_withheld_number_is_not_in_the_stored_request_either() {
        let private = "P-Asserted-Identity: <sip:+33123456789@x>\r\nPrivacy: ID\r\n";
        let call = parties("<sip:+33123456789@x>", "<sip:+15556667777@x>", private);
        assert_eq!(call.from, CallerId::Withheld);
        assert!(call.raw.0.iter().all(|(_, value)| !value.contains("33123456789")), "{:?}", call.raw.0);
    }
}
