//! The settings page: who may change which accounts, and the effect on signed-in users.
use reqwest::header::{ACCEPT_LANGUAGE, COOKIE};

use crate::harness::{Desk, PASSWORD};
use crate::people::{cookie, get, sign_in};
use crate::work::Person;

/// The text after `word`, up to a quotation mark.
fn after<'a>(html: &'a str, word: &str) -> &'a str {
    html.split(word).nth(1).unwrap_or_else(|| panic!("{word} is missing: {html}")).split('"').next().unwrap()
}

#[tokio::test]
async fn who_manages_adds_people_gives_roles_and_removes_them_at_once() {
    let desk = Desk::start().await;
    let ann = Person::admin(&desk).await;
    let add = "do=add&name=Bob+Sample&role=reader&password=long+enough";
    assert_eq!(ann.sends("/settings/people", add).await.0, 303);
    assert_eq!(ann.sends("/settings/people", add).await.0, 409, "names are unique");
    let short = ann.sends("/settings/people", "do=add&name=eve&role=reader&password=short").await;
    assert!(short.0 == 422 && short.1.contains("A password must have 8 to 128 characters."), "{short:?}");
    let bob = Person::of(&desk, "Bob Sample", "long enough").await;
    for path in ["/settings/people", "/settings/tokens"] {
        let (status, _) = bob.sends(path, "do=add&name=eve&role=admin&password=long+enough").await;
        assert_eq!(status, 403, "readers do not manage: {path}");
    }
    assert!(!bob.page("/settings").await.contains("/settings/people"));
    assert_eq!(ann.sends("/settings/people", "do=role&name=Bob+Sample&role=admin").await.0, 303);
    assert!(bob.page("/settings").await.contains("/settings/people"), "the new role applies at once");
    let (status, page) = ann.sends("/settings/people", "do=remove&name=Bob+Sample").await;
    assert!(status == 200 && page.contains("Remove the user “Bob Sample”?"), "{page}");
    assert!(bob.is_signed_in().await, "asked, not done");
    assert_eq!(ann.sends("/settings/people", "do=remove&name=Bob+Sample&confirm=yes").await.0, 303);
    assert!(!bob.is_signed_in().await, "signed out");
    for last in ["do=remove&name=admin&confirm=yes", "do=role&name=admin&role=reader"] {
        let (status, page) = ann.sends("/settings/people", last).await;
        assert!(status == 409 && page.contains("At least one admin must remain."), "{page}");
    }
    let audit = ann.page("/audit").await;
    for noted in ["added a user", "changed a role", "removed a user"] {
        assert!(audit.contains(noted), "{noted} is missing");
    }
}

#[tokio::test]
async fn changing_a_password_needs_the_old_one_and_signs_other_browsers_out() {
    let desk = Desk::start().await;
    let other = Person::admin(&desk).await;
    let ann = Person::admin(&desk).await;
    let (status, page) = ann.sends("/settings", "do=password&old=wrong+one&new=quite+another").await;
    assert!(status == 422 && page.contains("The current password is wrong."), "{page}");
    for _ in 0..9 {
        ann.sends("/settings", "do=password&old=wrong+one&new=quite+another").await;
    }
    let (status, page) = ann.sends("/settings", "do=password&old=wrong+one&new=quite+another").await;
    assert!(status == 429 && page.contains("Try again in 15 minutes."), "{page}");
    desk.clock.advance(std::time::Duration::from_secs(15 * 60));
    let old = PASSWORD.replace(' ', "+").replace('\'', "%27");
    assert_eq!(ann.sends("/settings", &format!("do=password&old={old}&new=quite+another")).await.0, 303);
    assert!(!other.is_signed_in().await, "the other browser is signed out");
    assert_eq!(sign_in(&desk, "admin", "quite another").await.status(), 303);
}

