//! 2.2.3 State changing requests: what is asked for by POST and DELETE, answered by 303 and the next address to look at; and
//! 2.2.4, what is refused.

use super::{ENDLESS, QUICK, Service};

#[test]
fn a_job_is_created_and_told_to_run_in_one_request() {
    let service = Service::new();
    let job =
        service.create(&format!("{QUICK}&PHASE=RUN&PRIORITY=7&EXECUTIONDURATION=600&DESTRUCTION=2999-01-01T00:00:00Z"));
    let document = service.document(&job);
    assert_eq!((document.text("priority"), document.text("executionDuration")), ("7", "600"));
    assert_eq!(document.text("destruction"), "2999-01-01T00:00:00Z");
    assert_ne!(document.text("phase"), "PENDING");
    service.until(&job, "COMPLETED");
    // nothing at all is a job, too
    let empty = service.create("");
    assert_eq!(service.phase(&empty), "PENDING");
    for (form, words) in [("PHASE=GO", "RUN, ABORT or HOLD"), ("PRIORITY=9999", "100"), ("ACTION=STOP", "DELETE")] {
        service.refused(400, "/uws", form, words);
    }
    assert_eq!(service.ids("").len(), 2, "what is refused makes no job");
}

#[test]
fn a_job_is_deleted_whatever_it_does() {
    let service = Service::new();
    let running = service.create(&format!("{ENDLESS}&PHASE=RUN"));
    service.until(&running, "EXECUTING");
    let queued = service.create(&format!("{ENDLESS}&PHASE=RUN"));
    let pending = service.create("SURVEY=sky");
    for job in [&queued, &pending] {
        let answer = service.served.request("DELETE", &format!("/vo{job}"), &[], "").unwrap();
        assert_eq!((answer.status, answer.header("location")), (303, service.jobs().as_str()), "{}", answer.text());
    }
    let answer = service.post(&running, "ACTION=DELETE");
    assert_eq!((answer.status, answer.header("location")), (303, service.jobs().as_str()), "{}", answer.text());
    assert!(service.ids("").is_empty());
    assert!(service.served.json("GET", "/runs", "").as_array().unwrap().is_empty());
}

#[test]
fn a_job_is_aborted_where_it_has_not_ended() {
    let service = Service::new();
    let job = service.create(QUICK);
    service.change(&format!("{job}/phase"), "PHASE=ABORT");
    assert_eq!(service.phase(&job), "ABORTED");
    // once more changes nothing
    service.change(&format!("{job}/phase"), "PHASE=ABORT");
    service.refused(403, &format!("{job}/phase"), "PHASE=RUN", "ABORTED");
    service.refused(400, &format!("{job}/phase"), "PHASE=JUMP", "JUMP");
    service.refused(400, &format!("{job}/phase"), "", "PHASE");
    let done = service.create(&format!("{QUICK}&PHASE=RUN"));
    service.until(&done, "COMPLETED");
    service.refused(403, &format!("{done}/phase"), "PHASE=ABORT", "COMPLETED");
}

#[test]
fn what_is_not_there_is_not_found() {
    let service = Service::new();
    let job = service.create(QUICK);
    for part in
        ["", "/phase", "/quote", "/error", "/owner", "/results", "/parameters", "/destruction", "/results/result"]
    {
        let answer = service.get(&format!("/uws/nobody{part}"));
        assert_eq!((answer.status, answer.header("content-type")), (404, "text/plain; charset=utf-8"), "{part}");
    }
    service.refused(404, "/uws/nobody/phase", "PHASE=RUN", "nobody");
    assert_eq!(service.served.request("DELETE", "/vo/uws/nobody", &[], "").unwrap().status, 404);
    assert_eq!(service.get(&format!("{job}/colour")).status, 404);
    assert!(service.get("/nowhere").text().contains("/vo/uws"));
    assert_eq!(service.served.request("PUT", &format!("/vo{job}"), &[], "").unwrap().status, 405);
}

#[test]
fn where_too_many_wait_a_job_is_not_queued_and_may_be_later() {
    let service = Service::with(&["--waiting", "1"]);
    let [first, second, third] = [(); 3].map(|()| service.create(ENDLESS));
    service.change(&first, "PHASE=RUN");
    service.until(&first, "EXECUTING");
    service.change(&second, "PHASE=RUN");
    let answer = service.post(&third, "PHASE=RUN");
    assert_eq!((answer.status, answer.header("retry-after")), (503, "30"), "{}", answer.text());
    assert_eq!(service.phase(&third), "PENDING");
    assert_eq!(service.post("/uws", &format!("{QUICK}&PHASE=RUN")).status, 503);
    assert_eq!(service.ids("").len(), 3, "what was refused left no job");
    service.change(&first, "PHASE=ABORT");
    service.until(&second, "EXECUTING");
    service.change(&third, "PHASE=RUN");
}
