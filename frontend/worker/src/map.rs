//! Feature space in a plane: where the spectra of a subset are among each other.

use std::sync::{Arc, atomic::AtomicBool};

use balmer_core::{
    decomposition::pca,
    engine::Observer as _,
    pipeline::{FeatureTable, PipelineSpec, Plan, RunObserver as _, Stage},
};
use balmer_exchange::{
    api::Problem,
    worker::{MapKind, Report},
};
use web_sys::AbortSignal;

use crate::{
    columns::names,
    features::features,
    port::{self, Part},
    run::refused,
    watch::Watch,
};

/// Lays the subset of a spec out and reports it.
pub async fn draw(map: String, spec: PipelineSpec, kind: MapKind, stop: AbortSignal, stopped: Arc<AtomicBool>) {
    let watch = Watch::new(&map, stopped);
    if let Err(problem) = laid_out(&map, spec, kind, &stop, &watch).await {
        let problem = problem.filter(|_| !stop.aborted());
        port::report(&Report::Failed { run: map, problem }, &[]);
    }
}

async fn laid_out(
    map: &str,
    spec: PipelineSpec,
    kind: MapKind,
    stop: &AbortSignal,
    watch: &Watch,
) -> Result<(), Option<Problem>> {
    let plan = Plan::new(spec).map_err(|error| refused(&error))?;
    watch.stage(Stage::Read, "asking the server for features");
    let subset = features(&plan, stop, watch).await.map_err(Some)?;
    let table = &subset.table;
    if table.len() < 3 {
        let (rows, rejected) = (table.len(), subset.rejected);
        let detail = format!(
            "{rows} of {} spectra have features, and the recipe rejects {rejected}: a map needs three",
            subset.selected
        );
        return Err(Some(Problem::new(400, "no map").with_detail(detail)));
    }
    if watch.is_cancelled() {
        return Err(None);
    }
    watch.say("principal components", 0.5);
    match kind {
        MapKind::Pca => principal(map, table),
    }
    .map_err(|error| refused(&error))
}

/// The plane of the two directions along which the spectra differ most.
fn principal(map: &str, table: &FeatureTable) -> balmer_core::Result<()> {
    let x = table.matrix.view();
    let fitted = pca(x, 2)?;
    let total: f64 = (0..x.ncols()).map(|column| variance(x.column(column).iter().copied())).sum();
    let explained = [0, 1].map(|axis| fitted.explained_variance[axis] / total.max(f64::MIN_POSITIVE));
    let places = fitted.transform(x);
    let coordinates: Vec<f32> = places.iter().copied().collect();
    let (ends, text) = names(&table.spectrum_ids);
    let report = Report::Map { map: map.to_owned(), explained: Some(explained), is_last: true };
    port::report(&report, &[Part::Rows(&ends), Part::Bytes(&text), Part::Numbers(&coordinates)]);
    Ok(())
}

/// Mean square deviation, with n - 1 in the denominator; of at least two values.
fn variance(values: impl Iterator<Item = f32> + Clone) -> f64 {
    let number = values.clone().count() as f64;
    let mean = values.clone().map(f64::from).sum::<f64>() / number;
    values.map(|value| (f64::from(value) - mean).powi(2)).sum::<f64>() / (number - 1.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_variance_is_that_of_a_sample() {
        assert!((variance([1.0, 2.0, 3.0, 4.0].into_iter()) - 5.0 / 3.0).abs() < 1e-12);
    }
}
