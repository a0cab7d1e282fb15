//! Draws a plot, from the back to the front: framed window, windows of a line that is measured, bands, bad pixels,
//! grid and axes, markers, error band, other spectra, mean of a class, spectrum, continuum of the line. What follows the
//! cursor is on a canvas of its own: [`glass`](super::glass).

use web_sys::HtmlCanvasElement;

use super::{board::Board, curves::CurveLayer, ink::Ink, layout::Frame};
use crate::state::{
    decimation::{bands, strokes},
    format::fixed,
    markers::{Tone, label_rows},
    overlay::Overlay,
    picture::Picture,
    scale::{Scale, Ticks, axis_exponent},
    trace::Company,
};

/// What of a picture is drawn.
#[derive(Debug, Clone, Copy)]
pub struct Part<'a> {
    /// The wavelengths shown.
    pub window: (f64, f64),
    /// A window to frame lightly.
    pub framed: Option<(f64, f64)>,
    /// Id of the other spectrum to bring forward.
    pub pointed: Option<&'a str>,
}

/// Draws a part of a picture.
pub fn draw(
    canvas: &HtmlCanvasElement,
    ink: &Ink,
    frame: Frame,
    picture: &Picture,
    part: &Part<'_>,
    curves: &mut CurveLayer,
) {
    let Part { window, framed, pointed } = *part;
    let values = picture.value_range(window);
    let Some(board) = Board::new(canvas, ink, frame, window, values) else { return };
    let painter = Painter { board, picture, values };
    painter.grounds(framed);
    painter.axes();
    painter.markers();
    let pointed = picture.overlays.all.iter().find(|overlay| Some(&*overlay.companion.name.id) == pointed);
    painter.board.clipped(|_| {
        painter.error_band();
        painter.company();
        painter.mean_band();
    });
    curves.draw(&painter.board, picture, values, pointed);
    painter.board.clipped(|_| {
        painter.mean();
        painter.spectrum();
        if let Some(overlay) = pointed {
            painter.brought_forward(overlay);
        }
        painter.continuum();
    });
    painter.strip();
}

struct Painter<'a> {
    board: Board<'a>,
    picture: &'a Picture,
    values: (f64, f64),
}

