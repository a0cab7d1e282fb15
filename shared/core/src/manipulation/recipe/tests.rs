//! The recipe as a whole: order of steps, robustness, reasons.

use proptest::prelude::*;

use super::*;
use crate::manipulation::Scale;
use crate::spectrum::{Medium, Metadata};

fn recipe(change: impl FnOnce(&mut RecipeSpec)) -> Recipe {
    let mut spec = RecipeSpec::default();
    change(&mut spec);
    Recipe::try_from(&spec).unwrap()
}

fn lamost_axis() -> SpectralAxis {
    SpectralAxis::log10(3.5682, 1e-4, 3909, Medium::Vacuum).unwrap()
}

/// A star with H-alpha in absorption (depth of the continuum, FWHM in Angstrom) at `centre`.
fn star(axis: &SpectralAxis, centre: f64, depth: f64, fwhm: f64) -> Vec<f32> {
    let w = axis.wavelengths();
    w.iter().map(|w| (1000.0 * (1.0 - depth * (-0.5 * ((w - centre) * 2.3548 / fwhm).powi(2)).exp())) as f32).collect()
}

fn spectrum(flux: Vec<f32>) -> Spectrum {
    let n = flux.len();
    let all = vec![0; n];
    Spectrum::new(lamost_axis(), flux, Metadata::default())
        .and_then(|s| s.with_ivar(vec![1e-2; n]))
        .and_then(|s| s.with_masks(Some(all.clone()), Some(all)))
        .unwrap()
}

/// The grid pixel with the lowest feature.
fn minimum(recipe: &Recipe, row: &[f32]) -> f64 {
    let at = (0..row.len()).min_by(|&a, &b| row[a].total_cmp(&row[b])).unwrap();
    recipe.grid().wavelengths()[at]
}

#[test]
fn the_default_row_is_min_max_scaled_with_h_alpha_in_its_place() {
    let recipe = recipe(|_| {});
    let s = spectrum(star(&lamost_axis(), 6564.614, 0.5, 10.0));
    let done = recipe.extract(&s).unwrap();
    assert_eq!(done.features.len(), 140);
    assert_eq!(done.features.iter().copied().fold(f32::MAX, f32::min), -1.0);
    assert_eq!(done.features.iter().copied().fold(f32::MIN, f32::max), 1.0);
    assert!((minimum(&recipe, &done.features) - 6564.614).abs() < 1.0);
    assert_eq!((done.bad_pixels, done.spikes, done.notes), (0, 0, vec![]));
    assert_eq!(recipe.grid().range(), (6519.0, 6732.0));
    assert!((138..=141).contains(&done.window_pixels), "{}", done.window_pixels);
}

#[test]
fn an_air_spectrum_of_the_same_star_gives_the_same_row() {
    let air = SpectralAxis::linear(6400.0, 0.25, 2000, Medium::Air).unwrap();
    let vacuum = air.to_medium(Medium::Vacuum);
    let flux = star(&vacuum, 6564.614, 0.5, 12.0);
    let from_air = Spectrum::new(air, flux, Metadata::default()).unwrap();
    let from_vacuum = spectrum(star(&lamost_axis(), 6564.614, 0.5, 12.0));
    let recipe = recipe(|_| {});
    let rows = (recipe.apply(&from_air).unwrap(), recipe.apply(&from_vacuum).unwrap());
    assert!(rows.0.iter().zip(&rows.1).all(|(a, b)| (a - b).abs() < 0.02));
    // and the conversion is what does it: H-alpha 1.8 A away is another row
    let unconverted = recipe.apply(&spectrum(star(&lamost_axis(), 6564.614 - 1.813, 0.5, 12.0))).unwrap();
    assert!(rows.0.iter().zip(&unconverted).any(|(a, b)| (a - b).abs() > 0.1));
}

