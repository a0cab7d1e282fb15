//! All that a plot draws, and what it says of it in words.

use std::sync::Arc;

use super::{
    compare::Levels,
    continuum,
    format::{fixed, number, signed, superscript},
    markers::{MarkedBand, Marker, velocity_from},
    mean::Mean,
    overlay::Overlays,
    trace::{Quantity, Trace},
    velocity::VelocityAxis,
};

/// How far from a marker a velocity is told, km/s.
const NEAR_A_LINE: f64 = 5000.0;

/// What is equal only to itself: comparing pixels would be work.
#[derive(Debug)]
pub struct Same<T>(pub Arc<T>);

impl<T> Clone for Same<T> {
    fn clone(&self) -> Self {
        Self(self.0.clone())
    }
}

impl<T> PartialEq for Same<T> {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }
}

impl<T> Same<T> {
    /// A new one.
    pub fn new(value: T) -> Self {
        Self(Arc::new(value))
    }
}

/// Where a line is measured.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct MeasuredLine {
    /// The line window, Angstrom.
    pub window: (f64, f64),
    /// Where its continuum is taken from.
    pub beside: Vec<(f64, f64)>,
    /// Pixels of the continuum, Angstrom.
    pub wavelengths: Vec<f64>,
    /// Its flux.
    pub level: Vec<f32>,
}

impl MeasuredLine {
    /// The same without a continuum.
    #[must_use]
    pub fn windows_only(self) -> Self {
        Self { wavelengths: Vec::new(), level: Vec::new(), ..self }
    }
}

/// All that a plot draws.
#[derive(Debug, Clone)]
pub struct Picture {
    /// Id of the spectrum.
    pub id: String,
    /// Name of the object.
    pub name: String,
    /// The spectrum.
    pub trace: Arc<Trace>,
    /// The window shown first, Angstrom.
    pub home: (f64, f64),
    /// Lines to mark, the most important first.
    pub markers: Vec<Marker>,
    /// Stretches to mark.
    pub bands: Vec<MarkedBand>,
    /// Whether one standard deviation is drawn.
    pub errors: bool,
    /// Other spectra.
    pub overlays: Arc<Overlays>,
    /// Mean and spread of a class.
    pub mean: Option<Arc<Mean>>,
    /// How their levels were brought together.
    pub levels: Levels,
    /// The line about which the axis is of velocities.
    pub axis: Option<VelocityAxis>,
    /// The line that is being measured.
    pub measured: Option<MeasuredLine>,
}

impl Picture {
    /// The range of values that shows what there is in a window.
    pub fn value_range(&self, window: (f64, f64)) -> (f64, f64) {
        self.overlays.value_range(self.trace.value_range(window))
    }

    /// The pixel under the cursor in words: wavelength, value with its error, velocity from a line nearby.
    pub fn read_out(&self, wavelength: f64) -> String {
        let trace = &self.trace;
        let Some(i) = trace.pixel_at(wavelength) else { return String::new() };
        let at = trace.wavelengths[i];
        let mut text = format!("{} Å   ", fixed(at, 2));
        if let Some(axis) = &self.axis {
            text = text + &axis.name + " " + &signed(axis.velocity(at), 1) + " km/s   ";
        }
        text += &number(f64::from(trace.flux[i]));
        if let Some(sigma) = trace.sigma.as_ref().map(|sigma| sigma[i]).filter(|sigma| sigma.is_finite()) {
            text = text + " ± " + &number(f64::from(sigma));
        }
        if let Some(company) = &trace.company {
            let mean = format!("{} ± {}", number(f64::from(company.mean[i])), number(f64::from(company.sd[i])));
            let share = 100.0 * f64::from(company.contribution[i]);
            text = text + "   neighbours " + &mean + "   " + &fixed(share, 1) + " % of the distance";
        }
        if trace.bad[i] {
            text += "   bad pixel";
        }
        if let Some(mean) = &self.mean {
            text = text + "   mean " + &number(f64::from(mean.mean[i])) + " ± " + &number(f64::from(mean.sd[i]));
        }
        let near = || velocity_from(&self.markers, at, NEAR_A_LINE);
        if let Some((marker, velocity)) = self.axis.is_none().then(near).flatten() {
            text = text + "   " + &marker.name + " " + &signed(velocity, 0) + " km/s";
        }
        text
    }

    /// What was done to the spectrum and what is drawn with it; empty where it stands as observed and alone.
    pub fn legend(&self) -> String {
        let mut notes = self.trace.notes.clone();
        if let Some(company) = &self.trace.company {
            notes.push(format!("blue: mean ± sd of {} neighbours", company.neighbors));
        }
        if let Some(mean) = &self.mean {
            notes.push(mean.said());
        }
        let how = match self.levels {
            Levels::Matched => "medians matched",
            Levels::Offset => "one above the other",
            Levels::Own => "as they are",
        };
        match self.overlays.all.len() {
            0 => {}
            1 => notes.push(format!("1 other spectrum, {how}")),
            n => notes.push(format!("{n} other spectra, {how}")),
        }
        notes.join(" · ")
    }

