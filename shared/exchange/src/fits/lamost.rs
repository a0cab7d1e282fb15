//! LAMOST, all releases (NAOC's data release documentation, and the files themselves).
//!
//! | layout | content |
//! |---|---|
//! | `lamost-dr1` | 5-row f32 image; row 3 is *continuum-subtracted flux*, wavelength only from `COEFF0`, `COEFF1` |
//! | `lamost-dr2` | 5-row f64 image, row 3 wavelength |
//! | `lamost-dr3` | 5-row f32 image, row 3 wavelength (DR3 to DR8) |
//! | `lamost-dr9` | `COADD` table, one row of vectors (DR9 on) |
//! | `lamost-mrs` | medium resolution: `COADD_B` and `COADD_R`, one row a pixel; two spectra |
//!
//! A row is a wavelength only if it rises, lies in the optical, and agrees with the header's
//! log-linear solution to a fraction of a pixel. Wavelengths are heliocentric and in vacuum (`HELIO`,
//! `VACUUM`). The resolving power is 1800 in low and 7500 in medium resolution (Cui et al. 2012, RAA
//! 12, 1197; Liu et al. 2020, arXiv:2005.07210).

use balmer_core::spectrum::{Medium, Metadata};

use super::access::Hdu;
use super::header::Header;
use super::table::BinTable;
use super::time::mjd_of_iso;
use crate::ReadError;
use crate::draft::{Axis, Draft, ROUNDING_PIXELS, bits, known, mark_sky_fibre, single};

/// FWHM of the low-resolution mode at H-alpha, Angstrom: resolving power 1800.
const LOW_RESOLUTION_FWHM: f64 = 3.6;
/// Resolving power of the medium-resolution mode.
const MEDIUM_RESOLUTION: f64 = 7500.0;
/// What LAMOST writes for an unknown signal-to-noise ratio or redshift. DR1 also writes 99 for every
/// ratio above it.
const SENTINELS: &[f64] = &[-9999.0, -999.0, -99.0, 99.0, 999.0, 9999.0];

/// The 5-row image of DR1 to DR8.
pub(crate) fn read_image(primary: &Hdu<'_>) -> Result<Draft, ReadError> {
    let header = &primary.header;
    if primary.axes.len() != 2 || primary.axes[1] < 2 {
        return Err(ReadError::Malformed(format!(
            "a LAMOST image has rows of flux, inverse variance and more, this one {:?}",
            primary.axes
        )));
    }
    let rows = primary.axes[1];
    let names: Vec<String> = header.text("EXTEN0").map_or_else(Vec::new, |names| {
        names.split(|c: char| c == ',' || c.is_whitespace()).filter(|n| !n.is_empty()).map(str::to_lowercase).collect()
    });
    let double = header.int("BITPIX") == Some(-64);
    let continuum_subtracted = names.get(2).is_some_and(|name| name.contains("continuum"));
    let layout = match (continuum_subtracted, double) {
        (true, _) => "lamost-dr1",
        (false, true) => "lamost-dr2",
        (false, false) => "lamost-dr3",
    };
    let mut metadata = metadata(header, layout);
    let third = if rows > 2 && !continuum_subtracted { Some(primary.image_row(2)?) } else { None };
    let axis = low_resolution_axis(header, primary.axes[0], third, &mut metadata)?;
    let named = |index: usize, words: &[&str]| match names.get(index) {
        Some(name) => words.iter().any(|word| name.contains(word)),
        None => rows == 5, // without EXTEN0 only the full five rows are known
    };
    let mut draft = Draft::new(axis, single(&primary.image_row(0)?), metadata);
    if named(1, &["inv", "ivar"]) {
        draft.ivar = Some(single(&primary.image_row(1)?));
    }
    if rows > 3 && named(3, &["and"]) {
        draft.and_mask = Some(bits(&primary.image_row(3)?));
    }
    if rows > 4 && named(4, &["or"]) {
        draft.or_mask = Some(bits(&primary.image_row(4)?));
    }
    Ok(draft)
}

