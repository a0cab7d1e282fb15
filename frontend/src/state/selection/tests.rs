//! Selections made, changed and taken back.

use arrow_array::{ArrayRef, RecordBatch, StringArray};

use super::*;

fn table(ids: &[&str]) -> Table {
    let ids = Arc::new(StringArray::from(ids.to_vec())) as ArrayRef;
    Table::of(RecordBatch::try_from_iter([("spectrum_id", ids)]).unwrap())
}

fn of(ids: &[&str]) -> Selection {
    Selection::default().with(How::Replace, ids.iter().copied())
}

#[test]
fn keys_replace_add_and_subtract() {
    let first = of(&["a", "b"]);
    assert_eq!(first.with(How::of_keys(true, false), ["c"].into_iter()).names(), ["a", "b", "c"]);
    assert_eq!(first.with(How::of_keys(false, true), ["b", "z"].into_iter()).names(), ["a"]);
    assert_eq!(first.with(How::of_keys(false, false), ["c"].into_iter()).names(), ["c"]);
    assert_eq!(How::of_keys(true, true), How::Subtract);
    assert_eq!(first.toggled("a").names(), ["b"]);
    assert_eq!(first.toggled("c").toggled("c"), first);
}

#[test]
fn rows_are_marked_in_whatever_order_they_are_listed() {
    let selected = of(&["a", "c", "elsewhere"]);
    let marks = selected.marks(&table(&["c", "b", "a"]));
    assert_eq!((marks.number, marks.flags()), (2, Some(&[true, false, true][..])));
    assert!(marks.has(0) && !marks.has(1) && !marks.has(9));
    let none = selected.marks(&table(&["b"]));
    assert_eq!((none.number, none.flags()), (0, None));
    assert_eq!(of(&[]).marks(&table(&["a"])), Marks::default());
}

#[test]
fn what_is_not_selected_of_the_list_is() {
    let selected = of(&["a", "elsewhere"]);
    assert_eq!(selected.inverted(&table(&["a", "b", "c"])).names(), ["b", "c"]);
}

#[test]
fn a_name_lasts_as_long_as_the_set() {
    let named = Selection::named("island", ["a", "b"].into_iter());
    assert_eq!(named.with(How::Add, ["a"].into_iter()).name.as_deref(), Some("island"));
    assert_eq!(named.with(How::Add, ["c"].into_iter()).name, None);
    let mut history = History::default();
    history.select(named);
    history.select(of(&["c"]));
    history.forget("island");
    assert!(history.undo() && history.now().name.is_none());
}

#[test]
fn steps_are_taken_back_and_again() {
    let mut history = History::default();
    assert!(!history.undo() && !history.redo());
    for ids in [&["a"][..], &["a", "b"], &["a", "b"], &["c"]] {
        history.select(of(ids));
    }
    assert!(history.undo());
    assert_eq!(history.now().names(), ["a", "b"]);
    assert!(history.redo());
    assert_eq!(history.now().names(), ["c"]);
    assert!(history.undo() && history.undo() && history.undo() && !history.undo());
    assert!(history.now().is_empty());
    history.select(of(&["d"]));
    assert!(!history.redo(), "a new step ends what could be taken again");
    for i in 0..2 * REMEMBERED {
        history.select(of(&[&i.to_string()]));
    }
    assert_eq!((0..9 * REMEMBERED).take_while(|_| history.undo()).count(), REMEMBERED);
}

#[test]
fn free_names_count_on() {
    assert_eq!(free_name(["island"].into_iter()), "selection-1");
    assert_eq!(free_name(["selection-2", "selection-x", "selection-10"].into_iter()), "selection-11");
}

#[test]
fn names_are_those_that_the_server_takes() {
    for name in ["island", "Be-stars_2", "a.b", &"a".repeat(64)] {
        assert!(is_name(name), "{name}");
    }
    for name in ["", " a", "a b", "a/b", "a'b", ".", "-a", "v\u{e9}ga", &"a".repeat(65)] {
        assert!(!is_name(name), "{name:?}");
    }
}
