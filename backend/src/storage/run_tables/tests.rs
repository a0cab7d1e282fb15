//! The table of probabilities, by row.

use arrow_array::{
    cast::AsArray,
    types::{Float32Type, Int32Type, UInt32Type},
};
use balmer_core::pipeline::Candidate;

use super::*;

fn candidate(rank: u32, row: u32, label: Option<&str>, probabilities: [f32; 2]) -> Candidate {
    Candidate {
        rank,
        row,
        spectrum_id: format!("s{row}"),
        lof: 3.0 - rank as f32,
        lrd: 1.0,
        k_distance: 1.0,
        ensemble: 3.0 - rank as f32,
        rank_range: (rank, rank),
        stability: 1.0,
        is_outlier: false,
        label: label.map(str::to_owned),
        probability: probabilities[0].max(probabilities[1]),
        entropy: 0.5,
        probabilities: probabilities.to_vec(),
    }
}

#[test]
fn what_labels_say_stands_by_row_with_units_and_ucds() {
    let classes = ["be", "star"].map(String::from);
    let candidates = [
        candidate(1, 2, Some("star"), [0.25, 0.75]),
        candidate(2, 0, None, [0.0, 0.0]),
        candidate(3, 1, Some("be"), [1.0, 0.0]),
    ];
    let (schema, order) = (probabilities::schema(&classes), probabilities::by_row(&candidates));
    assert_eq!(order, [1, 2, 0]);
    let batch = probabilities::batch(&schema, &classes, &candidates, &order).unwrap();
    let names: Vec<&str> = schema.fields().iter().map(|field| field.name().as_str()).collect();
    assert_eq!(names, ["row", "spectrum_id", "label", "probability", "entropy", "p_be", "p_star"]);
    assert_eq!(batch.column(0).as_primitive::<UInt32Type>().values(), &[0, 1, 2]);
    assert_eq!(batch.column(1).as_string::<i32>().iter().flatten().collect::<Vec<_>>(), ["s0", "s1", "s2"]);
    assert_eq!(batch.column(2).as_primitive::<Int32Type>().values(), &[-1, 0, 1]);
    assert_eq!(batch.column(3).as_primitive::<Float32Type>().values(), &[0.0, 1.0, 0.75]);
    assert_eq!(batch.column(6).as_primitive::<Float32Type>().values(), &[0.0, 0.0, 0.75]);
    assert!(schema.fields().iter().all(|field| field.metadata().contains_key("ucd")), "{schema:?}");
    assert_eq!(schema.field(4).metadata()["unit"], "nat");
}
