//! FITS spectra: which layout a file has, and one module for each family.
//!
//! A layout is recognised from the content alone, never from the file's name or a row's index.
//! [`access`], [`header`] and [`table`] read the format; the others know the surveys.

mod aaomega;
mod access;
mod header;
mod image;
mod lamost;
mod sdss;
mod spectrum_table;
mod table;
mod table_rows;
mod time;
mod writer;

use access::{Hdu, Kind};
pub(crate) use image::ONDREJOV_RESOLUTION;
pub(crate) use table_rows::TableRows;
pub use writer::{write_spectrum, write_table};

use crate::draft::Draft;
use crate::{Format, ReadError, ReadOptions};

/// Layouts told apart before reading.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Layout {
    LamostImage,
    LamostTable,
    LamostArms,
    SdssSpec,
    SdssSpSpec,
    Aaomega,
    Ondrejov,
    Table,
    Miles,
    Image,
}

impl Layout {
    fn name(self) -> &'static str {
        match self {
            Self::LamostImage | Self::LamostTable | Self::LamostArms => "a LAMOST spectrum",
            Self::SdssSpec | Self::SdssSpSpec => "an SDSS spectrum",
            Self::Aaomega => "an AAOmega spectrum",
            Self::Ondrejov => "a spectrum table of Ondrejov",
            Self::Table => "a spectrum table",
            Self::Miles => "a MILES spectrum",
            Self::Image => "a one-dimensional image",
        }
    }

    /// The formats a user may call this layout by.
    fn formats(self) -> &'static [Format] {
        match self {
            Self::LamostImage | Self::LamostTable | Self::LamostArms => &[Format::Lamost],
            Self::SdssSpec => &[Format::Sdss, Format::SpectrumTable],
            Self::SdssSpSpec => &[Format::Sdss],
            Self::Aaomega => &[Format::Aaomega],
            Self::Ondrejov => &[Format::Ondrejov, Format::SpectrumTable],
            Self::Table => &[Format::SpectrumTable, Format::Ondrejov],
            Self::Miles => &[Format::Miles, Format::Iraf],
            Self::Image => &[Format::Iraf, Format::Ondrejov, Format::Miles],
        }
    }
}

/// Reads every spectrum of a FITS file; each may fail for itself.
pub(crate) fn read(
    bytes: &[u8],
    source_name: &str,
    options: ReadOptions,
) -> Result<Vec<Result<Draft, ReadError>>, ReadError> {
    let units = access::units(bytes)?;
    let Some(primary) = units.first() else { return Err(ReadError::Empty) };
    let layout = recognise(&units, source_name, bytes.len())?;
    if options.format != Format::Auto && !layout.formats().contains(&options.format) {
        return Err(ReadError::WrongFormat { asked: options.format, found: layout.name().into() });
    }
    let one = |draft| vec![draft];
    Ok(match layout {
        Layout::LamostImage => one(lamost::read_image(primary)),
        Layout::LamostTable => one(named(&units, "COADD").and_then(|coadd| lamost::read_table(primary, coadd))),
        Layout::LamostArms => {
            let arms = units.iter().filter(|hdu| matches!(hdu.name(), "COADD_B" | "COADD_R"));
            arms.map(|hdu| lamost::read_arm(primary, hdu)).collect()
        }
        Layout::SdssSpec => one(sdss_coadd(&units).and_then(|coadd| sdss::read_spec(&units, coadd))),
        Layout::SdssSpSpec => one(sdss::read_spspec(&units)),
        Layout::Aaomega => one(aaomega::read(&units)),
        Layout::Ondrejov | Layout::Table => {
            one(spectrum_table::read(&units, options.medium).unwrap_or_else(|| Err(nothing_known(&units))))
        }
        Layout::Miles | Layout::Image => one(image::read(primary, options.medium, source_name)),
    })
}

