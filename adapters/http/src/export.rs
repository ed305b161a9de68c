//! Exports of calls as CSV and JSON lines, with the same content on the web and on the command line.

pub(crate) mod voicemail_zip;
use std::sync::Arc;

use frontdesk_domain::Call;
use frontdesk_domain::call::HungUpBy;
use frontdesk_ports::{AuditAction, CallQuery, CallRecord, Contact, ReadCalls};
use futures_util::stream;
use poem::http::header;
use poem::web::Data;
use poem::{Body, Request, Response, handler};

use crate::State;
pub use crate::api::wire::CallContext;
use crate::api::wire::{WireCall, instant};
use crate::auth::visitor::Visitor;
use crate::filter::Shown;
use crate::i18n::locale::Language;
use crate::i18n::viewer::Viewer;
use crate::i18n::{messages, phone_format};
use crate::problem::Answer;
use crate::query::{self, BadParameter};

/// Calls that are read per query.
pub(crate) const PAGE: u16 = 500;

/// The parameter that requests a CSV with a byte order mark; links on pages set it.
pub(crate) const EXCEL: &str = "excel";
const BYTE_ORDER_MARK: char = '\u{feff}';

const COLUMNS: [&str; 19] = [
    "id",
    "started_at",
    "from",
    "from_name",
    "to",
    "outcome",
    "outcome_reason",
    "duration_seconds",
    "talk_seconds",
    "choices",
    "forwarded_to",
    "voicemail_seconds",
    "state",
    "from_place",
    "ring_seconds",
    "menu_seconds",
    "provider_id",
    "contact",
    "hung_up_by",
];

/// A call in the API's format, without its events.
pub fn call_document(record: &CallRecord, context: &CallContext) -> serde_json::Value {
    serde_json::to_value(WireCall::new(record, context)).unwrap_or_default()
}

/// Texts about a call for an e-mail: the reason for its outcome, and formatted phone numbers.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct CallWords {
    /// The reason for its outcome; empty while that is unknown.
    pub reason: String,
    /// The caller's number, if it was not withheld.
    pub caller: Option<String>,
    /// The number that was called.
    pub called: Option<String>,
    /// The phone that answered, or was rung last.
    pub phone: Option<String>,
}

/// Describes a call as the pages do, in the language with that code, or in English if the code is unknown.
pub fn call_words(call: &Call, language: &str) -> CallWords {
    let language = Language::of_code(language).unwrap_or(Language::English);
    let parties = call.parties.as_ref();
    let home = parties.map(|parties| parties.to.as_str());
    let spoken = |number: &str| phone_format::spoken(number, home);
    CallWords {
        reason: messages::reason(call, language),
        caller: parties.and_then(|parties| parties.from.as_text()).map(spoken),
        called: parties.map(|parties| spoken(&parties.to)),
        phone: call.forwarded_to.as_ref().map(|number| spoken(number.as_str())),
    }
}

/// The header row.
pub fn csv_header() -> String {
    line(COLUMNS.map(ToOwned::to_owned))
}

/// A call as a row.
pub fn csv_line(record: &CallRecord, context: &CallContext) -> String {
    let CallRecord { id, leg, call, .. } = record;
    let Call { parties, verdict, .. } = call;
    let parties = parties.as_ref();
    let contact = parties.and_then(|p| context.contacts.of(&p.caller()?));
    let text = |text: Option<&str>| text.unwrap_or_default().to_owned();
    let number = |number: Option<u32>| number.map(|number| number.to_string()).unwrap_or_default();
    let choices: Vec<String> = call.choices.iter().map(ToString::to_string).collect();
    line([
        id.to_string(),
        call.started_at.map(instant).unwrap_or_default(),
        text(parties.and_then(|p| p.from.as_text())),
        text(parties.and_then(|p| p.from_name.as_deref())),
        text(parties.map(|p| p.to.as_str())),
        text(verdict.as_ref().map(|v| v.outcome.as_str())),
        text(verdict.as_ref().map(|v| v.reason.as_str())),
        number(call.duration_seconds),
        number(call.talk_seconds),
        choices.join(" "),
        call.forwarded_to.as_ref().map(ToString::to_string).unwrap_or_default(),
        number(call.voicemail.as_ref().and_then(|message| message.duration_seconds)),
        call.state.as_str().to_owned(),
        text(parties.and_then(|p| p.from_place.as_deref())),
        number(call.ring_seconds),
        number(call.menu_seconds),
        leg.id().to_owned(),
        contact.map(Contact::full_name).unwrap_or_default(),
        text(call.hung_up_by.map(HungUpBy::as_str)),
    ])
}

