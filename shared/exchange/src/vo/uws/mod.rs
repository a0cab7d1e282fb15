//! Documents of the Universal Worker Service, version 1.1 (REC 2016-10-24): a [`Job`] and the list of [jobs](jobs).
//!
//! The order of elements is that of the schema `UWS-v1.1.xsd`, which is part of the standard. Times are ISO 8601 in UTC with
//! `Z`. `jobInfo` is the place that the standard leaves to a service (section 2.2.2.2): ours tells progress,
//! counts, and what of a request was ignored.

mod info;
mod job;
mod list;

pub use info::{JobInfo, Progress};
pub use job::{ErrorSummary, Job, Parameter, ResultReference, parameters, results};
pub use list::{JobReference, jobs};

/// Identifies the interface in a service's capabilities.
pub const STANDARD_ID: &str = "ivo://ivoa.net/std/UWS#rest-1.1";
/// The version that documents name.
const VERSION: &str = "1.1";
/// The namespaces of every root element.
const NAMESPACES: [(&str, &str); 3] = [
    ("xmlns:uws", "http://www.ivoa.net/xml/UWS/v1.0"),
    ("xmlns:xlink", "http://www.w3.org/1999/xlink"),
    ("xmlns:xsi", "http://www.w3.org/2001/XMLSchema-instance"),
];

/// The namespaces and the version.
fn versioned() -> Vec<(&'static str, &'static str)> {
    NAMESPACES.into_iter().chain([("version", VERSION)]).collect()
}

#[cfg(test)]
mod tests;
