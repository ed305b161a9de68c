//! Contacts: added from a call, shown, searched, exported, imported and erased; and changes of several calls at once.
use adapters_simulator::{CalleeScript, tone};
use frontdesk_ports::ManageContacts;
use reqwest::header::{ACCEPT, COOKIE, SET_COOKIE};

use crate::harness::{CALLER, Desk, TOKEN};
use crate::work::Person;

const ANN: &str = "do=save&caller=%2B33+1+23+45+67+89&name=Ann+Miller&company=Miller+Ltd&note=VIP";

#[tokio::test]
async fn a_named_caller_is_shown_found_and_exported_under_that_name() {
    let desk = Desk::start().await;
    let ann = Person::admin(&desk).await;
    desk.call().presses("2").leaves(tone(3)).place().await;
    let id = desk.row().await["id"].as_str().unwrap().to_owned();
    let call = ann.page(&format!("/calls/{id}")).await;
    assert!(call.contains("/contacts?caller=%2B33123456789&amp;back="), "named from the call: {call}");
    assert_eq!(ann.sends("/contacts", ANN).await.0, 303);
    for page in ["/", &format!("/calls/{id}"), "/?q=miller", "/?q=vip", "/contacts"] {
        let html = ann.page(page).await;
        assert!(html.contains("Ann Miller") && html.contains("Miller Ltd"), "{page}: {html}");
    }
    assert!(ann.page("/?q=smith").await.contains("No calls match"));
    let row = desk.row().await;
    assert_eq!(row["contact"], serde_json::json!({"name": "Ann Miller", "company": "Miller Ltd"}));
    assert!(ann.page("/calls.csv").await.contains("Ann Miller (Miller Ltd)"));
    assert!(ann.page("/contacts.csv").await.contains("Ann Miller,Miller Ltd,VIP"));
    assert!(ann.page("/contacts.vcf").await.contains("FN:Ann Miller"));
    let audit = ann.page("/audit").await;
    assert!(audit.contains("added or changed contacts") && !audit.contains("Ann Miller"), "{audit}");
}

#[tokio::test]
async fn a_contact_that_cannot_be_kept_is_refused_with_what_was_written_and_a_removed_one_comes_back() {
    let desk = Desk::start().await;
    let ann = Person::admin(&desk).await;
    let (status, page) = ann.sends("/contacts", "do=save&caller=hello&name=Bob+Sample").await;
    assert!(status == 422 && page.contains("not a phone number") && page.contains("Bob Sample"), "{page}");
    let (status, page) = ann.sends("/contacts", "do=save&caller=%2B33123456789&name=").await;
    assert!(status == 422 && page.contains("Enter a name or a company"), "{page}");
    assert_eq!(ann.sends("/contacts", ANN).await.0, 303);
    let remove = format!("csrf={}&do=remove&caller=%2B33123456789", ann.csrf);
    let request = desk.http.post(format!("{}/contacts", desk.url)).header(COOKIE, &ann.cookie);
    let request = request.header("content-type", "application/x-www-form-urlencoded");
    let removed = request.body(remove).send().await.unwrap();
    let flash = removed.headers()[SET_COOKIE].to_str().unwrap().split(';').next().unwrap().to_owned();
    assert!(!ann.page("/contacts").await.contains("Ann Miller"));
    let request =
        desk.http.get(format!("{}/contacts", desk.url)).header(COOKIE, format!("{}; {flash}", ann.cookie));
    let shown = request.header(ACCEPT, "text/html").send().await.unwrap();
    let cleared = shown.headers()[SET_COOKIE].to_str().unwrap().to_owned();
    assert!(cleared.starts_with("flash=;") && cleared.contains("Max-Age=0"), "shown once: {cleared}");
    let page = shown.text().await.unwrap();
    assert!(page.contains("Contact “Ann Miller” removed.") && page.contains("Undo"), "{page}");
    assert!(page.contains("name=\"note\" value=\"VIP\""), "undo restores the note as well: {page}");
}

#[tokio::test]
async fn files_are_imported_and_what_is_left_out_is_named() {
    let desk = Desk::start().await;
    let ann = Person::admin(&desk).await;
    let (status, page) = ann.sends("/contacts/import", "text=nothing+to+see").await;
    assert!(status == 422 && page.contains("must name a column of numbers"), "{page}");
    let csv = "text=name%3Bphone%0AAnn%3B%2B33123456789%0ABob%3Bhello%0A";
    assert_eq!(ann.sends("/contacts/import", csv).await.0, 303);
    let many: Vec<String> = (0..5000).map(|n| format!("One%2C%2B3319900{n:04}%0A")).collect();
    assert_eq!(
        ann.sends("/contacts/import", &format!("text=name%2Cnumber%0A{}", many.concat())).await.0,
        303
    );
    assert_eq!(desk.running.contacts.book().len(), 5001);
    let page = ann.page("/contacts").await;
    assert!(page.contains("4,801 more") && page.len() < 200_000, "one page only: {} bytes", page.len());
    let request = desk.http.get(format!("{}/contacts.csv", desk.url)).bearer_auth(TOKEN);
    assert_eq!(request.send().await.unwrap().status(), 403, "notes are for colleagues, not for programs");
}

