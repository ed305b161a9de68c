use super::*;

#[test]
fn caller_and_key_arguments_are_validated() {
    for good in ["+33123456789", "anonymous", "sip:ann@example.com", "client:ann", "whatsapp:+33123456789"] {
        assert_eq!(caller(good).as_deref(), Ok(good));
    }
    for bad in ["hello", "12345", "+", "+33 1 23", "sip:"] {
        assert!(caller(bad).is_err(), "{bad}");
    }
    assert!(keys("9").is_ok() && keys("*1#").is_ok() && keys("x").is_err() && keys("").is_err());
}
