//! Positions and radii as people type them.

use super::filter::Cone;

/// Unit of a radius.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum RadiusUnit {
    /// Seconds of arc.
    Arcsec,
    /// Minutes of arc.
    Arcmin,
    /// Degrees.
    #[default]
    Degree,
}

impl RadiusUnit {
    /// Every unit.
    pub const ALL: [Self; 3] = [Self::Arcsec, Self::Arcmin, Self::Degree];

    /// As a form writes it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Arcsec => "arcsec",
            Self::Arcmin => "arcmin",
            Self::Degree => "deg",
        }
    }

    /// The unit of that name.
    pub fn of(name: &str) -> Self {
        Self::ALL.into_iter().find(|unit| unit.name() == name).unwrap_or_default()
    }

    fn per_degree(self) -> f64 {
        match self {
            Self::Arcsec => 3600.0,
            Self::Arcmin => 60.0,
            Self::Degree => 1.0,
        }
    }

    /// The unit in which a radius in degrees is a number from 1 upwards, and that number.
    pub fn suited(degrees: f64) -> (Self, f64) {
        let unit = match degrees {
            d if d >= 1.0 => Self::Degree,
            d if d * 60.0 >= 1.0 => Self::Arcmin,
            _ => Self::Arcsec,
        };
        // what is written has nine decimals: no more come back
        (unit, rounded(degrees * unit.per_degree(), 1e5))
    }
}

/// A right ascension in degrees, or in hours, minutes and seconds (`5:34:32`, `05 34 32`, `5h34m32s`).
///
/// # Errors
/// What is wrong with it.
pub fn right_ascension(text: &str) -> Result<f64, &'static str> {
    let (value, is_sexagesimal) = angle(text, 'h').ok_or("degrees, or hours as in 5:34:32")?;
    let degrees = if is_sexagesimal { value * 15.0 } else { value };
    if (0.0..=360.0).contains(&degrees) { Ok(rounded(degrees, 1e8)) } else { Err("from 0 to 360 degrees") }
}

/// A declination in degrees, or in degrees, minutes and seconds of arc (`-5:23:28`, `-5d23m28s`).
///
/// # Errors
/// What is wrong with it.
pub fn declination(text: &str) -> Result<f64, &'static str> {
    let (degrees, _) = angle(text, 'd').ok_or("degrees, or as in -5:23:28")?;
    if (-90.0..=90.0).contains(&degrees) { Ok(rounded(degrees, 1e8)) } else { Err("from -90 to 90 degrees") }
}

/// A radius in degrees.
///
/// # Errors
/// What is wrong with it.
pub fn radius(text: &str, unit: RadiusUnit) -> Result<f64, &'static str> {
    let value: f64 = plain(text).ok_or("a number above 0")?;
    let degrees = value / unit.per_degree();
    if degrees > 0.0 && degrees <= 180.0 { Ok(rounded(degrees, 1e9)) } else { Err("above 0, up to 180 degrees") }
}

/// A circle from three texts; each error belongs to its text.
///
/// # Errors
/// The texts at fault: right ascension, declination, radius.
pub fn cone(ra: &str, dec: &str, size: &str, unit: RadiusUnit) -> Result<Cone, [Option<&'static str>; 3]> {
    match (right_ascension(ra), declination(dec), radius(size, unit)) {
        (Ok(ra), Ok(dec), Ok(radius)) => Ok(Cone { ra, dec, radius }),
        (ra, dec, radius) => Err([ra.err(), dec.err(), radius.err()]),
    }
}

/// Value and whether it has minutes; the unit letter of the first part is `whole`.
fn angle(text: &str, whole: char) -> Option<(f64, bool)> {
    let text = text.trim().replace('\u{2212}', "-");
    let (sign, digits) = match text.strip_prefix('-') {
        Some(rest) => (-1.0, rest),
        None => (1.0, text.strip_prefix('+').unwrap_or(&text)),
    };
    let separators = [':', ' ', 'm', 's', '\'', '"', '°', '′', '″', whole, whole.to_ascii_uppercase()];
    let parts: Vec<f64> =
        digits.split(separators).filter(|part| !part.is_empty()).map(plain).collect::<Option<Vec<_>>>()?;
    let is_plain = !digits.trim_end().contains(separators);
    match parts[..] {
        [degrees] => Some((sign * degrees, !is_plain && whole == 'h')),
        [whole, minutes] if minutes < 60.0 => Some((sign * (whole + minutes / 60.0), true)),
        [whole, minutes, seconds] if minutes < 60.0 && seconds < 60.0 => {
            Some((sign * (whole + minutes / 60.0 + seconds / 3600.0), true))
        }
        _ => None,
    }
}

/// An unsigned decimal: what `f64` reads beyond that (`inf`, `nan`) is no angle.
fn plain(text: &str) -> Option<f64> {
    let text = text.trim();
    let is_decimal = text.chars().all(|c| c.is_ascii_digit() || c == '.');
    if is_decimal { text.parse().ok() } else { None }
}

fn rounded(value: f64, per_unit: f64) -> f64 {
    (value * per_unit).round() / per_unit
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn positions_in_degrees_and_sexagesimal() {
        for text in ["83.633083", " 5:34:31.94 ", "05 34 31.94", "5h34m31.94s"] {
            assert!((right_ascension(text).unwrap() - 83.633_083).abs() < 1e-6, "{text}");
        }
        for text in ["-5.391111", "-5:23:28", "\u{2212}05 23 28", "-5d23m28s", "-5°23′28″"] {
            assert!((declination(text).unwrap() + 5.391_111).abs() < 1e-6, "{text}");
        }
        assert_eq!(declination("-0:30:00"), Ok(-0.5));
        assert_eq!(right_ascension("6h"), Ok(90.0));
    }

    #[test]
    fn what_is_no_position_is_refused() {
        for text in ["", "x", "-1", "400", "25:00:00", "5:70:00", "1:2:3:4", "nan", "1e2"] {
            assert!(right_ascension(text).is_err(), "{text}");
        }
        for text in ["", "91", "-90:00:01", "--3"] {
            assert!(declination(text).is_err(), "{text}");
        }
        assert_eq!(
            cone("10", "x", "0", RadiusUnit::Arcmin).unwrap_err().map(|fault| fault.is_some()),
            [false, true, true]
        );
    }

    #[test]
    fn radii_change_their_unit() {
        assert_eq!(radius("30", RadiusUnit::Arcmin), Ok(0.5));
        assert_eq!(radius("3", RadiusUnit::Arcsec), Ok(0.000_833_333));
        assert_eq!(RadiusUnit::suited(0.5), (RadiusUnit::Arcmin, 30.0));
        assert_eq!(RadiusUnit::suited(0.000_833_333), (RadiusUnit::Arcsec, 3.0));
        assert_eq!(RadiusUnit::suited(2.0), (RadiusUnit::Degree, 2.0));
    }
}
