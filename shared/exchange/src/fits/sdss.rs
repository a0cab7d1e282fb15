//! SDSS and BOSS (data models `spec`, `spec-lite` and DR7's `spSpec` at data.sdss.org/datamodel).
//!
//! | layout | content |
//! |---|---|
//! | `sdss-spec` | `spec-PLATE-MJD-FIBER.fits`, lite or full, SDSS or BOSS: table `COADD`, one row a pixel |
//! | `sdss-spspec` | DR7: image of spectrum, continuum-subtracted spectrum, error, mask |
//!
//! Wavelengths are heliocentric and in vacuum. `RA` and `DEC` of the primary header are the
//! telescope's: the object's are `PLUG_RA`, `PLUG_DEC` (`RAOBJ`, `DECOBJ` in DR7). The resolution comes
//! from the dispersion the file gives for each pixel (sigma in pixels of 1e-4 in log wavelength).

use balmer_core::spectrum::{Medium, Metadata};

use super::access::Hdu;
use super::header::Header;
use super::table::BinTable;
use crate::ReadError;
use crate::draft::{Axis, Draft, bits, ivar_of_errors, known, mark_sky_fibre, single};

/// FWHM of a Gaussian in units of its sigma.
const FWHM_PER_SIGMA: f64 = 2.354_820_045;
const SENTINELS: &[f64] = &[-9999.0, -999.0, 999.0, 9999.0];

