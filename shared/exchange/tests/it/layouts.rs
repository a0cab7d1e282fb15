//! A small synthetic file of every FITS layout is read as its survey means it.

use balmer_core::spectrum::{Medium, Sampling, Spectrum};
use balmer_exchange::{Format, ReadError, read_spectra};

use crate::build::*;

const NAMES: &str = "Flux Inverse Wavelength Andmask Ormask";

fn one(bytes: &[u8], source: &str) -> Spectrum {
    let mut spectra = read_spectra(bytes, source, Format::Auto).unwrap_or_else(|e| panic!("{source}: {e}"));
    assert_eq!(spectra.len(), 1, "{source}");
    spectra.remove(0)
}

fn error(bytes: &[u8]) -> ReadError {
    read_spectra(bytes, "x.fits", Format::Auto).unwrap_err()
}

fn remarks(spectrum: &Spectrum) -> &str {
    spectrum.metadata.remarks.as_deref().unwrap_or_default()
}

#[test]
fn dr1_third_row_is_flux_and_never_a_wavelength() {
    // continuum-subtracted flux that happens to rise through the optical: only its name gives it away
    let third: Vec<f64> = (0..40).map(|i| 4000.0 + f64::from(i)).collect();
    let spectrum = one(&lamost_image(-32, "Flux Inverse Subcontinuum Andmask Ormask", &third), "a/spec.fits.fits.gz");
    let m = &spectrum.metadata;
    assert_eq!((m.layout.as_str(), m.spectrum_id.as_str()), ("lamost-dr1", "spec"));
    assert_eq!(spectrum.axis().wavelengths(), grid(40));
    assert_eq!((spectrum.axis().medium(), spectrum.axis().sampling()), (Medium::Vacuum, Sampling::Log));
    assert_eq!(m.mjd, Some(55858.5), "UTC of DATE-OBS, not MJD = LMJD + 1");
    assert_eq!((m.fiberid, m.spid, m.z), (Some(7), Some(6), None));
    assert_eq!((m.snr_u, m.snr_g, m.snr_r), (Some(14.02), None, None));
    assert_eq!(remarks(&spectrum), "S/N sentinel in gr");
    // the last pixel has neither flux nor information and stays
    assert_eq!((spectrum.len(), spectrum.ivar().unwrap()[39]), (40, 0.0));
    assert_eq!((spectrum.and_mask().unwrap()[2], spectrum.or_mask().unwrap()[0]), (1, 64));
}

#[test]
fn dr2_and_dr3_rows_are_checked_against_the_header() {
    let spectrum = one(&lamost_image(-64, NAMES, &grid(40)), "spec.fits");
    assert_eq!(spectrum.metadata.layout, "lamost-dr2");
    let spectrum = one(&lamost_image(-32, "Flux, Inverse, Wavelength, Andmask, Ormask", &grid(40)), "spec.fits");
    assert_eq!((spectrum.metadata.layout.as_str(), remarks(&spectrum)), ("lamost-dr3", "S/N sentinel in gr"));
    assert_eq!(spectrum.axis().wavelengths(), grid(40), "single precision is restored from the header");

    let spectrum = one(&lamost_image(-32, NAMES, &flux(40)), "spec.fits");
    assert!(remarks(&spectrum).contains("the row of wavelengths holds none"), "{}", remarks(&spectrum));
    assert_eq!(spectrum.axis().wavelengths(), grid(40));

    let shifted: Vec<f64> = grid(40).iter().map(|w| w + 2.0).collect();
    let spectrum = one(&lamost_image(-32, NAMES, &shifted), "spec.fits");
    assert!(remarks(&spectrum).contains("pixels off COEFF0, COEFF1"), "{}", remarks(&spectrum));
}

fn dr9(wavelengths: &[f64], flux_values: Vec<f64>, ivar: Vec<f64>) -> Vec<u8> {
    let n = wavelengths.len();
    let form = format!("{n}E");
    let columns: Vec<(&str, &str, &str)> =
        ["FLUX", "IVAR", "WAVELENGTH", "ANDMASK", "ORMASK"].map(|name| (name, form.as_str(), "")).to_vec();
    let cells = flux_values.into_iter().chain(ivar).chain(wavelengths.to_vec()).chain(vec![0.0; 2 * n]);
    // the empty primary still carries the axes of the old image
    let primary = lamost(Unit::primary(16, &[], Vec::new()).card("NAXIS1", n).card("NAXIS2", 5))
        .card("OBSID", 101_001)
        .text("DATA_V", "LAMOST DR9");
    fits(vec![primary, Unit::table("COADD", 1, &columns, f32s(cells))])
}

