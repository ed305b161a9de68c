//! Contacts: the names that the company gives to numbers.
use std::sync::Arc;

use frontdesk_ports::{AuditAction, Contact, ContactError};
use poem::http::{StatusCode, header};
use poem::web::Data;
use poem::{Body, Request, Response, handler};
use serde::Serialize;

use super::login::next;
use super::{Form, html, redirect};
use crate::State;
use crate::auth::visitor::Visitor;
use crate::contacts::{UnreadableContacts, csv, read, vcard};
use crate::flash::Flash;
use crate::i18n::locale::Language;
use crate::i18n::viewer::Viewer;
use crate::i18n::{messages, phone_format};
use crate::pages::frame::Frame;
use crate::problem::{Answer, Problem, ProblemKind};
use crate::query;

/// The path that imported files are sent to; its form may be larger than other forms.
pub(crate) const IMPORT: &str = "/contacts/import";
/// The largest form with an imported file.
pub(crate) const MAX_IMPORT_BYTES: usize = 8 * 1024 * 1024;
/// The most contacts on the page; the others can be found by a search.
const SHOWN: usize = 200;
/// The most line numbers in the message about lines that could not be imported.
const NAMED_LINES: usize = 5;

/// The page.
#[derive(Debug, Serialize)]
pub(crate) struct ContactsPage {
    pub frame: Frame,
    pub csrf: String,
    pub alert: Option<String>,
    pub contacts: Vec<ContactLine>,
    /// How many more there are.
    pub more: usize,
    /// The contact in the form: one to change, or a new one with its number.
    pub edited: ContactLine,
    /// Whether it is a contact already.
    pub is_known: bool,
    pub search: String,
    pub back: String,
}

/// A contact.
#[derive(Debug, Default, Serialize)]
pub(crate) struct ContactLine {
    caller: String,
    shown: String,
    name: String,
    company: String,
    note: String,
    /// The URL of their calls.
    address: String,
}

impl ContactLine {
    pub fn new(contact: &Contact) -> Self {
        let Contact { caller, name, company, note } = contact.clone();
        let word: String = form_urlencoded::byte_serialize(caller.as_bytes()).collect();
        let shown = phone_format::spoken(&caller, None);
        Self { shown, address: format!("/?from={word}"), caller, name, company, note }
    }
}

/// The contacts, all or those that contain the search text, and a form for one contact.
#[handler]
pub(crate) fn contacts(
    Data(state): Data<&Arc<State>>,
    Data(visitor): Data<&Visitor>,
    req: &Request,
) -> Answer {
    let pairs = query::pairs(req.uri().query());
    let value = |name: &str| {
        pairs.iter().find(|(known, _)| known == name).map(|(_, value)| value.clone()).unwrap_or_default()
    };
    let edited =
        Edited { caller: value("caller").replacen(' ', "+", 1), name: value("name"), ..Edited::default() };
    show(state, visitor, &Viewer::of(req, state), &value("q"), edited, (&next(Some(&value("back"))), None))
}

/// A contact as it was entered in the form.
#[derive(Default)]
struct Edited {
    caller: String,
    name: String,
    company: String,
    note: String,
}

/// Adds, changes and removes a contact.
#[handler]
pub(crate) async fn change(
    Data(state): Data<&Arc<State>>,
    Data(visitor): Data<&Visitor>,
    req: &Request,
    body: Body,
) -> Answer {
    let form = Form::read(body).await?;
    let viewer = Viewer::of(req, state);
    let (service, actor) = (&state.services.contacts, visitor.actor());
    let back = next(Some(form.get("back")).filter(|back| !back.is_empty()).or(Some("/contacts")));
    let text = |name: &str| form.get(name).to_owned();
    match form.get("do") {
        "save" => {
            let home = home(state);
            let read = Contact::read(
                form.get("caller"),
                form.get("name"),
                form.get("company"),
                form.get("note"),
                &home,
            );
            let saved = match read {
                Ok(contact) => service.save(&actor, vec![contact.clone()]).await.map(|()| contact),
                Err(why) => Err(why.into()),
            };
            match saved {
                Ok(contact) => {
                    Ok(Flash::new("contact").named(&contact.name).on(redirect(back), state.services.secure))
                }
                Err(ContactError::Store(error)) => Err(error.into()),
                Err(ContactError::Bad(why)) => {
                    let alert = messages::bad_contact(&why, viewer.language);
                    let edited = Edited {
                        caller: text("caller"),
                        name: text("name"),
                        company: text("company"),
                        note: text("note"),
                    };
                    let mut response = show(state, visitor, &viewer, "", edited, (&back, Some(alert)))?;
                    response.set_status(StatusCode::UNPROCESSABLE_ENTITY);
                    Ok(response)
                }
            }
        }
        "remove" => {
            let removed = service.remove(&actor, form.get("caller")).await.map_err(unchanged)?;
            let response = redirect(&back);
            let Some(Contact { caller, name, company, note }) = removed else { return Ok(response) };
            let said = Flash::new("contact-removed").named(&name);
            let fields = [("do", "save".to_owned()), ("caller", caller), ("name", name)]
                .into_iter()
                .chain([("company", company), ("note", note), ("back", back)])
                .map(|(field, value)| (field.to_owned(), value));
            Ok(said.undone_by("/contacts", fields.collect()).on(response, state.services.secure))
        }
        _ => Err(Problem::bad_form("do: use save or remove")),
    }
}

