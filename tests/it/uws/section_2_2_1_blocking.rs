//! 2.2.1.1 Blocking: `WAIT` answers when the phase changes, and at once where it cannot or has already.

use std::{thread, time::Duration};

use super::{QUICK, Service};
use crate::support::served::until;

/// Less than the minute that a wait lasts.
const SHORT: Duration = Duration::from_secs(30);

#[test]
fn a_wait_ends_with_the_phase() {
    let service = Service::new();
    let job = service.create(QUICK);
    thread::scope(|scope| {
        let waits = ["WAIT=60", "WAIT=-1", "wait=50&phase=pending"].map(|query| {
            let (service, path) = (&service, format!("{job}?{query}"));
            scope.spawn(move || service.document(&path).text("phase").to_owned())
        });
        thread::sleep(Duration::from_millis(500));
        assert!(waits.iter().all(|wait| !wait.is_finished()), "nothing has happened yet");
        service.change(&format!("{job}/phase"), "PHASE=RUN");
        for wait in waits {
            assert_ne!(wait.join().unwrap(), "PENDING");
        }
    });
    // from change to change to the end
    until("it is done", SHORT, || {
        let phase = service.document(&format!("{job}?WAIT=20")).text("phase").to_owned();
        (phase == "COMPLETED").then_some(())
    });
}

#[test]
fn nobody_waits_for_what_cannot_change_or_has_changed() {
    let service = Service::new();
    let [pending, held, over] = [(); 3].map(|()| service.create(QUICK));
    service.change(&held, "PHASE=HOLD");
    service.change(&over, "PHASE=ABORT");
    thread::scope(|scope| {
        let asked = [
            format!("{pending}?WAIT=60&PHASE=QUEUED"),
            format!("{pending}?WAIT=60&PHASE=SUSPENDED"),
            format!("{pending}?WAIT=60&phase=unknown"),
            format!("{held}?WAIT=60"),
            format!("{over}?WAIT=60"),
        ];
        for path in asked {
            let service = &service;
            let asked = scope.spawn(move || service.document(&path));
            until("the answer is there", SHORT, || asked.is_finished().then_some(()));
        }
    });
    for (query, words) in [("WAIT=long", "WAIT"), ("WAIT=1&PHASE=RUNNING", "PHASE")] {
        let answer = service.get(&format!("{pending}?{query}"));
        assert_eq!(answer.status, 400);
        assert!(answer.text().contains(words), "{}", answer.text());
    }
    assert_eq!(service.document(&format!("{pending}?WAIT=0")).text("phase"), "PENDING");
}

#[test]
fn one_that_is_deleted_or_whose_server_ends_keeps_nobody_waiting() {
    let service = Service::new();
    let [deleted, left] = [service.create(QUICK), service.create(QUICK)];
    thread::scope(|scope| {
        let [deleted_wait, left_wait] = [&deleted, &left].map(|job| {
            let (served, path) = (&service.served, format!("/vo{job}?WAIT=60"));
            scope.spawn(move || served.request("GET", &path, &[], ""))
        });
        // nothing tells that a request waits: where it comes later than this, it meets the same end
        thread::sleep(Duration::from_millis(300));
        service.served.request("DELETE", &format!("/vo{deleted}"), &[], "").unwrap();
        // aborted on the way, or gone
        assert!([200, 404].contains(&deleted_wait.join().unwrap().unwrap().status));
        service.served.terminate();
        // one that comes too late finds nobody
        assert!(left_wait.join().unwrap().is_none_or(|answer| answer.status == 200));
    });
}
