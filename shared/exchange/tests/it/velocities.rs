//! The same star in two files stands at the same wavelengths: cross-correlation around H-alpha.
//!
//! What is honest to expect: both axes are heliocentric (LAMOST says so; Ondrejov's archive gives the
//! correction it applied), so what remains is the star's own motion (binaries), LAMOST's
//! calibration (a few km/s, in DR1 at times tens) and noise. Half a LAMOST pixel is 34.5 km/s; mixing
//! up air and vacuum would shift *every* pair by 82 km/s, a lost heliocentric correction by up to 30.

use std::path::Path;

use balmer_core::spectrum::{Medium, Spectrum};
use balmer_exchange::{Format, read_spectra};

/// km/s.
const SPEED_OF_LIGHT: f64 = 299_792.458;
/// A LAMOST pixel, km/s: 1e-4 in the logarithm.
const PIXEL: f64 = SPEED_OF_LIGHT * 1e-4 * std::f64::consts::LN_10;
const H_ALPHA: f64 = 6564.6;

pub fn read(path: &Path) -> Spectrum {
    read_spectra(&std::fs::read(path).unwrap(), path.to_str().unwrap(), Format::Auto).unwrap().remove(0)
}

/// Flux in vacuum around H-alpha, smoothed to LAMOST's resolution where it is finer.
fn around_h_alpha(spectrum: &Spectrum) -> Vec<(f64, f64)> {
    let axis = spectrum.axis().to_medium(Medium::Vacuum);
    let pairs: Vec<(f64, f64)> =
        axis.wavelengths().iter().zip(spectrum.flux()).map(|(w, f)| (*w, f64::from(*f))).collect();
    let near: Vec<(f64, f64)> = pairs.into_iter().filter(|(w, _)| (6470.0..6660.0).contains(w)).collect();
    if spectrum.metadata.resolution_fwhm.is_some_and(|fwhm| fwhm > 2.0) {
        return near;
    }
    let sigma = 3.6 / 2.355;
    let smooth = |centre: f64| {
        let weigh = |(w, f): &(f64, f64)| ((-0.5 * ((w - centre) / sigma).powi(2)).exp(), *f);
        let (sum, weight) = near.iter().map(weigh).fold((0.0, 0.0), |(s, n), (k, f)| (s + k * f, n + k));
        sum / weight
    };
    near.iter().map(|(w, _)| (*w, smooth(*w))).collect()
}

/// Flux at `grid`, divided by a straight line through both sides of H-alpha, without its mean.
fn sample(spectrum: &[(f64, f64)], grid: &[f64], velocity: f64) -> Vec<f64> {
    let shift = 1.0 + velocity / SPEED_OF_LIGHT;
    let mut values: Vec<f64> = grid
        .iter()
        .map(|w| {
            let at = w / shift;
            let i = spectrum.partition_point(|(x, _)| *x < at).clamp(1, spectrum.len() - 1);
            let ((x0, y0), (x1, y1)) = (spectrum[i - 1], spectrum[i]);
            y0 + (y1 - y0) * (at - x0) / (x1 - x0)
        })
        .collect();
    // least squares through the pixels more than 30 A from the line
    let far = grid.iter().zip(&values).filter(|(w, _)| (**w - H_ALPHA).abs() > 30.0).map(|(w, v)| (w - H_ALPHA, *v));
    let sums = far.fold([0.0; 5], |[n, x, y, xx, xy], (w, v)| [n + 1.0, x + w, y + v, xx + w * w, xy + w * v]);
    let [n, x, y, xx, xy] = sums;
    let slope = (n * xy - x * y) / (n * xx - x * x);
    let level = (y - slope * x) / n;
    values.iter_mut().zip(grid).for_each(|(v, w)| *v /= level + slope * (w - H_ALPHA));
    let mean = values.iter().sum::<f64>() / values.len() as f64;
    values.iter_mut().for_each(|v| *v -= mean);
    values
}

/// The velocity by which `b` must be shifted to match `a`, and the correlation there.
pub fn velocity(a: &Spectrum, b: &Spectrum) -> (f64, f64) {
    let (a, b) = (around_h_alpha(a), around_h_alpha(b));
    let grid: Vec<f64> = a.iter().map(|(w, _)| *w).filter(|w| (6500.0..6630.0).contains(w)).collect();
    let reference = sample(&a, &grid, 0.0);
    let dot = |x: &[f64], y: &[f64]| x.iter().zip(y).map(|(p, q)| p * q).sum::<f64>();
    let correlation = |v: f64| {
        let moved = sample(&b, &grid, v);
        dot(&reference, &moved) / (dot(&reference, &reference) * dot(&moved, &moved)).sqrt()
    };
    let tried = (-150..=150).map(|v| (f64::from(v), correlation(f64::from(v))));
    tried.max_by(|x, y| x.1.total_cmp(&y.1)).unwrap()
}

