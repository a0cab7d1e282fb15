//! The colours of the theme, as the canvas needs them.

use leptos::prelude::window;
use web_sys::HtmlCanvasElement;

use crate::state::markers::Tone;

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
    /// Window of the other panel.
    pub framed: String,
    /// H-alpha to H-delta.
    pub series: [String; 4],
    /// Other lines.
    pub line: String,
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
        Self {
            trace: read("--trace"),
            error: read("--error-band"),
            bad: read("--bad-pixels"),
            axis: read("--axis"),
            grid: read("--grid"),
            text: read("--muted"),
            cursor: read("--cursor"),
            framed: read("--framed"),
            series: [read("--h-alpha"), read("--h-beta"), read("--h-gamma"), read("--h-delta")],
            line: read("--marker"),
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
        }
    }
}
