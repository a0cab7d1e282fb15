//! File formats by the names the command line uses, and the one entry point of reading.

use balmer_core::spectrum::{Medium, Spectrum};

use crate::ReadError;
use crate::draft::Draft;

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
    let content = crate::gzip::unpack(bytes)?;
    let name = stem(source);
    let asked = options.format;
    let wrong = |found: &str| Err(ReadError::WrongFormat { asked, found: found.into() });
    let drafts = match Content::sniff(&content) {
        Content::Empty => return Err(ReadError::Empty),
        Content::Fits if matches!(asked, Format::Votable | Format::Csv) => return wrong("FITS"),
        Content::Fits => crate::fits::read(&content, name, options)?,
        Content::Xml if matches!(asked, Format::Auto | Format::Votable) => {
            crate::votable::read_spectra(&content, options)?
        }
        Content::Xml => return wrong("XML"),
        Content::Text if asked == Format::Csv || (asked == Format::Auto && !is_fits_name(source)) => {
            vec![crate::text::read(&content, options)]
        }
        Content::Text if asked == Format::Auto => {
            return Err(ReadError::Unrecognised("named as FITS, but it is text and does not begin with SIMPLE".into()));
        }
        Content::Text => return wrong("text"),
        Content::Unknown => return Err(unknown(&content)),
    };
    collect(drafts, source, name)
}

/// Finishes each draft. Parts that fail are named on those that succeed; if none does, the first
/// failure is the file's.
fn collect(drafts: Vec<Result<Draft, ReadError>>, source: &str, name: &str) -> Result<Vec<Spectrum>, ReadError> {
    let mut spectra = Vec::with_capacity(drafts.len());
    let mut failures = Vec::new();
    for draft in drafts {
        let part = draft.as_ref().map_or_else(|_| String::new(), |d| d.metadata.spectrum_id.clone());
        match draft.and_then(Draft::finish) {
            Ok(mut spectrum) => {
                spectrum.metadata.spectrum_id = format!("{name}{part}");
                source.clone_into(&mut spectrum.metadata.source);
                spectra.push(spectrum);
            }
            Err(error) => failures.push((part, error)),
        }
    }
    for spectrum in &mut spectra {
        for (part, error) in &failures {
            spectrum.metadata.remark(&format!("part {name}{part} left out: {}", error.reason()));
        }
    }
    match (spectra.is_empty(), failures.into_iter().next()) {
        (true, Some((_, error))) => Err(error),
        (true, None) => Err(ReadError::NotASpectrum("it holds no spectrum".into())),
        (false, _) => Ok(spectra),
    }
}

/// What the first bytes say.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Content {
    Empty,
    Fits,
    Xml,
    Text,
    Unknown,
}

impl Content {
    fn sniff(bytes: &[u8]) -> Self {
        let head = &bytes[..bytes.len().min(8192)];
        let text = head.strip_prefix(b"\xef\xbb\xbf").unwrap_or(head).trim_ascii_start();
        if text.is_empty() {
            Self::Empty
        } else if head.starts_with(b"SIMPLE  =") {
            Self::Fits
        } else if text.starts_with(b"<") {
            Self::Xml
        } else if head.iter().all(|b| *b >= 0x20 || matches!(*b, b'\t' | b'\n' | b'\r' | 0x0c)) {
            Self::Text
        } else {
            Self::Unknown
        }
    }
}

/// Says what else the bytes may be.
fn unknown(content: &[u8]) -> ReadError {
    let found = if content.starts_with(b"PAR1") {
        "Parquet: use --format parquet"
    } else if content.starts_with(b"PK") {
        "a zip archive: unpack it first"
    } else if content.starts_with(&[0x1f, 0x9d]) || content.starts_with(b"BZh") || content.starts_with(&[0xfd, b'7']) {
        "packed, but not by gzip: unpack it first"
    } else {
        "neither FITS, VOTable nor text"
    };
    ReadError::Unrecognised(found.into())
}

/// Whether the name promises FITS.
fn is_fits_name(source: &str) -> bool {
    let name = source.to_ascii_lowercase();
    let name = name.strip_suffix(".gz").unwrap_or(&name);
    [".fits", ".fit", ".fts"].iter().any(|ending| name.ends_with(ending))
}

/// The name of a file without its folders and endings: `a/spec.fits.fits.gz` gives `spec`.
pub(crate) fn stem(source: &str) -> &str {
    let path = source.split(['?', '#']).next().unwrap_or(source);
    let mut name = path.trim_end_matches('/').rsplit(['/', '\\']).next().unwrap_or(path);
    while let Some((stem, ending)) = name.rsplit_once('.') {
        let known =
            ["gz", "fits", "fit", "fts", "vot", "votable", "xml", "csv", "tsv", "txt", "asc", "ascii", "dat", "ecsv"];
        if stem.is_empty() || !known.contains(&ending.to_ascii_lowercase().as_str()) {
            break;
        }
        name = stem;
    }
    name
}
