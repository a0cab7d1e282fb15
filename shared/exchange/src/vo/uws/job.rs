//! A job in full, its parameters and its results: `uws:job`, `uws:parameters`, `uws:results` (UWS 1.1 sections 2.1.2, 2.1.10,
//! 2.1.11, 2.2.2.2; schema types `JobSummary`, `Parameter`, `ResultReference`, `ErrorSummary`).

use super::{JobInfo, NAMESPACES, versioned};
use crate::vo::xml::{self, Element};

/// The longest execution duration that the schema's `xs:int` holds, seconds.
const LONGEST: u64 = i32::MAX as u64;

/// A job.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Job {
    /// Its identifier.
    pub id: String,
    /// What its owner calls it.
    pub run_id: Option<String>,
    /// Who owns it.
    pub owner_id: Option<String>,
    /// Where it stands: a word of section 2.1.3.
    pub phase: String,
    /// When it is expected to be done.
    pub quote: Option<String>,
    /// When it was made.
    pub creation_time: String,
    /// When it began.
    pub start_time: Option<String>,
    /// When it ended.
    pub end_time: Option<String>,
    /// Seconds that it may execute; 0 for as long as it takes.
    pub execution_duration: u64,
    /// When it will be destroyed.
    pub destruction: Option<String>,
    /// What it was asked to do.
    pub parameters: Vec<Parameter>,
    /// What came of it.
    pub results: Vec<ResultReference>,
    /// Why it failed.
    pub error: Option<ErrorSummary>,
    /// What this service adds.
    pub info: JobInfo,
}

/// A parameter: always by value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Parameter {
    /// Its name.
    pub id: String,
    /// Its value.
    pub value: String,
}

/// Where a result is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ResultReference {
    /// Its name.
    pub id: String,
    /// Its address.
    pub href: String,
    /// Bytes, where they are known before it is sent.
    pub size: Option<u64>,
    /// Its media type.
    pub mime_type: String,
}

/// Why a job failed; the error document says the same at more length.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ErrorSummary {
    /// Whether the same job may succeed another time.
    pub is_transient: bool,
    /// Why.
    pub message: String,
}

impl Job {
    /// `uws:job`.
    pub fn document(&self) -> String {
        xml::document("uws:job", &versioned(), |job| {
            job.text("uws:jobId", &[], &self.id);
            if let Some(run_id) = &self.run_id {
                job.text("uws:runId", &[], run_id);
            }
            job.nillable("uws:ownerId", self.owner_id.as_deref());
            job.text("uws:phase", &[], &self.phase);
            job.nillable("uws:quote", self.quote.as_deref());
            job.text("uws:creationTime", &[], &self.creation_time);
            job.nillable("uws:startTime", self.start_time.as_deref());
            job.nillable("uws:endTime", self.end_time.as_deref());
            job.text("uws:executionDuration", &[], &self.execution_duration.min(LONGEST).to_string());
            job.nillable("uws:destruction", self.destruction.as_deref());
            job.element("uws:parameters", &[], |parent| write_parameters(parent, &self.parameters));
            job.element("uws:results", &[], |parent| write_results(parent, &self.results));
            if let Some(error) = &self.error {
                let kind = if error.is_transient { "transient" } else { "fatal" };
                job.element("uws:errorSummary", &[("type", kind), ("hasDetail", "true")], |summary| {
                    summary.text("uws:message", &[], &error.message);
                });
            }
            self.info.write(job);
        })
    }
}

/// `uws:parameters` alone.
pub fn parameters(parameters: &[Parameter]) -> String {
    xml::document("uws:parameters", &NAMESPACES, |root| write_parameters(root, parameters))
}

/// `uws:results` alone.
pub fn results(results: &[ResultReference]) -> String {
    xml::document("uws:results", &NAMESPACES, |root| write_results(root, results))
}

fn write_parameters(parent: &mut Element<'_>, parameters: &[Parameter]) {
    for Parameter { id, value } in parameters {
        parent.text("uws:parameter", &[("id", id)], value);
    }
}

fn write_results(parent: &mut Element<'_>, results: &[ResultReference]) {
    for result in results {
        let size = result.size.map(|size| size.to_string());
        let mut attributes = vec![("id", result.id.as_str()), ("xlink:type", "simple"), ("xlink:href", &result.href)];
        attributes.extend(size.as_deref().map(|size| ("size", size)));
        attributes.push(("mime-type", &result.mime_type));
        parent.empty("uws:result", &attributes);
    }
}
