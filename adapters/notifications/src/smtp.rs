//! E-mail over SMTP.
use std::net::{Ipv4Addr, Ipv6Addr};
use std::time::Duration;

use async_trait::async_trait;
use frontdesk_ports::{Attachment, DeliveryError, Messenger, Notification};
use lettre::message::header::ContentType;
use lettre::message::{Attachment as Part, MultiPart, SinglePart};
use lettre::transport::smtp::authentication::Credentials;
use lettre::transport::smtp::client::{Tls, TlsParameters};
use lettre::transport::smtp::{self, AsyncSmtpTransportBuilder};
use lettre::{Address, AsyncSmtpTransport, AsyncTransport, Tokio1Executor};
use percent_encoding::percent_decode_str;
use secrecy::{ExposeSecret, SecretString};
use url::{Host, Url};

/// How long a mail server may take to answer one command.
const TIMEOUT: Duration = Duration::from_secs(30);

/// Permanent replies about this email or its recipients (RFC 5321, section 4.2.3). Others, such as a rejected password,
/// are retried, because they can be fixed on either side.
const REFUSED: [&str; 5] = ["550", "551", "552", "553", "555"];

pub use lettre::message::Mailbox;

/// An invalid setting of the mail server.
#[derive(Debug, thiserror::Error)]
pub enum BadMail {
    /// The server's address is invalid.
    #[error(
        "it is not a mail server: {0}; use smtps://user:password@mail.example or smtp://mail.example:587?tls=required"
    )]
    Server(smtp::Error),
    /// The password would be sent unencrypted.
    #[error("its password would be sent unencrypted; use smtps://… or add ?tls=required")]
    ClearText,
}

/// A mail server, and the sender of its emails.
#[derive(Clone)]
pub struct MailServer {
    transport: AsyncSmtpTransport<Tokio1Executor>,
    from: Mailbox,
}

impl MailServer {
    /// The server at a URL (`smtps://`, or `smtp://` with `?tls=required`), with its account in it. Does not connect yet.
    pub fn new(url: &SecretString, from: Mailbox) -> Result<Self, BadMail> {
        let text = url.expose_secret();
        let parsed = Url::parse(text).ok();
        if parsed.as_ref().is_some_and(sends_password_in_clear_text) {
            return Err(BadMail::ClearText);
        }
        let builder = match parsed.as_ref().map(|url| (url, url.host())) {
            Some((url, Some(Host::Ipv6(address)))) => at_ipv6_address(url, address),
            _ => AsyncSmtpTransport::<Tokio1Executor>::from_url(text),
        };
        let builder = builder.map_err(BadMail::Server)?.timeout(Some(TIMEOUT));
        Ok(Self { transport: builder.build(), from })
    }

    /// A messenger that sends email to these people.
    pub fn to(&self, people: Vec<Mailbox>) -> impl Messenger + use<> {
        EmailMessenger { server: self.clone(), people }
    }
}

fn tls_of(url: &Url) -> Option<String> {
    url.query_pairs().find(|(name, _)| name == "tls").map(|(_, value)| value.into_owned())
}

/// Whether a URL has a password for a server on another machine and does not require encryption.
fn sends_password_in_clear_text(url: &Url) -> bool {
    let on_this_machine = match url.host() {
        // In URLs of this scheme, an IPv4 address is parsed as a name.
        Some(Host::Domain(name)) => {
            name == "localhost" || name.parse().is_ok_and(|address: Ipv4Addr| address.is_loopback())
        }
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    };
    url.scheme() == "smtp"
        && url.password().is_some()
        && !on_this_machine
        && tls_of(url).as_deref() != Some("required")
}

