//! From a stream of spectra to a feature table, in bounded memory.
//!
//! Spectra are drawn in chunks, the recipe goes over each chunk on all cores, and only feature rows
//! and rejections stay. Rows keep the order of the stream.

use ndarray::Array2;
use serde::{Deserialize, Serialize};

use super::{Plan, RunObserver, Stage};
use crate::{Error, Result, manipulation::Rejection, parallel, spectrum::Spectrum};

/// Spectra held at a time: some 30 MiB of LAMOST's 3,909 pixels.
const CHUNK: usize = 256;

/// Feature rows by spectrum, before any projection on principal components.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct FeatureTable {
    /// Name of each row's spectrum.
    pub spectrum_ids: Vec<String>,
    /// One row a spectrum, one column a pixel of the recipe's grid.
    pub matrix: Array2<f32>,
    /// The spectra that gave no row.
    pub rejected: Vec<Rejected>,
}

/// A spectrum left out, and why.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rejected {
    /// Name of the spectrum.
    pub spectrum_id: String,
    /// Path or URL as given by the user.
    pub source: String,
    /// Short stable code, such as `window-not-covered`.
    pub reason: String,
    /// The sentence with this spectrum's numbers.
    pub detail: String,
}

impl FeatureTable {
    /// Number of feature rows.
    pub fn len(&self) -> usize {
        self.spectrum_ids.len()
    }
    /// Whether no spectrum gave a row.
    pub fn is_empty(&self) -> bool {
        self.spectrum_ids.is_empty()
    }
}

/// Applies the plan's recipe to every spectrum of the stream.
///
/// # Errors
/// [`Error::Cancelled`] when the observer says so. A spectrum that cannot be used is no error: it goes
/// to [`FeatureTable::rejected`].
pub fn extract(
    plan: &Plan,
    spectra: &mut dyn Iterator<Item = Spectrum>,
    observer: &dyn RunObserver,
) -> Result<FeatureTable> {
    Ok(extract_all(&[plan], spectra, observer)?.pop().unwrap_or_default())
}

/// As [`extract`], by several recipes in one pass: a table for each plan.
pub(super) fn extract_all(
    plans: &[&Plan],
    spectra: &mut dyn Iterator<Item = Spectrum>,
    observer: &dyn RunObserver,
) -> Result<Vec<FeatureTable>> {
    observer.stage(Stage::Recipe, "preparing spectra");
    let expected = spectra.size_hint().1;
    let mut rows: Vec<Rows> = plans.iter().map(|_| Rows::default()).collect();
    let mut read = 0;
    loop {
        if observer.is_cancelled() {
            return Err(Error::Cancelled);
        }
        let chunk: Vec<Spectrum> = (&mut *spectra).take(CHUNK).collect();
        if chunk.is_empty() {
            break;
        }
        for (plan, rows) in plans.iter().zip(&mut rows) {
            let found = parallel::map_indices(chunk.len(), |i| plan.recipe().apply(&chunk[i]));
            chunk.iter().zip(found).for_each(|(spectrum, row)| rows.push(spectrum, row));
        }
        read += chunk.len();
        if let Some(expected) = expected {
            observer.progress(read as f64 / expected.max(1) as f64);
        }
    }
    observer.progress(1.0);
    plans.iter().zip(rows).map(|(plan, rows)| rows.table(plan.recipe().grid().len())).collect()
}

/// Rows of a table in the making.
#[derive(Default)]
struct Rows {
    table: FeatureTable,
    features: Vec<f32>,
}

impl Rows {
    fn push(&mut self, spectrum: &Spectrum, row: Result<Vec<f32>, Rejection>) {
        let spectrum_id = spectrum.metadata.spectrum_id.clone();
        match row {
            Ok(row) => {
                self.table.spectrum_ids.push(spectrum_id);
                self.features.extend_from_slice(&row);
            }
            Err(rejection) => self.table.rejected.push(Rejected {
                spectrum_id,
                source: spectrum.metadata.source.clone(),
                reason: rejection.reason().to_owned(),
                detail: rejection.to_string(),
            }),
        }
    }

    fn table(self, pixels: usize) -> Result<FeatureTable> {
        let matrix = Array2::from_shape_vec((self.table.len(), pixels), self.features)
            .map_err(|e| Error::InvalidSpectrum(format!("the recipe gave a row of the wrong length: {e}")))?;
        Ok(FeatureTable { matrix, ..self.table })
    }
}
