//! Line markers: where the known lines stand in this spectrum, and which labels there is room for.

use balmer_core::{
    lines::{Line, LineKind, TELLURIC},
    spectrum::{Medium, air_to_vacuum, vacuum_to_air},
};
use balmer_exchange::api::SpectrumBody;

use super::lines::{LineGroup, OwnLine};

/// Speed of light, km/s.
pub const LIGHT: f64 = 299_792.458;

/// A line to mark.
#[derive(Debug, Clone, PartialEq)]
pub struct Marker {
    /// What an address calls the line.
    pub key: String,
    /// What to write.
    pub name: String,
    /// Where the line is seen, Angstrom, in the spectrum's medium.
    pub wavelength: f64,
    /// Which series it belongs to, for its colour.
    pub tone: Tone,
}

/// A stretch of the spectrum to mark.
#[derive(Debug, Clone, PartialEq)]
pub struct MarkedBand {
    /// What to write.
    pub name: &'static str,
    /// Start and end, Angstrom, in the spectrum's medium.
    pub range: (f64, f64),
}

/// Colour of a marker.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tone {
    /// H-alpha.
    Alpha,
    /// H-beta.
    Beta,
    /// H-gamma.
    Gamma,
    /// H-delta.
    Delta,
    /// Any other line of the object.
    Object,
    /// Lines that stay put whatever the redshift.
    Still,
    /// The reader's own lines.
    Own,
}

/// Markers of groups and of the reader's own lines: his own first, then group by group. The first win the
/// room for labels.
pub fn markers(groups: &[LineGroup], own: &[OwnLine], medium: Medium, redshift: f64) -> Vec<Marker> {
    let own = own.iter().map(|line| Marker {
        key: line.key(),
        name: line.label(),
        wavelength: moved(line.wavelength_in(medium), medium, redshift),
        tone: Tone::Own,
    });
    let listed = groups.iter().flat_map(|group| group.lines()).map(|line| Marker {
        key: line.name.to_owned(),
        name: label(line.name).to_owned(),
        wavelength: line.observed_in(medium, redshift),
        tone: tone(line),
    });
    own.chain(listed).collect()
}

/// Bands of the groups, which are the atmosphere's: they stay put.
pub fn bands(groups: &[LineGroup], medium: Medium) -> Vec<MarkedBand> {
    let telluric = if groups.contains(&LineGroup::Telluric) { TELLURIC } else { &[] };
    let name = |name: &'static str| name.strip_prefix("telluric ").unwrap_or(name);
    telluric.iter().map(|band| MarkedBand { name: name(band.name), range: band.range_in(medium) }).collect()
}

/// The catalogue's redshift, where it states one that can be.
pub fn redshift(body: &SpectrumBody) -> f64 {
    body.metadata.z.filter(|z| z.is_finite() && *z > -0.1).unwrap_or(0.0)
}

/// The marker whose name stands nearest to a place, of those within `reach`; `at` is where a wavelength stands.
pub fn named_at(markers: &[Marker], at: impl Fn(f64) -> f64, place: f64, reach: f64) -> Option<&Marker> {
    let far = |marker: &Marker| (at(marker.wavelength) - place).abs();
    let near = markers.iter().map(|marker| (marker, far(marker))).filter(|(_, far)| *far <= reach);
    near.min_by(|a, b| a.1.total_cmp(&b.1)).map(|(marker, _)| marker)
}

/// A redshift with a correction of the velocity, km/s.
pub fn corrected(redshift: f64, shift: f64) -> f64 {
    (1.0 + redshift) * (1.0 + shift / LIGHT) - 1.0
}

/// A wavelength at rest, seen at a redshift; both in `medium`. The shift is made in vacuum.
pub fn moved(wavelength: f64, medium: Medium, redshift: f64) -> f64 {
    match medium {
        Medium::Vacuum => wavelength * (1.0 + redshift),
        Medium::Air => vacuum_to_air(air_to_vacuum(wavelength) * (1.0 + redshift)),
    }
}

/// The marker nearest to a wavelength and the velocity from it, km/s, if that is at most `within`.
pub fn velocity_from(markers: &[Marker], wavelength: f64, within: f64) -> Option<(&Marker, f64)> {
    // a velocity is a ratio of vacuum wavelengths; air's ratio differs by less than 1 part in a million
    let velocity = |marker: &Marker| (wavelength / marker.wavelength - 1.0) * LIGHT;
    let near = markers.iter().map(|marker| (marker, velocity(marker))).filter(|(_, v)| v.abs() <= within);
    near.min_by(|a, b| a.1.abs().total_cmp(&b.1.abs()))
}

fn tone(line: &Line) -> Tone {
    match (line.name, line.kind) {
        ("H-alpha", _) => Tone::Alpha,
        ("H-beta", _) => Tone::Beta,
        ("H-gamma", _) => Tone::Gamma,
        ("H-delta", _) => Tone::Delta,
        (_, LineKind::Sky | LineKind::Interstellar) => Tone::Still,
        _ => Tone::Object,
    }
}

