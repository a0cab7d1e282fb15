//! Native spectra to and from Arrow record batches: pixels exactly as the file gave them.

use std::sync::Arc;

use arrow_array::{
    Array, ArrayRef, Float64Array, ListArray, RecordBatch, StringArray,
    builder::{Float32Builder, Float64Builder, ListBuilder, PrimitiveBuilder, UInt32Builder},
    cast::AsArray,
    types::{ArrowPrimitiveType, Float32Type, Float64Type, UInt32Type},
};
use arrow_schema::{ArrowError, DataType, Field};
use balmer_core::spectrum::{Medium, Metadata, SpectralAxis, Spectrum};

use super::{
    axis_encoding::{Form, Regular},
    schema,
};

/// Name of the `axis` column where the wavelengths are listed.
const LISTED: &str = "listed";

/// One row a spectrum, with the schema of [`schema::spectra`].
pub(crate) fn to_batch(spectra: &[Spectrum]) -> Result<RecordBatch, ArrowError> {
    let axes: Vec<Option<Regular>> = spectra.iter().map(|s| Regular::of(s.axis())).collect();
    let listed = spectra.iter().zip(&axes).map(|(s, a)| if a.is_none() { Some(s.axis().wavelengths()) } else { None });
    let media = spectra.iter().map(|s| Some(s.axis().medium().to_string()));
    let arrays: Vec<ArrayRef> = vec![
        Arc::new(spectra.iter().map(|s| Some(s.metadata.spectrum_id.as_str())).collect::<StringArray>()),
        Arc::new(media.collect::<StringArray>()),
        Arc::new(axes.iter().map(|a| Some(a.map_or(LISTED, |a| a.form.name()))).collect::<StringArray>()),
        Arc::new(axes.iter().map(|a| a.map(|a| a.start)).collect::<Float64Array>()),
        Arc::new(axes.iter().map(|a| a.map(|a| a.step)).collect::<Float64Array>()),
        list::<Float64Type>(Float64Builder::new(), listed),
        list::<Float32Type>(Float32Builder::new(), spectra.iter().map(|s| Some(s.flux()))),
        list::<Float32Type>(Float32Builder::new(), spectra.iter().map(Spectrum::ivar)),
        list::<UInt32Type>(UInt32Builder::new(), spectra.iter().map(Spectrum::and_mask)),
        list::<UInt32Type>(UInt32Builder::new(), spectra.iter().map(Spectrum::or_mask)),
    ];
    RecordBatch::try_new(schema::spectra(), arrays)
}

fn list<'a, T: ArrowPrimitiveType>(
    values: PrimitiveBuilder<T>,
    rows: impl Iterator<Item = Option<&'a [T::Native]>>,
) -> ArrayRef
where
    T::Native: 'a,
{
    let mut builder = ListBuilder::new(values).with_field(Field::new("item", T::DATA_TYPE, false));
    for row in rows {
        if let Some(row) = row {
            builder.values().append_slice(row);
        }
        builder.append(row.is_some());
    }
    Arc::new(builder.finish())
}

