//! What the templates are given: one struct and one render function a template, and a test that renders them all.

use frontdesk_ports::access::Role;
use rust_embed::RustEmbed;
use serde::Serialize;
use tera::{Context, Tera};

use crate::State;
use crate::session::Visitor;

mod call;
mod feed;
mod figures;
mod row;
mod upkeep;

pub(crate) use call::{CallPage, EventLine, Picture};
pub(crate) use feed::{Day, FeedPage, FilterForm, List, MOST_COUNTED, TabLink, day_label, told};
pub(crate) use figures::FiguresPage;
pub(crate) use row::{CallRow, Moment};
pub(crate) use upkeep::{ApiPage, AuditLine, AuditPage, OutageLine, OutagesPage};

/// Every name ends in `.html`: only then tera escapes.
#[derive(RustEmbed)]
#[folder = "templates"]
struct Templates;

/// The templates, parsed.
pub(crate) struct Views(Tera);

impl Views {
    pub fn new() -> Result<Self, tera::Error> {
        let mut tera = Tera::default();
        let files: Vec<(String, String)> = Templates::iter()
            .filter_map(|name| {
                let file = Templates::get(&name)?;
                Some((name.into_owned(), String::from_utf8_lossy(&file.data).into_owned()))
            })
            .collect();
        tera.add_raw_templates(files.iter().map(|(name, text)| (name.as_str(), text.as_str())))?;
        Ok(Self(tera))
    }

    fn render(&self, name: &str, view: &impl Serialize) -> Result<String, tera::Error> {
        self.0.render(name, &Context::from_serialize(view)?)
    }

    pub fn feed(&self, view: &FeedPage) -> Result<String, tera::Error> {
        self.render("feed.html", view)
    }

    pub fn call(&self, view: &CallPage) -> Result<String, tera::Error> {
        self.render("call.html", view)
    }

    pub fn login(&self, view: &LoginPage) -> Result<String, tera::Error> {
        self.render("login.html", view)
    }

    pub fn phone(&self, view: &PhonePage) -> Result<String, tera::Error> {
        self.render("phone.html", view)
    }

    pub fn outages(&self, view: &OutagesPage) -> Result<String, tera::Error> {
        self.render("outages.html", view)
    }

    pub fn audit(&self, view: &AuditPage) -> Result<String, tera::Error> {
        self.render("audit.html", view)
    }

    pub fn api(&self, view: &ApiPage) -> Result<String, tera::Error> {
        self.render("api.html", view)
    }

    pub fn figures(&self, view: &FiguresPage) -> Result<String, tera::Error> {
        self.render("figures.html", view)
    }

    pub fn error(&self, view: &ErrorPage) -> Result<String, tera::Error> {
        self.render("error.html", view)
    }

    /// The rows of a further page of the feed.
    pub fn rows(&self, list: &List) -> Result<String, tera::Error> {
        self.render("rows.html", &serde_json::json!({ "list": list }))
    }

    /// One row of the feed, for live updates and changes.
    pub fn row(
        &self,
        row: CallRow,
        visitor: &Visitor,
        here: &str,
        alert: Option<String>,
    ) -> Result<String, tera::Error> {
        self.render("one_row.html", &RowOnly { row, csrf: visitor.csrf(), here, alert })
    }
}

/// What surrounds every page of somebody who is signed in.
#[derive(Debug, Serialize)]
pub(crate) struct Frame {
    pub title: &'static str,
    pub user: String,
    pub csrf: String,
    pub has_phone: bool,
    /// Whether they may manage.
    pub manages: bool,
    /// What is wrong just now.
    pub notice: Option<String>,
    /// Calls that ask for attention, for the page's title.
    pub count: Option<String>,
}

impl Frame {
    pub fn of(state: &State, visitor: &Visitor, title: &'static str) -> Self {
        let person = visitor.person();
        Self {
            title,
            user: person.map(|p| p.user.clone()).unwrap_or_default(),
            csrf: person.map(|p| p.csrf.clone()).unwrap_or_default(),
            has_phone: state.has_phone,
            manages: person.is_some_and(|p| p.role == Role::Admin),
            notice: state.readiness.notice(),
            count: None,
        }
    }
}

/// The sign-in page.
#[derive(Debug, Serialize)]
pub(crate) struct LoginPage {
    pub next: String,
    pub error: Option<String>,
    pub name: String,
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
