//! Which spectra catalogues know: conditions that hide or list them, and what a mark beside them says.

use std::collections::HashMap;

use balmer_exchange::api::{JoinedKind, JoinedSummary};

use super::{
    address::Address,
    columns,
    filter::{Condition, joined},
    format::fixed,
    table::Table,
};

/// What is listed of the spectra that a match knows or does not know.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sight {
    /// Only what it does not know.
    Hidden,
    /// Only what it knows.
    Only,
}

/// Column of the separations of a match.
pub fn separation(prefix: &str) -> String {
    format!("{prefix}_separation")
}

fn clause(prefix: &str, sight: Sight) -> String {
    let not = if sight == Sight::Only { "NOT " } else { "" };
    format!("{} IS {not}NULL", separation(prefix))
}

/// What a condition lists of a match; `None` where it says nothing of it.
pub fn sight(condition: Option<&str>, prefix: &str) -> Option<Sight> {
    let parsed = Condition::parse(condition?)?;
    [Sight::Hidden, Sight::Only].into_iter().find(|sight| parsed.parts().contains(&clause(prefix, *sight)))
}

/// A condition that lists what is wanted of a match, and says what it said else.
pub fn seen(condition: Option<&str>, prefix: &str, wanted: Option<Sight>) -> Option<String> {
    let own = [Sight::Hidden, Sight::Only].map(|sight| clause(prefix, sight));
    let rest = condition.map(|text| match Condition::parse(text) {
        Some(parsed) if parsed.parts().iter().any(|part| own.contains(part)) => {
            parsed.parts().iter().filter(|part| !own.contains(part)).cloned().collect::<Vec<_>>().join(" AND ")
        }
        _ => text.to_owned(),
    });
    let rest = rest.filter(|text| !text.trim().is_empty());
    match wanted {
        Some(sight) => Some(joined(rest.as_deref(), &clause(prefix, sight))),
        None => rest,
    }
}

/// A condition that hides what any of the matches knows, or where it does so already, no longer does.
pub fn turned(condition: Option<&str>, prefixes: &[String]) -> Option<String> {
    let hidden = prefixes.iter().all(|prefix| sight(condition, prefix) == Some(Sight::Hidden));
    let wanted = (!hidden).then_some(Sight::Hidden);
    prefixes.iter().fold(condition.map(str::to_owned), |text, prefix| seen(text.as_deref(), prefix, wanted))
}

/// Those of what was joined that were matched on the sky.
pub fn matches(all: &[JoinedSummary]) -> Vec<JoinedSummary> {
    all.iter().filter(|one| one.kind == JoinedKind::Crossmatch).cloned().collect()
}

/// The condition that any of the matches knows a spectrum.
pub fn any(prefixes: impl Iterator<Item = impl AsRef<str>>) -> String {
    prefixes.map(|prefix| clause(prefix.as_ref(), Sight::Only)).collect::<Vec<_>>().join(" OR ")
}

/// An address without what it says of columns that were taken away.
#[must_use]
pub fn forgotten(mut address: Address, gone: &JoinedSummary) -> Address {
    let is_gone = |name: &str| gone.columns.iter().any(|column| column.name == name);
    address.condition = seen(address.condition.as_deref(), &gone.prefix, None);
    address.order_by = address.order_by.filter(|order| !order.split_whitespace().next().is_some_and(is_gone));
    for column in &gone.columns {
        let shown = address.view.get(columns::KEY).is_some_and(|shown| shown.split(',').any(|one| one == column.name));
        if shown {
            let left = columns::toggled(address.view.get(columns::KEY).map(String::as_str), &column.name);
            address = address.with_view(columns::KEY, left);
        }
    }
    for key in ["colour", "x", "y", "of"] {
        if address.view.get(key).is_some_and(|name| is_gone(name)) {
            address.view.remove(key);
        }
    }
    address
}

/// What catalogues know of the spectra of a survey.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Known {
    /// The catalogues.
    sources: Vec<String>,
    /// By the spectrum: each catalogue that knows it, with the separation in arcsec.
    rows: HashMap<String, Vec<(u16, f32)>>,
    /// Spectra that are known and are not among the rows.
    pub unmarked: u64,
}

impl Known {
    /// Reads the separations of a table; `all` are the spectra that are known, of which the table may have the first.
    pub fn of(table: &Table, matches: &[JoinedSummary], all: u64) -> Self {
        let columns: Vec<String> = matches.iter().map(|one| separation(&one.prefix)).collect();
        let of = |row: usize| {
            let known = columns.iter().enumerate();
            known.filter_map(|(i, name)| Some((i as u16, table.number(name, row)? as f32))).collect::<Vec<_>>()
        };
        let rows = (0..table.len()).filter_map(|row| Some((table.id(row)?.to_owned(), of(row))));
        Self {
            sources: matches.iter().map(|one| one.source.clone()).collect(),
            rows: rows.filter(|(_, known)| !known.is_empty()).collect(),
            unmarked: all.saturating_sub(table.len() as u64),
        }
    }

    /// Where a spectrum is known, as in `in gaia.csv, 1.2″`; `None` where it is not.
    pub fn said(&self, id: &str) -> Option<String> {
        let known = self.rows.get(id)?.iter().filter_map(|&(source, separation)| {
            let source = self.sources.get(usize::from(source))?;
            let decimals = if separation < 0.1 { 2 } else { 1 };
            Some(format!("in {source}, {}″", fixed(f64::from(separation), decimals)))
        });
        Some(known.collect::<Vec<_>>().join("; "))
    }

