//! A continuum for the eye: the running median of the good pixels. It is robust against lines and bad
//! pixels, and follows every calibration; in bands wider than half its window it sinks into them. It is
//! not the recipe's continuum, which the algorithms see.

/// Width of the window, Angstrom: several times the broadest line of a star.
pub const WIDTH: f64 = 300.0;
/// Distance between the wavelengths at which the median is taken; linear in between.
const STEP: f64 = 15.0;
/// Good pixels that a median needs.
const FEWEST: usize = 5;

/// What the flux is divided by, in words.
pub fn description() -> String {
    format!("running median over {WIDTH:.0} Å")
}

/// The continuum at each pixel; NaN where it is not positive, so that nothing is divided by it.
pub fn continuum(wavelengths: &[f64], flux: &[f32], bad: &[bool]) -> Vec<f32> {
    let good: Vec<usize> = (0..flux.len()).filter(|&i| !bad[i] && flux[i].is_finite()).collect();
    let (Some(&first), Some(&last)) = (wavelengths.first(), wavelengths.last()) else { return Vec::new() };
    let nodes = (((last - first) / STEP).ceil() as usize).max(1);
    let (mut from, mut to, mut window) = (0, 0, Vec::new());
    let mut medians: Vec<(f64, f64)> = Vec::with_capacity(nodes + 1);
    for node in 0..=nodes {
        let centre = first + (last - first) * node as f64 / nodes as f64;
        while from < good.len() && wavelengths[good[from]] < centre - 0.5 * WIDTH {
            from += 1;
        }
        while to < good.len() && wavelengths[good[to]] <= centre + 0.5 * WIDTH {
            to += 1;
        }
        if to - from >= FEWEST {
            window.clear();
            window.extend(good[from..to].iter().map(|&i| flux[i]));
            medians.push((centre, f64::from(median(&mut window))));
        }
    }
    let mut after = 0;
    let at = |&w: &f64| {
        while after < medians.len() && medians[after].0 < w {
            after += 1;
        }
        let value = match (after.checked_sub(1).and_then(|i| medians.get(i)), medians.get(after)) {
            (Some(low), Some(high)) => low.1 + (high.1 - low.1) * (w - low.0) / (high.0 - low.0),
            (Some(only), None) | (None, Some(only)) => only.1,
            (None, None) => f64::NAN,
        };
        if value > 0.0 { value as f32 } else { f32::NAN }
    };
    wavelengths.iter().map(at).collect()
}

/// The median of values that are not empty; the upper one where their number is even.
pub fn median(values: &mut [f32]) -> f32 {
    let middle = values.len() / 2;
    *values.select_nth_unstable_by(middle, f32::total_cmp).1
}

#[cfg(test)]
mod tests {
    use super::*;

    fn axis() -> Vec<f64> {
        (0..3000).map(|i| 4000.0 + f64::from(i)).collect()
    }

    #[test]
    fn the_continuum_runs_under_lines_and_bad_pixels() {
        let axis = axis();
        let slope = |w: f64| 100.0 + 0.01 * (w - 4000.0);
        let mut flux: Vec<f32> = axis.iter().map(|&w| slope(w) as f32).collect();
        let mut bad = vec![false; flux.len()];
        for value in &mut flux[1000..1040] {
            *value += 500.0;
        }
        flux[2000] = -1e9;
        bad[2000] = true;
        let continuum = continuum(&axis, &flux, &bad);
        for i in 150..2850 {
            assert!((f64::from(continuum[i]) - slope(axis[i])).abs() < 0.5, "{} at {i}", continuum[i]);
        }
    }

    #[test]
    fn nothing_is_divided_by_what_is_not_positive() {
        let axis = axis();
        assert!(continuum(&axis, &[-1.0; 3000], &[false; 3000]).iter().all(|c| c.is_nan()));
        assert!(continuum(&axis, &[1.0; 3000], &[true; 3000]).iter().all(|c| c.is_nan()));
        assert_eq!(continuum(&[], &[], &[]), Vec::<f32>::new());
    }

    #[test]
    fn short_spectra_have_one_too() {
        let axis: Vec<f64> = (0..40).map(|i| 6500.0 + f64::from(i)).collect();
        assert_eq!(continuum(&axis, &[2.0; 40], &[false; 40]), [2.0; 40]);
    }
}
