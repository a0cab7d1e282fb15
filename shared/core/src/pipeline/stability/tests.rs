//! Places and factors of made-up lists, and of whole runs under several settings.

use ndarray::{Array1, Array2};

use super::*;
use crate::{
    CpuEngine,
    engine::Unobserved,
    outlier::lof::LofScores,
    pipeline::{
        PipelineSpec, RunOutput, Within, analyse, extract,
        tests::{ready, spectra},
    },
    spectrum::Spectrum,
};

/// A setting for each list of factors; NaN where it rejects the row.
fn stability(factors: &[&[f32]]) -> Stability {
    let placing = |(k, lof): (usize, &&[f32])| {
        let mut order: Vec<u32> = (0..lof.len() as u32).collect();
        order.sort_by(|&a, &b| lof[b as usize].total_cmp(&lof[a as usize]));
        let lof: Array1<f32> = lof.iter().copied().collect();
        let scores = LofScores { lrd: lof.clone(), k_distance: lof.clone(), lof: lof.clone() };
        let mut placing = Placing::new(k, &Ranking { scores, order });
        placing.ranks.iter_mut().zip(&lof).for_each(|(rank, lof)| *rank *= u32::from(!lof.is_nan()));
        placing.into()
    };
    Stability::new(factors.iter().enumerate().map(placing).collect())
}

#[test]
fn places_are_by_row_and_the_mean_of_factors_is_geometric() {
    let found = stability(&[&[4.0, 2.0, 1.0], &[1.0, 2.0, 3.0]]);
    let of_row = |row| found.of_row(row).collect::<Vec<_>>();
    assert_eq!((found.n_rows(), of_row(0), of_row(1), of_row(2)), (3, vec![1, 3], vec![2, 2], vec![3, 1]));
    assert_eq!((found.factor(0), found.factor(1)), (2.0, 2.0));
    assert_eq!((found.range(0), found.range(1)), ((1, 3), (2, 2)));
    assert_eq!(stability(&[]).n_rows(), 0);
}

#[test]
fn a_setting_that_rejects_a_spectrum_has_no_say_in_it() {
    let found = stability(&[&[1.0, 8.0], &[2.0, f32::NAN]]);
    assert_eq!((found.factor(1), found.range(1), found.share_in_head(1)), (8.0, (1, 1), 1.0));
    let nowhere = stability(&[&[f32::NAN]]);
    assert!(nowhere.factor(0).is_nan() && nowhere.range(0) == (0, 0) && nowhere.share_in_head(0) == 0.0);
}

#[test]
fn the_share_counts_settings_that_have_it_in_the_head() {
    let falling: Vec<f32> = (0..2000_u16).map(|i| 3000.0 - f32::from(i)).collect();
    let rising: Vec<f32> = falling.iter().rev().copied().collect();
    let found = stability(&[&falling, &falling, &rising]);
    assert_eq!(head(2000), 40);
    assert_eq!((found.share_in_head(39), found.share_in_head(40)), (2.0 / 3.0, 0.0));
    assert_eq!((found.share_in_head(0), found.share_in_head(1999)), (2.0 / 3.0, 1.0 / 3.0));
    assert_eq!((head(0), head(4), head(100), head(501)), (0, 4, 10, 11));
}

#[test]
fn the_ladder_lies_within_the_table() {
    assert_eq!(ladder(128, 100, 1), [50, 75, 100, 128]);
    assert_eq!(ladder(256, 100, 1), [50, 75, 100, 150, 200]);
    assert_eq!(ladder(8, 5, 1), [2, 3, 5, 7, 8]);
    assert_eq!((ladder(1, 1, 1), ladder(15, 15, 2)), (vec![1], vec![7, 11, 15]));
}

/// Forty lines, two of them unlike the others.
fn survey() -> Vec<Spectrum> {
    let mut depths: Vec<f32> = (0..40_u8).map(|i| 0.3 + 0.004 * f32::from(i)).collect();
    (depths[7], depths[21]) = (-0.6, 0.9);
    spectra(&depths)
}

fn plan(text: &str) -> Plan {
    let text = format!("survey = \"s\"\n[neighbors]\nn_neighbors = 12\n[lof]\nn_neighbors = 8\n{text}");
    Plan::new(PipelineSpec::from_toml(&text).unwrap()).unwrap()
}

fn run(plan: &Plan, survey: &[Spectrum]) -> RunOutput {
    let mut spectra = survey.iter().cloned();
    ready(crate::pipeline::run(plan, &mut spectra, &[], &CpuEngine, &Unobserved)).unwrap()
}

#[test]
fn numbers_of_neighbours_are_looked_at_without_being_asked_for_and_change_no_rank() {
    let output = run(&plan(""), &survey());
    let members: Vec<String> = output.stability.members().map(ToString::to_string).collect();
    assert_eq!(members, ["k = 4", "k = 6", "k = 8", "k = 12"]);
    for candidate in &output.candidates {
        let places: Vec<u32> = output.stability.of_row(candidate.row as usize).collect();
        assert_eq!(places[2], candidate.rank, "its own setting is one of them");
        let (best, worst) = (*places.iter().min().unwrap(), *places.iter().max().unwrap());
        assert_eq!(candidate.rank_range, (best, worst));
    }
    assert_eq!(output.candidates[0].stability, 1.0);
    assert!(output.candidates.windows(2).all(|pair| pair[0].lof >= pair[1].lof));
}