#[test]
fn the_rest_frame_needs_and_uses_the_redshift() {
    let recipe = recipe(|r| r.rest_frame = true);
    let z = 2e-3;
    let mut s = spectrum(star(&lamost_axis(), 6564.614 * (1.0 + z), 0.5, 10.0));
    assert_eq!(recipe.apply(&s).unwrap_err().reason(), "no-redshift");
    s.metadata.z = Some(-9999.0);
    assert_eq!(recipe.apply(&s).unwrap_err().reason(), "unusable-redshift");
    s.metadata.z = Some(z);
    let shifted = recipe.apply(&s).unwrap();
    let at_rest = recipe.apply(&{
        let mut s = spectrum(star(&lamost_axis(), 6564.614, 0.5, 10.0 / (1.0 + z)));
        s.metadata.z = Some(0.0);
        s
    });
    assert!(shifted.iter().zip(at_rest.unwrap()).all(|(a, b)| (a - b).abs() < 0.03));
}

#[test]
fn bad_pixels_are_bridged_and_counted() {
    let axis = lamost_axis();
    let clean = star(&axis, 6564.614, 0.5, 20.0);
    let at = axis.wavelengths().partition_point(|&w| w < 6650.0);
    let mut flux = clean.clone();
    let mut ivar = vec![1.0; flux.len()];
    let mut and = vec![0; flux.len()];
    flux[at] = f32::NAN;
    ivar[at + 1] = 0.0;
    flux[at + 1] = 1e9;
    and[at + 2] = 16;
    flux[at + 2] = -1e9;
    let s = Spectrum::new(axis, flux, Metadata::default())
        .and_then(|s| s.with_ivar(ivar))
        .and_then(|s| s.with_masks(Some(and), None))
        .unwrap();
    let recipe = recipe(|r| r.spike_sigma = 0.0);
    let done = recipe.extract(&s).unwrap();
    assert_eq!((done.bad_pixels, done.spikes), (3, 0));
    let expected = recipe.apply(&spectrum(clean)).unwrap();
    assert!(done.features.iter().zip(&expected).all(|(a, b)| (a - b).abs() < 1e-3));
}

#[test]
fn a_spectrum_without_variance_or_mask_is_used_and_says_so() {
    let s = Spectrum::new(lamost_axis(), star(&lamost_axis(), 6564.6, 0.5, 10.0), Metadata::default()).unwrap();
    assert_eq!(recipe(|_| {}).extract(&s).unwrap().notes, [Note::NoVariance, Note::NoMask]);
    assert_eq!(recipe(|r| r.mask = Mask::None).extract(&s).unwrap().notes, [Note::NoVariance]);
}

#[test]
fn resolutions_are_matched_or_the_spectrum_is_turned_away() {
    let recipe = recipe(|r| r.resolution_fwhm_angstrom = 10.0);
    let mut s = spectrum(star(&lamost_axis(), 6564.6, 0.5, 5.0));
    assert_eq!(recipe.apply(&s).unwrap_err().reason(), "resolution-unknown");
    s.metadata.resolution_fwhm = Some(12.0);
    assert_eq!(recipe.extract(&s).unwrap().notes, [Note::CoarserThanTarget]);
    // seen at 5 A and convolved to 10 A, or seen at 10 A: the same row
    s.metadata.resolution_fwhm = Some(5.0);
    let convolved = recipe.apply(&s).unwrap();
    let mut coarse = spectrum(star(&lamost_axis(), 6564.6, 0.25, 10.0));
    coarse.metadata.resolution_fwhm = Some(10.0);
    let seen = recipe.apply(&coarse).unwrap();
    assert!(convolved.iter().zip(&seen).all(|(a, b)| (a - b).abs() < 0.06));
}

