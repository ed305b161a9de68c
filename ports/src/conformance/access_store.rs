//! Users, sessions and tokens.
use super::time;
use crate::access::{ApiToken, Role, SavedView, Scope, Scopes, SecondFactor, Session, User, UserChange};
use crate::{AccessStore, StoreError};

fn user(name: &str, role: Role) -> User {
    User { name: name.into(), role, password_hash: format!("hash of {name}") }
}

fn session(token: &str, user: &str, created: &str) -> Session {
    let at = time(created);
    Session {
        token_hash: token.into(),
        user: user.into(),
        csrf: format!("csrf-{token}"),
        created_at: at,
        seen_at: at,
        browser: String::new(),
        address: String::new(),
    }
}

/// Checks every claim about the store.
pub async fn all(store: &dyn AccessStore) {
    users_are_added_changed_and_removed(store).await;
    sessions_expire_and_are_removed(store).await;
    a_code_counts_once(store).await;
    tokens_are_found_by_hash_and_revoked_by_name(store).await;
    views_are_each_persons_own(store).await;
}

async fn users_are_added_changed_and_removed(store: &dyn AccessStore) {
    assert_eq!(store.user("ann").await.unwrap(), None);
    store.add_user(user("bob", Role::Reader)).await.unwrap();
    store.add_user(user("ann", Role::Admin)).await.unwrap();
    let twice = store.add_user(user("ann", Role::Reader)).await;
    assert!(matches!(twice, Err(StoreError::Exists(_))), "a name is unique: {twice:?}");
    assert_eq!(store.users().await.unwrap(), [user("ann", Role::Admin), user("bob", Role::Reader)]);
    assert_eq!(store.remove_user("bob").await.unwrap(), UserChange::Done);
    assert_eq!(store.remove_user("bob").await.unwrap(), UserChange::Nobody);
    assert!(!store.set_password("bob", "x").await.unwrap());
    assert_eq!(store.set_role("bob", Role::Admin).await.unwrap(), UserChange::Nobody);
    assert_eq!(store.set_role("ann", Role::Reader).await.unwrap(), UserChange::LastAdmin);
    assert_eq!(store.remove_user("ann").await.unwrap(), UserChange::LastAdmin);
    store.add_user(user("root", Role::Admin)).await.unwrap();
    assert_eq!(store.set_role("ann", Role::Reader).await.unwrap(), UserChange::Done);
    assert_eq!(store.user("ann").await.unwrap(), Some(user("ann", Role::Reader)));
    assert_eq!(store.set_role("ann", Role::Admin).await.unwrap(), UserChange::Done);
}

async fn a_code_counts_once(store: &dyn AccessStore) {
    let user = || User { name: "carla".into(), role: Role::Reader, password_hash: "hash".into() };
    store.add_user(user()).await.unwrap();
    assert_eq!(store.second_factor("carla").await.unwrap(), None);
    let fresh = SecondFactor { user: "carla".into(), secret: "ABC".into(), confirmed: false, last_step: 0 };
    assert!(!store.use_step(&fresh, 1).await.unwrap(), "no code is valid without a second factor");
    store.put_second_factor(fresh.clone()).await.unwrap();
    assert_eq!(store.second_factor("carla").await.unwrap().as_ref(), Some(&fresh));
    let other = SecondFactor { secret: "XYZ".into(), ..fresh.clone() };
    assert!(!store.use_step(&other, 7).await.unwrap(), "a code of another app is refused");
    assert!(store.use_step(&fresh, 7).await.unwrap());
    assert!(!store.use_step(&fresh, 7).await.unwrap() && !store.use_step(&fresh, 6).await.unwrap());
    let used = SecondFactor { confirmed: true, last_step: 7, ..fresh.clone() };
    assert_eq!(store.second_factor("carla").await.unwrap(), Some(used));
    store.put_second_factor(fresh.clone()).await.unwrap();
    assert_eq!(
        store.second_factor("carla").await.unwrap(),
        Some(fresh.clone()),
        "it replaces the previous one"
    );
    assert!(store.remove_second_factor("carla").await.unwrap());
    assert!(!store.remove_second_factor("carla").await.unwrap());
    store.put_second_factor(fresh).await.unwrap();
    store.remove_user("carla").await.unwrap();
    store.add_user(user()).await.unwrap();
    assert_eq!(store.second_factor("carla").await.unwrap(), None, "it is removed with its user");
    store.remove_user("carla").await.unwrap();
}