#[test]
fn dr9_is_a_table_behind_an_empty_primary() {
    let spectrum = one(&dr9(&grid(40), flux(40), vec![1.0; 40]), "spec.fits");
    let m = &spectrum.metadata;
    assert_eq!((m.layout.as_str(), m.release.as_deref(), m.obsid), ("lamost-dr9", Some("LAMOST DR9"), Some(101_001)));
    assert_eq!(spectrum.axis().wavelengths(), grid(40));
    assert_eq!(m.resolution_fwhm, Some(3.6));

    let cut = error(&dr9(&grid(40), flux(40), vec![1.0; 40])[..2880]);
    assert!(cut.reason() == "truncated" && cut.to_string().contains("COADD"), "{cut}");
    let mut mixed = grid(40);
    mixed.swap(20, 21);
    let failure = error(&dr9(&mixed, flux(40), vec![1.0; 40]));
    assert_eq!(failure.reason(), "non-monotonic-wavelength", "{failure}");
    assert!(failure.to_string().contains("pixel 21"), "{failure}");
}

#[test]
fn spectra_without_signal_are_rejected_and_without_information_marked() {
    for flux in [vec![0.0; 40], vec![f64::NAN; 40]] {
        assert_eq!(error(&dr9(&grid(40), flux, vec![1.0; 40])).reason(), "no-signal");
    }
    let spectrum = one(&dr9(&grid(40), flux(40), vec![0.0; 40]), "spec.fits");
    assert!(remarks(&spectrum).contains("inverse variance is zero everywhere"));
    let mut some_bad = flux(40);
    some_bad[3] = f64::INFINITY;
    let spectrum = one(&dr9(&grid(40), some_bad, vec![f64::NAN; 40]), "spec.fits");
    assert!(remarks(&spectrum).contains("flux of 1 pixels is not a number"));
    assert!(spectrum.ivar().unwrap().iter().all(|v| *v == 0.0));
}

#[test]
fn medium_resolution_gives_two_spectra_and_survives_a_dead_arm() {
    let arm = |name: &str, start: f64, scale: f64| {
        let rows = (0..400).flat_map(|i| {
            let mut row = f32s([scale * (1.0 + f64::from(i % 3)), 4.0, start + 1e-5 * f64::from(i)]);
            row.extend([0, 1, 0, 0]);
            row
        });
        let columns =
            [("FLUX", "E", ""), ("IVAR", "E", ""), ("LOGLAM", "E", ""), ("ANDMASK", "I", ""), ("ORMASK", "I", "")];
        Unit::table(name, 400, &columns, rows.collect()).card("SNR", 65.28)
    };
    let file = |red: f64| {
        let primary = lamost(Unit::primary(16, &[], Vec::new()));
        fits(vec![primary, arm("COADD_B", 3.7, 1.0), arm("COADD_R", 3.8, red), arm("B-84107311", 3.7, 1.0)])
    };
    let spectra = read_spectra(&file(1.0), "med-1.fits", Format::Lamost).unwrap();
    let ids: Vec<&str> = spectra.iter().map(|s| s.metadata.spectrum_id.as_str()).collect();
    assert_eq!(ids, ["med-1-B", "med-1-R"]);
    assert_eq!((spectra[0].metadata.snr_g, spectra[1].metadata.snr_r), (Some(65.28), Some(65.28)));
    assert_eq!(spectra[1].axis().sampling(), Sampling::Log, "single precision of 2 % of a pixel is restored");
    let spectra = read_spectra(&file(0.0), "med-1.fits", Format::Auto).unwrap();
    assert_eq!(spectra.len(), 1);
    assert!(remarks(&spectra[0]).contains("left out: no-signal"), "{}", remarks(&spectra[0]));
}

