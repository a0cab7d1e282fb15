//! A circle on the sky, drawn from its centre outwards on the map of the sky; distances are angles, not lengths on the
//! map.

use std::f64::consts::{FRAC_PI_2, PI};

use super::{
    cone::RadiusUnit,
    filter::Cone,
    format::number,
    sky::{CENTRE, aitoff, from_galactic, sexagesimal, to_galactic},
};

/// Corners of a drawn circle.
const CORNERS: usize = 180;

/// Right ascension and declination of a point of the map, degrees; `None` outside of the map. Aitoff's projection is
/// the equidistant one with half the longitude, so that it is undone without trying.
pub fn place(point: (f64, f64), galactic: bool) -> Option<(f64, f64)> {
    let (x, y) = (-FRAC_PI_2 * point.0, PI * point.1);
    let alpha = x.hypot(y);
    if alpha > FRAC_PI_2 {
        return None;
    }
    let sinc = if alpha == 0.0 { 1.0 } else { alpha.sin() / alpha };
    let latitude = (y * sinc).clamp(-1.0, 1.0).asin().to_degrees();
    let longitude = CENTRE + 2.0 * (x * sinc).atan2(alpha.cos()).to_degrees();
    Some(if galactic {
        // the galaxy's centre is in the middle
        from_galactic((longitude - 180.0).rem_euclid(360.0), latitude)
    } else {
        (longitude.rem_euclid(360.0), latitude)
    })
}

/// The point of the map of a place on the sky.
pub fn point((ra, dec): (f64, f64), galactic: bool) -> (f64, f64) {
    if galactic {
        let (l, b) = to_galactic(ra, dec);
        aitoff((l + 180.0).rem_euclid(360.0), b)
    } else {
        aitoff(ra, dec)
    }
}

/// The angle between two places, degrees; by haversines, which keep small angles.
pub fn separation(a: (f64, f64), b: (f64, f64)) -> f64 {
    let half = |angle: f64| (0.5 * angle.to_radians()).sin().powi(2);
    let share = half(b.1 - a.1) + a.1.to_radians().cos() * b.1.to_radians().cos() * half(b.0 - a.0);
    2.0 * share.clamp(0.0, 1.0).sqrt().asin().to_degrees()
}

/// The circle around a point of the map that reaches to another one; `None` where its centre is outside of the map.
pub fn drawn(from: (f64, f64), to: (f64, f64), galactic: bool) -> Option<Cone> {
    let (ra, dec) = place(from, galactic)?;
    // a hand that has left the map goes on along the way that it went
    let mut share = 1.0;
    let edge = loop {
        let at = (from.0 + share * (to.0 - from.0), from.1 + share * (to.1 - from.1));
        if let Some(edge) = place(at, galactic) {
            break edge;
        }
        share *= 0.98;
    };
    Some(Cone { ra, dec, radius: separation((ra, dec), edge) })
}

/// Whether a place is in a circle.
pub fn holds(cone: &Cone, place: (f64, f64)) -> bool {
    separation((cone.ra, cone.dec), place) <= cone.radius
}

/// The circle as lines on the map, a new one where it leaves the map at one side and goes on at the other.
pub fn outline(cone: &Cone, galactic: bool) -> Vec<Vec<(f64, f64)>> {
    let mut lines: Vec<Vec<(f64, f64)>> = Vec::new();
    for corner in 0..=CORNERS {
        let next = point(beyond(cone, 360.0 * corner as f64 / CORNERS as f64), galactic);
        let is_near = |last: &(f64, f64)| (last.0 - next.0).hypot(last.1 - next.1) < 0.5;
        match lines.last_mut().filter(|line| line.last().is_some_and(is_near)) {
            Some(line) => line.push(next),
            None => lines.push(vec![next]),
        }
    }
    lines
}

/// The place at a circle's edge in a direction, degrees from north to east.
fn beyond(cone: &Cone, direction: f64) -> (f64, f64) {
    let (dec, radius, direction) = (cone.dec.to_radians(), cone.radius.to_radians(), direction.to_radians());
    let sine = dec.sin() * radius.cos() + dec.cos() * radius.sin() * direction.cos();
    let east = direction.sin() * radius.sin() * dec.cos();
    let ra = cone.ra + east.atan2(radius.cos() - dec.sin() * sine).to_degrees();
    (ra.rem_euclid(360.0), sine.clamp(-1.0, 1.0).asin().to_degrees())
}

/// Centre and radius in words.
pub fn said(cone: &Cone) -> String {
    let (unit, radius) = RadiusUnit::suited(cone.radius);
    format!("{} · {} {}", sexagesimal(cone.ra, cone.dec), number(radius), unit.name())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_place_of_the_map_is_found_again() {
        for galactic in [false, true] {
            for ra in (1..360).step_by(17).map(f64::from) {
                for dec in [-89.0, -60.0, -5.0, 0.0, 33.0, 80.0] {
                    let found = place(point((ra, dec), galactic), galactic).unwrap();
                    assert!(separation(found, (ra, dec)) < 1e-6, "{ra} {dec}: {found:?}");
                }
            }
        }
        assert_eq!(place((0.9, 0.4), false), None);
    }

    #[test]
    fn angles_are_true() {
        assert!((separation((10.0, 0.0), (350.0, 0.0)) - 20.0).abs() < 1e-12);
        assert!((separation((0.0, 89.0), (180.0, 89.0)) - 2.0).abs() < 1e-12);
        assert!((separation((120.0, 60.0), (120.0 + 2.0 / 3600.0, 60.0)) * 3600.0 - 1.0).abs() < 1e-6);
        assert!((separation((0.0, -90.0), (77.0, 90.0)) - 180.0).abs() < 1e-6);
    }

    #[test]
    fn a_circle_near_the_pole_is_one_on_the_sky_and_none_on_the_map() {
        let (from, to) = (point((30.0, 85.0), false), point((30.0, 75.0), false));
        let cone = drawn(from, to, false).unwrap();
        assert!((cone.radius - 10.0).abs() < 1e-6 && (cone.dec - 85.0).abs() < 1e-6, "{cone:?}");
        // across the pole
        assert!(holds(&cone, (210.0, 86.0)) && !holds(&cone, (210.0, 84.0)));
        for line in outline(&cone, false) {
            for corner in line {
                let at = place(corner, false).unwrap();
                assert!((separation(at, (cone.ra, cone.dec)) - 10.0).abs() < 1e-6);
            }
        }
    }

    #[test]
    fn a_circle_over_the_edge_goes_on_at_the_other_side() {
        let cone = Cone { ra: 2.0, dec: 10.0, radius: 5.0 };
        assert!(outline(&cone, false).len() > 1);
        assert_eq!(outline(&Cone { ra: 180.0, ..cone }, false).len(), 1);
        // a hand beyond the map reaches to its edge at most
        let (from, to) = (point((200.0, 0.0), false), (-3.0, 0.0));
        let wide = drawn(from, to, false).unwrap();
        assert!(wide.radius > 150.0 && wide.radius <= 160.0, "{wide:?}");
        assert_eq!(drawn((1.0, 0.5), to, false), None);
    }

    #[test]
    fn it_says_where_and_how_wide() {
        let cone = Cone { ra: 187.5, dec: 12.5, radius: 0.25 };
        assert_eq!(said(&cone), "12h 30m 00.000s +12° 30′ 00.00″ · 15.00 arcmin");
        assert!(said(&Cone { radius: 2.0, ..cone }).ends_with("· 2.000 deg"));
    }
}
