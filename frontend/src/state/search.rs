//! Finding objects of the list by what they are called.

use super::table::Table;

/// The rows whose name or id has the text in it, whatever its case and spaces: those that are called exactly so first,
/// then those that begin so, each in the order of the list. None for an empty text.
pub fn found(table: &Table, text: &str) -> Vec<usize> {
    let wanted = plain(text);
    if wanted.is_empty() {
        return Vec::new();
    }
    let likeness = |row: usize| {
        let names = [table.text("spectrum_id", row), table.text("designation", row)];
        names.into_iter().flatten().filter_map(|name| Likeness::of(&plain(name), &wanted)).min()
    };
    let mut rows: Vec<(Likeness, usize)> =
        (0..table.len()).filter_map(|row| likeness(row).map(|likeness| (likeness, row))).collect();
    rows.sort_unstable();
    rows.into_iter().map(|(_, row)| row).collect()
}

/// How a name is like what is wanted, the best first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Likeness {
    Same,
    Begins,
    Within,
}

impl Likeness {
    fn of(name: &str, wanted: &str) -> Option<Self> {
        match name.find(wanted)? {
            0 if name.len() == wanted.len() => Some(Self::Same),
            0 => Some(Self::Begins),
            _ => Some(Self::Within),
        }
    }
}

/// A name without its spaces, in small letters, with one kind of minus.
fn plain(name: &str) -> String {
    name.chars().filter(|c| !c.is_whitespace()).map(|c| if c == '−' { '-' } else { c.to_ascii_lowercase() }).collect()
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use arrow_array::{ArrayRef, RecordBatch, StringArray};

    use super::*;

    #[test]
    fn the_same_name_comes_first_then_what_begins_so() {
        let columns = [
            ("spectrum_id", Arc::new(StringArray::from(vec!["x-12", "12", "123", "a", "b"])) as ArrayRef),
            ("designation", Arc::new(StringArray::from(vec![None, None, Some("HD 5"), Some("HD 12"), Some("J12−03")]))),
        ];
        let table = Table::of(RecordBatch::try_from_iter(columns).unwrap());
        assert_eq!(found(&table, "12"), [1, 2, 0, 3, 4]);
        assert_eq!(found(&table, " hd12 "), [3]);
        assert_eq!(found(&table, "j12-03"), [4]);
        assert!(found(&table, "quasar").is_empty() && found(&table, "  ").is_empty());
    }
}
