//! What the list and the gallery say of a row.

use super::{
    format::{fixed, object_type},
    places::Standing,
    table::Table,
};

/// A row in words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listed {
    /// Id of the spectrum.
    pub id: String,
    /// Rank among the candidates, or the place in the list.
    pub number: String,
    /// Name of the object; that of its spectrum where it has none.
    pub name: String,
    /// Id of the spectrum where the object has a name of its own.
    pub second: Option<String>,
    /// Class and subclass.
    pub kind: String,
    /// Outlier factor of a candidate, S/N of a spectrum.
    pub strength: String,
    /// Whether the run calls it an outlier.
    pub is_outlier: bool,
    /// How far its place can be relied on, where the run says it.
    pub standing: Option<Standing>,
    /// The label that spread to it, and its probability.
    pub spread: Option<(String, String)>,
}

impl Listed {
    /// Row `row` of a table; `None` where there is none.
    pub fn of(table: &Table, row: usize) -> Option<Self> {
        let id = table.id(row)?.to_owned();
        let designation = table.text("designation", row).filter(|name| !name.is_empty()).map(str::to_owned);
        let ranked = table.has("lof");
        let number = if ranked { table.number("rank", row).unwrap_or_default() } else { row as f64 + 1.0 };
        let strength = if ranked {
            table.number("lof", row).map(|lof| fixed(lof, 2))
        } else {
            table.number("snr_r", row).map(|snr| fixed(snr, 0))
        };
        let spread = table.text("label", row).map(|label| {
            let probability = table.number("probability", row).unwrap_or_default();
            (label.to_owned(), fixed(probability, 2))
        });
        Some(Self {
            number: format!("{number:.0}"),
            second: designation.is_some().then(|| id.clone()),
            name: designation.unwrap_or_else(|| id.clone()),
            kind: object_type(table.text("class", row), table.text("subclass", row)),
            strength: strength.unwrap_or_default(),
            is_outlier: table.flag("is_outlier", row),
            standing: table.number("stability", row).map(Standing::of),
            spread,
            id,
        })
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use arrow_array::{ArrayRef, Float32Array, RecordBatch, StringArray, UInt32Array};

    use super::*;

    fn table(more: Vec<(&str, ArrayRef)>) -> Table {
        let columns = [
            ("spectrum_id", Arc::new(StringArray::from(vec!["s1", "s2"])) as ArrayRef),
            ("designation", Arc::new(StringArray::from(vec!["", "HD 1"]))),
            ("snr_r", Arc::new(Float32Array::from(vec![9.6, 31.0]))),
        ];
        Table::of(RecordBatch::try_from_iter(columns.into_iter().chain(more)).unwrap())
    }

    #[test]
    fn a_spectrum_goes_by_its_place_and_its_noise() {
        let table = table(Vec::new());
        let (first, second) = (Listed::of(&table, 0).unwrap(), Listed::of(&table, 1).unwrap());
        assert_eq!((&*first.name, first.second, &*first.number, &*first.strength), ("s1", None, "1", "10"));
        assert_eq!((&*second.name, second.second.as_deref(), &*second.kind), ("HD 1", Some("s2"), "–"));
        assert_eq!(Listed::of(&table, 2), None);
    }

    #[test]
    fn a_candidate_goes_by_its_rank_and_factor() {
        let ranked = table(vec![
            ("rank", Arc::new(UInt32Array::from(vec![7, 8])) as ArrayRef),
            ("lof", Arc::new(Float32Array::from(vec![2.345, 1.0]))),
            ("stability", Arc::new(Float32Array::from(vec![1.0, 0.25]))),
            ("label", Arc::new(StringArray::from(vec![Some("be"), None]))),
            ("probability", Arc::new(Float32Array::from(vec![0.75, 0.0]))),
        ]);
        let first = Listed::of(&ranked, 0).unwrap();
        assert_eq!((&*first.number, &*first.strength), ("7", "2.35"));
        let standing = |row| Listed::of(&ranked, row).unwrap().standing;
        assert_eq!((standing(0), standing(1)), (Some(Standing::Firm), Some(Standing::Mixed)));
        assert_eq!(first.spread, Some(("be".to_owned(), "0.75".to_owned())));
        assert_eq!(Listed::of(&ranked, 1).unwrap().spread, None);
    }
}
