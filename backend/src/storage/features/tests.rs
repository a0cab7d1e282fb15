//! Features in portions: what is kept by whom, and that none of it changes a bit.

use std::{
    path::PathBuf,
    sync::{
        LazyLock,
        atomic::{AtomicBool, Ordering},
    },
};

use balmer_core::{
    engine::Unobserved,
    ndarray::Axis,
    pipeline::PipelineSpec,
    spectrum::{Medium, Metadata, SpectralAxis},
};
use proptest::prelude::*;

use super::*;
use crate::storage::{Store, WriteOptions};

const SPECTRA: usize = 100;

/// Spectra with a line; every seventh ends before it and is rejected.
fn survey() -> (tempfile::TempDir, Survey) {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::open_or_create(folder.path()).unwrap();
    let mut writer = store.writer("sky", WriteOptions::default()).unwrap();
    for i in 0..SPECTRA {
        let pixels = if i % 7 == 3 { 200 } else { 600 };
        let axis = SpectralAxis::linear(6400.0, 0.7, pixels, Medium::Vacuum).unwrap();
        let flux = axis.wavelengths().iter().map(|w| (1.0 + (i as f64 + 0.013 * w).sin() / 9.0) as f32).collect();
        let metadata =
            Metadata { spectrum_id: format!("s{i:03}"), source: format!("s{i:03}.fits"), ..Metadata::default() };
        writer.push(Spectrum::new(axis, flux, metadata).unwrap()).unwrap();
    }
    writer.commit().unwrap();
    let survey = store.survey("sky").unwrap();
    (folder, survey)
}

fn plan() -> Plan {
    Plan::new(PipelineSpec::new("sky")).unwrap()
}

fn all() -> Selection {
    Selection::new((0..SPECTRA as u64).collect())
}

/// The features of all, from a survey of which nothing was kept.
static UNDISTURBED: LazyLock<SurveyFeatures> = LazyLock::new(|| {
    let (_folder, survey) = survey();
    survey.features(&plan(), &all(), &Unobserved).unwrap()
});

fn folder_of(survey: &Survey) -> PathBuf {
    survey.folder().join("features").join(format!("{}-{}", plan().recipe().hash(), env!("CARGO_PKG_VERSION")))
}

fn names(folder: &std::path::Path) -> Vec<String> {
    let mut names: Vec<String> =
        std::fs::read_dir(folder).unwrap().map(|e| e.unwrap().file_name().into_string().unwrap()).collect();
    names.sort_unstable();
    names
}

/// Cancels once so much is done.
struct Until(f64, AtomicBool);

impl Observer for Until {
    fn progress(&self, fraction: f64) {
        assert!((0.0..=1.0).contains(&fraction));
        self.1.fetch_or(fraction >= self.0, Ordering::Relaxed);
    }
    fn is_cancelled(&self) -> bool {
        self.1.load(Ordering::Relaxed)
    }
}

impl RunObserver for Until {
    fn stage(&self, _stage: Stage, _message: &str) {}
}

#[test]
fn an_interrupted_extraction_loses_one_portion_at_most() {
    let (_folder, survey) = survey();
    let until = Until(0.5, AtomicBool::new(false));
    let error = survey.features(&plan(), &all(), &until).unwrap_err();
    assert!(matches!(error, FeatureError::Core(balmer_core::Error::Cancelled)), "{error}");
    let kept = names(&folder_of(&survey));
    assert_eq!(kept, ["0001.parquet", "0002.parquet", "0003.parquet", "users.lock"]);
    let found = survey.features(&plan(), &all(), &Unobserved).unwrap();
    // portions of 40, in which 16 are kept at once: 16, 16, 8, 16 and so on
    assert_eq!(found.extracted, SPECTRA - 40);
    assert_eq!((&found.table, &found.rows), (&UNDISTURBED.table, &UNDISTURBED.rows));
    assert_eq!((found.table.len(), found.table.rejected.len()), (86, 14));
    // one who wants to stop need not wait until what is kept is read
    let error = survey.features(&plan(), &all(), &Until(0.0, AtomicBool::new(true))).unwrap_err();
    assert!(matches!(error, FeatureError::Store(StoreError::Cancelled)), "{error}");
}

