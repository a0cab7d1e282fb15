//! The pipeline as a whole, on small matrices and on spectra made for the purpose.

use std::{
    pin::pin,
    sync::Mutex,
    task::{Context, Poll, Waker},
};

use ndarray::Array2;

use super::*;
use crate::{
    Engine, Error,
    engine::{CpuEngine, Observer, Unobserved},
    outlier::lof::Duplicates,
    spectrum::{Medium, Metadata, SpectralAxis, Spectrum},
};

/// The value of a future that never waits, as those of the CPU engine.
pub(crate) fn ready<T>(future: impl Future<Output = T>) -> T {
    match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(value) => value,
        Poll::Pending => panic!("the CPU engine never suspends"),
    }
}

/// Two tight clusters on a line (rows 0-9 and 10-19) and one row far from both (20).
fn clusters() -> FeatureTable {
    let mut matrix = Array2::zeros((21, 3));
    for row in 0..20 {
        let home = if row < 10 { 0.0 } else { 10.0 };
        let turn = row as f32 * 2.4;
        matrix[[row, 0]] = home + 0.1 * turn.cos() * (1.0 + 0.01 * row as f32);
        matrix[[row, 1]] = 0.1 * turn.sin();
    }
    matrix.row_mut(20).fill(4.0);
    FeatureTable { spectrum_ids: (0..21).map(|i| format!("s{i:02}")).collect(), matrix, rejected: Vec::new() }
}

fn spec(text: &str) -> PipelineSpec {
    PipelineSpec::from_toml(&format!("survey = \"s\"\n{text}")).unwrap()
}

fn small(text: &str) -> Plan {
    Plan::new(spec(&format!("[neighbors]\nn_neighbors = 8\n[lof]\nn_neighbors = 5\n{text}"))).unwrap()
}

fn label(id: &str, label: &str) -> Labelled {
    Labelled { spectrum_id: id.into(), label: label.into() }
}

fn analysed(plan: &Plan, features: &FeatureTable, labels: &[Labelled]) -> crate::Result<RunOutput> {
    ready(analyse(plan, features, Vec::new(), labels, &CpuEngine, &Unobserved))
}

/// Spectra over 6400-6850 A whose line at H-alpha has the given depths; a depth of NaN makes a flat one.
pub(crate) fn spectra(depths: &[f32]) -> Vec<Spectrum> {
    let axis = SpectralAxis::linear(6400.0, 1.0, 451, Medium::Vacuum).unwrap();
    let flux = |i: usize, depth: f32| {
        let at = |w: f64| {
            let line = (-0.5 * ((w - 6564.6) / 5.0).powi(2)).exp() as f32;
            if depth.is_nan() { 1.0 } else { 1.0 - depth * line + 0.01 * ((w * 0.1 + i as f64).sin() as f32) }
        };
        axis.wavelengths().iter().map(|&w| at(w)).collect()
    };
    let named = |i: usize| Metadata {
        spectrum_id: format!("s{i:03}"),
        source: format!("/data/s{i:03}.fits"),
        ..Metadata::default()
    };
    depths.iter().enumerate().map(|(i, &d)| Spectrum::new(axis.clone(), flux(i, d), named(i)).unwrap()).collect()
}

#[test]
fn the_lonely_row_comes_first_and_every_row_is_ranked() {
    let output = analysed(&small(""), &clusters(), &[]).unwrap();
    assert_eq!(output.candidates.len(), 21);
    let first = &output.candidates[0];
    assert_eq!((first.rank, first.row, first.spectrum_id.as_str(), first.is_outlier), (1, 20, "s20", true));
    assert!(first.lof > 10.0 && output.candidates[1].lof < 2.0);
    assert!(output.candidates.windows(2).all(|w| w[0].lof >= w[1].lof && w[0].rank + 1 == w[1].rank));
    assert_eq!(output.counts.outliers, output.candidates.iter().filter(|c| c.lof > 1.3).count());
    assert!(output.classes.is_empty() && first.label.is_none());
}

