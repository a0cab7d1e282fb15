//! Subsets as their users see them: named, asked for in conditions, kept by runs.

use balmer_core::pipeline::PipelineSpec;

use super::*;
use crate::storage::{Query, Store, WriteOptions, test_spectra::numbered};

fn store(count: usize) -> (tempfile::TempDir, Store) {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::open_or_create(folder.path()).unwrap();
    let mut writer = store.writer("lamost", WriteOptions::default()).unwrap();
    for spectrum in numbered(count) {
        writer.push(spectrum).unwrap();
    }
    writer.commit().unwrap();
    (folder, store)
}

fn ids(numbers: &[usize]) -> Vec<String> {
    numbers.iter().map(|number| format!("s{number:05}")).collect()
}

fn selected(survey: &Survey, condition: &str) -> Result<Vec<String>> {
    survey.ids(&survey.select(Some(condition))?)
}

#[test]
fn conditions_know_subsets_by_name_and_sql_has_the_set_operations() {
    let (_folder, store) = store(10);
    let survey = store.survey("lamost").unwrap();
    let made = survey.make_subset("island", ids(&[7, 2, 5, 2])).unwrap();
    assert_eq!(made.spectrum_ids, ids(&[2, 5, 7]));
    survey.make_subset("shore", ids(&[5, 6])).unwrap();
    for (condition, expected) in [
        ("in_subset('island')", vec![2, 5, 7]),
        ("in_subset('island') AND in_subset('shore')", vec![5]),
        ("in_subset('island') AND NOT IN_SUBSET('shore')", vec![2, 7]),
        ("in_subset('island') OR in_subset('shore')", vec![2, 5, 6, 7]),
        ("in_subset('island') AND snr_r > 4", vec![5, 7]),
        ("CASE WHEN in_subset('shore') THEN snr_r > 5 ELSE snr_r < 1 END", vec![0, 6]),
    ] {
        assert_eq!(selected(&survey, condition).unwrap(), ids(&expected), "{condition}");
    }
    let query =
        Query { order_by: Some("in_subset('shore') DESC, snr_r DESC".into()), limit: Some(3), ..Query::default() };
    let first = survey.metadata(&query).unwrap().into_iter().map(|row| row.spectrum_id).collect::<Vec<_>>();
    assert_eq!(first, ids(&[6, 5, 9]));
}

#[test]
fn what_is_no_subset_is_refused_with_a_remedy() {
    let (_folder, store) = store(4);
    let survey = store.survey("lamost").unwrap();
    survey.make_subset("island", ids(&[1])).unwrap();
    for (condition, words) in [
        ("in_subset('iland')", "did you mean `island`?"),
        ("in_subset('../island')", "`../island` cannot be a name"),
        ("in_subset(spectrum_id)", "in_subset('my-selection')"),
        ("in_subset(7)", "single quotes"),
        ("in_subset()", "in_subset('my-selection')"),
        ("in_subset('island', 'island')", "in_subset('my-selection')"),
        ("in_subset(DISTINCT 'island')", "in_subset('my-selection')"),
        ("in_subset('island')('island')", "in_subset('my-selection')"),
        ("in_subset('island') FILTER (WHERE snr_r > 5)", "in_subset('my-selection')"),
        ("in_subset('island') OVER ()", "in_subset('my-selection')"),
    ] {
        let error = selected(&survey, condition).unwrap_err().to_string();
        assert!(error.contains(words), "{condition}: {error}");
    }
    for (name, spectra, words) in [
        ("../x", ids(&[1]), "`../x` cannot be a name"),
        ("empty", Vec::new(), "0 spectra"),
        ("strange", vec!["s00001".into(), "nobody".into()], "nobody"),
        ("island", ids(&[2]), "choose another name"),
    ] {
        let error = survey.make_subset(name, spectra).unwrap_err().to_string();
        assert!(error.contains(words), "{name}: {error}");
    }
    // the same again is no other
    assert_eq!(survey.make_subset("island", ids(&[1])).unwrap().name, "island");
    assert_eq!(survey.subsets().list().unwrap().len(), 1);
}

#[test]
fn a_deleted_name_is_free_again() {
    let (_folder, store) = store(4);
    let survey = store.survey("lamost").unwrap();
    survey.make_subset("island", ids(&[1])).unwrap();
    survey.subsets().delete("island").unwrap();
    assert!(survey.subsets().list().unwrap().is_empty());
    assert!(matches!(survey.subsets().delete("island"), Err(StoreError::NoSubset { .. })));
    survey.make_subset("island", ids(&[2, 3])).unwrap();
    assert_eq!(selected(&survey, "in_subset('island')").unwrap(), ids(&[2, 3]));
}

#[test]
fn a_run_keeps_the_subsets_that_it_was_accepted_with() {
    let (_folder, store) = store(8);
    let survey = store.survey("lamost").unwrap();
    survey.make_subset("island", ids(&[1, 4])).unwrap();
    survey.make_subset("other", ids(&[0])).unwrap();
    let condition = "in_subset('island')".to_owned();
    let spec = PipelineSpec { r#where: Some(condition.clone()), ..PipelineSpec::new("lamost") };
    let run = store.create_run(&spec).unwrap();
    survey.subsets().delete("island").unwrap();
    survey.make_subset("island", ids(&[2])).unwrap();
    let then = store.survey_of(run.run()).unwrap();
    assert_eq!(selected(&then, &condition).unwrap(), ids(&[1, 4]));
    assert_eq!(selected(&store.survey("lamost").unwrap(), &condition).unwrap(), ids(&[2]));
    assert_eq!(then.subsets().list().unwrap().len(), 1, "those that its condition names alone");
    // the survey grows, too: the run's is opened at what it was
    let mut writer = store.writer("lamost", WriteOptions::default()).unwrap();
    writer.push(numbered(9).remove(8)).unwrap();
    writer.commit().unwrap();
    drop(writer);
    let then = store.survey_of(run.run()).unwrap();
    assert_eq!((then.count(), selected(&then, &condition).unwrap()), (8, ids(&[1, 4])));
}

#[test]
fn a_subset_is_held_once_however_often_it_is_named_and_not_too_many_are() {
    let (_folder, store) = store(3);
    let survey = store.survey("lamost").unwrap();
    durable::create_dir(survey.subsets().folder.path()).unwrap();
    for name in ["a", "b", "c"] {
        let spectrum_ids = (0..800_000).map(|number| format!("s{number:05}")).collect();
        let many = Subset { name: name.into(), created: String::new(), spectrum_ids };
        durable::replace_json(&survey.subsets().folder.path_of(name).unwrap(), &many).unwrap();
    }
    // 40 sets of their own would be refused
    let often = vec!["in_subset('a')"; 20].join(" AND ") + " AND " + &vec!["in_subset('b')"; 20].join(" AND ");
    assert_eq!(selected(&survey, &format!("{often} AND snr_r > 0")).unwrap(), ids(&[1, 2]));
    let error = selected(&survey, "in_subset('a') OR in_subset('b') OR in_subset('c')").unwrap_err().to_string();
    assert!(error.contains("2400000 spectra, 2000000 are accepted"), "{error}");
}