#[test]
fn sdss_tables_state_resolution_and_sky_fibres_lose_their_class() {
    let rows = grid(60).into_iter().zip(flux(60)).flat_map(|(w, f)| {
        let mut row = f32s([f, w.log10(), 0.25]);
        row.extend([0, 0, 0, 1, 0, 0, 0, 3]);
        row.extend(f32s([1.0]));
        row
    });
    let columns = [
        ("flux", "E", ""),
        ("loglam", "E", ""),
        ("ivar", "E", ""),
        ("and_mask", "J", ""),
        ("or_mask", "J", ""),
        ("wdisp", "E", ""),
    ];
    let coadd = || Unit::table("COADD", 60, &columns, rows.clone().collect());
    let object = |target: &str| {
        let mut cells = format!("{:<6}{:<21}{target:<8}", "QSO", "BROADLINE").into_bytes();
        cells.extend(f32s([6.88, 0.93, 1.0, 2.0, 3.0, 4.0, -9999.0]));
        let columns = [
            ("CLASS", "6A", ""),
            ("SUBCLASS", "21A", ""),
            ("TARGETTYPE", "8A", ""),
            ("Z", "E", ""),
            ("Z_ERR", "E", ""),
            ("SN_MEDIAN", "5E", ""),
        ];
        Unit::table("SPECOBJ", 1, &columns, cells)
    };
    let primary = || {
        Unit::primary(8, &[], Vec::new())
            .text("TELESCOP", "SDSS 2.5-M")
            .card("RA", 126.48)
            .card("PLUG_RA", 127.93)
            .card("PLUG_DEC", 44.75)
            .card("MJD", 51986)
            .text("SPEC_ID", "    616993457147242496")
            .text("BUNIT", "1E-17 erg/cm^2/s/Ang")
    };
    let spectrum = one(&fits(vec![primary(), coadd(), object("SCIENCE")]), "spec-0548-51986-0001.fits");
    let m = &spectrum.metadata;
    assert_eq!((m.layout.as_str(), m.ra, m.class.as_deref()), ("sdss-spec", Some(127.93), Some("QSO")));
    assert_eq!((m.snr_u, m.snr_i, m.snr_z), (Some(1.0), Some(4.0), None));
    assert_eq!(m.obsid, Some(616_993_457_147_242_496));
    // one pixel of sigma: 2.355 x 1.46 A
    assert!((m.resolution_fwhm.unwrap() - 3.44).abs() < 0.02, "{:?}", m.resolution_fwhm);
    assert_eq!((spectrum.and_mask().unwrap()[0], spectrum.or_mask().unwrap()[0]), (1, 3));

    let sky = one(&fits(vec![primary(), coadd(), object("SKY")]), "spec.fits");
    assert_eq!((sky.metadata.class.as_deref(), sky.metadata.z), (Some("SKY"), None));
    assert!(remarks(&sky).contains("pipeline class QSO ignored"));
}

#[test]
fn spspec_rows_are_what_their_names_say() {
    let n = 30;
    let rows = flux(n).into_iter().chain(vec![-5.0; n]).chain(vec![2.0; n]).chain(vec![1.0; n]).chain(vec![0.0; n]);
    let unit = Unit::primary(-32, &[n, 5], f32s(rows))
        .text("TELESCOP", "SDSS 2.5-M")
        .text("ARRAY1", "SPECTRUM")
        .text("ARRAY2", "CONTINUUM-SUBTRACTED SPECTRUM")
        .text("ARRAY3", "ERROR")
        .text("ARRAY4", "MASK")
        .card("COEFF0", GRID.0)
        .card("COEFF1", GRID.1)
        .card("RA", 1.0)
        .card("RAOBJ", 2.0)
        .card("SPEC_CLN", 2);
    let spectrum = one(&fits(vec![unit]), "spSpec-1.fit");
    let m = &spectrum.metadata;
    assert_eq!((m.layout.as_str(), m.ra, m.class.as_deref()), ("sdss-spspec", Some(2.0), Some("GALAXY")));
    assert_eq!(spectrum.ivar().unwrap()[5], 0.25);
    assert_eq!(spectrum.axis().wavelengths(), grid(n));
}

#[test]
fn ondrejov_tables_are_in_air_without_variance() {
    let rows = (0..30).flat_map(|i| f64s([6282.0 + 0.25 * f64::from(i), 1.0 - 0.01 * f64::from(i)]));
    let columns = [("spectral", "D", "Angstrom"), ("flux", "D", "")];
    let table = Unit::table("", 30, &columns, rows.collect())
        .text("DS_IDPUB", "ivo://asu.cas.cz/stel/ccd700/uk220017")
        .text("OBJECT", "gamma Cas")
        .card("RA", 14.177)
        .card("TMID", 55887.79);
    let spectrum = one(&fits(vec![Unit::primary(8, &[], Vec::new()), table]), "uk220017.fits");
    let m = &spectrum.metadata;
    assert_eq!((m.layout.as_str(), m.designation.as_deref()), ("ondrejov", Some("gamma Cas")));
    assert_eq!((spectrum.axis().medium(), m.has_ivar, m.mjd), (Medium::Air, false, Some(55887.79)));
    assert_eq!(remarks(&spectrum), "no variance stated");
    assert_eq!(spectrum.axis().wavelengths()[29], 6282.0 + 0.25 * 29.0);
}