#[test]
fn each_unusable_spectrum_is_rejected_for_its_reason() {
    let axis = lamost_axis();
    let n = axis.len();
    let reason = |recipe: &Recipe, s: &Spectrum| recipe.apply(s).unwrap_err().reason();
    let default = recipe(|_| {});
    assert_eq!(reason(&default, &spectrum(vec![0.0; n])), "no-signal");
    assert_eq!(reason(&default, &spectrum(vec![37.0; n])), "no-signal");
    assert_eq!(reason(&default, &spectrum(vec![f32::NAN; n])), "too-few-good-pixels");
    let blind = spectrum(star(&axis, 6564.6, 0.5, 10.0)).with_ivar(vec![0.0; n]).unwrap();
    assert_eq!(reason(&default, &blind), "too-few-good-pixels");
    let outside = recipe(|r| r.window_angstrom = [9000.0, 9200.0]);
    assert_eq!(reason(&outside, &spectrum(star(&axis, 6564.6, 0.5, 10.0))), "window-not-covered");
    let negative: Vec<f32> = star(&axis, 6564.6, 0.5, 10.0).iter().map(|f| -f).collect();
    let polynomial = recipe(|r| r.continuum = Continuum::Polynomial(2));
    assert_eq!(reason(&polynomial, &spectrum(negative.clone())), "continuum-not-positive");
    let median = recipe(|r| {
        r.scale = Scale::Median;
        r.continuum = Continuum::None;
    });
    assert_eq!(reason(&median, &spectrum(negative)), "median-not-positive");
}

#[test]
fn the_least_good_fraction_is_a_threshold() {
    let axis = lamost_axis();
    let flux = star(&axis, 6564.6, 0.5, 20.0);
    let start = axis.wavelengths().partition_point(|&w| w < 6620.0);
    let with_bad = |bad: usize| {
        let mut ivar = vec![1.0; flux.len()];
        ivar[start..start + bad].fill(0.0);
        spectrum(flux.clone()).with_ivar(ivar).unwrap()
    };
    let recipe = recipe(|_| {});
    assert!(recipe.apply(&with_bad(41)).is_ok());
    let rejection = recipe.apply(&with_bad(43)).unwrap_err();
    assert!(matches!(rejection, Rejection::TooFewGoodPixels { good: 96..=98, pixels: 139..=141, .. }), "{rejection}");
}

#[test]
fn pixels_left_out_of_the_axis_are_missing_ones() {
    let full = lamost_axis();
    let flux = star(&full, 6564.6, 0.5, 10.0);
    let without = |from: f64, to: f64| {
        let kept = || full.wavelengths().iter().zip(&flux).filter(|(w, _)| !(from..to).contains(*w));
        let axis = SpectralAxis::from_wavelengths(kept().map(|(w, _)| *w).collect(), Medium::Vacuum).unwrap();
        Spectrum::new(axis, kept().map(|(_, f)| *f).collect(), Metadata::default()).unwrap()
    };
    let recipe = recipe(|_| {});
    assert_eq!(recipe.extract(&without(6600.0, 6615.0)).unwrap().bad_pixels, 10);
    assert_eq!(recipe.apply(&without(6600.0, 6670.0)).unwrap_err().reason(), "too-few-good-pixels");
    // a gap that only reaches into the window counts with that part
    assert_eq!(recipe.extract(&without(6725.0, 6745.0)).unwrap().bad_pixels, 5);
    assert_eq!(recipe.extract(&without(6740.0, 6900.0)).unwrap().bad_pixels, 0);
}

#[test]
fn masked_stretches_are_bridged_as_observed_and_not_counted() {
    let axis = lamost_axis();
    let mut flux = star(&axis, 6564.614, 0.5, 10.0);
    let clean = recipe(|r| r.mask_angstrom = vec![[6600.0, 6612.0]]).extract(&spectrum(flux.clone())).unwrap();
    let sky: Vec<usize> = (0..axis.len()).filter(|&i| (6600.0..=6612.0).contains(&axis.wavelengths()[i])).collect();
    for &i in &sky {
        flux[i] = 5e4;
    }
    let masked = recipe(|r| {
        r.mask_angstrom = vec![[6600.0, 6612.0]];
        r.min_good_fraction = 1.0;
    });
    let done = masked.extract(&spectrum(flux.clone())).unwrap();
    assert_eq!(done.features, clean.features);
    let whole = recipe(|_| {}).extract(&spectrum(flux.clone())).unwrap();
    assert_eq!((done.bad_pixels, done.window_pixels), (0, whole.window_pixels - sky.len()));
    assert_ne!(whole.features, done.features);

    // the sky stays where it is when a star moves
    let mut moving = spectrum(flux);
    moving.metadata.z = Some(2e-3);
    let at_rest = |mask| recipe(|r| (r.rest_frame, r.mask_angstrom) = (true, mask)).apply(&moving).unwrap();
    let brightest = |row: &[f32]| row.iter().position(|y| *y == 1.0).unwrap();
    let seen = recipe(|_| {}).grid().wavelengths()[brightest(&at_rest(vec![]))] * (1.0 + 2e-3);
    assert!((6598.0..6614.0).contains(&seen), "{seen}");
    let row = at_rest(vec![[6598.0, 6614.0]]);
    assert!(row.iter().filter(|y| **y > 0.9).count() > 100, "the continuum is the brightest again");

    // everything masked is nothing left
    let all = recipe(|r| (r.mask_angstrom, r.min_good_fraction) = (vec![[6000.0, 7000.0]], 0.0));
    assert_eq!(all.apply(&moving).unwrap_err().reason(), "too-few-good-pixels");
}

