//! Line lists whose wavelengths state their medium.
//!
//! A list mixed from air and vacuum puts markers 1.8 Angstrom off at H-alpha: here every [`Line`] says
//! in which medium its wavelength stands, and [`Line::wavelength_in`] gives it in the one the plot has.
//! The sources are named at each list.

mod lists;

pub use lists::{
    BALMER, CALCIUM_II, HELIUM_I, HELIUM_II, INTERSTELLAR_BANDS, IRON_II, MAGNESIUM_I, NEBULAR, OXYGEN_I, PASCHEN, SKY,
    SODIUM_I, STELLAR, TELLURIC,
};

use crate::spectrum::{Medium, air_to_vacuum, vacuum_to_air};

/// What makes a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum LineKind {
    /// Photosphere or circumstellar envelope: moves with the star.
    Stellar,
    /// Forbidden line of thin ionised gas: moves with the nebula.
    Nebular,
    /// Diffuse interstellar band: moves with the clouds on the way, not with the star.
    Interstellar,
    /// Emission of the night sky: stays put whatever the redshift.
    Sky,
}

impl LineKind {
    /// Whether the line moves with the object's redshift.
    pub fn moves_with_object(self) -> bool {
        matches!(self, Self::Stellar | Self::Nebular)
    }
}

/// A spectral line.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Line {
    /// Name as drawn beside the line, unique among all lists.
    pub name: &'static str,
    /// Rest wavelength in Angstrom, in `medium`.
    pub wavelength: f64,
    /// Medium in which `wavelength` is stated.
    pub medium: Medium,
    /// What makes it.
    pub kind: LineKind,
}

impl Line {
    /// The rest wavelength in Angstrom in `medium`.
    pub fn wavelength_in(&self, medium: Medium) -> f64 {
        convert(self.wavelength, self.medium, medium)
    }

    /// Where the line of an object at `redshift` is seen, in Angstrom in `medium`. Sky lines and
    /// interstellar bands stay where they are. The shift is made in vacuum.
    pub fn observed_in(&self, medium: Medium, redshift: f64) -> f64 {
        let shift = if self.kind.moves_with_object() { 1.0 + redshift } else { 1.0 };
        convert(self.wavelength_in(Medium::Vacuum) * shift, Medium::Vacuum, medium)
    }
}

/// A stretch of the spectrum that the Earth's atmosphere absorbs.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Band {
    /// Name as drawn.
    pub name: &'static str,
    /// Start in Angstrom, in `medium`.
    pub from: f64,
    /// End in Angstrom, in `medium`.
    pub to: f64,
    /// Medium of both.
    pub medium: Medium,
}

impl Band {
    /// Start and end in Angstrom in `medium`.
    pub fn range_in(&self, medium: Medium) -> (f64, f64) {
        (convert(self.from, self.medium, medium), convert(self.to, self.medium, medium))
    }
}

/// Every line of every list.
pub fn all() -> impl Iterator<Item = &'static Line> {
    STELLAR.iter().copied().chain([NEBULAR, INTERSTELLAR_BANDS, SKY]).flatten()
}