fn recognise(units: &[Hdu<'_>], source_name: &str, length: usize) -> Result<Layout, ReadError> {
    let primary = &units[0];
    let says =
        |key: &str, word: &str| primary.header.text(key).is_some_and(|value| value.to_uppercase().contains(word));
    let has = |name: &str| units.iter().any(|hdu| hdu.name() == name && hdu.kind == Kind::BinTable);
    let lamost = says("TELESCOP", "LAMOST") || says("ORIGIN", "LAMOST") || says("DATA_V", "LAMOST");
    if has("COADD_B") || has("COADD_R") {
        return Ok(Layout::LamostArms);
    }
    if lamost && has("COADD") {
        return Ok(Layout::LamostTable);
    }
    let image_with_axes = |n: usize| primary.axes.len() == n && primary.axes.iter().all(|axis| *axis > 0);
    if image_with_axes(2) && (lamost || primary.header.text("EXTEN0").is_some()) {
        return Ok(Layout::LamostImage);
    }
    if image_with_axes(2) && (says("ARRAY1", "SPECTRUM") || says("TELESCOP", "SDSS")) {
        return Ok(Layout::SdssSpSpec);
    }
    if sdss_coadd(units).is_ok() {
        return Ok(Layout::SdssSpec);
    }
    if says("INSTRUME", "AAOMEGA") {
        return Ok(Layout::Aaomega);
    }
    if primary.axes.is_empty() || primary.axes.contains(&0) {
        let mut tables = units.iter().filter(|hdu| hdu.kind == Kind::BinTable);
        return match tables.next() {
            Some(table) if spectrum_table::is_ondrejov(&table.header) => Ok(Layout::Ondrejov),
            Some(_) => Ok(Layout::Table),
            None if lamost => Err(ReadError::Truncated {
                what: "the table COADD behind the primary header".into(),
                needed: length + 2 * header::BLOCK,
                found: length,
            }),
            None => Err(nothing_known(units)),
        };
    }
    if primary.axes[0] > 1 && (primary.axes.len() == 1 || primary.axes[1] == 1) {
        return Ok(if image::is_miles(&primary.header, source_name) { Layout::Miles } else { Layout::Image });
    }
    Err(nothing_known(units))
}

/// The table with SDSS's columns, usually named `COADD`.
fn sdss_coadd<'a, 'b>(units: &'a [Hdu<'b>]) -> Result<&'a Hdu<'b>, ReadError> {
    let fits = |hdu: &&Hdu<'_>| {
        let columns = (1..=20).filter_map(|n| hdu.header.text(&format!("TTYPE{n}"))).map(|name| name.to_lowercase());
        let columns: Vec<String> = columns.collect();
        ["flux", "loglam", "ivar"].iter().all(|name| columns.iter().any(|c| c == name))
    };
    units
        .iter()
        .filter(|hdu| hdu.kind == Kind::BinTable)
        .find(fits)
        .ok_or_else(|| ReadError::NotASpectrum("no table has flux, loglam and ivar".into()))
}

fn named<'a, 'b>(units: &'a [Hdu<'b>], name: &str) -> Result<&'a Hdu<'b>, ReadError> {
    units.iter().find(|hdu| hdu.name() == name).ok_or_else(|| ReadError::Malformed(format!("no extension {name}")))
}

/// Says what the file holds instead of a spectrum.
fn nothing_known(units: &[Hdu<'_>]) -> ReadError {
    let describe = |hdu: &Hdu<'_>| {
        let kind = match hdu.kind {
            Kind::Image if hdu.axes.is_empty() => "empty".to_owned(),
            Kind::Image => format!("image {:?}", hdu.axes),
            Kind::BinTable => "table".to_owned(),
            Kind::Other => "other".to_owned(),
        };
        if hdu.name().is_empty() { kind } else { format!("{kind} {}", hdu.name()) }
    };
    let parts: Vec<String> = units.iter().take(8).map(describe).collect();
    ReadError::NotASpectrum(format!(
        "no known layout and no wavelength and flux columns; it holds: {}",
        parts.join(", ")
    ))
}
