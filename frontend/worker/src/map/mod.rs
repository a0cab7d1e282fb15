//! Feature space in a plane: where the spectra of a subset are among each other.
//!
//! The chief fetches the features and has neighbours searched for, both as for a run. All else is computed by a worker that
//! lives for it alone ([`errand`], [`place`]): the chief goes on listening meanwhile, and a wish to stop is fulfilled at once,
//! whatever is being computed.

mod errand;
mod near;
pub mod place;

use std::{
    ops::ControlFlow,
    sync::{Arc, atomic::AtomicBool},
};

use balmer_core::{
    manifold::UmapParams,
    ndarray::ArrayView2,
    pipeline::{PipelineSpec, Plan, RunObserver as _, Stage},
};
use balmer_exchange::{
    api::Problem,
    worker::{Command, Device, MapKind, Report},
};
use web_sys::AbortSignal;

use self::near::Near;
use crate::{
    columns::names,
    features::{Subset, features},
    port::{self, Part},
    run::{Ended, refused},
    watch::{Fetching, Watch},
};

/// What is drawn.
#[derive(Debug)]
pub struct Wanted {
    /// Survey, condition, recipe, seed.
    pub spec: PipelineSpec,
    /// How.
    pub kind: MapKind,
    /// Where neighbours are searched for.
    pub device: Device,
}

/// Lays the subset of a spec out and reports it.
pub async fn draw(map: String, wanted: Wanted, stop: AbortSignal, stopped: Arc<AtomicBool>) {
    let watch = Watch::new(&map, stopped);
    let Wanted { spec, kind, device } = wanted;
    if let Err(ended) = laid_out(&map, spec, kind, device, &stop, &watch).await {
        let problem = ended.filter(|_| !stop.aborted());
        port::report(&Report::Failed { run: map, problem }, &[]);
    }
}

async fn laid_out(
    map: &str,
    spec: PipelineSpec,
    kind: MapKind,
    device: Device,
    stop: &AbortSignal,
    watch: &Watch,
) -> Result<(), Ended> {
    let plan = Plan::new(spec).map_err(|error| refused(&error))?;
    watch.stage(Stage::Read, "asking the server for features");
    let subset = features(&plan, stop, watch).await.map_err(Some)?;
    let rows = subset.table.len();
    if rows < 3 {
        let rejected = subset.rejected;
        let detail = format!(
            "{rows} of {} spectra have features, and the recipe rejects {rejected}: a map needs three",
            subset.selected
        );
        return Err(Some(Problem::new(400, "no map").with_detail(detail)));
    }
    watch.stage(Stage::Components, "principal components");
    // UMAP looks at the space that a run would search
    let project = if kind == MapKind::Umap { plan.spec().recipe.components } else { 0 };
    let start = Start::of(&subset, project, stop).await?;
    let (ends, text) = names(&subset.table.spectrum_ids);
    let report = Report::Map { map: map.to_owned(), explained: start.explained, is_last: kind == MapKind::Pca };
    port::report(&report, &[Part::Rows(&ends), Part::Bytes(&text), Part::Numbers(&start.coordinates)]);
    match kind {
        MapKind::Pca => Ok(()),
        MapKind::Umap => embedded(map, &plan, &subset, start, device, stop, watch).await,
    }
}

/// The plane of the two directions along which the spectra differ most.
struct Start {
    explained: [f64; 2],
    coordinates: Vec<f32>,
    /// The rows on as many components as the recipe asks for, where it does.
    projected: Option<Vec<f32>>,
}

impl Start {
    async fn of(subset: &Subset, project: usize, stop: &AbortSignal) -> Result<Self, Ended> {
        let matrix = &subset.table.matrix;
        let values = matrix.as_slice().expect("rows follow each other as they arrived");
        let command = Command::Components { columns: matrix.ncols(), project };
        errand::ask(stop, &command, &[Part::Numbers(values)], |report, buffers| match (report, buffers) {
            (Report::Components { explained }, [coordinates, projected @ ..]) => Some(ControlFlow::Break(Self {
                explained,
                coordinates: port::numbers(coordinates),
                projected: projected.first().map(port::numbers),
            })),
            _ => None,
        })
        .await
    }
}

/// Reports how the spectra move until like ones are together.
async fn embedded(
    map: &str,
    plan: &Plan,
    subset: &Subset,
    start: Start,
    device: Device,
    stop: &AbortSignal,
    watch: &Watch,
) -> Result<(), Ended> {
    let params = UmapParams { random_state: plan.spec().seed, ..UmapParams::default() };
    // of few spectra all others are neighbours
    let params = UmapParams { n_neighbors: params.n_neighbors.min(subset.table.len() - 1), ..params };
    let near = if let Some(known) = Near::of_run(plan, subset, params.n_neighbors) {
        known
    } else {
        let projected = start.projected.as_deref();
        let x = match projected {
            Some(values) => {
                let rows = subset.table.len();
                ArrayView2::from_shape((rows, values.len() / rows), values).expect("as many values for each row")
            }
            None => subset.table.matrix.view(),
        };
        Near::search(x, params.n_neighbors, device, stop, watch).await?
    };
    watch.stage(Stage::Neighbors, "the first epoch");
    let parts = [Part::Rows(&near.indices), Part::Numbers(&near.distances), Part::Numbers(&start.coordinates)];
    errand::ask(stop, &Command::Embed { params }, &parts, |report, buffers| {
        let Report::Epoch { epoch, n_epochs } = report else { return None };
        watch.say(&format!("epoch {epoch} of {n_epochs}"), epoch as f64 / n_epochs as f64);
        let is_last = epoch == n_epochs;
        if let [coordinates] = buffers {
            let report = Report::Moved { map: map.to_owned(), is_last };
            port::report(&report, &[Part::Numbers(&port::numbers(coordinates))]);
        }
        Some(if is_last { ControlFlow::Break(()) } else { ControlFlow::Continue(()) })
    })
    .await
}