impl Painter<'_> {
    fn grounds(&self, framed: Option<(f64, f64)>) {
        let Board { context, ink, .. } = &self.board;
        if let Some((from, to)) = framed {
            context.set_fill_style_str(&ink.framed);
            self.board.band(from, to);
        }
        if let Some(line) = &self.picture.measured {
            context.set_fill_style_str(&ink.beside);
            line.beside.iter().for_each(|&(from, to)| self.board.band(from, to));
            context.set_fill_style_str(&ink.line_window);
            self.board.band(line.window.0, line.window.1);
        }
        context.set_fill_style_str(&ink.band);
        for band in &self.picture.bands {
            self.board.band(band.range.0, band.range.1);
        }
        context.set_fill_style_str(&ink.bad);
        for &(from, to) in &self.picture.trace.bad_intervals {
            if to > self.board.window.0 && from < self.board.window.1 {
                self.board.band(from, to);
            }
        }
    }

    fn axes(&self) {
        let Board { context, ink, frame, window, x, y, .. } = &self.board;
        let ((left, right), (low, high)) = (frame.x_range(), frame.y_range());
        let counts = frame.tick_counts();
        let exponent = axis_exponent(self.values.0, self.values.1);
        let unit = 10f64.powi(exponent);
        self.board.font(11);
        context.set_line_width(1.0);
        let vertical = Ticks::round(self.values.0 / unit, self.values.1 / unit, counts.1);
        context.set_stroke_style_str(&ink.grid);
        for value in &vertical.values {
            let y = y.at(value * unit);
            self.board.rule((left, y), (right, y));
            self.board.write(&fixed(*value, vertical.decimals), left - 8.0, y + 4.0, "right", &ink.text);
        }
        let axis = self.picture.axis.as_ref();
        let told = |wavelength: f64| axis.map_or(wavelength, |axis| axis.velocity(wavelength));
        let horizontal = Ticks::round(told(window.0), told(window.1), counts.0);
        let floor = frame.floor();
        context.set_stroke_style_str(&ink.axis);
        for value in &horizontal.values {
            let x = x.at(axis.map_or(*value, |axis| axis.wavelength(*value)));
            self.board.rule((x, floor), (x, floor + 5.0));
            self.board.write(&fixed(*value, horizontal.decimals), x, floor + 18.0, "center", &ink.text);
        }
        self.board.rule((left, low), (right, low));
        self.board.rule((left, high), (left, low));
        let title = self.picture.wavelength_title();
        self.board.write(&title, f64::midpoint(left, right), floor + 34.0, "center", &ink.text);
        self.board.write(&self.picture.value_title(exponent), left, 12.0, "left", &ink.text);
    }

    fn markers(&self) {
        let Board { context, ink, frame, window, x, .. } = &self.board;
        let (left, right) = frame.x_range();
        let (low, high) = frame.y_range();
        let inside = |wavelength: f64| (window.0..=window.1).contains(&wavelength);
        let shown: Vec<_> = self.picture.markers.iter().filter(|marker| inside(marker.wavelength)).collect();
        let bands = self.picture.bands.iter();
        let bands = bands.map(|band| (band.name, f64::midpoint(band.range.0, band.range.1)));
        let bands: Vec<_> = bands.filter(|(_, middle)| inside(*middle)).collect();
        self.board.font(11);
        let lines = shown.iter().map(|marker| (marker.name.as_str(), marker.wavelength));
        let labels: Vec<(&str, f64)> = lines.chain(bands).map(|(name, wavelength)| (name, x.at(wavelength))).collect();
        let places: Vec<_> = labels.iter().map(|(name, x)| (x - left, self.board.width(name))).collect();
        let rows = label_rows(&places, 6.0, right - left);
        for (i, ((name, x), row)) in labels.iter().zip(rows).enumerate() {
            let color = shown.get(i).map_or(ink.line.as_str(), |marker| ink.of(marker.tone));
            context.set_global_alpha(1.0);
            if let Some(row) = row {
                self.board.write(name, *x, high - 5.0 - row as f64 * 13.0, "center", color);
            }
            let Some(marker) = shown.get(i) else { continue };
            context.set_stroke_style_str(color);
            // a line without room for its name recedes
            context.set_global_alpha(if row.is_some() { 0.6 } else { 0.3 });
            self.board.dashes(if marker.tone == Tone::Still { &[1.0, 4.0] } else { &[2.0, 3.0] });
            self.board.rule((*x, high), (*x, low));
        }
        self.board.dashes(&[]);
        context.set_global_alpha(1.0);
    }

    /// One standard deviation on both sides, where the file states a variance.
    fn error_band(&self) {
        let trace = &self.picture.trace;
        let Some(sigma) = trace.sigma.as_ref().filter(|_| self.picture.errors) else { return };
        let edges = |i: usize| (!trace.bad[i]).then(|| (trace.flux[i] - sigma[i], trace.flux[i] + sigma[i]));
        self.board.context.set_fill_style_str(&self.board.ink.error);
        self.board.areas(&bands(&trace.wavelengths, edges, self.board.window, self.board.frame.columns()));
    }

    /// What the neighbours looked like to the algorithm: their mean, and one standard deviation around it.
    fn company(&self) {
        let trace = &self.picture.trace;
        let Some(Company { mean, sd, .. }) = &trace.company else { return };
        let Board { context, ink, window, frame, .. } = &self.board;
        let edges = |i: usize| Some((mean[i] - sd[i], mean[i] + sd[i]));
        context.set_fill_style_str(&ink.error);
        self.board.areas(&bands(&trace.wavelengths, edges, *window, frame.columns()));
        context.set_stroke_style_str(&ink.series[1]);
        context.set_line_width(1.25);
        self.board.strokes(&strokes(&trace.wavelengths, mean, *window, frame.columns()));
    }

    /// One standard deviation around the mean of a class.
    fn mean_band(&self) {
        let Some(mean) = &self.picture.mean else { return };
        let Board { context, ink, window, frame, .. } = &self.board;
        let edges = |i: usize| Some((mean.mean[i] - mean.sd[i], mean.mean[i] + mean.sd[i]));
        context.set_fill_style_str(&ink.mean_band);
        self.board.areas(&bands(&self.picture.trace.wavelengths, edges, *window, frame.columns()));
    }

    /// The mean of a class.
    fn mean(&self) {
        let Some(mean) = &self.picture.mean else { return };
        let Board { context, ink, window, frame, .. } = &self.board;
        context.set_stroke_style_str(&ink.mean);
        context.set_line_width(1.5);
        self.board.strokes(&strokes(&self.picture.trace.wavelengths, &mean.mean, *window, frame.columns()));
        context.set_line_width(1.0);
    }

    /// The other spectrum that is pointed at, over all.
    fn brought_forward(&self, overlay: &Overlay) {
        let Board { context, ink, window, frame, .. } = &self.board;
        let (wavelengths, flux) = overlay.drawn();
        context.set_line_width(1.75);
        context.set_stroke_style_str(ink.neighbor(overlay.place));
        self.board.strokes(&strokes(&wavelengths, &flux, *window, frame.columns()));
        context.set_line_width(1.0);
    }

    fn spectrum(&self) {
        let Board { context, ink, window, frame, .. } = &self.board;
        let trace = &self.picture.trace;
        context.set_stroke_style_str(&ink.trace);
        context.set_line_width(1.25);
        context.set_line_join("bevel");
        self.board.strokes(&strokes(&trace.wavelengths, &trace.flux, *window, frame.columns()));
        context.set_line_width(1.0);
    }

    /// What the line is measured against.
    fn continuum(&self) {
        let Some(line) = &self.picture.measured else { return };
        let Board { context, ink, window, frame, .. } = &self.board;
        context.set_stroke_style_str(&ink.level);
        context.set_line_width(1.5);
        self.board.dashes(&[6.0, 3.0]);
        self.board.strokes(&strokes(&line.wavelengths, &line.level, *window, frame.columns()));
        self.board.dashes(&[]);
        context.set_line_width(1.0);
    }

    /// Share of each pixel in the distance to the neighbours, under the data.
    fn strip(&self) {
        let Board { context, ink, window, frame, x, .. } = &self.board;
        let trace = &self.picture.trace;
        let (Some(company), Some((low, high))) = (&trace.company, frame.strip_range()) else { return };
        let (left, right) = frame.x_range();
        let most = company.contribution.iter().copied().fold(f32::MIN_POSITIVE, f32::max);
        let y = Scale::new((0.0, f64::from(most)), (low, high));
        let n = trace.wavelengths.len();
        let edge = |i: usize| f64::midpoint(trace.wavelengths[i.min(n - 1)], trace.wavelengths[i.saturating_sub(1)]);
        context.set_fill_style_str(&ink.series[3]);
        for i in 0..n {
            let (from, to) = (edge(i).max(window.0), edge(i + 1).min(window.1));
            let top = y.at(f64::from(company.contribution[i]));
            if to > from {
                context.fill_rect(x.at(from), top, x.at(to) - x.at(from), low - top);
            }
        }
        context.set_stroke_style_str(&ink.axis);
        self.board.rule((left, low), (right, low));
        self.board.font(11);
        self.board.write("share of the distance to the neighbours", left + 4.0, high - 3.0, "left", &ink.text);
    }
}
