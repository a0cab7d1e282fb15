//! A run from its spec to its saved candidates, on a small survey.

use std::sync::{
    Mutex,
    atomic::{AtomicUsize, Ordering},
};

use balmer_core::{
    CpuEngine,
    pipeline::{LabelsSpec, PipelineSpec},
    spectrum::{Medium, Metadata, SpectralAxis, Spectrum},
};

mod ensemble;

use super::*;
use crate::{
    jobs::{accept, accept_with},
    storage::{LabelInput, Query, WriteOptions},
};

/// Sixty stars with an absorption line, one with an emission line, one that ends before the line.
fn survey() -> (tempfile::TempDir, Store) {
    survey_of(62)
}

/// The same with more stars, or fewer.
fn survey_of(stars: usize) -> (tempfile::TempDir, Store) {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::open_or_create(folder.path()).unwrap();
    ingest(&store, 0..stars);
    (folder, store)
}

fn ingest(store: &Store, stars: std::ops::Range<usize>) {
    let mut writer = store.writer("sky", WriteOptions::default()).unwrap();
    for i in stars {
        let pixels = if i == 61 { 200 } else { 600 };
        let axis = SpectralAxis::linear(6400.0, 0.7, pixels, Medium::Vacuum).unwrap();
        let depth = if i == 40 { 3.0 } else { -0.5 - 0.004 * (i % 97) as f64 };
        let flux = axis.wavelengths().iter().enumerate().map(|(p, w)| {
            let ripple = 0.01 * (i as f64 * 7.0 + p as f64 * 1.7).sin();
            (1.0 + depth * (-((w - 6564.6) / 4.0).powi(2)).exp() + ripple) as f32
        });
        let metadata = Metadata {
            spectrum_id: format!("star-{i:02}"),
            source: format!("star-{i:02}.fits"),
            snr_r: Some(i as f64),
            ra: Some(i as f64),
            class: Some("STAR".into()),
            ..Metadata::default()
        };
        writer.push(Spectrum::new(axis.clone(), flux.collect(), metadata).unwrap()).unwrap();
    }
    writer.commit().unwrap();
}

fn spec() -> PipelineSpec {
    let mut spec = PipelineSpec::new("sky");
    spec.neighbors.n_neighbors = 20;
    spec.lof.n_neighbors = 20;
    spec
}

fn run(store: &Store, spec: PipelineSpec) -> Result<RunState, JobError> {
    let plan = Plan::new(spec)?;
    let options = ExecuteOptions { label_files: true };
    let owned = accept_with(store, &plan, None, options)?;
    execute(store, owned, &plan, &CpuEngine, options, &AtomicBool::new(false), &|_| {})
}

#[test]
fn the_emission_line_is_found_and_everything_is_written_down() {
    let (_folder, store) = survey();
    let state = run(&store, spec()).unwrap();
    assert_eq!((state.status, state.counts.selected, state.counts.ranked), (RunStatus::Done, 62, 61));
    let run = store.run(&state.id).unwrap();
    let top = run.candidate_rows(&Query { limit: Some(1), ..Query::default() }).unwrap();
    assert_eq!((top[0].rank, top[0].spectrum_id.as_str(), top[0].ra), (1, "star-40", Some(40.0)));
    assert_eq!(top[0].source, "star-40.fits");
    let rejected = run.rejected().unwrap();
    assert_eq!((rejected.len(), rejected[0].spectrum_id.as_str()), (1, "star-61"));
    let provenance = run.provenance().unwrap().unwrap();
    let timed: Vec<Stage> = provenance.timings.iter().map(|t| t.stage).collect();
    for stage in [Stage::Read, Stage::Recipe, Stage::Neighbors, Stage::Lof, Stage::Rank] {
        assert!(timed.contains(&stage), "{stage} in {timed:?}");
    }
    assert_eq!(provenance.inputs.len(), 2);
    assert_eq!(run.spec().unwrap(), *Plan::new(spec()).unwrap().spec());
    let pages = run.neighbors(&Query { limit: Some(1), ..Query::default() }).unwrap();
    assert_eq!((pages.matched(), pages.schema().fields().len()), (61, 4));
}

