//! Spectra from Parquet: one row a spectrum, with the column names of a survey's `spectra.parquet`.
//!
//! `flux` and either `wavelength` or `axis`, `axis_start`, `axis_step` are needed; `spectrum_id`,
//! `medium`, `ivar`, `and_mask`, `or_mask` and any metadata column are taken where they are there.
//! Lists may be of any numeric type. Beside a `metadata.parquet` of as many rows, as in the folders of
//! a survey's parts, the metadata come from there.

use std::{path::Path, sync::Arc};

use arrow_array::{Array, ArrayRef, RecordBatch, RecordBatchOptions, StringArray, new_null_array};
use arrow_schema::{Field, Schema};
use balmer_core::spectrum::{COLUMNS, Medium, Metadata, Spectrum};

use crate::storage::{
    Result as StoreResult, StoreError, metadata_parquet, scan,
    schema::{self, arrow_type},
    spectra_parquet,
};

/// First bytes of every Parquet file.
const MAGIC: &[u8] = b"PAR1";

/// Whether bytes are a Parquet file.
pub(super) fn is_parquet(bytes: &[u8]) -> bool {
    bytes.starts_with(MAGIC)
}

/// Whether a file holds what another one of its folder is read with.
pub(super) fn is_companion(path: &Path) -> bool {
    let named = |name: &str| path.file_name().is_some_and(|n| n == name);
    (named("metadata.parquet") || named("inputs.parquet")) && path.with_file_name("spectra.parquet").is_file()
}

/// What a Parquet file holds: each row's spectrum, or why it is none.
pub(super) type Rows = Vec<Result<Spectrum, String>>;

/// Reads the spectra of a file. `medium` holds where the file names none.
pub(super) fn read(path: &Path, source: &str, medium: Option<Medium>) -> StoreResult<Rows> {
    let companion = path.with_file_name("metadata.parquet");
    let beside = path.file_name().is_some_and(|name| name == "spectra.parquet") && companion.is_file();
    let mut metadata = Vec::new();
    if beside {
        for batch in scan::read(&companion, None)? {
            metadata.extend(metadata_parquet::from_batch(&cast_metadata(&batch?)));
        }
    }
    let stem = path.file_stem().map_or_else(|| source.to_owned(), |stem| stem.to_string_lossy().into_owned());
    let mut rows = Vec::new();
    for batch in scan::read(path, None)? {
        let batch = batch?;
        let first = rows.len();
        let spectra = normalised(&batch, &stem, first, medium).map_err(|e| StoreError::damaged(path, e))?;
        let own = metadata_parquet::from_batch(&cast_metadata(&batch));
        for (i, own) in own.into_iter().enumerate() {
            let about = if beside { metadata.get(first + i).cloned().unwrap_or_default() } else { own };
            rows.push(spectrum(&spectra.slice(i, 1), about, source));
        }
    }
    Ok(rows)
}

fn spectrum(row: &RecordBatch, mut about: Metadata, source: &str) -> Result<Spectrum, String> {
    if about.spectrum_id.is_empty() {
        let ids = row.column(0).as_any().downcast_ref::<StringArray>();
        ids.map(|ids| ids.value(0)).unwrap_or_default().clone_into(&mut about.spectrum_id);
    }
    let mut spectrum = spectra_parquet::from_batch(row, vec![about])?.pop().ok_or("it is empty")?;
    let (first, last) = spectrum.axis().range();
    let (medium, pixels, has_ivar) = (spectrum.axis().medium(), spectrum.len() as i64, spectrum.ivar().is_some());
    let about = &mut spectrum.metadata;
    if about.source.is_empty() {
        source.clone_into(&mut about.source);
    }
    if about.layout.is_empty() {
        "parquet".clone_into(&mut about.layout);
    }
    about.has_ivar = has_ivar;
    about.medium = Some(medium);
    (about.wavelength_min, about.wavelength_max, about.pixels) = (Some(first), Some(last), Some(pixels));
    Ok(spectrum)
}