/// A call as one line of JSON, in the API's format.
pub fn json_line(record: &CallRecord, context: &CallContext) -> String {
    let mut line = serde_json::to_string(&WireCall::new(record, context)).unwrap_or_default();
    line.push('\n');
    line
}

pub(crate) fn line<const N: usize>(cells: [String; N]) -> String {
    let mut line = cells.map(|text| cell(&text)).join(",");
    line.push_str("\r\n");
    line
}

/// Characters that a spreadsheet may take for the start of a formula.
pub(crate) const FORMULA_STARTS: [char; 10] = ['=', '+', '-', '@', '\t', '\r', '＝', '＋', '－', '＠'];

/// A cell by RFC 4180. A text that a spreadsheet would run as a formula is marked as text (OWASP, "CSV injection"), also
/// after `;` or a tab, because a spreadsheet that uses those as separators (`;` in much of Europe) splits the cell there.
fn cell(text: &str) -> String {
    let mut marked = String::with_capacity(text.len());
    let mut is_start = true;
    for c in text.chars() {
        if is_start && FORMULA_STARTS.contains(&c) {
            marked.push('\'');
        }
        marked.push(c);
        // A spreadsheet that splits the cell may remove quotes.
        is_start = matches!(c, ';' | '\t' | '\n' | '\r') || is_start && matches!(c, '"' | ' ');
    }
    if marked.contains([',', ';', '"', '\t', '\n', '\r']) {
        return format!("\"{}\"", marked.replace('"', "\"\""));
    }
    marked
}

/// A page of lines, and the query for the next page.
async fn page(
    calls: &dyn ReadCalls,
    mut query: CallQuery,
    format: &Format,
    context: &CallContext<'_>,
) -> Option<(std::io::Result<String>, Option<CallQuery>)> {
    match calls.list(&query).await {
        Ok(page) => {
            let lines = page.calls.iter().map(|record| (format.line)(record, context)).collect();
            let next = page.next.map(|next| {
                query.before = Some(next);
                query
            });
            Some((Ok(lines), next))
        }
        // The download is aborted, so that a partial file is not taken for a complete one.
        Err(error) => Some((Err(std::io::Error::other(error)), None)),
    }
}

