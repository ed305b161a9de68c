//! Closures and blocked callers.
use frontdesk_domain::CallerId;
use frontdesk_domain::dialogue::Closure;

use super::time;
use crate::{Blocked, Closed, OverrideStore};

/// Checks every claim about the store, which must be empty.
pub async fn all(store: &dyn OverrideStore) {
    closures(store).await;
    blocks(store).await;
}

async fn closures(store: &dyn OverrideStore) {
    assert_eq!(store.closed().await.unwrap(), None);
    let closed = |until: &str, say: Option<&str>| Closed {
        closure: Closure {
            from: time("2026-11-22T09:00:00Z"),
            until: time(until),
            say: say.map(ToOwned::to_owned),
        },
        by: "ann".into(),
    };
    let (first, second) =
        (closed("2026-11-22T12:00:00Z", Some("We are at a funeral.")), closed("2026-11-22T14:00:00Z", None));
    store.set_closed(Some(&first)).await.unwrap();
    assert_eq!(store.closed().await.unwrap(), Some(first));
    store.set_closed(Some(&second)).await.unwrap();
    assert_eq!(store.closed().await.unwrap(), Some(second), "a new closure replaces the one before");
    store.set_closed(None).await.unwrap();
    store.set_closed(None).await.unwrap();
    assert_eq!(store.closed().await.unwrap(), None);
}

async fn blocks(store: &dyn OverrideStore) {
    assert_eq!(store.blocked().await.unwrap(), []);
    let caller = |n: u8| CallerId::read(&format!("+3389912345{n}"));
    let blocked = |n, at| Blocked { caller: caller(n), by: "ann".into(), at: time(at) };
    let (early, late) = (blocked(1, "2026-11-22T09:00:00Z"), blocked(2, "2026-11-22T10:00:00Z"));
    assert!(store.block(&early).await.unwrap());
    assert!(store.block(&late).await.unwrap());
    let again = Blocked { by: "bob".into(), ..early.clone() };
    assert!(!store.block(&again).await.unwrap(), "blocked already");
    assert_eq!(store.blocked().await.unwrap(), [late.clone(), early], "latest first, repeats ignored");
    assert!(store.unblock(&caller(1)).await.unwrap());
    assert!(!store.unblock(&caller(1)).await.unwrap());
    assert_eq!(store.blocked().await.unwrap(), std::slice::from_ref(&late));
    assert!(store.unblock(&late.caller).await.unwrap());
    for (text, again) in [
        ("sip:spam@1.2.3.4", "sips:Spam@1.2.3.4;user=phone"),
        ("client:spam", "client:spam"),
        ("whatsapp:+33899123456", "0033899123456"),
        ("withheld", "anonymous"),
        ("1234", "1234"),
    ] {
        let blocked = |text: &str| Blocked { caller: CallerId::read(text), ..late.clone() };
        assert!(store.block(&blocked(text)).await.unwrap(), "{text}");
        assert!(!store.block(&blocked(again)).await.unwrap(), "{again} is the same caller");
        assert_eq!(store.blocked().await.unwrap().len(), 1);
        assert!(store.unblock(&CallerId::read(again)).await.unwrap(), "{again}");
    }
}
