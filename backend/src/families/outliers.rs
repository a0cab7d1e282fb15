//! The outliers of a run, each against its neighbours.

use std::collections::HashMap;

use arrow_array::{
    cast::AsArray,
    types::{Float32Type, UInt32Type},
};
use balmer_core::{
    cluster::Outlier,
    ndarray::Axis,
    pipeline::{Plan, RunObserver, Stage},
    spectrum::Spectrum,
};
use balmer_exchange::api::FamilyMember;
use rayon::prelude::*;

use super::{FamilyOptions, MOST, NEIGHBORS};
use crate::storage::{FeatureError, Query, Result, Run, StoreError, Survey};

/// Spectra described at a time.
const CHUNK: usize = 256;

/// An outlier as the list has it.
#[derive(Debug, Clone)]
pub(super) struct Listed {
    pub spectrum_id: String,
    rank: u32,
    lof: f32,
    row: usize,
}

impl Listed {
    pub fn member(&self) -> FamilyMember {
        FamilyMember { spectrum_id: self.spectrum_id.clone(), rank: self.rank, lof: self.lof }
    }
}

/// The outliers asked for, in the order of the list.
pub(super) fn listed(run: &Run, options: &FamilyOptions) -> Result<Vec<Listed>> {
    let condition = match (options.outliers, options.threshold) {
        (Some(_), _) => None,
        (None, Some(threshold)) => Some(format!("lof > {threshold}")),
        (None, None) => Some("is_outlier".to_owned()),
    };
    let query = Query {
        condition,
        limit: Some(options.outliers.unwrap_or(MOST).min(MOST)),
        columns: Some(["spectrum_id", "rank", "lof", "row"].map(str::to_owned).to_vec()),
        ..Query::default()
    };
    let mut listed = Vec::new();
    for batch in run.candidates(&query)? {
        let batch = batch?;
        let ids = batch.column(0).as_string::<i32>();
        let (ranks, rows) =
            (batch.column(1).as_primitive::<UInt32Type>(), batch.column(3).as_primitive::<UInt32Type>());
        let lof = batch.column(2).as_primitive::<Float32Type>();
        listed.extend((0..batch.num_rows()).map(|i| Listed {
            spectrum_id: ids.value(i).to_owned(),
            rank: ranks.value(i),
            lof: lof.value(i),
            row: rows.value(i) as usize,
        }));
    }
    Ok(listed)
}

/// What is wrong with each of them.
pub(super) fn described(
    run: &Run,
    survey: &Survey,
    plan: &Plan,
    listed: &[Listed],
    observer: &dyn RunObserver,
) -> Result<Vec<Outlier>, FeatureError> {
    if listed.is_empty() {
        return Ok(Vec::new());
    }
    let neighbors = neighbors(run, plan, listed)?;
    let ids = listed.iter().map(|one| one.spectrum_id.as_str()).chain(neighbors.iter().flatten().map(String::as_str));
    let (selection, _) = survey.rows_of(ids)?;
    let features = survey.features(plan, &selection, observer)?.table;
    let row_of: HashMap<&str, usize> =
        features.spectrum_ids.iter().enumerate().map(|(row, id)| (id.as_str(), row)).collect();
    let row = |id: &str| {
        let missing = || StoreError::NoSpectrum { survey: survey.name().to_owned(), id: id.to_owned() };
        row_of.get(id).copied().ok_or_else(missing)
    };
    let place: HashMap<&str, usize> = listed.iter().enumerate().map(|(i, one)| (one.spectrum_id.as_str(), i)).collect();
    let (selection, _) = survey.rows_of(listed.iter().map(|one| one.spectrum_id.as_str()))?;
    let mut spectra = survey.spectra(&selection);
    let mut outliers: Vec<Option<Outlier>> = vec![None; listed.len()];
    observer.stage(Stage::Lof, "comparing outliers with their neighbours");
    loop {
        if observer.is_cancelled() {
            return Err(StoreError::Cancelled.into());
        }
        let chunk: Vec<Spectrum> = (&mut spectra).take(CHUNK).collect::<Result<_>>()?;
        if chunk.is_empty() {
            break;
        }
        let described = chunk.par_iter().map(|spectrum| -> Result<Option<(usize, Outlier)>> {
            let id = spectrum.metadata.spectrum_id.as_str();
            let Some(&i) = place.get(id) else { return Ok(None) };
            let rows = neighbors[i].iter().map(|id| row(id)).collect::<Result<Vec<usize>>>()?;
            let theirs = features.matrix.select(Axis(0), &rows);
            let own = features.matrix.row(row(id)?);
            Ok(Some((i, Outlier::new(plan.recipe(), spectrum, own, theirs.view()))))
        });
        for found in described.collect::<Result<Vec<_>>>()?.into_iter().flatten() {
            outliers[found.0] = Some(found.1);
        }
        observer.progress(outliers.iter().flatten().count() as f64 / outliers.len() as f64);
    }
    let missing = outliers.iter().position(Option::is_none);
    if let Some(i) = missing {
        let (survey, id) = (survey.name().to_owned(), listed[i].spectrum_id.clone());
        return Err(StoreError::NoSpectrum { survey, id }.into());
    }
    Ok(outliers.into_iter().flatten().collect())
}

/// Names of each one's nearest neighbours.
fn neighbors(run: &Run, plan: &Plan, listed: &[Listed]) -> Result<Vec<Vec<String>>> {
    let count = NEIGHBORS.min(plan.n_neighbors());
    let mut rows: Vec<usize> = listed.iter().map(|one| one.row).collect();
    rows.sort_unstable();
    let lists = run.neighbors_of_rows(&rows, count)?;
    let mut named: Vec<usize> = lists.iter().flatten().map(|&row| row as usize).collect();
    named.sort_unstable();
    named.dedup();
    let names = run.row_names(Some(&named))?;
    let name = |row: &u32| names[named.partition_point(|&known| known < *row as usize)].clone();
    let list = |one: &Listed| lists[rows.partition_point(|&row| row < one.row)].iter().map(name).collect();
    Ok(listed.iter().map(list).collect())
}
