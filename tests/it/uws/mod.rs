//! The Universal Worker Service, version 1.1, from outside: one module a clause of the standard (IVOA REC 2016-10-24), and
//! the examples of docs/VO.md as they are printed.

mod document;
mod documentation;
mod section_2_1_10_results;
mod section_2_1_11_parameters;
mod section_2_1_3_phases;
mod section_2_1_4_execution_duration;
mod section_2_1_5_destruction_time;
mod section_2_1_7_error;
mod section_2_2_1_blocking;
mod section_2_2_2_representations;
mod section_2_2_3_state_changes;
mod section_3_security;

use std::time::Duration;

use self::document::Document;
use crate::support::{
    Balmer,
    served::{Answer, Served, until},
};

/// Spectra of the survey.
const COUNT: &str = "200";
/// Settings that do for it.
const QUICK: &str = "SURVEY=sky&LOF.N_NEIGHBORS=20&NEIGHBORS.N_NEIGHBORS=20";
/// Settings that keep a job executing until it is ended: labels that never settle.
const ENDLESS: &str = "SURVEY=sky&LABELS.KERNEL=rbf&LABELS.GAMMA=0.01&LABELS.ALPHA=0.9999&LABELS.TOL=1e-300\
                       &LABELS.MAX_ITER=2000000000&LOF.N_NEIGHBORS=20&NEIGHBORS.N_NEIGHBORS=20";
/// Patience with what takes seconds.
const PATIENCE: Duration = Duration::from_mins(2);

/// A server with a survey `sky`.
struct Service {
    served: Served,
    // its folder
    balmer: Balmer,
}

impl Service {
    fn new() -> Self {
        Self::with(&[])
    }

    fn with(options: &[&str]) -> Self {
        let balmer = Balmer::new();
        balmer.ok(["simulate", "sky", "--count", COUNT, "--seed", "1"]);
        let labels = balmer.file("labels.csv", "spectrum_id,label\nsim-1-000000001,a\nsim-1-000000002,b\n");
        balmer.ok(["labels", "import", "sky", labels.to_str().unwrap()]);
        Self { served: Served::start(&balmer, options), balmer }
    }

    /// The address of the list of jobs.
    fn jobs(&self) -> String {
        format!("http://{}/vo/uws", self.served.address())
    }

    fn get(&self, path: &str) -> Answer {
        self.served.request("GET", &format!("/vo{path}"), &[], "").expect("the server answers")
    }

    fn post(&self, path: &str, form: &str) -> Answer {
        let headers = [("Content-Type", "application/x-www-form-urlencoded")];
        self.served.request("POST", &format!("/vo{path}"), &headers, form).expect("the server answers")
    }

    /// Makes a job; the path of it.
    #[track_caller]
    fn create(&self, form: &str) -> String {
        let made = self.post("/uws", form);
        assert_eq!(made.status, 303, "{}", made.text());
        let location = made.header("location");
        let id = location.strip_prefix(&format!("{}/", self.jobs())).unwrap_or_else(|| panic!("{location}"));
        assert!(!id.is_empty() && !id.contains('/'), "{location}");
        format!("/uws/{id}")
    }

    /// A document that must be there.
    #[track_caller]
    fn document(&self, path: &str) -> Document {
        let answer = self.get(path);
        assert_eq!(answer.status, 200, "{path}: {}", answer.text());
        assert_eq!(answer.header("content-type"), "text/xml; charset=utf-8", "{path}");
        Document::read(&answer.text())
    }

    /// A value that must be there.
    #[track_caller]
    fn value(&self, path: &str) -> String {
        let answer = self.get(path);
        assert_eq!(answer.status, 200, "{path}: {}", answer.text());
        assert_eq!(answer.header("content-type"), "text/plain; charset=utf-8", "{path}");
        answer.text()
    }

    fn phase(&self, job: &str) -> String {
        self.value(&format!("{job}/phase"))
    }

    /// A change that must be made: it answers with the job's address.
    #[track_caller]
    fn change(&self, path: &str, form: &str) {
        let answer = self.post(path, form);
        assert_eq!(answer.status, 303, "{path} {form}: {}", answer.text());
        let job: String = path.split('/').take(3).collect::<Vec<_>>().join("/");
        assert_eq!(answer.header("location"), format!("http://{}/vo{job}", self.served.address()));
    }

    /// A change that must be refused, with words that say why.
    #[track_caller]
    fn refused(&self, status: u16, path: &str, form: &str, words: &str) {
        let answer = self.post(path, form);
        assert_eq!(
            (answer.status, answer.header("content-type")),
            (status, "text/plain; charset=utf-8"),
            "{path} {form}"
        );
        assert!(answer.text().contains(words), "{}", answer.text());
    }

    /// Waits until a job is in a phase.
    #[track_caller]
    fn until(&self, job: &str, phase: &str) {
        until(&format!("{job} is {phase}"), PATIENCE, || {
            let now = self.phase(job);
            let is_over = ["COMPLETED", "ERROR", "ABORTED"].contains(&now.as_str());
            assert!(now == phase || !is_over || phase == "ARCHIVED", "{job} is {now}: {}", self.get(job).text());
            (now == phase).then_some(())
        });
    }

    /// The ids in the list.
    fn ids(&self, query: &str) -> Vec<String> {
        self.document(&format!("/uws{query}")).all("jobref", "id")
    }
}
