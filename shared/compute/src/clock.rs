//! The one clock of this crate: it decides how much work goes into a submission and which tile is faster, and nothing
//! that a result depends on.

/// A moment, natively and in a browser.
pub use web_time::Instant;

/// The present moment.
#[allow(clippy::disallowed_methods, reason = "the pace of submissions is measured; results do not depend on it")]
pub fn now() -> Instant {
    Instant::now()
}
