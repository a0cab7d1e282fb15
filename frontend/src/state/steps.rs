//! The steps of a recipe as small plots: each a line, with the bad pixels and the continuum marked in it.

use balmer_exchange::api::{RecipeTrace, TraceRow};

use super::{format::number, small_plot::Frame};

/// One small plot.
#[derive(Debug, Clone, PartialEq)]
pub struct StepPlot {
    /// The step's name.
    pub step: String,
    /// What was done.
    pub title: String,
    /// The line, as an SVG path; a gap where there is no number.
    pub path: String,
    /// What the line is divided by next, where it is.
    pub level: Option<String>,
    /// Where bad pixels stand.
    pub bad: Vec<f64>,
    /// Lowest and highest value, in words.
    pub range: (String, String),
    /// First and last wavelength, Angstrom.
    pub wavelengths: (f64, f64),
}

/// A plot for each step; the continuum is drawn in that of the spectrum that it divides.
pub fn plots(trace: &RecipeTrace) -> Vec<StepPlot> {
    let mut plots: Vec<StepPlot> = Vec::new();
    let mut last: Option<&TraceRow> = None;
    for row in &trace.steps {
        if let (true, Some(divided), Some(plot)) = (row.step == "continuum", last, plots.last_mut()) {
            *plot = StepPlot {
                title: format!("{}, with its {}", plot.title, row.description),
                ..plot_of(divided, Some(row))
            };
        } else {
            plots.push(plot_of(row, None));
            last = Some(row);
        }
    }
    plots
}

fn plot_of(row: &TraceRow, level: Option<&TraceRow>) -> StepPlot {
    let all = row.values.iter().chain(level.iter().flat_map(|level| &level.values)).flatten();
    // wild bad pixels would flatten the rest
    let good = |pixel: usize| row.step != "native" || !row.bad.contains(&(pixel as u32));
    let shown = row.values.iter().enumerate().filter(|(pixel, _)| good(*pixel)).filter_map(|(_, value)| *value);
    let shown = shown.chain(level.iter().flat_map(|level| &level.values).filter_map(|value| *value));
    let (low, high) = shown.fold((f32::INFINITY, f32::NEG_INFINITY), |(low, high), v| (low.min(v), high.max(v)));
    let (low, high) = if low.is_finite() {
        (low, high)
    } else {
        all.fold((0.0, 1.0), |(l, h): (f32, f32), v| (l.min(*v), h.max(*v)))
    };
    let ends = (row.wavelengths.first().copied().unwrap_or(0.0), row.wavelengths.last().copied().unwrap_or(1.0));
    let frame = Frame { ends, low: f64::from(low), high: f64::from(high) };
    StepPlot {
        step: row.step.clone(),
        title: row.description.clone(),
        path: path(&frame, row),
        level: level.map(|level| path(&frame, level)),
        bad: row.bad.iter().filter_map(|&pixel| Some(frame.x(*row.wavelengths.get(pixel as usize)?))).collect(),
        range: (number(f64::from(low)), number(f64::from(high))),
        wavelengths: ends,
    }
}

fn path(frame: &Frame, row: &TraceRow) -> String {
    frame.path(row.wavelengths.iter().copied().zip(row.values.iter().copied()))
}

#[cfg(test)]
mod tests {
    use balmer_core::spectrum::Medium;

    use super::*;
    use crate::state::small_plot::{HEIGHT, MARGIN, WIDTH};

    fn row(step: &str, values: &[Option<f32>], bad: &[u32]) -> TraceRow {
        let wavelengths = (0..values.len()).map(|i| 6500.0 + i as f64).collect();
        TraceRow {
            step: step.into(),
            description: format!("{step} it"),
            wavelengths,
            values: values.into(),
            bad: bad.into(),
        }
    }

    fn trace(steps: Vec<TraceRow>) -> RecipeTrace {
        let medium = Medium::Vacuum;
        RecipeTrace { spectrum_id: "s".into(), medium, rest_frame: false, steps, notes: Vec::new(), rejected: None }
    }

    #[test]
    fn a_bad_pixel_does_not_flatten_the_plot_it_is_marked_in() {
        let native = row("native", &[Some(1.0), Some(3.0), Some(1e9), Some(2.0), Some(1.0)], &[2]);
        let plots = plots(&trace(vec![native]));
        assert_eq!(
            (&plots[0].range, &plots[0].bad[..]),
            (&("1.000".to_owned(), "3.000".to_owned()), &[WIDTH / 2.0][..])
        );
        assert_eq!(plots[0].path.matches('L').count(), 4);
        assert!(plots[0].path.starts_with(&format!("M0.0 {:.1}L", HEIGHT - MARGIN)), "{}", plots[0].path);
    }

    #[test]
    fn the_continuum_is_drawn_over_what_it_divides() {
        let steps = vec![
            row("resampled", &[Some(10.0), Some(20.0)], &[]),
            row("continuum", &[Some(5.0), Some(40.0)], &[]),
            row("normalised", &[Some(2.0), Some(0.5)], &[]),
        ];
        let plots = plots(&trace(steps));
        assert_eq!(plots.iter().map(|plot| plot.step.as_str()).collect::<Vec<_>>(), ["resampled", "normalised"]);
        assert_eq!(plots[0].range, ("5.000".to_owned(), "40.00".to_owned()), "both fit");
        assert!(plots[0].level.as_ref().is_some_and(|level| level.starts_with('M')) && plots[1].level.is_none());
        assert_eq!(plots[0].title, "resampled it, with its continuum it");
    }

    #[test]
    fn a_line_breaks_where_there_is_no_number_and_a_level_one_lies_in_the_middle() {
        let plots = plots(&trace(vec![row("scaled", &[Some(2.0), None, Some(2.0)], &[])]));
        assert_eq!((plots[0].path.matches('M').count(), plots[0].path.contains('L')), (2, false));
        assert!(plots[0].path.contains(&format!(" {:.1}", HEIGHT / 2.0)));
        assert!(super::plots(&trace(Vec::new())).is_empty());
    }
}
