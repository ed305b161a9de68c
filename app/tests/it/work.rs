//! The follow-up of calls over HTTP: two users at once, automatic resolution, and exports of a view.
use adapters_simulator::{CalleeScript, murmur, tone};
use reqwest::header::{ACCEPT, COOKIE};

use crate::harness::{Desk, PASSWORD};
use crate::people::{cookie, get, sign_in};

/// A signed-in user and their CSRF token.
pub struct Person<'d> {
    desk: &'d Desk,
    pub cookie: String,
    pub csrf: String,
}

impl<'d> Person<'d> {
    pub async fn admin(desk: &'d Desk) -> Self {
        Self::of(desk, "admin", PASSWORD).await
    }

    pub async fn of(desk: &'d Desk, name: &str, password: &str) -> Self {
        let cookie = cookie(&sign_in(desk, name, password).await);
        let feed = get(desk, "/", &cookie).await.text().await.unwrap();
        let csrf = feed.split("name=\"csrf\" value=\"").nth(1).unwrap().split('"').next().unwrap().to_owned();
        Self { desk, cookie, csrf }
    }

    /// Sends the form of a call as the page's script does. Returns the status and the row.
    pub async fn does(&self, id: &str, what: &str) -> (u16, String) {
        let request = self.desk.http.post(format!("{}/calls/{id}/work", self.desk.url));
        let request = request.header(COOKIE, &self.cookie).header("HX-Request", "true");
        let request = request.header("content-type", "application/x-www-form-urlencoded");
        let response = request.body(format!("csrf={}&{what}", self.csrf)).send().await.unwrap();
        (response.status().as_u16(), response.text().await.unwrap())
    }

    /// Sends another form. Returns the status and the page.
    pub async fn sends(&self, path: &str, fields: &str) -> (u16, String) {
        let request = self.desk.http.post(format!("{}{path}", self.desk.url)).header(COOKIE, &self.cookie);
        let request = request.header("content-type", "application/x-www-form-urlencoded");
        let response = request.body(format!("csrf={}&{fields}", self.csrf)).send().await.unwrap();
        (response.status().as_u16(), response.text().await.unwrap())
    }

    /// Sends a form. Returns the message that the next page will show.
    pub async fn said(&self, path: &str, fields: &str) -> String {
        let request = self.desk.http.post(format!("{}{path}", self.desk.url)).header(COOKIE, &self.cookie);
        let request = request.header("content-type", "application/x-www-form-urlencoded");
        let response = request.body(format!("csrf={}&{fields}", self.csrf)).send().await.unwrap();
        let set = response.headers()[reqwest::header::SET_COOKIE].to_str().unwrap();
        set.split(';').next().unwrap().trim_start_matches("flash=").to_owned()
    }

    pub async fn is_signed_in(&self) -> bool {
        get(self.desk, "/", &self.cookie).await.status() == 200
    }

    pub async fn page(&self, path: &str) -> String {
        get(self.desk, path, &self.cookie).await.text().await.unwrap()
    }
}

fn rows(html: &str) -> usize {
    html.matches("<tr id=\"call-").count()
}

#[tokio::test]
async fn a_message_is_played_claimed_noted_and_marked_done() {
    let desk = Desk::start().await;
    desk.call().presses("2").leaves(murmur(3)).place().await;
    desk.work().await;
    let ann = Person::admin(&desk).await;
    let feed = ann.page("/").await;
    assert!(feed.contains("3 s of speech in 3 s") && feed.contains("class=\"outline\""), "{feed}");
    assert!(feed.contains("<title>(1) Calls"), "one call needs attention");
    let id = desk.row().await["id"].as_str().unwrap().to_owned();
    for what in ["do=heard", "do=claim&decisions=0", "do=note&text=Wants+a+quote", "do=tag&text=Boiler"] {
        let (status, row) = ann.does(&id, what).await;
        assert_eq!(status, 200, "{what}: {row}");
    }
    let page = ann.page(&format!("/calls/{id}")).await;
    for text in ["played by admin", "Assigned to admin", "Wants a quote", "boiler"] {
        assert!(page.contains(text), "{text} is missing: {page}");
    }
    for found in ["/?q=QUOTE", "/?tag=boiler", "/?tab=voicemail", "/?mailbox=main", "/"] {
        assert_eq!(rows(&ann.page(found).await), 1, "{found}");
    }
    // A change based on an outdated page is refused.
    let (status, row) = ann.does(&id, "do=handle&decisions=0").await;
    assert_eq!(status, 409);
    assert!(row.contains("Someone else just changed this call"), "{row}");
    assert_eq!(ann.does(&id, "do=handle&decisions=1").await.0, 200);
    let waiting = "/?tab=attention";
    assert_eq!((rows(&ann.page(waiting).await), rows(&ann.page("/?tab=done").await)), (0, 1));
    assert!(ann.page(waiting).await.contains("All caught up"));
    assert_eq!(rows(&ann.page("/").await), 1, "all calls are on the first page");
    assert_eq!(ann.does(&id, "do=reopen&decisions=2").await.0, 200);
    assert_eq!(rows(&ann.page(waiting).await), 1);
}

