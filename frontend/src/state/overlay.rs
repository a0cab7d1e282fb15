//! Other spectra made to be drawn over a first one: what each of them is by itself, and where it stands over the first.

use std::sync::Arc;

use balmer_core::spectrum::{Medium, air_to_vacuum, vacuum_to_air};
use balmer_exchange::api::SpectrumBody;

use super::{
    compare::{Levels, Name},
    continuum::median,
    decimation::visible,
    markers::redshift,
    quality::flux_range,
    roster::{Member, Why},
    smoothing::Smoothing,
    trace::Trace,
};

/// Steps of a stack are a share of the height of the chosen spectrum: half of it for a few, less for many.
const STEP: f64 = 0.5;
/// Heights of the chosen spectrum that a stack takes at most, beside its own.
const TALLEST: f64 = 6.0;

/// A spectrum to be drawn over another one, as far as the other one's medium only.
#[derive(Debug, Clone, PartialEq)]
pub struct Companion {
    /// Which it is.
    pub name: Name,
    /// What the object is called.
    pub title: String,
    /// Why it is drawn.
    pub why: Why,
    /// Day of the observation, MJD.
    pub mjd: Option<f64>,
    /// The catalogue's redshift.
    pub redshift: f64,
    /// Pixel centres in the medium of the other, Angstrom.
    pub wavelengths: Vec<f64>,
    /// The values; NaN at bad pixels.
    pub flux: Vec<f32>,
}

impl Companion {
    /// The flux of a spectrum, or the flux over its continuum, in `medium`.
    pub fn of(member: &Member, body: &SpectrumBody, normalised: bool, smoothing: Smoothing, medium: Medium) -> Self {
        let trace = Trace::of(body, normalised, smoothing);
        let convert: fn(f64) -> f64 = match (trace.medium, medium) {
            (Medium::Air, Medium::Vacuum) => air_to_vacuum,
            (Medium::Vacuum, Medium::Air) => vacuum_to_air,
            _ => |wavelength| wavelength,
        };
        Self {
            name: member.name.clone(),
            title: body.metadata.designation.clone().unwrap_or_else(|| member.name.id.clone()),
            why: member.why,
            mjd: body.metadata.mjd.filter(|mjd| mjd.is_finite()),
            redshift: redshift(body),
            wavelengths: trace.wavelengths.iter().map(|wavelength| convert(*wavelength)).collect(),
            flux: trace.flux.iter().zip(&trace.bad).map(|(v, bad)| if *bad { f32::NAN } else { *v }).collect(),
        }
    }

    /// Median of its values within `range`.
    pub fn level(&self, range: (f64, f64)) -> Option<f32> {
        level(&self.wavelengths, &self.flux, range)
    }
}

/// Median of the finite values within `range`; `None` where there are none.
pub fn level(wavelengths: &[f64], values: &[f32], range: (f64, f64)) -> Option<f32> {
    let inside = |i: &usize| (range.0..=range.1).contains(&wavelengths[*i]) && values[*i].is_finite();
    let mut values: Vec<f32> = visible(wavelengths, range).filter(inside).map(|i| values[i]).collect();
    if values.is_empty() { None } else { Some(median(&mut values)) }
}

/// What a spectrum is multiplied by so that its level is that of the first; 1 where either is not positive.
pub fn ratio(first: Option<f32>, other: Option<f32>) -> f32 {
    match (first, other) {
        (Some(first), Some(other)) if first > 0.0 && other > 0.0 => first / other,
        _ => 1.0,
    }
}

/// How spectra are laid over the first.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Manner {
    /// Where their levels are compared, Angstrom.
    pub home: (f64, f64),
    /// How they are brought together.
    pub levels: Levels,
    /// The redshift they are moved to, if they are.
    pub redshift: Option<f64>,
}

