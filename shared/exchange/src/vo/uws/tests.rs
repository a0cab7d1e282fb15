//! The order of elements is the schema's; what is absent says so; what is written is read back.

use quick_xml::{Reader, events::Event};

use super::*;

/// Names of elements in the order in which they begin.
fn elements(text: &str) -> Vec<String> {
    let mut reader = Reader::from_str(text);
    let mut names = Vec::new();
    loop {
        match reader.read_event().unwrap() {
            Event::Start(e) | Event::Empty(e) => {
                names.push(e.name().local_name().as_ref().to_owned());
            }
            Event::Eof => return names,
            _ => {}
        }
    }
}

fn job() -> Job {
    Job {
        id: "20261122-181455-lamost-a1b2".into(),
        run_id: Some("<be & co>".into()),
        phase: "ERROR".into(),
        creation_time: "2026-11-22T18:14:55Z".into(),
        execution_duration: 1 << 40,
        parameters: vec![Parameter { id: "WHERE".into(), value: "snr_r > 10 AND class = 'STAR'".into() }],
        results: vec![ResultReference {
            id: "result".into(),
            href: "http://localhost/vo/uws/x/results/result".into(),
            size: None,
            mime_type: "application/x-votable+xml".into(),
        }],
        error: Some(ErrorSummary { is_transient: true, message: "its process died".into() }),
        info: JobInfo {
            progress: Some(Progress {
                stage: "lof".into(),
                fraction: 0.25,
                eta_seconds: Some(12.4),
                message: String::new(),
            }),
            ignored: vec!["LANG".into()],
            ..JobInfo::default()
        },
        ..Job::default()
    }
}

#[test]
fn elements_of_a_job_are_in_the_order_of_the_schema() {
    let expected = "job jobId runId ownerId phase quote creationTime startTime endTime executionDuration destruction parameters \
                    parameter results result errorSummary message jobInfo info progress attempts priority ignored";
    assert_eq!(elements(&job().document()).join(" "), expected);
}

#[test]
fn what_is_absent_says_so_and_what_is_special_is_escaped() {
    let text = job().document();
    for part in [
        "<uws:ownerId xsi:nil=\"true\"/>",
        "<uws:destruction xsi:nil=\"true\"/>",
        "<uws:runId>&lt;be &amp; co&gt;</uws:runId>",
        "<uws:executionDuration>2147483647</uws:executionDuration>",
        "snr_r &gt; 10",
        "type=\"transient\" hasDetail=\"true\"",
        "version=\"1.1\"",
        "fraction=\"0.2500\" etaSeconds=\"12\"",
    ] {
        assert!(text.contains(part), "{part} is not in {text}");
    }
    assert!(!text.contains("size="), "{text}");
}

#[test]
fn references_of_a_list_are_in_the_order_of_the_schema() {
    let reference = JobReference {
        id: "a".into(),
        href: "http://localhost/vo/uws/a".into(),
        phase: "PENDING".into(),
        run_id: Some("mine".into()),
        owner_id: None,
        creation_time: "2026-11-22T18:14:55Z".into(),
    };
    let text = jobs(&[reference.clone(), JobReference { run_id: None, ..reference }]);
    let expected = "jobs jobref phase runId ownerId creationTime jobref phase ownerId creationTime";
    assert_eq!(elements(&text).join(" "), expected);
    assert_eq!(elements(&jobs(&[])), ["jobs"]);
    assert_eq!(elements(&parameters(&job().parameters)), ["parameters", "parameter"]);
    assert_eq!(elements(&results(&job().results)), ["results", "result"]);
}
