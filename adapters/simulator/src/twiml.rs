//! A TwiML parser of our own. It is strict: what Twilio would only warn about is an error here.

mod xml;
use xml::Element;

/// A parsed document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Document(pub Vec<Verb>);

/// What Twilio would refuse or warn about.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TwimlError {
    /// Not well-formed (12100).
    #[error("not well-formed: {0}")]
    Malformed(String),
    /// The root is not `<Response>` (12102).
    #[error("the root is not <Response>")]
    Root,
    /// An element that is not allowed in this place (12200).
    #[error("<{0}> is not known here")]
    Element(String),
    /// An attribute that the element does not have (12200).
    #[error("<{0}> has no attribute {1}")]
    Attribute(String, String),
    /// An invalid value.
    #[error("{0} cannot be {1:?}")]
    Value(&'static str, String),
    /// More than 64 kB (11750).
    #[error("larger than 64 kB")]
    TooLarge,
}

/// One verb. Times are seconds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verb {
    /// Speak.
    Say(String),
    /// Play audio from an address.
    Play(String),
    /// Be silent.
    Pause(u64),
    /// Ask for keys.
    Gather {
        /// What plays meanwhile.
        prompts: Vec<Verb>,
        /// The URL that the keys are sent to; the document's own if absent.
        action: Option<String>,
        /// How long to wait.
        timeout: u64,
        /// How many keys.
        num_digits: Option<usize>,
        /// The key that ends it; none if empty.
        finish_on_key: String,
        /// Whether the action is also requested without keys.
        action_on_empty: bool,
    },
    /// Ring phones.
    Dial {
        /// The URL of the next document.
        action: Option<String>,
        /// How long to ring.
        timeout: u64,
        /// The longest conversation.
        time_limit: u64,
        /// The caller ID that the callee sees.
        caller_id: Option<String>,
        /// The phones.
        numbers: Vec<Number>,
    },
    /// Record.
    Record {
        /// The URL of the next document.
        action: Option<String>,
        /// The longest recording.
        max_length: u64,
        /// Keys that end it.
        finish_on_key: String,
        /// The URL that events of the recording are sent to.
        status_callback: Option<String>,
        /// The events that are sent.
        status_events: Vec<String>,
        /// The transcription callback, if a transcript is requested.
        transcribe_callback: Option<String>,
    },
    /// Continue with the document at another URL.
    Redirect(String),
    /// End.
    Hangup,
    /// Refuse before answering; busy or not.
    Reject(bool),
}

/// One phone of a `<Dial>`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Number {
    /// The digits, as written.
    pub text: String,
    /// The document that the callee hears before being connected.
    pub url: Option<String>,
    /// The URL that events of its leg are sent to.
    pub status_callback: Option<String>,
    /// The events that are sent.
    pub status_events: Vec<String>,
}

impl Document {
    /// Parses a document.
    pub fn parse(xml: &str) -> Result<Self, TwimlError> {
        if xml.len() > 64_000 {
            return Err(TwimlError::TooLarge);
        }
        let root = xml::document(xml)?;
        if root.name != "Response" || !root.attributes.is_empty() {
            return Err(TwimlError::Root);
        }
        root.children.into_iter().map(verb).collect::<Result<_, _>>().map(Self)
    }
}

fn number<T: std::str::FromStr>(
    name: &'static str,
    value: Option<String>,
    default: T,
) -> Result<T, TwimlError> {
    match value {
        None => Ok(default),
        Some(text) => text.parse().map_err(|_| TwimlError::Value(name, text)),
    }
}

fn within(name: &'static str, value: u64, least: u64, most: u64) -> Result<u64, TwimlError> {
    if (least..=most).contains(&value) { Ok(value) } else { Err(TwimlError::Value(name, value.to_string())) }
}

fn words(text: Option<&str>, default: &str) -> Vec<String> {
    text.unwrap_or(default).split_whitespace().map(ToOwned::to_owned).collect()
}

fn post_only(method: Option<&String>) -> Result<(), TwimlError> {
    match method.map(String::as_str) {
        None | Some("POST") => Ok(()),
        Some(other) => Err(TwimlError::Value("method", other.to_owned())),
    }
}

fn verb(found: Element) -> Result<Verb, TwimlError> {
    match found.name.as_str() {
        "Say" | "Play" | "Pause" => output(&found),
        "Gather" => gather(found),
        "Dial" => dial(&found),
        "Record" => record(&found),
        "Redirect" => {
            let [method] = found.only(["method"])?;
            post_only(method.as_ref())?;
            Ok(Verb::Redirect(found.text.trim().to_owned()))
        }
        "Hangup" => found.only([]).map(|[]| Verb::Hangup),
        "Reject" => {
            let [reason] = found.only(["reason"])?;
            match reason.as_deref() {
                None | Some("rejected") => Ok(Verb::Reject(false)),
                Some("busy") => Ok(Verb::Reject(true)),
                Some(other) => Err(TwimlError::Value("reason", other.to_owned())),
            }
        }
        _ => Err(TwimlError::Element(found.name)),
    }
}