#[tokio::test]
async fn a_session_is_ended_from_another_browser_and_nobody_ends_a_strangers() {
    let desk = Desk::start().await;
    let ann = Person::admin(&desk).await;
    ann.sends("/settings/people", "do=add&name=bob&role=reader&password=long+enough").await;
    let lost = Person::of(&desk, "bob", "long enough").await;
    let bob = Person::of(&desk, "bob", "long enough").await;
    let settings = bob.page("/settings").await;
    assert_eq!(settings.matches("value=\"end\"").count(), 2, "only the user's own two sessions");
    assert_eq!(ann.page("/settings").await.matches("value=\"end\"").count(), 3, "all of them");
    // The session of the other browser, which is not marked as this one.
    let lines: Vec<&str> = settings.split("<tr><th scope=\"row\">bob").skip(1).collect();
    let other =
        lines.iter().find(|line| !line.split("</th>").next().unwrap().contains("this browser")).unwrap();
    let id = after(other, "name=\"id\" value=\"");
    assert_eq!(bob.sends("/settings", &format!("do=end&id={id}")).await.0, 303);
    assert!(!lost.is_signed_in().await && bob.is_signed_in().await);
    let admins = ann.page("/settings").await;
    let lines: Vec<&str> = admins.split("<tr><th scope=\"row\">admin").skip(1).collect();
    let id = after(lines[0], "name=\"id\" value=\"");
    assert_eq!(bob.sends("/settings", &format!("do=end&id={id}")).await.0, 404);
    assert!(ann.is_signed_in().await);
}

#[tokio::test]
async fn a_token_is_shown_once_works_and_is_revoked() {
    let desk = Desk::start().await;
    let ann = Person::admin(&desk).await;
    let none = ann.sends("/settings/tokens", "do=make&name=crm").await;
    assert!(none.0 == 422 && none.1.contains("Choose at least one permission"), "{none:?}");
    let (status, page) = ann.sends("/settings/tokens", "do=make&name=crm&scope=calls").await;
    let token = page.split("<code>").nth(1).unwrap().split('<').next().unwrap().to_owned();
    assert!(status == 200 && token.starts_with("fd_"), "{page}");
    let ask = async || {
        let request = desk.http.get(format!("{}/api/v1/calls", desk.url)).bearer_auth(&token);
        request.send().await.unwrap().status().as_u16()
    };
    assert_eq!(ask().await, 200);
    let settings = ann.page("/settings").await;
    assert!(!settings.contains(&token) && settings.contains("read calls and statistics"), "shown once");
    let (status, page) = ann.sends("/settings/tokens", "do=revoke&name=crm").await;
    assert!(status == 200 && page.contains("Revoke the token “crm”?"), "{page}");
    assert_eq!(ask().await, 200, "asked, not done");
    assert_eq!(ann.sends("/settings/tokens", "do=revoke&name=crm&confirm=yes").await.0, 303);
    assert_eq!(ask().await, 401);
}

#[tokio::test]
async fn the_language_is_the_browsers_until_one_is_chosen() {
    let desk = Desk::start().await;
    let cookie = cookie(&sign_in(&desk, "admin", PASSWORD).await);
    let feed = async |cookies: &str, accepted: &str| {
        let request = desk.http.get(format!("{}/", desk.url)).header(COOKIE, cookies);
        request.header(ACCEPT_LANGUAGE, accepted).send().await.unwrap().text().await.unwrap()
    };
    assert!(feed(&cookie, "fr-CH, en;q=0.5").await.contains("<html lang=\"fr\">"));
    assert!(feed(&cookie, "de").await.contains("<html lang=\"en\">"));
    let ann = Person::admin(&desk).await;
    let chosen = ann.sends("/settings", "do=language&language=fr").await;
    assert_eq!(chosen.0, 303);
    let french = feed(&format!("{cookie}; language=fr"), "en").await;
    assert!(french.contains("<html lang=\"fr\">") && french.contains("À traiter"), "{french}");
    let request = desk.http.get(format!("{}/calls/none", desk.url)).header(COOKIE, &cookie);
    let request = request.header(ACCEPT_LANGUAGE, "fr").header("accept", "text/html");
    let error = request.send().await.unwrap().text().await.unwrap();
    assert!(
        error.contains("Introuvable") && error.contains("Il n’y a pas de page à cette adresse."),
        "{error}"
    );
    let rules = get(&desk, "/settings", &cookie).await.text().await.unwrap();
    assert!(rules.contains("unlimited time"), "the page shows values of the configuration");
}
