//! Errors are what they say: lines of known truth, drawn with noise and measured some thousand times.
//!
//! A pull is (measured - true) / error. Calibrated errors give pulls of mean 0 and standard deviation 1. True is what
//! the definition gives on the noise-free pixels.

use rand::Rng;

use super::width::half_maximum_width;
use super::{Continuum, Measured, Measurements, SpectralRegion, measure};
use crate::manipulation::convolve::FWHM_PER_SIGMA;
use crate::simulate::random::{generator, normal_pair};
use crate::spectrum::{Medium, Metadata, SpectralAxis, Spectrum};

#[derive(Clone, Copy, PartialEq, Debug)]
enum Shape {
    Emission,
    Absorption,
    Double,
}

/// A line on LAMOST's pixels, without noise.
struct Truth {
    shape: Shape,
    snr: f64,
    axis: SpectralAxis,
    /// Line over continuum, by wavelength.
    components: Vec<(f64, f64, f64)>,
    window: (f64, f64),
}

const LEVEL: f64 = 1000.0;
/// Peaks so far apart have a dip of a tenth between them: the line does not fall to half of its height there.
const BLENDED: f64 = 2.6;
/// And so far apart one of more than a half.
const PARTED: f64 = 3.6;
const CENTRE: f64 = 6564.6;

/// The continuum: a slope of 10 % over the stretch, or 1.
fn level(normalised: bool, w: f64) -> f64 {
    if normalised { 1.0 } else { LEVEL * (1.0 + 0.1 * (w - CENTRE) / 130.0) }
}

fn between(rng: &mut impl Rng, from: f64, to: f64) -> f64 {
    from + (to - from) * rng.random::<f64>()
}

fn log_between(rng: &mut impl Rng, from: f64, to: f64) -> f64 {
    from * (to / from).powf(rng.random::<f64>())
}

impl Truth {
    /// Emission of 0.5 to 3 times the continuum, absorption of 0.3 to 0.8 of it, 4 to 20 pixels wide, S/N 10 to 100.
    /// Two peaks are `apart` of their standard deviations apart.
    fn draw(apart: f64, rng: &mut impl Rng) -> Self {
        let axis = SpectralAxis::log10(6434f64.log10(), 1e-4, 174, Medium::Vacuum).unwrap();
        let shape = [Shape::Emission, Shape::Absorption, Shape::Double][(3.0 * rng.random::<f64>()) as usize];
        let fwhm = log_between(rng, 6.0, 30.0);
        let sigma = fwhm / FWHM_PER_SIGMA;
        let centre = CENTRE + between(rng, -1.5, 1.5);
        let height = if shape == Shape::Absorption { -between(rng, 0.3, 0.8) } else { log_between(rng, 0.5, 3.0) };
        let components = if shape == Shape::Double {
            let (narrow, apart) = (sigma / 1.6, apart * sigma / 1.6);
            let ratio = between(rng, 0.8, 1.0);
            vec![(centre - 0.5 * apart, height, narrow), (centre + 0.5 * apart, ratio * height, narrow)]
        } else {
            vec![(centre, height, sigma)]
        };
        let window = (CENTRE - 1.5 * fwhm, CENTRE + 1.5 * fwhm);
        Self { shape, snr: log_between(rng, 10.0, 100.0), axis, components, window }
    }

    fn line(&self, w: f64) -> f64 {
        self.components.iter().map(|(c, h, s)| h * (-0.5 * ((w - c) / s).powi(2)).exp()).sum()
    }

    /// Noise of photons, with its variance stated.
    fn observe(&self, normalised: bool, rng: &mut impl Rng) -> Spectrum {
        let (mut flux, mut ivar) = (Vec::new(), Vec::new());
        for &w in self.axis.wavelengths() {
            let relative = 1.0 + self.line(w);
            let sigma = level(normalised, w) * relative.sqrt() / self.snr;
            flux.push((level(normalised, w) * relative + sigma * normal_pair(rng).0) as f32);
            ivar.push(sigma.powi(-2) as f32);
        }
        Spectrum::new(self.axis.clone(), flux, Metadata::default()).unwrap().with_ivar(ivar).unwrap()
    }

    /// True equivalent width, flux, centroid and FWHM.
    fn quantities(&self, normalised: bool) -> [f64; 4] {
        let (from, to) = self.window;
        let inside = |w: &&f64| (from..=to).contains(*w);
        let x: Vec<f64> = self.axis.wavelengths().iter().filter(inside).copied().collect();
        let dx: Vec<f64> = x.iter().map(|w| w * 1e-4 * std::f64::consts::LN_10).collect();
        let f: Vec<f64> = x.iter().map(|&w| self.line(w) * level(normalised, w)).collect();
        let width: f64 = x.iter().zip(&dx).map(|(&w, dx)| -self.line(w) * dx).sum();
        let flux: f64 = f.iter().zip(&dx).map(|(f, dx)| f * dx).sum();
        let centroid = x.iter().zip(&f).zip(&dx).map(|((x, f), dx)| x * f * dx).sum::<f64>() / flux;
        let upwards: Vec<f64> = f.iter().map(|f| f * flux.signum()).collect();
        [width, flux, centroid, half_maximum_width(&x, &upwards).unwrap()]
    }

