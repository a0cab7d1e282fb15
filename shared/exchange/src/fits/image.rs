//! One-dimensional images whose wavelengths are in the header: IRAF's (Ondrejov's archive), MILES's
//! templates, and FITS WCS paper III as astropy writes it.
//!
//! | layout | content |
//! |---|---|
//! | `iraf` | `CRVAL1`, `CDELT1` or `CD1_1`, `CRPIX1`; log-linear where `DC-FLAG = 1` |
//! | `miles` | the same from the MILES library (`TPLLIB`): air, linear, FWHM 2.5 A (Falcon-Barroso et al. 2011, A&A 532, A95) |
//!
//! IRAF's `LTV1` and `LTM1_1` map to *physical* pixels of the detector; `CRPIX1` already counts the
//! pixels of the image, so they do not enter the wavelengths. Neither layout states a variance.

use balmer_core::spectrum::{Medium, Metadata};

use super::access::Hdu;
use super::header::Header;
use super::time::{mjd_of_iso, sexagesimal, to_j2000};
use crate::ReadError;
use crate::draft::{Axis, Draft, single};
use crate::units::{Quantity, spectral_unit};

/// Resolving power of Ondrejov's coude spectrograph with the 700 mm camera at H-alpha (Slechta &
/// Skoda 2002, Publ. Astron. Inst. ASCR 90, 1).
pub(crate) const ONDREJOV_RESOLUTION: f64 = 13_000.0;

/// Reads the first spectrum of a 1-D image.
pub(crate) fn read(hdu: &Hdu<'_>, stated: Option<Medium>, source_name: &str) -> Result<Draft, ReadError> {
    let header = &hdu.header;
    let miles = is_miles(header, source_name);
    let mut metadata = Metadata { layout: if miles { "miles" } else { "iraf" }.into(), ..Metadata::default() };
    let bands: usize = hdu.axes[1..].iter().product();
    if bands > 1 {
        // IRAF's apall stacks optimal extraction, raw extraction, sky and sigma along the third axis
        if hdu.axes.get(1) != Some(&1) {
            return Err(ReadError::NotASpectrum(format!("a {:?} image: extract its spectra first", hdu.axes)));
        }
        metadata.remark(&format!("first of {bands} bands read"));
    }
    let medium = medium(header, miles, stated, &mut metadata);
    let axis = axis(header, hdu.axes[0], medium)?;
    if miles {
        metadata.instrument = Some("MILES (INT/IDS)".into());
        metadata.resolution_fwhm = header.float("FWHM").or(Some(2.5));
        metadata.designation = miles_number(source_name).map(|n| format!("MILES m{n}"));
    } else {
        describe_observation(header, &mut metadata);
        if is_ondrejov(header) {
            let middle = axis.axis.wavelengths()[axis.axis.len() / 2];
            metadata.resolution_fwhm = Some(middle / ONDREJOV_RESOLUTION);
        }
    }
    Ok(Draft::new(axis, single(&hdu.image_row(0)?), metadata))
}

/// Whether the image belongs to the MILES library.
pub(crate) fn is_miles(header: &Header<'_>, source_name: &str) -> bool {
    header.text("TPLLIB").is_some_and(|library| library.eq_ignore_ascii_case("miles"))
        || source_name.to_ascii_lowercase().contains("miles")
}

fn is_ondrejov(header: &Header<'_>) -> bool {
    header.text("OBSERVAT").is_some_and(|site| site.eq_ignore_ascii_case("ondrejov"))
}

/// `m0884` in `MILES_res2.50_star_m0884V`.
fn miles_number(source_name: &str) -> Option<&str> {
    let (_, tail) = source_name.rsplit_once("_m")?;
    tail.get(..4).filter(|digits| digits.bytes().all(|b| b.is_ascii_digit()))
}

