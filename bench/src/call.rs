//! Whole calls as a carrier sends them: the order of the requests, and their fields.
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit, Mac};
use sha1::Sha1;

/// The default account.
pub const ACCOUNT: &str = "AC0000000000000000000000000000be0c";
/// The default token, which signs requests.
pub const TOKEN: &str = "the-benchs-token";

/// The server that is called, and the account that signs the requests.
#[derive(Debug, Clone)]
pub struct Line {
    pub target: String,
    pub account: String,
    pub token: String,
}

/// A request that is ready to be sent.
#[derive(Clone)]
pub struct Request {
    pub path: String,
    pub signature: String,
    pub body: String,
}

impl Line {
    /// A signed request to one of the server's URLs. The fields must be sorted by name, because that is the order the
    /// signature covers.
    fn request(&self, url: &str, fields: &[(&str, &str)]) -> Request {
        debug_assert!(fields.is_sorted_by_key(|(name, _)| *name), "{fields:?}");
        let url = url.split_once('#').map_or(url, |(url, _)| url);
        let mut mac =
            Hmac::<Sha1>::new_from_slice(self.token.as_bytes()).expect("HMAC takes a key of any length");
        mac.update(url.as_bytes());
        let mut body = String::with_capacity(512);
        for (name, value) in fields {
            mac.update(name.as_bytes());
            mac.update(value.as_bytes());
            if !body.is_empty() {
                body.push('&');
            }
            body.push_str(name);
            body.push('=');
            body.push_str(&value.replace('+', "%2B"));
        }
        let path = url.strip_prefix(&self.target).unwrap_or("/").to_owned();
        Request { path, signature: STANDARD.encode(mac.finalize().into_bytes()), body }
    }
}

/// One call: forwarded and answered, or with a message.
pub struct Call<'l> {
    line: &'l Line,
    number: u64,
    sid: String,
    child: String,
    from: String,
}

/// What the carrier does after an answer.
pub enum Next {
    Ask(Request),
    Done,
}

/// The value of an attribute of a document. `name` is its beginning as written: ` action="`.
fn attribute<'d>(document: &'d str, name: &str) -> &'d str {
    let found = document.split_once(name).and_then(|(_, rest)| rest.split_once('"'));
    found.map_or("", |(value, _)| value)
}

/// The URLs that the server gave to a call.
#[derive(Default)]
pub struct CallUrls {
    action: String,
    callback: String,
    screen: String,
}

impl<'l> Call<'l> {
    pub fn new(line: &'l Line, run: u32, number: u64) -> Self {
        let sid = |party: u8| format!("CA{run:08x}{party:02x}{number:022x}");
        let from = format!("+3312{:07}", number % 10_000_000);
        Self { line, number, sid: sid(0), child: sid(1), from }
    }

    /// The ids in this call, each with the placeholder that replaces it when calls are compared.
    pub fn names(&self) -> [(String, &'static str); 4] {
        let recording = format!("RE{}", &self.sid[2..]);
        let (caller, callee) = (self.sid.clone(), self.child.clone());
        [(recording, "RE"), (caller, "caller"), (callee, "callee"), (self.from.clone(), "number")]
    }

    /// The carrier's id of the call.
    pub fn sid(&self) -> &str {
        &self.sid
    }

    /// Whether this call leaves a message; otherwise it is forwarded.
    pub fn leaves_message(&self) -> bool {
        self.number % 2 == 1
    }

    fn caller(&self, url: &str, status: &str, more: &[(&str, &str)]) -> Request {
        let mut fields = vec![
            ("AccountSid", self.line.account.as_str()),
            ("ApiVersion", "2010-04-01"),
            ("CallSid", &self.sid),
            ("CallStatus", status),
            ("Called", "+15556667777"),
            ("Caller", &self.from),
            ("Direction", "inbound"),
            ("From", &self.from),
            ("FromCity", "PARIS"),
            ("FromCountry", "FR"),
            ("To", "+15556667777"),
        ];
        fields.extend_from_slice(more);
        fields.sort_unstable();
        self.line.request(url, &fields)
    }

    fn callee(&self, url: &str, status: &str, more: &[(&str, &str)]) -> Request {
        let mut fields = vec![
            ("AccountSid", self.line.account.as_str()),
            ("ApiVersion", "2010-04-01"),
            ("CallSid", &self.child),
            ("CallStatus", status),
            ("Direction", "outbound-dial"),
            ("From", &self.from),
            ("ParentCallSid", &self.sid),
            ("To", "+33611223344"),
        ];
        fields.extend_from_slice(more);
        fields.sort_unstable();
        self.line.request(url, &fields)
    }

    /// The request after `step` answers, the last of which was this document.
    pub fn next(&self, step: usize, document: &str, urls: &mut CallUrls) -> Next {
        let status = format!("{}/twilio/status", self.line.target);
        let action = attribute(document, " action=\"");
        let request = match (self.leaves_message(), step) {
            (_, 0) => self.caller(&format!("{}/twilio/voice", self.line.target), "ringing", &[]),
            (false, 1) => self.caller(action, "in-progress", &[("Digits", "1")]),
            (false, 2) => {
                action.clone_into(&mut urls.action);
                attribute(document, " statusCallback=\"").clone_into(&mut urls.callback);
                attribute(document, " url=\"").clone_into(&mut urls.screen);
                self.callee(&urls.callback, "initiated", &[("SequenceNumber", "0")])
            }
            (false, 3) => self.callee(&urls.callback, "ringing", &[("SequenceNumber", "1")]),
            (false, 4) => self.callee(&urls.callback, "in-progress", &[("SequenceNumber", "2")]),
            (false, 5) => self.callee(&urls.screen, "in-progress", &[]),
            (false, 6) => self.callee(action, "in-progress", &[("Digits", "1")]),
            (false, 7) => {
                let ended = [("CallDuration", "30"), ("Duration", "1"), ("SequenceNumber", "3")];
                self.callee(&urls.callback, "completed", &ended)
            }
            (false, 8) => {
                let dialled = [
                    ("DialBridged", "true"),
                    ("DialCallDuration", "30"),
                    ("DialCallSid", self.child.as_str()),
                    ("DialCallStatus", "completed"),
                ];
                self.caller(&urls.action, "in-progress", &dialled)
            }
            (true, 1) => self.caller(action, "in-progress", &[("Digits", "2")]),
            (true, 2) => {
                attribute(document, " recordingStatusCallback=\"").clone_into(&mut urls.callback);
                let recording = format!("RE{}", &self.sid[2..]);
                let recorded =
                    [("Digits", "hangup"), ("RecordingDuration", "3"), ("RecordingSid", recording.as_str())];
                self.caller(action, "completed", &recorded)
            }
            (true, 3) => {
                let recording = format!("RE{}", &self.sid[2..]);
                let ready = [
                    ("AccountSid", self.line.account.as_str()),
                    ("CallSid", &self.sid),
                    ("RecordingChannels", "1"),
                    ("RecordingDuration", "3"),
                    ("RecordingSid", &recording),
                    ("RecordingSource", "RecordVerb"),
                    ("RecordingStatus", "completed"),
                ];
                self.line.request(&urls.callback, &ready)
            }
            (false, 9) | (true, 4) => self.caller(
                &status,
                "completed",
                &[("CallDuration", "42"), ("Duration", "1"), ("SequenceNumber", "0")],
            ),
            _ => return Next::Done,
        };
        Next::Ask(request)
    }
}
