//! Simulated surveys with a known truth.
//!
//! An ordinary spectrum is a point in the space of observed stars' principal components (`basis`,
//! from the MILES library), moved by a radial velocity, tilted by dust and calibration, and covered with
//! noise of a survey-like spread ([`SnrSpread`]). At stated [`Rates`] rare kinds are planted: emission
//! lines before the noise, artefacts after it. `metadata.truth` says which ([`Kind`]).
//!
//! Spectrum `i` depends on the seed and on `i` alone: a survey can be drawn in parallel, in pieces, in
//! bounded memory. An [`Injector`] plants the same objects in observed spectra.
//!
//! The axis is LAMOST's (vacuum, log10 step 1e-4 from 3699.8 A) but ends at 7349.7 A after 2,980 pixels
//! instead of 9099 A after 3,909, since the observed library ends at 7410 A: nothing is extrapolated.

mod artefacts;
mod basis;
mod carbon;
mod injections;
mod injector;
mod noise;
mod observed;
mod planting;
mod populations;
pub(crate) mod random;
mod template;
#[cfg(test)]
mod tests;

pub use artefacts::Artefact;
pub use injections::{Injection, Measure};
pub use injector::Injector;
pub use noise::SnrSpread;
pub use planting::{Planted, Unplantable};
pub use populations::{Kind, Rates};
pub use template::Template;

use rand::Rng;

use crate::{
    Result,
    spectrum::{Medium, Metadata, SpectralAxis, Spectrum},
};
use artefacts::Pixels;
use basis::Basis;
use injections::draw_emission;
use observed::Observed;
use populations::DrawnStar;
use random::{generator, log_normal, normal, uniform};

/// Kilometres per second.
pub(crate) const SPEED_OF_LIGHT: f64 = 299_792.458;
/// log10 of the first wavelength of LAMOST's spectra (their `COEFF0`).
const FIRST: f64 = 3.5682;
/// Pixels up to 7349.7 A.
const PIXELS: usize = 2980;
/// Instrumental resolution (FWHM) near H-alpha, Angstrom: lambda / 1800.
const RESOLUTION: f64 = 3.65;
/// Name of the layout in the metadata.
const LAYOUT: &str = "simulated";

/// A survey that does not exist.
#[derive(Debug, Clone)]
pub struct Simulation {
    count: u64,
    seed: u64,
    rates: Rates,
    snr: SnrSpread,
    axis: SpectralAxis,
}

impl Simulation {
    /// `count` spectra at the default rates and ratios.
    pub fn new(count: u64, seed: u64) -> Self {
        let axis = SpectralAxis::log10(FIRST, 1e-4, PIXELS, Medium::Vacuum).expect("a regular axis");
        Self { count, seed, rates: Rates::default(), snr: SnrSpread::default(), axis }
    }

    /// Sets how often what is planted.
    ///
    /// # Errors
    /// When the rates are no fractions of one whole.
    pub fn with_rates(mut self, rates: Rates) -> Result<Self> {
        rates.check()?;
        self.rates = rates;
        Ok(self)
    }

    /// Sets the spread of signal-to-noise ratios.
    ///
    /// # Errors
    /// When the numbers describe no spread.
    pub fn with_snr(mut self, snr: SnrSpread) -> Result<Self> {
        snr.check()?;
        self.snr = snr;
        Ok(self)
    }

