//! Every control finds, replaces and removes its own clause, and nothing else.

use super::*;

fn one_of(column: &str, values: &[&str]) -> Clause {
    Clause::OneOf { column: column.into(), values: values.iter().map(|&value| value.to_owned()).collect() }
}

fn bounds(column: &str, low: Option<f64>, high: Option<f64>) -> Clause {
    Clause::Bounds { column: column.into(), bounds: Bounds::default().changed(low, high) }
}

fn set(text: &str, clause: &Clause) -> String {
    Condition::parse(text).unwrap().with(&clause.slot(), Some(clause)).to_string()
}

fn removed(text: &str, slot: &Slot) -> String {
    Condition::parse(text).unwrap().with(slot, None).to_string()
}

#[test]
fn every_clause_survives_the_journey() {
    let cone = |ra, dec, radius| Clause::Cone(Cone { ra, dec, radius });
    for (clause, text) in [
        (one_of("class", &["STAR"]), "class = 'STAR'"),
        (one_of("class", &["STAR", "it's, \"so\""]), "class IN ('STAR', 'it''s, \"so\"')"),
        (one_of("Odd name", &["a AND b"]), "\"Odd name\" = 'a AND b'"),
        (bounds("snr_r", Some(10.0), None), "snr_r >= 10"),
        (bounds("snr_r", None, Some(-0.5)), "snr_r <= -0.5"),
        (bounds("z", Some(-0.001), Some(0.001)), "z BETWEEN -0.001 AND 0.001"),
        (cone(83.633, -22.0145, 0.5), "distance(ra, dec, 83.633, -22.0145) < 0.5"),
        (Clause::Sample(0.05), "sample(spectrum_id) < 0.05"),
    ] {
        assert_eq!(clause.to_string(), text);
        assert_eq!(Clause::read(text), Some(clause.clone()), "{text}");
        assert_eq!(set("", &clause), text);
        assert_eq!(removed(text, &clause.slot()), "");
    }
}

#[test]
fn spelling_does_not_matter() {
    assert_eq!(Clause::read(" CLASS in('STAR','QSO') "), Some(one_of("class", &["STAR", "QSO"])));
    assert_eq!(Clause::read("\"snr_r\">=+1e1"), Some(bounds("snr_r", Some(10.0), None)));
    let cone = Clause::read("Distance( RA,dec , 10, - 5)<=2");
    assert_eq!(cone, Some(Clause::Cone(Cone { ra: 10.0, dec: -5.0, radius: 2.0 })));
}

#[test]
fn what_no_control_writes_is_not_understood() {
    for text in [
        "",
        "snr_r",
        "class != 'STAR'",
        "class LIKE 'S%'",
        "class IN ()",
        "class IN ('A' 'B')",
        "class IN ('A',)",
        "class IN ('A', 3)",
        "snr_r >= snr_g",
        "snr_r + 1 >= 3",
        "snr_r BETWEEN 1 AND",
        "10 < snr_r",
        "distance(dec, ra, 1, 2) < 3",
        "distance(ra, dec, 1) < 3",
        "sample(obsid) < 0.1",
        "sample(spectrum_id) > 0.1",
        "abs(z) < 0.1",
        "NOT has_ivar",
    ] {
        assert_eq!(Clause::read(text), None, "{text}");
    }
}

#[test]
fn other_clauses_stay_to_the_letter() {
    let by_hand = "subclass  LIKE 'A%'   AND (ra<10 OR ra > 350) AND z BETWEEN 0 AND 0.1";
    let kept = "subclass  LIKE 'A%' AND (ra<10 OR ra > 350) AND z BETWEEN 0 AND 0.1";
    let class = one_of("class", &["STAR"]);
    let with_class = set(by_hand, &class);
    assert_eq!(with_class, format!("{kept} AND class = 'STAR'"));
    assert_eq!(set(&with_class, &one_of("class", &["QSO", "STAR"])), format!("{kept} AND class IN ('QSO', 'STAR')"));
    assert_eq!(removed(&with_class, &class.slot()), kept);
    // in the middle it is replaced in its place
    assert_eq!(
        set("a = 1 AND snr_r > 5 AND b = 2", &bounds("snr_r", Some(9.0), None)),
        "a = 1 AND snr_r >= 9 AND b = 2"
    );
    assert_eq!(removed("a = 1 AND snr_r > 5 AND b = 2", &Slot::Bounds("snr_r".into())), "a = 1 AND b = 2");
}