fn output(found: &Element) -> Result<Verb, TwimlError> {
    found.leaf()?;
    match found.name.as_str() {
        "Say" => found.only(["voice", "language", "loop"]).map(|_| Verb::Say(found.text.clone())),
        "Play" => found.only(["loop", "digits"]).map(|_| Verb::Play(found.text.trim().to_owned())),
        "Pause" => found.only(["length"]).and_then(|[length]| Ok(Verb::Pause(number("length", length, 1)?))),
        _ => Err(TwimlError::Element(found.name.clone())),
    }
}

fn gather(found: Element) -> Result<Verb, TwimlError> {
    let [input, action, method, timeout, num_digits, finish_on_key, on_empty] = found.only([
        "input",
        "action",
        "method",
        "timeout",
        "numDigits",
        "finishOnKey",
        "actionOnEmptyResult",
    ])?;
    post_only(method.as_ref())?;
    if input.as_deref().is_some_and(|input| input != "dtmf") {
        return Err(TwimlError::Value("input", input.unwrap_or_default()));
    }
    Ok(Verb::Gather {
        prompts: found.children.iter().map(output).collect::<Result<_, _>>()?,
        action,
        timeout: number("timeout", timeout, 5)?,
        num_digits: num_digits.map(|n| number("numDigits", Some(n), 1)).transpose()?,
        finish_on_key: finish_on_key.unwrap_or_else(|| "#".into()),
        action_on_empty: number("actionOnEmptyResult", on_empty, false)?,
    })
}

fn dial(found: &Element) -> Result<Verb, TwimlError> {
    let [action, method, timeout, time_limit, caller_id, on_bridge] =
        found.only(["action", "method", "timeout", "timeLimit", "callerId", "answerOnBridge"])?;
    post_only(method.as_ref())?;
    let _: bool = number("answerOnBridge", on_bridge, false)?;
    let mut numbers = Vec::new();
    for child in &found.children {
        if child.name != "Number" {
            return Err(TwimlError::Element(child.name.clone()));
        }
        let [url, method, status_callback, callback_method, events, digits] = child.only([
            "url",
            "method",
            "statusCallback",
            "statusCallbackMethod",
            "statusCallbackEvent",
            "sendDigits",
        ])?;
        if let Some(digits) =
            digits.filter(|digits| !digits.chars().all(|c| "0123456789ABCD#*wW".contains(c)))
        {
            return Err(TwimlError::Value("sendDigits", digits));
        }
        post_only(method.as_ref())?;
        post_only(callback_method.as_ref())?;
        child.leaf()?;
        let text = child.text.trim().to_owned();
        // Twilio also accepts US numbers in other forms; nothing here writes those.
        let is_number = |digits: &str| !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
        if !text.strip_prefix('+').is_some_and(is_number) {
            return Err(TwimlError::Value("the text of <Number>", text));
        }
        numbers.push(Number {
            text,
            url,
            status_callback,
            status_events: words(events.as_deref(), "completed"),
        });
    }
    if numbers.is_empty() || numbers.len() > 10 {
        return Err(TwimlError::Value("the number of <Number>", numbers.len().to_string()));
    }
    Ok(Verb::Dial {
        action,
        timeout: within("timeout", number("timeout", timeout, 30)?, 5, 600)?,
        time_limit: within("timeLimit", number("timeLimit", time_limit, 14_400)?, 1, 86_400)?,
        caller_id,
        numbers,
    })
}

fn record(found: &Element) -> Result<Verb, TwimlError> {
    let [
        action,
        method,
        timeout,
        finish,
        max_length,
        beep,
        trim,
        callback,
        callback_method,
        events,
        transcribe,
        words_to,
    ] = found.only([
        "action",
        "method",
        "timeout",
        "finishOnKey",
        "maxLength",
        "playBeep",
        "trim",
        "recordingStatusCallback",
        "recordingStatusCallbackMethod",
        "recordingStatusCallbackEvent",
        "transcribe",
        "transcribeCallback",
    ])?;
    found.leaf()?;
    post_only(method.as_ref())?;
    post_only(callback_method.as_ref())?;
    let _: (u64, bool) = (number("timeout", timeout, 5)?, number("playBeep", beep, true)?);
    if !matches!(trim.as_deref(), None | Some("trim-silence" | "do-not-trim")) {
        return Err(TwimlError::Value("trim", trim.unwrap_or_default()));
    }
    let transcribe: bool = number("transcribe", transcribe, false)?;
    let longest = number("maxLength", max_length, if transcribe { 120 } else { 3600 })?;
    Ok(Verb::Record {
        action,
        max_length: within("maxLength", longest, 2, 14_400)?,
        transcribe_callback: words_to.filter(|_| transcribe),
        finish_on_key: finish.unwrap_or_else(|| "1234567890*#".into()),
        status_callback: callback,
        status_events: words(events.as_deref(), "completed"),
    })
}

#[cfg(test)]
mod tests;