fn unchanged(error: ContactError) -> Problem {
    match error {
        ContactError::Store(error) => error.into(),
        ContactError::Bad(why) => Problem::new(ProblemKind::NotChanged, why.to_string()),
    }
}

/// Imports the contacts of a file; its text is a field of the form.
#[handler]
pub(crate) async fn import(
    Data(state): Data<&Arc<State>>,
    Data(visitor): Data<&Visitor>,
    req: &Request,
    body: Body,
) -> Answer {
    let form = Form::read_up_to(MAX_IMPORT_BYTES, body).await?;
    let viewer = Viewer::of(req, state);
    let alert = match read(form.get("text"), &home(state)) {
        Ok(read) if !read.contacts.is_empty() => {
            let count = read.contacts.len();
            match state.services.contacts.save(&visitor.actor(), read.contacts).await {
                Ok(()) => {
                    let places: Vec<String> =
                        read.left_out.iter().take(NAMED_LINES).map(|(place, _)| place.to_string()).collect();
                    let said = if places.is_empty() { "imported" } else { "imported-partly" };
                    let flash = Flash::new(said).of(count).named(&places.join(", "));
                    return Ok(flash.on(redirect("/contacts"), state.services.secure));
                }
                Err(ContactError::Bad(why)) => messages::bad_contact(&why, viewer.language),
                Err(ContactError::Store(error)) => return Err(error.into()),
            }
        }
        Ok(_) => viewer.language.say("contacts-none-in-file"),
        Err(why) => unreadable(&why, viewer.language),
    };
    let mut response = show(state, visitor, &viewer, "", Edited::default(), ("/contacts", Some(alert)))?;
    response.set_status(StatusCode::UNPROCESSABLE_ENTITY);
    Ok(response)
}

fn unreadable(why: &UnreadableContacts, language: Language) -> String {
    match why {
        UnreadableContacts::NoNumberColumn => language.say("contacts-no-number-column"),
        UnreadableContacts::Broken(why) => {
            language.say_with("contacts-broken-file", [("why", why.as_str().into())])
        }
    }
}

/// One of the company's own numbers. Numbers without a country code belong to its country.
fn home(state: &State) -> String {
    let flow = state.services.overrides.flow();
    let own = flow.draft().main_numbers.keys().next().map(ToString::to_string);
    own.or_else(|| flow.numbers().next().map(ToString::to_string)).unwrap_or_default()
}

/// All contacts as CSV.
#[handler]
pub(crate) async fn contacts_csv(Data(state): Data<&Arc<State>>, Data(visitor): Data<&Visitor>) -> Answer {
    let book = state.services.contacts.book();
    let text = format!("\u{feff}{}", csv::write(book.by_name()));
    download(state, visitor, ("contacts.csv", "text/csv; charset=utf-8"), text).await
}

/// All contacts as vCards.
#[handler]
pub(crate) async fn contacts_vcf(Data(state): Data<&Arc<State>>, Data(visitor): Data<&Visitor>) -> Answer {
    let text = vcard::write(state.services.contacts.book().by_name());
    download(state, visitor, ("contacts.vcf", "text/vcard; charset=utf-8"), text).await
}

async fn download(state: &State, visitor: &Visitor, (file, kind): (&str, &str), text: String) -> Answer {
    state.services.operations.note(&visitor.actor(), AuditAction::Exported, file).await?;
    Ok(Response::builder()
        .content_type(kind)
        .header(header::CONTENT_DISPOSITION, format!("attachment; filename=\"{file}\""))
        .body(text))
}

fn show(
    state: &State,
    visitor: &Visitor,
    viewer: &Viewer,
    search: &str,
    edited: Edited,
    (back, alert): (&str, Option<String>),
) -> Answer {
    let book = &viewer.contacts;
    let found = (!search.is_empty()).then(|| book.found(search));
    let all = book.by_name().into_iter();
    let listed: Vec<&Contact> =
        all.filter(|contact| found.as_ref().is_none_or(|found| found.contains(&contact.caller))).collect();
    let known = book.of(&edited.caller).filter(|_| alert.is_none());
    let view = ContactsPage {
        frame: Frame::of(state, visitor, viewer, "nav-contacts"),
        csrf: visitor.csrf(),
        alert,
        contacts: listed.iter().take(SHOWN).map(|contact| ContactLine::new(contact)).collect(),
        more: listed.len().saturating_sub(SHOWN),
        is_known: known.is_some(),
        edited: known.map_or_else(
            || ContactLine {
                shown: phone_format::spoken(&edited.caller, None),
                caller: edited.caller,
                name: edited.name,
                company: edited.company,
                note: edited.note,
                address: String::new(),
            },
            ContactLine::new,
        ),
        search: search.to_owned(),
        back: back.to_owned(),
    };
    html(state.templates.page(&view, viewer))
}
