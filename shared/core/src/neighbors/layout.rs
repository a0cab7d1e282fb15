//! How centred rows lie in memory: row by row, as devices read them, or as a kernel does.

use ndarray::Array2;

/// Rows in some order of their numbers.
pub trait Layout: Sync {
    /// `n` rows of `d` zeros.
    fn zeros(n: usize, d: usize) -> Self;

    /// Writes the values of a row.
    fn put(&mut self, row: usize, values: impl Iterator<Item = f32>);
}

/// Row by row.
impl Layout for Array2<f32> {
    fn zeros(n: usize, d: usize) -> Self {
        Self::zeros((n, d))
    }

    fn put(&mut self, row: usize, values: impl Iterator<Item = f32>) {
        for (place, value) in self.row_mut(row).iter_mut().zip(values) {
            *place = value;
        }
    }
}
