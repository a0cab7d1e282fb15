//! One line of many spectra: where it is at rest, moved by each one's redshift.

use serde::{Deserialize, Serialize};

use super::{Continuum, Measured, Measurements, SpectralRegion, Unmeasurable, measure};
use crate::{
    lines::{Line, convert},
    simulate::SPEED_OF_LIGHT,
    spectrum::{Medium, Spectrum},
};

/// How far a line may stand from its window, in Angstrom: the widest wing of a nova.
const FARTHEST: f64 = 1000.0;

/// What to measure of every spectrum of a survey.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LineRequest {
    /// Wavelength of the line at rest in Angstrom, in the medium of the window: what velocities count from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub line: Option<f64>,
    /// The line window.
    pub window: SpectralRegion,
    /// What the line is measured against.
    pub continuum: Continuum,
    /// Whether the windows are at rest, and each spectrum's redshift moves them; else they stand where they are in all.
    #[serde(default)]
    pub rest_frame: bool,
}

/// What was measured of one spectrum. Wavelengths and widths are as observed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct LineMeasurement {
    /// The line against its continuum.
    #[serde(flatten)]
    pub measurements: Measurements,
    /// Velocity of the centroid in km/s: c (wavelength / wavelength at rest - 1) in vacuum, redshift included.
    pub velocity: Option<Measured>,
}

impl LineRequest {
    /// The line at `line` Angstrom at rest in a window from `around.0` to `around.1` Angstrom of it, against a straight
    /// continuum through the `beside` Angstrom on either side.
    pub fn about(line: f64, medium: Medium, around: (f64, f64), beside: f64) -> Self {
        let region = |from: f64, to: f64| SpectralRegion { from, to, medium };
        let (from, to) = (line + around.0, line + around.1);
        let continuum = Continuum::Straight { left: region(from - beside, from), right: region(to, to + beside) };
        Self { line: Some(line), window: region(from, to), continuum, rest_frame: true }
    }

    /// The same for a listed line: its windows move where the line does.
    pub fn of(line: &Line, around: (f64, f64), beside: f64) -> Self {
        let rest_frame = line.kind.moves_with_object();
        Self { rest_frame, ..Self::about(line.wavelength, line.medium, around, beside) }
    }

    /// The windows as they stand in a spectrum of this redshift.
    #[must_use]
    pub fn at(self, z: f64) -> Self {
        let Self { line, window, continuum, .. } = self;
        let line = line.map(|line| convert(line, window.medium, Medium::Vacuum));
        Self { line, window: window.moved(z), continuum: continuum.moved(z), rest_frame: false }
    }

    /// Measures a spectrum.
    ///
    /// # Errors
    /// [`Unmeasurable`]: as [`measure`], and a request at rest of a spectrum whose redshift is not known.
    pub fn measure(&self, spectrum: &Spectrum) -> Result<LineMeasurement, Unmeasurable> {
        let SpectralRegion { from, to, .. } = self.window;
        // a wavelength in nanometres, or of another line, would be a velocity of its own
        if let Some(line) = self.line.filter(|line| !(from - FARTHEST..=to + FARTHEST).contains(line) || *line <= 0.0) {
            return Err(Unmeasurable::NotOfTheWindow { line, from, to });
        }
        let here = match (self.rest_frame, spectrum.metadata.z) {
            (false, _) => *self,
            (true, Some(z)) if z.is_finite() && z > -1.0 => self.at(z),
            (true, stated) => return Err(Unmeasurable::NoRedshift { stated }),
        };
        let measurements = measure(spectrum, &here.window, &here.continuum)?;
        let velocity = self.line.zip(measurements.centroid).map(|(line, centroid)| {
            let in_vacuum = |wavelength: f64, medium: Medium| convert(wavelength, medium, Medium::Vacuum);
            let rest = in_vacuum(line, self.window.medium);
            let velocity = |wavelength: f64| SPEED_OF_LIGHT * (in_vacuum(wavelength, measurements.medium) / rest - 1.0);
            Measured { value: velocity(centroid.value), error: SPEED_OF_LIGHT * centroid.error / rest }
        });
        Ok(LineMeasurement { measurements, velocity })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        analysis::tests::{gaussian, spectrum},
        spectrum::{air_to_vacuum, vacuum_to_air},
    };

    const H_ALPHA: f64 = 6564.61;