#[tokio::test]
async fn what_a_form_says_is_checked_and_a_program_cannot_send_it() {
    let desk = Desk::start().await;
    desk.call().presses("2").leaves(murmur(1)).place().await;
    desk.work().await;
    let ann = Person::admin(&desk).await;
    let id = desk.row().await["id"].as_str().unwrap().to_owned();
    for (what, status) in [
        ("do=note&text=", 422),
        (&*format!("do=note&text={}", "x".repeat(2001)), 422),
        (&*format!("do=tag&text={}", "x".repeat(33)), 422),
        ("do=delete", 400),
        ("", 400),
    ] {
        assert_eq!(ann.does(&id, what).await.0, status, "{what:.20}");
    }
    assert_eq!(ann.does("01ARZ3NDEKTSV4RRFFQ69G5FAV", "do=heard").await.0, 404);
    let url = format!("{}/calls/{id}/work", desk.url);
    let program =
        desk.http.post(&url).bearer_auth(crate::harness::TOKEN).body("do=heard").send().await.unwrap();
    assert_eq!(program.status(), 403);
    let foreign = desk.http.post(&url).header(COOKIE, &ann.cookie).body("do=heard").send().await.unwrap();
    assert_eq!(foreign.status(), 403, "the form has no CSRF token");
}

#[tokio::test]
async fn a_message_without_speech_does_not_need_attention_and_is_not_deleted() {
    let desk = Desk::start().await;
    desk.call().presses("2").leaves(tone(9)).place().await;
    desk.work().await;
    let ann = Person::admin(&desk).await;
    assert_eq!(rows(&ann.page("/?tab=attention").await), 0, "the message does not need attention");
    let all = ann.page("/?tab=voicemail").await;
    assert!(all.contains("no speech in 9 s") && all.contains("<audio"), "{all}");
}

#[tokio::test]
async fn a_missed_call_is_marked_done_after_a_conversation() {
    let desk = Desk::start().await;
    let auto_resolve = desk.running.auto_resolve.clone().unwrap();
    desk.call().presses("1").each_phone(&[CalleeScript::NoAnswer]).hangs_up_after(22).place().await;
    desk.call()
        .from("+33199000001")
        .presses("1")
        .each_phone(&[CalleeScript::NoAnswer])
        .hangs_up_after(22)
        .place()
        .await;
    let seen = auto_resolve.follow(None).await.unwrap();
    let ann = Person::admin(&desk).await;
    assert_eq!(rows(&ann.page("/?tab=attention").await), 2, "{:#?}", desk.calls().await);
    desk.call().presses("1").place().await;
    auto_resolve.follow(Some(seen)).await.unwrap();
    let waiting = ann.page("/?tab=attention").await;
    assert!(rows(&waiting) == 1 && waiting.contains("+33 1 99 00 00 01"), "the other call is still open");
    assert!(ann.page("/?tab=done").await.contains("a later call"));
    assert!(ann.page("/?outcome=answered").await.contains(">1 call<"), "the count is of what is listed");
}

