//! A condition on the list of a run in the browser: what the page can answer itself, and what it must ask the
//! server.
//!
//! The server knows what the survey states, the page alone knows the scores. A condition is taken apart at its ANDs;
//! each clause goes to the one that knows its columns.

use super::{
    filter::{Bounds, Clause, Condition},
    sql::tokens,
    table::Table,
};

/// Columns that only the page knows.
const SCORES: [&str; 6] = ["rank", "lof", "is_outlier", "label", "probability", "entropy"];

/// A condition, taken apart.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct LocalFilter {
    clauses: Vec<Own>,
    /// What is to be asked of the server.
    pub stated: Option<String>,
}

/// A clause on the scores.
#[derive(Debug, Clone, PartialEq)]
enum Own {
    Bounds(String, Bounds),
    OneOf(String, Vec<String>),
    Flag(bool),
}

impl LocalFilter {
    /// Takes a condition apart.
    ///
    /// # Errors
    /// Where a clause on scores is of a kind that the page does not understand.
    pub fn parse(text: &str) -> Result<Self, String> {
        let Some(condition) = Condition::parse(text) else {
            return Err("a bracket or a quote is open: close it".to_owned());
        };
        let mut filter = Self::default();
        let mut stated: Vec<String> = Vec::new();
        for part in condition.parts() {
            let about_scores =
                tokens(part).iter().any(|token| token.name().is_some_and(|name| SCORES.contains(&&*name)));
            if !about_scores {
                stated.push(format!("({part})"));
                continue;
            }
            filter.clauses.push(own(part).ok_or_else(|| {
                format!(
                    "`{part}` cannot be answered in the browser: compare rank, lof, probability or entropy with a \
                     number or label with a text, joined by AND, or run it on the server"
                )
            })?);
        }
        filter.stated = (!stated.is_empty()).then(|| stated.join(" AND "));
        Ok(filter)
    }

    /// Rows of the table that fulfil the page's part; `admitted` says whether the server's part admits a spectrum.
    pub fn rows(&self, table: &Table, admitted: impl Fn(&str) -> bool) -> Vec<u32> {
        let holds = |row: &usize| {
            self.clauses.iter().all(|clause| clause.holds(table, *row)) && table.id(*row).is_some_and(&admitted)
        };
        (0..table.len()).filter(holds).map(|row| row as u32).collect()
    }
}

fn own(part: &str) -> Option<Own> {
    match tokens(part)[..] {
        [flag] if flag.is("is_outlier") => return Some(Own::Flag(true)),
        [not, flag] if not.is("not") && flag.is("is_outlier") => return Some(Own::Flag(false)),
        _ => {}
    }
    match Clause::read(part)? {
        Clause::OneOf { column, values } if column == "label" => Some(Own::OneOf(column, values)),
        Clause::Bounds { column, bounds } if ["rank", "lof", "probability", "entropy"].contains(&&*column) => {
            Some(Own::Bounds(column, bounds))
        }
        _ => None,
    }
}

impl Own {
    fn holds(&self, table: &Table, row: usize) -> bool {
        match self {
            Self::Flag(wanted) => table.flag("is_outlier", row) == *wanted,
            Self::OneOf(column, values) => {
                table.text(column, row).is_some_and(|text| values.iter().any(|value| value == text))
            }
            Self::Bounds(column, bounds) => table.number(column, row).is_some_and(|value| {
                let above =
                    bounds.low.is_none_or(|low| if low.strict { value > low.value } else { value >= low.value });
                let below =
                    bounds.high.is_none_or(|end| if end.strict { value < end.value } else { value <= end.value });
                above && below
            }),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use arrow_array::{ArrayRef, BooleanArray, Float32Array, RecordBatch, StringArray};

    use super::*;

    fn table() -> Table {
        let columns: [(&str, ArrayRef); 4] = [
            ("spectrum_id", Arc::new(StringArray::from(vec!["a", "b", "c"]))),
            ("lof", Arc::new(Float32Array::from(vec![2.0, 1.5, 1.0]))),
            ("is_outlier", Arc::new(BooleanArray::from(vec![true, true, false]))),
            ("label", Arc::new(StringArray::from(vec![Some("be"), None, Some("star")]))),
        ];
        Table::of(RecordBatch::try_from_iter(columns).unwrap())
    }

    fn rows(condition: &str) -> Vec<u32> {
        LocalFilter::parse(condition).unwrap().rows(&table(), |_| true)
    }

    #[test]
    fn clauses_on_scores_are_answered_here() {
        assert_eq!(rows("lof > 1.5"), [0]);
        assert_eq!(rows("lof >= 1.5 AND is_outlier"), [0, 1]);
        assert_eq!(rows("lof BETWEEN 1 AND 1.5"), [1, 2]);
        assert_eq!(rows("label = 'be'"), [0]);
        assert_eq!(rows("label IN ('be', 'star') and not is_outlier"), [2]);
    }

    #[test]
    fn what_the_survey_states_is_asked_of_the_server() {
        let filter = LocalFilter::parse("snr_r > 10 AND lof > 1.2 AND (class = 'STAR' OR z > 0)").unwrap();
        assert_eq!(filter.stated.as_deref(), Some("(snr_r > 10) AND ((class = 'STAR' OR z > 0))"));
        assert_eq!(filter.rows(&table(), |id| id == "b"), [1]);
        assert_eq!(
            LocalFilter::parse("class = 'a' OR class = 'b'").unwrap().stated.unwrap(),
            "(class = 'a' OR class = 'b')"
        );
    }

    #[test]
    fn named_subsets_are_the_server_s_to_know() {
        let filter = LocalFilter::parse("NOT in_subset('label') AND lof > 1.2").unwrap();
        assert_eq!(filter.stated.as_deref(), Some("(NOT in_subset('label'))"));
        assert_eq!(filter.rows(&table(), |id| id == "a"), [0]);
    }

    #[test]
    fn what_nobody_can_answer_says_what_can_be_asked() {
        for text in ["lof > snr_r", "lof > 1 OR snr_r > 3", "abs(lof) > 1", "label LIKE 'b%'"] {
            let said = LocalFilter::parse(text).unwrap_err();
            assert!(said.contains("on the server"), "{text}: {said}");
        }
        assert!(LocalFilter::parse("label = 'b").is_err());
    }
}
