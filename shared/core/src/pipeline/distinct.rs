//! The neighbour table as the plan asks for it: by which method, and with exact copies counted once or each.
//!
//! With `lof.duplicates = "distinct"` the search runs over one row of each group of equal rows. Each
//! copy then gets the neighbours of the row that stands for it, so that the table keeps a row for every
//! spectrum, and every later stage, LOF and labels alike, reads it as it reads any other.

use ndarray::{Array2, ArrayView2};

use super::{NeighborSearch, Plan, RunObserver, spec::NeighborMethod};
use crate::{
    Engine, Error, Result,
    neighbors::{self, DuplicateGroups, NeighborTable},
    outlier::lof::Duplicates,
};

/// The plan's neighbours of each row of `x`, and how they were found.
pub(super) async fn kneighbors<E: Engine>(
    plan: &Plan,
    x: ArrayView2<'_, f32>,
    engine: &E,
    observer: &dyn RunObserver,
) -> Result<(NeighborTable, NeighborSearch)> {
    let n_neighbors = plan.n_neighbors();
    if plan.lof().duplicates() == Duplicates::Keep {
        return search(plan, x, engine, observer).await;
    }
    let groups = DuplicateGroups::find(x);
    let distinct = groups.representatives().len();
    if n_neighbors >= distinct {
        let remedy = format!(
            "lof.duplicates = \"distinct\" leaves {distinct} of {} spectra: choose neighbors.n_neighbors below \
             {distinct}, or lof.duplicates = \"keep\"",
            x.nrows()
        );
        return Err(Error::parameter("neighbors.n_neighbors", n_neighbors, remedy));
    }
    let (table, found) = search(plan, groups.distinct(x).view(), engine, observer).await?;
    Ok((expand(&table, &groups)?, found))
}

/// The neighbours by the plan's method. Approximate ones are the processor's, whatever the engine.
async fn search<E: Engine>(
    plan: &Plan,
    x: ArrayView2<'_, f32>,
    engine: &E,
    observer: &dyn RunObserver,
) -> Result<(NeighborTable, NeighborSearch)> {
    match plan.spec().neighbors.method {
        NeighborMethod::Exact => {
            Ok((engine.kneighbors(x, plan.n_neighbors(), observer).await?, NeighborSearch::default()))
        }
        NeighborMethod::NnDescent => {
            let (table, recall) = neighbors::approximate(x, plan.n_neighbors(), plan.spec().seed, observer)?;
            Ok((table, NeighborSearch::of(recall)))
        }
    }
}

/// A row for every copy, with the neighbours of the row that stands for it.
fn expand(table: &NeighborTable, groups: &DuplicateGroups) -> Result<NeighborTable> {
    let (rows, shown) = (groups.group_of(), groups.representatives());
    let shape = (rows.len(), table.n_neighbors());
    // the representatives ascend, so rows that were in order stay in order
    let indices = Array2::from_shape_fn(shape, |(i, j)| shown[table.row(rows[i]).0[j] as usize] as u32);
    let distances = Array2::from_shape_fn(shape, |(i, j)| table.row(rows[i]).1[j]);
    NeighborTable::new(indices, distances)
}
