//! Line markers: where the known lines stand in this spectrum, and which labels there is room for.

use balmer_core::{
    lines::{Line, LineKind},
    spectrum::Medium,
};

/// A line to mark.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Marker {
    /// What to write.
    pub name: &'static str,
    /// Where the line is seen, Angstrom, in the spectrum's medium.
    pub wavelength: f64,
    /// Which series it belongs to, for its colour.
    pub tone: Tone,
}

/// Colour of a marker.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tone {
    /// H-alpha.
    Alpha,
    /// H-beta.
    Beta,
    /// H-gamma.
    Gamma,
    /// H-delta.
    Delta,
    /// Any other line of the object.
    Object,
    /// Lines that stay put whatever the redshift.
    Still,
}

/// Markers of `lists` that fall into `window`, the first lists first: they win the room for labels.
pub fn markers(lists: &[&'static [Line]], medium: Medium, redshift: f64, window: (f64, f64)) -> Vec<Marker> {
    let lines = lists.iter().flat_map(|list| list.iter());
    let marked =
        lines.map(|line| Marker { name: line.name, wavelength: line.observed_in(medium, redshift), tone: tone(line) });
    marked.filter(|marker| (window.0..=window.1).contains(&marker.wavelength)).collect()
}

fn tone(line: &Line) -> Tone {
    match (line.name, line.kind) {
        ("H-alpha", _) => Tone::Alpha,
        ("H-beta", _) => Tone::Beta,
        ("H-gamma", _) => Tone::Gamma,
        ("H-delta", _) => Tone::Delta,
        (_, LineKind::Sky | LineKind::Interstellar) => Tone::Still,
        _ => Tone::Object,
    }
}

/// The name as a figure has it: `H-alpha` in Greek, and no wavelength, which the axis tells.
pub fn label(name: &'static str) -> &'static str {
    match name {
        "H-alpha" => "Hα",
        "H-beta" => "Hβ",
        "H-gamma" => "Hγ",
        "H-delta" => "Hδ",
        "H-epsilon" => "Hε",
        name => match name.rsplit_once(' ') {
            Some((element, number)) if number.len() == 4 && number.bytes().all(|b| b.is_ascii_digit()) => element,
            _ => name,
        },
    }
}

/// For each label the row it is written in, 0 next to the plot, 1 above it, or none where it would overlap.
/// `labels` are centres and widths in canvas pixels, the most important first.
pub fn label_rows(labels: &[(f64, f64)], gap: f64, plot_width: f64) -> Vec<Option<usize>> {
    const ROWS: usize = 2;
    let mut taken: [Vec<(f64, f64)>; ROWS] = Default::default();
    let place = |&(centre, width): &(f64, f64)| {
        let (from, to) = (centre - width / 2.0, centre + width / 2.0);
        if from < 0.0 || to > plot_width {
            return None;
        }
        let free = |row: &Vec<(f64, f64)>| row.iter().all(|(f, t)| to + gap <= *f || from >= *t + gap);
        let row = taken.iter().position(free)?;
        taken[row].push((from, to));
        Some(row)
    };
    labels.iter().map(place).collect()
}

#[cfg(test)]
mod tests {
    use balmer_core::lines::BALMER;

    use super::*;

    #[test]
    fn the_marker_stands_where_the_medium_puts_the_line() {
        let at = |medium, z| markers(&[BALMER], medium, z, (6400.0, 6800.0))[0].wavelength;
        assert!((at(Medium::Vacuum, 0.0) - 6564.614).abs() < 1e-6);
        assert!((at(Medium::Air, 0.0) - 6562.80).abs() < 0.02);
        assert!((at(Medium::Vacuum, 0.01) - 6564.614 * 1.01).abs() < 1e-6);
    }

    #[test]
    fn lines_outside_the_window_are_left_out() {
        assert!(markers(&[BALMER], Medium::Air, 0.0, (7000.0, 8000.0)).is_empty());
        assert_eq!(markers(&[BALMER], Medium::Air, 0.0, (6000.0, 7000.0))[0].tone, Tone::Alpha);
    }

    #[test]
    fn labels_take_a_second_row_and_then_give_way() {
        let labels = [(50.0, 20.0), (55.0, 20.0), (60.0, 20.0), (90.0, 20.0), (5.0, 20.0)];
        assert_eq!(label_rows(&labels, 4.0, 200.0), [Some(0), Some(1), None, Some(0), None]);
    }

    #[test]
    fn labels_are_short() {
        assert_eq!(label("H-alpha"), "Hα");
        assert_eq!(label("He I 6678"), "He I");
        assert_eq!(label("Na I D2"), "Na I D2");
        assert_eq!(label("H8"), "H8");
    }
}
