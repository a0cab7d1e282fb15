//! Smoothing for the eye: running means over a few pixels, weighted by the inverse variance where the
//! file states one. The algorithms never see it.

use std::fmt;

/// How a spectrum is smoothed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Smoothing {
    /// As observed.
    #[default]
    None,
    /// Mean over this odd number of pixels.
    Boxcar(u8),
    /// Gaussian whose full width at half maximum is this number of pixels.
    Gaussian(u8),
}

impl Smoothing {
    /// What a reader can choose.
    pub const ALL: &[Self] = &[
        Self::None,
        Self::Boxcar(3),
        Self::Boxcar(5),
        Self::Boxcar(9),
        Self::Gaussian(3),
        Self::Gaussian(5),
        Self::Gaussian(9),
    ];

    /// Its name in an address: `5` is a boxcar, `g5` a Gaussian; nothing is none.
    pub fn key(self) -> String {
        match self {
            Self::None => String::new(),
            Self::Boxcar(pixels) => pixels.to_string(),
            Self::Gaussian(pixels) => format!("g{pixels}"),
        }
    }

    /// The smoothing that an address names.
    pub fn of_key(key: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|smoothing| smoothing.key() == key)
    }

    /// Weights of the pixels to one side, the centre first.
    fn kernel(self) -> Vec<f32> {
        match self {
            Self::None => vec![1.0],
            Self::Boxcar(pixels) => vec![1.0; usize::from(pixels) / 2 + 1],
            Self::Gaussian(pixels) => {
                let half = f32::from(pixels) / 2.0;
                let weight = |i: usize| (-std::f32::consts::LN_2 * (i as f32 / half).powi(2)).exp();
                (0..=usize::from(pixels) * 3 / 2).map(weight).collect()
            }
        }
    }
}

impl fmt::Display for Smoothing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::None => f.write_str("none"),
            Self::Boxcar(pixels) => write!(f, "boxcar {pixels} px"),
            Self::Gaussian(pixels) => write!(f, "Gaussian {pixels} px"),
        }
    }
}

/// A smoothed flux and its inverse variance. Pixels that are `bad` have no weight; where no pixel within
/// reach has any, the flux stays as it was. Neighbouring pixels of the result are no longer independent.
pub fn smoothed(
    flux: &[f32],
    ivar: Option<&[f32]>,
    bad: &[bool],
    smoothing: Smoothing,
) -> (Vec<f32>, Option<Vec<f32>>) {
    if smoothing == Smoothing::None {
        return (flux.to_vec(), ivar.map(<[f32]>::to_vec));
    }
    let kernel = smoothing.kernel();
    // fluxes of 1e-17 have inverse variances whose squares leave the range of f32
    let weight = |i: usize| if bad[i] { 0.0 } else { ivar.map_or(1.0, |ivar| f64::from(ivar[i])) };
    let (mut values, mut inverse) = (Vec::with_capacity(flux.len()), Vec::with_capacity(flux.len()));
    for i in 0..flux.len() {
        let from = i.saturating_sub(kernel.len() - 1);
        let to = (i + kernel.len()).min(flux.len());
        let (mut sum, mut weights, mut variance) = (0.0f64, 0.0f64, 0.0f64);
        for j in (from..to).filter(|&j| weight(j) > 0.0) {
            let (k, w) = (f64::from(kernel[i.abs_diff(j)]), weight(j));
            sum += k * w * f64::from(flux[j]);
            weights += k * w;
            variance += k * k * w;
        }
        let any = weights > 0.0;
        values.push(if any { (sum / weights) as f32 } else { flux[i] });
        inverse.push(if any { (weights * weights / variance) as f32 } else { 0.0 });
    }
    (values, ivar.map(|_| inverse))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_survive_the_journey() {
        for smoothing in Smoothing::ALL {
            assert_eq!(Smoothing::of_key(&smoothing.key()), Some(*smoothing));
        }
        assert_eq!(Smoothing::of_key("7"), None);
    }

    #[test]
    fn a_boxcar_is_the_mean_of_its_pixels() {
        let flux = [0.0, 0.0, 9.0, 0.0, 0.0, 0.0];
        let (values, ivar) = smoothed(&flux, None, &[false; 6], Smoothing::Boxcar(3));
        assert_eq!(values, [0.0, 3.0, 3.0, 3.0, 0.0, 0.0]);
        assert_eq!(ivar, None);
    }

    #[test]
    fn the_certain_pixel_weighs_more_and_the_error_shrinks() {
        let (values, ivar) = smoothed(&[1.0, 5.0, 1.0], Some(&[1.0, 2.0, 1.0]), &[false; 3], Smoothing::Boxcar(3));
        assert_eq!(values[1], 3.0);
        assert_eq!(ivar.unwrap()[1], 4.0);
    }

    #[test]
    fn a_gaussian_has_its_width_and_keeps_the_flux() {
        let mut flux = vec![0.0f32; 41];
        flux[20] = 1.0;
        let (values, _) = smoothed(&flux, None, &[false; 41], Smoothing::Gaussian(5));
        assert!((values.iter().sum::<f32>() - 1.0).abs() < 1e-5);
        // half-way between the second and third pixel from the centre lies half of the maximum
        assert!(values[22] > 0.5 * values[20] && values[23] < 0.5 * values[20]);
    }

    #[test]
    fn bad_pixels_do_not_bleed() {
        let bad = [false, false, true, false, false];
        let (values, _) = smoothed(&[1.0, 1.0, 1e9, 1.0, 1.0], None, &bad, Smoothing::Boxcar(3));
        assert_eq!(values, [1.0; 5]);
        let (values, ivar) = smoothed(&[7.0, f32::NAN], Some(&[0.0, 0.0]), &[true; 2], Smoothing::Gaussian(3));
        assert!(values[0] == 7.0 && values[1].is_nan() && ivar == Some(vec![0.0; 2]));
    }
}
