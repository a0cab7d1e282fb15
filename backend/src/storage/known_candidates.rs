//! The candidates of a run with what its survey says of them now: catalogues and matches that were joined after the run,
//! lines that were measured, every column of the metadata.
//!
//! A query that names none of these costs what it did. One that does takes, for the time of the query, the columns it
//! names of all spectra of the survey, 4 bytes a candidate, and the survey's index of ids (60 bytes a spectrum, kept
//! between queries).

use arrow_array::{RecordBatch, UInt32Array, cast::AsArray};

use super::{
    Query, QueryResult, Result, Run, Store, StoreError, Survey,
    query::{self, Beside},
    run_tables::CANDIDATES,
    scan,
};

impl Store {
    /// A run's candidates, as [`Run::candidates`]; the query may name columns of the run's survey too, as they are now.
    /// Where both have a column it is the run's.
    ///
    /// # Errors
    /// When the run is not done; a refused query; [`StoreError::QueryLimit`] where the survey's columns are larger than the
    /// query's memory.
    pub fn candidates(&self, run: &Run, query: &Query) -> Result<QueryResult> {
        let path = run.table(CANDIDATES)?;
        let own = scan::schema(&path)?;
        let name = run.spec()?.survey;
        if !self.has_survey(&name) {
            return run.candidates(query);
        }
        let survey = self.survey(&name)?;
        let (wide, subsets) = (query::widened(&own, &survey.columns()), run.subsets()?);
        let mut named = query::columns_named(&wide, &subsets, query)?;
        named.retain(|name| own.index_of(name).is_err() && wide.index_of(name).is_ok());
        if named.is_empty() {
            return run.candidates(query);
        }
        let columns = survey.whole_columns(named, query.memory_limit)?;
        let mut rows = Vec::new();
        for batch in scan::read(&path, Some(&["spectrum_id".to_owned()]))? {
            for id in batch?.column(0).as_string::<i32>() {
                rows.push(id.map(|id| survey.row_of(id)).transpose()?.flatten().map(|row| row as u32));
            }
        }
        let beside = Beside::new(columns, UInt32Array::from(rows));
        // columns that are not chosen are the run's own
        let chosen = query.columns.clone().unwrap_or_else(|| own.fields().iter().map(|f| f.name().clone()).collect());
        let query = Query { columns: Some(chosen), ..query.clone() };
        query::run_beside(vec![path], &own, Some(beside), &subsets, &query)
    }
}

impl Survey {
    /// Columns of all rows, in memory.
    fn whole_columns(&self, columns: Vec<String>, most_bytes: usize) -> Result<RecordBatch> {
        let result = self.query(&Query { columns: Some(columns), ..Query::default() })?;
        let schema = result.schema();
        let (mut batches, mut bytes) = (Vec::new(), 0);
        for batch in result {
            let batch = batch?;
            bytes += batch.get_array_memory_size();
            if bytes > most_bytes {
                return Err(StoreError::QueryLimit(format!(
                    "the columns it names of survey {} take more than {} MiB: name fewer",
                    self.name(),
                    most_bytes >> 20
                )));
            }
            batches.push(batch);
        }
        arrow_select::concat::concat_batches(&schema, &batches).map_err(|e| StoreError::damaged(self.folder(), e))
    }
}