    fn at_redshift(z: f64) -> Spectrum {
        let mut line = spectrum(|w| 100.0 * (1.0 + 0.8 * gaussian(w, H_ALPHA * (1.0 + z), 3.0)));
        line.metadata.z = Some(z);
        line
    }

    #[test]
    fn windows_at_rest_follow_the_redshift() {
        let request = LineRequest::about(vacuum_to_air(H_ALPHA), Medium::Air, (-20.0, 20.0), 25.0);
        let [still, moved] = [0.0, 0.002].map(|z| request.measure(&at_redshift(z)).unwrap());
        for (found, z) in [(&still, 0.0), (&moved, 0.002)] {
            let velocity = found.velocity.unwrap();
            assert!((velocity.value - SPEED_OF_LIGHT * z).abs() < 1.0, "{velocity:?}");
            let centroid = found.measurements.centroid.unwrap();
            assert!((velocity.error / SPEED_OF_LIGHT - centroid.error / H_ALPHA).abs() < 1e-9);
        }
        let same = request.at(0.002).measure(&at_redshift(0.002)).unwrap();
        assert!((same.velocity.unwrap().value - moved.velocity.unwrap().value).abs() < 1e-6, "{same:?}");
        // 13 A further to the red, the same window in the frame of the star
        let [still, moved] = [still, moved].map(|found| found.measurements);
        assert!((moved.equivalent_width.value / still.equivalent_width.value - 1.0).abs() < 2e-3);
        // windows that stay where they are do not hold all of it any more
        let fixed = LineRequest { rest_frame: false, ..request };
        let lost = fixed.measure(&at_redshift(0.002)).unwrap().measurements;
        assert!(lost.equivalent_width.value.abs() < 0.98 * moved.equivalent_width.value.abs(), "{lost:?}");
    }

    #[test]
    fn moved_windows_are_wider_and_in_vacuum() {
        let request = LineRequest::about(6562.8, Medium::Air, (-20.0, 20.0), 25.0).at(0.1);
        assert!(!request.rest_frame);
        assert_eq!(request.window.medium, Medium::Vacuum);
        assert!((request.window.from - 1.1 * air_to_vacuum(6542.8)).abs() < 1e-9, "{request:?}");
        let Continuum::Straight { left, .. } = request.continuum else { panic!("{request:?}") };
        assert!((left.from - 1.1 * air_to_vacuum(6517.8)).abs() < 1e-9, "{left:?}");
        let median = LineRequest { continuum: Continuum::Median { width: 200.0 }, ..request }.at(0.5);
        assert_eq!(median.continuum, Continuum::Median { width: 300.0 });
    }

    #[test]
    fn only_what_moves_is_moved() {
        let [star, sky] =
            ["H-alpha", "sky [O I] 5577"].map(|name| crate::lines::all().find(|l| l.name == name).unwrap());
        assert!(LineRequest::of(star, (-5.0, 5.0), 5.0).rest_frame);
        assert!(!LineRequest::of(sky, (-5.0, 5.0), 5.0).rest_frame);
    }

    #[test]
    fn a_line_belongs_to_its_window() {
        let request = LineRequest::about(H_ALPHA, Medium::Vacuum, (-20.0, 20.0), 25.0);
        for line in [656.46, -H_ALPHA, 0.0, f64::NAN, 7900.0] {
            let refused = LineRequest { line: Some(line), ..request }.measure(&at_redshift(0.0)).unwrap_err();
            assert_eq!(refused.reason(), "not-of-the-window", "{line}");
        }
        assert!(LineRequest { line: Some(6000.0), ..request }.measure(&at_redshift(0.0)).is_ok());
    }

    #[test]
    fn at_rest_takes_a_redshift() {
        let request = LineRequest::about(6562.8, Medium::Air, (-20.0, 20.0), 25.0);
        let unknown = spectrum(|_| 100.0);
        let refused = request.measure(&unknown).unwrap_err();
        assert_eq!(refused, Unmeasurable::NoRedshift { stated: None });
        assert_eq!(
            refused.to_string(),
            "windows at rest need a redshift or radial velocity, and none is stated: measure where windows stand as \
             observed"
        );
        let mut wrong = unknown;
        wrong.metadata.z = Some(-2.0);
        assert_eq!(request.measure(&wrong).unwrap_err().reason(), "no-redshift");
    }
}
