//! Two runs of the same spec on the same spectra, side by side: what a replay is for.

use std::{collections::HashMap, fmt};

use super::{format::count, table::Table};

/// Differences of factors (relative) and probabilities that devices may show: `docs/KERNELS.md`.
const TOLERANCE: f64 = 1e-4;

/// The column of a class's probability in the server's list.
pub fn probability_of(class: &str) -> String {
    format!("p_{class}")
}

/// How two lists compare.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Verdict {
    /// Spectra in both lists.
    pub compared: usize,
    /// Spectra that only one of the lists has.
    pub unmatched: usize,
    /// The first rank whose spectrum differs: the rank, who stands there in either list.
    pub first_rank: Option<(usize, String, String)>,
    /// Ranks whose spectra differ.
    pub ranks: usize,
    /// Largest difference of outlier factors, relative to the second list's.
    pub lof: f64,
    /// Largest difference of the probabilities of labels; `None` without labels.
    pub probability: Option<f64>,
    /// Spectra with different labels, one of which is clearly the more probable one.
    pub labels: usize,
    /// Spectra with different labels that are equally probable within the tolerance: either of them is right.
    pub ties: usize,
}

impl Verdict {
    /// Compares two lists in rank order. Whether labels tie, the stored list says: it has the probability of every class
    /// ([`probability_of`]).
    pub fn of(replayed: &Table, stored: &Table) -> Self {
        let known: HashMap<&str, usize> = (0..stored.len()).filter_map(|row| Some((stored.id(row)?, row))).collect();
        // where only one of them has labels there is no agreement on them; a list has the column without them too
        let probability = match (is_labelled(replayed), is_labelled(stored)) {
            (false, false) => None,
            (true, true) => Some(0.0),
            _ => Some(f64::NAN),
        };
        let mut verdict = Self { probability, ..Self::default() };
        for row in 0..replayed.len() {
            let id = replayed.id(row).unwrap_or_default();
            let Some(&other) = known.get(id) else { continue };
            verdict.compared += 1;
            let number = |table: &Table, column: &str, row| table.number(column, row).unwrap_or(f64::NAN);
            let (a, b) = (number(replayed, "lof", row), number(stored, "lof", other));
            verdict.lof = worse(verdict.lof, if a == b { 0.0 } else { (a - b).abs() / b.abs() });
            if let Some(largest) = &mut verdict.probability {
                let here = number(replayed, "probability", row);
                let there = number(stored, "probability", other);
                let (own, label) = (replayed.text("label", row), stored.text("label", other));
                let same = own.filter(|_| own != label).and_then(|own| stored.number(&probability_of(own), other));
                // the probability of one class, in both lists
                *largest = worse(*largest, (here - same.unwrap_or(there)).abs());
                if own != label {
                    // each of the two may be off by the tolerance
                    let is_tie = label.is_some() && same.is_some_and(|same| there - same <= 2.0 * TOLERANCE);
                    *(if is_tie { &mut verdict.ties } else { &mut verdict.labels }) += 1;
                }
            }
        }
        verdict.unmatched = replayed.len() + stored.len() - 2 * verdict.compared;
        for row in 0..replayed.len().min(stored.len()) {
            let (here, there) = (replayed.id(row).unwrap_or_default(), stored.id(row).unwrap_or_default());
            if here != there {
                verdict.ranks += 1;
                verdict.first_rank.get_or_insert_with(|| (row + 1, here.to_owned(), there.to_owned()));
            }
        }
        verdict
    }

    /// Whether both lists say the same: the same spectra in the same order, with numbers that agree within
    /// [`TOLERANCE`]. Numbers that are none agree with nothing.
    pub fn is_equal(&self) -> bool {
        self.compared > 0
            && self.unmatched == 0
            && self.ranks == 0
            && self.labels == 0
            && self.lof <= TOLERANCE
            && self.probability.is_none_or(|difference| difference <= TOLERANCE)
    }
}

fn is_labelled(list: &Table) -> bool {
    (0..list.len()).any(|row| list.text("label", row).is_some())
}

/// The larger one, and not a number where one of them is none.
fn worse(a: f64, b: f64) -> f64 {
    if a.is_nan() || b.is_nan() { f64::NAN } else { a.max(b) }
}

