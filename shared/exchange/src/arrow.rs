//! One spectrum as an Arrow IPC stream of one batch: a row a pixel.
//!
//! Columns: `wavelength` f64 (Angstrom), `flux` f32, and `ivar` f32, `and_mask` u32, `or_mask` u32 where the
//! spectrum has them. The schema's metadata says `medium`, `flux_unit` where one is known, and everything
//! else as JSON under `metadata`. Non-finite pixels stay what they are.

use std::{
    collections::HashMap,
    io::{self, Write},
    sync::Arc,
};

use arrow_array::{ArrayRef, Float32Array, Float64Array, RecordBatch, UInt32Array};
use arrow_ipc::writer::StreamWriter;
use arrow_schema::{ArrowError, DataType, Field, Schema};
use balmer_core::spectrum::Spectrum;

/// Writes one spectrum as an Arrow IPC stream.
///
/// # Errors
/// When `out` cannot be written to.
pub fn write_spectrum_arrow(spectrum: &Spectrum, out: &mut impl Write) -> io::Result<()> {
    let mut columns = Columns::default();
    let wavelengths = Float64Array::from(spectrum.axis().wavelengths().to_vec());
    columns.add("wavelength", DataType::Float64, "Angstrom", Arc::new(wavelengths));
    let unit = spectrum.metadata.flux_unit.clone().unwrap_or_default();
    columns.add("flux", DataType::Float32, &unit, Arc::new(Float32Array::from(spectrum.flux().to_vec())));
    if let Some(ivar) = spectrum.ivar() {
        columns.add("ivar", DataType::Float32, "", Arc::new(Float32Array::from(ivar.to_vec())));
    }
    for (name, mask) in [("and_mask", spectrum.and_mask()), ("or_mask", spectrum.or_mask())] {
        if let Some(mask) = mask {
            columns.add(name, DataType::UInt32, "", Arc::new(UInt32Array::from(mask.to_vec())));
        }
    }
    let mut metadata = HashMap::from([
        ("medium".to_owned(), spectrum.axis().medium().to_string()),
        ("metadata".to_owned(), serde_json::to_string(&spectrum.metadata)?),
    ]);
    if !unit.is_empty() {
        metadata.insert("flux_unit".to_owned(), unit);
    }
    let schema = Arc::new(Schema::new_with_metadata(columns.fields, metadata));
    let written = RecordBatch::try_new(schema.clone(), columns.arrays).and_then(|batch| {
        let mut writer = StreamWriter::try_new(out, &schema)?;
        writer.write(&batch)?;
        writer.finish()
    });
    written.map_err(|error| match error {
        ArrowError::IoError(_, error) => error,
        other => io::Error::other(other),
    })
}

#[derive(Default)]
struct Columns {
    fields: Vec<Field>,
    arrays: Vec<ArrayRef>,
}

impl Columns {
    fn add(&mut self, name: &str, data_type: DataType, unit: &str, array: ArrayRef) {
        let unit = (!unit.is_empty()).then(|| ("unit".to_owned(), unit.to_owned()));
        self.fields.push(Field::new(name, data_type, false).with_metadata(unit.into_iter().collect()));
        self.arrays.push(array);
    }
}

#[cfg(test)]
mod tests {
    use arrow_array::{cast::AsArray, types::Float32Type};
    use arrow_ipc::reader::StreamReader;
    use balmer_core::spectrum::{Medium, Metadata, SpectralAxis};

    use super::*;

    #[test]
    fn pixels_come_back_as_they_were() {
        let axis = SpectralAxis::linear(6500.0, 1.0, 3, Medium::Air).unwrap();
        let about = Metadata { spectrum_id: "a".into(), flux_unit: Some("count".into()), ..Metadata::default() };
        let spectrum = Spectrum::new(axis, vec![1.0, f32::NAN, 3.0], about.clone()).unwrap();
        let spectrum = spectrum.with_masks(Some(vec![0, 1, 2]), None).unwrap();
        let mut bytes = Vec::new();
        write_spectrum_arrow(&spectrum, &mut bytes).unwrap();
        let mut reader = StreamReader::try_new(bytes.as_slice(), None).unwrap();
        let schema = reader.schema();
        let names: Vec<&str> = schema.fields().iter().map(|field| field.name().as_str()).collect();
        assert_eq!(names, ["wavelength", "flux", "and_mask"]);
        assert_eq!((&*schema.metadata()["medium"], &*schema.metadata()["flux_unit"]), ("air", "count"));
        assert_eq!(serde_json::from_str::<Metadata>(&schema.metadata()["metadata"]).unwrap(), about);
        let batch = reader.next().unwrap().unwrap();
        let flux = batch.column(1).as_primitive::<Float32Type>();
        assert!(flux.value(0) == 1.0 && flux.value(1).is_nan() && flux.value(2) == 3.0);
    }
}
