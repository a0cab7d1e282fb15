//! The gallery: fifty spectra at a time, each a small plot. Where each stands and what of it is drawn; [`walk`] says
//! which of them are shown and where a key leads.
//!
//! | key of the address | what |
//! |---|---|
//! | `gallery` | `selected`: only what is selected of the list |
//! | `around` | name of a line, `H-alpha`; `beside`: what the panel at the side shows |
//! | `heights` | `same`: one scale of flux for all |

mod walk;

use std::collections::BTreeMap;

use balmer_core::{lines::Line, spectrum::Medium};

use super::{
    decimation::{strokes, visible},
    lines::LineGroup,
    markers::LIGHT,
    trace::Trace,
};

pub use walk::{PAGE, Step, Walk};

/// Height of a cell, CSS pixels; the style sheet says the same.
pub const CELL_HEIGHT: f64 = 120.0;
/// A cell is at least so wide, CSS pixels.
const NARROWEST: f64 = 156.0;
/// Half the width of a line's window as a share of its wavelength: 5,000 km/s.
const REACH: f64 = 5000.0 / LIGHT;
/// Lines whose surroundings can be shown.
const LINES: [&str; 12] = [
    "H-alpha",
    "H-beta",
    "H-gamma",
    "H-delta",
    "He I 5876",
    "He II 4686",
    "Ca II K",
    "Ca II 8542",
    "Na I D2",
    "O I 7774",
    "[O III] 5007",
    "[N II] 6583",
];

/// Which wavelengths the plots show.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub enum Around {
    /// All there are.
    #[default]
    Whole,
    /// What the panel at the side shows; without a window of its own, H-alpha.
    Beside,
    /// A line, 5,000 km/s to both sides.
    Line(&'static Line),
}

impl Around {
    /// All choices.
    pub fn all() -> Vec<Self> {
        [Self::Whole, Self::Beside].into_iter().chain(LINES.into_iter().filter_map(line).map(Self::Line)).collect()
    }

    /// Its name in an address; that of the default is empty.
    pub fn key(self) -> &'static str {
        match self {
            Self::Whole => "",
            Self::Beside => "beside",
            Self::Line(line) => line.name,
        }
    }

    /// The choice of that name.
    pub fn of_key(key: &str) -> Self {
        Self::all().into_iter().find(|around| around.key() == key).unwrap_or_default()
    }

    /// What a menu says.
    pub fn title(self) -> &'static str {
        match self {
            Self::Whole => "Whole spectrum",
            Self::Beside => "As in the panel at the side",
            Self::Line(line) => line.name,
        }
    }

    /// The window of a spectrum that reaches over `full`, Angstrom in `medium`, and the line in it. `beside` is the
    /// window of the panel at the side.
    pub fn window(
        self,
        full: (f64, f64),
        medium: Medium,
        redshift: f64,
        beside: Option<(f64, f64)>,
    ) -> ((f64, f64), Option<f64>) {
        let line = match (self, beside) {
            (Self::Whole, _) => return (full, None),
            (Self::Beside, Some(window)) => return (window, None),
            (Self::Beside, None) => line(LINES[0]),
            (Self::Line(line), _) => Some(line),
        };
        line.map_or((full, None), |line| {
            let centre = line.observed_in(medium, redshift);
            ((centre * (1.0 - REACH), centre * (1.0 + REACH)), Some(centre))
        })
    }
}

fn line(name: &str) -> Option<&'static Line> {
    LineGroup::ALL.iter().flat_map(|group| group.lines()).find(|line| line.name == name)
}

/// What the gallery shows.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Gallery {
    /// Only what is selected.
    pub only_selected: bool,
    /// Which wavelengths.
    pub around: Around,
    /// One scale of flux for all spectra.
    pub same_heights: bool,
}

impl Gallery {
    /// The same with one scale for all, or one for each.
    #[must_use]
    pub fn heights_turned(self) -> Self {
        Self { same_heights: !self.same_heights, ..self }
    }

    /// The same with only what is selected, or all.
    #[must_use]
    pub fn selection_turned(self) -> Self {
        Self { only_selected: !self.only_selected, ..self }
    }

    /// Reads the keys of an address.
    pub fn parse(keys: &BTreeMap<String, String>) -> Self {
        let key = |name: &str| keys.get(name).map(|text| text.trim()).unwrap_or_default();
        Self {
            only_selected: key("gallery") == "selected",
            around: Around::of_key(key("around")),
            same_heights: key("heights") == "same",
        }
    }

    /// The keys and their texts; empty where it is the default.
    pub fn keys(self) -> [(&'static str, &'static str); 3] {
        [
            ("gallery", if self.only_selected { "selected" } else { "" }),
            ("around", self.around.key()),
            ("heights", if self.same_heights { "same" } else { "" }),
        ]
    }
}

/// How cells stand on a sheet.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Layout {
    /// Cells in a row.
    pub columns: usize,
    /// Width of a cell, CSS pixels.
    pub width: f64,
}

impl Layout {
    /// Cells on a sheet of this width.
    pub fn of(width: f64) -> Self {
        let columns = ((width / NARROWEST) as usize).clamp(1, PAGE);
        Self { columns, width: (width / columns as f64).max(1.0) }
    }

    /// Rows of so many cells.
    pub fn rows(&self, cells: usize) -> usize {
        cells.div_ceil(self.columns)
    }

    /// Left and upper edge of a cell.
    pub fn corner(&self, cell: usize) -> (f64, f64) {
        ((cell % self.columns) as f64 * self.width, (cell / self.columns) as f64 * CELL_HEIGHT)
    }
}

/// A small plot.
#[derive(Debug, Clone, PartialEq)]
pub struct Thumb {
    /// Lines `(x from the left edge of the data, value)`, CSS pixels.
    pub strokes: Vec<Vec<(f64, f32)>>,
    /// The values that show it.
    pub values: (f64, f64),
    /// Where the line stands that it is about.
    pub line: Option<f64>,
}

impl Thumb {
    /// What a window of a spectrum looks like `width` CSS pixels wide; `None` where it does not reach there.
    pub fn of(trace: &Trace, window: (f64, f64), line: Option<f64>, width: f64) -> Option<Self> {
        let columns = (width as usize).max(1);
        let inside = |i: &usize| (window.0..=window.1).contains(&trace.wavelengths[*i]) && trace.flux[*i].is_finite();
        if visible(&trace.wavelengths, window).filter(inside).count() < 3 {
            return None;
        }
        Some(Self {
            strokes: strokes(&trace.wavelengths, &trace.flux, window, columns),
            values: trace.value_range(window),
            line: line.map(|at| (at - window.0) / (window.1 - window.0) * columns as f64),
        })
    }
}

/// The scale of flux that shows all plots.
pub fn common_values<'a>(thumbs: impl Iterator<Item = &'a Thumb>) -> Option<(f64, f64)> {
    thumbs.map(|thumb| thumb.values).reduce(|a, b| (a.0.min(b.0), a.1.max(b.1)))
}

#[cfg(test)]
mod tests;