#[test]
fn an_ensemble_ranks_by_the_mean_factor_and_each_member_is_a_run_of_its_own() {
    let (survey, threshold) = (survey(), 1.3);
    let text = "[ensemble]\nn_neighbors = [6, 10]\nvary = [\"scale\", \"resolution\"]\nrank = true";
    let mut survey = survey;
    for spectrum in &mut survey {
        spectrum.metadata.resolution_fwhm = Some(2.0);
    }
    let output = run(&plan(text), &survey);
    let members: Vec<String> = output.stability.members().map(ToString::to_string).collect();
    let changes = ["", ", scale = standard", ", scale = median", ", resolution = 5.0"];
    let named = |change: &&str| [6, 10].map(|k| format!("k = {k}{change}"));
    assert_eq!(members, changes.iter().flat_map(named).collect::<Vec<_>>());
    assert!(output.candidates.windows(2).all(|pair| pair[0].ensemble >= pair[1].ensemble));
    assert!(output.candidates.iter().all(|c| c.is_outlier == (f64::from(c.ensemble) > threshold)));

    // the factor of each member as a run of its own has it
    let alone = |recipe: &str| {
        [6, 10].map(|k| {
            let text = format!("survey = \"s\"\nneighbors.n_neighbors = 12\nlof.n_neighbors = {k}\n[recipe]\n{recipe}");
            run(&Plan::new(PipelineSpec::from_toml(&text).unwrap()).unwrap(), &survey)
        })
    };
    let runs: Vec<RunOutput> = ["", "scale = \"standard\"", "scale = \"median\"", "resolution_fwhm_angstrom = 5.0"]
        .map(alone)
        .into_iter()
        .flatten()
        .collect();
    for candidate in &output.candidates {
        let of =
            |run: &RunOutput| run.candidates.iter().find(|c| c.row == candidate.row).map(|c| (c.rank, c.lof)).unwrap();
        let (ranks, factors): (Vec<u32>, Vec<f32>) = runs.iter().map(of).unzip();
        assert_eq!(output.stability.of_row(candidate.row as usize).collect::<Vec<_>>(), ranks);
        let mean = factors.iter().map(|lof| f64::from(*lof).ln()).sum::<f64>() / 8.0;
        assert!((f64::from(candidate.ensemble) / mean.exp() - 1.0).abs() < 1e-6);
    }
}

#[test]
fn a_host_that_reads_spectra_again_finds_the_same() {
    let (survey, plan) = (survey(), plan("[ensemble]\nvary = [\"continuum\"]"));
    let features = |plan: &Plan| extract(plan, &mut survey.iter().cloned(), &Unobserved).unwrap();
    let own = features(&plan);
    let mut placings = Vec::new();
    for (at, variant) in plan.variants().iter().enumerate() {
        let within = Within::new(&Unobserved, (at, plan.variants().len()), &variant.change);
        let table = features(&variant.plan);
        let of = Placing::of_variant(variant, &own.spectrum_ids, &table, &CpuEngine, &within);
        placings.extend(ready(of).unwrap());
    }
    let output = ready(analyse(&plan, &own, placings, &[], &CpuEngine, &Unobserved)).unwrap();
    assert_eq!(output.scores_sha256, run(&plan, &survey).scores_sha256);
}

#[test]
fn a_variant_that_rejects_spectra_speaks_of_the_others_and_one_that_rejects_all_of_none() {
    let mut survey = survey();
    // no resolution stated: nothing can be brought to another one
    for spectrum in &mut survey[..30] {
        spectrum.metadata.resolution_fwhm = Some(2.0);
    }
    let plan = plan("[ensemble]\nn_neighbors = [8]\nvary = [\"resolution\"]");
    let output = run(&plan, &survey);
    assert_eq!(output.stability.members().len(), 2);
    let known = |row: usize| output.stability.of_member(1)[row] > 0;
    assert_eq!((0..40).filter(|&row| known(row)).collect::<Vec<_>>(), (0..30).collect::<Vec<_>>());
    for candidate in output.candidates.iter().filter(|c| c.row >= 30) {
        assert_eq!(candidate.ensemble, candidate.lof);
    }
    for spectrum in &mut survey {
        spectrum.metadata.resolution_fwhm = None;
    }
    assert_eq!(run(&plan, &survey).stability.members().len(), 1);
}

#[test]
fn features_on_components_are_told_with_their_basis() {
    let output = run(&plan("[recipe]\ncomponents = 3"), &survey());
    let basis = output.basis.expect("components were asked for");
    assert_eq!(basis.components.dim(), (3, 140));
    assert!(run(&plan(""), &survey()).basis.is_none());
    let identity: Array2<f64> = basis.components.dot(&basis.components.t());
    assert!((identity - Array2::<f64>::eye(3)).iter().all(|off| off.abs() < 1e-9));
}
