//! What is planted is there, and nothing else is.

use std::collections::BTreeMap;

use super::{basis::Basis, *};
use crate::{
    engine::{CpuEngine, Unobserved},
    manipulation::{Recipe, RecipeSpec},
    pipeline::{self, PipelineSpec, Plan, tests::ready},
};

const H_ALPHA: f64 = 6564.614;

/// Rates with nothing but `kind`.
fn only(set: impl Fn(&mut Rates)) -> Rates {
    let mut rates = Rates::none();
    set(&mut rates);
    rates
}

/// A survey of very good spectra of one kind.
fn clean(set: impl Fn(&mut Rates)) -> Simulation {
    let snr = SnrSpread { median: 1000.0, sigma: 0.0, floor: 5.0, systematics: 0.0 };
    Simulation::new(60, 3).with_rates(only(set)).unwrap().with_snr(snr).unwrap()
}

/// Equivalent width of emission (negative for absorption) within `reach` A of H-alpha at rest, and the
/// mean relative excess at `offset` km/s.
fn h_alpha(spectrum: &Spectrum, reach: f64) -> (f64, impl Fn(f64) -> f64) {
    let z = spectrum.metadata.z.unwrap();
    let center = spectrum.axis().to_medium(Medium::Vacuum).wavelengths().to_vec();
    let offset: Vec<f64> = center.iter().map(|w| w / (1.0 + z) - H_ALPHA).collect();
    let mut beside: Vec<f32> = (0..spectrum.len())
        .filter(|&i| (reach..reach + 40.0).contains(&offset[i].abs()))
        .map(|i| spectrum.flux()[i])
        .collect();
    beside.sort_by(f32::total_cmp);
    let continuum = f64::from(beside[beside.len() / 2]);
    let excess: Vec<f64> = spectrum.flux().iter().map(|&f| f64::from(f) / continuum - 1.0).collect();
    let width = (0..spectrum.len())
        .filter(|&i| offset[i].abs() < reach)
        .map(|i| excess[i] * spectrum.axis().pixel_width(i))
        .sum();
    let at = move |velocity: f64| {
        let nearest = (0..offset.len())
            .min_by(|&a, &b| {
                let distance = |i: usize| (offset[i] - H_ALPHA * velocity / SPEED_OF_LIGHT).abs();
                distance(a).total_cmp(&distance(b))
            })
            .unwrap();
        excess[nearest]
    };
    (width, at)
}

#[test]
fn a_spectrum_depends_on_seed_and_index_only() {
    let survey = Simulation::new(100, 7);
    let forward: Vec<Spectrum> = survey.spectra().collect();
    for i in (0..100).rev() {
        assert_eq!(Simulation::new(5, 7).spectrum(i), forward[i as usize]);
    }
    assert_ne!(Simulation::new(100, 8).spectrum(0).flux(), forward[0].flux());
    let first = &forward[0];
    assert_eq!((first.len(), first.metadata.pixels), (2980, Some(2980)));
    assert!((first.axis().range().0 - 3699.98).abs() < 0.01, "{:?}", first.axis().range());
    assert!((first.axis().range().1 - 7346.0).abs() < 5.0, "{:?}", first.axis().range());
}

#[test]
fn rates_are_kept_to_four_standard_deviations() {
    let n = 50_000_u64;
    let survey = Simulation::new(n, 1);
    let mut counts: BTreeMap<Kind, u64> = BTreeMap::new();
    (0..n).for_each(|i| *counts.entry(survey.kind(i)).or_default() += 1);
    for kind in Kind::ALL {
        let expected = survey.rates().of(kind) * n as f64;
        let found = counts.get(&kind).copied().unwrap_or(0) as f64;
        assert!(
            expected > 0.0 && (found - expected).abs() < 4.0 * expected.sqrt() + 1.0,
            "{kind}: {found}, {expected}"
        );
    }
}

#[test]
fn truth_is_the_kind_and_names_read_back() {
    let survey = Simulation::new(400, 5);
    for i in 0..400 {
        let truth = survey.spectrum(i).metadata.truth.unwrap();
        assert_eq!(truth.parse::<Kind>().unwrap(), survey.kind(i));
    }
    assert!("bee".parse::<Kind>().unwrap_err().to_string().contains("p-cygni"));
}

