//! `AAOmega` on the Anglo-Australian Telescope, single extracted spectra as 2dfdr users cut them out.
//!
//! Primary: flux on a linear *air* solution (`CRVAL1`, `CDELT1`, `CRPIX1`; 2dfdr works in air).
//! Extension `VARIANCE`; extension `WAVELENGTH`, where there is one, replaces the solution of the
//! header, which is then still that of the file it was made from: with `LOGSCALE = T` it holds
//! log10(Angstrom), with `VACUUM = T` vacuum wavelengths. `FIBRES` has the object's name and its
//! position in radians. The resolving power of the 580V and 385R gratings is about 1300 (AAOmega
//! manual).

use balmer_core::spectrum::{Medium, Metadata};

use super::access::{Hdu, Kind};
use crate::ReadError;
use crate::draft::{Axis, Draft, mark_sky_fibre, single};

/// Resolving power with the low-resolution gratings 580V and 385R.
const LOW_RESOLUTION: f64 = 1300.0;

/// Reads the spectrum in the primary image.
pub(crate) fn read(units: &[Hdu<'_>]) -> Result<Draft, ReadError> {
    let primary = &units[0];
    let header = &primary.header;
    if primary.axes.len() != 1 {
        return Err(ReadError::NotASpectrum(format!(
            "an AAOmega frame of {:?} pixels: cut single fibres out of it first",
            primary.axes
        )));
    }
    let pixels = primary.axes[0];
    let extension = |name: &str| units.iter().find(|hdu| hdu.name() == name && hdu.kind == Kind::Image);
    let mut metadata = Metadata { layout: "aaomega".into(), ..Metadata::default() };
    let medium = if header.logical("VACUUM") == Some(true) { Medium::Vacuum } else { Medium::Air };
    let axis = if let Some(hdu) = extension("WAVELENGTH") {
        let mut values = hdu.image_row(0)?;
        if header.logical("LOGSCALE") == Some(true) {
            for w in &mut values {
                *w = 10f64.powf(*w);
            }
        }
        Axis::listed(values, medium)?
    } else {
        let card = |key: &str| header.float(key).ok_or_else(|| ReadError::NoWavelength(format!("{key} is missing")));
        let (start, step) = (card("CRVAL1")?, card("CDELT1")?);
        let reference = header.float("CRPIX1").unwrap_or(1.0);
        Axis::linear(start + step * (1.0 - reference), step, pixels, medium)?
    };
    if header.logical("DO_HELIO") != Some(true) {
        metadata.remark("wavelengths are not heliocentric");
    }
    metadata.mjd = header.float("UTMJD");
    metadata.instrument = header.text("INSTRUME");
    metadata.planid = header.text("OBJECT");
    metadata.release = header.text("TDFDRVER").map(|version| format!("2dfdr {version}"));
    if header.text("GRATID").is_some_and(|grating| matches!(grating.as_str(), "385R" | "580V")) {
        metadata.resolution_fwhm = Some(axis.axis.wavelengths()[pixels / 2] / LOW_RESOLUTION);
    }
    if let Some(fibres) = units.iter().find(|hdu| hdu.name() == "FIBRES" && hdu.kind == Kind::BinTable) {
        let fibres = fibres.table()?;
        metadata.designation = fibres.text("NAME", 0);
        metadata.ra = fibres.number("RA", 0).map(f64::to_degrees);
        metadata.dec = fibres.number("DEC", 0).map(f64::to_degrees);
        metadata.fiberid = fibres.int("PIVOT", 0);
        if fibres.text("TYPE", 0).as_deref() == Some("S") {
            mark_sky_fibre(&mut metadata);
        }
    }
    let mut draft = Draft::new(axis, single(&primary.image_row(0)?), metadata);
    if let Some(variance) = extension("VARIANCE") {
        let variance = variance.image_row(0)?;
        draft.ivar = Some(variance.iter().map(|v| if *v > 0.0 { (1.0 / v) as f32 } else { 0.0 }).collect());
    }
    Ok(draft)
}