#[test]
fn a_wrong_recipe_names_its_key_value_and_remedy() {
    type Change = fn(&mut RecipeSpec);
    let refused: [(Change, &str); 15] = [
        (|r| r.window_angstrom = [6732.0, 6519.0], "recipe.window_angstrom = [6732, 6519]"),
        (|r| r.window_angstrom = [f64::NAN, 6519.0], "recipe.window_angstrom"),
        (|r| r.pixels = 1, "recipe.pixels = 1"),
        (|r| r.resolution_fwhm_angstrom = -1.0, "recipe.resolution_fwhm_angstrom = -1"),
        (|r| r.resolution_fwhm_angstrom = 5000.0, "recipe.resolution_fwhm_angstrom = 5000"),
        (|r| r.spike_sigma = 1.0, "recipe.spike_sigma = 1"),
        (|r| r.spike_sigma = f64::NAN, "recipe.spike_sigma = NaN"),
        (|r| r.min_good_fraction = 90.0, "recipe.min_good_fraction = 90"),
        (|r| r.continuum = Continuum::Polynomial(99), "recipe.continuum = \"polynomial:99\""),
        (|r| r.continuum = Continuum::Median(1.0), "recipe.continuum = \"median:1\""),
        (|r| r.continuum = Continuum::Median(f64::INFINITY), "recipe.continuum"),
        (|r| r.components = 141, "recipe.components = 141"),
        (|r| r.pixels = usize::MAX, "recipe.pixels"),
        (|r| r.mask_angstrom = vec![[1.0, 2.0], [6584.0, 6574.0]], "recipe.mask_angstrom = [6584, 6574]"),
        (|r| r.mask_angstrom = vec![[f64::NAN, 6574.0]], "recipe.mask_angstrom"),
    ];
    for (change, start) in refused {
        let mut spec = RecipeSpec::default();
        change(&mut spec);
        let message = Recipe::try_from(&spec).unwrap_err().to_string();
        assert!(message.starts_with(start), "{message}");
        assert!(message.contains("choose") || message.contains("give"), "{message}");
    }
}

#[test]
fn the_hash_names_the_recipe() {
    let masked = recipe(|r| r.mask_angstrom = vec![[6600.0, 6612.0]]);
    assert_ne!(masked.hash(), recipe(|_| {}).hash());
    let hash = recipe(|_| {}).hash();
    assert_eq!(hash.len(), 16);
    assert!(hash.chars().all(|c| c.is_ascii_hexdigit()));
    assert_eq!(hash, recipe(|_| {}).hash());
    assert_ne!(hash, recipe(|r| r.pixels = 141).hash());
    assert_ne!(hash, recipe(|r| r.spike_sigma = 0.0).hash());
}

