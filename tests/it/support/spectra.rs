//! Small spectra as files.

use std::fmt::Write;

/// Wavelengths of the spectra, Angstrom: 6300 to 6900 in steps of 1.5.
pub fn wavelengths() -> Vec<f64> {
    (0..401).map(|i| 6300.0 + 1.5 * f64::from(i)).collect()
}

/// A star with H-alpha in absorption and a little structure of its own, told by `number`.
pub fn star(number: usize) -> Vec<f64> {
    let depth = 0.3 + 0.02 * (number % 11) as f64;
    let slope = 1e-4 * (number % 7) as f64;
    let structure = |w: f64| 0.01 * (w * 0.37 + number as f64 * 1.7).sin();
    wavelengths()
        .into_iter()
        .map(|w| 100.0 * (1.0 + slope * (w - 6600.0) - depth * (-((w - 6564.6) / 4.0).powi(2)).exp() + structure(w)))
        .collect()
}

/// The same with H-alpha in emission.
pub fn emission(number: usize) -> Vec<f64> {
    let line = |w: f64| 150.0 * (-((w - 6564.6) / 5.0).powi(2)).exp();
    star(number).into_iter().zip(wavelengths()).map(|(flux, w)| flux + line(w)).collect()
}

/// A spectrum as text columns: wavelength, flux, inverse variance.
pub fn csv(wavelengths: &[f64], flux: &[f64], ivar: f64) -> String {
    let mut text = String::from("wavelength_vacuum_angstrom,flux,ivar\n");
    for (w, f) in wavelengths.iter().zip(flux) {
        writeln!(text, "{w},{f},{ivar}").unwrap();
    }
    text
}