#[test]
fn iraf_images_linear_and_log_with_a_malformed_card() {
    let unit = |data: Vec<f64>| Unit::primary(-32, &[data.len()], f32s(data));
    let linear = unit(flux(30))
        .text("OBSERVAT", "ONDREJOV")
        .raw("GRATCWAV=                      / Central Wavelength in A")
        .raw("BADCARD = 'no closing quote")
        .raw("WCSDIM  =                    1 /2")
        .text("RA", "21:57:18.2")
        .text("DEC", "61:17:39.7")
        .card("EQUINOX", 2005.3998)
        .card("JD", 2_453_518.437_5)
        .card("CRVAL1", 6265.0)
        .card("CRPIX1", 1.0)
        .card("LTV1", -15.0)
        .card("CD1_1", 0.25);
    let spectrum = one(&fits(vec![linear]), "oe270005.fits");
    assert_eq!(spectrum.axis().range(), (6265.0, 6265.0 + 0.25 * 29.0));
    assert_eq!((spectrum.axis().medium(), spectrum.metadata.mjd), (Medium::Air, Some(53_517.937_5)));
    // astropy: FK5(equinox J2005.3998) to J2000
    let (ra, dec) = (spectrum.metadata.ra.unwrap(), spectrum.metadata.dec.unwrap());
    assert!((ra - 329.28466).abs() < 2e-3 && (dec - 61.26851).abs() < 1e-3, "{ra} {dec}");

    let log = unit(flux(30)).card("CRVAL1", GRID.0).card("CDELT1", GRID.1).card("DC-FLAG", 1);
    let spectrum = one(&fits(vec![log]), "log.fits");
    assert_eq!(spectrum.axis().wavelengths(), grid(30));
    assert!(remarks(&spectrum).contains("medium not stated: air assumed"));

    let falling = unit(flux(30)).card("CRVAL1", 7000.0).card("CDELT1", -1.0);
    let spectrum = one(&fits(vec![falling]), "falling.fits");
    assert_eq!(spectrum.axis().range(), (6971.0, 7000.0));
    assert_eq!(spectrum.flux()[29], flux(30)[0] as f32);

    let metres =
        unit(flux(30)).card("CRVAL1", "5.0E-07").card("CDELT1", "1.0E-10").text("CUNIT1", "m").text("CTYPE1", "WAVE");
    let spectrum = one(&fits(vec![metres]), "wcs.fits");
    assert!((spectrum.axis().range().0 - 5000.0).abs() < 1e-6);
    assert_eq!(spectrum.axis().medium(), Medium::Vacuum);
    assert_eq!(error(&fits(vec![unit(flux(30))])).reason(), "no-wavelength");
}

#[test]
fn miles_and_aaomega() {
    let miles = Unit::primary(-64, &[30], f64s(flux(30)))
        .text("TPLLIB", "MILES")
        .card("FWHM", 2.5)
        .card("CRVAL1", 3540.5)
        .card("CDELT1", 0.9);
    let spectrum = one(&fits(vec![miles]), "MILES_res2.50_star_m0884V.fits");
    let m = &spectrum.metadata;
    assert_eq!((m.layout.as_str(), m.designation.as_deref()), ("miles", Some("MILES m0884")));
    assert_eq!((m.resolution_fwhm, m.medium), (Some(2.5), Some(Medium::Air)));

    let aaomega = |log: bool| {
        let mut values = flux(30);
        values[29] = f64::NAN;
        let mut primary = Unit::primary(-32, &[30], f32s(values))
            .text("INSTRUME", "AAOMEGA-2dF")
            .text("GRATID", "385R")
            .card("CRVAL1", 6365.0)
            .card("CDELT1", 1.0)
            .card("CRPIX1", 16.0);
        let mut units = Vec::new();
        let variance = Unit::extension("VARIANCE", -32, &[30], f32s((0..30).map(|i| if i == 3 { -5.0 } else { 4.0 })));
        if log {
            primary = primary.card("VACUUM", "T").card("LOGSCALE", "T");
            let logs = (0..30).map(|i| (6352.0 + f64::from(i)).log10());
            units.push(Unit::extension("WAVELENGTH", -64, &[30], f64s(logs)));
        } else {
            primary = primary.card("DO_HELIO", "T");
        }
        units.insert(0, primary);
        units.push(variance);
        one(&fits(units), "eml.fits")
    };
    let air = aaomega(false);
    assert_eq!((air.axis().medium(), air.axis().range()), (Medium::Air, (6350.0, 6379.0)));
    assert_eq!((air.ivar().unwrap()[0], air.ivar().unwrap()[3], air.ivar().unwrap()[29]), (0.25, 0.0, 0.0));
    let vacuum = aaomega(true);
    assert_eq!(vacuum.axis().medium(), Medium::Vacuum);
    assert!((vacuum.axis().range().0 - 6352.0).abs() < 1e-6 && (vacuum.axis().range().1 - 6381.0).abs() < 1e-6);
    assert!(remarks(&vacuum).contains("not heliocentric"));
}