    /// True V, R, V / R and separation in km/s.
    fn peaks(&self) -> [f64; 4] {
        let top = |centre: f64| {
            let near = (-400..=400).map(|i| centre + 0.01 * f64::from(i));
            near.map(|w| (w, self.line(w))).max_by(|a, b| a.1.total_cmp(&b.1)).unwrap()
        };
        let ((v, violet), (r, red)) = (top(self.components[0].0), top(self.components[1].0));
        [violet, red, violet / red, 299_792.458 * (r - v) / (0.5 * (r + v))]
    }
}

#[derive(Default)]
struct Pulls(Vec<f64>);

impl Pulls {
    fn add(&mut self, found: Measured, truth: f64) {
        self.0.push((found.value - truth) / found.error);
    }

    /// Prints and asserts the mean to `mean`, the standard deviation to `deviation` of 1.
    fn assert(&self, what: &str, mean: f64, deviation: f64) {
        let n = self.0.len() as f64;
        let found = self.0.iter().sum::<f64>() / n;
        let spread = (self.0.iter().map(|p| (p - found).powi(2)).sum::<f64>() / (n - 1.0)).sqrt();
        println!("{what}: {n} pulls, mean {found:+.3}, standard deviation {spread:.3}");
        assert!(found.abs() < mean, "{what}: mean {found}");
        assert!((spread - 1.0).abs() < deviation, "{what}: standard deviation {spread}");
    }
}

const NAMES: [&str; 4] = ["equivalent width", "flux", "centroid", "fwhm"];

fn region(from: f64, to: f64) -> SpectralRegion {
    SpectralRegion { from, to, medium: Medium::Vacuum }
}

/// Draws `lines` and hands over each with its measurements.
fn survey(
    seed: u64,
    lines: u64,
    apart: f64,
    continuum: impl Fn(&Truth) -> Continuum,
    mut take: impl FnMut(&Truth, &Measurements),
) {
    for index in 0..lines {
        let mut rng = generator(seed, index);
        let truth = Truth::draw(apart, &mut rng);
        let continuum = continuum(&truth);
        let spectrum = truth.observe(continuum == Continuum::Normalised, &mut rng);
        take(&truth, &measure(&spectrum, &region(truth.window.0, truth.window.1), &continuum).unwrap());
    }
}

/// Pulls of the four quantities, and lines without one of them.
fn pulls(seed: u64, lines: u64, continuum: impl Fn(&Truth) -> Continuum) -> ([Pulls; 4], usize) {
    let (mut pulls, mut without) = ([const { Pulls(Vec::new()) }; 4], 0);
    survey(seed, lines, BLENDED, continuum, |truth, found| {
        let truth = truth.quantities(found.continuum.value == 1.0);
        let found = [Some(found.equivalent_width), Some(found.flux), found.centroid, found.fwhm];
        without += usize::from(found.iter().any(Option::is_none));
        for ((pulls, found), truth) in pulls.iter_mut().zip(found).zip(truth) {
            if let Some(found) = found {
                pulls.add(found, truth);
            }
        }
    });
    (pulls, without)
}

fn sides(_: &Truth) -> Continuum {
    Continuum::Straight { left: region(6436.0, 6510.0), right: region(6619.0, 6694.0) }
}

#[test]
fn errors_on_a_straight_continuum_are_calibrated() {
    let (pulls, without) = pulls(1, 4000, sides);
    for (pulls, name) in pulls.iter().zip(NAMES) {
        pulls.assert(name, 0.1, 0.1);
    }
    println!("{without} of 4000 lines lack a quantity");
    assert!(without < 120, "{without} of 4000 lines lack a quantity");
}

#[test]
fn errors_on_other_continua_are_calibrated() {
    let polynomial = |_: &Truth| Continuum::Polynomial { degree: 1, over: region(6436.0, 6694.0) };
    for (name, (pulls, _)) in
        [("normalised", pulls(2, 1500, |_| Continuum::Normalised)), ("polynomial", pulls(3, 1500, polynomial))]
    {
        for (pulls, quantity) in pulls.iter().zip(NAMES) {
            pulls.assert(&format!("{name}, {quantity}"), 0.15, 0.15);
        }
    }
}

#[test]
fn double_peaks_are_found_and_their_errors_calibrated() {
    let mut pulls = [const { Pulls(Vec::new()) }; 4];
    let (mut single, mut mistaken, mut clear, mut seen) = (0, 0, 0, 0);
    survey(4, 3000, PARTED, sides, |truth, found| {
        if truth.shape != Shape::Double {
            single += 1;
            mistaken += usize::from(found.double_peak.is_some());
            return;
        }
        // noise hides the dips of others, and those that it does not hide are no fair sample
        if truth.snr < 25.0 || truth.window.1 - truth.window.0 < 30.0 {
            return;
        }
        clear += 1;
        seen += usize::from(found.double_peak.is_some());
        if let Some(p) = found.double_peak {
            let found = [p.violet, p.red, p.ratio, p.separation];
            for ((pulls, found), truth) in pulls.iter_mut().zip(found).zip(truth.peaks()) {
                pulls.add(found, truth);
            }
        }
    });
    println!("{mistaken} of {single} single lines taken for double, {seen} of {clear} clear doubles seen");
    for (pulls, name) in pulls.iter().zip(["V", "R", "V/R", "separation"]) {
        pulls.assert(name, 0.25, 0.15);
    }
    assert!(100 * mistaken < single, "{mistaken} of {single}");
    assert!(100 * seen > 95 * clear, "{seen} of {clear}");
}
