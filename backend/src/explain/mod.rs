//! Why a spectrum stands where it does in a run.
//!
//! Nothing is computed anew that the run has kept: neighbours and distances come from its neighbour table,
//! factors, densities and labels from its candidates, places from its table of them, features from the survey's kept ones.
//! Only the part of each labelled spectrum in a score ([`seeds`]) takes a look at the whole graph.

mod seeds;

use std::{collections::HashMap, fmt::Write as _};

use arrow_array::{
    Array,
    cast::AsArray,
    types::{Float32Type, UInt32Type},
};
use balmer_core::{
    decomposition::Pca,
    engine::Observer,
    ndarray::Axis,
    pipeline::{Plan, RunObserver},
};
use balmer_exchange::api::{Density, Explanation, FeatureView, NeighborRow, RunStatus};

use crate::storage::{FeatureError, Query, Run, Selection, Store, StoreError, Survey};

pub use seeds::GraphCache;
use seeds::LabelSources;

/// A spectrum's place in a run.
#[derive(Debug, Clone)]
struct Placed {
    row: u32,
    rank: u32,
    spectrum_id: String,
    lof: f32,
    density: Option<Density>,
    label: Option<String>,
}

/// Explains one spectrum of a finished run.
///
/// # Errors
/// A run that is not done, a spectrum that it did not rank, unreadable tables, cancellation.
pub fn explain(
    store: &Store,
    graphs: &GraphCache,
    run: &Run,
    spectrum_id: &str,
    observer: &dyn RunObserver,
) -> Result<Explanation, FeatureError> {
    let state = run.state()?;
    if state.status != RunStatus::Done {
        return Err(run.refused(format!("it is {}: there is nothing to explain yet", state.status)).into());
    }
    let placed = find(run, spectrum_id)?;
    let plan = Plan::new(run.spec()?)?;
    let survey = store.survey_of(run)?;
    let (rows, distances) = run.neighbors_of(placed.row, plan.lof().table_neighbors())?;
    let known = placed_rows(run, &rows)?;
    let neighbors: Vec<NeighborRow> = rows
        .iter()
        .zip(distances)
        .filter_map(|(row, distance)| {
            let at = known.get(row)?;
            Some(NeighborRow {
                spectrum_id: at.spectrum_id.clone(),
                distance,
                rank: at.rank,
                lof: at.lof,
                density: at.density,
                label: at.label.clone(),
            })
        })
        .collect();
    let basis = run.basis()?;
    let features = view(&plan, &survey, &placed.spectrum_id, &neighbors, basis.as_ref(), observer)?;
    let (told, seeds_missing) = label_sources(&survey, graphs, run, &plan, &placed, observer)?;
    Ok(Explanation {
        rank: placed.rank,
        ranked: state.counts.ranked,
        lof: placed.lof,
        density: placed.density,
        neighbors,
        places: run.places_of(placed.row)?,
        probability: told.probability,
        seeds: told.seeds,
        seeds_left: told.left,
        seeds_missing,
        features,
        spectrum_id: placed.spectrum_id,
    })
}

fn label_sources(
    survey: &Survey,
    graphs: &GraphCache,
    run: &Run,
    plan: &Plan,
    placed: &Placed,
    observer: &dyn Observer,
) -> Result<(LabelSources, Option<String>), FeatureError> {
    let nothing = |why: Option<String>| Ok((LabelSources::default(), why));
    let Some(stage) = plan.labels() else { return nothing(None) };
    let Some(label) = &placed.label else { return nothing(Some("no label reaches it".to_owned())) };
    match graphs.sources(survey, run, plan, stage, (placed.row as usize, label), observer)? {
        Ok(told) if told.seeds.is_empty() => {
            nothing(Some("its labels come from so far that their parts are lost in rounding".to_owned()))
        }
        Ok(told) => Ok((told, None)),
        Err(reason) => nothing(Some(reason)),
    }
}

/// Where the spectrum stands.
fn find(run: &Run, spectrum_id: &str) -> Result<Placed, StoreError> {
    let condition = format!("spectrum_id = '{}'", spectrum_id.replace('\'', "''"));
    if let Some(placed) = places(run, condition)?.pop() {
        return Ok(placed);
    }
    let rejected = run.rejected()?.into_iter().find(|rejected| rejected.spectrum_id == spectrum_id);
    let reason = rejected.map_or_else(
        || "it is not among the spectra that the run selected".to_owned(),
        |rejected| format!("it was left out, {}", rejected.detail),
    );
    Err(StoreError::NotRanked { run: run.id().to_owned(), id: spectrum_id.to_owned(), reason })
}

/// The spectra of some rows of the neighbour table, by row.
fn placed_rows(run: &Run, rows: &[u32]) -> Result<HashMap<u32, Placed>, StoreError> {
    let mut condition = "row IN (-1".to_owned();
    for row in rows {
        // writing to a string cannot fail
        let _ = write!(condition, ",{row}");
    }
    Ok(places(run, condition + ")")?.into_iter().map(|placed| (placed.row, placed)).collect())
}

fn places(run: &Run, condition: String) -> Result<Vec<Placed>, StoreError> {
    let mut columns = vec!["row", "rank", "spectrum_id", "lof", "label"];
    if run.has_candidate_column("lrd")? {
        columns.extend(["lrd", "k_distance"]);
    }
    let columns = columns.into_iter().map(str::to_owned).collect();
    let query = Query { condition: Some(condition), columns: Some(columns), ..Query::default() };
    let mut places = Vec::new();
    for batch in run.candidates(&query)? {
        let batch = batch?;
        let (rows, ranks) =
            (batch.column(0).as_primitive::<UInt32Type>(), batch.column(1).as_primitive::<UInt32Type>());
        let (ids, labels) = (batch.column(2).as_string::<i32>(), batch.column(4).as_string::<i32>());
        let lof = batch.column(3).as_primitive::<Float32Type>();
        let number = |name: &str, i: usize| Some(batch.column_by_name(name)?.as_primitive::<Float32Type>().value(i));
        places.extend((0..batch.num_rows()).map(|i| Placed {
            row: rows.value(i),
            rank: ranks.value(i),
            spectrum_id: ids.value(i).to_owned(),
            lof: lof.value(i),
            density: number("lrd", i).zip(number("k_distance", i)).map(|(lrd, k_distance)| Density { lrd, k_distance }),
            label: labels.is_valid(i).then(|| labels.value(i).to_owned()),
        }));
    }
    Ok(places)
}

/// The spectrum's features against its neighbours'.
fn view(
    plan: &Plan,
    survey: &Survey,
    spectrum_id: &str,
    neighbors: &[NeighborRow],
    basis: Option<&Pca>,
    observer: &dyn RunObserver,
) -> Result<FeatureView, FeatureError> {
    let ids = neighbors.iter().map(|neighbor| neighbor.spectrum_id.as_str()).chain([spectrum_id]);
    let (selection, _): (Selection, _) = survey.rows_of(ids)?;
    let table = survey.features(plan, &selection, observer)?.table;
    let row = table.spectrum_ids.iter().position(|id| id == spectrum_id);
    let row =
        row.ok_or_else(|| StoreError::NoSpectrum { survey: survey.name().to_owned(), id: spectrum_id.to_owned() })?;
    let others: Vec<usize> = (0..table.len()).filter(|&other| other != row).collect();
    let others = table.matrix.select(Axis(0), &others);
    Ok(FeatureView::of(plan.recipe(), table.matrix.row(row), others.view(), basis))
}