    /// What there is to see in a window, for those who cannot.
    pub fn description(&self, window: (f64, f64)) -> String {
        let what = match self.trace.quantity {
            Quantity::Flux(_) => "Flux".to_owned(),
            Quantity::Ratio => format!("Flux over its {}", continuum::description()),
            Quantity::Scaled => "Flux as the algorithm saw it".to_owned(),
        };
        let (low, high) = (fixed(window.0, 0), fixed(window.1, 0));
        let mut text = format!("{what} of {} from {low} to {high} Å in {}", self.name, self.trace.medium);
        for note in &self.trace.notes {
            text = text + ", " + note;
        }
        if let Some(company) = &self.trace.company {
            text = format!("{text}, with the mean of {} neighbours", company.neighbors);
        }
        match self.overlays.all.len() {
            0 => {}
            1 => text += ", with 1 other spectrum",
            n => text = format!("{text}, with {n} other spectra"),
        }
        if let Some(mean) = &self.mean {
            text = format!("{text}, with the mean and spread of {}", mean.title);
        }
        if let Some(axis) = &self.axis {
            text = format!("{text}, velocities about {} at {} Å", axis.name, fixed(axis.centre, 2));
        }
        let seen = |marker: &&Marker| (window.0..=window.1).contains(&marker.wavelength);
        let names: Vec<&str> = self.markers.iter().filter(seen).map(|marker| marker.name.as_str()).take(12).collect();
        if !names.is_empty() {
            text = text + "; marked: " + &names.join(", ");
        }
        text
    }

    /// The title of the vertical axis, with the power of ten taken out of its ticks.
    pub fn value_title(&self, exponent: i32) -> String {
        let (name, unit) = match &self.trace.quantity {
            Quantity::Flux(unit) => ("Flux".to_owned(), unit.as_deref().unwrap_or("unit not stated")),
            Quantity::Ratio => (format!("Flux / {}", continuum::description()), ""),
            Quantity::Scaled => ("Scaled flux".to_owned(), ""),
        };
        let power = if exponent == 0 { String::new() } else { format!(" × 10{}", superscript(-exponent)) };
        let unit = if unit.is_empty() { String::new() } else { format!(" ({unit})") };
        format!("{name}{power}{unit}")
    }

    /// The title of the horizontal axis.
    pub fn wavelength_title(&self) -> String {
        if let Some(VelocityAxis { name, .. }) = &self.axis {
            return format!("Velocity about {name} (km/s)");
        }
        let rest = if self.trace.rest_frame { "Rest wavelength" } else { "Wavelength" };
        format!("{rest} in {} (Å)", self.trace.medium)
    }
}

#[cfg(test)]
mod tests {
    use balmer_core::spectrum::{Medium, Metadata, SpectralAxis, Spectrum};
    use balmer_exchange::api::SpectrumBody;

    use super::*;
    use crate::state::{lines::LineGroup, markers::markers, smoothing::Smoothing};

    fn picture() -> Picture {
        let axis = SpectralAxis::linear(6500.0, 1.0, 200, Medium::Vacuum).unwrap();
        let spectrum = Spectrum::new(axis, vec![100.0; 200], Metadata::default()).unwrap();
        let body = SpectrumBody::from(spectrum.with_ivar(vec![0.25; 200]).unwrap());
        let trace = Trace::of(&body, false, Smoothing::Boxcar(3));
        Picture {
            id: "a".into(),
            name: "Pleione".into(),
            home: trace.full(),
            trace: Arc::new(trace),
            markers: markers(&[LineGroup::Balmer], &[], Medium::Vacuum, 0.0),
            bands: Vec::new(),
            errors: true,
            overlays: Arc::default(),
            mean: None,
            levels: Levels::Matched,
            axis: None,
            measured: None,
        }
    }

    #[test]
    fn the_read_out_tells_pixel_error_and_velocity() {
        assert_eq!(picture().read_out(6565.2), "6565.00 Å   100.0 ± 1.155   Hα +18 km/s");
        assert_eq!(picture().read_out(6690.0), "6690.00 Å   100.0 ± 1.155");
    }

    #[test]
    fn the_description_names_object_range_and_view() {
        let text = picture().description((6550.0, 6600.0));
        let expected = "Flux of Pleione from 6550 to 6600 Å in vacuum, boxcar 3 px, ivar-weighted; marked: Hα";
        assert_eq!(text, expected);
    }

    #[test]
    fn the_legend_says_what_was_done() {
        let mut picture = picture();
        assert_eq!(picture.legend(), "boxcar 3 px, ivar-weighted");
        let mean = Mean { title: "label be".into(), mean: vec![99.0; 200], sd: vec![2.0; 200], of: 7, all: 7 };
        picture.mean = Some(Arc::new(mean));
        assert_eq!(picture.legend(), "boxcar 3 px, ivar-weighted · label be: mean ± 1 sd of 7 spectra");
        assert!(picture.read_out(6690.0).ends_with("mean 99.00 ± 2.000"), "{}", picture.read_out(6690.0));
    }

    #[test]
    fn an_axis_of_velocities_is_told_in_the_title_and_under_the_cursor() {
        let mut picture = picture();
        picture.axis = VelocityAxis::about("H-alpha", &[], Medium::Vacuum, 0.0);
        assert_eq!(picture.wavelength_title(), "Velocity about Hα (km/s)");
        assert_eq!(picture.read_out(6565.2), "6565.00 Å   Hα +17.6 km/s   100.0 ± 1.155");
    }

    #[test]
    fn axes_carry_units() {
        assert_eq!(picture().value_title(3), "Flux × 10⁻³ (unit not stated)");
        assert_eq!(picture().wavelength_title(), "Wavelength in vacuum (Å)");
    }
}