impl Manner {
    /// What the wavelengths of a spectrum at `redshift` are multiplied by. In air this is right to 1 part in a million.
    pub fn stretch(&self, redshift: f64) -> f64 {
        self.redshift.map_or(1.0, |to| (1.0 + to) / (1.0 + redshift))
    }
}

/// A spectrum over the first.
#[derive(Debug, Clone)]
pub struct Overlay {
    /// The spectrum.
    pub companion: Arc<Companion>,
    /// Its place among all, for its colour.
    pub place: usize,
    /// Its wavelengths are multiplied by this.
    pub stretch: f64,
    /// Its values are multiplied by this,
    pub scale: f32,
    /// and then raised by this.
    pub shift: f32,
}

impl Overlay {
    /// Wavelengths and values as they are drawn.
    pub fn drawn(&self) -> (Vec<f64>, Vec<f32>) {
        let Companion { wavelengths, flux, .. } = &*self.companion;
        (
            wavelengths.iter().map(|wavelength| wavelength * self.stretch).collect(),
            flux.iter().map(|value| value * self.scale + self.shift).collect(),
        )
    }
}

/// Spectra over the first, and the room they need.
#[derive(Debug, Clone, Default)]
pub struct Overlays {
    /// The spectra, the most important first.
    pub all: Vec<Overlay>,
    /// How far up the uppermost is shifted.
    pub lift: f64,
    /// The values they reach, where they stand as they are.
    pub reach: Option<(f64, f64)>,
}

impl Overlays {
    /// Lays spectra over the first.
    pub fn over(first: &Trace, companions: &[Arc<Companion>], manner: Manner) -> Self {
        let home = manner.home;
        let own_level = first.level(home);
        let height = {
            let (low, high) = first.value_range(home);
            high - low
        };
        let step = match manner.levels {
            Levels::Offset => height * STEP.min(TALLEST / companions.len().max(1) as f64),
            Levels::Matched | Levels::Own => 0.0,
        };
        let overlay = |(place, companion): (usize, &Arc<Companion>)| {
            let stretch = manner.stretch(companion.redshift);
            let scale = match manner.levels {
                Levels::Own => 1.0,
                Levels::Matched | Levels::Offset => {
                    ratio(own_level, companion.level((home.0 / stretch, home.1 / stretch)))
                }
            };
            let shift = (step * (place + 1) as f64) as f32;
            Overlay { companion: companion.clone(), place, stretch, scale, shift }
        };
        let reach = (manner.levels == Levels::Own).then(|| reach(companions, manner)).flatten();
        Self { all: companions.iter().enumerate().map(overlay).collect(), lift: step * companions.len() as f64, reach }
    }

    /// The range of values that shows them too.
    pub fn value_range(&self, (low, high): (f64, f64)) -> (f64, f64) {
        let (low, high) = self.reach.map_or((low, high), |reach| (low.min(reach.0), high.max(reach.1)));
        (low, high + self.lift)
    }
}

/// The values that spectra reach as they are.
fn reach(companions: &[Arc<Companion>], manner: Manner) -> Option<(f64, f64)> {
    let range = |companion: &Arc<Companion>| {
        let stretch = manner.stretch(companion.redshift);
        let window = (manner.home.0 / stretch, manner.home.1 / stretch);
        companion.level(window)?;
        let bad: Vec<bool> = companion.flux.iter().map(|value| !value.is_finite()).collect();
        Some(flux_range(&companion.wavelengths, &companion.flux, &bad, window))
    };
    companions.iter().filter_map(range).reduce(|a, b| (a.0.min(b.0), a.1.max(b.1)))
}

#[cfg(test)]
mod tests {
    use balmer_core::spectrum::{Metadata, SpectralAxis, Spectrum};

    use super::*;

    const HOME: (f64, f64) = (6000.0, 6049.0);