async fn sessions_expire_and_are_removed(store: &dyn AccessStore) {
    let ann = session("t1", "ann", "2026-11-22T09:00:00Z");
    assert!(store.add_session(ann.clone(), Some("hash of ann")).await.unwrap());
    let late = session("late", "ann", "2026-11-22T09:00:00Z");
    assert!(
        !store.add_session(late.clone(), Some("the hash before")).await.unwrap(),
        "the password has been changed"
    );
    assert!(!store.add_session(Session { user: "nobody".into(), ..late }, None).await.unwrap());
    assert_eq!(store.session("t1").await.unwrap(), Some(ann.clone()));
    assert_eq!(store.session("t2").await.unwrap(), None);
    assert_eq!(store.sessions().await.unwrap(), vec![ann.clone()]);
    store.describe_session("t1", "Firefox on Windows", "192.0.2.7").await.unwrap();
    store.describe_session("t2", "none", "none").await.unwrap();
    let described = store.session("t1").await.unwrap().unwrap();
    assert_eq!((described.browser.as_str(), described.address.as_str()), ("Firefox on Windows", "192.0.2.7"));
    store.touch_session("t1", time("2026-11-22T10:00:00Z")).await.unwrap();
    assert_eq!(store.session("t1").await.unwrap().unwrap().seen_at, time("2026-11-22T10:00:00Z"));
    store.add_session(session("old", "ann", "2026-11-01T09:00:00Z"), None).await.unwrap();
    store.remove_sessions_before(time("2026-11-08T00:00:00Z"), time("2026-11-22T00:00:00Z")).await.unwrap();
    assert!(store.session("old").await.unwrap().is_none() && store.session("t1").await.unwrap().is_some());
    store.remove_session("t1").await.unwrap();
    assert_eq!(store.session("t1").await.unwrap(), None);

    store.add_session(session("t3", "ann", "2026-11-22T09:00:00Z"), None).await.unwrap();
    assert!(store.set_password("ann", "new").await.unwrap());
    assert_eq!(store.user("ann").await.unwrap().unwrap().password_hash, "new");
    assert_eq!(store.session("t3").await.unwrap(), None, "a new password ends the old sessions");
    for (token, user) in [("t5", "ann"), ("t6", "ann"), ("t7", "zoe")] {
        if user == "zoe" {
            store.add_user(super::access_store::user(user, Role::Reader)).await.unwrap();
        }
        store.add_session(session(token, user, "2026-11-22T09:00:00Z"), None).await.unwrap();
    }
    assert_eq!(store.remove_sessions_of("ann", Some("csrf-t6")).await.unwrap(), 1);
    assert!(store.session("t5").await.unwrap().is_none() && store.session("t6").await.unwrap().is_some());
    assert_eq!(store.remove_sessions_of("ann", None).await.unwrap(), 1);
    assert!(store.session("t6").await.unwrap().is_none() && store.session("t7").await.unwrap().is_some());
    assert_eq!(store.remove_user("zoe").await.unwrap(), UserChange::Done);
    store.add_session(session("t4", "ann", "2026-11-22T09:00:00Z"), None).await.unwrap();
    assert_eq!(store.remove_user("ann").await.unwrap(), UserChange::Done);
    assert_eq!(store.session("t4").await.unwrap(), None, "sessions are removed with their user");
}

async fn tokens_are_found_by_hash_and_revoked_by_name(store: &dyn AccessStore) {
    let token = |name: &str, hash: &str| ApiToken {
        name: name.into(),
        token_hash: hash.into(),
        scopes: Scopes([Scope::Calls, Scope::Audio].into()),
        created_at: time("2026-11-22T09:00:00Z"),
        last_used_at: None,
    };
    store.add_token(token("export", "h1")).await.unwrap();
    assert!(matches!(store.add_token(token("export", "h2")).await, Err(StoreError::Exists(_))));
    store.add_token(token("crm", "h3")).await.unwrap();
    assert_eq!(store.token("h1").await.unwrap(), Some(token("export", "h1")));
    assert_eq!(store.token("h2").await.unwrap(), None);
    assert_eq!(store.tokens().await.unwrap(), [token("crm", "h3"), token("export", "h1")]);
    let used = time("2026-11-22T10:00:00Z");
    store.touch_token("h3", used).await.unwrap();
    assert_eq!(store.token("h3").await.unwrap().unwrap().last_used_at, Some(used));
    assert!(store.remove_token("export").await.unwrap());
    assert!(!store.remove_token("export").await.unwrap());
    assert_eq!(store.token("h1").await.unwrap(), None);
}

async fn views_are_each_persons_own(store: &dyn AccessStore) {
    let view = |name: &str, query: &str| SavedView { name: name.into(), query: query.into() };
    for name in ["eve", "kim"] {
        store.add_user(user(name, Role::Reader)).await.unwrap();
    }
    store.put_view("eve", view("urgent", "tag=urgent")).await.unwrap();
    store.put_view("eve", view("boilers", "q=boiler")).await.unwrap();
    store.put_view("kim", view("urgent", "tag=now")).await.unwrap();
    store.put_view("eve", view("urgent", "tab=all&tag=urgent")).await.unwrap();
    let eves = [view("boilers", "q=boiler"), view("urgent", "tab=all&tag=urgent")];
    assert_eq!(store.views("eve").await.unwrap(), eves, "sorted by name, the latest version of each");
    assert!(store.remove_view("eve", "urgent").await.unwrap());
    assert!(!store.remove_view("eve", "urgent").await.unwrap());
    assert_eq!(store.views("kim").await.unwrap(), [view("urgent", "tag=now")]);
    assert_eq!(store.remove_user("kim").await.unwrap(), UserChange::Done);
    assert_eq!(store.views("kim").await.unwrap(), [], "views are removed with their user");
}
