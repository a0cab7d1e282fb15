//! What is planted is as strong as stated, where it belongs, and as noisy as it must be.

use super::*;
use crate::{
    analysis::{LineMeasurement, LineRequest},
    simulate::{Injector, random::generator},
    spectrum::{Metadata, SpectralAxis},
};

/// The continuum of hosts, and its variance.
const LEVEL: f64 = 400.0;
const VARIANCE: f64 = 16.0;

/// A flat continuum on LAMOST's pixels with normal noise, if any.
fn host(z: f64, medium: Medium, noise: Option<u64>) -> Spectrum {
    let axis = SpectralAxis::log10(3.5682, 1e-4, 3909, Medium::Vacuum).unwrap().to_medium(medium);
    let mut flux = vec![LEVEL as f32; axis.len()];
    if let Some(seed) = noise {
        let rng = &mut generator(seed, 0);
        for flux in &mut flux {
            *flux += (VARIANCE.sqrt() * normal(rng)) as f32;
        }
    }
    let ivar = vec![VARIANCE.recip() as f32; axis.len()];
    let metadata = Metadata { z: Some(z), resolution_fwhm: Some(3.65), ..Metadata::default() };
    Spectrum::new(axis, flux, metadata).unwrap().with_ivar(ivar).unwrap()
}

fn bare(spectrum: &Spectrum) -> Spectrum {
    Spectrum::new(spectrum.axis().clone(), spectrum.flux().to_vec(), spectrum.metadata.clone()).unwrap()
}

fn injector(kind: Injection, strength: f64) -> Injector {
    Injector::new(vec![kind], 5).unwrap().with_strength([strength, strength]).unwrap()
}

fn measured(spectrum: &Spectrum, reach: f64) -> LineMeasurement {
    // a spectrum without noise states none
    let ivar = spectrum.ivar().map_or_else(|| vec![1.0; spectrum.len()], <[f32]>::to_vec);
    let spectrum = &bare(spectrum).with_ivar(ivar).unwrap();
    LineRequest::about(H_ALPHA, Medium::Vacuum, (-reach, reach), 60.0).measure(spectrum).unwrap()
}

#[test]
fn the_equivalent_width_is_the_strength() {
    for (kind, reach) in [(Injection::Be, 40.0), (Injection::Double, 40.0)] {
        for (i, strength) in [0.5, 3.0, 20.0, 60.0].into_iter().enumerate() {
            for medium in [Medium::Vacuum, Medium::Air] {
                let planted = injector(kind, strength).plant(i as u64, &bare(&host(3e-4, medium, None))).unwrap();
                assert_eq!(planted.strength.map(|s| (s * 1e9).round() / 1e9), Some(strength));
                let line = measured(&planted.spectrum, reach);
                let width = -line.measurements.equivalent_width.value;
                assert!((width / strength - 1.0).abs() < 0.005, "{kind} {medium:?}: {width} of {strength}");
                // it moves with the star, but for the lopsidedness of the profile
                let velocity = line.velocity.unwrap().value - 3e-4 * 299_792.458;
                assert!(velocity.abs() < if kind == Injection::Be { 22.0 } else { 120.0 }, "{kind} {velocity} km/s");
            }
        }
    }
}

#[test]
fn measured_strengths_scatter_as_their_errors_say() {
    let pulls: Vec<f64> = (0..300)
        .map(|i| {
            let planted = injector(Injection::Be, 12.0).plant(i, &host(0.0, Medium::Vacuum, Some(i))).unwrap();
            let width = measured(&planted.spectrum, 30.0).measurements.equivalent_width;
            (-width.value - 12.0) / width.error
        })
        .collect();
    let mean = pulls.iter().sum::<f64>() / 300.0;
    let scatter = (pulls.iter().map(|p| (p - mean).powi(2)).sum::<f64>() / 299.0).sqrt();
    assert!(mean.abs() < 0.2 && (0.85..1.15).contains(&scatter), "mean {mean}, scatter {scatter}");
}

#[test]
fn no_line_is_narrower_than_the_instrument() {
    let mut coarse = bare(&host(0.0, Medium::Vacuum, None));
    for fwhm in [3.65, 9.0] {
        coarse.metadata.resolution_fwhm = Some(fwhm);
        let planted = injector(Injection::Be, 10.0).plant(1, &coarse).unwrap();
        let width = measured(&planted.spectrum, 50.0).measurements.gaussian_fwhm.unwrap().value;
        // profiles of Be stars are 3.1 to 7.7 A wide (FWHM) before the instrument sees them
        assert!(width > fwhm.hypot(3.0) && width < fwhm.hypot(8.0), "{width} A at {fwhm} A");
    }
}

