//! The list of jobs: `uws:jobs` (UWS 1.1 section 2.2.2.1, schema type `ShortJobDescription`).

use super::versioned;
use crate::vo::xml;

/// A job as the list shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JobReference {
    /// Its identifier.
    pub id: String,
    /// Its address.
    pub href: String,
    /// Where it stands.
    pub phase: String,
    /// What its owner calls it.
    pub run_id: Option<String>,
    /// Who owns it.
    pub owner_id: Option<String>,
    /// When it was made.
    pub creation_time: String,
}

/// `uws:jobs`.
pub fn jobs(jobs: &[JobReference]) -> String {
    xml::document("uws:jobs", &versioned(), |root| {
        for job in jobs {
            let attributes = [("id", job.id.as_str()), ("xlink:type", "simple"), ("xlink:href", &job.href)];
            root.element("uws:jobref", &attributes, |reference| {
                reference.text("uws:phase", &[], &job.phase);
                if let Some(run_id) = &job.run_id {
                    reference.text("uws:runId", &[], run_id);
                }
                reference.nillable("uws:ownerId", job.owner_id.as_deref());
                reference.text("uws:creationTime", &[], &job.creation_time);
            });
        }
    })
}