#[tokio::test]
async fn an_export_is_what_its_page_shows() {
    let desk = Desk::start().await;
    desk.call().presses("2").leaves(murmur(1)).place().await;
    desk.call().from("anonymous").hangs_up_after(1).place().await;
    desk.work().await;
    let ann = Person::admin(&desk).await;
    for (query, calls) in
        [("", 2), ("?tab=attention", 1), ("?tab=all&outcome=abandoned", 1), ("?tab=all&range=yesterday", 0)]
    {
        let csv = ann.page(&format!("/calls.csv{query}")).await;
        assert_eq!(csv.lines().count() - 1, calls, "{query}: {csv}");
        assert!(csv.starts_with("id,started_at,"), "{csv}");
        let sign = if query.is_empty() { '?' } else { '&' };
        let excel = get(&desk, &format!("/calls.csv{query}{sign}excel=true"), &ann.cookie).await;
        // Compares bytes, because the client's text decoder removes the mark.
        assert_eq!(excel.bytes().await.unwrap(), format!("\u{feff}{csv}"), "Excel needs a byte order mark");
        let lines = ann.page(&format!("/calls.jsonl{query}")).await;
        assert_eq!(lines.lines().count(), calls, "{query}: {lines}");
        if !query.is_empty() {
            assert_eq!(rows(&ann.page(&format!("/{query}")).await), calls, "{query}");
        }
    }
}

#[tokio::test]
async fn numbers_are_counted_and_lead_to_the_calls_behind_them() {
    let desk = Desk::start().await;
    desk.call().presses("1").place().await;
    desk.call().presses("2").leaves(murmur(1)).place().await;
    desk.call().hangs_up_after(1).place().await;
    let ann = Person::admin(&desk).await;
    let numbers = ann.page("/numbers?range=7d").await;
    assert!(numbers.contains("<b>3</b> calls") && numbers.contains("<b>33 %</b>"), "{numbers}");
    for (leads, calls) in
        [("range=7d&amp;outcome=answered", 1), ("range=7d&amp;menu=main&amp;outcome=abandoned", 1)]
    {
        assert!(numbers.contains(leads), "{leads}: {numbers}");
        assert_eq!(rows(&ann.page(&format!("/?{}", leads.replace("&amp;", "&"))).await), calls);
    }
    assert_eq!(get(&desk, "/numbers?range=ever", &ann.cookie).await.status(), 400);
}

#[tokio::test]
async fn people_get_errors_as_pages_and_programs_as_problems() {
    let desk = Desk::start().await;
    let ann = Person::admin(&desk).await;
    for path in ["/calls/none", "/?outcome=x", "/?tab=x", "/numbers?range=x"] {
        let request = desk.http.get(format!("{}{path}", desk.url)).header(COOKIE, &ann.cookie);
        let page = request.header(ACCEPT, "text/html").send().await.unwrap();
        assert!(matches!(page.status().as_u16(), 400 | 404), "{path}");
        let html = page.text().await.unwrap();
        assert!(html.starts_with("<!doctype html>") && html.contains("To the calls"), "{path}: {html}");
        let problem = ann.page(path).await;
        assert!(problem.starts_with('{'), "{path}: {problem}");
    }
}

#[tokio::test]
async fn days_and_times_are_the_browsers() {
    let desk = Desk::start().await;
    desk.call().presses("2").leaves(murmur(1)).place().await;
    let ann = Person::admin(&desk).await;
    let tokyo = format!("{}; zone=Asia/Tokyo", ann.cookie);
    let html = get(&desk, "/?tab=all", &tokyo).await.text().await.unwrap();
    assert!(html.contains("Times in Asia/Tokyo"), "{html}");
    for nonsense in ["../../etc/passwd", "Mars/Base", "", "%00"] {
        let cookie = format!("{}; zone={nonsense}", ann.cookie);
        let html = get(&desk, "/?tab=all", &cookie).await.text().await.unwrap();
        assert!(html.contains("Times in UTC"), "{nonsense}");
    }
}

