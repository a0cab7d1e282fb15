//! A survey with planted objects is a survey, and the one it was made from stays as it is.

use std::{
    collections::BTreeSet,
    sync::atomic::{AtomicUsize, Ordering},
};

use balmer_core::{
    engine::Unobserved,
    simulate::{Injection, Simulation},
};

use super::*;
use crate::storage::Query;

/// Forty simulated spectra, twelve a part.
fn store() -> (tempfile::TempDir, Store) {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::open_or_create(folder.path()).unwrap();
    let options = WriteOptions { part_spectra: 12, keep_duplicates: true, ..WriteOptions::default() };
    let mut writer = store.writer("sky", options).unwrap();
    for spectrum in Simulation::new(40, 2).spectra() {
        writer.push(spectrum).unwrap();
    }
    writer.commit().unwrap();
    drop(writer);
    (folder, store)
}

fn options(count: u64, into: &str) -> InjectOptions {
    let injector =
        Injector::new(vec![Injection::Be, Injection::Double], 7).unwrap().with_strength([5.0, 50.0]).unwrap();
    InjectOptions { injector, count, condition: None, into: into.into(), asked: String::new(), most: None }
}

fn all(store: &Store, survey: &str) -> Vec<Spectrum> {
    let survey = store.survey(survey).unwrap();
    survey.spectra(&survey.select(None).unwrap()).map(Result::unwrap).collect()
}

#[test]
fn hosts_are_replaced_and_columns_say_by_what() {
    let (_folder, store) = store();
    let before = all(&store, "sky");
    let report = store.inject("sky", &options(6, "planted"), &Unobserved).unwrap();
    assert_eq!((report.spectra, report.planted.values().sum::<u64>()), (40, 6));
    assert_eq!(all(&store, "sky"), before);
    let after = all(&store, "planted");
    let changed: Vec<usize> = (0..40).filter(|&i| after[i].flux() != before[i].flux()).collect();
    assert_eq!(changed.len(), 6);
    let same = |i: usize| after[i].metadata == before[i].metadata;
    assert!((0..40).all(|i| same(i) != changed.contains(&i)));

    let survey = store.survey("planted").unwrap();
    let condition = "injected_strength BETWEEN 5 AND 50 AND injected_snr > 0 AND truth IN ('be', 'double')";
    let found = survey.ids_where(Some(condition)).unwrap();
    let names: Vec<String> = changed.iter().map(|&i| after[i].metadata.spectrum_id.clone()).collect();
    assert_eq!(found, names);
    let host = &before[changed[0]].metadata.spectrum_id;
    assert_eq!(survey.ids_where(Some(&format!("injected_host = '{host}'"))).unwrap(), [names[0].clone()]);
    assert_eq!(survey.select(Some("injected_host IS NULL")).unwrap().len(), 34);
    let unit = &survey.catalogue_columns()[0].unit;
    assert_eq!(unit, "Angstrom");
}

#[test]
fn the_same_seed_makes_the_same_survey() {
    let (_folder, store) = store();
    for into in ["a", "b"] {
        store.inject("sky", &options(5, into), &Unobserved).unwrap();
    }
    assert_eq!(all(&store, "a"), all(&store, "b"));
    let only = InjectOptions { condition: Some("snr_r > 80".into()), ..options(4, "c") };
    store.inject("sky", &only, &Unobserved).unwrap();
    let hosts = Query { condition: Some("injected_host IS NOT NULL".into()), ..Query::default() };
    let hosts = store.survey("c").unwrap().metadata(&hosts).unwrap();
    assert!(hosts.len() == 4 && hosts.iter().all(|m| m.snr_r.unwrap() > 80.0));
}

#[test]
fn what_cannot_be_made_leaves_nothing() {
    let (_folder, store) = store();
    let surveys = || store.surveys().unwrap().into_iter().map(|survey| survey.name).collect::<BTreeSet<_>>();
    let refused = |options: &InjectOptions| store.inject("sky", options, &Unobserved).unwrap_err().to_string();
    let many = refused(&options(41, "planted"));
    assert!(many.contains("of 40 spectra can take an object") && many.contains("ask for fewer"), "{many}");
    let large = refused(&InjectOptions { most: Some(39), ..options(1, "planted") });
    assert!(large.contains("40 spectra are too many") && large.contains("balmer inject"), "{large}");
    assert!(refused(&options(1, "sky")).contains("exists already"));
    assert!(refused(&options(1, "../sky")).contains("cannot be a name"));
    assert!(refused(&InjectOptions { condition: Some("nothing".into()), ..options(1, "x") }).contains("nothing"));
    assert_eq!(surveys(), ["sky".to_owned()].into());
    assert!(!store.surveys_dir().join(STAGING).exists());
}

/// Asks to stop after some looks.
struct Impatient(AtomicUsize);

impl Observer for Impatient {
    fn progress(&self, _fraction: f64) {}
    fn is_cancelled(&self) -> bool {
        self.0.fetch_sub(1, Ordering::Relaxed) == 1
    }
}

#[test]
fn a_stopped_one_leaves_nothing_and_a_killed_one_is_cleared() {
    let (_folder, store) = store();
    for looks in 1..4 {
        let stopped = store.inject("sky", &options(3, "planted"), &Impatient(AtomicUsize::new(looks)));
        assert!(matches!(stopped, Err(StoreError::Cancelled)), "{looks}: {stopped:?}");
        assert!(!store.has_survey("planted") && !store.surveys_dir().join(STAGING).exists());
    }
    let left = store.surveys_dir().join(STAGING).join("planted");
    std::fs::create_dir_all(&left).unwrap();
    std::fs::write(left.join("manifest.json"), "half").unwrap();
    store.inject("sky", &options(3, "planted"), &Unobserved).unwrap();
    assert!(store.has_survey("planted"));
}