#[test]
fn a_window_of_a_few_wide_pixels_works() {
    let axis = SpectralAxis::linear(6000.0, 100.0, 20, Medium::Vacuum).unwrap();
    let flux = (0..20).map(|i| (i as f32).sin() + 5.0).collect();
    let s = Spectrum::new(axis, flux, Metadata::default()).unwrap();
    assert_eq!(recipe(|_| {}).apply(&s).unwrap().len(), 140);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn one_wild_pixel_hardly_changes_the_row(
        offset in -160.0..160.0f64, wild in prop::sample::select(vec![1e9f32, -1e9, 3e8, f32::MAX, 2e4]),
        depth in -0.9..0.8f64,
    ) {
        let axis = lamost_axis();
        let clean = star(&axis, 6564.614, depth, 12.0);
        let mut hit = clean.clone();
        hit[axis.wavelengths().partition_point(|&w| w < 6625.0 + offset)] += wild;
        let recipe = recipe(|_| {});
        prop_assume!(depth.abs() > 0.05);
        let (before, after) = (recipe.apply(&spectrum(clean)).unwrap(), recipe.apply(&spectrum(hit)).unwrap());
        let change = before.iter().zip(&after).map(|(a, b)| (a - b).abs()).fold(0.0, f32::max);
        prop_assert!(change < 0.1, "a feature changed by {change}");
    }

    #[test]
    fn whatever_is_in_the_file_a_row_is_finite_or_rejected(
        flux in prop::collection::vec(any::<f32>(), 400), ivar in prop::collection::vec(any::<f32>(), 400),
        scale in prop::sample::select(Scale::ALL.to_vec()), degree in 0usize..4,
    ) {
        let axis = SpectralAxis::linear(6400.0, 1.0, 400, Medium::Air).unwrap();
        let s = Spectrum::new(axis, flux, Metadata::default()).unwrap().with_ivar(ivar).unwrap();
        let recipe = recipe(|r| {
            r.scale = scale;
            r.continuum = if degree == 3 { Continuum::None } else { Continuum::Polynomial(degree) };
            r.min_good_fraction = 0.0;
        });
        if let Ok(row) = recipe.apply(&s) {
            prop_assert!(row.iter().all(|y| y.is_finite()));
        }
    }

    #[test]
    fn the_unit_of_the_flux_does_not_matter(factor in 1e-20..1e6f32, scale in prop::sample::select(vec![
        Scale::Minmax, Scale::UnitNorm, Scale::Standard, Scale::Median,
    ])) {
        let clean = star(&lamost_axis(), 6564.614, 0.5, 12.0);
        let scaled = clean.iter().map(|f| f * factor).collect();
        let recipe = recipe(|r| r.scale = scale);
        let (one, other) = (recipe.apply(&spectrum(clean)).unwrap(), recipe.apply(&spectrum(scaled)).unwrap());
        prop_assert!(one.iter().zip(&other).all(|(a, b)| (a - b).abs() < 1e-4));
    }
}

#[test]
fn the_recipe_for_artefacts_takes_every_finite_pixel_as_it_is() {
    let mut flux = vec![500.0; 3909];
    flux[1000..1600].fill(0.0);
    let dead = spectrum(flux).with_ivar(vec![0.0; 3909]).unwrap();
    let done = Recipe::try_from(&RecipeSpec::artefacts()).unwrap().extract(&dead).unwrap();
    assert_eq!((done.features.len(), done.bad_pixels), (1250, 0));
    assert!(done.features.iter().filter(|y| **y == -1.0).count() > 190);
}

#[test]
fn the_presets_are_what_the_papers_used() {
    let (first, second) = (RecipeSpec::paper_2016(), RecipeSpec::generation_2());
    assert_eq!(
        RecipeSpec { continuum: Continuum::Polynomial(2), min_good_fraction: 0.7, ..second.clone() },
        RecipeSpec::default()
    );
    for spec in [&first, &second, &RecipeSpec::spectral_types()] {
        Recipe::try_from(spec).unwrap();
    }
    // the mean LAMOST step between 6300 and 6700 A
    let recipe = Recipe::try_from(&first).unwrap();
    let axis = lamost_axis();
    let w = axis.wavelengths();
    let (lo, hi) = (w.partition_point(|&w| w < 6300.0), w.partition_point(|&w| w <= 6700.0));
    let mean = (w[hi - 1] - w[lo]) / (hi - 1 - lo) as f64;
    let step = recipe.grid().wavelengths()[1] - recipe.grid().wavelengths()[0];
    assert!((step - mean).abs() < 0.003, "{step} against {mean}");
}
