//! The kinds of problem. Their names are parts of URIs that programs compare, and each has a page that explains it.
use poem::http::StatusCode;
use strum::{EnumString, IntoStaticStr, VariantArray};

/// A kind of problem.
#[derive(Debug, Clone, Copy, PartialEq, Eq, EnumString, IntoStaticStr, VariantArray)]
#[strum(serialize_all = "kebab-case")]
pub(crate) enum ProblemKind {
    BadForm,
    BadParameter,
    BadBody,
    NotSignedIn,
    NotAllowed,
    UnknownUser,
    CrossSiteRequest,
    NotFound,
    NoVoicemail,
    MethodNotAllowed,
    RequestTimeout,
    StaleVersion,
    VoicemailPending,
    VoicemailNotLost,
    VoicemailGone,
    TooLarge,
    UnsupportedMediaType,
    RangeNotSatisfiable,
    NotChanged,
    TooManyRequests,
    TooManyAttempts,
    TooManyStreams,
    InternalError,
    LogUnavailable,
}

impl ProblemKind {
    /// Its name in the URI.
    pub fn name(self) -> &'static str {
        self.into()
    }

    /// The path of its page, which is its URI, relative to the server.
    pub fn path(self) -> String {
        format!("/problems/{}", self.name())
    }

    /// The status of responses with it.
    pub fn status(self) -> StatusCode {
        match self {
            Self::BadForm | Self::BadParameter | Self::BadBody => StatusCode::BAD_REQUEST,
            Self::NotSignedIn => StatusCode::UNAUTHORIZED,
            Self::NotAllowed | Self::UnknownUser | Self::CrossSiteRequest => StatusCode::FORBIDDEN,
            Self::NotFound | Self::NoVoicemail => StatusCode::NOT_FOUND,
            Self::MethodNotAllowed => StatusCode::METHOD_NOT_ALLOWED,
            Self::RequestTimeout => StatusCode::REQUEST_TIMEOUT,
            Self::StaleVersion | Self::VoicemailPending | Self::VoicemailNotLost => StatusCode::CONFLICT,
            Self::VoicemailGone => StatusCode::GONE,
            Self::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            Self::UnsupportedMediaType => StatusCode::UNSUPPORTED_MEDIA_TYPE,
            Self::RangeNotSatisfiable => StatusCode::RANGE_NOT_SATISFIABLE,
            Self::NotChanged => StatusCode::UNPROCESSABLE_ENTITY,
            Self::TooManyRequests | Self::TooManyAttempts | Self::TooManyStreams => {
                StatusCode::TOO_MANY_REQUESTS
            }
            Self::InternalError => StatusCode::INTERNAL_SERVER_ERROR,
            Self::LogUnavailable => StatusCode::SERVICE_UNAVAILABLE,
        }
    }

    /// One line that is the same for every problem of the kind.
    pub fn title(self) -> &'static str {
        match self {
            Self::BadForm => "Invalid form",
            Self::BadParameter => "Bad parameter",
            Self::BadBody => "Invalid body",
            Self::NotSignedIn => "Not signed in",
            Self::NotAllowed => "Not allowed",
            Self::UnknownUser => "Unknown user",
            Self::CrossSiteRequest => "Cross-site request",
            Self::NotFound => "Not found",
            Self::NoVoicemail => "No voicemail",
            Self::MethodNotAllowed => "Method not allowed",
            Self::RequestTimeout => "Request too slow",
            Self::StaleVersion => "Changed by someone else",
            Self::VoicemailPending => "Voicemail not downloaded yet",
            Self::VoicemailNotLost => "Voicemail not lost",
            Self::VoicemailGone => "Voicemail lost or deleted",
            Self::TooLarge => "Request too large",
            Self::UnsupportedMediaType => "Unsupported media type",
            Self::RangeNotSatisfiable => "Range outside the voicemail",
            Self::NotChanged => "Not changed",
            Self::TooManyRequests => "Too many requests",
            Self::TooManyAttempts => "Too many failed attempts",
            Self::TooManyStreams => "Too many event streams",
            Self::InternalError => "Internal error",
            Self::LogUnavailable => "Call log not available",
        }
    }

    /// What it means, and what a program should do about it.
    pub fn explanation(self) -> &'static str {
        match self {
            Self::BadForm => {
                "A field of the form is missing or has a value that is not known. The detail names the field."
            }
            Self::BadParameter => {
                "A query parameter cannot be read or is not known. `parameter` names it, the detail says what is possible. Do not repeat the request as it is."
            }
            Self::BadBody => {
                "The body is not the JSON object that the operation takes. `parameter` names the field, if it is one. Do not repeat the request as it is."
            }
            Self::NotSignedIn => {
                "The request has no valid credentials. Send `Authorization: Bearer TOKEN` with a token that has not been revoked."
            }
            Self::NotAllowed => {
                "The role or the token's scopes do not cover the request. Create a token with the scope that the operation names."
            }
            Self::UnknownUser => {
                "The proxy or the identity provider vouches for a user who has no access here. An admin can add the user in the settings."
            }
            Self::CrossSiteRequest => {
                "A form was sent without the token of its page, as another site would. Reload the page and try again; programs send an API token instead of a session cookie."
            }
            Self::NotFound => "There is nothing at this address: no such call, or it has been deleted.",
            Self::NoVoicemail => "The caller left no voicemail, or not this one.",
            Self::MethodNotAllowed => {
                "The address does not accept this method. The header `Allow` lists those that it takes."
            }
            Self::RequestTimeout => "The body did not arrive in time. Repeat the request.",
            Self::StaleVersion => {
                "The call's follow-up has another version than the request names: someone has changed it since. `call` is its present state. Decide again, and repeat the request with the version in `call.work.version` if it still makes sense."
            }
            Self::VoicemailPending => {
                "The voicemail's audio has not been fetched from the carrier yet. Repeat the request later."
            }
            Self::VoicemailNotLost => "Only a voicemail that could not be fetched can be fetched again.",
            Self::VoicemailGone => {
                "The voicemail's audio could not be fetched from the carrier, or has been deleted. Its call remains in the log."
            }
            Self::TooLarge => "The body is larger than the address takes.",
            Self::UnsupportedMediaType => "The body must be JSON: send `Content-Type: application/json`.",
            Self::RangeNotSatisfiable => {
                "The range begins after the end of the audio. The header `Content-Range` has the length."
            }
            Self::NotChanged => {
                "The change is understood, but cannot be made: no such user, an empty or too long text, or too many tags or notes. The detail says which."
            }
            Self::TooManyRequests => {
                "The token has used up its requests. The header `Retry-After` says in how many seconds the next one is answered; `RateLimit` says how many are left."
            }
            Self::TooManyAttempts => {
                "Too many wrong tokens or passwords came from this network. Wait for as long as `Retry-After` says, and check the token."
            }
            Self::TooManyStreams => {
                "Too many event streams are open. Close some, or wait for as long as `Retry-After` says."
            }
            Self::InternalError => {
                "The server could not answer because of an error of its own. Its log says more. Report it."
            }
            Self::LogUnavailable => {
                "The database does not answer at the moment. Calls are still answered. Repeat the request later."
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_unique_parse_back_and_do_not_change() {
        for kind in ProblemKind::VARIANTS {
            assert_eq!(kind.name().parse(), Ok(*kind));
            assert!(kind.status().is_client_error() || kind.status().is_server_error());
            assert!(kind.explanation().ends_with('.'), "{kind:?}");
        }
        let names: Vec<&str> = ProblemKind::VARIANTS.iter().map(|kind| kind.name()).collect();
        assert_eq!(
            names.join(" "),
            "bad-form bad-parameter bad-body not-signed-in not-allowed unknown-user cross-site-request not-found \
             no-voicemail method-not-allowed request-timeout stale-version voicemail-pending voicemail-not-lost \
             voicemail-gone too-large unsupported-media-type range-not-satisfiable not-changed too-many-requests \
             too-many-attempts too-many-streams internal-error log-unavailable"
        );
    }
}
