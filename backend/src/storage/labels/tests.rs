//! Labels as their users see them: given, undone, kept.

use super::*;
use crate::storage::{Store, WriteOptions, test_spectra::numbered};

fn survey(count: usize) -> (tempfile::TempDir, Survey) {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::open_or_create(folder.path()).unwrap();
    let mut writer = store.writer("lamost", WriteOptions::default()).unwrap();
    for spectrum in numbered(count) {
        writer.push(spectrum).unwrap();
    }
    writer.commit().unwrap();
    let survey = store.survey("lamost").unwrap();
    (folder, survey)
}

fn label(id: &str, label: &str, author: &str) -> LabelInput {
    LabelInput {
        spectrum_id: id.into(),
        label: (!label.is_empty()).then(|| label.into()),
        author: author.into(),
        ..LabelInput::default()
    }
}

fn current(labels: &Labels) -> Vec<(String, String)> {
    labels.current().unwrap().into_iter().map(|c| (c.spectrum_id, c.label.unwrap())).collect()
}

fn pair(id: &str, label: &str) -> (String, String) {
    (id.to_owned(), label.to_owned())
}

#[test]
fn the_last_word_counts_and_can_be_taken_back() {
    let (_folder, survey) = survey(4);
    let labels = survey.labels();
    labels.give(&[label("s00001", "Be", "ann"), label("s00002", "CV", "bob")]).unwrap();
    labels.give(&[label("s00001", "double", "bob")]).unwrap();
    assert_eq!(current(&labels), [pair("s00001", "double"), pair("s00002", "CV")]);
    assert_eq!(labels.undo("bob").unwrap().unwrap().label.as_deref(), Some("double"));
    assert_eq!(current(&labels), [pair("s00001", "Be"), pair("s00002", "CV")]);
    assert_eq!(labels.undo("bob").unwrap().unwrap().label.as_deref(), Some("CV"));
    assert_eq!(labels.undo("bob").unwrap(), None);
    assert_eq!(current(&labels), [pair("s00001", "Be")]);
    labels.give(&[label("s00001", "", "ann")]).unwrap();
    assert_eq!(current(&labels), []);
    labels.undo("ann").unwrap();
    assert_eq!(current(&labels), [pair("s00001", "Be")]);
    let numbers: Vec<u64> = labels.history().unwrap().iter().map(|c| c.number).collect();
    assert_eq!(numbers, (1..=7).collect::<Vec<_>>(), "nothing is forgotten");
}

#[test]
fn what_cannot_be_meant_is_refused_and_nothing_of_it_kept() {
    let (_folder, survey) = survey(2);
    let labels = survey.labels();
    labels.declare_classes(&["emission".to_owned(), "absorption".to_owned()]).unwrap();
    let message = labels.give(&[label("s00000", "emission", "a"), label("s00001", "emision", "a")]).unwrap_err();
    assert!(message.to_string().contains("did you mean `emission`"), "{message}");
    assert!(matches!(labels.give(&[label("s00009", "emission", "a")]), Err(StoreError::NoSpectrum { .. })));
    assert!(labels.give(&[label("s00000", "emission", " ")]).is_err());
    assert_eq!(labels.history().unwrap(), []);
    labels.give(&[label("s00000", "emission", "a")]).unwrap();
    assert!(labels.declare_classes(&["absorption".to_owned()]).unwrap_err().to_string().contains("`emission`"));
}

#[test]
fn a_line_cut_by_a_crash_is_dropped() {
    let (_folder, survey) = survey(3);
    let labels = survey.labels();
    labels.give(&[label("s00000", "Be", "a")]).unwrap();
    let path = survey.folder().join("labels.jsonl");
    let mut bytes = fs::read(&path).unwrap();
    bytes.extend(br#"{"number":2,"spectr"#);
    fs::write(&path, bytes).unwrap();
    assert_eq!(current(&labels), [pair("s00000", "Be")]);
    labels.give(&[label("s00001", "CV", "a")]).unwrap();
    assert_eq!(current(&labels), [pair("s00000", "Be"), pair("s00001", "CV")]);
}

#[test]
fn files_go_in_and_come_out() {
    let (_folder, survey) = survey(3);
    let labels = survey.labels();
    let file = "note,label,spectrum_id,ignored\nclear,Be,s00001,1\n,,s00002,1\n,Be,nobody,2\n,CV,\"s00000\",3\n";
    let report = labels.import(file.as_bytes(), "ann").unwrap();
    assert_eq!((report.imported, report.unknown, report.first_unknown), (2, 1, vec!["nobody".to_owned()]));
    let mut out = Vec::new();
    assert_eq!(labels.export(&mut out).unwrap(), 2);
    let text = String::from_utf8(out.clone()).unwrap();
    assert!(text.starts_with("spectrum_id,label,author,time,note\ns00000,CV,ann,2"), "{text}");
    assert!(text.contains("s00001,Be,ann,"), "{text}");
    let again = labels.import(&out, "bob").unwrap();
    assert_eq!((again.imported, again.unchanged), (0, 2));
    let message = labels.import(b"id,label\ns00001,Be\n", "ann").unwrap_err().to_string();
    assert!(message.contains("no column `spectrum_id`, it has id, label"), "{message}");
}

#[test]
fn many_hands_lose_no_label() {
    let (_folder, survey) = survey(40);
    thread::scope(|scope| {
        for hand in 0..4 {
            let labels = survey.labels();
            scope.spawn(move || {
                for i in 0..10 {
                    labels.give(&[label(&format!("s{:05}", hand * 10 + i), "Be", &hand.to_string())]).unwrap();
                }
            });
        }
    });
    let history = survey.labels().history().unwrap();
    assert_eq!(history.iter().map(|c| c.number).collect::<Vec<_>>(), (1..=40).collect::<Vec<_>>());
    assert_eq!(current(&survey.labels()).len(), 40);
}