fn median(values: &[f64]) -> f64 {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    sorted[sorted.len() / 2]
}

mod real_data {
    use super::*;
    use crate::real_data::{files, folder};

    #[test]
    fn one_observation_in_two_releases_is_the_same_spectrum() {
        let root = folder();
        let folder = root.join("fixtures/lamost-dr5-dr8");
        let dr9 = read(&folder.join("spec-55859-F5902_sp01-001.fits.gz"));
        let dr7 = read(&folder.join("spec-55859-F5902_sp01-001_dr7.fits.gz"));
        assert_eq!((dr9.metadata.layout.as_str(), dr7.metadata.layout.as_str()), ("lamost-dr9", "lamost-dr3"));
        assert_eq!(dr9.axis(), dr7.axis());
        assert_eq!(velocity(&dr9, &dr7).0, 0.0);
        let folder = root.join("fixtures/lamost-dr9");
        let name = "spec-57052-EG021123N212238V01_sp16-249.fits";
        let (plain, packed) = (read(&folder.join(name)), read(&folder.join(format!("{name}.gz"))));
        assert_eq!((plain.axis(), plain.flux(), plain.ivar()), (packed.axis(), packed.flux(), packed.ivar()));
    }

    #[test]
    fn ondrejov_in_air_and_lamost_in_vacuum_agree_within_half_a_pixel() {
        let root = folder();
        let (ondrejov, lamost) = (root.join("fixtures/ondrejov"), root.join("fixtures/ondrejov-pairs"));
        let list = std::fs::read_to_string(lamost.join("cross-matched.csv")).unwrap();
        let last = |path: &str| path.rsplit('/').next().unwrap().to_owned();
        let mut pairs: Vec<(String, String)> =
            list.lines().filter_map(|line| line.split_once(',')).map(|(o, l)| (last(o), last(l))).collect();
        pairs.push(("bt-cmi-ondrejov.fits".into(), "bt-cmi-lamost.fits".into()));
        let mut shifts = Vec::new();
        for (o, l) in &pairs {
            let (shift, correlation) = velocity(&read(&lamost.join(l)), &read(&ondrejov.join(o)));
            println!("{o} {l} {shift:+} km/s, correlation {correlation:.3}");
            shifts.push((o.as_str(), shift));
        }
        assert_eq!(shifts.len(), 23);
        // UZ Lyr is an eclipsing binary; the LAMOST spectrum paired with vc250033 has S/N 4; for
        // ud090015 (HD 31894) LAMOST's pipeline measures -56 km/s too: the star or its DR1 plate moved
        let excused = ["ug230021.fits", "vc250033.fits", "ud090015.fits"];
        for (name, shift) in &shifts {
            assert!(shift.abs() <= PIXEL / 2.0 || excused.contains(name), "{name}: {shift} km/s");
        }
        // a systematic error of the conversion would show in all of them at once
        let typical = median(&shifts.iter().map(|(_, shift)| *shift).collect::<Vec<_>>());
        assert!(typical.abs() < PIXEL / 6.0, "median {typical} km/s");
    }

    #[test]
    fn repeat_observations_of_a_star_agree_within_half_a_pixel() {
        let root = folder();
        let mut seen: std::collections::BTreeMap<String, Vec<Spectrum>> = std::collections::BTreeMap::new();
        for path in files(&root.join("lamost-dr10")).iter().flat_map(|plan| files(plan)) {
            let Ok(mut spectra) = read_spectra(&std::fs::read(&path).unwrap(), path.to_str().unwrap(), Format::Lamost)
            else {
                continue;
            };
            let spectrum = spectra.remove(0);
            if spectrum.metadata.snr_r.is_some_and(|snr| snr > 50.0) {
                seen.entry(spectrum.metadata.designation.clone().unwrap()).or_default().push(spectrum);
            }
        }
        let mut shifts = Vec::new();
        for (name, spectra) in seen.iter().filter(|(_, spectra)| spectra.len() > 1) {
            for other in &spectra[1..] {
                let (shift, correlation) = velocity(&spectra[0], other);
                println!("{name} {shift:+} km/s, correlation {correlation:.3}");
                shifts.push(shift);
            }
        }
        assert!(shifts.len() >= 10, "{} repeats", shifts.len());
        // a star may move; most do not
        let within = shifts.iter().filter(|shift| shift.abs() <= PIXEL / 2.0).count();
        assert!(within * 10 >= shifts.len() * 9, "{within} of {}", shifts.len());
        assert!(median(&shifts).abs() < PIXEL / 6.0, "median {} km/s", median(&shifts));
    }
}
