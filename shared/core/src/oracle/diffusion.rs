//! Label spreading and propagation with a dense matrix of weights.

use ndarray::{Array1, Array2, Axis};

/// Zhou+ 2004: `F <- alpha S F + (1 - alpha) Y`, `S = D^-1/2 W D^-1/2`, from `F = Y`, until the sum of absolute
/// changes falls below `tol` and no further row is reached; rows then made to sum to 1. `y` is n x C, a row of zeros where nothing is known.
pub fn spread(w: &Array2<f64>, y: &Array2<f64>, alpha: f64, max_iter: usize, tol: f64) -> Array2<f64> {
    let root = w.sum_axis(Axis(1)).mapv(|degree| if degree > 0.0 { degree.sqrt() } else { 1.0 });
    let s = w / &root.view().insert_axis(Axis(1)) / root.view().insert_axis(Axis(0));
    iterate(y, max_iter, tol, |f| s.dot(f) * alpha + y * (1.0 - alpha))
}

/// Zhu & Ghahramani 2002: `F <- D^-1 W F`, rows made to sum to 1, labelled rows set back to `y`.
pub fn propagate(w: &Array2<f64>, y: &Array2<f64>, max_iter: usize, tol: f64) -> Array2<f64> {
    let degrees = w.sum_axis(Axis(1)).mapv(|degree| if degree > 0.0 { degree } else { 1.0 });
    let t = w / &degrees.insert_axis(Axis(1));
    iterate(y, max_iter, tol, |f| {
        let mut next = rows_summing_to_one(&t.dot(f));
        for (mut row, seed) in next.rows_mut().into_iter().zip(y.rows()).filter(|(_, seed)| seed.sum() > 0.0) {
            row.assign(&seed);
        }
        next
    })
}

fn iterate(y: &Array2<f64>, max_iter: usize, tol: f64, step: impl Fn(&Array2<f64>) -> Array2<f64>) -> Array2<f64> {
    let reached = |f: &Array2<f64>| f.rows().into_iter().filter(|row| row.sum() > 0.0).count();
    let mut f = y.clone();
    for _ in 0..max_iter {
        let next = step(&f);
        let change = (&next - &f).mapv(f64::abs).sum();
        let grown = reached(&next) > reached(&f);
        f = next;
        if change < tol && !grown {
            break;
        }
    }
    rows_summing_to_one(&f)
}

fn rows_summing_to_one(f: &Array2<f64>) -> Array2<f64> {
    let sums: Array1<f64> = f.sum_axis(Axis(1)).mapv(|sum| if sum > 0.0 { sum } else { 1.0 });
    f / &sums.insert_axis(Axis(1))
}
