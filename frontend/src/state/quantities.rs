//! The columns of the list that views can show: what they are called, in what unit they are, whether they are numbers.

use balmer_exchange::api::ColumnInfo;

use super::{columns::is_number, table::Table};

/// A column.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Quantity {
    /// Its name in the table, and in SQL.
    pub key: String,
    /// What people call it.
    pub title: String,
    /// Unit; empty where it has none.
    pub unit: String,
    /// Numbers, not texts.
    pub is_number: bool,
}

/// The label that people gave, which no table has.
pub const GIVEN: &str = "given";

/// The list's own columns: name, what people call it, unit, whether it is one of numbers.
const OWN: [(&str, &str, &str, bool); 14] = [
    ("lof", "LOF", "", true),
    ("rank", "Rank", "", true),
    ("probability", "Probability of the label", "", true),
    ("entropy", "Entropy of the label", "nat", true),
    ("snr_r", "S/N in r", "", true),
    ("z", "Redshift", "", true),
    ("ra", "Right ascension", "deg", true),
    ("dec", "Declination", "deg", true),
    ("mjd", "Date", "MJD", true),
    ("class", "Class", "", false),
    ("subclass", "Type", "", false),
    ("label", "Label that spread", "", false),
    ("designation", "Name", "", false),
    (GIVEN, "Label given", "", false),
];

impl Quantity {
    /// The columns that a table has: the list's own, of which the label given is always there, then those of `more` that
    /// were chosen beside them.
    pub fn of(table: &Table, more: &[ColumnInfo]) -> Vec<Self> {
        let own = OWN.iter().filter(|(key, ..)| *key == GIVEN || table.has(key));
        let own = own.map(|&(key, title, unit, is_number)| Self {
            key: key.to_owned(),
            title: title.to_owned(),
            unit: unit.to_owned(),
            is_number,
        });
        let is_new = |column: &&ColumnInfo| table.has(&column.name) && OWN.iter().all(|(key, ..)| *key != column.name);
        let more = more.iter().filter(is_new).map(|column| Self {
            key: column.name.clone(),
            title: column.name.clone(),
            unit: column.unit.clone(),
            is_number: is_number(column),
        });
        own.chain(more).collect()
    }

    /// Whether to choose it makes sense: names are all different.
    pub fn tells_apart(&self) -> bool {
        self.key != "designation"
    }

    /// Title and unit, as an axis has them.
    pub fn axis(&self) -> String {
        if self.unit.is_empty() { self.title.clone() } else { format!("{} ({})", self.title, self.unit) }
    }
}

/// The one of the columns that is asked for, else the first preferred one that is there, else the first.
pub fn chosen(columns: &[Quantity], asked: Option<&str>, preferred: &[&str]) -> Option<Quantity> {
    let find = |key: &str| columns.iter().find(|column| column.key == key).cloned();
    asked.and_then(find).or_else(|| preferred.iter().find_map(|key| find(key))).or_else(|| columns.first().cloned())
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use arrow_array::{ArrayRef, Float32Array, RecordBatch, StringArray};
    use balmer_core::spectrum::ColumnType;

    use super::*;

    #[test]
    fn a_table_offers_what_it_has() {
        let columns = [
            ("class", Arc::new(StringArray::from(vec!["STAR"])) as ArrayRef),
            ("ra", Arc::new(Float32Array::from(vec![1.0]))),
            ("ha_ew", Arc::new(Float32Array::from(vec![-12.0]))),
            ("source", Arc::new(StringArray::from(vec!["a.fits"]))),
        ];
        let table = Table::of(RecordBatch::try_from_iter(columns).unwrap());
        let info = |name: &str, datatype, unit: &str| ColumnInfo {
            name: name.to_owned(),
            datatype,
            unit: unit.to_owned(),
            ucd: String::new(),
            description: String::new(),
        };
        let more = [
            info("ra", ColumnType::Float, "deg"),
            info("ha_ew", ColumnType::Float, "Angstrom"),
            info("ha_vr", ColumnType::Float, ""),
            info("source", ColumnType::Text, ""),
        ];
        let columns = Quantity::of(&table, &more);
        let keys: Vec<&str> = columns.iter().map(|column| &*column.key).collect();
        assert_eq!(keys, ["ra", "class", GIVEN, "ha_ew", "source"]);
        assert_eq!((&*columns[0].axis(), &*columns[3].axis()), ("Right ascension (deg)", "ha_ew (Angstrom)"));
        assert_eq!(
            columns.iter().map(|column| column.is_number).collect::<Vec<_>>(),
            [true, false, false, true, false]
        );
        assert_eq!(chosen(&columns, Some("class"), &["ra"]).unwrap().key, "class");
        assert_eq!(chosen(&columns, Some("lof"), &["lof", GIVEN]).unwrap().key, GIVEN);
        assert_eq!(chosen(&columns, None, &["lof"]).unwrap().key, "ra");
        assert_eq!(chosen(&[], None, &[]), None);
    }

    #[test]
    fn names_are_unique() {
        assert!(OWN.iter().enumerate().all(|(i, one)| OWN[i + 1..].iter().all(|other| other.0 != one.0)));
    }
}