/// The spectra of a batch, each with its row of `metadata`, which must be in the same order.
///
/// # Errors
/// A sentence, where the two tables do not belong together or a row is no spectrum.
pub(crate) fn from_batch(batch: &RecordBatch, metadata: Vec<Metadata>) -> Result<Vec<Spectrum>, String> {
    if batch.num_rows() != metadata.len() {
        return Err(format!("{} spectra stand against {} rows of metadata", batch.num_rows(), metadata.len()));
    }
    let ids = text(batch, "spectrum_id")?;
    let (media, forms) = (text(batch, "medium")?, text(batch, "axis")?);
    let (starts, steps) = (floats(batch, "axis_start")?, floats(batch, "axis_step")?);
    let (wavelengths, flux, ivar) = (lists(batch, "wavelength")?, lists(batch, "flux")?, lists(batch, "ivar")?);
    let (and_mask, or_mask) = (lists(batch, "and_mask")?, lists(batch, "or_mask")?);
    let mut known: Vec<(Regular, SpectralAxis)> = Vec::new();
    let mut spectra = Vec::with_capacity(metadata.len());
    for (i, metadata) in metadata.into_iter().enumerate() {
        let id = ids.value(i);
        if id != metadata.spectrum_id {
            return Err(format!("row {i} is {id} here and {} in the metadata", metadata.spectrum_id));
        }
        let said = |e: balmer_core::Error| format!("{id}: {e}");
        let medium = match media.value(i) {
            "air" => Medium::Air,
            "vacuum" => Medium::Vacuum,
            other => return Err(format!("{id}: medium `{other}`")),
        };
        let flux = row::<Float32Type>(flux, i).ok_or_else(|| format!("{id} has no flux"))?;
        let axis = if let Some(form) = Form::from_name(forms.value(i)) {
            let regular = Regular { form, start: starts.value(i), step: steps.value(i) };
            // the spectra of one survey share a few axes, and powers are slow
            let same = known.iter().find(|(r, a)| *r == regular && a.len() == flux.len() && a.medium() == medium);
            if let Some((_, axis)) = same {
                axis.clone()
            } else {
                let axis = regular.axis(flux.len(), medium).map_err(said)?;
                known.push((regular, axis.clone()));
                axis
            }
        } else {
            let listed = row::<Float64Type>(wavelengths, i).ok_or_else(|| format!("{id} has no wavelengths"))?;
            SpectralAxis::from_wavelengths(listed, medium).map_err(said)?
        };
        let mut spectrum = Spectrum::new(axis, flux, metadata).map_err(said)?;
        if let Some(ivar) = row::<Float32Type>(ivar, i) {
            spectrum = spectrum.with_ivar(ivar).map_err(said)?;
        }
        let masks = (row::<UInt32Type>(and_mask, i), row::<UInt32Type>(or_mask, i));
        spectra.push(spectrum.with_masks(masks.0, masks.1).map_err(said)?);
    }
    Ok(spectra)
}

fn column<'a>(batch: &'a RecordBatch, name: &str) -> Result<&'a ArrayRef, String> {
    batch.column_by_name(name).ok_or_else(|| format!("column `{name}` is missing"))
}

fn text<'a>(batch: &'a RecordBatch, name: &str) -> Result<&'a StringArray, String> {
    column(batch, name)?.as_string_opt().ok_or_else(|| format!("column `{name}` is not text"))
}

fn floats<'a>(batch: &'a RecordBatch, name: &str) -> Result<&'a Float64Array, String> {
    column(batch, name)?.as_primitive_opt().ok_or_else(|| format!("column `{name}` is not f64"))
}

fn lists<'a>(batch: &'a RecordBatch, name: &str) -> Result<&'a ListArray, String> {
    let array = column(batch, name)?;
    let expected = schema::spectra().field_with_name(name).map(|f| f.data_type().clone());
    match (array.as_list_opt(), expected) {
        (Some(list), Ok(DataType::List(item))) if list.values().data_type() == item.data_type() => Ok(list),
        _ => Err(format!("column `{name}` is not a list of its type")),
    }
}

fn row<T: ArrowPrimitiveType>(list: &ListArray, i: usize) -> Option<Vec<T::Native>> {
    list.is_valid(i).then(|| list.value(i).as_primitive::<T>().values().to_vec())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::storage::test_spectra;

    #[test]
    fn spectra_come_back_bit_for_bit() {
        let spectra = test_spectra::assorted();
        let batch = to_batch(&spectra).unwrap();
        let metadata = spectra.iter().map(|s| s.metadata.clone()).collect();
        let back = from_batch(&batch, metadata).unwrap();
        for (a, b) in back.iter().zip(&spectra) {
            assert_eq!(a.axis(), b.axis());
            // NaN pixels are data too: compare bits
            let bits = |s: &Spectrum| s.flux().iter().map(|f| f.to_bits()).collect::<Vec<_>>();
            assert_eq!(bits(a), bits(b));
            assert_eq!(a.ivar(), b.ivar());
            assert_eq!((a.and_mask(), a.or_mask()), (b.and_mask(), b.or_mask()));
            assert_eq!(a.metadata, b.metadata);
        }
    }

    #[test]
    fn regular_axes_are_not_listed() {
        let spectra = test_spectra::assorted();
        let batch = to_batch(&spectra).unwrap();
        let forms: Vec<&str> = text(&batch, "axis").unwrap().iter().flatten().collect();
        assert_eq!(forms, ["log10", "linear", LISTED]);
    }

    #[test]
    fn tables_that_do_not_belong_together_are_refused() {
        let spectra = test_spectra::assorted();
        let mut metadata: Vec<Metadata> = spectra.iter().map(|s| s.metadata.clone()).collect();
        metadata.swap(0, 1);
        assert!(from_batch(&to_batch(&spectra).unwrap(), metadata).is_err());
    }
}