#[tokio::test]
async fn the_messages_of_a_view_are_one_file_and_the_trail_knows() {
    let desk = Desk::start().await;
    for keys in ["2", "2", "1"] {
        desk.call().presses(keys).leaves(murmur(2)).place().await;
    }
    desk.work().await;
    let ann = Person::admin(&desk).await;
    let zipped = async |path: &str| {
        let response = get(&desk, path, &ann.cookie).await;
        assert_eq!(response.headers()["content-type"], "application/zip");
        zip::ZipArchive::new(std::io::Cursor::new(response.bytes().await.unwrap())).unwrap()
    };
    let mut all = zipped("/voicemails.zip").await;
    assert_eq!(
        all.len(),
        desk.calls().await.iter().filter(|call| call["voicemail"]["status"] == "stored").count()
    );
    let mut sound = Vec::new();
    let mut first = all.by_index(0).unwrap();
    let name = first.name().unwrap().into_owned();
    assert!(name.starts_with("2026-11-22_") && name.contains("_33123456789_"), "{name}");
    std::io::Read::read_to_end(&mut first, &mut sound).unwrap();
    let id = name.trim_end_matches(".wav").rsplit('_').next().unwrap();
    let played = get(&desk, &format!("/calls/{id}/voicemail"), &ann.cookie).await.bytes().await.unwrap();
    assert_eq!(sound, played, "the file in the ZIP is the audio that the page plays");
    assert_eq!(zipped("/voicemails.zip?tab=all&q=nothing").await.len(), 0, "the same calls as in the view");
    assert!(ann.page("/audit").await.contains("messages as zip, filtered by tab, q"));
    let page = ann.sends("/settings/tokens", "do=make&name=ears&scope=audio").await.1;
    let token = page.split("<code>").nth(1).unwrap().split('<').next().unwrap().to_owned();
    let request = desk.http.get(format!("{}/voicemails.zip", desk.url)).bearer_auth(token);
    assert_eq!(request.send().await.unwrap().status(), 403, "file names contain callers");
}

#[tokio::test]
async fn a_view_is_saved_shown_and_deleted_by_its_owner() {
    let desk = Desk::start().await;
    let ann = Person::admin(&desk).await;
    ann.sends("/settings/people", "do=add&name=bob&role=reader&password=long+enough").await;
    let save = "do=save&name=Urgent+ones&back=%2F%3Ftab%3Dall%26tag%3Durgent";
    assert_eq!(ann.sends("/views", save).await.0, 303);
    let feed = ann.page("/").await;
    assert!(
        feed.contains("<a href=\"&#x2F;?tab=all&amp;tag=urgent\">Urgent ones</a>")
            || feed.contains(">Urgent ones</a>"),
        "{feed}"
    );
    let bob = Person::of(&desk, "bob", "long enough").await;
    assert!(!bob.page("/").await.contains("Urgent ones"), "each person has their own");
    assert_eq!(ann.sends("/views", "do=save&name=&back=%2F%3Ftag%3Dx").await.0, 422);
    assert_eq!(
        ann.sends("/views", "do=save&name=x&back=%2F%3Foutcome%3Dnone").await.0,
        400,
        "no view at all"
    );
    for n in 1..20 {
        assert_eq!(ann.sends("/views", &format!("do=save&name=v{n}&back=%2F%3Ftag%3Dx")).await.0, 303);
    }
    assert_eq!(ann.sends("/views", "do=save&name=v20&back=%2F%3Ftag%3Dx").await.0, 422, "20 is the limit");
    assert_eq!(ann.sends("/views", "do=forget&name=Urgent+ones&back=%2F").await.0, 303);
    assert!(!ann.page("/").await.contains("Urgent ones"));
}

#[tokio::test]
async fn an_admin_sees_each_request_of_the_carrier_beside_our_response_and_staff_see_neither() {
    let desk = Desk::start().await;
    let ann = Person::admin(&desk).await;
    desk.call().presses("1").place().await;
    let id = desk.row().await["id"].as_str().unwrap().to_owned();
    let page = ann.page(&format!("/calls/{id}")).await;
    assert!(page.contains("CallStatus") && page.contains("The carrier’s request and our response"), "{page}");
    assert!(page.contains("&lt;Gather ") && page.contains("&lt;Dial "), "the menu and the forward: {page}");
    let add = "do=add&name=Bob&role=reader&password=long+enough";
    assert_eq!(ann.sends("/settings/people", add).await.0, 303);
    let bob = Person::of(&desk, "Bob", "long enough").await;
    let page = bob.page(&format!("/calls/{id}")).await;
    assert!(!page.contains("CallStatus") && !page.contains("&lt;Gather"), "{page}");
}
