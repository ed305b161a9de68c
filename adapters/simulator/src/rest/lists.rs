//! Lists of the REST API, filtered by a time span and divided into pages.
use jiff::Timestamp;
use poem::http::Uri;
use poem::web::Json;
use serde::Deserialize;
use serde_json::{Value, json};

/// The default number of items per page.
const PAGE_SIZE: usize = 50;
/// The maximum number of items per page.
const MAX_PAGE_SIZE: usize = 1000;

/// The requested page of a list.
#[derive(Debug, Deserialize)]
pub(super) struct Paging {
    #[serde(rename = "PageSize")]
    size: Option<usize>,
    #[serde(rename = "Page", default)]
    page: usize,
}

/// The requested time span: the list's `StartTime` or `DateCreated`, on or after one time and before another.
#[derive(Debug, Default, Deserialize)]
pub(super) struct Within {
    #[serde(rename = "StartTime>", alias = "DateCreated>")]
    since: Option<Timestamp>,
    #[serde(rename = "StartTime<", alias = "DateCreated<")]
    before: Option<Timestamp>,
}

impl Within {
    pub(super) fn holds(&self, at: Timestamp) -> bool {
        self.since.is_none_or(|since| since <= at) && self.before.is_none_or(|before| at < before)
    }
}

impl Paging {
    /// One page of a list resource.
    pub(super) fn of(&self, uri: &Uri, name: &str, items: &[Value]) -> Json<Value> {
        let size = self.size.unwrap_or(PAGE_SIZE).clamp(1, MAX_PAGE_SIZE);
        let page: Vec<&Value> = items.iter().skip(self.page * size).take(size).collect();
        let more = (self.page + 1) * size < items.len();
        let next = more.then(|| {
            let query = uri.query().unwrap_or_default().as_bytes();
            let others =
                form_urlencoded::parse(query).filter(|(name, _)| name != "PageSize" && name != "Page");
            let mut next = form_urlencoded::Serializer::new(String::new());
            next.extend_pairs(others).append_pair("PageSize", &size.to_string());
            next.append_pair("Page", &(self.page + 1).to_string());
            format!("{}?{}", uri.path(), next.finish())
        });
        Json(json!({name: page, "page": self.page, "page_size": size, "next_page_uri": next}))
    }
}
