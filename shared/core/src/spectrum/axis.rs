//! The spectral axis: wavelengths that know whether they were measured in air or in vacuum.

use serde::{Deserialize, Serialize};

use super::{air_to_vacuum, vacuum_to_air};
use crate::{Error, Result};

/// The medium in which wavelengths are stated.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Medium {
    /// Standard air: Ondrejov, MILES, most optical observatories.
    Air,
    /// Vacuum: LAMOST, SDSS.
    Vacuum,
}

impl std::fmt::Display for Medium {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Air => "air",
            Self::Vacuum => "vacuum",
        })
    }
}

/// How an axis is sampled.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Sampling {
    /// Constant step in wavelength.
    Linear,
    /// Constant step in the logarithm of the wavelength: constant velocity per pixel.
    Log,
    /// Neither: each pixel has its own wavelength.
    Irregular,
}

/// Strictly increasing pixel centres, in Angstrom, in a stated medium.
#[derive(Debug, Clone, PartialEq)]
pub struct SpectralAxis {
    wavelengths: Vec<f64>,
    medium: Medium,
    sampling: Sampling,
}

impl SpectralAxis {
    /// `pixels` centres from `start` on, `step` Angstrom apart.
    ///
    /// # Errors
    /// When the axis would not be positive, finite and increasing.
    pub fn linear(start: f64, step: f64, pixels: usize, medium: Medium) -> Result<Self> {
        let wavelengths = (0..pixels).map(|i| start + step * i as f64).collect();
        Self::checked(wavelengths, medium, Sampling::Linear)
    }

    /// `pixels` centres at `10^(start + step * i)` Angstrom: SDSS's and LAMOST's `COEFF0`, `COEFF1`.
    ///
    /// # Errors
    /// When the axis would not be positive, finite and increasing.
    pub fn log10(start: f64, step: f64, pixels: usize, medium: Medium) -> Result<Self> {
        let wavelengths = (0..pixels).map(|i| 10f64.powf(start + step * i as f64)).collect();
        Self::checked(wavelengths, medium, Sampling::Log)
    }

    /// Pixel centres as listed, in Angstrom. The sampling is recognised from the values, to a
    /// hundredth of a pixel.
    ///
    /// # Errors
    /// When the values are not positive, finite and strictly increasing, or fewer than two.
    pub fn from_wavelengths(wavelengths: Vec<f64>, medium: Medium) -> Result<Self> {
        let mut axis = Self::checked(wavelengths, medium, Sampling::Irregular)?;
        axis.sampling = recognise_sampling(&axis.wavelengths);
        Ok(axis)
    }

    fn checked(wavelengths: Vec<f64>, medium: Medium, sampling: Sampling) -> Result<Self> {
        if wavelengths.len() < 2 {
            return Err(Error::InvalidSpectrum(format!(
                "a spectral axis needs at least 2 pixels, found {}",
                wavelengths.len()
            )));
        }
        if let Some(i) = wavelengths.iter().position(|w| !(w.is_finite() && *w > 0.0)) {
            return Err(Error::InvalidSpectrum(format!("wavelength of pixel {i} is {}", wavelengths[i])));
        }
        if let Some(i) = wavelengths.windows(2).position(|w| w[1] <= w[0]) {
            return Err(Error::InvalidSpectrum(format!(
                "wavelengths must increase, but pixel {} has {} after {}",
                i + 1,
                wavelengths[i + 1],
                wavelengths[i]
            )));
        }
        Ok(Self { wavelengths, medium, sampling })
    }

    /// Pixel centres in Angstrom, increasing.
    pub fn wavelengths(&self) -> &[f64] {
        &self.wavelengths
    }
    /// Air or vacuum.
    pub fn medium(&self) -> Medium {
        self.medium
    }
    /// Linear, log or irregular.
    pub fn sampling(&self) -> Sampling {
        self.sampling
    }
    /// Number of pixels, at least 2.
    pub fn len(&self) -> usize {
        self.wavelengths.len()
    }
    /// Never true.
    pub fn is_empty(&self) -> bool {
        self.wavelengths.is_empty()
    }
    /// First and last pixel centre, in Angstrom.
    pub fn range(&self) -> (f64, f64) {
        (self.wavelengths[0], self.wavelengths[self.wavelengths.len() - 1])
    }