#[test]
fn duplicates_are_exact_copies_of_earlier_spectra() {
    let survey = Simulation::new(300, 2).with_rates(only(|r| r.duplicate = 0.5)).unwrap();
    let mut copies = 0;
    for i in 0..300 {
        let spectrum = survey.spectrum(i);
        assert_eq!(spectrum.metadata.spectrum_id, format!("sim-2-{i:09}"));
        if let Some(original) = survey.original(i) {
            assert!(original < i && survey.original(original).is_none());
            let source = survey.spectrum(original);
            assert_eq!((spectrum.flux(), spectrum.ivar()), (source.flux(), source.ivar()));
            assert_eq!(source.metadata.truth.as_deref(), Some("normal"));
            copies += 1;
        }
    }
    assert!((110..190).contains(&copies), "{copies}");
    assert_eq!(survey.original(0), None);
}

#[test]
fn impossible_rates_and_ratios_are_refused() {
    assert!(Simulation::new(1, 0).with_rates(only(|r| r.be = -0.1)).is_err());
    let error = Simulation::new(1, 0).with_rates(only(|r| (r.be, r.cv) = (0.6, 0.6))).unwrap_err();
    assert!(error.to_string().contains("1.2 in all"), "{error}");
    assert!(Simulation::new(1, 0).with_snr(SnrSpread { median: f64::NAN, ..SnrSpread::default() }).is_err());
}

#[test]
fn the_basis_holds_real_stars() {
    let basis = Basis::get();
    assert!(basis.stars.len() > 900 && basis.components.len() == 20);
    for star in &basis.stars {
        assert!(star.coefficients.iter().all(|c| c.is_finite()) && star.letter < 7 && star.digit < 10);
        assert!(star.neighbors.iter().all(|&n| n < basis.stars.len()));
    }
    // ordinary stars absorb at H-alpha, and hydrogen is strongest in A stars
    let mut by_type: BTreeMap<char, Vec<f64>> = BTreeMap::new();
    for spectrum in clean(|_| {}).spectra() {
        let letter = spectrum.metadata.subclass.clone().unwrap().chars().next().unwrap();
        by_type.entry(letter).or_default().push(h_alpha(&spectrum, 30.0).0);
    }
    let mean = |letter| by_type[&letter].iter().sum::<f64>() / by_type[&letter].len() as f64;
    assert!(mean('A') < mean('F') && mean('F') < mean('G') && mean('G') < 0.0, "{by_type:?}");
}

#[test]
fn planted_lines_have_the_shape_of_their_kind() {
    for spectrum in clean(|r| r.be = 1.0).spectra() {
        let (width, at) = h_alpha(&spectrum, 30.0);
        // up to 50 A of emission, less what an A star absorbs
        assert!((-8.0..55.0).contains(&width), "be {width}");
        assert!(at(0.0) > at(500.0) && at(0.0) > at(-500.0));
    }
    let doubled = clean(|r| r.double = 1.0);
    let dip = |s: &Spectrum| {
        let (_, at) = h_alpha(s, 30.0);
        let peak = (100..=350).step_by(25).map(|v| at(f64::from(v)).min(at(-f64::from(v)))).fold(f64::MIN, f64::max);
        peak > at(0.0)
    };
    assert!(doubled.spectra().filter(dip).count() > 50, "two peaks with a dip between them");
    for spectrum in clean(|r| r.p_cygni = 1.0).spectra() {
        let (_, at) = h_alpha(&spectrum, 30.0);
        let deepest = (150..=500).step_by(25).map(|v| at(-f64::from(v))).fold(f64::MAX, f64::min);
        assert!(at(0.0) > 0.15 && deepest < 0.0 && at(0.0) > at(300.0), "{} {deepest}", at(0.0));
    }
    for spectrum in clean(|r| r.cv = 1.0).spectra() {
        assert!(h_alpha(&spectrum, 100.0).0 > 15.0);
    }
}