/// A format of exported calls.
struct Format {
    name: &'static str,
    file: &'static str,
    media_type: &'static str,
    header: fn() -> String,
    /// Formats a call.
    line: fn(&CallRecord, &CallContext<'_>) -> String,
}

/// Every call that matches the filter, newest first, as CSV.
#[handler]
pub(crate) async fn calls_csv(
    Data(state): Data<&Arc<State>>,
    Data(visitor): Data<&Visitor>,
    req: &Request,
) -> Answer {
    let (file, media_type) = ("calls.csv", "text/csv; charset=utf-8");
    let header =
        if is_for_excel(req)? { || format!("{BYTE_ORDER_MARK}{}", csv_header()) } else { csv_header };
    let csv = Format { name: "CSV", file, media_type, header, line: csv_line };
    download(state, visitor, req, csv).await
}

/// Whether the CSV is for Excel, which reads UTF-8 without a byte order mark in the system's code page.
fn is_for_excel(req: &Request) -> Result<bool, BadParameter> {
    let pairs = query::pairs(req.uri().query());
    let Some((name, value)) = pairs.into_iter().find(|(name, _)| name == EXCEL) else { return Ok(false) };
    value.parse().map_err(|_| BadParameter { name, why: "use true or false".to_owned() })
}

/// Every call that matches the filter, newest first, as lines of JSON.
#[handler]
pub(crate) async fn calls_jsonl(
    Data(state): Data<&Arc<State>>,
    Data(visitor): Data<&Visitor>,
    req: &Request,
) -> Answer {
    let (file, media_type) = ("calls.jsonl", "application/jsonl; charset=utf-8");
    let jsonl = Format { name: "JSON lines", file, media_type, header: String::new, line: json_line };
    download(state, visitor, req, jsonl).await
}

/// The query of an export. Without a tab it covers all calls; with one, the calls that the page with that tab shows.
pub(crate) fn asked(state: &State, req: &Request, viewer: &Viewer) -> Result<CallQuery, BadParameter> {
    let mut pairs = query::pairs(req.uri().query());
    pairs.retain(|(name, _)| name != EXCEL);
    if !pairs.iter().any(|(name, _)| name == "tab") {
        pairs.push(("tab".to_owned(), "all".to_owned()));
    }
    let shown = Shown::read(&pairs, viewer, state.services.clock.now())?;
    Ok(CallQuery { limit: PAGE, ..shown.query })
}

/// The filters of an export, for the audit log, without the numbers that were searched for.
pub(crate) fn filtered_by(req: &Request) -> String {
    let names: Vec<String> = query::pairs(req.uri().query())
        .into_iter()
        .map(|(name, _)| name)
        .filter(|name| name != EXCEL)
        .collect();
    if names.is_empty() { "all".to_owned() } else { format!("filtered by {}", names.join(", ")) }
}

async fn download(state: &State, visitor: &Visitor, req: &Request, format: Format) -> Answer {
    let query = asked(state, req, &Viewer::of(req, state))?;
    let filter = filtered_by(req);
    let subject = format!("calls as {}, {filter}", format.name);
    state.services.operations.note(&visitor.actor(), AuditAction::Exported, &subject).await?;
    let Format { media_type, file, header: first, .. } = format;
    let (calls, prefix, format) =
        (state.services.calls.clone(), state.services.prefix.clone(), Arc::new(format));
    let contacts = state.services.contacts.book();
    let pages = stream::unfold(Some(query), move |query| {
        let (calls, prefix, format) = (calls.clone(), prefix.clone(), format.clone());
        let contacts = contacts.clone();
        async move {
            let context = CallContext { prefix: &prefix, contacts: &contacts };
            page(&*calls, query?, &format, &context).await
        }
    });
    let header = stream::iter([Ok(first())]);
    Ok(Response::builder()
        .content_type(media_type)
        .header(header::CONTENT_DISPOSITION, format!("attachment; filename=\"{file}\""))
        .body(Body::from_bytes_stream(futures_util::StreamExt::chain(header, pages))))
}

#[cfg(test)]
mod tests {
    use super::cell;

    #[test]
    fn a_cell_that_a_spreadsheet_would_run_is_text() {
        for (text, expected) in [
            ("+33123456789", "'+33123456789"),
            ("=1+1", "'=1+1"),
            ("-1", "'-1"),
            ("@SUM(A1)", "'@SUM(A1)"),
            ("\tx", "\"'\tx\""),
            (";=1+1", "\";'=1+1\""),
            ("Ann;@SUM(A1)", "\"Ann;'@SUM(A1)\""),
            ("Ann\t-1", "\"Ann\t'-1\""),
            ("＝1+1", "'＝1+1"),
            ("Jean-Luc + Ann", "Jean-Luc + Ann"),
            ("\rx", "\"'\rx\""),
            ("a;b", "\"a;b\""),
            ("x;\"=1+1;y", "\"x;\"\"'=1+1;y\""),
            ("x; =1+1", "\"x; '=1+1\""),
            ("Example, Ann,-1", "\"Example, Ann,-1\""),
            ("=HYPERLINK(\"http://evil\",\"x\")", "\"'=HYPERLINK(\"\"http://evil\"\",\"\"x\"\")\""),
            ("a,b", "\"a,b\""),
            ("plain", "plain"),
            ("", ""),
        ] {
            assert_eq!(cell(text), expected);
        }
    }
}
