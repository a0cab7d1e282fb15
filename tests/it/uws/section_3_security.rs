//! 3 Security: nobody has an account, so a page of another site must not be able to do what a program may.

use super::{QUICK, Service};

#[test]
fn forms_of_other_sites_pages_are_refused() {
    let service = Service::new();
    let own = format!("http://{}", service.served.address());
    let form = ("Content-Type", "application/x-www-form-urlencoded");
    let post = |path: &str, headers: &[(&str, &str)]| service.served.request("POST", path, headers, QUICK).unwrap();
    for other in [
        [form, ("Origin", "http://evil.example")],
        [form, ("Origin", "null")],
        [form, ("Sec-Fetch-Site", "cross-site")],
        [form, ("Sec-Fetch-Site", "same-site")],
    ] {
        let answer = post("/vo/uws", &other);
        assert_eq!((answer.status, answer.header("content-type")), (403, "text/plain; charset=utf-8"), "{other:?}");
    }
    for other in ["text/plain", "multipart/form-data; boundary=x", "application/json"] {
        assert_eq!(post("/vo/uws", &[("Content-Type", other)]).status, 415, "{other}");
    }
    // where forms have no business they are refused as ever
    assert_eq!(post("/api/v1/runs", &[form]).status, 415);
    assert!(service.ids("").is_empty());
    let answer = post("/vo/uws", &[form, ("Origin", &own), ("Sec-Fetch-Site", "same-origin")]);
    assert_eq!(answer.status, 303, "{}", answer.text());
    let job = format!("/vo{}", service.create(QUICK));
    let answer = service.served.request("DELETE", &job, &[("Origin", "http://evil.example")], "").unwrap();
    assert_eq!(answer.status, 403);
    assert_eq!(service.ids("").len(), 2);
}