#[test]
fn artefacts_do_what_they_are_called() {
    let zero = clean(|r| r.zero = 1.0).spectrum(0);
    assert!(zero.flux().iter().all(|&f| f == 0.0) && zero.ivar().unwrap().iter().all(|&v| v == 0.0));
    assert_eq!(zero.metadata.snr_r, Some(0.0));
    let flat = clean(|r| r.flat = 1.0).spectrum(0);
    assert!(flat.flux().windows(2).all(|w| w[0] == w[1]) && flat.flux()[0] > 0.0);
    let recipe = Recipe::try_from(&RecipeSpec::default()).unwrap();
    assert_eq!(recipe.apply(&flat).unwrap_err().reason(), "no-signal");
    assert!(recipe.apply(&zero).is_err());

    let jump = |s: &Spectrum, from: f64, to: f64| {
        let mut flux: Vec<f32> = s
            .axis()
            .wavelengths()
            .iter()
            .zip(s.flux())
            .filter(|(w, _)| (from..to).contains(*w))
            .map(|(_, &f)| f)
            .collect();
        flux.sort_by(f32::total_cmp);
        f64::from(flux[flux.len() / 2])
    };
    for s in clean(|r| r.wrong_splice = 1.0).spectra() {
        let ratio = jump(&s, 5600.0, 5690.0) / jump(&s, 5910.0, 6000.0);
        assert!(!(0.88..1.15).contains(&ratio), "{ratio}");
    }
    let spikes = clean(|r| r.cosmic_ray = 1.0);
    let count = spikes
        .spectra()
        .filter(|s| (2..s.len() - 2).any(|i| s.flux()[i] > 1.012 * s.flux()[i - 2].max(s.flux()[i + 2])))
        .count();
    assert!(count > 50, "{count} of 60 have spikes");
    let dead = clean(|r| r.dead_columns = 1.0);
    let flagged = dead.spectra().filter(|s| s.and_mask().unwrap().iter().any(|&m| m != 0)).count();
    assert!((15..45).contains(&flagged), "every second one is noticed: {flagged}");
    assert!(dead.spectra().all(|s| s.flux().windows(2).any(|w| w[1] < 0.6 * w[0] || w[0] < 0.6 * w[1])));
    let sky = clean(|r| r.sky_residual = 1.0);
    assert!((0..60).all(|i| sky.spectrum(i).flux().iter().all(|f| f.is_finite())));
}

#[test]
fn noise_is_as_large_as_stated() {
    let survey = Simulation::new(400, 9).with_rates(Rates::none()).unwrap();
    let mut ratios: Vec<f64> = survey.spectra().map(|s| s.metadata.snr_r.unwrap()).collect();
    ratios.sort_by(f64::total_cmp);
    assert!((66.0..104.0).contains(&ratios[200]), "median {}", ratios[200]);
    assert!(ratios[64] < 0.55 * ratios[200] && ratios[336] > 1.8 * ratios[200], "{} {}", ratios[64], ratios[336]);
    // the scatter of neighbouring pixels in the smooth red agrees with the inverse variance
    for spectrum in survey.spectra().filter(|s| s.metadata.snr_r.unwrap() < 60.0).take(20) {
        let (flux, ivar) = (spectrum.flux(), spectrum.ivar().unwrap());
        let pulls: Vec<f32> =
            (2600..2900).map(|i| (flux[i] - 0.5 * (flux[i - 1] + flux[i + 1])) * (ivar[i] / 1.5).sqrt()).collect();
        let scatter = (pulls.iter().map(|p| p * p).sum::<f32>() / 300.0).sqrt();
        assert!((0.8..1.3).contains(&scatter), "{scatter}");
    }
}

#[test]
fn the_pipeline_finds_what_was_planted() {
    let rates = Rates { be: 0.004, double: 0.003, p_cygni: 0.002, cv: 0.002, ..Rates::default() };
    let survey = Simulation::new(2000, 11).with_rates(rates).unwrap();
    let plan = Plan::new(PipelineSpec::new("simulated")).unwrap();
    let mut spectra = survey.spectra();
    let output = ready(pipeline::run(&plan, &mut spectra, &[], &CpuEngine, &Unobserved)).unwrap();
    let kind = |id: &str| survey.kind(id.rsplit('-').next().unwrap().parse().unwrap());
    let planted = (0..2000).filter(|&i| survey.kind(i).is_emission()).count();
    let found = output.candidates[..100].iter().filter(|c| kind(&c.spectrum_id).is_emission()).count();
    let first: Vec<Kind> = output.candidates[..20].iter().map(|c| kind(&c.spectrum_id)).collect();
    assert!(found * 10 >= planted * 9, "{found} of {planted} among the first 100; {first:?}");
    assert!(output.rejected.iter().all(|r| matches!(kind(&r.spectrum_id), Kind::Artefact(_))), "{:?}", output.rejected);
    let copies = (0..2000).filter(|&i| survey.original(i).is_some()).count();
    let lost = output.rejected.iter().filter(|r| kind(&r.spectrum_id) == Kind::Duplicate).count();
    assert_eq!(output.counts.duplicates.spectra, copies - lost);
}