/// The `COADD` table, with `SPECOBJ` (SDSS) or `SPALL` (BOSS) where the file has them.
pub(crate) fn read_spec(units: &[Hdu<'_>], coadd: &Hdu<'_>) -> Result<Draft, ReadError> {
    let primary = &units[0].header;
    let table = coadd.table()?;
    let object = units.iter().find(|hdu| matches!(hdu.name(), "SPECOBJ" | "SPALL" | "SPECTRO"));
    let object = object.map(Hdu::table).transpose()?.filter(|t| t.rows() > 0);

    let medium = medium(primary);
    let loglam = table.numbers(table.require("loglam")?)?;
    let axis = Axis::listed(loglam.into_iter().map(|w| 10f64.powf(w)).collect(), medium)?;
    let mut metadata = Metadata { layout: "sdss-spec".into(), ..Metadata::default() };
    describe_plate(primary, &mut metadata);
    metadata.ra = primary.float("PLUG_RA");
    metadata.dec = primary.float("PLUG_DEC");
    metadata.obsid = primary.int("SPEC_ID");
    metadata.release = primary.text("RUN2D").or_else(|| primary.text("VERS2D")).map(|v| format!("run2d {v}"));
    if let Some(object) = &object {
        describe_object(object, &mut metadata);
    }
    if let Some(column) = table.column("wdisp") {
        metadata.resolution_fwhm = fwhm_of_dispersion(&table.numbers(column)?, &axis);
    }
    let mut draft = Draft::new(axis, single(&table.numbers(table.require("flux")?)?), metadata);
    draft.ivar = table.column("ivar").map(|c| table.numbers(c)).transpose()?.map(|v| single(&v));
    draft.and_mask = table.column("and_mask").map(|c| table.numbers(c)).transpose()?.map(|v| bits(&v));
    draft.or_mask = table.column("or_mask").map(|c| table.numbers(c)).transpose()?.map(|v| bits(&v));
    Ok(draft)
}

/// DR7's image: its rows are what `ARRAY1`.. say they are; masks and dispersion stand in a table.
pub(crate) fn read_spspec(units: &[Hdu<'_>]) -> Result<Draft, ReadError> {
    let hdu = &units[0];
    let header = &hdu.header;
    let rows = *hdu.axes.get(1).unwrap_or(&0);
    let names: Vec<String> =
        (1..=rows).map(|i| header.text(&format!("ARRAY{i}")).unwrap_or_default().to_uppercase()).collect();
    let row_named = |name: &str| names.iter().position(|n| n == name);
    let flux = row_named("SPECTRUM").ok_or_else(|| ReadError::NotASpectrum("no ARRAYn is 'SPECTRUM'".into()))?;
    let (start, step) = header
        .float("COEFF0")
        .zip(header.float("COEFF1"))
        .ok_or_else(|| ReadError::NoWavelength("COEFF0 or COEFF1 is missing".into()))?;
    let axis = Axis::log10(start, step, hdu.axes[0], medium(header))?;

    let mut metadata = Metadata { layout: "sdss-spspec".into(), ..Metadata::default() };
    describe_plate(header, &mut metadata);
    metadata.ra = header.float("RAOBJ");
    metadata.dec = header.float("DECOBJ");
    metadata.spid = header.int("SPECID");
    metadata.release = header.text("VERS_1D").map(|v| format!("spectro1d {v}"));
    metadata.z = known(header.float("Z"), SENTINELS);
    metadata.z_err = known(header.float("Z_ERR"), SENTINELS);
    metadata.snr_g = known(header.float("SN_G"), SENTINELS);
    metadata.snr_r = known(header.float("SN_R"), SENTINELS);
    metadata.snr_i = known(header.float("SN_I"), SENTINELS);
    // the codes of the DR7 data model
    metadata.class = match header.int("SPEC_CLN") {
        Some(1 | 6) => Some("STAR".into()),
        Some(2 | 7) => Some("GALAXY".into()),
        Some(3 | 4) => Some("QSO".into()),
        Some(5) => Some("SKY".into()),
        _ => None,
    };
    if header.text("OBJTYPE").is_some_and(|kind| kind == "SKY") && metadata.class.as_deref() != Some("SKY") {
        mark_sky_fibre(&mut metadata);
    }

    let pixels = hdu.axes[0];
    let per_pixel = units.iter().filter(|u| u.kind == super::access::Kind::BinTable).find_map(|u| {
        let table = u.table().ok()?;
        (table.rows() == pixels && table.column("andMask").is_some()).then_some(table)
    });
    let mut draft = Draft::new(axis.clone(), single(&hdu.image_row(flux)?), metadata);
    draft.ivar = row_named("ERROR").map(|row| hdu.image_row(row)).transpose()?.map(|e| ivar_of_errors(&e));
    if let Some(table) = per_pixel {
        draft.and_mask = Some(bits(&table.numbers(table.require("andMask")?)?));
        draft.or_mask = table.column("orMask").map(|c| table.numbers(c)).transpose()?.map(|v| bits(&v));
        if let Some(column) = table.column("dispersion") {
            draft.metadata.resolution_fwhm = fwhm_of_dispersion(&table.numbers(column)?, &axis);
        }
    } else if let Some(row) = row_named("MASK") {
        draft.or_mask = Some(bits(&hdu.image_row(row)?));
    }
    Ok(draft)
}

fn medium(header: &Header<'_>) -> Medium {
    if header.logical("VACUUM") == Some(false) { Medium::Air } else { Medium::Vacuum }
}

fn describe_plate(header: &Header<'_>, metadata: &mut Metadata) {
    metadata.mjd = header.float("MJD");
    metadata.planid = header.text("PLATEID");
    metadata.fiberid = header.int("FIBERID");
    metadata.instrument = header.text("TELESCOP");
    metadata.flux_unit = header.text("BUNIT");
}

fn describe_object(object: &BinTable<'_>, metadata: &mut Metadata) {
    metadata.class = object.text("CLASS", 0);
    metadata.subclass = object.text("SUBCLASS", 0);
    metadata.z = known(object.number("Z", 0), SENTINELS);
    // negative errors are the pipeline's codes for a failed fit
    metadata.z_err = known(object.number("Z_ERR", 0), SENTINELS).filter(|e| *e >= 0.0);
    metadata.ra = metadata.ra.or_else(|| object.number("PLUG_RA", 0));
    metadata.dec = metadata.dec.or_else(|| object.number("PLUG_DEC", 0));
    metadata.planid = metadata.planid.take().or_else(|| object.int("PLATE", 0).map(|plate| plate.to_string()));
    metadata.fiberid = metadata.fiberid.or_else(|| object.int("FIBERID", 0));
    metadata.mjd = metadata.mjd.or_else(|| object.number("MJD", 0));
    metadata.spid = object.int("SPECTROGRAPHID", 0).filter(|id| *id > 0);
    metadata.obsid = metadata
        .obsid
        .or_else(|| object.text("SPECOBJID", 0).and_then(|id| id.parse().ok()))
        .or_else(|| object.int("SPECOBJID", 0));
    if let Some(column) = object.column("SN_MEDIAN").filter(|c| c.is_numeric() && c.repeat == 5) {
        let snr = object.cell_numbers(column, 0).unwrap_or_default();
        let band = |i: usize| known(snr.get(i).copied(), SENTINELS);
        (metadata.snr_u, metadata.snr_g, metadata.snr_r) = (band(0), band(1), band(2));
        (metadata.snr_i, metadata.snr_z) = (band(3), band(4));
    }
    let target = object.text("TARGETTYPE", 0).or_else(|| object.text("OBJTYPE", 0));
    if target.is_some_and(|kind| kind.eq_ignore_ascii_case("sky")) {
        mark_sky_fibre(metadata);
    }
}

/// Median FWHM in Angstrom over the middle tenth of the axis; `None` where no pixel states one.
fn fwhm_of_dispersion(sigma_pixels: &[f64], axis: &Axis) -> Option<f64> {
    let pixels = axis.axis.len();
    let half_width = (pixels / 20).max(1);
    let middle = pixels / 2;
    let mut widths: Vec<f64> = (middle.saturating_sub(half_width)..(middle + half_width).min(pixels))
        .filter_map(|i| {
            let sigma = *sigma_pixels.get(i)?;
            (sigma.is_finite() && sigma > 0.0).then(|| sigma * axis.axis.pixel_width(i) * FWHM_PER_SIGMA)
        })
        .collect();
    widths.sort_by(f64::total_cmp);
    widths.get(widths.len() / 2).copied()
}
