//! Runs on disk: their states, and what is left when their owner dies.

use super::*;
use crate::storage::{WriteOptions, test_spectra::numbered};

fn store() -> (tempfile::TempDir, Store) {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::open_or_create(folder.path()).unwrap();
    let mut writer = store.writer("lamost", WriteOptions::default()).unwrap();
    for spectrum in numbered(2) {
        writer.push(spectrum).unwrap();
    }
    writer.commit().unwrap();
    (folder, store)
}

#[test]
fn a_run_whose_owner_died_is_not_running_for_ever() {
    let (_folder, store) = store();
    let mut owned = store.create_run(&PipelineSpec::new("lamost")).unwrap();
    let id = owned.run().id().to_owned();
    let status = || store.run(&id).unwrap().state().unwrap();
    assert_eq!(status().status, RunStatus::Queued);
    owned.start("cpu".to_owned()).unwrap();
    assert_eq!(status().status, RunStatus::Running);
    assert!(store.run(&id).unwrap().delete().unwrap_err().to_string().contains("cancel it first"));
    drop(owned);
    assert_eq!(status().status, RunStatus::Failed);
    assert!(status().error.unwrap().starts_with("interrupted"));
    store.run(&id).unwrap().delete().unwrap();
    assert_eq!(store.runs().unwrap(), []);
}

#[test]
fn ids_are_sortable_unique_and_corrected() {
    let (_folder, store) = store();
    let ids: Vec<String> =
        (0..20).map(|_| store.create_run(&PipelineSpec::new("lamost")).unwrap().run().id().to_owned()).collect();
    let listed: Vec<String> = store.runs().unwrap().into_iter().map(|run| run.id).collect();
    assert_eq!(listed, ids, "the oldest first, within a second too");
    let mut unique = ids.clone();
    unique.sort_unstable();
    unique.dedup();
    assert_eq!(unique.len(), 20);
    assert!(ids[0].contains("-lamost-") && ids[0].len() == "20261122-181455-lamost-a1b2".len(), "{}", ids[0]);
    let message = store.run(&ids[0][..ids[0].len() - 1]).unwrap_err().to_string();
    assert!(message.contains("did you mean"), "{message}");
    assert!(matches!(store.create_run(&PipelineSpec::new("lamos")), Err(StoreError::NoSurvey { .. })));
}

#[test]
fn a_request_to_stop_reaches_the_owner_and_ends_with_it() {
    let (_folder, store) = store();
    let owned = store.create_run(&PipelineSpec::new("lamost")).unwrap();
    let run = store.run(owned.run().id()).unwrap();
    assert!(!owned.run().cancel_requested());
    run.cancel().unwrap();
    assert!(owned.run().cancel_requested());
    owned.finish(RunStatus::Cancelled, None).unwrap();
    assert!(run.cancel().unwrap_err().to_string().contains("cancelled already"));
    assert!(run.candidates(&Query::default()).unwrap_err().to_string().contains("it is cancelled"));
}

#[test]
fn what_a_run_was_accepted_with_outlives_its_attempts() {
    let (_folder, store) = store();
    let owned = store.create_run(&PipelineSpec::new("lamost")).unwrap();
    let run = owned.run().clone();
    let labels = [("s00000", "be"), ("s00001", " a, \"b\" ")];
    let labels = labels.map(|(id, label)| Labelled { spectrum_id: id.to_owned(), label: label.to_owned() });
    run.save_labels(&labels).unwrap();
    drop(owned);
    let then = store.survey("lamost").unwrap().manifest().clone();
    let mut writer = store.writer("lamost", WriteOptions::default()).unwrap();
    for spectrum in numbered(3).into_iter().skip(2) {
        writer.push(spectrum).unwrap();
    }
    writer.commit().unwrap();
    drop(store.take_run(run.id()).unwrap());
    assert_eq!(run.labels().unwrap().unwrap(), labels);
    let survey = store.survey_of(&run).unwrap();
    assert_eq!((survey.manifest(), survey.count(), store.survey("lamost").unwrap().count()), (&then, 2, 3));
    assert_eq!(survey.select(None).unwrap().len(), 2);
    assert!(!survey.contains("s00002").unwrap());
}
