//! What was measured as the columns of a table, with units and UCDs.

use super::{LineMeasurement, Measured};

/// A column of measurements.
#[derive(Debug, Clone, Copy)]
pub struct Quantity {
    /// Its name.
    pub name: &'static str,
    /// What a reader calls it.
    pub title: &'static str,
    /// Unit in `VOUnits` syntax; empty where it has none, or the spectrum's.
    pub unit: &'static str,
    /// IVOA UCD1+.
    pub ucd: &'static str,
    /// What it is.
    pub description: &'static str,
    /// Its value, where the line has one.
    pub of: fn(&LineMeasurement) -> Option<Measured>,
}

/// All that has a value and an error.
pub const QUANTITIES: [Quantity; 11] = [
    Quantity {
        name: "ew",
        title: "Equivalent width",
        unit: "Angstrom",
        ucd: "spect.line.eqWidth",
        description: "equivalent width, positive in absorption",
        of: |line| Some(line.measurements.equivalent_width),
    },
    Quantity {
        name: "flux",
        title: "Flux",
        unit: "",
        ucd: "spect.line.intensity",
        description: "flux above the continuum, in the spectrum's flux unit times Angstrom; negative in absorption",
        of: |line| Some(line.measurements.flux),
    },
    Quantity {
        name: "continuum",
        title: "Continuum",
        unit: "",
        ucd: "phot.flux.density;spect.continuum",
        description: "continuum in the middle of the line window, in the spectrum's flux unit",
        of: |line| Some(line.measurements.continuum),
    },
    Quantity {
        name: "centroid",
        title: "Centroid",
        unit: "Angstrom",
        ucd: "em.wl;spect.line",
        description: "flux-weighted mean wavelength as observed, in the spectrum's medium",
        of: |line| line.measurements.centroid,
    },
    Quantity {
        name: "velocity",
        title: "Velocity",
        unit: "km/s",
        ucd: "spect.dopplerVeloc.opt",
        description: "velocity of the centroid, redshift included",
        of: |line| line.velocity,
    },
    Quantity {
        name: "fwhm",
        title: "FWHM",
        unit: "Angstrom",
        ucd: "spect.line.width",
        description: "full width at half of the highest pixel",
        of: |line| line.measurements.fwhm,
    },
    Quantity {
        name: "gaussian_fwhm",
        title: "FWHM of the Gaussian",
        unit: "Angstrom",
        ucd: "spect.line.width",
        description: "full width at half maximum of the Gaussian of the same second moment",
        of: |line| line.measurements.gaussian_fwhm,
    },
    Quantity {
        name: "violet",
        title: "Violet peak, F/C − 1",
        unit: "",
        ucd: "spect.line.intensity;arith.ratio",
        description: "height of the violet peak above the continuum, in units of the continuum",
        of: |line| Some(line.measurements.double_peak?.violet),
    },
    Quantity {
        name: "red",
        title: "Red peak, F/C − 1",
        unit: "",
        ucd: "spect.line.intensity;arith.ratio",
        description: "height of the red peak above the continuum, in units of the continuum",
        of: |line| Some(line.measurements.double_peak?.red),
    },
    Quantity {
        name: "vr",
        title: "V/R",
        unit: "",
        ucd: "spect.line.intensity;arith.ratio",
        description: "ratio of the heights of the violet and the red peak",
        of: |line| Some(line.measurements.double_peak?.ratio),
    },
    Quantity {
        name: "separation",
        title: "Separation of the peaks",
        unit: "km/s",
        ucd: "spect.dopplerVeloc;arith.diff",
        description: "distance of the red from the violet peak",
        of: |line| Some(line.measurements.double_peak?.separation),
    },
];

/// What the names of a line's columns begin with, in characters that SQL takes unquoted: `H-alpha` is `h_alpha`, and a
/// wavelength `line_6707_8`.
pub fn column_prefix(line: &str) -> String {
    let plain = |c: char| if c.is_ascii_alphanumeric() { c.to_ascii_lowercase() } else { '_' };
    let name: String = line.chars().map(plain).collect();
    let name = name.split('_').filter(|part| !part.is_empty()).collect::<Vec<_>>().join("_");
    if name.starts_with(|c: char| c.is_ascii_lowercase()) { name } else { format!("line_{name}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_prefix_begins_a_columns_name() {
        for (line, prefix) in [
            ("H-alpha", "h_alpha"),
            ("[O III] 5007", "o_iii_5007"),
            ("6707.8", "line_6707_8"),
            ("6708.4", "line_6708_4"),
        ] {
            assert_eq!(column_prefix(line), prefix);
        }
    }

    #[test]
    fn columns_have_names_of_their_own() {
        assert!(
            QUANTITIES.iter().enumerate().all(|(i, q)| QUANTITIES[i + 1..].iter().all(|other| other.name != q.name))
        );
    }
}
