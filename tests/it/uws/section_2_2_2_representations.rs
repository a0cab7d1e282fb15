//! 2.2.2 Representations: documents in the order of the schema, the list of jobs and its filters.

use std::{thread, time::Duration};

use super::{QUICK, Service};

#[test]
fn documents_are_in_the_order_of_the_schema() {
    let service = Service::new();
    let job = service.create(&format!("{QUICK}&RUNID=mine&PHASE=RUN"));
    service.until(&job, "COMPLETED");
    let document = service.document(&job);
    let expected = "job jobId runId ownerId phase quote creationTime startTime endTime executionDuration destruction \
                    parameters parameter parameter parameter results result result result result result jobInfo info";
    assert_eq!(document.names()[..23].join(" "), expected);
    assert_eq!(document.first("job").attribute("version"), "1.1");
    for absent in ["ownerId", "quote", "destruction"] {
        assert_eq!(document.first(absent).attribute("nil"), "true", "{absent}");
    }
    let list = service.document("/uws");
    assert_eq!(list.names(), ["jobs", "jobref", "phase", "runId", "ownerId", "creationTime"]);
    assert_eq!(list.first("jobs").attribute("version"), "1.1");
    let reference = list.first("jobref");
    assert_eq!(reference.attribute("href"), format!("http://{}/vo{job}", service.served.address()));
    for (field, value) in [("owner", ""), ("quote", ""), ("phase", "COMPLETED"), ("destruction", "")] {
        assert_eq!(service.value(&format!("{job}/{field}")), value);
    }
}

#[test]
fn addresses_are_those_that_the_caller_uses() {
    let service = Service::new();
    let port = service.served.address().rsplit(':').next().unwrap().to_owned();
    let job = service.create(QUICK);
    let host = format!("localhost:{port}");
    let answer = service.served.request("GET", "/vo/uws", &[("Host", &host)], "").unwrap();
    let list = super::Document::read(&answer.text());
    assert_eq!(list.all("jobref", "href"), [format!("http://{host}/vo{job}")]);
    let answer = service.get("/capabilities");
    assert!(answer.text().contains(&format!(">{}<", service.jobs())), "{}", answer.text());
    assert!(service.get("/availability").text().contains("<vosi:available>true<"));
}

#[test]
fn the_list_is_filtered_by_phase_time_and_number() {
    let service = Service::new();
    let id = |job: &str| job.rsplit('/').next().unwrap().to_owned();
    let first = service.create(QUICK);
    let created = service.document(&first).text("creationTime").to_owned();
    // times are told to the second
    thread::sleep(Duration::from_millis(1100));
    let second = service.create(QUICK);
    service.change(&second, "PHASE=ABORT");
    let [first, second] = [id(&first), id(&second)];
    let both = [first.clone(), second.clone()];
    let last_first = [second.clone(), first.clone()];

    assert_eq!(service.ids(""), both);
    assert_eq!(service.ids("?PHASE=PENDING"), [first.as_str()]);
    assert_eq!(service.ids("?phase=aborted&PHASE=PENDING"), both);
    assert!(service.ids("?PHASE=SUSPENDED").is_empty());
    assert_eq!(service.ids(&format!("?AFTER={created}")), [second.as_str()]);
    assert_eq!(service.ids(&format!("?AFTER={}.000Z", created.trim_end_matches('Z'))), [second.as_str()]);
    assert_eq!(service.ids("?AFTER=2014-09-10T10:01:02.000"), both);
    assert_eq!(service.ids("?LAST=1"), [second.as_str()]);
    assert_eq!(service.ids("?LAST=9"), last_first);
    assert!(service.ids(&format!("?AFTER={created}&PHASE=PENDING&LAST=5")).is_empty());
    assert_eq!(service.ids("?LAST=1&PHASE=PENDING"), [first]);
    assert_eq!(service.ids("?VERBOSITY=3").len(), 2, "what nobody knows is ignored");
    for query in ["?PHASE=RUNNING", "?AFTER=yesterday", "?LAST=few"] {
        assert_eq!(service.get(&format!("/uws{query}")).status, 400, "{query}");
    }
}

#[test]
fn runs_of_the_command_line_are_listed_once_they_have_ended() {
    let service = Service::new();
    assert!(service.ids("").is_empty());
    let spec = service.balmer.file("run.toml", "survey = \"sky\"\n[lof]\nn_neighbors = 20\n");
    let done = service.balmer.json(["run", spec.to_str().unwrap(), "--device", "cpu"]);
    let id = done["run"].as_str().unwrap();
    assert_eq!(service.phase(&format!("/uws/{id}")), "COMPLETED");
    assert_eq!(service.ids("?PHASE=COMPLETED"), [id]);
    assert_eq!(service.document(&format!("/uws/{id}")).with_id("parameter", "LOF.N_NEIGHBORS").text, "20");
}