#[test]
fn labels_flow_within_their_cluster_and_are_accounted_for() {
    let plan = small("[labels]\nn_neighbors = 3");
    let given = [label("s00", "star"), label("s11", "be"), label("nowhere", "be")];
    let output = analysed(&plan, &clusters(), &given).unwrap();
    assert_eq!(output.classes, ["be", "star"]);
    for candidate in output.candidates.iter().filter(|c| c.row < 20) {
        let expected = if candidate.row < 10 { "star" } else { "be" };
        assert_eq!(candidate.label.as_deref(), Some(expected), "row {}", candidate.row);
        assert!((candidate.probabilities.iter().sum::<f32>() - 1.0).abs() < 1e-5);
    }
    let counts = output.counts.labels.unwrap();
    assert_eq!((counts.given, counts.used, counts.not_in_run), (3, 2, 1));
    assert!(counts.reached >= 20 && counts.iterations > 0);
    // the order stays that of the outlier factor
    assert_eq!(output.candidates[0].row, 20);
}

#[test]
fn a_label_of_an_undeclared_class_is_refused_before_any_work() {
    let plan = small("[labels]\nclasses = [\"be\", \"star\"]\nn_neighbors = 3");
    let error = analysed(&plan, &clusters(), &[label("s00", "galaxy")]).unwrap_err();
    assert!(matches!(&error, Error::Labels(text) if text.contains("galaxy") && text.contains("be, star")), "{error}");
}

#[test]
fn rbf_labels_reach_every_row() {
    let plan = small("[labels]\nkernel = \"rbf\"\ngamma = 0.05\nalgorithm = \"propagation\"");
    let output = analysed(&plan, &clusters(), &[label("s00", "a"), label("s10", "b")]).unwrap();
    assert_eq!(output.counts.labels.unwrap().reached, 21);
}

#[test]
fn too_few_spectra_name_the_key_and_what_was_lost() {
    let plan = Plan::new(spec("")).unwrap();
    let mut features = clusters();
    features.rejected.push(Rejected {
        spectrum_id: "x".into(),
        source: "x.fits".into(),
        reason: "no-signal".into(),
        detail: String::new(),
    });
    let message = analysed(&plan, &features, &[]).unwrap_err().to_string();
    assert!(message.starts_with("neighbors.n_neighbors = 128: needs more than 128 spectra"), "{message}");
    assert!(message.contains("gives 21") && message.contains("no-signal: 1"), "{message}");
    // k = n is too many, k = n - 1 is not
    let with_k = |k: usize| {
        let plan = Plan::new(spec(&format!("[neighbors]\nn_neighbors = {k}\n[lof]\nn_neighbors = 5"))).unwrap();
        analysed(&plan, &clusters(), &[])
    };
    assert!(with_k(21).is_err());
    assert_eq!(with_k(20).unwrap().table.n_neighbors(), 20);
}

#[test]
fn features_that_are_not_numbers_are_refused_with_their_row() {
    let mut features = clusters();
    features.matrix[[4, 2]] = f32::NAN;
    assert!(matches!(analysed(&small(""), &features, &[]), Err(Error::NotFinite { row: 4, column: 2, .. })));
}

