//! `jobInfo`: what a service may tell beyond the standard (UWS 1.1 section 2.2.2.2, schema type `JobSummary`).

use crate::vo::xml::Element;

/// The namespace of what is in it.
const NAMESPACE: &str = "urn:balmer:job-info:1";

/// What Balmer tells of a job.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct JobInfo {
    /// What it is doing.
    pub progress: Option<Progress>,
    /// How many processes began it since it was last asked for.
    pub attempts: u32,
    /// Jobs of a higher priority come first.
    pub priority: i64,
    /// Spectra in and out, by name.
    pub counts: Vec<(&'static str, u64)>,
    /// Names of parameters that mean nothing here.
    pub ignored: Vec<String>,
}

/// How far a job is.
#[derive(Debug, Clone, PartialEq)]
pub struct Progress {
    /// The stage of the pipeline.
    pub stage: String,
    /// Done, 0 to 1.
    pub fraction: f64,
    /// Seconds that are left, where that can be told.
    pub eta_seconds: Option<f64>,
    /// What is going on, in words.
    pub message: String,
}

impl JobInfo {
    pub(super) fn write(&self, job: &mut Element<'_>) {
        job.element("uws:jobInfo", &[], |info| {
            info.element("info", &[("xmlns", NAMESPACE)], |info| {
                if let Some(progress) = &self.progress {
                    let fraction = format!("{:.4}", progress.fraction.clamp(0.0, 1.0));
                    let eta = progress.eta_seconds.map(|seconds| format!("{seconds:.0}"));
                    let mut attributes = vec![("stage", progress.stage.as_str()), ("fraction", fraction.as_str())];
                    attributes.extend(eta.as_deref().map(|eta| ("etaSeconds", eta)));
                    info.text("progress", &attributes, &progress.message);
                }
                info.text("attempts", &[], &self.attempts.to_string());
                info.text("priority", &[], &self.priority.to_string());
                for (name, count) in &self.counts {
                    info.text("count", &[("name", name)], &count.to_string());
                }
                for name in &self.ignored {
                    info.text("ignored", &[], name);
                }
            });
        });
    }
}