#[test]
fn a_cache_that_is_removed_meanwhile_is_made_again() {
    let (_folder, survey) = survey();
    survey.features(&plan(), &all(), &Unobserved).unwrap();
    let (plan, all) = (plan(), all());
    let mut portions = survey.feature_portions(&plan, &all, &Unobserved).unwrap();
    let mut found = vec![portions.next().unwrap().unwrap().table];
    std::fs::remove_dir_all(survey.folder().join("features")).unwrap();
    // other rows under the names of those that were there
    survey.features(&plan, &Selection::new((50..80).collect()), &Unobserved).unwrap();
    found.extend(portions.map(|portion| portion.unwrap().table));
    let ids: Vec<&String> = found.iter().flat_map(|table| &table.spectrum_ids).collect();
    assert_eq!(ids, UNDISTURBED.table.spectrum_ids.iter().collect::<Vec<_>>());
    let values: Vec<f32> = found.iter().flat_map(|table| table.matrix.iter().copied()).collect();
    assert!(values == UNDISTURBED.table.matrix.iter().copied().collect::<Vec<_>>());
}

#[test]
fn left_overs_go_when_nobody_else_is_there() {
    let (_folder, survey) = survey();
    let (plan, few) = (plan(), Selection::new(vec![0, 1]));
    let first = survey.feature_portions(&plan, &few, &Unobserved).unwrap();
    let half_written = folder_of(&survey).join(".featuresXyz");
    std::fs::write(&half_written, "PAR1").unwrap();
    survey.features(&plan, &few, &Unobserved).unwrap();
    assert!(half_written.exists(), "the other may be writing it");
    drop(first);
    assert!(!half_written.exists());
    std::fs::write(&half_written, "PAR1").unwrap();
    survey.features(&plan, &few, &Unobserved).unwrap();
    assert_eq!(names(&folder_of(&survey)), ["0001.parquet", "users.lock"]);
}

#[test]
fn rows_that_the_recipe_no_longer_gives_stay_while_somebody_reads_them() {
    let (_folder, survey) = survey();
    let (plan, all) = (plan(), all());
    survey.features(&plan, &all, &Unobserved).unwrap();
    let path = folder_of(&survey).join("0001.parquet");
    let right = std::fs::read(&path).unwrap();
    let mut other = PipelineSpec::new("sky");
    other.recipe.continuum = balmer_core::manipulation::Continuum::None;
    let other = Plan::new(other).unwrap();
    survey.features(&other, &all, &Unobserved).unwrap();
    let others = Cache::open(&survey, &other).unwrap();
    let reader = survey.feature_portions(&plan, &all, &Unobserved).unwrap();
    std::fs::copy(others.folder().join("0001.parquet"), &path).unwrap();
    let found = survey.features(&plan, &all, &Unobserved).unwrap();
    assert_eq!((found.extracted, &found.table), (SPECTRA, &UNDISTURBED.table));
    assert!(path.exists() && std::fs::read(&path).unwrap() != right);
    drop(reader);
    let found = survey.features(&plan, &all, &Unobserved).unwrap();
    assert_eq!((found.extracted, &found.table), (SPECTRA, &UNDISTURBED.table));
    assert!(std::fs::read(&path).unwrap() == right);
    assert_eq!(survey.features(&plan, &all, &Unobserved).unwrap().extracted, 0);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(8))]

    #[test]
    fn whatever_was_kept_before_the_rows_are_the_same(
        before in prop::collection::vec(prop::collection::btree_set(0..SPECTRA as u64, 0..60), 0..4),
        asked in prop::collection::btree_set(0..SPECTRA as u64, 0..SPECTRA),
    ) {
        let (_folder, survey) = survey();
        for rows in &before {
            survey.features(&plan(), &Selection::new(rows.iter().copied().collect()), &Unobserved).unwrap();
        }
        let asked = Selection::new(asked.into_iter().collect());
        let found = survey.features(&plan(), &asked, &Unobserved).unwrap();
        let is_asked = |row: &u64| asked.rows().binary_search(row).is_ok();
        let places: Vec<usize> = (0..UNDISTURBED.rows.len()).filter(|&i| is_asked(&UNDISTURBED.rows[i])).collect();
        prop_assert_eq!(&found.rows, &places.iter().map(|&i| UNDISTURBED.rows[i]).collect::<Vec<_>>());
        prop_assert_eq!(&found.table.matrix, &UNDISTURBED.table.matrix.select(Axis(0), &places));
        let known: std::collections::BTreeSet<u64> = before.into_iter().flatten().collect();
        prop_assert_eq!(found.extracted, asked.rows().iter().filter(|row| !known.contains(row)).count());
        let rejected: Vec<&str> = found.table.rejected.iter().map(|r| r.spectrum_id.as_str()).collect();
        let expected: Vec<String> = asked.rows().iter().filter(|&row| row % 7 == 3).map(|row| format!("s{row:03}")).collect();
        prop_assert_eq!(rejected, expected);
    }
}
