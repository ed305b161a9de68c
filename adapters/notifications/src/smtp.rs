//! E-mail over SMTP.
use std::time::Duration;

use async_trait::async_trait;
use frontdesk_ports::{Attachment, DeliveryError, Messenger, Notification};
use lettre::message::header::ContentType;
use lettre::message::{Attachment as Part, MultiPart, SinglePart};
use lettre::transport::smtp;
use lettre::{Address, AsyncSmtpTransport, AsyncTransport, Tokio1Executor};
use secrecy::{ExposeSecret, SecretString};

/// How long a mail server may take to answer one command.
const TIMEOUT: Duration = Duration::from_secs(30);

/// Replies about this email or its recipients that another attempt does not change (RFC 5321, section 4.2.3). Others,
/// such as a password that is not taken, are mended on one side or the other.
const REFUSED: [&str; 5] = ["550", "551", "552", "553", "555"];

pub use lettre::message::Mailbox;

/// A setting that does not do.
#[derive(Debug, thiserror::Error)]
pub enum BadMail {
    /// The server's address.
    #[error(
        "it is no mail server: {0}; use smtps://user:password@mail.example or smtp://mail.example:587?tls=required"
    )]
    Server(smtp::Error),
}

/// A mail server, and who writes.
#[derive(Clone)]
pub struct MailServer {
    transport: AsyncSmtpTransport<Tokio1Executor>,
    from: Mailbox,
}

impl MailServer {
    /// The server at a URL (`smtps://`, or `smtp://` with `?tls=required`), with its account in it. Nothing is asked yet.
    pub fn new(url: &SecretString, from: Mailbox) -> Result<Self, BadMail> {
        let builder = AsyncSmtpTransport::<Tokio1Executor>::from_url(url.expose_secret());
        let transport = builder.map_err(BadMail::Server)?.timeout(Some(TIMEOUT)).build();
        Ok(Self { transport, from })
    }

    /// Writes to these people.
    pub fn to(&self, people: Vec<Mailbox>) -> impl Messenger + use<> {
        EmailMessenger { server: self.clone(), people }
    }
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
        let text = SinglePart::plain(message.text.clone());
        match &message.audio {
            None => builder.singlepart(text),
            Some(Attachment { name, media_type, bytes }) => {
                let kind = ContentType::parse(media_type).unwrap_or_else(|_| {
                    ContentType::parse("application/octet-stream").expect("a media type")
                });
                let audio = Part::new(name.clone()).body(bytes.to_vec(), kind);
                builder.multipart(MultiPart::mixed().singlepart(text).singlepart(audio))
            }
        }
    }
}
