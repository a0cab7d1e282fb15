//! FITS tables with a wavelength and a flux column, one row a pixel or one row of vectors: Ondrejov's
//! archive, products of `specutils`, Spectrum Data Model FITS, and our own export.
//!
//! Ondrejov's spectra (`ivo://asu.cas.cz`) are in air, normalised, without variance; whether their
//! wavelengths are heliocentric is not stated. `TMID` is the middle of the exposure.

use balmer_core::spectrum::{Medium, Metadata};

use super::access::{Hdu, Kind};
use super::header::Header;
use super::image::ONDREJOV_RESOLUTION;
use super::table::BinTable;
use super::time::mjd_of_iso;
use crate::ReadError;
use crate::columns::{ColumnInfo, Roles, assemble, roles};
use crate::draft::Draft;

/// Reads the first table that holds a spectrum; `None` where no table does.
pub(crate) fn read(units: &[Hdu<'_>], stated: Option<Medium>) -> Option<Result<Draft, ReadError>> {
    let mut failure = None;
    for hdu in units.iter().filter(|hdu| hdu.kind == Kind::BinTable) {
        let table = match hdu.table() {
            Ok(table) => table,
            Err(error) => {
                failure.get_or_insert(error);
                continue;
            }
        };
        let infos = describe_columns(&table);
        if let Some(found) = roles(&infos) {
            return Some(read_table(&units[0].header, &table, &infos, found, stated));
        }
    }
    failure.map(Err)
}

/// Whether a table comes from Ondrejov's archive.
pub(crate) fn is_ondrejov(header: &Header<'_>) -> bool {
    ["DS_IDPUB", "VOPUB"].iter().any(|key| header.text(key).is_some_and(|value| value.contains("asu.cas.cz")))
}

fn describe_columns(table: &BinTable<'_>) -> Vec<ColumnInfo> {
    let header = table.header();
    let text = |key: &str, n: usize| header.text(&format!("{key}{}", n + 1)).unwrap_or_default();
    let describe = |(n, column): (usize, &super::table::Column)| ColumnInfo {
        // columns of text cannot play a part: they keep their place without a name
        name: if column.is_numeric() { column.name.clone() } else { String::new() },
        unit: column.unit.clone(),
        ucd: text("TUCD", n),
        utype: text("TUTYP", n),
        description: column.comment.clone(),
    };
    table.columns().iter().enumerate().map(describe).collect()
}

fn read_table(
    primary: &Header<'_>,
    table: &BinTable<'_>,
    infos: &[ColumnInfo],
    found: Roles,
    stated: Option<Medium>,
) -> Result<Draft, ReadError> {
    let header = table.header();
    let ondrejov = is_ondrejov(header);
    let layout = if ondrejov { "ondrejov" } else { "spectrum-table" };
    let mut metadata = Metadata { layout: layout.into(), ..Metadata::default() };
    let text = |key: &str| header.text(key).or_else(|| primary.text(key));
    let float = |key: &str| header.float(key).or_else(|| primary.float(key));
    metadata.designation = text("OBJECT");
    metadata.ra = float("RA").filter(|ra| (0.0..=360.0).contains(ra));
    metadata.dec = float("DEC").filter(|dec| (-90.0..=90.0).contains(dec));
    let date = || text("DATE-OBS").as_deref().and_then(mjd_of_iso);
    metadata.mjd = float("TMID").or_else(|| float("MJD")).or_else(date);
    metadata.class = text("SRCCLASS").or_else(|| text("CLASS")).map(|class| class.to_uppercase());
    metadata.subclass = text("SUBCLASS");
    metadata.release = text("RELEASE");
    metadata.z = float("Z").or_else(|| float("REDSHIFT"));
    metadata.z_err = float("Z_ERR");
    // cards of our own export
    let int = |key: &str| header.int(key);
    (metadata.obsid, metadata.spid, metadata.fiberid) = (int("OBSID"), int("SPID"), int("FIBERID"));
    metadata.planid = text("PLANID");
    metadata.truth = text("TRUTH");
    let no_unit = header.text("FLUXUNIT").is_some_and(|unit| unit == "UNKNOWN");
    metadata.instrument = text("INSTRUME").or_else(|| text("TELESCOP"));
    let flag = header.logical("VACUUM").or_else(|| primary.logical("VACUUM"));
    let mut medium = flag.map(|vacuum| if vacuum { Medium::Vacuum } else { Medium::Air });
    if ondrejov {
        medium = medium.or(Some(Medium::Air));
        metadata.instrument = Some("Ondrejov Perek 2-m, CCD700".into());
    }
    let mut draft = assemble(infos, found, medium.or(stated), metadata, |i| {
        let column = table.columns().get(i).ok_or_else(|| ReadError::Malformed(format!("no column {i}")))?;
        let values = table.numbers(column)?;
        // one row of vectors, or one number a row: anything else is many spectra
        if table.rows() > 1 && column.repeat > 1 {
            return Err(ReadError::NotASpectrum(format!(
                "{} rows of vectors: one spectrum a file is read",
                table.rows()
            )));
        }
        Ok(values)
    })?;
    if no_unit {
        draft.metadata.flux_unit = None;
    }
    draft.metadata.resolution_fwhm = if ondrejov {
        Some(draft.axis.wavelengths()[draft.axis.len() / 2] / ONDREJOV_RESOLUTION)
    } else {
        float("FWHM").filter(|fwhm| *fwhm > 0.0)
    };
    Ok(draft)
}
