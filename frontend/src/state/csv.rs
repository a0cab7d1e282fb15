//! The rows listed as CSV (RFC 4180), for a run that the server does not have.

use super::table::Table;

/// Rows of these columns, as far as the table has them, with a head.
pub fn csv(table: &Table, columns: &[&str]) -> String {
    let columns: Vec<&&str> = columns.iter().filter(|column| table.has(column)).collect();
    let mut text = columns.iter().map(|column| (**column).to_owned()).collect::<Vec<_>>().join(",");
    text.push_str("\r\n");
    for row in 0..table.len() {
        for (place, column) in columns.iter().enumerate() {
            if place > 0 {
                text.push(',');
            }
            text.push_str(&cell(table, column, row));
        }
        text.push_str("\r\n");
    }
    text
}

fn cell(table: &Table, column: &str, row: usize) -> String {
    if let Some(value) = table.text(column, row) {
        let is_plain = !value.contains([',', '"', '\r', '\n']);
        return if is_plain { value.to_owned() } else { format!("\"{}\"", value.replace('"', "\"\"")) };
    }
    match table.number(column, row) {
        // a single-precision number has no more digits than it takes to read it back
        Some(value) if f64::from(value as f32) == value => (value as f32).to_string(),
        Some(value) => value.to_string(),
        None if column.starts_with("is_") => table.flag(column, row).to_string(),
        None => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use arrow_array::{ArrayRef, BooleanArray, Float32Array, RecordBatch, StringArray};

    use super::*;

    #[test]
    fn cells_are_quoted_where_they_must_be() {
        let names: ArrayRef = Arc::new(StringArray::from(vec![Some("a,\"b\""), None]));
        let lof: ArrayRef = Arc::new(Float32Array::from(vec![1.1, 2.0]));
        let outlier: ArrayRef = Arc::new(BooleanArray::from(vec![false, true]));
        let batch = RecordBatch::try_from_iter([("name", names), ("lof", lof), ("is_outlier", outlier)]).unwrap();
        let text = csv(&Table::of(batch), &["lof", "absent", "is_outlier", "name"]);
        assert_eq!(text, "lof,is_outlier,name\r\n1.1,false,\"a,\"\"b\"\"\"\r\n2,true,\r\n");
    }
}
