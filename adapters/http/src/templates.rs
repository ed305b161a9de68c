//! The templates and the data that they render: one struct per template, and a test that renders them all.
use fluent_bundle::{FluentArgs, FluentValue};
use rust_embed::RustEmbed;
use serde::Serialize;
use tera::{Context, Kwargs, Tera};

use crate::auth::visitor::Visitor;
use crate::i18n::locale::Language;
use crate::i18n::viewer::Viewer;
use crate::middleware::path_prefix::PathPrefix;
use crate::pages::api_docs::ApiPage;
use crate::pages::audit::view::AuditPage;
use crate::pages::call::view::CallPage;
use crate::pages::confirm::ConfirmPage;
use crate::pages::contacts::ContactsPage;
use crate::pages::done::DonePage;
use crate::pages::feed::row::CallRow;
use crate::pages::feed::view::{FeedPage, List};
use crate::pages::flow::view::FlowPage;
use crate::pages::frame::Frame;
use crate::pages::outages::view::OutagesPage;
use crate::pages::problems::ProblemPage;
use crate::pages::settings::view::SettingsPage;
use crate::pages::setup_steps::SetupSteps;
use crate::pages::start::SetupPage;
use crate::pages::stats::view::FiguresPage;
use crate::problem::Problem;

/// Every name ends in `.html`, because tera escapes only in such templates.
#[derive(RustEmbed)]
#[folder = "templates"]
struct TemplateFiles;

/// The templates, parsed.
pub(crate) struct Templates {
    tera: Tera,
    prefix: PathPrefix,
}

impl Templates {
    /// Parses the templates; links on pages begin with this prefix.
    pub fn new(prefix: PathPrefix) -> Result<Self, tera::Error> {
        let mut tera = Tera::default();
        tera.register_function("t", message);
        tera.register_function("script_texts", |_: Kwargs, state: &tera::State| {
            Ok::<_, tera::Error>(language_of(state)?.script_texts())
        });
        let files: Vec<(String, String)> = TemplateFiles::iter()
            .filter_map(|name| {
                let file = TemplateFiles::get(&name)?;
                Some((name.into_owned(), String::from_utf8_lossy(&file.data).into_owned()))
            })
            .collect();
        tera.add_raw_templates(files.iter().map(|(name, text)| (name.as_str(), text.as_str())))?;
        Ok(Self { tera, prefix })
    }

    /// A page in a language; its templates use messages by the function `t`.
    fn render(&self, name: &str, view: &impl Serialize, language: Language) -> Result<String, tera::Error> {
        let mut context = Context::from_serialize(view)?;
        context.insert("lang", language.code());
        Ok(self.prefix.apply(self.tera.render(name, &context)?))
    }

    /// A page for signed-in users.
    pub fn page(&self, page: &impl Page, viewer: &Viewer) -> Result<String, tera::Error> {
        self.render(page.template(), page, viewer.language)
    }

    pub fn login(&self, view: &LoginPage, language: Language) -> Result<String, tera::Error> {
        self.render("login.html", view, language)
    }

    /// The page after a sign-in at a provider or by a link, which redirects to `next`.
    pub fn signed_in(&self, next: &str, language: Language) -> Result<String, tera::Error> {
        self.render("signed_in.html", &serde_json::json!({ "next": next }), language)
    }

    /// The page that creates the first user.
    pub fn setup(&self, view: &SetupPage, language: Language) -> Result<String, tera::Error> {
        self.render("setup.html", view, language)
    }

    /// The page behind the link in an e-mail that marks a call done.
    pub fn done(&self, view: &DonePage, viewer: &Viewer) -> Result<String, tera::Error> {
        self.render("done.html", view, viewer.language)
    }

    pub fn api(&self, view: &ApiPage) -> Result<String, tera::Error> {
        self.render("api.html", view, Language::English)
    }

    pub fn problem(&self, view: &ProblemPage) -> Result<String, tera::Error> {
        self.render("problem.html", view, Language::English)
    }

    pub fn error(&self, view: &ErrorPage, language: Language) -> Result<String, tera::Error> {
        self.render("error.html", view, language)
    }

