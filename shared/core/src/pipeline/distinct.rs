//! The neighbour table when exact copies are to count once.
//!
//! With `lof.duplicates = "distinct"` the search runs over one row of each group of equal rows. Each
//! copy then gets the neighbours of the row that stands for it, so that the table keeps a row for every
//! spectrum, and every later stage, LOF and labels alike, reads it as it reads any other.

use ndarray::{Array2, ArrayView2};

use super::{Plan, RunObserver};
use crate::{
    Engine, Error, Result,
    neighbors::{DuplicateGroups, NeighborTable},
    outlier::lof::Duplicates,
};

/// The plan's neighbours of each row of `x`.
pub(super) async fn kneighbors<E: Engine>(
    plan: &Plan,
    x: ArrayView2<'_, f32>,
    engine: &E,
    observer: &dyn RunObserver,
) -> Result<NeighborTable> {
    let n_neighbors = plan.n_neighbors();
    if plan.lof().duplicates() == Duplicates::Keep {
        return engine.kneighbors(x, n_neighbors, observer).await;
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
    let table = engine.kneighbors(groups.distinct(x).view(), n_neighbors, observer).await?;
    expand(&table, &groups)
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
