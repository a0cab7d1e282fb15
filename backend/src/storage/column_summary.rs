//! What the values of one metadata column are like, in one pass and bounded memory.

use std::collections::HashMap;

use arrow_array::{
    Array, ArrayRef,
    cast::AsArray,
    types::{Float64Type, Int64Type},
};
use arrow_schema::DataType;
use balmer_exchange::api::{ColumnSummary, ValueCount};

use super::{Query, Result, StoreError, Survey, error::nearest};

/// Different texts that are counted; a column with more of them is one of names, not of kinds.
const MAX_DISTINCT: usize = 65_536;

impl Survey {
    /// Counts, extremes and frequent values of `column` among the rows of `condition`. Texts are counted
    /// where at most 65,536 of them differ.
    ///
    /// # Errors
    /// [`StoreError::NoColumn`], a refused condition, an unreadable part.
    pub fn summary(&self, column: &str, query: &Query) -> Result<ColumnSummary> {
        let columns = self.columns();
        if columns.index_of(column).is_err() {
            let names = columns.fields().iter().map(|field| field.name().as_str());
            return Err(StoreError::NoColumn { name: column.to_owned(), nearest: nearest(column, names) });
        }
        let query = Query { columns: Some(vec![column.to_owned()]), ..query.clone() };
        let mut tally = Tally::default();
        for batch in self.query(&query)? {
            tally.add(batch?.column(0));
        }
        Ok(tally.summary(column))
    }
}

#[derive(Default)]
struct Tally {
    count: u64,
    nulls: u64,
    range: Option<[f64; 2]>,
    texts: HashMap<String, u64>,
}

impl Tally {
    fn add(&mut self, array: &ArrayRef) {
        self.count += array.len() as u64;
        self.nulls += array.null_count() as u64;
        match array.data_type() {
            DataType::Float64 => array.as_primitive::<Float64Type>().iter().flatten().for_each(|v| self.number(v)),
            DataType::Int64 => array.as_primitive::<Int64Type>().iter().flatten().for_each(|v| self.number(v as f64)),
            DataType::Boolean => {
                array.as_boolean().iter().flatten().for_each(|v| self.text(if v { "true" } else { "false" }));
            }
            DataType::Utf8 => array.as_string::<i32>().iter().flatten().for_each(|v| self.text(v)),
            _ => {}
        }
    }

    fn number(&mut self, value: f64) {
        if value.is_finite() {
            let [least, greatest] = self.range.unwrap_or([value, value]);
            self.range = Some([least.min(value), greatest.max(value)]);
        }
    }

    fn text(&mut self, value: &str) {
        if let Some(count) = self.texts.get_mut(value) {
            *count += 1;
        } else if self.texts.len() <= MAX_DISTINCT {
            self.texts.insert(value.to_owned(), 1);
        }
    }

    fn summary(self, name: &str) -> ColumnSummary {
        let mut values: Vec<ValueCount> = if self.texts.len() > MAX_DISTINCT {
            Vec::new()
        } else {
            self.texts.into_iter().map(|(value, count)| ValueCount { value, count }).collect()
        };
        values.sort_unstable_by(|a, b| b.count.cmp(&a.count).then_with(|| a.value.cmp(&b.value)));
        values.truncate(ColumnSummary::MAX_VALUES);
        ColumnSummary { name: name.to_owned(), count: self.count, nulls: self.nulls, range: self.range, values }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::storage::{Store, WriteOptions, test_spectra::numbered};

    #[test]
    fn numbers_have_a_range_and_texts_their_counts() {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open_or_create(folder.path()).unwrap();
        let mut writer = store.writer("s", WriteOptions::default()).unwrap();
        for mut spectrum in numbered(9) {
            if spectrum.metadata.spectrum_id == "s00008" {
                spectrum.metadata.snr_r = None;
            }
            writer.push(spectrum).unwrap();
        }
        writer.commit().unwrap();
        let survey = store.survey("s").unwrap();
        let numbers = survey.summary("snr_r", &Query::default()).unwrap();
        assert_eq!((numbers.count, numbers.nulls, numbers.range), (9, 1, Some([0.0, 7.0])));
        assert!(numbers.values.is_empty());
        let some = Query { condition: Some("snr_r > 2".to_owned()), ..Query::default() };
        assert_eq!(survey.summary("snr_r", &some).unwrap().range, Some([3.0, 7.0]));
        let texts = survey.summary("class", &Query::default()).unwrap();
        let value = |value: &str, count| ValueCount { value: value.to_owned(), count };
        assert_eq!(texts.values, [value("STAR", 5), value("GALAXY", 4)]);
        assert_eq!(texts.range, None);
        let message = survey.summary("snr_rr", &Query::default()).unwrap_err().to_string();
        assert!(message.contains("did you mean `snr_r`"), "{message}");
    }
}