    /// The remaining setup steps, as a part of the feed.
    pub fn setup_steps(&self, steps: &SetupSteps, viewer: &Viewer) -> Result<String, tera::Error> {
        self.render("setup_steps.html", &serde_json::json!({ "steps": steps }), viewer.language)
    }

    /// The rows of the next page of the feed.
    pub fn rows(&self, list: &List, viewer: &Viewer) -> Result<String, tera::Error> {
        self.render("rows.html", &serde_json::json!({ "list": list }), viewer.language)
    }

    /// One row of the feed, for live updates and changes.
    pub fn row(
        &self,
        row: CallRow,
        (visitor, viewer): (&Visitor, &Viewer),
        here: &str,
        alert: Option<String>,
    ) -> Result<String, tera::Error> {
        self.render("one_row.html", &RowOnly { row, csrf: visitor.csrf(), here, alert }, viewer.language)
    }
}

/// A page for signed-in users, with its own template.
pub(crate) trait Page: Serialize {
    /// Its template.
    fn template(&self) -> &'static str;
}

/// Which page has which template.
macro_rules! pages {
    ($($page:ty => $template:literal,)+) => {
        $(impl Page for $page {
            fn template(&self) -> &'static str {
                $template
            }
        })+
    };
}

pages! {
    FeedPage => "feed.html",
    CallPage => "call.html",
    PhonePage => "phone.html",
    OutagesPage => "outages.html",
    AuditPage => "audit.html",
    FiguresPage => "figures.html",
    SettingsPage => "settings.html",
    FlowPage => "flow.html",
    ContactsPage => "contacts.html",
    ConfirmPage => "confirm.html",
}

fn language_of(state: &tera::State) -> Result<Language, tera::Error> {
    let code: Option<String> = state.get("lang")?;
    Ok(code.and_then(|code| Language::of_code(&code)).unwrap_or(Language::English))
}

/// `{{ t(k="notes", n=3) }}` in a template: the message with that id, with its variables.
fn message(values: Kwargs, state: &tera::State) -> Result<String, tera::Error> {
    let id: String = values.must_get("k")?;
    let mut args = FluentArgs::new();
    for (name, value) in values.iter().filter_map(|(name, value)| Some((name.as_str()?, value))) {
        let value = match value.as_i64() {
            Some(number) => FluentValue::from(number),
            None => FluentValue::from(value.to_string()),
        };
        args.set(name.to_owned(), value);
    }
    Ok(language_of(state)?.say_args(&id, Some(&args)))
}

/// The sign-in page.
#[derive(Debug, Serialize)]
pub(crate) struct LoginPage {
    pub next: String,
    pub error: Option<String>,
    pub name: String,
    /// Whether the form also asks for a second-factor code.
    pub asks_code: bool,
    /// The name of the identity provider, and the URL of its sign-in.
    pub provider: Option<String>,
    pub provider_address: String,
}

/// The phone page.
#[derive(Debug, Serialize)]
pub(crate) struct PhonePage {
    pub frame: Frame,
    pub list: List,
    pub live: String,
}

/// An error, for people.
#[derive(Debug, Serialize)]
pub(crate) struct ErrorPage {
    pub title: String,
    pub detail: String,
    /// The detail that programs receive, which can be more specific.
    pub more: String,
}

/// Statuses with their own messages.
const TRANSLATED_STATUSES: [u16; 12] = [400, 401, 403, 404, 405, 408, 409, 413, 422, 429, 500, 503];

impl ErrorPage {
    /// A problem in the reader's language.
    pub fn new(problem: &Problem, language: Language) -> Self {
        let status = problem.status().as_u16();
        let known = TRANSLATED_STATUSES.contains(&status);
        let status = if known {
            status
        } else if status < 500 {
            400
        } else {
            500
        };
        let detail = match &problem.parameter {
            Some(name) => language.say_with("error-400-parameter", [("parameter", name.as_str().into())]),
            None => language.say(&format!("error-{status}-detail")),
        };
        Self { title: language.say(&format!("error-{status}")), detail, more: problem.detail.clone() }
    }
}

#[derive(Debug, Serialize)]
struct RowOnly<'a> {
    row: CallRow,
    csrf: String,
    here: &'a str,
    alert: Option<String>,
}

#[cfg(test)]
mod tests;
