//! The columns of the list that views can show: what they are called, in what unit they are, whether they are numbers.

use super::table::Table;

/// A column.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Quantity {
    /// Its name in the table, and in SQL.
    pub key: &'static str,
    /// What people call it.
    pub title: &'static str,
    /// Unit; empty where it has none.
    pub unit: &'static str,
    /// Numbers, not texts.
    pub is_number: bool,
}

/// The label that people gave, which no table has.
pub const GIVEN: &str = "given";

const fn number(key: &'static str, title: &'static str, unit: &'static str) -> Quantity {
    Quantity { key, title, unit, is_number: true }
}

const fn text(key: &'static str, title: &'static str) -> Quantity {
    Quantity { key, title, unit: "", is_number: false }
}

const ALL: [Quantity; 14] = [
    number("lof", "LOF", ""),
    number("rank", "Rank", ""),
    number("probability", "Probability of the label", ""),
    number("entropy", "Entropy of the label", "nat"),
    number("snr_r", "S/N in r", ""),
    number("z", "Redshift", ""),
    number("ra", "Right ascension", "deg"),
    number("dec", "Declination", "deg"),
    number("mjd", "Date", "MJD"),
    text("class", "Class"),
    text("subclass", "Type"),
    text("label", "Label that spread"),
    text("designation", "Name"),
    text(GIVEN, "Label given"),
];

impl Quantity {
    /// The columns that a table has; the label given is always there.
    pub fn of(table: &Table) -> Vec<Self> {
        ALL.into_iter().filter(|column| column.key == GIVEN || table.has(column.key)).collect()
    }

    /// A column by its name.
    pub fn named(key: &str) -> Option<Self> {
        ALL.into_iter().find(|column| column.key == key)
    }

    /// Whether to choose it makes sense: names are all different.
    pub fn tells_apart(&self) -> bool {
        self.key != "designation"
    }

    /// Title and unit, as an axis has them.
    pub fn axis(&self) -> String {
        if self.unit.is_empty() { self.title.to_owned() } else { format!("{} ({})", self.title, self.unit) }
    }
}

/// The one of the columns that is asked for, else the first preferred one that is there, else the first.
pub fn chosen(columns: &[Quantity], asked: Option<&str>, preferred: &[&str]) -> Option<Quantity> {
    let find = |key: &str| columns.iter().find(|column| column.key == key).copied();
    asked.and_then(find).or_else(|| preferred.iter().find_map(|key| find(key))).or_else(|| columns.first().copied())
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use arrow_array::{ArrayRef, Float32Array, RecordBatch, StringArray};

    use super::*;

    #[test]
    fn a_table_offers_what_it_has() {
        let columns = [
            ("class", Arc::new(StringArray::from(vec!["STAR"])) as ArrayRef),
            ("ra", Arc::new(Float32Array::from(vec![1.0]))),
        ];
        let table = Table::of(RecordBatch::try_from_iter(columns).unwrap());
        let columns = Quantity::of(&table);
        assert_eq!(columns.iter().map(|column| column.key).collect::<Vec<_>>(), ["ra", "class", GIVEN]);
        assert_eq!(columns[0].axis(), "Right ascension (deg)");
        assert_eq!(chosen(&columns, Some("class"), &["ra"]).unwrap().key, "class");
        assert_eq!(chosen(&columns, Some("lof"), &["lof", GIVEN]).unwrap().key, GIVEN);
        assert_eq!(chosen(&columns, None, &["lof"]).unwrap().key, "ra");
        assert_eq!(chosen(&[], None, &[]), None);
    }

    #[test]
    fn names_are_unique() {
        assert!(ALL.iter().enumerate().all(|(i, one)| Quantity::named(one.key) == Some(ALL[i])));
    }
}
