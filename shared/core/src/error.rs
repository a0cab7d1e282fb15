//! The one error type of the science.
//!
//! A spectrum that cannot be used is *not* an error: it is a [`Rejection`](crate::manipulation::Rejection),
//! collected with its reason while the rest of the batch goes on.

/// What can go wrong in this crate. Messages name the offending value and the remedy.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum Error {
    /// A spectral axis, flux or variance that does not describe a spectrum.
    #[error("invalid spectrum: {0}")]
    InvalidSpectrum(String),
    /// A parameter outside its range.
    #[error("{name} = {value}: {remedy}")]
    InvalidParameter {
        /// The parameter as the user writes it, for example `lof.n_neighbors`.
        name: &'static str,
        /// The value given.
        value: String,
        /// What would be accepted.
        remedy: String,
    },
    /// A text that is not a pipeline spec.
    #[error("pipeline spec: {0}")]
    Spec(String),
    /// A feature matrix with a value that is not a finite number.
    #[error("row {row}, column {column} is {value}: features must be finite; remove the row or replace the value")]
    NotFinite {
        /// Zero-based row.
        row: usize,
        /// Zero-based column.
        column: usize,
        /// The value as text (`NaN`, `inf`).
        value: String,
    },
    /// Fewer rows than the method needs.
    #[error(
        "n_neighbors = {n_neighbors} needs more than {n_neighbors} rows, but there are {rows}: {}",
        if *rows > 1 { format!("choose n_neighbors < {rows}") } else { "a single row has no neighbours".to_owned() }
    )]
    TooFewRows {
        /// Neighbours asked for.
        n_neighbors: usize,
        /// Rows there are.
        rows: usize,
    },
    /// Labels that do not fit the data.
    #[error("labels: {0}")]
    Labels(String),
    /// The observer asked to stop.
    #[error("cancelled")]
    Cancelled,
    /// The device that computes failed.
    #[error("device {device}: {reason}")]
    Device {
        /// The engine's name.
        device: String,
        /// What it said.
        reason: String,
    },
}

/// A result with this crate's [`Error`].
pub type Result<T, E = Error> = std::result::Result<T, E>;

impl Error {
    /// Shorthand for [`Error::InvalidParameter`].
    #[allow(clippy::needless_pass_by_value, reason = "numbers, most of them: references would clutter the callers")]
    pub fn parameter(name: &'static str, value: impl ToString, remedy: impl Into<String>) -> Self {
        Self::InvalidParameter { name, value: value.to_string(), remedy: remedy.into() }
    }
}

/// linfa's own checks of a dataset; the trait [`linfa::traits::Fit`] asks for the conversion.
impl From<linfa::Error> for Error {
    fn from(error: linfa::Error) -> Self {
        Self::parameter("dataset", error, "see linfa's documentation")
    }
}