/// The batch with the columns and types of a survey's spectra.
fn normalised(batch: &RecordBatch, stem: &str, first: usize, medium: Option<Medium>) -> Result<RecordBatch, String> {
    let rows = batch.num_rows();
    let table = schema::spectra();
    let regular = batch.column_by_name("axis").is_some();
    let mut columns: Vec<ArrayRef> = Vec::new();
    for field in table.fields() {
        let text = |value: String| Arc::new(StringArray::from(vec![value; rows])) as ArrayRef;
        let column = match (batch.column_by_name(field.name()), field.name().as_str()) {
            (Some(column), _) => arrow_cast::cast(column, field.data_type())
                .map_err(|e| format!("column `{}` is {}: {e}", field.name(), column.data_type()))?,
            (None, "spectrum_id") => {
                let ids = (first..first + rows).map(|row| format!("{stem}-{row:06}"));
                Arc::new(StringArray::from_iter_values(ids))
            }
            (None, "medium") => match medium {
                Some(medium) => text(medium.to_string()),
                None => return Err("no column `medium`: say --medium air or --medium vacuum".to_owned()),
            },
            (None, "axis") => text("listed".to_owned()),
            (None, "flux") => return Err("no column `flux`: it holds no spectra".to_owned()),
            (None, "wavelength") if !regular => return Err("no column `wavelength` and no regular axis".to_owned()),
            (None, _) => new_null_array(field.data_type(), rows),
        };
        columns.push(column);
    }
    if let Some(null) = table.fields().iter().zip(&columns).find(|(f, c)| !f.is_nullable() && c.null_count() > 0) {
        return Err(format!("column `{}` has rows without a value", null.0.name()));
    }
    RecordBatch::try_new(table, columns).map_err(|e| e.to_string())
}

/// Metadata columns cast to the types the core gives them; what cannot be cast is passed over.
fn cast_metadata(batch: &RecordBatch) -> RecordBatch {
    let known = COLUMNS.iter().filter_map(|column| {
        let found = batch.column_by_name(column.name)?;
        let cast = arrow_cast::cast(found, &arrow_type(column.column_type)).ok()?;
        Some((column.name, cast))
    });
    let rows = RecordBatchOptions::new().with_row_count(Some(batch.num_rows()));
    let (fields, arrays): (Vec<_>, Vec<_>) =
        known.map(|(name, array)| (Field::new(name, array.data_type().clone(), true), array)).unzip();
    let table = Arc::new(Schema::new(fields));
    RecordBatch::try_new_with_options(table, arrays, &rows)
        .unwrap_or_else(|_| RecordBatch::new_empty(schema::metadata()))
}

#[cfg(test)]
mod tests {
    use arrow_array::{Float64Array, LargeListArray, types::Float64Type};
    use parquet::arrow::ArrowWriter;

    use super::*;
    use crate::storage::{Store, WriteOptions, test_spectra};

    #[test]
    fn a_survey_is_read_back_from_its_own_parts() {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open_or_create(folder.path()).unwrap();
        let mut writer = store.writer("a", WriteOptions::default()).unwrap();
        let spectra = test_spectra::numbered(5);
        for spectrum in spectra.clone() {
            writer.push(spectrum).unwrap();
        }
        writer.commit().unwrap();
        let path = folder.path().join("surveys/a/parts/000001/spectra.parquet");
        assert!(is_companion(&path.with_file_name("metadata.parquet")) && !is_companion(&path));
        let rows: Vec<Spectrum> = read(&path, "x", None).unwrap().into_iter().map(Result::unwrap).collect();
        for (row, spectrum) in rows.iter().zip(&spectra) {
            assert_eq!((row.axis(), row.flux(), row.ivar()), (spectrum.axis(), spectrum.flux(), spectrum.ivar()));
            assert_eq!(
                (&row.metadata.source, row.metadata.obsid),
                (&spectrum.metadata.source, spectrum.metadata.obsid)
            );
        }
    }

    #[test]
    fn tables_of_other_tools_are_read_and_bad_rows_told_apart() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("mine.parquet");
        let list = |rows: Vec<Vec<f64>>| {
            let rows = rows.into_iter().map(|row| Some(row.into_iter().map(Some).collect::<Vec<_>>()));
            Arc::new(LargeListArray::from_iter_primitive::<Float64Type, _, _>(rows)) as ArrayRef
        };
        let columns: Vec<(&str, ArrayRef)> = vec![
            ("wavelength", list(vec![vec![4000.0, 4001.0, 4003.0], vec![4000.0, 3999.0]])),
            ("flux", list(vec![vec![1.0, 2.0, 3.0], vec![1.0, 2.0]])),
            ("ra", Arc::new(Float64Array::from(vec![10.5, 11.0]))),
        ];
        let batch = RecordBatch::try_from_iter(columns).unwrap();
        let file = std::fs::File::create(&path).unwrap();
        let mut writer = ArrowWriter::try_new(file, batch.schema(), None).unwrap();
        writer.write(&batch).unwrap();
        writer.close().unwrap();
        assert!(read(&path, "mine.parquet", None).unwrap_err().to_string().contains("--medium"));
        let rows = read(&path, "mine.parquet", Some(Medium::Air)).unwrap();
        let good = rows[0].as_ref().unwrap();
        assert_eq!((good.flux(), good.metadata.ra), ([1.0f32, 2.0, 3.0].as_slice(), Some(10.5)));
        assert_eq!((good.metadata.spectrum_id.as_str(), good.metadata.pixels), ("mine-000000", Some(3)));
        assert!(rows[1].as_ref().unwrap_err().contains("must increase"));
    }
}