/// The header's log-linear solution, checked against the wavelength row where there is one.
fn low_resolution_axis(
    header: &Header<'_>,
    pixels: usize,
    listed: Option<Vec<f64>>,
    metadata: &mut Metadata,
) -> Result<Axis, ReadError> {
    let medium = medium(header, metadata);
    let coefficients = header.float("COEFF0").zip(header.float("COEFF1")).filter(|(_, step)| *step > 0.0);
    let listed = listed.map(|wavelengths| Axis::listed(wavelengths, medium));
    let axis = match (coefficients, listed) {
        (Some((start, step)), listed) => {
            let solution = Axis::log10(start, step, pixels, medium)?;
            match listed {
                Some(Ok(listed)) => {
                    let offset = largest_offset(&solution, &listed);
                    if offset > ROUNDING_PIXELS {
                        metadata.remark(&format!(
                            "the wavelength row is up to {offset:.2} pixels off COEFF0, COEFF1: header used"
                        ));
                    }
                }
                Some(Err(_)) => metadata.remark("the row of wavelengths holds none: COEFF0, COEFF1 used"),
                None => {}
            }
            solution
        }
        (None, Some(listed)) => {
            metadata.remark("no COEFF0, COEFF1: wavelengths as listed");
            listed?
        }
        (None, None) => return Err(ReadError::NoWavelength("neither COEFF0, COEFF1 nor a row of wavelengths".into())),
    };
    metadata.resolution_fwhm = Some(LOW_RESOLUTION_FWHM);
    Ok(axis)
}

/// Largest distance of two axes, in pixels.
fn largest_offset(solution: &Axis, listed: &Axis) -> f64 {
    let pairs = solution.axis.wavelengths().iter().zip(listed.axis.wavelengths());
    pairs.enumerate().map(|(i, (a, b))| (a - b).abs() / solution.axis.pixel_width(i)).fold(0.0, f64::max)
}

/// The `COADD` table of DR9 on: one row whose cells are vectors.
pub(crate) fn read_table(primary: &Hdu<'_>, hdu: &Hdu<'_>) -> Result<Draft, ReadError> {
    let table = hdu.table()?;
    let mut metadata = metadata(&primary.header, "lamost-dr9");
    let flux = table.numbers(table.require("FLUX")?)?;
    let medium = medium(&primary.header, &mut metadata);
    let listed = Axis::listed(table.numbers(table.require("WAVELENGTH")?)?, medium)?;
    let coefficients = primary.header.float("COEFF0").zip(primary.header.float("COEFF1"));
    // the column says it is the wavelength: the header only restores the digits it was rounded by
    let axis = match coefficients.map(|(start, step)| Axis::log10(start, step, flux.len(), medium)) {
        Some(Ok(solution)) if largest_offset(&solution, &listed) <= ROUNDING_PIXELS => solution,
        Some(_) => {
            metadata.remark("COEFF0, COEFF1 differ from the column WAVELENGTH: column used");
            listed
        }
        None => listed,
    };
    metadata.resolution_fwhm = Some(LOW_RESOLUTION_FWHM);
    let draft = Draft::new(axis, single(&flux), metadata);
    with_variance_and_masks(draft, &table)
}

/// One arm of a medium-resolution file: one row a pixel, `LOGLAM` (or `WAVELENGTH`).
pub(crate) fn read_arm(primary: &Hdu<'_>, hdu: &Hdu<'_>) -> Result<Draft, ReadError> {
    let table = hdu.table()?;
    let arm = hdu.name().chars().last().unwrap_or('?');
    let mut metadata = metadata(&primary.header, "lamost-mrs");
    metadata.spectrum_id = format!("-{arm}");
    let medium = medium(&primary.header, &mut metadata);
    let wavelengths = match table.column("LOGLAM") {
        Some(column) => table.numbers(column)?.into_iter().map(|w| 10f64.powf(w)).collect(),
        None => table.numbers(table.require("WAVELENGTH")?)?,
    };
    let axis = Axis::listed(wavelengths, medium)?;
    metadata.resolution_fwhm = Some(middle(&axis) / MEDIUM_RESOLUTION);
    // an arm states one ratio; the blue arm lies in g, the red one in r
    let snr = known(hdu.header.float("SNR"), SENTINELS);
    match arm {
        'B' => metadata.snr_g = snr,
        _ => metadata.snr_r = snr,
    }
    let flux = single(&table.numbers(table.require("FLUX")?)?);
    with_variance_and_masks(Draft::new(axis, flux, metadata), &table)
}