    /// Number of spectra.
    pub fn count(&self) -> u64 {
        self.count
    }
    /// The rates.
    pub fn rates(&self) -> &Rates {
        &self.rates
    }
    /// The axis all its spectra share.
    pub fn axis(&self) -> &SpectralAxis {
        &self.axis
    }
    /// All spectra in order, drawn as they are asked for.
    pub fn spectra(&self) -> impl Iterator<Item = Spectrum> + '_ {
        (0..self.count).map(|i| self.spectrum(i))
    }

    /// What spectrum `i` is. The first is never a duplicate.
    pub fn kind(&self, i: u64) -> Kind {
        match self.rates.draw(&mut generator(self.seed, i)) {
            Kind::Duplicate if i == 0 => Kind::Normal,
            kind => kind,
        }
    }

    /// The spectrum that spectrum `i` repeats exactly, if it is a duplicate: an earlier one that is none.
    pub fn original(&self, i: u64) -> Option<u64> {
        let mut original = i;
        while self.kind(original) == Kind::Duplicate {
            // another stream than the star's own
            original = generator(!self.seed, original).random_range(0..original);
        }
        (original != i).then_some(original)
    }

    /// Spectrum `i`, whatever `count` is.
    pub fn spectrum(&self, i: u64) -> Spectrum {
        let Some(original) = self.original(i) else { return self.draw(i) };
        let mut copy = self.draw(original);
        copy.metadata.spectrum_id = self.name(i);
        copy.metadata.source = self.source(i);
        copy.metadata.obsid = Some(i as i64);
        copy.metadata.truth = Some(Kind::Duplicate.name().to_owned());
        copy.metadata.remark(&format!("exact copy of {}", self.name(original)));
        copy
    }

    fn name(&self, i: u64) -> String {
        format!("sim-{}-{i:09}", self.seed)
    }

    fn source(&self, i: u64) -> String {
        format!("simulated:seed={};i={i}", self.seed)
    }

    /// Spectrum `i`, which is no duplicate.
    fn draw(&self, i: u64) -> Spectrum {
        let rng = &mut generator(self.seed, i);
        let kind = match self.rates.draw(rng) {
            Kind::Duplicate => Kind::Normal,
            kind => kind,
        };
        let injection = match kind {
            Kind::Be => Some(Injection::Be),
            Kind::Double => Some(Injection::Double),
            Kind::PCygni => Some(Injection::PCygni),
            Kind::Cv => Some(Injection::Cv),
            Kind::Normal | Kind::Artefact(_) | Kind::Duplicate => None,
        };
        let wavelengths = self.axis.wavelengths();
        let star = DrawnStar::draw(Basis::get(), injection.is_some(), rng);
        let snr = self.snr.draw(rng);
        // the disc of a cataclysmic variable outshines its stars
        let veil = if kind == Kind::Cv { uniform(rng, 0.6, 1.0) } else { 0.0 };
        let mut flux = light(&star, veil, snr, rng);
        if let Some(emission) = injection.and_then(|kind| draw_emission(kind, None, rng)) {
            let observed = Observed { wavelengths, medium: Medium::Vacuum, z: star.z, resolution: RESOLUTION };
            observed.plant(&emission.lines, &mut flux);
        }
        if self.snr.systematics > 0.0 {
            noise::add_systematics(&mut flux, log_normal(rng, self.snr.systematics, 0.3), rng);
        }
        let ivar = noise::add_noise(&mut flux, wavelengths, snr, rng);
        let mut metadata = self.metadata(i, kind, &star, rng);
        let good = vec![0; flux.len()];
        let mut pixels = Pixels { flux, ivar: Some(ivar), and_mask: Some(good.clone()), or_mask: Some(good) };
        if let Kind::Artefact(artefact) = kind {
            artefact.apply(&mut pixels, &self.axis, None, rng);
        }
        noise::state_snr(&mut metadata, wavelengths, &pixels.flux, pixels.ivar.as_deref().unwrap_or_default());
        pixels.into_spectrum(self.axis.clone(), metadata).expect("all parts are as long as the axis")
    }

    fn metadata(&self, i: u64, kind: Kind, star: &DrawnStar, rng: &mut impl Rng) -> Metadata {
        let (first, last) = self.axis.range();
        let z_err = log_normal(rng, 1.5e-5, 0.5);
        // uniform on the sphere between the declinations -10 and 60 degrees
        let declination = uniform(rng, (-10f64).to_radians().sin(), 60f64.to_radians().sin()).asin().to_degrees();
        let plate = i / 3000;
        Metadata {
            spectrum_id: self.name(i),
            source: self.source(i),
            layout: LAYOUT.to_owned(),
            release: Some("simulated-1".to_owned()),
            obsid: Some(i as i64),
            ra: Some(uniform(rng, 0.0, 360.0)),
            dec: Some(declination),
            mjd: Some(59_000.0 + plate as f64),
            class: Some("STAR".to_owned()),
            subclass: Some(star.subclass.clone()),
            z: Some(star.z + z_err * normal(rng)),
            z_err: Some(z_err),
            planid: Some(format!("SIM{plate:05}")),
            spid: Some((i % 3000 / 250) as i64 + 1),
            fiberid: Some((i % 250) as i64 + 1),
            instrument: Some("simulated".to_owned()),
            has_ivar: true,
            medium: Some(Medium::Vacuum),
            wavelength_min: Some(first),
            wavelength_max: Some(last),
            pixels: Some(PIXELS as i64),
            resolution_fwhm: Some(RESOLUTION),
            truth: Some(kind.name().to_owned()),
            ..Metadata::default()
        }
    }
}

/// The star's light on the survey's pixels, without noise; `veil` is the share of a hot continuum without lines.
fn light(star: &DrawnStar, veil: f64, snr: f64, rng: &mut impl Rng) -> Vec<f32> {
    let basis = Basis::get();
    let rest = basis.compose(&star.coefficients);
    // on a logarithmic axis a radial velocity is a shift
    let shift = (FIRST - basis.first - (1.0 + star.z).log10()) / basis.step;
    let level = log_normal(rng, 100.0, 0.3) * (snr / 60.0).powf(1.3);
    let mut flux = Vec::with_capacity(PIXELS);
    for i in 0..PIXELS {
        let x = 2.0 * i as f64 / (PIXELS - 1) as f64 - 1.0;
        let tilt = (star.tilt[0] * x + star.tilt[1] * x * x).exp();
        // x spans 0.69 in ln(wavelength): a slope of -0.7 in x is the -2 of a hot disc in wavelength
        let disc = if veil > 0.0 { (-0.7 * x).exp() } else { 0.0 };
        let light = (1.0 - veil) * f64::from(cubic(&rest, i as f64 + shift).max(0.0)) + veil * disc;
        flux.push((light * level * tilt) as f32);
    }
    flux
}

/// Cubic (Catmull-Rom) interpolation at a fractional pixel, clamped to the ends.
fn cubic(values: &[f32], position: f64) -> f32 {
    let base = position.floor();
    let t = (position - base) as f32;
    let at = |offset: i64| values[(base as i64 + offset).clamp(0, values.len() as i64 - 1) as usize];
    let (p0, p1, p2, p3) = (at(-1), at(0), at(1), at(2));
    let a = 2.0 * p0 - 5.0 * p1 + 4.0 * p2 - p3;
    let b = 3.0 * (p1 - p2) + p3 - p0;
    p1 + 0.5 * t * (p2 - p0 + t * (a + t * b))
}