#[test]
fn the_same_spec_gives_the_same_bytes_with_kept_features_or_without() {
    let (_folder, store) = survey();
    let bytes = |state: &RunState| {
        let folder = store.run(&state.id).unwrap().folder().to_owned();
        std::fs::read(folder.join("candidates.parquet")).unwrap()
    };
    let mut half = spec();
    half.r#where = Some("snr_r < 40".into());
    run(&store, half).unwrap();
    // the first whole run extends what the half run kept, the second extracts nothing
    let (first, second) = (run(&store, spec()).unwrap(), run(&store, spec()).unwrap());
    assert!(bytes(&first) == bytes(&second));
    let survey = store.survey("sky").unwrap();
    let plan = Plan::new(spec()).unwrap();
    let all = survey.select(None).unwrap();
    let kept = survey.features(&plan, &all, &balmer_core::engine::Unobserved).unwrap();
    assert_eq!((kept.extracted, kept.table.len(), kept.table.rejected.len()), (0, 61, 1));
    std::fs::remove_dir_all(survey.folder().join("features")).unwrap();
    let fresh = survey.features(&plan, &all, &balmer_core::engine::Unobserved).unwrap();
    assert_eq!(fresh.extracted, 62);
    assert_eq!(fresh.table, kept.table);
}

#[test]
fn kept_features_that_the_recipe_no_longer_gives_are_made_again() {
    let (_folder, store) = survey();
    run(&store, spec()).unwrap();
    let survey = store.survey("sky").unwrap();
    let all = survey.select(None).unwrap();
    let plan = Plan::new(spec()).unwrap();
    let mut other = spec();
    other.recipe.continuum = balmer_core::manipulation::Continuum::None;
    let other = Plan::new(other).unwrap();
    let before = survey.features(&plan, &all, &balmer_core::engine::Unobserved).unwrap();
    // the rows of another recipe stand where this one's should
    survey.features(&other, &all, &balmer_core::engine::Unobserved).unwrap();
    let folder = |plan: &Plan| {
        survey.folder().join("features").join(format!("{}-{}", plan.recipe().hash(), env!("CARGO_PKG_VERSION")))
    };
    std::fs::copy(folder(&other).join("0001.parquet"), folder(&plan).join("0001.parquet")).unwrap();
    let after = survey.features(&plan, &all, &balmer_core::engine::Unobserved).unwrap();
    assert_eq!((after.extracted, after.table), (62, before.table));
}

#[test]
fn labels_spread_from_the_survey_and_from_files() {
    let (folder, store) = survey();
    let mut with_labels = spec();
    with_labels.labels = Some(LabelsSpec::default());
    assert!(matches!(run(&store, with_labels.clone()), Err(JobError::NoLabelsYet(_))));
    let given = [("star-01", "absorption"), ("star-30", "absorption"), ("star-40", "emission")].map(|(id, label)| {
        LabelInput { spectrum_id: id.into(), label: Some(label.into()), author: "a".into(), ..LabelInput::default() }
    });
    store.survey("sky").unwrap().labels().give(&given).unwrap();
    let state = run(&store, with_labels.clone()).unwrap();
    assert_eq!(state.classes, ["absorption", "emission"]);
    let query = Query { condition: Some("p_absorption > 0.5".into()), ..Query::default() };
    let rows = store.run(&state.id).unwrap().candidate_rows(&query).unwrap();
    let by_row = store.run(&state.id).unwrap().probabilities(&query).unwrap();
    assert_eq!((by_row.matched(), by_row.schema().fields().len()), (rows.len() as u64, 7));
    assert!(rows.len() > 30 && rows.iter().all(|row| row.label.as_deref() == Some("absorption")), "{}", rows.len());
    let file = folder.path().join("labels.csv");
    std::fs::write(&file, "spectrum_id,label\nstar-01,a\nstar-40,b\nnobody,a\n").unwrap();
    with_labels.labels.as_mut().unwrap().source = file.to_string_lossy().into_owned();
    assert_eq!(run(&store, with_labels.clone()).unwrap().classes, ["a", "b"]);
    with_labels.labels.as_mut().unwrap().source = "nowhere".into();
    let failed = run(&store, with_labels).unwrap_err().to_string();
    assert!(failed.contains("neither a survey nor a label file"), "{failed}");
}