/// Builds the transport of a server at an IPv6 address in brackets, which the library would look up as a name.
fn at_ipv6_address(url: &Url, address: Ipv6Addr) -> Result<AsyncSmtpTransportBuilder, smtp::Error> {
    let host = address.to_string();
    let parameters = TlsParameters::new(host.clone())?;
    let (port, tls) = match (url.scheme(), tls_of(url).as_deref()) {
        ("smtps", _) => (465, Tls::Wrapper(parameters)),
        (_, Some("required")) => (587, Tls::Required(parameters)),
        (_, Some("opportunistic")) => (587, Tls::Opportunistic(parameters)),
        _ => (25, Tls::None),
    };
    let builder = AsyncSmtpTransport::<Tokio1Executor>::builder_dangerous(host).tls(tls);
    let builder = builder.port(url.port().unwrap_or(port));
    let Some(password) = url.password() else { return Ok(builder) };
    let decoded = |text: &str| percent_decode_str(text).decode_utf8_lossy().into_owned();
    Ok(builder.credentials(Credentials::new(decoded(url.username()), decoded(password))))
}

struct EmailMessenger {
    server: MailServer,
    people: Vec<Mailbox>,
}

#[async_trait]
impl Messenger for EmailMessenger {
    async fn deliver(&self, message: &Notification) -> Result<(), DeliveryError> {
        let email = self.email(message).map_err(|error| DeliveryError::Refused(error.to_string()))?;
        let sent = self.server.transport.send(email).await;
        sent.map(|_| ()).map_err(|error| {
            let why = format!("the mail server says: {error}");
            let code = error.status().map(|code| code.to_string());
            let is_final = code.is_some_and(|code| REFUSED.contains(&code.as_str()));
            if is_final { DeliveryError::Refused(why) } else { DeliveryError::Later(why) }
        })
    }
}

impl EmailMessenger {
    fn email(&self, message: &Notification) -> Result<lettre::Message, lettre::error::Error> {
        let from: &Address = &self.server.from.email;
        let mut builder = lettre::Message::builder()
            .from(self.server.from.clone())
            .subject(message.subject.clone())
            // Identical for every attempt, so that a server that accepted it without confirming can detect the
            // repeat.
            .message_id(Some(format!("<{}@{}>", message.id, from.domain())))
            // Suppresses out-of-office answers (RFC 3834, section 5).
            .raw_header(lettre::message::header::HeaderValue::new(
                lettre::message::header::HeaderName::new_from_ascii_str("Auto-Submitted"),
                "auto-generated".to_owned(),
            ));
        for person in &self.people {
            builder = builder.to(person.clone());
        }
        if message.html.is_empty() {
            return builder.singlepart(SinglePart::plain(message.text.clone()));
        }
        let text = MultiPart::alternative_plain_html(message.text.clone(), message.html.clone());
        match &message.audio {
            None => builder.multipart(text),
            Some(Attachment { name, media_type, bytes }) => {
                let kind = ContentType::parse(media_type).unwrap_or_else(|_| {
                    ContentType::parse("application/octet-stream").expect("a media type")
                });
                let audio = Part::new(name.clone()).body(bytes.to_vec(), kind);
                builder.multipart(MultiPart::mixed().multipart(text).singlepart(audio))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_is_sent_over_tls_or_to_this_machine_only() {
        let server = |url: &str| {
            MailServer::new(&url.to_owned().into(), "Desk <desk@example.com>".parse().expect("a mailbox"))
                .map(|_| ())
        };
        for url in [
            "smtps://desk:secret@mail.example.com",
            "smtp://desk:secret@mail.example.com:587?tls=required",
            "smtp://mail.example.com",
            "smtp://desk:secret@127.0.0.1:2525",
            "smtp://desk:secret@localhost",
            "smtp://desk:secret@[::1]:2525",
            "smtps://desk:p%40ss@[2001:db8::1]",
        ] {
            assert!(server(url).is_ok(), "{url}");
        }
        for url in [
            "smtp://desk:secret@mail.example.com",
            "smtp://desk:secret@mail.example.com?tls=opportunistic",
            "smtp://desk:secret@192.0.2.1",
            "smtp://desk:secret@[2001:db8::1]",
        ] {
            let error = server(url).unwrap_err().to_string();
            assert!(error.contains("unencrypted") && !error.contains("secret"), "{url}: {error}");
        }
    }
}
