//! The mean of a class and its spread, pixel by pixel on the grid of a first spectrum.

use std::sync::Arc;

use super::{
    compare::Levels,
    overlay::{Companion, Manner, ratio},
    trace::Trace,
};

/// Spectra that a mean is made of at most.
pub const MOST_AVERAGED: usize = 200;

/// The spectra of a class, as far as they were fetched.
#[derive(Debug, Clone, PartialEq)]
pub struct Class {
    /// What it is called.
    pub title: String,
    /// The spectra.
    pub companions: Vec<Arc<Companion>>,
    /// How many there are of the class.
    pub all: u64,
}

/// Mean and spread.
#[derive(Debug, Clone, PartialEq)]
pub struct Mean {
    /// What of.
    pub title: String,
    /// Mean of the spectra that have the pixel; NaN where less than half of them have it.
    pub mean: Vec<f32>,
    /// Standard deviation among them; NaN of a single one.
    pub sd: Vec<f32>,
    /// Spectra it is made of.
    pub of: usize,
    /// Spectra there are.
    pub all: u64,
}

impl Mean {
    /// The mean of a class on the grid of `first`: each spectrum laid over the first and interpolated linearly between
    /// its pixels. `None` of none.
    pub fn over(first: &Trace, class: &Class, manner: Manner) -> Option<Self> {
        let number = class.companions.len();
        if number == 0 {
            return None;
        }
        let own_level = first.level(manner.home);
        // running means and sums of squares, which lose nothing to the level
        let mut sums = vec![(0u32, 0.0f64, 0.0f64); first.wavelengths.len()];
        for companion in &class.companions {
            let stretch = manner.stretch(companion.redshift);
            let scale = match manner.levels {
                Levels::Own => 1.0,
                Levels::Matched | Levels::Offset => {
                    ratio(own_level, companion.level((manner.home.0 / stretch, manner.home.1 / stretch)))
                }
            };
            add(&mut sums, &first.wavelengths, companion, stretch, f64::from(scale));
        }
        let enough = number.div_ceil(2) as u32;
        let mean = |&(n, mean, _): &(u32, f64, f64)| if n >= enough { mean as f32 } else { f32::NAN };
        let sd = |&(n, _, squares): &(u32, f64, f64)| {
            if n >= enough && n > 1 { (squares / f64::from(n - 1)).sqrt() as f32 } else { f32::NAN }
        };
        Some(Self {
            title: class.title.clone(),
            mean: sums.iter().map(mean).collect(),
            sd: sums.iter().map(sd).collect(),
            of: number,
            all: class.all,
        })
    }

    /// What a legend says.
    pub fn said(&self) -> String {
        let number = if self.all > self.of as u64 {
            format!("{} of {} spectra", self.of, self.all)
        } else if self.of == 1 {
            "1 spectrum".to_owned()
        } else {
            format!("{} spectra", self.of)
        };
        format!("{}: mean ± 1 sd of {number}", self.title)
    }
}

/// Adds a spectrum to the sums at each wavelength that lies between two of its good pixels.
fn add(sums: &mut [(u32, f64, f64)], grid: &[f64], companion: &Companion, stretch: f64, scale: f64) {
    let (wavelengths, flux) = (&companion.wavelengths, &companion.flux);
    let mut after = 0;
    for (sum, at) in sums.iter_mut().zip(grid) {
        let at = at / stretch;
        while after < wavelengths.len() && wavelengths[after] < at {
            after += 1;
        }
        let Some(high) = wavelengths.get(after) else { return };
        let value = if *high == at {
            f64::from(flux[after])
        } else {
            let Some(before) = after.checked_sub(1) else { continue };
            let low = wavelengths[before];
            let t = (at - low) / (high - low);
            f64::from(flux[before]) * (1.0 - t) + f64::from(flux[after]) * t
        };
        if value.is_finite() {
            let (n, mean, squares) = sum;
            *n += 1;
            let value = value * scale;
            let off = value - *mean;
            *mean += off / f64::from(*n);
            *squares += off * (value - *mean);
        }
    }
}

#[cfg(test)]
mod tests {
    use balmer_core::spectrum::{Medium, Metadata, SpectralAxis, Spectrum};

    use super::*;
    use crate::state::{compare::Name, roster::Why, smoothing::Smoothing};

    fn first() -> Trace {
        let axis = SpectralAxis::linear(6000.0, 1.0, 10, Medium::Vacuum).unwrap();
        let spectrum = Spectrum::new(axis, vec![10.0; 10], Metadata::default()).unwrap();
        Trace::of(&spectrum.into(), false, Smoothing::None)
    }

    fn companion(start: f64, flux: &[f32]) -> Arc<Companion> {
        Arc::new(Companion {
            name: Name::new("s", "a"),
            title: "a".into(),
            why: Why::Set,
            mjd: None,
            redshift: 0.0,
            wavelengths: (0..flux.len()).map(|i| start + i as f64).collect(),
            flux: flux.to_vec(),
        })
    }

    fn mean(companions: Vec<Arc<Companion>>, levels: Levels) -> Mean {
        let class = Class { title: "label be".into(), all: 7, companions };
        Mean::over(&first(), &class, Manner { home: (6000.0, 6009.0), levels, redshift: None }).unwrap()
    }

    #[test]
    fn the_mean_and_spread_are_those_of_the_textbook() {
        let found = mean([1.0, 2.0, 6.0].map(|level| companion(5999.5, &[level; 11])).to_vec(), Levels::Own);
        // the mean of 1, 2 and 6, and the square root of 7
        assert!(found.mean.iter().all(|value| (value - 3.0).abs() < 1e-6), "{:?}", found.mean);
        assert!(found.sd.iter().all(|value| (value - 7f32.sqrt()).abs() < 1e-6), "{:?}", found.sd);
        assert_eq!(found.said(), "label be: mean ± 1 sd of 3 of 7 spectra");
    }

    #[test]
    fn matched_spectra_differ_in_shape_only() {
        let found = mean([1.0, 2.0, 6.0].map(|level| companion(5999.5, &[level; 11])).to_vec(), Levels::Matched);
        assert!(found.mean.iter().all(|value| (value - 10.0).abs() < 1e-5));
        assert!(found.sd.iter().all(|value| value.abs() < 1e-5));
    }

    #[test]
    fn values_are_taken_between_the_pixels_and_never_from_a_bad_one() {
        let ramp: Vec<f32> = (0..11u8).map(f32::from).collect();
        let mut gap = ramp.clone();
        gap[4] = f32::NAN;
        let found = mean(vec![companion(5999.5, &ramp)], Levels::Own);
        assert!((found.mean[0] - 0.5).abs() < 1e-6 && found.sd[0].is_nan());
        let found = mean(vec![companion(5999.5, &gap)], Levels::Own);
        assert!(found.mean[3].is_nan() && found.mean[4].is_nan() && !found.mean[5].is_nan());
    }

    #[test]
    fn where_less_than_half_of_them_reach_there_is_no_mean() {
        let (short, long) = (companion(6000.0, &[2.0; 4]), companion(6000.0, &[2.0; 10]));
        let found = mean(vec![short.clone(), short.clone(), long.clone()], Levels::Own);
        assert!(!found.mean[3].is_nan() && found.mean[4].is_nan());
        let found = mean(vec![short, long.clone(), long], Levels::Own);
        assert!(!found.mean[9].is_nan());
    }
}
