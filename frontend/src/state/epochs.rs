//! Other spectra of the same star.

use balmer_core::spectrum::Metadata;

use super::{
    filter::{Clause, Cone},
    sql::quoted,
};

/// The condition on the survey that finds the other spectra of a star: those within `radius` seconds of arc, or of the
/// same designation where the position is not known. `None` where neither is.
pub fn condition(star: &Metadata, radius: f64) -> Option<String> {
    let position = star.ra.zip(star.dec).filter(|(ra, dec)| ra.is_finite() && dec.is_finite());
    let same = match position {
        Some((ra, dec)) => Clause::Cone(Cone { ra, dec, radius: radius / 3600.0 }).to_string(),
        None => format!("designation = {}", quoted(star.designation.as_deref().filter(|name| !name.is_empty())?)),
    };
    Some(format!("{same} AND spectrum_id <> {}", quoted(&star.spectrum_id)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_star_is_found_by_its_position_and_else_by_its_name() {
        let mut star = Metadata {
            spectrum_id: "it's".into(),
            ra: Some(83.5),
            dec: Some(-5.25),
            designation: Some("Pleione".into()),
            ..Metadata::default()
        };
        let found = condition(&star, 3.6).unwrap();
        assert_eq!(found, "distance(ra, dec, 83.5, -5.25) < 0.001 AND spectrum_id <> 'it''s'");
        star.ra = Some(f64::NAN);
        assert_eq!(condition(&star, 3.6).unwrap(), "designation = 'Pleione' AND spectrum_id <> 'it''s'");
        star.designation = None;
        assert_eq!(condition(&star, 3.6), None);
    }
}
