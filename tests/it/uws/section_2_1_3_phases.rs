//! 2.1.3 Execution phase: a job goes from PENDING to its end, and waits where it is held.

use super::{COUNT, ENDLESS, PATIENCE, QUICK, Service};
use crate::support::served::until;

#[test]
fn a_job_waits_to_be_told_and_then_comes_to_its_end() {
    let service = Service::new();
    let job = service.create(QUICK);
    assert_eq!(service.phase(&job), "PENDING");
    let id = job.rsplit('/').next().unwrap();
    assert!(!service.balmer.data_dir().join("runs").join(id).exists(), "nothing is computed for it yet");
    service.change(&format!("{job}/phase"), "PHASE=RUN");
    let mut seen = vec!["PENDING".to_owned()];
    until("it is done", PATIENCE, || {
        let now = service.phase(&job);
        if seen.last() != Some(&now) {
            seen.push(now.clone());
        }
        (now == "COMPLETED").then_some(())
    });
    let order = ["PENDING", "QUEUED", "EXECUTING", "COMPLETED"];
    let mut expected = order.iter();
    assert!(seen.iter().all(|phase| expected.any(|next| next == phase)), "{seen:?}");
    let document = service.document(&job);
    for time in ["creationTime", "startTime", "endTime"] {
        assert!(document.text(time).ends_with('Z'), "{time}");
    }
    let [created, started, ended] = ["creationTime", "startTime", "endTime"].map(|time| document.text(time));
    assert!(created <= started && started <= ended, "{created} {started} {ended}");
    let counts = document.all("count", "name");
    assert_eq!(counts, ["selected", "ranked", "rejected", "outliers"]);
    assert_eq!(document.texts("count")[0], COUNT);
    // the run of the same id
    assert_eq!(service.served.json("GET", &format!("/runs/{id}"), "")["status"], "done");
}

#[test]
fn what_is_held_does_not_run_until_it_is_told_so() {
    let service = Service::new();
    let first = service.create(&format!("{ENDLESS}&PHASE=RUN"));
    service.until(&first, "EXECUTING");
    let second = service.create(&format!("{QUICK}&PHASE=RUN"));
    assert_eq!(service.phase(&second), "QUEUED");
    service.change(&second, "PHASE=HOLD");
    assert_eq!(service.phase(&second), "HELD");
    service.refused(403, &format!("{first}/phase"), "PHASE=HOLD", "EXECUTING");
    service.change(&format!("{first}/phase"), "PHASE=ABORT");
    service.until(&first, "ABORTED");
    // there would be room for it now
    let third = service.create(&format!("{QUICK}&SEED=1&PHASE=RUN"));
    service.until(&third, "COMPLETED");
    assert_eq!(service.phase(&second), "HELD");
    service.change(&format!("{second}/phase"), "PHASE=RUN");
    service.until(&second, "COMPLETED");
}
