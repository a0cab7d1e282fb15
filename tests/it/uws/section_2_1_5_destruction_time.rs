//! 2.1.5 Destruction time: then a job's results are cleared away, and its record is kept as ARCHIVED (section 2.1.3) until
//! somebody deletes it.

use super::{ENDLESS, QUICK, Service};

const PAST: &str = "DESTRUCTION=2020-02-02T02:02:02.345";

#[test]
fn what_is_due_loses_its_results_and_keeps_its_record() {
    let service = Service::new();
    let job = service.create(&format!("{QUICK}&PHASE=RUN&RUNID=mine"));
    assert_eq!(service.value(&format!("{job}/destruction")), "");
    service.until(&job, "COMPLETED");
    service.refused(400, &format!("{job}/destruction"), "DESTRUCTION=tomorrow", "tomorrow");
    service.change(&format!("{job}/destruction"), "DESTRUCTION=2999-01-01");
    assert_eq!(service.value(&format!("{job}/destruction")), "2999-01-01T00:00:00Z");
    service.change(&format!("{job}/destruction"), PAST);
    service.until(&job, "ARCHIVED");
    let document = service.document(&job);
    assert_eq!(document.text("destruction"), "2020-02-02T02:02:02Z");
    assert_eq!(document.with_id("parameter", "SURVEY").text, "sky");
    assert!(!document.has("result"));
    assert_eq!(service.get(&format!("{job}/results/result")).status, 404);
    service.refused(403, &format!("{job}/destruction"), "DESTRUCTION=2999-01-01", "ARCHIVED");
    service.refused(403, &format!("{job}/phase"), "PHASE=RUN", "ARCHIVED");

    let id = job.rsplit('/').next().unwrap();
    let folder = service.balmer.data_dir().join("runs").join(id);
    for kept in ["spec.toml", "status.json", "provenance.json"] {
        assert!(folder.join(kept).exists(), "{kept}");
    }
    for gone in ["candidates.parquet", "neighbors.parquet", "rejected.csv"] {
        assert!(!folder.join(gone).exists(), "{gone}");
    }
    assert_eq!(service.served.json("GET", &format!("/runs/{id}"), "")["status"], "archived");
    let (status, text) = service.served.ask("POST", &format!("/runs/{id}/resume"), "").unwrap();
    assert_eq!(status, 409, "{text}");

    assert!(service.ids("").is_empty());
    assert_eq!(service.ids("?PHASE=ARCHIVED"), [id]);
    let deleted = service.served.request("DELETE", &format!("/vo{job}"), &[], "").unwrap();
    assert_eq!((deleted.status, deleted.header("location")), (303, service.jobs().as_str()));
    assert!(service.ids("?PHASE=ARCHIVED").is_empty() && !folder.exists());
}

#[test]
fn what_is_under_way_or_was_never_told_to_run_is_ended_first() {
    let service = Service::new();
    let [running, waiting] = [service.create(&format!("{ENDLESS}&PHASE=RUN")), service.create("SURVEY=sky")];
    service.until(&running, "EXECUTING");
    for job in [&running, &waiting] {
        service.change(&format!("{job}/destruction"), PAST);
        service.until(job, "ARCHIVED");
    }
}
