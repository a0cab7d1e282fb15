//! Columns of the survey that the list shows beside its own five, as the address says: `cols`, their names divided by
//! commas.

use balmer_core::spectrum::ColumnType;
use balmer_exchange::api::ColumnInfo;

use super::{
    format::{fixed, number},
    table::Table,
};

/// The key of the address.
pub const KEY: &str = "cols";
/// Columns shown at most.
pub const MOST: usize = 12;
/// Columns that the list shows in any case.
const ALWAYS: [&str; 4] = ["spectrum_id", "designation", "class", "subclass"];

/// The columns that can be chosen of a survey's.
pub fn offered(columns: &[ColumnInfo]) -> Vec<ColumnInfo> {
    columns.iter().filter(|column| !ALWAYS.contains(&&*column.name)).cloned().collect()
}

fn names(asked: Option<&str>) -> impl Iterator<Item = &str> {
    asked.unwrap_or_default().split(',').map(str::trim).filter(|name| !name.is_empty())
}

/// Those of the offered columns that are asked for, in the order that they were asked for.
pub fn chosen(asked: Option<&str>, offered: &[ColumnInfo]) -> Vec<ColumnInfo> {
    let mut found: Vec<ColumnInfo> = Vec::new();
    for name in names(asked) {
        let column = offered.iter().find(|column| column.name == name);
        found.extend(column.filter(|column| !found.contains(column)).cloned());
    }
    found.truncate(MOST);
    found
}

/// What the address asks for once a column is put in, or taken out; nothing where none is left.
pub fn toggled(asked: Option<&str>, name: &str) -> Option<String> {
    let mut left: Vec<&str> = names(asked).filter(|other| *other != name).collect();
    if left.len() == names(asked).count() {
        left.push(name);
    }
    Some(left.join(",")).filter(|text| !text.is_empty())
}

/// What the address asks for once these are shown too: they come first, so that there is room for them.
pub fn with(asked: Option<&str>, more: &[String]) -> Option<String> {
    let others = names(asked).filter(|name| more.iter().all(|other| other != name));
    Some(more.iter().map(String::as_str).chain(others).collect::<Vec<_>>().join(",")).filter(|text| !text.is_empty())
}

/// An order as the server can follow it, and as the page has to: by a column that is shown and that the server's list,
/// whose columns are `own`, does not have.
pub fn orders(order_by: Option<String>, asked: Option<&str>, own: &str) -> (Option<String>, Option<String>) {
    let column = order_by.as_deref().and_then(|order| order.split_whitespace().next()).unwrap_or_default();
    let is_own = own.split(',').any(|name| name == column);
    if !is_own && names(asked).take(MOST).any(|name| name == column) { (None, order_by) } else { (order_by, None) }
}

/// A value as the list writes it; empty where none is stated.
pub fn written(table: &Table, column: &ColumnInfo, row: usize) -> String {
    let name = &*column.name;
    let found = match column.datatype {
        ColumnType::Text => table.text(name, row).map(str::to_owned),
        ColumnType::Int => table.number(name, row).map(|value| fixed(value, 0)),
        // four digits do not tell two places on the sky apart
        ColumnType::Float if column.unit == "deg" => table.number(name, row).map(|value| fixed(value, 5)),
        ColumnType::Float => table.number(name, row).map(number),
        ColumnType::Bool => table.truth(name, row).map(|value| if value { "yes" } else { "no" }.to_owned()),
    };
    found.unwrap_or_default()
}

/// Width of a column, CSS pixels.
pub fn width(column: &ColumnInfo) -> usize {
    // the head is seldom narrower than what stands below it
    let head = 8 * (column.name.len() + if column.unit.is_empty() { 0 } else { column.unit.len() + 1 }) + 32;
    head.clamp(if column.datatype == ColumnType::Text { 136 } else { 88 }, 200)
}

