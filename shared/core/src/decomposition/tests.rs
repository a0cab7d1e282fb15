//! Principal components against their definition.

use ndarray::{Array2, array, s};

use super::{leading, pca};
use crate::{Error, oracle::random};

#[test]
fn a_line_in_the_plane() {
    let x = array![[1.0_f32, 1.0], [2.0, 0.0], [3.0, -1.0], [4.0, -2.0]];
    let fitted = pca(x.view(), 1).unwrap();
    assert_eq!(fitted.mean, array![2.5, -0.5]);
    let half = 0.5_f64.sqrt();
    assert!((&fitted.components - &array![[half, -half]]).iter().all(|error| error.abs() < 1e-12));
    assert!((fitted.explained_variance[0] - 10.0 / 3.0).abs() < 1e-12);
    let projected = fitted.transform(x.view());
    assert!((projected[[3, 0]] - 1.5 * 2_f32.sqrt()).abs() < 1e-6);
}

#[test]
fn components_are_orthonormal_and_all_of_them_keep_all_variance() {
    for (n, d) in [(200, 12), (12, 30), (40, 40)] {
        let x = random(n, d, 1);
        let count = n.min(d) - 1;
        let fitted = pca(x.view(), count).unwrap();
        let gram = fitted.components.dot(&fitted.components.t());
        assert!((gram - Array2::<f64>::eye(count)).iter().all(|error| error.abs() < 1e-10));
        assert!(fitted.explained_variance.as_slice().unwrap().is_sorted_by(|a, b| a >= b));
        if n <= d {
            let total: f64 = x.mapv(f64::from).var_axis(ndarray::Axis(0), 1.0).sum();
            assert!((fitted.explained_variance.sum() - total).abs() < 1e-9 * total);
        }
    }
}

#[test]
fn bits_do_not_depend_on_threads() {
    let x = random(5000, 10, 2);
    let reference = pca(x.view(), 4).unwrap();
    for threads in [1, 2, 5] {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        let (fitted, projected) = pool.install(|| {
            let fitted = pca(x.view(), 4).unwrap();
            let projected = fitted.transform(x.view());
            (fitted, projected)
        });
        assert_eq!(fitted, reference);
        assert_eq!(projected, reference.transform(x.view()));
    }
}

#[test]
fn wrong_parameters_are_refused() {
    let x = random(5, 3, 1);
    for components in [0, 4] {
        assert!(matches!(pca(x.view(), components), Err(Error::InvalidParameter { .. })));
    }
    assert!(pca(random(1, 3, 1).view(), 1).is_err());
    assert!(matches!(pca(array![[f32::NAN], [0.0]].view(), 1), Err(Error::NotFinite { row: 0, column: 0, .. })));
}

/// Many rows and features, three directions of which spread far and almost equally.
fn wide() -> Array2<f32> {
    let (places, directions) = (random(400, 3, 3), random(3, 300, 4));
    let scaled = places * &array![[4.0, 3.8, 3.0]];
    scaled.dot(&(directions - 0.5)) + 0.5 * random(400, 300, 5)
}

#[test]
fn the_leading_components_of_wide_matrices_are_the_exact_ones() {
    let x = wide();
    let (found, expected) = (leading(x.view(), 2).unwrap(), pca(x.view(), 2).unwrap());
    assert_ne!(found, expected, "another way was meant");
    assert!((&found.mean - &expected.mean).iter().all(|error| error.abs() < 1e-12));
    assert!((&found.components - &expected.components).iter().all(|error| error.abs() < 1e-5));
    let errors = (&found.explained_variance - &expected.explained_variance) / &expected.explained_variance;
    assert!(errors.iter().all(|error| error.abs() < 1e-9), "{errors}");
    let single = rayon::ThreadPoolBuilder::new().num_threads(1).build().unwrap();
    assert_eq!(single.install(|| leading(x.view(), 2).unwrap()), found);
    // narrow ones go the short way
    assert_eq!(leading(x.slice(s![.., ..20]), 2).unwrap(), pca(x.slice(s![.., ..20]), 2).unwrap());
}

#[test]
fn leading_components_of_less_than_a_plane() {
    // a line, and a point
    let line = random(300, 1, 6).dot(&random(1, 300, 7));
    let found = leading(line.view(), 2).unwrap();
    assert!(found.explained_variance[1] < 1e-9 * found.explained_variance[0]);
    assert!(found.transform(line.view()).iter().all(|x| x.is_finite()));
    let point = leading(Array2::ones((300, 300)).view(), 2).unwrap();
    assert_eq!(point.explained_variance, array![0.0, 0.0]);
    assert!(leading(wide().view(), 0).is_err());
    assert!(leading(Array2::from_elem((300, 300), f32::NAN).view(), 2).is_err());
}