    /// Whether any of them knows a spectrum.
    pub fn has(&self, id: &str) -> bool {
        self.rows.contains_key(id)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use arrow_array::{ArrayRef, Float64Array, RecordBatch, StringArray};

    use balmer_core::spectrum::ColumnType;
    use balmer_exchange::api::ColumnInfo;

    use super::*;

    fn joined(prefix: &str, kind: JoinedKind) -> JoinedSummary {
        JoinedSummary {
            prefix: prefix.to_owned(),
            kind,
            source: format!("{prefix}.csv"),
            time: "2026-11-24T00:00:00Z".to_owned(),
            spectra: None,
            radius: None,
            find: None,
            columns: Vec::new(),
        }
    }

    #[test]
    fn a_match_is_hidden_and_shown_and_the_rest_stays() {
        for rest in [None, Some("snr_r > 10"), Some("class = 'STAR' AND z BETWEEN 0 AND 1"), Some("k_separation < 1")] {
            let hidden = seen(rest, "k", Some(Sight::Hidden)).unwrap();
            assert!(hidden.ends_with("k_separation IS NULL"), "{hidden}");
            assert_eq!(sight(Some(&hidden), "k"), Some(Sight::Hidden));
            assert_eq!(seen(Some(&hidden), "k", Some(Sight::Hidden)).as_deref(), Some(&*hidden));
            let only = seen(Some(&hidden), "k", Some(Sight::Only)).unwrap();
            assert!(only.ends_with("k_separation IS NOT NULL") && !only.contains("IS NULL"), "{only}");
            assert_eq!(sight(Some(&only), "k"), Some(Sight::Only));
            assert_eq!(seen(Some(&only), "k", None).as_deref(), rest);
            assert_eq!((sight(rest, "k"), sight(Some(&only), "other")), (None, None));
        }
    }

    #[test]
    fn an_alternative_gets_brackets_and_what_is_unfinished_stays() {
        let hidden = seen(Some("a = 1 OR b = 2"), "k", Some(Sight::Hidden)).unwrap();
        assert_eq!(hidden, "(a = 1 OR b = 2) AND k_separation IS NULL");
        assert_eq!(seen(Some(&hidden), "k", None).as_deref(), Some("(a = 1 OR b = 2)"));
        assert_eq!(seen(Some("(a = 1"), "k", None).as_deref(), Some("(a = 1"));
        assert_eq!(seen(Some(" "), "k", None), None);
    }

    #[test]
    fn all_matches_are_hidden_at_once_and_shown_again() {
        let prefixes = ["a", "b"].map(str::to_owned);
        let hidden = turned(Some("z > 1 AND b_separation IS NOT NULL"), &prefixes);
        assert_eq!(hidden.as_deref(), Some("z > 1 AND a_separation IS NULL AND b_separation IS NULL"));
        assert_eq!(turned(hidden.as_deref(), &prefixes).as_deref(), Some("z > 1"));
        assert_eq!(any(prefixes.iter()), "a_separation IS NOT NULL OR b_separation IS NOT NULL");
    }

    #[test]
    fn an_address_forgets_columns_that_are_gone() {
        let column = |name: &str| ColumnInfo {
            name: name.to_owned(),
            datatype: ColumnType::Float,
            unit: String::new(),
            ucd: String::new(),
            description: String::new(),
        };
        let gone = JoinedSummary {
            columns: vec![column("k_separation"), column("k_mag")],
            ..joined("k", JoinedKind::Crossmatch)
        };
        let read = |query: &str| Address::parse("/surveys/s", query);
        let before = read(
            "where=z > 1 AND k_separation IS NULL&order_by=k_mag desc&cols=k_mag,ra,k_separation&colour=k_mag&x=z",
        );
        assert_eq!(forgotten(before, &gone), read("where=z > 1&cols=ra&x=z"));
        let other = read("where=k_mag > 3&order_by=z&cols=ra&colour=z");
        assert_eq!(forgotten(other.clone(), &gone), other, "what one wrote by hand is one's own");
    }

    #[test]
    fn a_mark_says_which_catalogues_know_a_spectrum() {
        let columns = [
            ("spectrum_id", Arc::new(StringArray::from(vec!["s1", "s2", "s3"])) as ArrayRef),
            ("a_separation", Arc::new(Float64Array::from(vec![Some(1.24), None, Some(0.0123)]))),
            ("b_separation", Arc::new(Float64Array::from(vec![None, None, Some(2.0)]))),
        ];
        let table = Table::of(RecordBatch::try_from_iter(columns).unwrap());
        let all = ["a", "m", "b"]
            .map(|prefix| joined(prefix, if prefix == "m" { JoinedKind::Measurement } else { JoinedKind::Crossmatch }));
        let known = Known::of(&table, &matches(&all), 5);
        assert_eq!(known.said("s1").as_deref(), Some("in a.csv, 1.2″"));
        assert_eq!(known.said("s3").as_deref(), Some("in a.csv, 0.01″; in b.csv, 2.0″"));
        assert_eq!((known.said("s2"), known.has("s2"), known.has("s3"), known.unmarked), (None, false, true, 2));
    }
}