/// A wavelength in Angstrom from one medium to the other.
pub(crate) fn convert(wavelength: f64, from: Medium, to: Medium) -> f64 {
    match (from, to) {
        (Medium::Air, Medium::Vacuum) => air_to_vacuum(wavelength),
        (Medium::Vacuum, Medium::Air) => vacuum_to_air(wavelength),
        _ => wavelength,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The same lines as published in the other medium, independently of this crate's formula: the
    /// vacuum list of SDSS (classic.sdss.org/dr7/products/spectra/vacwavelength.html) for lines stated
    /// in air, van Hoof's and NIST's air values for lines stated in vacuum.
    const IN_THE_OTHER_MEDIUM: &[(&str, f64)] = &[
        ("H-alpha", 6562.80),
        ("H-beta", 4861.325),
        ("H-gamma", 4340.464),
        ("H-delta", 4101.734),
        ("H8", 3889.049),
        ("P14", 8598.392),
        ("P11", 8862.783),
        ("[O III] 4959", 4960.295),
        ("[O III] 5007", 5008.240),
        ("[N II] 6548", 6549.86),
        ("[N II] 6583", 6585.27),
        ("[S II] 6716", 6718.29),
        ("[S II] 6731", 6732.68),
        ("[O I] 6300", 6302.046),
        ("[O I] 6364", 6365.536),
        ("Ca II K", 3934.777),
        ("Ca II H", 3969.588),
        ("Ca II 8498", 8500.36),
        ("Ca II 8542", 8544.44),
        ("Ca II 8662", 8664.52),
        ("Na I D2", 5891.583),
        ("Na I D1", 5897.558),
        ("He I 5016", 5017.077),
        ("He II 4686", 4687.02),
    ];

    #[test]
    fn air_and_vacuum_agree_where_both_are_published() {
        for &(name, published) in IN_THE_OTHER_MEDIUM {
            let line = all().find(|l| l.name == name).unwrap_or_else(|| panic!("no line {name}"));
            let other = if line.medium == Medium::Air { Medium::Vacuum } else { Medium::Air };
            let found = line.wavelength_in(other);
            assert!((found - published).abs() < 0.015, "{name}: {found:.4} in {other}, published {published}");
            assert_eq!(line.wavelength_in(line.medium), line.wavelength);
        }
    }

    #[test]
    fn the_hydrogen_series_follow_rydberg() {
        // R_H = 109677.583 cm^-1; fine structure moves the centroids by less than 0.1 A at these n
        let rydberg = |lower: f64, upper: f64| 1e8 / (109_677.583 * (lower.powi(-2) - upper.powi(-2)));
        for (series, lower, first) in [(BALMER, 2.0, 3), (PASCHEN, 3.0, 8)] {
            for (line, upper) in series.iter().zip(first..) {
                let expected = rydberg(lower, f64::from(upper));
                let found = line.wavelength_in(Medium::Vacuum);
                assert!((found - expected).abs() < 0.1, "{}: {found} against {expected:.3}", line.name);
            }
        }
    }

    #[test]
    fn names_are_unique_and_each_list_increases() {
        let mut names: Vec<&str> = all().map(|l| l.name).collect();
        names.sort_unstable();
        let n = names.len();
        names.dedup();
        assert_eq!(names.len(), n);
        for list in
            STELLAR.iter().filter(|l| **l != BALMER && **l != PASCHEN).chain(&[NEBULAR, INTERSTELLAR_BANDS, SKY])
        {
            assert!(list.is_sorted_by(|a, b| a.wavelength < b.wavelength), "{}", list[0].name);
        }
    }

    #[test]
    fn a_name_that_carries_a_wavelength_carries_its_own_in_air() {
        for line in all() {
            let Some(number) = line.name.rsplit(' ').next().and_then(|n| n.parse::<f64>().ok()) else { continue };
            assert!((line.wavelength_in(Medium::Air) - number).abs() < 0.9, "{}", line.name);
        }
    }

    #[test]
    fn only_what_belongs_to_the_object_moves() {
        let h_alpha = &BALMER[0];
        assert!((h_alpha.observed_in(Medium::Vacuum, 0.1) - 6564.614 * 1.1).abs() < 1e-9);
        let sky = all().find(|l| l.name == "sky [O I] 5577").expect("listed");
        assert!((sky.observed_in(Medium::Air, 0.1) - 5577.338).abs() < 1e-6);
    }

    #[test]
    fn bands_are_stretches() {
        assert!(TELLURIC.iter().all(|b| b.range_in(Medium::Vacuum).0 < b.range_in(Medium::Vacuum).1));
        assert!(TELLURIC.iter().all(|b| b.range_in(Medium::Vacuum).0 > b.from));
    }
}
