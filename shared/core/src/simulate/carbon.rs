//! The bands of a carbon star.
//!
//! C2 (Swan system) and CN (red system): each band is deepest at its head and fades away on one side of it. Heads are those
//! of Pearse & Gaydon 1976, *The Identification of Molecular Spectra*; depths and widths are rounded from what carbon
//! stars show at a resolution of some Angstrom. Real ones are planted from a [`Template`](super::Template).

/// A band: head in air (Angstrom), share of the light that it takes there, Angstrom over which it fades to 1/e (negative:
/// towards the blue).
const BANDS: [(f64, f64, f64); 13] = [
    (4737.1, 0.70, -70.0),
    (5165.2, 0.80, -110.0),
    (5635.5, 0.65, -100.0),
    (6191.2, 0.40, -60.0),
    (6332.2, 0.25, 55.0),
    (6478.5, 0.30, 60.0),
    (6631.3, 0.30, 60.0),
    (6926.0, 0.40, 70.0),
    (7088.9, 0.45, 75.0),
    (7259.3, 0.45, 75.0),
    (7437.4, 0.40, 70.0),
    (7876.0, 0.50, 90.0),
    (8067.0, 0.45, 90.0),
];

/// Share of the light that the bands of a pure carbon star take at `air` Angstrom, at rest.
pub(super) fn absorbed(air: f64) -> f64 {
    let left = BANDS.iter().map(|&(head, depth, fading)| {
        let from_head = (air - head) / fading;
        if from_head < 0.0 { 1.0 } else { 1.0 - depth * (-from_head).exp() }
    });
    1.0 - left.product::<f64>()
}