#[test]
fn labels_that_do_not_fit_are_refused_before_any_spectrum_is_read() {
    let (_folder, store) = survey();
    let given = LabelInput {
        spectrum_id: "star-01".into(),
        label: Some("star".into()),
        author: "a".into(),
        ..LabelInput::default()
    };
    store.survey("sky").unwrap().labels().give(&[given]).unwrap();
    let refused = |classes: &[&str], condition: &str| {
        let classes = classes.iter().map(|&class| class.to_owned()).collect();
        let labels = Some(LabelsSpec { classes, ..LabelsSpec::default() });
        run(&store, PipelineSpec { labels, r#where: Some(condition.to_owned()), ..spec() }).unwrap_err().to_string()
    };
    assert!(refused(&["emission"], "snr_r >= 0").contains("not in labels.classes"));
    assert!(refused(&[], "snr_r > 10").contains("none of the 1 labels"));
    assert!(!store.survey("sky").unwrap().folder().join("features").exists(), "features were made");
}

fn label(store: &Store, star: &str, class: Option<&str>) {
    let (spectrum_id, label) = (star.to_owned(), class.map(str::to_owned));
    let given = LabelInput { spectrum_id, label, author: "a".into(), ..LabelInput::default() };
    store.survey("sky").unwrap().labels().give(&[given]).unwrap();
}

/// A catalogue of one column, `<prefix>_depth`.
fn import(store: &Store, prefix: &str, depth: impl Fn(usize) -> f64) {
    let rows: Vec<String> = (0..62).map(|i| format!("star-{i:02},{}\n", depth(i))).collect();
    let text = format!("spectrum_id,depth\n{}", rows.concat());
    let options = crate::storage::CatalogueOptions { on: Vec::new(), prefix: prefix.to_owned() };
    let path = std::path::Path::new("depths.csv");
    store.import_catalogue("sky", text.as_bytes(), (path, None), &options, &balmer_core::engine::Unobserved).unwrap();
}

fn carried_out(store: &Store, id: &str) -> Result<RunState, JobError> {
    let owned = store.take_run(id).unwrap();
    let plan = Plan::new(owned.run().spec().unwrap()).unwrap();
    let options = ExecuteOptions { label_files: false };
    execute(store, owned, &plan, &CpuEngine, options, &AtomicBool::new(false), &|_| {})
}

fn files(store: &Store, id: &str) -> Vec<Vec<u8>> {
    let folder = store.run(id).unwrap().folder().to_owned();
    ["candidates.parquet", "neighbors.parquet", "labels.parquet", "rejected.csv", "labels.csv"]
        .map(|name| std::fs::read(folder.join(name)).unwrap_or_default())
        .to_vec()
}

#[test]
fn a_run_reads_what_was_there_when_it_was_accepted() {
    let (_folder, store) = survey();
    import(&store, "cat", |i| i as f64);
    for (star, class) in [("star-01", " absorption"), ("star-30", " absorption"), ("star-40", "emission")] {
        label(&store, star, Some(class));
    }
    let condition = "cat_depth < 55".to_owned();
    let spec = PipelineSpec { labels: Some(LabelsSpec::default()), r#where: Some(condition), ..spec() };
    let plan = Plan::new(spec).unwrap();
    let id = || accept(&store, &plan, None).unwrap().run().id().to_owned();
    let (first, later) = (id(), id());
    let expected = carried_out(&store, &first).unwrap();
    assert_eq!(
        (expected.counts.selected, expected.classes.as_slice()),
        (55, &[" absorption", "emission"].map(String::from)[..])
    );

    label(&store, "star-01", None);
    label(&store, "star-02", Some("nova"));
    ingest(&store, 62..70);
    // the files of the catalogue's columns are replaced, and the columns stay what they are
    import(&store, "other", |i| -(i as f64));
    import(&store, "third", |i| i as f64);
    let done = carried_out(&store, &later).unwrap();
    assert_eq!(done.counts, expected.counts);
    assert!(files(&store, &first) == files(&store, &later));
    let inputs = |id: &str| store.run(id).unwrap().provenance().unwrap().unwrap().inputs;
    assert_eq!(inputs(&first), inputs(&later));
    // a new one reads what is there now
    let now = carried_out(&store, &id()).unwrap();
    assert!(now.classes.contains(&"nova".to_owned()));
}

#[test]
fn a_run_whose_survey_is_not_what_it_was_says_so() {
    let (_folder, store) = survey();
    import(&store, "cat", |i| i as f64);
    let by_catalogue = PipelineSpec { r#where: Some("cat_depth < 55".into()), ..spec() };
    let accepted = |spec: PipelineSpec| accept(&store, &Plan::new(spec).unwrap(), None).unwrap().run().id().to_owned();
    let (of_catalogue, of_spectra) = (accepted(by_catalogue), accepted(spec()));
    let failure = |id: &str| {
        let error = carried_out(&store, id).unwrap_err().to_string();
        assert_eq!(store.run(id).unwrap().state().unwrap().error, Some(error.clone()));
        error
    };
    // the same column with other values, once more so that the files of then are gone
    import(&store, "cat", |i| 60.0 - i as f64);
    import(&store, "cat", |i| 61.0 - i as f64);
    let error = failure(&of_catalogue);
    assert!(error.starts_with("survey sky had its catalogues replaced since the run was accepted"), "{error}");
    assert_eq!(carried_out(&store, &of_spectra).unwrap().counts.selected, 62);

    let (again, late) = (accepted(spec()), accepted(spec()));
    let folder = store.survey("sky").unwrap().folder().to_owned();
    std::fs::remove_dir_all(&folder).unwrap();
    let error = failure(&again);
    assert!(error.starts_with("survey sky was deleted since the run was accepted"), "{error}");
    ingest(&store, 5..40);
    let error = failure(&late);
    assert!(error.starts_with("survey sky was replaced since the run was accepted"), "{error}");
    // the same spectra once more are the same survey
    std::fs::remove_dir_all(&folder).unwrap();
    ingest(&store, 0..62);
    assert_eq!(carried_out(&store, &late).unwrap().counts.selected, 62);
}

#[test]
fn a_survey_that_is_deleted_under_a_run_ends_it_with_that_reason() {
    let (_folder, store) = survey();
    let plan = Plan::new(spec()).unwrap();
    let owned = accept(&store, &plan, None).unwrap();
    let run = owned.run().clone();
    let folder = store.survey("sky").unwrap().folder().to_owned();
    let report = |progress: &RunProgress| {
        if progress.stage == Stage::Recipe {
            let _ = std::fs::remove_dir_all(&folder);
        }
    };
    let options = ExecuteOptions { label_files: false };
    let error = execute(&store, owned, &plan, &CpuEngine, options, &AtomicBool::new(false), &report).unwrap_err();
    assert!(error.to_string().starts_with("survey sky was deleted since"), "{error}");
    assert_eq!(run.state().unwrap().status, RunStatus::Failed);
}

#[test]
fn a_run_of_an_older_version_goes_on_with_what_is_there_now() {
    let (_folder, store) = survey();
    label(&store, "star-01", Some("absorption"));
    let plan = Plan::new(PipelineSpec { labels: Some(LabelsSpec::default()), ..spec() }).unwrap();
    let run = accept(&store, &plan, None).unwrap().run().clone();
    std::fs::remove_file(run.folder().join("snapshot.json")).unwrap();
    label(&store, "star-01", Some("star"));
    assert_eq!(carried_out(&store, run.id()).unwrap().classes, ["star"]);
}

#[test]
fn a_run_that_cannot_go_on_says_why_in_its_status() {
    let (_folder, store) = survey();
    let mut empty = spec();
    empty.r#where = Some("snr_r > 1000".into());
    assert!(run(&store, empty).unwrap_err().to_string().contains("widen the where"));
    let mut few = spec();
    few.r#where = Some("snr_r < 10".into());
    run(&store, few).unwrap_err();
    let states = store.runs().unwrap();
    assert!(states.iter().all(|s| s.status == RunStatus::Failed && s.error.is_some()), "{states:?}");
    assert!(states.iter().any(|s| s.error.as_deref().unwrap().contains("n_neighbors")), "{states:?}");
}

#[test]
fn a_run_stops_on_request_and_reports_its_stages_until_then() {
    let (_folder, store) = survey();
    let plan = Plan::new(spec()).unwrap();
    let owned = store.create_run(plan.spec()).unwrap();
    let run = owned.run().clone();
    let stages = Mutex::new(Vec::new());
    let report = |progress: &RunProgress| {
        stages.lock().unwrap().push(progress.stage);
        if progress.stage == Stage::Recipe {
            // from another process this file would be all there is
            let _ = run.cancel();
        }
    };
    let options = ExecuteOptions { label_files: false };
    let error = execute(&store, owned, &plan, &CpuEngine, options, &AtomicBool::new(false), &report).unwrap_err();
    assert!(error.is_cancelled(), "{error}");
    assert_eq!(run.state().unwrap().status, RunStatus::Cancelled);
    assert_eq!(stages.into_inner().unwrap().first(), Some(&Stage::Read));
}

#[test]
fn a_search_that_was_interrupted_goes_on_where_it_ended() {
    // several pieces of a search
    let (_folder, store) = survey_of(3000);
    let undisturbed = run(&store, spec()).unwrap();
    let plan = Plan::new(spec()).unwrap();
    let owned = store.create_run(plan.spec()).unwrap();
    let interrupted = owned.run().clone();
    let pieces = interrupted.folder().join("neighbors.partial");
    let cancel = AtomicBool::new(false);
    let report = |progress: &RunProgress| {
        if progress.stage == Stage::Neighbors && progress.stage_fraction >= 0.5 {
            cancel.store(true, Ordering::Relaxed);
        }
    };
    let options = || ExecuteOptions { label_files: false };
    let error = execute(&store, owned, &plan, &CpuEngine, options(), &cancel, &report).unwrap_err();
    assert!(error.is_cancelled(), "{error}");
    let kept = std::fs::metadata(&pieces).unwrap().len();
    assert!(kept > 100_000, "{kept} bytes were kept");

    assert_eq!(store.timings().len(), 1, "of the undisturbed one");
    let owned = store.resume_run(interrupted.id()).unwrap();
    let searched = AtomicUsize::new(0);
    let never_less = |progress: &RunProgress| {
        if progress.stage == Stage::Neighbors && progress.stage_fraction > 0.0 {
            // at the first word one piece is done: a file begun anew would hold one, half of all are kept
            searched.fetch_add(1, Ordering::Relaxed);
            assert!(std::fs::metadata(&pieces).unwrap().len() >= kept, "the search began anew");
        }
    };
    let resumed = execute(&store, owned, &plan, &CpuEngine, options(), &AtomicBool::new(false), &never_less).unwrap();
    assert!(searched.into_inner() > 0);
    assert_eq!(store.timings().len(), 1, "half a search tells nothing of a whole one");
    let bytes = |id: &str| std::fs::read(store.run(id).unwrap().folder().join("candidates.parquet")).unwrap();
    assert!(bytes(&resumed.id) == bytes(&undisturbed.id));
    assert!(!pieces.exists(), "what was kept is left behind");
}