/// The name with its letter in Greek: `H-alpha`.
pub fn greek(name: &'static str) -> &'static str {
    match name {
        "H-alpha" => "Hα",
        "H-beta" => "Hβ",
        "H-gamma" => "Hγ",
        "H-delta" => "Hδ",
        "H-epsilon" => "Hε",
        name => name,
    }
}

/// The name as a figure has it: in Greek, and without the wavelength, which the axis tells.
pub fn label(name: &'static str) -> &'static str {
    let name = greek(name.strip_prefix("sky ").unwrap_or(name));
    match name.rsplit_once(' ') {
        Some((element, number)) if number.len() == 4 && number.bytes().all(|b| b.is_ascii_digit()) => element,
        _ => name,
    }
}

/// For each label the row it is written in, 0 next to the plot, 1 above it, or none where it would overlap.
/// `labels` are centres and widths in canvas pixels, the most important first.
pub fn label_rows(labels: &[(f64, f64)], gap: f64, plot_width: f64) -> Vec<Option<usize>> {
    const ROWS: usize = 2;
    let mut taken: [Vec<(f64, f64)>; ROWS] = Default::default();
    let place = |&(centre, width): &(f64, f64)| {
        let (from, to) = (centre - width / 2.0, centre + width / 2.0);
        if from < 0.0 || to > plot_width {
            return None;
        }
        let free = |row: &Vec<(f64, f64)>| row.iter().all(|(f, t)| to + gap <= *f || from >= *t + gap);
        let row = taken.iter().position(free)?;
        taken[row].push((from, to));
        Some(row)
    };
    labels.iter().map(place).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_marker_stands_where_the_medium_puts_the_line() {
        let at = |medium, z| markers(&[LineGroup::Balmer], &[], medium, z)[0].wavelength;
        assert!((at(Medium::Vacuum, 0.0) - 6564.614).abs() < 1e-6);
        assert!((at(Medium::Air, 0.0) - 6562.80).abs() < 0.02);
        assert!((at(Medium::Vacuum, 0.01) - 6564.614 * 1.01).abs() < 1e-6);
    }

    #[test]
    fn what_belongs_to_the_way_or_to_the_earth_stays() {
        for group in [LineGroup::Sky, LineGroup::Interstellar] {
            let at = |z| markers(&[group], &[], Medium::Air, z);
            assert_eq!(at(0.0), at(0.1));
            assert_eq!(at(0.0)[0].tone, Tone::Still);
        }
        let all = LineGroup::ALL;
        assert_eq!(bands(all, Medium::Air)[1].range, (6867.0, 6944.0));
        assert_eq!(bands(all, Medium::Air)[1].name, "O2 B");
        assert!(bands(&[LineGroup::Balmer], Medium::Air).is_empty());
    }

    #[test]
    fn own_lines_move_with_the_object_and_come_first() {
        let own = [OwnLine { wavelength: 6707.8, medium: None, name: "Li I".into() }];
        for medium in [Medium::Air, Medium::Vacuum] {
            let marker = &markers(&[LineGroup::Balmer], &own, medium, 0.01)[0];
            assert_eq!((marker.name.as_str(), marker.key.as_str(), marker.tone), ("Li I", "6707.8", Tone::Own));
            assert!((marker.wavelength - 6707.8 * 1.01).abs() < 0.01);
        }
    }

    #[test]
    fn velocities_are_told_from_the_nearest_marker() {
        let markers = markers(&[LineGroup::Balmer], &[], Medium::Vacuum, corrected(0.0, 100.0));
        let (marker, velocity) = velocity_from(&markers, 6564.614, 3000.0).unwrap();
        assert_eq!(marker.name, "Hα");
        assert!((velocity + 100.0).abs() < 0.1, "{velocity}");
        assert_eq!(velocity_from(&markers, 6000.0, 3000.0), None);
    }

    #[test]
    fn the_marker_under_a_finger_is_found() {
        let markers = markers(&[LineGroup::Balmer], &[], Medium::Vacuum, 0.0);
        let at = |wavelength: f64| wavelength / 10.0;
        let found = |place| named_at(&markers, at, place, 8.0).map(|marker| marker.key.as_str());
        assert_eq!((found(652.0), found(486.0), found(600.0)), (Some("H-alpha"), Some("H-beta"), None));
    }

    #[test]
    fn labels_take_a_second_row_and_then_give_way() {
        let labels = [(50.0, 20.0), (55.0, 20.0), (60.0, 20.0), (90.0, 20.0), (5.0, 20.0)];
        assert_eq!(label_rows(&labels, 4.0, 200.0), [Some(0), Some(1), None, Some(0), None]);
    }

    #[test]
    fn labels_are_short() {
        assert_eq!(label("H-alpha"), "Hα");
        assert_eq!(label("He I 6678"), "He I");
        assert_eq!(label("Na I D2"), "Na I D2");
        assert_eq!(label("H8"), "H8");
        assert_eq!(label("sky [O I] 5577"), "[O I]");
    }
}