#[test]
fn a_control_leaves_its_neighbours_columns_alone() {
    let text = "snr_g >= 5 AND class = 'STAR'";
    assert_eq!(set(text, &bounds("snr_r", Some(7.0), None)), "snr_g >= 5 AND class = 'STAR' AND snr_r >= 7");
    assert_eq!(Condition::parse(text).unwrap().read(&Slot::Bounds("snr_r".into())), None);
    assert_eq!(Condition::parse(text).unwrap().read(&Slot::OneOf("subclass".into())), None);
}

#[test]
fn an_alternative_gets_brackets_once() {
    let alternative = "class = 'STAR' AND snr_r > 3 OR class = 'QSO'";
    let wrapped = set(alternative, &Clause::Sample(0.1));
    assert_eq!(wrapped, format!("({alternative}) AND sample(spectrum_id) < 0.1"));
    assert_eq!(set(&wrapped, &Clause::Sample(0.2)), format!("({alternative}) AND sample(spectrum_id) < 0.2"));
    assert_eq!(removed(alternative, &Slot::Sample), alternative);
    // its clauses hold in one of its branches only: no control may claim them
    assert_eq!(Condition::parse(alternative).unwrap().read(&Slot::OneOf("class".into())), None);
}

#[test]
fn both_ends_of_a_range_are_one_control() {
    let condition = Condition::parse("snr_r > 5 AND class = 'STAR' AND snr_r <= 80 AND snr_r >= 2").unwrap();
    let slot = Slot::Bounds("snr_r".into());
    let Some(Clause::Bounds { column, bounds }) = condition.read(&slot) else { panic!("no bounds") };
    assert_eq!(bounds, Bounds { low: Some(Bound { value: 5.0, strict: true }), high: Some(Bound::at(80.0)) });
    // the end that was not touched stays strict
    let clause = Clause::Bounds { column, bounds: bounds.changed(Some(5.0), Some(90.0)) };
    let changed = condition.with(&slot, Some(&clause));
    assert_eq!(changed.to_string(), "snr_r > 5 AND snr_r <= 90 AND class = 'STAR'");
    assert_eq!(Condition::parse(&changed.to_string()).unwrap().read(&slot), Some(clause));
}

#[test]
fn words_in_texts_and_brackets_do_not_join() {
    for text in ["designation = 'a AND b OR (c'", "CASE WHEN a AND b THEN 1 ELSE 2 END = 1", "(a AND b)"] {
        assert_eq!(set(text, &Clause::Sample(0.5)), format!("{text} AND sample(spectrum_id) < 0.5"));
    }
    assert_eq!(Condition::parse("NOT x BETWEEN 1 AND 2 AND y").unwrap().parts, ["NOT x BETWEEN 1 AND 2", "y"]);
}

#[test]
fn the_server_s_word_waits_for_the_end() {
    for text in ["class = ", "class = 'S", "class IN ('A',", "a = 1 AND", "snr_r BETWEEN", "(a = 1", "x IS"] {
        assert!(is_unfinished(text), "{text}");
    }
    for text in ["", "class = 'S'", "snr > 20", "snr_r IS NULL"] {
        assert!(!is_unfinished(text), "{text}");
    }
}

#[test]
fn an_unfinished_condition_is_left_to_its_writer() {
    for text in ["class = 'STA", "(snr_r > 3", "snr_r > 3)", "x -- note", "a AND", "a AND AND b", "AND a", "\"x"] {
        assert_eq!(Condition::parse(text), None, "{text}");
    }
    assert_eq!(Condition::parse("  "), Some(Condition::default()));
}

#[test]
fn a_clause_is_joined_once_and_to_the_whole_condition() {
    let only = "in_subset('a b')";
    let cases = [
        (None, only),
        (Some("  "), only),
        (Some("snr_r > 3"), "snr_r > 3 AND in_subset('a b')"),
        (Some("z > 1 OR z < 0"), "(z > 1 OR z < 0) AND in_subset('a b')"),
        (Some("in_subset('a b') AND z > 1"), "in_subset('a b') AND z > 1"),
        (Some("z > 1 -- far"), "(z > 1 -- far\n) AND in_subset('a b')"),
    ];
    for (condition, expected) in cases {
        assert_eq!(joined(condition, only), expected);
    }
}