/// Whether it is a column of numbers.
pub fn is_number(column: &ColumnInfo) -> bool {
    matches!(column.datatype, ColumnType::Int | ColumnType::Float)
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use arrow_array::{ArrayRef, BooleanArray, Float64Array, Int64Array, RecordBatch, StringArray};

    use super::*;

    fn names_of(columns: &[ColumnInfo]) -> Vec<&str> {
        columns.iter().map(|column| &*column.name).collect()
    }

    fn column(name: &str, datatype: ColumnType, unit: &str) -> ColumnInfo {
        ColumnInfo { name: name.into(), datatype, unit: unit.into(), ucd: String::new(), description: String::new() }
    }

    #[test]
    fn what_is_asked_for_is_shown_where_there_is_such_a_column() {
        let offered = offered(&ColumnInfo::all());
        assert!(!names_of(&offered).contains(&"spectrum_id") && names_of(&offered).contains(&"snr_r"));
        assert_eq!(names_of(&chosen(Some("mjd, ra,unobtainium,mjd,"), &offered)), ["mjd", "ra"]);
        assert_eq!(names_of(&chosen(Some("designation"), &offered)), Vec::<&str>::new());
        assert!(chosen(None, &offered).is_empty());
        let all = names_of(&offered).join(",");
        assert_eq!(chosen(Some(&all), &offered).len(), MOST);
    }

    #[test]
    fn columns_come_and_go() {
        let one = toggled(None, "ra");
        assert_eq!(one.as_deref(), Some("ra"));
        let two = toggled(one.as_deref(), "mjd");
        assert_eq!(two.as_deref(), Some("ra,mjd"));
        assert_eq!(toggled(two.as_deref(), "ra").as_deref(), Some("mjd"));
        assert_eq!(toggled(Some("mjd"), "mjd"), None);
        let more = ["ha_ew".to_owned(), "ra".to_owned()];
        assert_eq!(with(two.as_deref(), &more).as_deref(), Some("ha_ew,ra,mjd"));
        assert_eq!(with(None, &[]), None);
    }

    #[test]
    fn the_page_sorts_by_what_the_server_s_list_does_not_have() {
        let order = |order: &str, asked| orders(Some(order.to_owned()), asked, "rank,lof");
        let (server, here) = (|text: &str| (Some(text.to_owned()), None), |text: &str| (None, Some(text.to_owned())));
        assert_eq!(order("lof desc", Some("lof,cat_teff")), server("lof desc"));
        assert_eq!(order("cat_teff desc", Some("cat_teff")), here("cat_teff desc"));
        assert_eq!(order("cat_teff", None), server("cat_teff"));
        assert_eq!(order("abs(lof)", Some("cat_teff")), server("abs(lof)"));
        assert_eq!(orders(None, Some("lof"), "rank"), (None, None));
    }

    #[test]
    fn values_are_written_by_their_type() {
        let columns = [
            ("obsid", Arc::new(Int64Array::from(vec![Some(123_456_789), None])) as ArrayRef),
            ("ra", Arc::new(Float64Array::from(vec![180.123_456_7, -0.5]))),
            ("teff", Arc::new(Float64Array::from(vec![5_777.2, f64::NAN]))),
            ("note", Arc::new(StringArray::from(vec!["a", ""]))),
            ("known", Arc::new(BooleanArray::from(vec![Some(false), None]))),
        ];
        let table = Table::of(RecordBatch::try_from_iter(columns).unwrap());
        for (name, datatype, unit, expected) in [
            ("obsid", ColumnType::Int, "", ["123456789", ""]),
            ("ra", ColumnType::Float, "deg", ["180.12346", "−0.50000"]),
            ("teff", ColumnType::Float, "K", ["5777", "–"]),
            ("note", ColumnType::Text, "", ["a", ""]),
            ("known", ColumnType::Bool, "", ["no", ""]),
            ("gone", ColumnType::Float, "", ["", ""]),
        ] {
            let column = column(name, datatype, unit);
            assert_eq!([0, 1].map(|row| written(&table, &column, row)), expected, "{name}");
        }
        assert!(width(&column("cat_teff", ColumnType::Float, "K")) < width(&column("source", ColumnType::Text, "")));
    }
}
