//! The table of neighbours: what every later step reads.

use ndarray::{Array2, ArrayView2};

use super::Settled;
use crate::{Error, Result, parallel};

/// Rows checked by one task.
const ROWS: usize = 1024;

/// The `k` nearest other rows of each of `n` rows: indices and Euclidean distances, n x k each, in standard
/// (row-major) layout, each row ascending by (distance, index). The order is that of the distances before they were
/// rounded to f32: rows that tie in f32 alone may stand in any order of index. A table for `k` holds the tables for
/// every smaller `k` as its first columns.
#[derive(Debug, Clone, PartialEq)]
pub struct NeighborTable {
    indices: Array2<u32>,
    distances: Array2<f32>,
}

impl NeighborTable {
    /// A table from its columns, checked.
    ///
    /// # Errors
    /// [`Error::InvalidParameter`] when the shapes differ, an index is no row or is the row itself, a distance
    /// is negative or NaN, a row is not ascending by distance, or names a neighbour twice.
    pub fn new(indices: Array2<u32>, distances: Array2<f32>) -> Result<Self> {
        if indices.dim() != distances.dim() {
            return Err(invalid(
                format!("{:?} indices, {:?} distances", indices.dim(), distances.dim()),
                "both need the same shape",
            ));
        }
        // in logical order, whatever the layout
        let table = Self { indices: row_major(indices), distances: row_major(distances) };
        let checked = parallel::map_indices(table.n_rows().div_ceil(ROWS), |chunk| {
            (chunk * ROWS..table.n_rows().min((chunk + 1) * ROWS)).try_for_each(|row| {
                let (indices, distances) = table.row(row);
                check_row(row, table.n_rows(), indices, distances)
            })
        });
        checked.into_iter().collect::<Result<()>>()?;
        Ok(table)
    }

    /// A table from slices that follow each other, the first row to the last. What the search vouches for is not
    /// checked again.
    ///
    /// # Errors
    /// [`Error::InvalidParameter`] when the slices are not those of one matrix and one number of neighbours, or leave
    /// rows out.
    pub fn from_settled(parts: impl IntoIterator<Item = Settled>) -> Result<Self> {
        let mut parts = parts.into_iter();
        let Some(mut table) = parts.next() else {
            return Err(invalid("no slices".to_owned(), "give every row's neighbours"));
        };
        let missing = (table.of - table.rows.len()) * table.n_neighbors;
        table.indices.reserve_exact(missing);
        table.distances.reserve_exact(missing);
        parts.try_for_each(|part| table.append(part))?;
        if table.rows != (0..table.of) {
            return Err(invalid(format!("rows {:?} of {}", table.rows, table.of), "give every row's neighbours"));
        }
        Ok(Self::vouched(table.of, table.n_neighbors, table.indices, table.distances))
    }

    /// A table that a search vouches for, row after row.
    pub(super) fn vouched(n: usize, n_neighbors: usize, indices: Vec<u32>, distances: Vec<f32>) -> Self {
        Self {
            indices: Array2::from_shape_vec((n, n_neighbors), indices).expect("n x k indices"),
            distances: Array2::from_shape_vec((n, n_neighbors), distances).expect("n x k distances"),
        }
    }

    /// Number of rows, n.
    pub fn n_rows(&self) -> usize {
        self.indices.nrows()
    }

    /// Neighbours per row, k.
    pub fn n_neighbors(&self) -> usize {
        self.indices.ncols()
    }

    /// Zero-based rows of the neighbours, n x k.
    pub fn indices(&self) -> ArrayView2<'_, u32> {
        self.indices.view()
    }

    /// Euclidean distances to them, n x k, in units of the features.
    pub fn distances(&self) -> ArrayView2<'_, f32> {
        self.distances.view()
    }

    /// Indices and distances of one row's neighbours, nearest first.
    pub fn row(&self, i: usize) -> (&[u32], &[f32]) {
        let k = self.n_neighbors();
        let range = i * k..(i + 1) * k;
        let indices = self.indices.as_slice().expect("standard layout");
        let distances = self.distances.as_slice().expect("standard layout");
        (&indices[range.clone()], &distances[range])
    }

    /// Whether the first `n_neighbors` columns can be used.
    ///
    /// # Errors
    /// [`Error::InvalidParameter`] when the table holds fewer, or `n_neighbors` is 0.
    pub(crate) fn check_n_neighbors(&self, n_neighbors: usize) -> Result<()> {
        if (1..=self.n_neighbors()).contains(&n_neighbors) {
            return Ok(());
        }
        Err(Error::parameter(
            "n_neighbors",
            n_neighbors,
            format!("the neighbour table holds {} a row: choose 1 to {0}", self.n_neighbors()),
        ))
    }
}

/// Whether these may be the neighbours of a row of `n`.
pub(super) fn check_row(row: usize, n: usize, indices: &[u32], distances: &[f32]) -> Result<()> {
    for (position, (&index, &distance)) in indices.iter().zip(distances).enumerate() {
        if index as usize >= n || index as usize == row {
            return Err(invalid(
                format!("row {row} has neighbour {index}"),
                "a neighbour is another row of the same matrix",
            ));
        }
        if distance.is_nan() || distance < 0.0 {
            return Err(invalid(format!("row {row} has distance {distance}"), "a distance is 0 or more"));
        }
        if position > 0 && distances[position - 1] > distance {
            return Err(invalid(
                format!("row {row} is not in order at position {position}"),
                "sort each row by distance, then by index",
            ));
        }
    }
    let mut sorted = indices.to_vec();
    sorted.sort_unstable();
    if let Some([twice, _]) = sorted.array_windows().find(|[a, b]| a == b) {
        return Err(invalid(format!("row {row} has neighbour {twice} twice"), "name each neighbour once"));
    }
    Ok(())
}

fn row_major<T: Clone>(columns: Array2<T>) -> Array2<T> {
    if columns.is_standard_layout() { columns } else { columns.as_standard_layout().into_owned() }
}

fn invalid(value: String, remedy: &str) -> Error {
    Error::parameter("neighbour table", value, remedy)
}
