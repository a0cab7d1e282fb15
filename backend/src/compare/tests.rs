//! Lists whose comparison is known by hand, and records that differ in one thing.

use balmer_core::pipeline::{LabelsSpec, PipelineSpec};
use serde_json::json;

use super::*;

/// A list in rank order.
fn ranking(rows: &[(&str, f32)]) -> RankedList {
    let mut ranking = RankedList::default();
    for (place, (name, lof)) in rows.iter().enumerate() {
        ranking.push(name, place as u32 + 1, *lof);
    }
    ranking
}

/// `count` spectra in the order of `place`, with factors that all differ.
fn numbered(count: u32, name: impl Fn(u32) -> u32) -> RankedList {
    let mut ranking = RankedList::default();
    for place in 0..count {
        ranking.push(&format!("s{:05}", name(place)), place + 1, (2 * count - place) as f32);
    }
    ranking
}

#[test]
fn a_list_agrees_with_itself() {
    let list = numbered(1234, |place| place);
    let found = compare(&list, &list, 5);
    assert_eq!((found.common, found.spearman), (1234, Some(1.0)));
    let depths: Vec<(usize, usize, f64)> = found.overlap.iter().map(|o| (o.first, o.common, o.share)).collect();
    assert_eq!(depths, [(10, 10, 1.0), (100, 100, 1.0), (1000, 1000, 1.0), (1234, 1234, 1.0)]);
    assert!(found.moved.is_empty() && found.only_a.count == 0 && found.only_b.count == 0);
}

#[test]
fn a_reversed_list_is_the_opposite() {
    let found = compare(&numbered(100, |place| place), &numbered(100, |place| 99 - place), 2);
    assert_eq!(found.spearman, Some(-1.0));
    assert_eq!(found.overlap[0], Overlap { first: 10, common: 0, share: 0.0 });
    assert_eq!(found.overlap[1], Overlap { first: 100, common: 100, share: 1.0 });
    // first and last changed places: the same ratio, so that the name decides
    let ends: Vec<(&str, u32, u32)> =
        found.moved.iter().map(|m| (m.spectrum_id.as_str(), m.rank_a, m.rank_b)).collect();
    assert_eq!(ends, [("s00000", 1, 100), ("s00099", 100, 1)]);
}

#[test]
fn a_move_at_the_top_counts_more_than_a_wider_one_below() {
    let swapped = |place| match place {
        1 => 9,
        9 => 1,
        500 => 900,
        900 => 500,
        other => other,
    };
    let found = compare(&numbered(1000, |place| place), &numbered(1000, swapped), 3);
    let names: Vec<&str> = found.moved.iter().map(|m| m.spectrum_id.as_str()).collect();
    assert_eq!(names, ["s00001", "s00009", "s00500"]);
    assert_eq!(
        found.moved[0],
        Moved { spectrum_id: "s00001".into(), rank_a: 2, rank_b: 10, lof_a: 1999.0, lof_b: 1991.0 }
    );
}

#[test]
fn ties_take_their_mean_rank() {
    // ranks 1, 2.5, 2.5, 4 against 1, 3, 2, 4: scipy.stats.spearmanr gives 0.9486832980505138
    let tied = ranking(&[("a", 3.0), ("b", 2.0), ("c", 2.0), ("d", 1.0)]);
    let other = ranking(&[("a", 9.0), ("c", 8.0), ("b", 7.0), ("d", 6.0)]);
    let rho = compare(&tied, &other, 0).spearman.unwrap();
    assert!((rho - 0.948_683_298_050_513_8).abs() < 1e-15, "{rho}");
    // equal factors throughout have no order to agree with
    let flat = ranking(&[("a", 1.0), ("b", 1.0), ("c", 1.0), ("d", 1.0)]);
    assert_eq!(compare(&flat, &other, 0).spearman, None);
}

#[test]
fn what_one_list_lacks_is_counted_and_correlation_is_over_the_rest() {
    let a = ranking(&[("x", 5.0), ("a", 4.0), ("b", 3.0), ("c", 2.0)]);
    let b = ranking(&[("a", 9.0), ("b", 8.0), ("y", 7.0), ("z", 6.0), ("c", 5.0)]);
    let found = compare(&a, &b, 1);
    assert_eq!((found.common, found.spearman), (3, Some(1.0)));
    assert_eq!(found.overlap, [Overlap { first: 4, common: 2, share: 0.5 }]);
    assert_eq!((found.only_a.count, found.only_b.count), (1, 2));
    assert_eq!(found.only_a.first, [Placed { spectrum_id: "x".into(), rank: 1, lof: 5.0 }]);
    assert_eq!(found.only_b.first, [Placed { spectrum_id: "y".into(), rank: 3, lof: 7.0 }]);
}

#[test]
fn disjoint_and_empty_lists_have_nothing_in_common() {
    let (a, b) = (ranking(&[("a", 2.0), ("b", 1.0)]), ranking(&[("c", 2.0), ("d", 1.0), ("e", 1.0)]));
    let found = compare(&a, &b, 9);
    assert_eq!((found.common, found.spearman), (0, None));
    assert_eq!(found.overlap, [Overlap { first: 2, common: 0, share: 0.0 }]);
    let found = compare(&RankedList::default(), &b, 9);
    assert_eq!((found.overlap, found.spearman, found.moved), (vec![], None, vec![]));
    assert_eq!((found.only_a.count, found.only_b.count, found.only_b.first.len()), (0, 3, 3));
}

#[test]
fn specs_differ_key_by_key() {
    let mut found = Vec::new();
    let one = PipelineSpec { r#where: Some("snr_r > 10".into()), ..PipelineSpec::new("s") };
    let mut other = PipelineSpec { labels: Some(LabelsSpec::default()), ..PipelineSpec::new("s") };
    other.lof.n_neighbors = 50;
    let value = |spec: &PipelineSpec| serde_json::to_value(spec).unwrap();
    differ("", &value(&one), &value(&other), &mut found);
    let keys: Vec<&str> = found.iter().map(|d| d.key.as_str()).collect();
    assert_eq!(keys, ["labels", "lof.n_neighbors", "where"]);
    assert_eq!((&found[0].a, &found[0].b["algorithm"]), (&Value::Null, &json!("spreading")));
    assert_eq!((&found[1].a, &found[1].b), (&json!(100), &json!(50)));
    assert_eq!(found[2].b, Value::Null);
    found.clear();
    differ("", &value(&one), &value(&one), &mut found);
    assert_eq!(found, []);
}
