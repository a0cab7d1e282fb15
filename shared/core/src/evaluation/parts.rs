//! What was planted, cut by how strong it is or how good the spectrum.

/// A part of an ordered whole.
#[derive(Debug, Clone, PartialEq)]
pub struct Part {
    /// Least value, included.
    pub from: f64,
    /// Largest value; included in the last part only.
    pub to: f64,
    /// Which of the values are in it.
    pub members: Vec<usize>,
}

/// Cuts values at `edges` (ascending); without edges at the quantiles, into `most` parts of as many values each, fewer where
/// values repeat. What is not finite or outside the edges is in no part.
pub fn parts(values: &[f64], edges: Option<&[f64]>, most: usize) -> Vec<Part> {
    let edges = match edges {
        Some(edges) => edges.to_vec(),
        None => quantiles(values, most),
    };
    let last = edges.len().saturating_sub(2);
    let inside =
        |value: f64, i: usize| edges[i] <= value && (value < edges[i + 1] || i == last && value <= edges[i + 1]);
    (0..edges.len().saturating_sub(1))
        .map(|i| {
            let members = (0..values.len()).filter(|&j| inside(values[j], i)).collect();
            Part { from: edges[i], to: edges[i + 1], members }
        })
        .collect()
}

fn quantiles(values: &[f64], most: usize) -> Vec<f64> {
    let mut sorted: Vec<f64> = values.iter().copied().filter(|value| value.is_finite()).collect();
    sorted.sort_unstable_by(f64::total_cmp);
    let Some(last) = sorted.len().checked_sub(1) else { return Vec::new() };
    let mut edges: Vec<f64> = (0..=most).map(|i| sorted[(i * last).div_ceil(most.max(1))]).collect();
    edges.dedup();
    if edges.len() == 1 {
        edges.push(edges[0]);
    }
    edges
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_value_is_in_one_part() {
        let values: Vec<f64> = (0..101).map(f64::from).collect();
        let cut = parts(&values, None, 4);
        assert_eq!(cut.iter().map(|part| part.members.len()).collect::<Vec<_>>(), [25, 25, 25, 26]);
        assert_eq!((cut[0].from, cut[3].to), (0.0, 100.0));
        let at = parts(&values, Some(&[10.0, 20.0, 20.5, 30.0]), 4);
        assert_eq!(at.iter().map(|part| part.members.len()).collect::<Vec<_>>(), [10, 1, 10]);
    }

    #[test]
    fn equal_values_are_one_part_and_unknown_ones_in_none() {
        assert_eq!(parts(&[2.0, f64::NAN, 2.0], None, 5), [Part { from: 2.0, to: 2.0, members: vec![0, 2] }]);
        assert!(parts(&[f64::NAN], None, 5).is_empty() && parts(&[], None, 5).is_empty());
    }
}
