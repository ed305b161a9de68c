//! The settings page: a user's own settings, and for admins also those of all users.
use std::time::Duration;

use frontdesk_ports::access::{ApiToken, Role, Scope};
use frontdesk_ports::{Browser, DiagnosticReport, Finding, Person, SecondFactorState};
use qrcode::QrCode;
use qrcode::render::svg;
use serde::Serialize;

use crate::Rules;
use crate::filter::Tab;
use crate::i18n::locale::Language;
use crate::i18n::viewer::Viewer;
use crate::pages::feed::row::Moment;
use crate::pages::frame::Frame;

/// The settings.
#[derive(Debug, Serialize)]
pub(crate) struct SettingsPage {
    pub frame: Frame,
    /// Why the change that was just tried has failed.
    pub alert: Option<String>,
    /// The name and secret of a token that was just created; it is shown only once.
    pub made: Option<(String, String)>,
    pub languages: Vec<LanguageChoice>,
    pub starts: Vec<StartChoice>,
    pub second: SecondFactorCard,
    pub browsers: Vec<BrowserLine>,
    pub people: Vec<PersonLine>,
    pub tokens: Vec<TokenLine>,
    pub scopes: Vec<&'static str>,
    pub rules: Vec<(String, String)>,
    /// The last diagnostic report, for admins.
    pub health: Option<Health>,
}

/// A tab that the calls page can start with.
#[derive(Debug, Serialize)]
pub(crate) struct StartChoice {
    word: &'static str,
    label: String,
    chosen: bool,
}

impl StartChoice {
    pub fn all(viewer: &Viewer) -> Vec<Self> {
        let choice = |tab: &Tab| Self {
            word: tab.as_str(),
            label: viewer.language.say(&format!("tab-{}", tab.as_str())),
            chosen: *tab == viewer.start,
        };
        Tab::VARIANTS.iter().map(choice).collect()
    }
}

/// The findings of the last diagnostic report.
#[derive(Debug, Serialize)]
pub(crate) struct Health {
    at: Moment,
    findings: Vec<Finding>,
}

impl Health {
    pub fn new(diagnostic_report: DiagnosticReport, viewer: &Viewer) -> Self {
        Self { at: Moment::new(diagnostic_report.at, viewer), findings: diagnostic_report.findings }
    }
}

/// The second factor: off, being set up, or on.
#[derive(Debug, Serialize)]
pub(crate) struct SecondFactorCard {
    on: bool,
    /// The secret for the authenticator app, in groups of four characters.
    secret: Option<String>,
    address: Option<String>,
    /// A QR code of that address for the app: an SVG element that we generate.
    picture: Option<String>,
}

impl SecondFactorCard {
    pub fn new(state: SecondFactorState) -> Self {
        let SecondFactorState::Begun { secret, address } = state else {
            let on = state == SecondFactorState::On;
            return Self { on, secret: None, address: None, picture: None };
        };
        let chars: Vec<char> = secret.chars().collect();
        let groups: Vec<String> = chars.chunks(4).map(|group| group.iter().collect()).collect();
        let picture = picture(&address);
        Self { on: false, secret: Some(groups.join(" ")), address: Some(address), picture }
    }
}

fn picture(address: &str) -> Option<String> {
    let code = QrCode::new(address).ok()?;
    let drawn = code.render::<svg::Color<'_>>().min_dimensions(180, 180).build();
    // Without the XML declaration.
    drawn.find("<svg").and_then(|begins| drawn.get(begins..)).map(ToOwned::to_owned)
}

/// A language to choose.
#[derive(Debug, Serialize)]
pub(crate) struct LanguageChoice {
    code: &'static str,
    name: &'static str,
    chosen: bool,
}

impl LanguageChoice {
    pub fn all(chosen: Option<Language>) -> Vec<Self> {
        let choice = |language: Language| Self {
            code: language.code(),
            name: language.name(),
            chosen: chosen == Some(language),
        };
        Language::ALL.map(choice).into()
    }
}

/// A signed-in browser.
#[derive(Debug, Serialize)]
pub(crate) struct BrowserLine {
    id: String,
    user: String,
    since: Moment,
    seen: Moment,
    here: bool,
    browser: String,
    address: String,
}

impl BrowserLine {
    pub fn new(browser: Browser, viewer: &Viewer) -> Self {
        let Browser { id, user, since, seen, here, browser, address } = browser;
        let (since, seen) = (Moment::new(since, viewer), Moment::new(seen, viewer));
        Self { id, user, since, seen, here, browser, address }
    }
}

/// A user.
#[derive(Debug, Serialize)]
pub(crate) struct PersonLine {
    name: String,
    role: &'static str,
    other: &'static str,
}

impl From<Person> for PersonLine {
    fn from(Person { name, role }: Person) -> Self {
        let other = if role == Role::Admin { Role::Reader } else { Role::Admin };
        Self { name, role: role.as_str(), other: other.as_str() }
    }
}

/// A program's token.
#[derive(Debug, Serialize)]
pub(crate) struct TokenLine {
    name: String,
    scopes: Vec<&'static str>,
    since: Moment,
    used: Option<Moment>,
}

impl TokenLine {
    pub fn new(token: ApiToken, viewer: &Viewer) -> Self {
        Self {
            name: token.name,
            scopes: token.scopes.0.iter().map(|scope| scope.as_str()).collect(),
            since: Moment::new(token.created_at, viewer),
            used: token.last_used_at.map(|at| Moment::new(at, viewer)),
        }
    }
}

/// The names of all scopes.
pub(crate) fn scopes() -> Vec<&'static str> {
    Scope::VARIANTS.iter().map(|scope| scope.as_str()).collect()
}

/// The configured rules, as labels and texts.
pub(crate) fn rules(rules: &Rules, language: Language) -> Vec<(String, String)> {
    let retention_text = |time: Option<Duration>| match time {
        Some(time) if time.as_secs().is_multiple_of(86_400) => {
            language.say_with("rule-days", [("n", (time.as_secs() / 86_400).into())])
        }
        Some(time) => language.say_with("rule-hours", [("n", time.as_secs().div_ceil(3600).into())]),
        None => language.say("rule-for-ever"),
    };
    let resolve = language.say(if rules.resolves_misses { "yes" } else { "no" });
    vec![
        (language.say("rule-calls"), retention_text(rules.calls)),
        (language.say("rule-audio"), retention_text(rules.audio)),
        (language.say("rule-raw"), retention_text(rules.raw)),
        (language.say("rule-resolve"), resolve),
    ]
}