fn with_variance_and_masks(mut draft: Draft, table: &BinTable<'_>) -> Result<Draft, ReadError> {
    if let Some(column) = table.column("IVAR") {
        draft.ivar = Some(single(&table.numbers(column)?));
    }
    draft.and_mask = table.column("ANDMASK").map(|c| table.numbers(c)).transpose()?.map(|v| bits(&v));
    draft.or_mask = table.column("ORMASK").map(|c| table.numbers(c)).transpose()?.map(|v| bits(&v));
    Ok(draft)
}

/// Wavelength of the middle pixel, Angstrom.
fn middle(axis: &Axis) -> f64 {
    axis.axis.wavelengths()[axis.axis.len() / 2]
}

/// LAMOST works in vacuum; a file that says otherwise is believed.
fn medium(header: &Header<'_>, metadata: &mut Metadata) -> Medium {
    if header.logical("HELIO") == Some(false) {
        metadata.remark("wavelengths are not heliocentric");
    }
    if header.logical("VACUUM") == Some(false) { Medium::Air } else { Medium::Vacuum }
}

fn metadata(header: &Header<'_>, layout: &str) -> Metadata {
    let mut metadata = Metadata { layout: layout.into(), ..Metadata::default() };
    // DR1 and DR2 name no release, only the pipeline
    let pipeline = || header.text("VERSPIPE").map(|v| format!("pipeline {}", v.trim_start_matches('v')));
    metadata.release = header.text("DATA_V").or_else(pipeline);
    metadata.obsid = header.int("OBSID");
    if let Some(overflown) = metadata.obsid.filter(|id| *id <= 0) {
        metadata.obsid = None;
        metadata.remark(&format!("OBSID {overflown} is no identifier"));
    }
    metadata.designation = header.text("DESIG");
    metadata.ra = header.float("RA");
    metadata.dec = header.float("DEC");
    // MJD is LMJD + 1 in DR1 and DR2 and LMJD - 1 later: the UTC of mid-exposure decides
    metadata.mjd = header.text("DATE-OBS").as_deref().and_then(mjd_of_iso);
    let local = header.float("LMJD");
    match (metadata.mjd, local) {
        (None, Some(local)) => {
            metadata.mjd = Some(local);
            metadata.remark("mjd is LMJD, the local day: DATE-OBS is not usable");
        }
        (Some(utc), Some(local)) if (utc - local).abs() > 2.0 => {
            metadata.remark(&format!("DATE-OBS and LMJD {local} are {:.1} days apart", (utc - local).abs()));
        }
        _ => {}
    }
    metadata.class = header.text("CLASS").map(|class| class.to_uppercase());
    metadata.subclass =
        header.text("SUBCLASS").filter(|s| !matches!(s.to_lowercase().as_str(), "non" | "null" | "none"));
    metadata.z = known(header.float("Z"), &[-9999.0, -999.0, 9999.0]);
    metadata.z_err = known(header.float("Z_ERR"), &[-9999.0, -999.0, 9999.0]).filter(|e| *e >= 0.0);
    let fibre = header.text("FIB_TYPE").or_else(|| header.text("FIBERTYP"));
    if fibre.is_some_and(|kind| kind.eq_ignore_ascii_case("sky")) {
        mark_sky_fibre(&mut metadata);
    }
    let mut hidden = String::new();
    let mut snr = |band: char| {
        let stated = header.float(&format!("SNR{band}")).or_else(|| header.float(&format!("SN_{band}")));
        let usable = known(stated, SENTINELS);
        if stated.is_some() && usable.is_none() {
            hidden.push(band.to_ascii_lowercase());
        }
        usable
    };
    metadata.snr_u = snr('U');
    metadata.snr_g = snr('G');
    metadata.snr_r = snr('R');
    metadata.snr_i = snr('I');
    metadata.snr_z = snr('Z');
    if !hidden.is_empty() {
        metadata.remark(&format!("S/N sentinel in {hidden}"));
    }
    metadata.planid = header.text("PLANID");
    metadata.spid = header.int("SPID");
    metadata.fiberid = header.int("FIBERID"); // a string in DR2
    metadata.instrument = header.text("TELESCOP");
    metadata.flux_unit = header.text("BUNIT");
    metadata
}