    fn body(level: f32, medium: Medium, z: f64) -> SpectrumBody {
        let axis = SpectralAxis::linear(6000.0, 1.0, 50, medium).unwrap();
        let flux = (0..50u8).map(|i| level * (1.0 + 0.01 * f32::from(i))).collect();
        let spectrum = Spectrum::new(axis, flux, Metadata { z: Some(z), ..Metadata::default() }).unwrap();
        let mut ivar = vec![4.0; 50];
        ivar[3] = 0.0;
        spectrum.with_ivar(ivar).unwrap().into()
    }

    fn companion(level: f32, medium: Medium, z: f64) -> Arc<Companion> {
        let member = Member { name: Name::new("s", "b"), why: Why::Near };
        let body = body(level, medium, z);
        Arc::new(Companion::of(&member, &body, false, Smoothing::None, Medium::Vacuum))
    }

    fn first() -> Trace {
        Trace::of(&body(10.0, Medium::Vacuum, 0.0), false, Smoothing::None)
    }

    fn over(companions: &[Arc<Companion>], levels: Levels) -> Overlays {
        Overlays::over(&first(), companions, Manner { home: HOME, levels, redshift: None })
    }

    #[test]
    fn spectra_come_to_the_level_and_medium_of_the_first() {
        let overlays = over(&[companion(2.0, Medium::Air, 0.0)], Levels::Matched);
        let (wavelengths, flux) = overlays.all[0].drawn();
        // the medium moves the range a pixel and a half
        assert!((flux[0] - 10.0).abs() < 0.2, "{}", flux[0]);
        assert!(flux[3].is_nan());
        assert!((wavelengths[0] - air_to_vacuum(6000.0)).abs() < 1e-9);
        // a level that is not positive cannot be matched
        let dark = over(&[companion(-2.0, Medium::Vacuum, 0.0)], Levels::Matched);
        assert_eq!(dark.all[0].drawn().1[0], -2.0);
    }

    #[test]
    fn a_stack_rises_step_by_step_and_has_room() {
        let three = vec![companion(2.0, Medium::Vacuum, 0.0); 3];
        let stack = over(&three, Levels::Offset);
        let shifts: Vec<f32> = stack.all.iter().map(|overlay| overlay.shift).collect();
        assert!(shifts[0] > 0.0 && (shifts[2] - 3.0 * shifts[0]).abs() < 1e-4);
        let (low, high) = first().value_range(HOME);
        assert_eq!(stack.value_range((low, high)), (low, high + stack.lift));
        assert!((stack.lift / (high - low) - 1.5).abs() < 1e-6);
        // a crowd is not higher than can be looked at
        let crowd = over(&vec![companion(2.0, Medium::Vacuum, 0.0); 100], Levels::Offset);
        assert!((crowd.lift / (high - low) - TALLEST).abs() < 1e-6);
    }

    #[test]
    fn as_they_are_they_are_within_sight() {
        let overlays = over(&[companion(200.0, Medium::Vacuum, 0.0)], Levels::Own);
        assert_eq!(overlays.all[0].drawn().1[0], 200.0);
        let (low, high) = overlays.value_range(first().value_range(HOME));
        assert!(low < 10.0 && high > 290.0, "{low} {high}");
    }

    #[test]
    fn a_template_moves_to_the_redshift_of_the_first() {
        let manner = Manner { home: HOME, levels: Levels::Matched, redshift: Some(0.002) };
        let overlays = Overlays::over(&first(), &[companion(2.0, Medium::Vacuum, 0.001)], manner);
        let (wavelengths, _) = overlays.all[0].drawn();
        assert!((wavelengths[0] - 6000.0 * 1.002 / 1.001).abs() < 1e-9);
        assert_eq!(manner.stretch(0.002), 1.0);
    }

    #[test]
    fn an_impossible_redshift_is_none() {
        assert_eq!(redshift(&body(1.0, Medium::Air, f64::NAN)), 0.0);
        assert_eq!(redshift(&body(1.0, Medium::Air, -9999.0)), 0.0);
        assert_eq!(redshift(&body(1.0, Medium::Air, 0.01)), 0.01);
    }
}
