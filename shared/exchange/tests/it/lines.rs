//! Lines of LAMOST DR10 measured as specutils measures them (`tests/tools/make_line_golden.py`).

mod real_data {
    use balmer_core::analysis::{Continuum, Feature, Noise, SpectralRegion, measure};
    use balmer_core::spectrum::Medium;
    use serde::Deserialize;

    use crate::real_data::folder;
    use crate::velocities::read;

    #[derive(Deserialize)]
    struct Golden {
        lamost: Vec<Case>,
    }

    #[derive(Deserialize)]
    struct Case {
        file: String,
        line: String,
        window: (f64, f64),
        left: (f64, f64),
        right: (f64, f64),
        snr: f64,
        straight: Expected,
    }

    #[derive(Deserialize)]
    struct Expected {
        flux: f64,
        equivalent_width: f64,
        centroid: f64,
        fwhm: f64,
        gaussian_fwhm: f64,
    }

    fn region((from, to): (f64, f64)) -> SpectralRegion {
        SpectralRegion { from, to, medium: Medium::Vacuum }
    }

    #[test]
    fn lines_of_lamost_equal_specutils_within_a_per_cent() {
        let golden: Golden = serde_json::from_str(include_str!("../../../../tests/golden/lines.json")).unwrap();
        assert_eq!(golden.lamost.len(), 5);
        for case in golden.lamost {
            let spectrum = read(&folder().join("lamost-dr10").join(&case.file));
            let continuum = Continuum::Straight { left: region(case.left), right: region(case.right) };
            let found = measure(&spectrum, &region(case.window), &continuum).unwrap();
            println!("{}, {}: {found:#?}", case.file, case.line);
            assert_eq!(found.snr.noise, Noise::Stated);
            let (expected, fwhm) = (&case.straight, found.fwhm.unwrap());
            let centroid = found.centroid.unwrap().value;
            assert!((centroid - expected.centroid).abs() < 0.01 * expected.fwhm, "{}: {centroid}", case.file);
            // what is taken off for the bias of noise is below a per cent where noise is low, and below the error elsewhere
            let tolerance = if case.snr > 30.0 { 0.01 * expected.fwhm } else { 0.5 * fwhm.error };
            assert!((fwhm.value - expected.fwhm).abs() < tolerance, "{}: {fwhm:?}, {}", case.file, expected.fwhm);
            // a second moment may nearly vanish where emission stands in an absorption line
            let moments = found.gaussian_fwhm.unwrap().value.powi(2) - expected.gaussian_fwhm.powi(2);
            assert!(
                moments.abs() < 0.01 * expected.fwhm.powi(2).max(expected.gaussian_fwhm.powi(2)),
                "{}: {moments}",
                case.file
            );
            for (name, found, expected) in [
                ("flux", found.flux.value, expected.flux),
                ("equivalent width", found.equivalent_width.value, expected.equivalent_width),
                ("snr", found.snr.value, case.snr),
            ] {
                let off = found / expected - 1.0;
                println!("{}, {}: {name} {found:.4}, off by {:+.3} %", case.file, case.line, 100.0 * off);
                assert!(off.abs() < 0.01, "{}, {}: {name} {found} against {expected}", case.file, case.line);
            }
        }
    }

    #[test]
    fn the_be_like_star_is_measured_in_emission() {
        let path = folder().join("lamost-dr10/HD071013S041413V01/spec-59636-HD071013S041413V01_sp02-001.fits.gz");
        let continuum = Continuum::Straight { left: region((6480.0, 6530.0)), right: region((6602.0, 6660.0)) };
        let found = measure(&read(&path), &region((6540.0, 6591.0)), &continuum).unwrap();
        assert_eq!(found.feature, Feature::Emission);
        let width = found.equivalent_width;
        assert!(width.value < -10.0 && width.error > 0.0 && width.error < 1.0, "{width:?}");
    }
}
