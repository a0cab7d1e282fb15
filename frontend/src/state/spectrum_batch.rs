//! One spectrum as the server streams it: a row for each pixel, what is known of the object in the schema.

use arrow_array::{
    Array, ArrowPrimitiveType, RecordBatch,
    cast::AsArray,
    types::{Float32Type, Float64Type, UInt32Type},
};
use balmer_core::spectrum::{Medium, Metadata, SpectralAxis, Spectrum};
use balmer_exchange::api::SpectrumBody;

/// The spectrum in the batches of a stream.
///
/// # Errors
/// What is missing or does not fit together, in words.
pub fn spectrum(batches: &[RecordBatch]) -> Result<SpectrumBody, String> {
    let first = batches.first().ok_or("the spectrum has no pixels")?;
    let schema = first.schema();
    let stated = |key: &str| schema.metadata().get(key).ok_or_else(|| format!("{key} is missing"));
    let metadata: Metadata = serde_json::from_str(stated("metadata")?).map_err(|error| error.to_string())?;
    let medium = match stated("medium")?.as_str() {
        "air" => Medium::Air,
        "vacuum" => Medium::Vacuum,
        other => return Err(format!("{other:?} is no medium")),
    };
    let needed = |name: &'static str| move || format!("column {name} is missing");
    let wavelengths = column::<Float64Type>(batches, "wavelength").ok_or_else(needed("wavelength"))?;
    let flux = column::<Float32Type>(batches, "flux").ok_or_else(needed("flux"))?;
    let axis = SpectralAxis::from_wavelengths(wavelengths, medium).map_err(|error| error.to_string())?;
    let spectrum = Spectrum::new(axis, flux, metadata).and_then(|spectrum| {
        let spectrum = match column::<Float32Type>(batches, "ivar") {
            Some(ivar) => spectrum.with_ivar(ivar)?,
            None => spectrum,
        };
        spectrum.with_masks(column::<UInt32Type>(batches, "and_mask"), column::<UInt32Type>(batches, "or_mask"))
    });
    spectrum.map(SpectrumBody::from).map_err(|error| error.to_string())
}

/// The values of a column in all batches; `None` where it is missing or of another type.
fn column<T: ArrowPrimitiveType>(batches: &[RecordBatch], name: &str) -> Option<Vec<T::Native>> {
    let mut values = Vec::with_capacity(batches.iter().map(RecordBatch::num_rows).sum());
    for batch in batches {
        let array = batch.column_by_name(name)?.as_primitive_opt::<T>()?;
        if array.null_count() > 0 {
            return None;
        }
        values.extend_from_slice(array.values());
    }
    Some(values)
}

#[cfg(test)]
mod tests {
    use std::{collections::HashMap, sync::Arc};

    use arrow_array::{ArrayRef, Float32Array, Float64Array, UInt32Array};
    use arrow_schema::Schema;

    use super::*;

    fn batch(columns: &[&str], metadata: &[(&str, &str)]) -> RecordBatch {
        let array = |name: &&str| -> (String, ArrayRef) {
            let array: ArrayRef = match *name {
                "wavelength" => Arc::new(Float64Array::from(vec![6500.0, 6501.0, 6502.0])),
                "and_mask" => Arc::new(UInt32Array::from(vec![0, 4, 0])),
                _ => Arc::new(Float32Array::from(vec![1.0, f32::NAN, 3.0])),
            };
            ((*name).to_owned(), array)
        };
        let batch = RecordBatch::try_from_iter(columns.iter().map(array)).unwrap();
        let metadata: HashMap<String, String> =
            metadata.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect();
        let schema = Schema::new_with_metadata(batch.schema().fields().clone(), metadata);
        RecordBatch::try_new(Arc::new(schema), batch.columns().to_vec()).unwrap()
    }

    fn about() -> String {
        serde_json::to_string(&Metadata { spectrum_id: "a".into(), ..Metadata::default() }).unwrap()
    }

    #[test]
    fn a_spectrum_is_read_with_what_it_has() {
        let stated = about();
        let found =
            spectrum(&[batch(&["wavelength", "flux", "and_mask"], &[("medium", "air"), ("metadata", &stated)])]);
        let found = found.unwrap();
        assert_eq!((found.metadata.spectrum_id.as_str(), found.medium), ("a", Medium::Air));
        assert!(found.flux[1].is_nan() && found.flux[2] == 3.0);
        assert_eq!((found.ivar, found.and_mask), (None, Some(vec![0, 4, 0])));
    }

    #[test]
    fn what_is_missing_is_named() {
        let stated = about();
        let metadata = [("medium", "air"), ("metadata", stated.as_str())];
        assert_eq!(spectrum(&[]).unwrap_err(), "the spectrum has no pixels");
        assert_eq!(spectrum(&[batch(&["wavelength"], &metadata)]).unwrap_err(), "column flux is missing");
        assert_eq!(spectrum(&[batch(&["wavelength", "flux"], &metadata[..1])]).unwrap_err(), "metadata is missing");
        let water = [("medium", "water"), metadata[1]];
        assert_eq!(spectrum(&[batch(&["wavelength", "flux"], &water)]).unwrap_err(), "\"water\" is no medium");
    }
}