fn axis(header: &Header<'_>, pixels: usize, medium: Medium) -> Result<Axis, ReadError> {
    let missing = |what: &str| ReadError::NoWavelength(format!("{what} is missing from the header"));
    if header.text("WAT0_001").is_some_and(|system| system.contains("multispec")) {
        return Err(ReadError::NoWavelength("IRAF multispec (WAT2): linearise it with dispcor first".into()));
    }
    let start = header.float("CRVAL1").ok_or_else(|| missing("CRVAL1"))?;
    let step = header.float("CDELT1").filter(|s| *s != 0.0).or_else(|| header.float("CD1_1")).filter(|s| *s != 0.0);
    let step = step.ok_or_else(|| missing("CDELT1 or CD1_1"))?;
    let reference = header.float("CRPIX1").unwrap_or(1.0);
    let first = start + step * (1.0 - reference);
    let log = header.int("DC-FLAG") == Some(1) || header.text("CTYPE1").is_some_and(|t| t.ends_with("-LOG10"));
    if log {
        return Axis::log10(first, step, pixels, medium);
    }
    let unit = header.text("CUNIT1");
    let scale = match unit.as_deref().map(spectral_unit) {
        None => 1.0,
        Some(Some(Quantity::Wavelength(scale))) => scale,
        Some(_) => {
            return Err(ReadError::NoWavelength(format!(
                "CUNIT1 = '{}' is not a wavelength",
                unit.unwrap_or_default()
            )));
        }
    };
    Axis::linear(first * scale, step * scale, pixels, medium)
}

/// Air where the file, its origin or the user says nothing else: the custom of optical observatories.
fn medium(header: &Header<'_>, miles: bool, stated: Option<Medium>, metadata: &mut Metadata) -> Medium {
    match (header.text("CTYPE1").as_deref(), header.logical("VACUUM")) {
        (Some("AWAV" | "AWAV-LOG"), _) | (_, Some(false)) => return Medium::Air,
        (Some("WAVE" | "WAVE-LOG"), _) | (_, Some(true)) => return Medium::Vacuum,
        _ => {}
    }
    if miles || is_ondrejov(header) {
        return Medium::Air;
    }
    stated.unwrap_or_else(|| {
        metadata.remark("medium not stated: air assumed");
        Medium::Air
    })
}

fn describe_observation(header: &Header<'_>, metadata: &mut Metadata) {
    metadata.designation = header.text("OBJECT");
    metadata.instrument = match (header.text("TELESCOP"), header.text("INSTRUME")) {
        (Some(telescope), Some(instrument)) => Some(format!("{telescope} {instrument}")),
        (telescope, instrument) => telescope.or(instrument),
    };
    metadata.flux_unit = header.text("BUNIT");
    let from_jd = header.float("JD").or_else(|| header.float("HJD")).map(|jd| jd - 2_400_000.5);
    let from_date = || {
        let day = header.text("DATE-OBS").as_deref().and_then(mjd_of_iso)?;
        let start = header.text("UT").as_deref().and_then(sexagesimal).filter(|_| day.fract() == 0.0).unwrap_or(0.0);
        Some(day + start / 24.0)
    };
    metadata.mjd = from_jd.or_else(from_date).filter(|mjd| (0.0..100_000.0).contains(mjd));
    let hours = header.text("RA").filter(|ra| ra.contains(':')).as_deref().and_then(sexagesimal).map(|h| h * 15.0);
    let ra = hours.or_else(|| header.float("RA"));
    let dec =
        header.text("DEC").filter(|d| d.contains(':')).as_deref().and_then(sexagesimal).or_else(|| header.float("DEC"));
    let equinox = header.float("EQUINOX").unwrap_or(2000.0);
    if let (Some(ra), Some(dec)) =
        (ra.filter(|ra| (0.0..=360.0).contains(ra)), dec.filter(|d| (-90.0..=90.0).contains(d)))
    {
        let (ra, dec) = if equinox == 2000.0 {
            (ra, dec)
        } else {
            metadata.remark(&format!("position precessed from equinox {equinox:.2} to J2000"));
            to_j2000(ra, dec, equinox)
        };
        (metadata.ra, metadata.dec) = (Some(ra), Some(dec));
    }
}