#[test]
fn rejected_spectra_keep_their_reason_and_counts_add_up() {
    let mut depths: Vec<f32> = (0..40).map(|i| 0.3 + 0.002 * i as f32).collect();
    depths[7] = f32::NAN;
    depths[21] = -2.0;
    let mut input = spectra(&depths);
    let short = SpectralAxis::linear(4000.0, 1.0, 100, Medium::Vacuum).unwrap();
    let mut metadata = input[3].metadata.clone();
    metadata.source = "/data/blue.fits".into();
    input[3] = Spectrum::new(short, vec![1.0; 100], metadata).unwrap();
    let plan = small("");
    let output = ready(run(&plan, &mut input.into_iter(), &[], &CpuEngine, &Unobserved)).unwrap();
    let rejected: Vec<(&str, &str)> =
        output.rejected.iter().map(|r| (r.spectrum_id.as_str(), r.reason.as_str())).collect();
    assert_eq!(rejected, [("s003", "window-not-covered"), ("s007", "no-signal")]);
    assert_eq!(output.rejected[0].source, "/data/blue.fits");
    assert!(output.rejected[0].detail.contains("6519"), "{}", output.rejected[0].detail);
    assert_eq!(output.candidates[0].spectrum_id, "s021");

    let provenance = Provenance::new(&plan, &output, CpuEngine.name());
    for count in &provenance.counts.stages {
        assert_eq!(count.input, count.output + count.left_out.values().sum::<usize>(), "{:?}", count.stage);
    }
    let stages: Vec<(Stage, usize, usize)> =
        provenance.counts.stages.iter().map(|c| (c.stage, c.input, c.output)).collect();
    assert_eq!(stages[..2], [(Stage::Read, 40, 40), (Stage::Recipe, 40, 38)]);
    assert!(stages[2..].iter().all(|&(_, input, output)| (input, output) == (38, 38)));
}

#[test]
fn the_same_spec_and_input_give_the_same_bytes() {
    let survey = crate::simulate::Simulation::new(600, 4);
    let spec = spec("[neighbors]\nn_neighbors = 30\n[lof]\nn_neighbors = 20\n[labels]\n[recipe]\ncomponents = 12");
    let plan = Plan::new(spec).unwrap();
    let labels = [label("sim-4-000000003", "a"), label("sim-4-000000017", "b")];
    let once = || {
        let output = ready(run(&plan, &mut survey.spectra(), &labels, &CpuEngine, &Unobserved)).unwrap();
        (Provenance::new(&plan, &output, "cpu").to_json(), format!("{:?}", output.candidates))
    };
    let (first, second) = (once(), once());
    assert_eq!(first, second);
    assert!(first.0.contains("\"scores_sha256\""));
}

#[test]
fn components_change_the_space_and_say_so() {
    let features = clusters();
    let plan = small("[recipe]\ncomponents = 2");
    let output = analysed(&plan, &features, &[]).unwrap();
    assert_eq!(output.candidates[0].row, 20);
    assert!(output.counts.stages.iter().any(|c| c.stage == Stage::Components));
}

#[test]
fn copies_count_once_where_asked() {
    // 12 copies of row 0: kept, they are one another's only neighbours and everything near them is lonely
    let mut features = clusters();
    let copy = features.matrix.row(0).to_owned();
    for i in 0..12 {
        features.matrix.push_row(copy.view()).unwrap();
        features.spectrum_ids.push(format!("t{i:02}"));
    }
    let distinct = small("duplicates = \"distinct\"");
    assert_eq!(distinct.lof().duplicates(), Duplicates::Distinct);
    let kept = analysed(&small(""), &features, &[]).unwrap();
    let output = analysed(&distinct, &features, &[]).unwrap();
    let of = |output: &RunOutput, row: u32| output.candidates.iter().find(|c| c.row == row).unwrap().lof;
    let plain = analysed(&small(""), &clusters(), &[]).unwrap();
    for row in 0..21 {
        assert_eq!(of(&output, row), of(&plain, row), "as if there were no copies");
    }
    assert!((21..33).all(|row| of(&output, row) == of(&output, 0)), "copies share the score");
    let highest = (1..10).map(|row| of(&kept, row)).fold(0.0, f32::max);
    assert!(highest > 1e3, "kept copies blow up: {highest}");
    assert_eq!(output.counts.duplicates, DuplicateCount { spectra: 12, groups: 1 });
    assert_eq!(kept.counts.duplicates, output.counts.duplicates);
    assert_eq!(output.table.n_rows(), 33);

    let wide =
        Plan::new(spec("[neighbors]\nn_neighbors = 25\n[lof]\nn_neighbors = 5\nduplicates = \"distinct\"")).unwrap();
    let message = analysed(&wide, &features, &[]).unwrap_err().to_string();
    assert!(message.contains("leaves 21 of 33 spectra"), "{message}");
}