#[test]
fn photons_of_the_line_are_noisy() {
    let known = host(0.0, Medium::Vacuum, None);
    let mut pulls = Vec::new();
    for i in 0..40 {
        let injector = injector(Injection::Be, 60.0);
        let [noisy, clean] = [&known, &bare(&known)].map(|host| injector.plant(i, host).unwrap().spectrum);
        assert!(clean.metadata.remarks.as_ref().unwrap().contains("adds no noise"));
        for j in 0..known.len() {
            let after = f64::from(noisy.ivar().unwrap()[j]).recip();
            let light = f64::from(clean.flux()[j]) / LEVEL;
            assert!((after / VARIANCE / light.max(1.0) - 1.0).abs() < 1e-3, "{after} at {light}");
            if light > 1.02 {
                pulls.push((f64::from(noisy.flux()[j]) - f64::from(clean.flux()[j])) / (after - VARIANCE).sqrt());
            } else if light == 1.0 {
                assert_eq!(noisy.flux()[j], known.flux()[j]);
            }
        }
    }
    let n = pulls.len() as f64;
    let scatter = (pulls.iter().map(|p| p * p).sum::<f64>() / n).sqrt();
    assert!(n > 1000.0 && (scatter - 1.0).abs() < 0.05, "{n} {scatter}");
}

/// A star of another slope with a line of 20 A, every wavelength at rest.
fn template() -> Template {
    let axis = SpectralAxis::log10(3.56, 1e-4, 4100, Medium::Vacuum).unwrap();
    let line = |w: f64| 20.0 / (4.0 * std::f64::consts::TAU.sqrt()) * (-0.5 * ((w - H_ALPHA) / 4.0).powi(2)).exp();
    let flux = axis.wavelengths().iter().map(|w| (1e-3 * (9500.0 - w) * (1.0 + line(*w))) as f32).collect();
    let metadata = Metadata { spectrum_id: "be".into(), resolution_fwhm: Some(2.0), ..Metadata::default() };
    Template::new(&Spectrum::new(axis, flux, metadata).unwrap()).unwrap()
}

#[test]
fn a_template_is_mixed_in_by_its_share() {
    for share in [1.0, 0.4] {
        let injector = Injector::new(vec![Injection::Be], 5).unwrap().with_templates(vec![template()]).unwrap();
        let injector = injector.with_strength([share, share]).unwrap();
        let (mut widths, mut pulls) = (Vec::new(), Vec::new());
        for i in 0..30 {
            let planted = injector.plant(i, &host(5e-4, Medium::Vacuum, Some(i))).unwrap().spectrum;
            let line = measured(&planted, 40.0);
            widths.push(-line.measurements.equivalent_width.value);
            let velocity = line.velocity.unwrap();
            assert!((velocity.value - 149.9).abs() < 5.0 * velocity.error, "{velocity:?}");
            let far = (0..planted.len()).filter(|&j| (7000.0..8000.0).contains(&planted.axis().wavelengths()[j]));
            let ivar = planted.ivar().unwrap();
            pulls.extend(far.map(|j| (f64::from(planted.flux()[j]) - LEVEL) * f64::from(ivar[j]).sqrt()));
        }
        let width = widths.iter().sum::<f64>() / widths.len() as f64;
        assert!((width - 20.0 * share).abs() < 0.5, "{width} A of {share}");
        let scatter = (pulls.iter().map(|p| p * p).sum::<f64>() / pulls.len() as f64).sqrt();
        assert!((scatter - 1.0).abs() < 0.05, "as noisy as the host: {scatter}");
    }
    let short = SpectralAxis::linear(3000.0, 1.0, 8000, Medium::Vacuum).unwrap();
    let long = Spectrum::new(short, vec![1.0; 8000], Metadata::default()).unwrap();
    let injector = Injector::new(vec![Injection::Be], 5).unwrap().with_templates(vec![template()]).unwrap();
    assert_eq!(injector.plant(0, &long).unwrap_err().reason(), "template-too-short");
}

