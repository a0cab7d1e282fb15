//! The colours of the theme, as the canvas needs them. Reading them makes the browser settle its styles, so
//! it is done once for each theme and not while drawing.

use leptos::prelude::window;
use web_sys::HtmlCanvasElement;

use crate::state::{colouring::of_hex, markers::Tone, points::Colour};

/// Number of colours that other spectra take in turn.
pub const NEIGHBOR_COLOURS: usize = 6;

/// Colours read from the style sheet's custom properties.
#[derive(Debug, Clone)]
pub struct Ink {
    /// The spectrum.
    pub trace: String,
    /// One standard deviation around it.
    pub error: String,
    /// Bad pixels.
    pub bad: String,
    /// Axes.
    pub axis: String,
    /// Grid.
    pub grid: String,
    /// Tick labels and titles.
    pub text: String,
    /// The cursor.
    pub cursor: String,
    /// Window of the other panel, and a range that is being marked.
    pub framed: String,
    /// Stretches that the atmosphere absorbs.
    pub band: String,
    /// Window of a line that is measured.
    pub line_window: String,
    /// Where its continuum is taken from.
    pub beside: String,
    /// Its continuum.
    pub level: String,
    /// H-alpha to H-delta.
    pub series: [String; 4],
    /// Other lines.
    pub line: String,
    /// The reader's own lines.
    pub own: String,
    /// The mean of a class.
    pub mean: String,
    /// One standard deviation around it.
    pub mean_band: String,
    /// Other spectra.
    pub neighbors: [String; NEIGHBOR_COLOURS],
    /// The same for the page's own pixels.
    colours: [Colour; NEIGHBOR_COLOURS],
    /// Font of the page.
    pub font: String,
}

impl Ink {
    /// The colours in force at a canvas.
    pub fn at(canvas: &HtmlCanvasElement) -> Self {
        let style = window().get_computed_style(canvas).ok().flatten();
        let read = |name: &str| {
            let value = style.as_ref().and_then(|style| style.get_property_value(name).ok());
            value.map(|value| value.trim().to_owned()).unwrap_or_default()
        };
        let neighbors = ["--near-0", "--near-1", "--near-2", "--near-3", "--near-4", "--near-5"].map(read);
        Self {
            trace: read("--trace"),
            error: read("--error-band"),
            bad: read("--bad-pixels"),
            axis: read("--axis"),
            grid: read("--grid"),
            text: read("--muted"),
            cursor: read("--cursor"),
            framed: read("--framed"),
            band: read("--telluric"),
            line_window: read("--line-window"),
            beside: read("--beside"),
            level: read("--level"),
            series: [read("--h-alpha"), read("--h-beta"), read("--h-gamma"), read("--h-delta")],
            line: read("--marker"),
            own: read("--text"),
            mean: read("--mean"),
            mean_band: read("--mean-band"),
            // a style sheet that is not here yet leaves them grey
            colours: neighbors.each_ref().map(|text| of_hex(text).unwrap_or([128; 3])),
            neighbors,
            font: read("font-family"),
        }
    }

    /// Colour of a marker.
    pub fn of(&self, tone: Tone) -> &str {
        match tone {
            Tone::Alpha => &self.series[0],
            Tone::Beta => &self.series[1],
            Tone::Gamma => &self.series[2],
            Tone::Delta => &self.series[3],
            Tone::Object | Tone::Still => &self.line,
            Tone::Own => &self.own,
        }
    }

    /// Colour of the other spectrum at a place.
    pub fn neighbor(&self, place: usize) -> &str {
        &self.neighbors[place % NEIGHBOR_COLOURS]
    }

    /// The same for the page's own pixels.
    pub fn neighbor_colour(&self, place: usize) -> Colour {
        self.colours[place % NEIGHBOR_COLOURS]
    }
}
