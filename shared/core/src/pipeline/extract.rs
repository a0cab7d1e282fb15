//! From a stream of spectra to a feature table, in bounded memory.
//!
//! Spectra are drawn in chunks, the recipe goes over each chunk on all cores, and only feature rows
//! and rejections stay. Rows keep the order of the stream.

use ndarray::Array2;
use serde::{Deserialize, Serialize};

use super::{Plan, RunObserver, Stage};
use crate::{Error, Result, parallel, spectrum::Spectrum};

/// Spectra held at a time: some 30 MiB of LAMOST's 3,909 pixels.
const CHUNK: usize = 256;

/// Feature rows by spectrum, before any projection on principal components.
#[derive(Debug, Clone, PartialEq)]
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
    observer.stage(Stage::Recipe, "preparing spectra");
    let recipe = plan.recipe();
    let pixels = recipe.grid().len();
    let expected = spectra.size_hint().1;
    let mut table = FeatureTable { spectrum_ids: Vec::new(), matrix: Array2::zeros((0, 0)), rejected: Vec::new() };
    let mut features: Vec<f32> = Vec::new();
    loop {
        if observer.is_cancelled() {
            return Err(Error::Cancelled);
        }
        let chunk: Vec<Spectrum> = (&mut *spectra).take(CHUNK).collect();
        if chunk.is_empty() {
            break;
        }
        let rows = parallel::map_indices(chunk.len(), |i| recipe.apply(&chunk[i]));
        for (spectrum, row) in chunk.into_iter().zip(rows) {
            let metadata = spectrum.metadata;
            match row {
                Ok(row) => {
                    table.spectrum_ids.push(metadata.spectrum_id);
                    features.extend_from_slice(&row);
                }
                Err(rejection) => table.rejected.push(Rejected {
                    spectrum_id: metadata.spectrum_id,
                    source: metadata.source,
                    reason: rejection.reason().to_owned(),
                    detail: rejection.to_string(),
                }),
            }
        }
        if let Some(expected) = expected {
            observer.progress((table.len() + table.rejected.len()) as f64 / expected.max(1) as f64);
        }
    }
    table.matrix = Array2::from_shape_vec((table.spectrum_ids.len(), pixels), features)
        .map_err(|e| Error::InvalidSpectrum(format!("the recipe gave a row of the wrong length: {e}")))?;
    observer.progress(1.0);
    Ok(table)
}