    /// The same pixels stated in `medium`. A regular air axis is no longer exactly regular in vacuum;
    /// its nominal sampling is kept only where it holds to a hundredth of a pixel.
    #[must_use]
    pub fn to_medium(&self, medium: Medium) -> Self {
        let convert = match (self.medium, medium) {
            (Medium::Air, Medium::Vacuum) => air_to_vacuum,
            (Medium::Vacuum, Medium::Air) => vacuum_to_air,
            _ => return self.clone(),
        };
        let wavelengths: Vec<f64> = self.wavelengths.iter().map(|&w| convert(w)).collect();
        let sampling = recognise_sampling(&wavelengths);
        Self { wavelengths, medium, sampling }
    }

    /// The axis in the rest frame of a source at redshift `z`: every wavelength divided by `1 + z`.
    ///
    /// # Errors
    /// When `z` is not finite or not above -1.
    pub fn to_rest_frame(&self, z: f64) -> Result<Self> {
        if !(z.is_finite() && z > -1.0) {
            return Err(Error::InvalidSpectrum(format!("redshift {z} is not usable")));
        }
        let wavelengths = self.wavelengths.iter().map(|w| w / (1.0 + z)).collect();
        Ok(Self { wavelengths, ..*self })
    }

    /// Width of pixel `i` in Angstrom: half the distance between its neighbours' centres.
    pub fn pixel_width(&self, i: usize) -> f64 {
        let w = &self.wavelengths;
        let (lo, hi) = (i.saturating_sub(1), (i + 1).min(w.len() - 1));
        (w[hi] - w[lo]) / (hi - lo) as f64
    }
}

/// Linear or log where every pixel stands within a hundredth of a pixel of the regular grid through
/// the end points.
fn recognise_sampling(wavelengths: &[f64]) -> Sampling {
    let regular = |value: fn(f64) -> f64| {
        let (first, last) = (value(wavelengths[0]), value(wavelengths[wavelengths.len() - 1]));
        let step = (last - first) / (wavelengths.len() - 1) as f64;
        wavelengths.iter().enumerate().all(|(i, &w)| (value(w) - first - step * i as f64).abs() < 0.01 * step)
    };
    if regular(|w| w) {
        Sampling::Linear
    } else if regular(f64::log10) {
        Sampling::Log
    } else {
        Sampling::Irregular
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sampling_is_recognised() {
        let linear = SpectralAxis::linear(3540.5, 0.9, 4300, Medium::Air).unwrap();
        let log = SpectralAxis::log10(3.5682, 1e-4, 3909, Medium::Vacuum).unwrap();
        for axis in [&linear, &log] {
            let listed = SpectralAxis::from_wavelengths(axis.wavelengths().to_vec(), axis.medium()).unwrap();
            assert_eq!(listed.sampling(), axis.sampling());
        }
    }

    #[test]
    fn a_bad_axis_is_refused_with_the_pixel() {
        let error = SpectralAxis::from_wavelengths(vec![1.0, 3.0, 2.0], Medium::Air).unwrap_err();
        assert!(error.to_string().contains("pixel 2"), "{error}");
        assert!(SpectralAxis::from_wavelengths(vec![1.0, f64::NAN], Medium::Air).is_err());
        assert!(SpectralAxis::linear(1.0, 1.0, 1, Medium::Air).is_err());
        assert!(SpectralAxis::linear(1.0, -1.0, 3, Medium::Air).is_err());
    }

    #[test]
    fn media_convert_there_and_back() {
        let air = SpectralAxis::linear(6200.0, 0.25, 2000, Medium::Air).unwrap();
        let back = air.to_medium(Medium::Vacuum).to_medium(Medium::Air);
        assert!(air.wavelengths().iter().zip(back.wavelengths()).all(|(a, b)| (a - b).abs() < 1e-9));
    }
}
