//! Why a file could not be read.
//!
//! Each error has a short stable [`reason`](ReadError::reason), written to a survey's `rejects.csv`, and
//! a sentence that names what is wrong and what to do about it. The path is not repeated here: the
//! caller knows it.

use crate::Format;

/// Why bytes did not become a spectrum.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum ReadError {
    /// Nothing in the file.
    #[error("the file is empty: fetch it again")]
    Empty,
    /// A gzip stream that breaks off or whose checksum fails.
    #[error("gzip: {0}: fetch the file again")]
    Gzip(String),
    /// A gzip stream that grows beyond any spectrum: not unpacked to its end.
    #[error("gzip: unpacks to more than {limit_mib} MiB from {packed} bytes: no spectrum is that large")]
    GzipBomb {
        /// Limit at which unpacking stopped, MiB.
        limit_mib: usize,
        /// Size of the packed file, bytes.
        packed: usize,
    },
    /// Neither FITS, VOTable, nor a text table.
    #[error("{0}")]
    Unrecognised(String),
    /// The content is not what the user said it was.
    #[error("read as {asked}, but the content is {found}: use --format auto or the right format")]
    WrongFormat {
        /// What the user asked for.
        asked: Format,
        /// What the content looks like.
        found: String,
    },
    /// The file ends before what its header announces.
    #[error("truncated: {what} needs {needed} bytes, the file has {found}: fetch it again")]
    Truncated {
        /// The part that is cut.
        what: String,
        /// Bytes the header announces up to the end of that part.
        needed: usize,
        /// Bytes there are.
        found: usize,
    },
    /// A structure that contradicts its own standard.
    #[error("malformed: {0}")]
    Malformed(String),
    /// Readable, but not a spectrum (a query response, a catalogue, a CCD frame).
    #[error("not a spectrum: {0}")]
    NotASpectrum(String),
    /// A spectrum whose wavelengths cannot be established.
    #[error("no wavelengths: {0}")]
    NoWavelength(String),
    /// Wavelengths that run back and forth.
    #[error("wavelengths are not monotonic: {0}")]
    NonMonotonic(String),
    /// Every flux value is zero or not a number.
    #[error("no signal: all {pixels} flux values are zero or not a number")]
    NoSignal {
        /// Number of pixels.
        pixels: usize,
    },
}

impl ReadError {
    /// Short stable code, as written to `rejects.csv`.
    pub fn reason(&self) -> &'static str {
        match self {
            Self::Empty => "empty-file",
            Self::Gzip(_) => "bad-gzip",
            Self::GzipBomb { .. } => "gzip-bomb",
            Self::Unrecognised(_) => "unrecognised-format",
            Self::WrongFormat { .. } => "wrong-format",
            Self::Truncated { .. } => "truncated",
            Self::Malformed(_) => "malformed",
            Self::NotASpectrum(_) => "not-a-spectrum",
            Self::NoWavelength(_) => "no-wavelength",
            Self::NonMonotonic(_) => "non-monotonic-wavelength",
            Self::NoSignal { .. } => "no-signal",
        }
    }
}
