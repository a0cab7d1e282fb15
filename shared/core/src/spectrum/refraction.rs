//! Air and vacuum wavelengths.
//!
//! The index of refraction of standard air as used by VALD (N. Piskunov, after Morton 2000, `ApJS` 130,
//! 403, and Birch & Downs 1994). Valid above 2000 Angstrom; below it air wavelengths are not used.

/// Refractive index of standard air for an *air* wavelength in Angstrom (VALD's fit).
fn refractive_index_at_air(wavelength: f64) -> f64 {
    let s2 = (1e4 / wavelength).powi(2);
    1.0 + 8.336_624_212_083e-5
        + 0.024_089_268_699_68 / (130.106_592_452_2 - s2)
        + 1.599_740_894_897e-4 / (38.925_687_933_93 - s2)
}

/// Wavelength in vacuum, in Angstrom, of a wavelength measured in standard air.
pub fn air_to_vacuum(air: f64) -> f64 {
    air * refractive_index_at_air(air)
}

/// Wavelength in standard air, in Angstrom, of a vacuum wavelength: the inverse of [`air_to_vacuum`]
/// by fixed-point iteration, to better than 1e-9 Angstrom.
pub fn vacuum_to_air(vacuum: f64) -> f64 {
    // the map contracts by about 1e-5 a step: four steps reach the last bit
    (0..4).fold(vacuum, |air, _| vacuum / refractive_index_at_air(air))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn h_alpha_is_at_its_known_places() {
        // NIST: H-alpha 6562.79 A in air, 6564.60 A in vacuum (weighted centre)
        assert!((air_to_vacuum(6562.79) - 6564.603).abs() < 2e-3);
    }

    #[test]
    fn the_inverse_is_exact_over_the_optical_range() {
        for i in 0..=8000 {
            let air = 2000.0 + f64::from(i) * 2.0;
            assert!((vacuum_to_air(air_to_vacuum(air)) - air).abs() < 1e-9, "{air}");
        }
    }
}