/// Notes the stages and stops at one of them.
struct Watch {
    stop_at: Option<Stage>,
    seen: Mutex<Vec<Stage>>,
}

impl Observer for Watch {
    fn progress(&self, fraction: f64) {
        assert!((0.0..=1.0).contains(&fraction));
    }
    fn is_cancelled(&self) -> bool {
        self.stop_at.is_some_and(|stage| self.seen.lock().unwrap().contains(&stage))
    }
}

impl RunObserver for Watch {
    fn stage(&self, stage: Stage, message: &str) {
        assert!(!message.is_empty());
        self.seen.lock().unwrap().push(stage);
    }
}

#[test]
fn stages_are_announced_in_order_and_each_can_be_the_last() {
    let plan = small("[labels]\nn_neighbors = 3\n[recipe]\ncomponents = 3\n[ensemble]\nvary = [\"resolution\"]");
    let depths: Vec<f32> = (0..40).map(|i| 0.3 + 0.01 * i as f32).collect();
    let watched = |stop_at| {
        let watch = Watch { stop_at, seen: Mutex::default() };
        let labels = [label("s001", "a")];
        let result = ready(run(&plan, &mut spectra(&depths).into_iter(), &labels, &CpuEngine, &watch));
        (result.map(|_| ()), watch.seen.into_inner().unwrap())
    };
    let (result, all) = watched(None);
    assert_eq!((result, &all[..]), (Ok(()), &Stage::ALL[1..]));
    for (i, &stage) in all[..6].iter().enumerate() {
        let (result, seen) = watched(Some(stage));
        assert_eq!(result, Err(Error::Cancelled), "{stage}");
        assert_eq!(seen, all[..=i]);
    }
}

#[test]
fn provenance_keeps_what_the_host_measures_and_reads_back() {
    let output = analysed(&small(""), &clusters(), &[]).unwrap();
    let mut provenance = Provenance::new(&small(""), &output, "cpu, 1 thread");
    provenance.record_input("a.fits", "00ff");
    provenance.record_timing(Stage::Lof, 0.5);
    provenance.record_timing(Stage::Neighbors, 2.0);
    provenance.record_timing(Stage::Lof, 0.25);
    let left_out = [("where".to_owned(), 9)].into();
    provenance.record_count(StageCount { stage: Stage::Read, input: 30, output: 21, left_out });
    let timings: Vec<(Stage, f64)> = provenance.timings.iter().map(|t| (t.stage, t.seconds)).collect();
    assert_eq!(timings, [(Stage::Neighbors, 2.0), (Stage::Lof, 0.75)]);
    assert_eq!(provenance.counts.stages[0].left_out["where"], 9);
    let json = provenance.to_json();
    assert!(json.contains("\"stage\": \"read\"") && json.contains("\"in\": 30"), "{json}");
    assert_eq!(serde_json::from_str::<Provenance>(&json).unwrap(), provenance);
}

#[test]
fn the_2016_settings_run() {
    let depths: Vec<f32> = (0..60).map(|i| if i == 30 { -1.5 } else { 0.3 + 0.002 * i as f32 }).collect();
    let axis = SpectralAxis::linear(6250.0, 1.0, 501, Medium::Vacuum).unwrap();
    let wide = |s: Spectrum| {
        let mut flux = vec![s.flux()[0]; 150];
        flux.extend_from_slice(&s.flux()[..351]);
        Spectrum::new(axis.clone(), flux, s.metadata).unwrap()
    };
    let mut spec = PipelineSpec::paper_2016("s");
    spec.neighbors.n_neighbors = 20;
    let plan = Plan::new(spec).unwrap();
    let mut input = spectra(&depths).into_iter().map(wide);
    let output = ready(run(&plan, &mut input, &[], &CpuEngine, &Unobserved)).unwrap();
    assert_eq!(output.candidates[0].spectrum_id, "s030");
    assert!(output.candidates[0].is_outlier);
}