#[test]
fn a_carbon_star_has_bands() {
    let planted = injector(Injection::Carbon, 0.9).plant(0, &host(0.0, Medium::Air, Some(3))).unwrap().spectrum;
    let level = |from: f64, to: f64| {
        let inside = (0..planted.len()).filter(|&i| (from..to).contains(&planted.axis().wavelengths()[i]));
        median(inside.map(|i| planted.flux()[i])) / LEVEL
    };
    assert!(level(5140.0, 5164.0) < 0.5 && level(5170.0, 5200.0) > 0.9, "C2 at 5165 A");
    assert!(level(6632.0, 6645.0) < 0.85 * level(6600.0, 6630.0), "CN at 6631 A");
    assert_eq!(planted.metadata.truth.as_deref(), Some("carbon"));
}

#[test]
fn artefacts_of_a_strength_stand_so_high() {
    for i in 0..40 {
        let host = host(0.0, Medium::Vacuum, None);
        let planted = injector(Injection::Artefact, 50.0).plant(i, &host).unwrap();
        let highest = planted.spectrum.flux().iter().map(|f| (f64::from(*f) - LEVEL).abs()).fold(0.0, f64::max);
        // hits and lines may fall on one another
        assert!((0.4 * 200.0..2.5 * 200.0).contains(&highest) && planted.strength == Some(50.0), "{highest}");
        assert!(["cosmic-ray", "sky-residual"].contains(&planted.spectrum.metadata.truth.as_deref().unwrap()));
    }
}

#[test]
fn what_cannot_be_planted_in_says_why() {
    let reason = |host: &Spectrum| injector(Injection::Double, 5.0).plant(0, host).unwrap_err().reason();
    let good = host(0.0, Medium::Vacuum, None);
    let blue = SpectralAxis::linear(4000.0, 1.0, 500, Medium::Air).unwrap();
    assert_eq!(reason(&Spectrum::new(blue, vec![1.0; 500], Metadata::default()).unwrap()), "line-outside");
    let dark = Spectrum::new(good.axis().clone(), vec![0.0; good.len()], Metadata::default()).unwrap();
    assert_eq!(reason(&dark), "no-continuum");
    let near = |i: usize| (good.axis().wavelengths()[i] - H_ALPHA).abs() < 8.0;
    let ivar = (0..good.len()).map(|i| if near(i) { 0.0 } else { 1.0 }).collect();
    assert_eq!(reason(&bare(&good).with_ivar(ivar).unwrap()), "too-few-good-pixels");
}

#[test]
fn what_becomes_of_a_spectrum_depends_on_seed_and_number() {
    let host = host(0.0, Medium::Vacuum, Some(1));
    let all = |seed| Injector::new(Injection::ALL.to_vec(), seed).unwrap();
    let kinds: std::collections::BTreeSet<String> =
        (0..60).map(|i| all(1).plant(i, &host).unwrap().spectrum.metadata.truth.unwrap()).collect();
    assert!(kinds.len() > 7, "{kinds:?}");
    assert_eq!(all(1).plant(7, &host), all(1).plant(7, &host));
    assert_ne!(all(1).plant(7, &host).unwrap().spectrum.flux(), all(2).plant(7, &host).unwrap().spectrum.flux());
    assert_eq!(all(3).turn(9), all(3).turn(9));
    assert_ne!(all(3).turn(9), all(3).turn(10));
    let snr = all(1).plant(0, &host).unwrap().snr.unwrap();
    assert!((snr - LEVEL / VARIANCE.sqrt()).abs() < 3.0, "{snr}");
}

#[test]
fn strengths_that_are_none_are_refused() {
    let lines = || Injector::new(vec![Injection::Be, Injection::Cv], 0).unwrap();
    for ends in [[0.0, 3.0], [5.0, 3.0], [f64::NAN, 3.0], [1.0, 1e9]] {
        assert!(lines().with_strength(ends).unwrap_err().to_string().contains("equivalent widths"), "{ends:?}");
    }
    let share = Injector::new(vec![Injection::Carbon], 0).unwrap().with_strength([0.5, 2.0]).unwrap_err();
    assert!(share.to_string().contains("shares of the light, above 0 and up to 1"), "{share}");
    let mixed = Injector::new(Injection::ALL.to_vec(), 0).unwrap().with_strength([0.5, 1.0]).unwrap_err();
    assert!(mixed.to_string().contains("not measured alike"), "{mixed}");
    assert!(lines().with_templates(vec![template()]).is_err() && Injector::new(Vec::new(), 0).is_err());
}
