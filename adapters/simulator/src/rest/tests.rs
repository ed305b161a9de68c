use poem::test::TestClient;

use super::*;

fn call(n: u8) -> CallRecord {
    let started_at: Timestamp = format!("2026-11-28T10:0{n}:00Z").parse().unwrap();
    CallRecord {
        sid: format!("CA{n}"),
        parent_call_sid: None,
        from: "+15550100".to_owned(),
        to: "+15550199".to_owned(),
        caller_name: None,
        status: "completed".to_owned(),
        direction: "inbound".to_owned(),
        started_at,
        ended_at: started_at + jiff::SignedDuration::from_secs(5),
        seconds: 5,
    }
}

#[tokio::test]
async fn every_page_of_a_list_keeps_to_the_span_of_time() {
    let records = Arc::new(CarrierRecords::default());
    for n in 0..6 {
        records.store_call(call(n));
    }
    let credentials = Credentials { account_sid: "AC1".to_owned(), auth_token: "secret".to_owned() };
    let client = TestClient::new(rest_routes(&credentials, records));
    let span = "StartTime%3E=2026-11-28T10:01:00Z&StartTime%3C=2026-11-28T10:04:00Z";
    let mut next = Some(format!("/2010-04-01/Accounts/AC1/Calls.json?PageSize=2&{span}"));
    let mut sids = Vec::new();
    while let Some(uri) = next {
        let answer = client.get(uri).header("authorization", basic(&credentials)).send().await;
        answer.assert_status_is_ok();
        let page: Value = answer.0.into_body().into_json().await.unwrap();
        sids.extend(page["calls"].as_array().unwrap().iter().map(|call| call["sid"].clone()));
        next = page["next_page_uri"].as_str().map(str::to_owned);
    }
    assert_eq!(sids, ["CA3", "CA2", "CA1"], "the newest first, none outside");
}