#[tokio::test]
async fn an_erased_number_has_no_contact_any_more() {
    let desk = Desk::start().await;
    let ann = Person::admin(&desk).await;
    desk.call().presses("1").place().await;
    assert_eq!(ann.sends("/contacts", ANN).await.0, 303);
    assert_eq!(
        ann.sends("/contacts", "do=save&caller=%2B33199000001&name=Bob&note=see+01+23+45+67+89").await.0,
        303
    );
    desk.running.maintenance.retention.erase("test", CALLER).await.unwrap();
    desk.running.contacts.refresh().await.unwrap();
    let address = "do=save&caller=sip%3Abob%40example.com&name=Without+Digits";
    assert_eq!(ann.sends("/contacts", address).await.0, 303);
    desk.running.maintenance.retention.erase("test", "sip:bob@example.com").await.unwrap();
    desk.running.contacts.refresh().await.unwrap();
    let page = ann.page("/contacts").await;
    assert!(!page.contains("Without Digits"), "an address is erased, too: {page}");
    assert!(!page.contains("Ann Miller") && page.contains("Bob") && !page.contains("see 01 23"), "{page}");
}

#[tokio::test]
async fn several_calls_are_done_or_assigned_at_once_and_those_that_others_changed_stay() {
    let desk = Desk::start().await;
    let ann = Person::admin(&desk).await;
    for from in ["+33199000001", "+33199000002", "+33199000003"] {
        desk.call()
            .from(from)
            .presses("1")
            .each_phone(&[CalleeScript::NoAnswer])
            .hangs_up_after(22)
            .place()
            .await;
    }
    let calls = desk.calls().await;
    let ids: Vec<&str> = calls.iter().map(|call| call["id"].as_str().unwrap()).collect();
    let all = ids.iter().map(|id| format!("&call={id}.0")).collect::<Vec<_>>().concat();
    let add = "do=add&name=Bob&role=reader&password=long+enough";
    assert_eq!(ann.sends("/settings/people", add).await.0, 303);
    assert_eq!(ann.sends("/calls/bulk", &format!("do=assign&to=Bob{all}")).await.0, 303);
    let of_bob = ann.page("/?assignee=Bob").await;
    assert_eq!(of_bob.matches("<tr id=\"call-").count(), 3, "assigned to Bob");
    assert_eq!(ann.sends("/calls/bulk", &format!("do=assign&to=nobody{all}")).await.0, 303);
    assert_eq!(ann.does(ids[0], "do=handle&decisions=1").await.0, 200);
    let again = ids.iter().map(|id| format!("&call={id}.1")).collect::<Vec<_>>().concat();
    // The first has been marked done meanwhile: a change based on its earlier state is refused, the others are changed.
    let said = ann.said("/calls/bulk", &format!("do=assign&to=admin{again}")).await;
    assert!(said.starts_with("said=partly&n=2&name=1&undo="), "{said}");
    assert_eq!(ann.page("/?assignee=admin").await.matches("<tr id=\"call-").count(), 2);
    assert_eq!(ann.page("/?tab=done").await.matches("<tr id=\"call-").count(), 1);
    assert!(!ann.page("/").await.contains("Assigned to Bob"));
    let (status, page) = ann.sends("/calls/bulk", "do=handle&call=nonsense").await;
    assert_eq!(status, 400, "{page}");
    let bob = Person::of(&desk, "Bob", "long enough").await;
    let too_many = format!("&call={}.2", ids[1]).repeat(201);
    assert_eq!(bob.sends("/calls/bulk", &format!("do=handle{too_many}")).await.0, 422);
    let rest = ids[1..].iter().map(|id| format!("&call={id}.2")).collect::<Vec<_>>().concat();
    assert_eq!(bob.sends("/calls/bulk", &format!("do=handle{rest}")).await.0, 303);
    assert!(ann.page("/?tab=attention").await.contains("All caught up"));
}

#[tokio::test]
async fn the_first_page_shows_what_a_person_chose_and_addresses_hold_only_what_is_set() {
    let desk = Desk::start().await;
    let ann = Person::admin(&desk).await;
    desk.call().presses("1").place().await;
    let go = async |path: &str, cookie: &str| {
        let request = desk.http.get(format!("{}{path}", desk.url)).header(COOKIE, cookie);
        let response = request.header(ACCEPT, "text/html").send().await.unwrap();
        let to = response.headers().get("location").map(|to| to.to_str().unwrap().to_owned());
        (response.status().as_u16(), to, response.text().await.unwrap())
    };
    let (status, to, _) = go("/?tab=all&q=&range=&outcome=answered", &ann.cookie).await;
    assert_eq!((status, to.as_deref()), (303, Some("/?outcome=answered")));
    assert!(go("/", &ann.cookie).await.2.contains("<tr id=\"call-"), "answered calls are on the first page");
    let starting = format!("{}; start=attention", ann.cookie);
    let (_, _, page) = go("/", &starting).await;
    assert!(page.contains("All caught up") && page.contains("href=\"/?tab=all\""), "{page}");
    let (status, page) = ann.sends("/settings", "do=start&start=nothing").await;
    assert_eq!(status, 400, "{page}");
    let (_, _, page) = go("/?tab=missed&q=33123", &ann.cookie).await;
    assert!(page.contains("1 match in All") && page.contains("href=\"/?q=33123\""), "{page}");
}
