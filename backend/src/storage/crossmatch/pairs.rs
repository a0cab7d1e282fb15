//! The matches as a table: a row a pair, by spectrum, then separation.

use std::sync::Arc;

use arrow_array::{ArrayRef, Float64Array, Int64Array, RecordBatch, UInt64Array};
use arrow_schema::{DataType, Schema, SchemaRef};
use balmer_core::sky::{Matches, Pair};
use balmer_exchange::api::ColumnInfo;

use super::OWN;
use crate::storage::{
    Result, StoreError, Survey,
    catalogue::{NONE, Spilled, arrays},
    scan,
    schema::{self, arrow_type, field},
};

/// Metadata of the spectrum in each row.
const SPECTRUM: [&str; 3] = ["spectrum_id", "ra", "dec"];

/// The matches, batch by batch. After an error it ends.
#[derive(Debug)]
pub struct Pairs {
    survey: Survey,
    /// Rows of the survey, by the numbers of the spectra that were matched.
    rows: Vec<u64>,
    near: Vec<u32>,
    left: std::vec::IntoIter<Pair>,
    /// Where the cells of rows are, ascending.
    kept: Vec<(u32, u64)>,
    spilled: Spilled,
    columns: Vec<ColumnInfo>,
}

impl Pairs {
    pub(super) fn new(
        survey: Survey,
        rows: Vec<u64>,
        matches: Matches,
        kept: Vec<(u32, u64)>,
        spilled: Spilled,
        columns: Vec<ColumnInfo>,
    ) -> Self {
        Self { survey, rows, near: matches.near, left: matches.pairs.into_iter(), kept, spilled, columns }
    }

    /// Schema of the batches: the spectrum, the row of the catalogue from 0, and the joined columns.
    pub fn schema(&self) -> SchemaRef {
        let own = schema::metadata();
        let spectrum = SPECTRUM.iter().filter_map(|name| own.field_with_name(name).ok().cloned());
        let row = field("row", DataType::Int64, false, ["", "meta.record", "row of the catalogue, from 0"]);
        let joined = self.columns.iter().map(|column| {
            let about = [column.unit.as_str(), &column.ucd, &column.description];
            field(&column.name, arrow_type(column.datatype), true, about)
        });
        Arc::new(Schema::new(spectrum.chain([row]).chain(joined).collect::<Vec<_>>()))
    }

    fn batch(&mut self, pairs: &[Pair]) -> Result<RecordBatch> {
        let failed = |e: arrow_schema::ArrowError| StoreError::damaged(self.survey.folder(), e);
        let row_of = |pair: &Pair| self.rows[pair.spectrum as usize];
        let mut distinct: Vec<u64> = pairs.iter().map(row_of).collect();
        distinct.dedup();
        let spectra = self.survey.metadata_of_rows(&distinct, Some(&SPECTRUM.map(str::to_owned)))?;
        let at = pairs.iter().map(|pair| distinct.partition_point(|&row| row < row_of(pair)) as u64);
        let spectra = arrow_select::take::take_record_batch(&spectra, &at.collect::<UInt64Array>()).map_err(failed)?;
        let places: Vec<u64> = pairs.iter().map(|pair| place(&self.kept, pair.row)).collect();
        let near = pairs.iter().map(|pair| i64::from(self.near[pair.spectrum as usize]));
        let own: [ArrayRef; 1 + OWN] = [
            Arc::new(pairs.iter().map(|pair| i64::from(pair.row)).collect::<Int64Array>()),
            Arc::new(pairs.iter().map(|pair| pair.separation).collect::<Float64Array>()),
            Arc::new(near.collect::<Int64Array>()),
        ];
        let of_row = arrays(&self.columns[OWN..], &places, &mut self.spilled)?;
        let columns = spectra.columns().iter().cloned().chain(own).chain(of_row).collect();
        RecordBatch::try_new(self.schema(), columns).map_err(|e| StoreError::damaged(self.survey.folder(), e))
    }
}

impl Iterator for Pairs {
    type Item = Result<RecordBatch>;

    fn next(&mut self) -> Option<Self::Item> {
        let some: Vec<Pair> = self.left.by_ref().take(scan::BATCH).collect();
        if some.is_empty() {
            return None;
        }
        let batch = self.batch(&some);
        if batch.is_err() {
            self.left = Vec::new().into_iter();
        }
        Some(batch)
    }
}

/// Where the cells of a row are.
pub(super) fn place(kept: &[(u32, u64)], row: u32) -> u64 {
    kept.binary_search_by_key(&row, |&(row, _)| row).map_or(NONE, |at| kept[at].1)
}
