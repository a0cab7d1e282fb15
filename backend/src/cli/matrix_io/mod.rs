//! Matrices and label vectors in, result columns out: `.npy`, `.parquet` and `.csv` by the file's ending.
//!
//! | ending | matrix in | columns out |
//! |---|---|---|
//! | `.npy` | 2-D `f32` or `f64` array | one structured array: a field a column, lists as sub-arrays |
//! | `.parquet` | one `FixedSizeList` column, or d numeric columns | a column each, lists as `list` |
//! | `.csv` | d numeric columns, with or without a head | a column each, lists as `name_1 .. name_k` |

mod columns;
mod deliver;
mod labels;
mod matrix;
mod npy;
mod single;
mod target;

pub use columns::{Columns, Data};
pub use deliver::{Output, deliver};
pub use labels::read_labels;
pub use matrix::read_matrix;
pub use target::{Format, Target};

use std::path::Path;

/// The lower-case ending of a path, empty where it has none.
fn ending(path: &Path) -> String {
    path.extension().map(|e| e.to_string_lossy().to_lowercase()).unwrap_or_default()
}

/// What to call a kind of file that is not read.
fn unreadable(path: &Path) -> anyhow::Error {
    anyhow::anyhow!(
        "'{}' is not a kind of file that can be read here: .npy, .parquet or .csv is expected",
        path.display()
    )
}