/// A difference as `0` or `3e-7`.
fn small(value: f64) -> String {
    if value == 0.0 { "0".to_owned() } else { format!("{value:.0e}") }
}

impl fmt::Display for Verdict {
    /// One line for people.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let spectra =
            |number: usize| format!("{} spectr{}", count(number as u64), if number == 1 { "um" } else { "a" });
        match &self.first_rank {
            _ if self.compared == 0 => write!(f, "No spectrum is in both lists")?,
            None if self.unmatched > 0 => write!(f, "{} compared", spectra(self.compared))?,
            None => write!(f, "Ranks equal for {}", spectra(self.compared))?,
            Some((rank, here, there)) => write!(
                f,
                "{} of {} ranks differ, the first at rank {rank}: {here} here, {there} on the server",
                count(self.ranks as u64),
                count(self.compared as u64)
            )?,
        }
        write!(f, "; largest relative difference of LOF {}", small(self.lof))?;
        if let Some(probability) = self.probability {
            write!(f, "; largest difference of probability {}", small(probability))?;
            if self.labels > 0 {
                write!(f, "; {} with another label", spectra(self.labels))?;
            }
            if self.ties > 0 {
                let ties = if self.ties == 1 { "tie" } else { "ties" };
                write!(f, "; {} {ties} between labels", count(self.ties as u64))?;
            }
        }
        if self.unmatched > 0 {
            write!(f, "; {} in one list only", spectra(self.unmatched))?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use arrow_array::{ArrayRef, Float32Array, RecordBatch, StringArray};

    use super::*;

    fn list(rows: &[(&str, f32, &str, f32)]) -> Table {
        let ids: StringArray = rows.iter().map(|row| Some(row.0)).collect();
        let lof: Float32Array = rows.iter().map(|row| Some(row.1)).collect();
        let labels: StringArray = rows.iter().map(|row| Some(row.2)).collect();
        let probability: Float32Array = rows.iter().map(|row| Some(row.3)).collect();
        let columns: [(&str, ArrayRef); 4] = [
            ("spectrum_id", Arc::new(ids)),
            ("lof", Arc::new(lof)),
            ("label", Arc::new(labels)),
            ("probability", Arc::new(probability)),
        ];
        Table::of(RecordBatch::try_from_iter(columns).unwrap())
    }

    #[test]
    fn equal_lists_are_said_to_be_equal() {
        let one = list(&[("a", 2.0, "be", 0.5), ("b", 1.0, "be", 0.25)]);
        let verdict = Verdict::of(&one, &one);
        assert!(verdict.is_equal());
        let said =
            "Ranks equal for 2 spectra; largest relative difference of LOF 0; largest difference of probability 0";
        assert_eq!(verdict.to_string(), said);
    }

    #[test]
    fn without_labels_nothing_is_said_of_them() {
        let one = list(&[("a", 2.0, "be", 0.5)]);
        let lof: ArrayRef = Arc::new(Float32Array::from(vec![2.0]));
        let ids: ArrayRef = Arc::new(StringArray::from(vec!["a"]));
        let of = |columns: Vec<(&str, ArrayRef)>| Table::of(RecordBatch::try_from_iter(columns).unwrap());
        let here = of(vec![("spectrum_id", ids.clone()), ("lof", lof.clone())]);
        // the server's list has the columns all the same
        let nobody: ArrayRef = Arc::new(StringArray::from(vec![None::<&str>]));
        let nothing: ArrayRef = Arc::new(Float32Array::from(vec![0.0]));
        let there = of(vec![("spectrum_id", ids), ("lof", lof), ("label", nobody), ("probability", nothing)]);
        let verdict = Verdict::of(&here, &there);
        assert!(verdict.is_equal() && !verdict.to_string().contains("probability"), "{verdict}");
        assert!(!Verdict::of(&here, &one).is_equal(), "one of them has labels");
    }

    #[test]
    fn the_first_rank_that_differs_is_named() {
        let here = list(&[("a", 2.0, "be", 0.5), ("c", 1.5, "be", 0.5), ("b", 1.25, "star", 0.5)]);
        let there = list(&[("a", 2.0, "be", 0.5), ("b", 1.0, "be", 0.75), ("c", 1.5, "be", 0.5)]);
        let verdict = Verdict::of(&here, &there);
        assert_eq!(verdict.first_rank, Some((2, "c".to_owned(), "b".to_owned())));
        assert_eq!((verdict.ranks, verdict.lof, verdict.probability, verdict.labels), (2, 0.25, Some(0.25), 1));
        assert!(!verdict.is_equal());
        let said = verdict.to_string();
        assert!(said.starts_with("2 of 3 ranks differ, the first at rank 2: c here, b on the server"), "{said}");
        assert!(said.ends_with("1 spectrum with another label"), "{said}");
    }

    /// The stored list, with the probabilities of both classes.
    fn with_classes(rows: &[(&str, f32, &str, f32)], be: &[f32], star: &[f32]) -> Table {
        let of_class = |values: &[f32]| Arc::new(Float32Array::from(values.to_vec())) as ArrayRef;
        let classes = [("p_be", of_class(be)), ("p_star", of_class(star))];
        let every: Vec<u32> = (0..rows.len() as u32).collect();
        list(rows).beside(&Table::of(RecordBatch::try_from_iter(classes).unwrap()), &every)
    }

    #[test]
    fn labels_that_tie_are_no_difference() {
        let here = list(&[("a", 2.0, "be", 0.500_05), ("b", 1.0, "star", 0.400_02)]);
        let there =
            with_classes(&[("a", 2.0, "star", 0.500_02), ("b", 1.0, "star", 0.4)], &[0.499_98, 0.3], &[0.500_02, 0.4]);
        let verdict = Verdict::of(&here, &there);
        assert_eq!((verdict.labels, verdict.ties, verdict.is_equal()), (0, 1, true), "{verdict}");
        assert!(verdict.to_string().ends_with("; 1 tie between labels"), "{verdict}");
    }

    #[test]
    fn a_clear_winner_that_is_another_is_a_difference_however_alike_the_numbers() {
        // three classes: what is 0.4 here is 0.25 there
        let here = list(&[("a", 2.0, "be", 0.4)]);
        let there = with_classes(&[("a", 2.0, "star", 0.4)], &[0.25], &[0.4]);
        let verdict = Verdict::of(&here, &there);
        assert_eq!((verdict.labels, verdict.ties, verdict.is_equal()), (1, 0, false), "{verdict}");
        assert!(verdict.probability.unwrap() > 0.1, "of the same class in both lists");
    }

    #[test]
    fn numbers_that_differ_are_not_equal_whatever_their_order() {
        let one = list(&[("a", 2.0, "be", 0.5), ("b", 1.0, "be", 0.25)]);
        for other in [("b", 1.5, "be", 0.25), ("b", 1.0, "be", 0.5), ("b", f32::NAN, "be", 0.25)] {
            assert!(!Verdict::of(&one, &list(&[("a", 2.0, "be", 0.5), other])).is_equal(), "{other:?}");
        }
        assert!(Verdict::of(&one, &list(&[("a", 2.0, "be", 0.5), ("b", 1.0, "be", 0.25 + 1e-6)])).is_equal());
        let nothing = list(&[]);
        assert!(!Verdict::of(&nothing, &nothing).is_equal());
        assert_eq!(
            Verdict::of(&one, &list(&[("c", 1.0, "be", 0.5)])).to_string().find("No spectrum is in both"),
            Some(0)
        );
    }

    #[test]
    fn spectra_of_one_list_only_are_counted() {
        let here = list(&[("a", 2.0, "be", 0.5)]);
        let there = list(&[("a", 2.0, "be", 0.5), ("b", 1.0, "be", 0.75)]);
        let verdict = Verdict::of(&here, &there);
        assert_eq!((verdict.compared, verdict.unmatched, verdict.is_equal()), (1, 1, false));
        assert!(verdict.to_string().ends_with("1 spectrum in one list only"), "{verdict}");
    }

    #[test]
    fn a_factor_that_is_no_number_is_no_agreement() {
        let verdict = Verdict::of(&list(&[("a", f32::NAN, "be", 0.5)]), &list(&[("a", 1.0, "be", 0.5)]));
        assert!(verdict.lof.is_nan() && verdict.to_string().contains("NaN"), "{verdict}");
    }
}
