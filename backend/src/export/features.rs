//! Feature rows as an Arrow stream: `spectrum_id` utf8, `features` `FixedSizeList<f32>`.

use std::{collections::HashMap, io::Write, sync::Arc};

use arrow_array::{ArrayRef, FixedSizeListArray, Float32Array, RecordBatch, StringArray};
use arrow_ipc::writer::StreamWriter;
use arrow_schema::{ArrowError, DataType, Field, Schema, SchemaRef};
use balmer_core::{manipulation::Recipe, ndarray::s, pipeline::FeatureTable};

use super::ExportError;

/// Values in one batch, at most, unless a single row has more.
const BATCH_VALUES: usize = 1 << 20;

/// The schema: its metadata holds the grid's `wavelengths` (Angstrom, JSON), their `medium`, whether they are
/// those of the object at rest, the complete `recipe` (JSON) and how many spectra were `rejected`.
fn schema(recipe: &Recipe, rejected: usize) -> Result<SchemaRef, ExportError> {
    let item = Arc::new(Field::new("item", DataType::Float32, false));
    let fields = vec![
        Field::new("spectrum_id", DataType::Utf8, false),
        Field::new("features", DataType::FixedSizeList(item, recipe.grid().len() as i32), false),
    ];
    let metadata = HashMap::from([
        ("wavelengths".to_owned(), serde_json::to_string(recipe.grid().wavelengths())?),
        ("medium".to_owned(), recipe.grid().medium().to_string()),
        ("rest_frame".to_owned(), recipe.spec().rest_frame.to_string()),
        ("recipe".to_owned(), serde_json::to_string(recipe.spec())?),
        ("rejected".to_owned(), rejected.to_string()),
    ]);
    Ok(Arc::new(Schema::new_with_metadata(fields, metadata)))
}

/// Writes the rows of tables that `recipe` made, one table after the other.
///
/// # Errors
/// When a table cannot be had, or `out` not written.
pub fn write_features(
    out: &mut (dyn Write + Send),
    recipe: &Recipe,
    rejected: usize,
    tables: impl Iterator<Item = Result<FeatureTable, ExportError>>,
) -> Result<(), ExportError> {
    let schema = schema(recipe, rejected)?;
    let mut writer = StreamWriter::try_new(out, &schema)?;
    let step = (BATCH_VALUES / recipe.grid().len()).max(1);
    for table in tables {
        let table = table?;
        for first in (0..table.len()).step_by(step) {
            writer.write(&batch(&schema, &table, first, table.len().min(first + step))?)?;
        }
    }
    Ok(writer.finish()?)
}

fn batch(schema: &SchemaRef, table: &FeatureTable, first: usize, end: usize) -> Result<RecordBatch, ArrowError> {
    let item = Arc::new(Field::new("item", DataType::Float32, false));
    let values = Float32Array::from_iter_values(table.matrix.slice(s![first..end, ..]).iter().copied());
    let features = FixedSizeListArray::try_new(item, table.matrix.ncols() as i32, Arc::new(values), None)?;
    let ids = StringArray::from_iter_values(&table.spectrum_ids[first..end]);
    RecordBatch::try_new(schema.clone(), vec![Arc::new(ids) as ArrayRef, Arc::new(features)])
}
