//! Pixels without information, and what stands in their place.

use std::ops::Range;

use super::Mask;
use crate::spectrum::Spectrum;

/// Marks the pixels of `range` that carry no information: flux not finite, inverse variance not
/// positive or not finite, or flagged in the chosen mask. With [`Mask::Keep`] only a flux that is not finite counts.
///
/// A spectrum that states no variance, or not the chosen mask, is judged by what it does state.
/// [`Mask::Or`] includes the bits of the `and` mask: what is bad in every exposure is bad in one.
pub fn bad_pixels(spectrum: &Spectrum, range: Range<usize>, mask: Mask) -> Vec<bool> {
    let ivar = spectrum.ivar().filter(|_| mask != Mask::Keep);
    let without_information =
        |i: usize| !spectrum.flux()[i].is_finite() || ivar.is_some_and(|v| !(v[i].is_finite() && v[i] > 0.0));
    let flagged = |i: usize, bits: Option<&[u32]>| bits.is_some_and(|m| m[i] != 0);
    range
        .map(|i| {
            without_information(i)
                || match mask {
                    Mask::None | Mask::Keep => false,
                    Mask::And => flagged(i, spectrum.and_mask()),
                    Mask::Or => flagged(i, spectrum.or_mask()) || flagged(i, spectrum.and_mask()),
                }
        })
        .collect()
}

/// Replaces the bad pixels by the straight line between the nearest good ones; beyond the outermost
/// good pixels their value continues. With no good pixel nothing is changed.
pub fn interpolate_over(wavelengths: &[f64], flux: &mut [f64], bad: &[bool]) {
    let mut last_good: Option<usize> = None;
    for i in (0..flux.len()).filter(|&i| !bad[i]) {
        match last_good {
            None => {
                let value = flux[i];
                flux[..i].fill(value);
            }
            Some(l) => {
                let slope = (flux[i] - flux[l]) / (wavelengths[i] - wavelengths[l]);
                for j in l + 1..i {
                    flux[j] = flux[l] + slope * (wavelengths[j] - wavelengths[l]);
                }
            }
        }
        last_good = Some(i);
    }
    if let Some(l) = last_good {
        let value = flux[l];
        flux[l + 1..].fill(value);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::spectrum::{Medium, Metadata, SpectralAxis};

    fn spectrum(flux: Vec<f32>) -> Spectrum {
        let axis = SpectralAxis::linear(6500.0, 1.0, flux.len(), Medium::Vacuum).unwrap();
        Spectrum::new(axis, flux, Metadata::default()).unwrap()
    }

    #[test]
    fn each_kind_of_bad_pixel_is_found() {
        let s = spectrum(vec![1.0, f32::NAN, 1.0, 1.0, 1.0, 1.0, f32::INFINITY])
            .with_ivar(vec![1.0, 1.0, 0.0, -1.0, f32::NAN, 1.0, 1.0])
            .unwrap();
        assert_eq!(bad_pixels(&s, 0..7, Mask::None), [false, true, true, true, true, false, true]);
        assert_eq!(bad_pixels(&s, 2..4, Mask::None), [true, true]);
    }

    #[test]
    fn what_is_kept_needs_a_finite_flux_only() {
        let s = spectrum(vec![1.0, f32::NAN, 1.0, 1.0]).with_ivar(vec![1.0, 1.0, 0.0, f32::NAN]).unwrap();
        let s = s.with_masks(Some(vec![1; 4]), Some(vec![1; 4])).unwrap();
        assert_eq!(bad_pixels(&s, 0..4, Mask::Keep), [false, true, false, false]);
    }

    #[test]
    fn the_chosen_mask_counts() {
        let s = spectrum(vec![1.0; 3]).with_masks(Some(vec![0, 4, 0]), Some(vec![0, 0, 1])).unwrap();
        assert_eq!(bad_pixels(&s, 0..3, Mask::None), [false; 3]);
        assert_eq!(bad_pixels(&s, 0..3, Mask::And), [false, true, false]);
        assert_eq!(bad_pixels(&s, 0..3, Mask::Or), [false, true, true]);
    }

    #[test]
    fn no_stated_variance_means_no_pixel_is_bad_for_it() {
        assert_eq!(bad_pixels(&spectrum(vec![0.0, -1.0]), 0..2, Mask::And), [false; 2]);
    }

    #[test]
    fn gaps_become_straight_lines_and_ends_continue() {
        let wavelengths = [1.0, 2.0, 4.0, 5.0, 6.0, 7.0];
        let mut flux = [9.0, 1.0, f64::NAN, f64::NAN, 5.0, 1e9];
        interpolate_over(&wavelengths, &mut flux, &[true, false, true, true, false, true]);
        assert_eq!(flux, [1.0, 1.0, 3.0, 4.0, 5.0, 5.0]);
    }

    #[test]
    fn nothing_good_changes_nothing() {
        let mut flux = [1.0, 2.0];
        interpolate_over(&[1.0, 2.0], &mut flux, &[true, true]);
        assert_eq!(flux, [1.0, 2.0]);
    }
}
