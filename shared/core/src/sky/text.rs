//! Positions and radii as people write them.
//!
//! Right ascensions with divisions are hours (`22:45:25.9`, `22 45 25.9`, `22h45m25.9s`) unless their first number is
//! marked with `d`; declinations are degrees (`+07:05:21`, `-00d12m06s`). Plain numbers are degrees. A name that is
//! made of a position (`J224525.90+070521.3`) is understood too, whatever stands before its `J`.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

use super::Position;
use crate::Error;

/// A right ascension, degrees; `None` where the text is none.
pub fn parse_ra(text: &str) -> Option<f64> {
    let text = text.trim();
    if let Ok(degrees) = text.parse::<f64>() {
        return Some(degrees).filter(|d| d.is_finite());
    }
    let value = divided(text)?;
    let degrees = if text.contains(['d', 'D', '°']) { value } else { value * 15.0 };
    (0.0..=360.0).contains(&degrees).then_some(degrees)
}

/// A declination, degrees; `None` where the text is none.
pub fn parse_dec(text: &str) -> Option<f64> {
    let text = text.trim();
    let degrees = text.parse::<f64>().ok().or_else(|| divided(text))?;
    (degrees.abs() <= 90.0).then_some(degrees)
}

/// Both in one text: two numbers or two sexagesimal ones with a blank, a comma or a sign between, or a name made of
/// them.
pub fn parse_position(text: &str) -> Option<Position> {
    let text = text.trim();
    if let Some(name) = text.rfind('J').and_then(|at| text.get(at + 1..)).and_then(designation) {
        return Some(name);
    }
    let fields: Vec<&str> = text.split([' ', '\t', ',', ';']).filter(|field| !field.is_empty()).collect();
    let (ra, dec) = match fields.len() {
        1 => {
            let (ra, dec) = text.split_at_checked(text.rfind(['+', '-']).filter(|&at| at > 0)?)?;
            (ra.to_owned(), dec.to_owned())
        }
        // blanks may divide the numbers themselves
        count if count > 0 && count % 2 == 0 => (fields[..count / 2].join(" "), fields[count / 2..].join(" ")),
        _ => return None,
    };
    Position::new(parse_ra(&ra)?, parse_dec(&dec)?)
}

/// What follows the `J` of a name: `hhmmss.ss+ddmmss.s`, seconds with any decimals.
fn designation(digits: &str) -> Option<Position> {
    let (ra, dec) = digits.split_at_checked(digits.find(['+', '-'])?)?;
    let packed = |text: &str| -> Option<f64> {
        let whole = text.split('.').next()?;
        let plain = text.bytes().all(|b| b.is_ascii_digit() || b == b'.');
        if whole.len() != 6 || !plain {
            return None;
        }
        let [first, minutes] = [text[..2].parse().ok()?, text[2..4].parse().ok()?];
        sum(first, minutes, text[4..].parse().ok()?)
    };
    let sign = if dec.starts_with('-') { -1.0 } else { 1.0 };
    let (ra, dec) = (packed(ra)? * 15.0, sign * packed(&dec[1..])?);
    if ra < 360.0 { Position::new(ra, dec) } else { None }
}

/// Two or three parts as one number of the first one's unit.
fn divided(text: &str) -> Option<f64> {
    let (negative, text) = match text.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, text.strip_prefix('+').unwrap_or(text)),
    };
    let marks = |c: char| c == ':' || c == ' ' || "hmsHMSdD°'\"′″".contains(c);
    let parts: Vec<&str> = text.split(marks).filter(|part| !part.is_empty()).collect();
    let number = |text: &str| {
        let plain = text.bytes().all(|b| b.is_ascii_digit() || b == b'.');
        if plain { text.parse::<f64>().ok() } else { None }
    };
    let value = match parts[..] {
        [first, minutes] => sum(number(first)?, number(minutes)?, 0.0)?,
        [first, minutes, seconds] => sum(number(first)?, number(minutes)?, number(seconds)?)?,
        _ => return None,
    };
    Some(if negative { -value } else { value })
}

/// Sixtieths added up. Seconds of 60 are what rounding makes of 59.999.
fn sum(first: f64, minutes: f64, seconds: f64) -> Option<f64> {
    (minutes < 60.0 && seconds <= 60.0).then_some(first + minutes / 60.0 + seconds / 3600.0)
}

/// An angle with its unit: `3arcsec`, `0.5arcmin`, `1deg`.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Radius {
    number: f64,
    unit: Unit,
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum Unit {
    Arcsec,
    Arcmin,
    Degree,
}

impl Unit {
    const ALL: [(&'static str, Self); 3] = [("arcsec", Self::Arcsec), ("arcmin", Self::Arcmin), ("deg", Self::Degree)];

    fn name(self) -> &'static str {
        Self::ALL.iter().find(|(_, unit)| *unit == self).map_or("", |(name, _)| name)
    }
}

/// A radius is never NaN.
impl Eq for Radius {}

impl Radius {
    /// Widest radius, degrees.
    pub const MAX_DEGREES: f64 = 30.0;

    /// Degrees.
    pub fn degrees(self) -> f64 {
        match self.unit {
            Unit::Arcsec => self.number / 3600.0,
            Unit::Arcmin => self.number / 60.0,
            Unit::Degree => self.number,
        }
    }

    /// Arcseconds.
    pub fn arcsec(self) -> f64 {
        match self.unit {
            Unit::Arcsec => self.number,
            Unit::Arcmin => self.number * 60.0,
            Unit::Degree => self.number * 3600.0,
        }
    }
}

impl FromStr for Radius {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        let refused = |remedy: &str| Error::parameter("radius", text, remedy);
        let text = text.trim();
        let at = text.find(|c: char| c.is_ascii_alphabetic() && c != 'e').unwrap_or(text.len());
        let (number, unit) = text.split_at(at);
        let number: f64 = number.trim().parse().map_err(|_| refused("write a number and its unit, as in 3arcsec"))?;
        let (_, unit) = *Unit::ALL
            .iter()
            .find(|(name, _)| *name == unit)
            .ok_or_else(|| refused("say the unit: arcsec, arcmin or deg, as in 3arcsec"))?;
        let radius = Self { number, unit };
        if number > 0.0 && radius.degrees() <= Self::MAX_DEGREES {
            return Ok(radius);
        }
        Err(refused("it must be above 0 and not above 30deg"))
    }
}

impl TryFrom<String> for Radius {
    type Error = Error;

    fn try_from(text: String) -> Result<Self, Error> {
        text.parse()
    }
}

impl From<Radius> for String {
    fn from(radius: Radius) -> Self {
        radius.to_string()
    }
}

impl fmt::Display for Radius {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{}", self.number, self.unit.name())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn near(found: Option<f64>, expected: f64) {
        let found = found.unwrap();
        assert!((found - expected).abs() < 1e-11, "{found} {expected}");
    }

    #[test]
    fn angles_are_read_as_they_are_written() {
        let ra = 341.357_916_666_666_67;
        for text in ["22:45:25.9", "22 45 25.9", "22h45m25.9s", "22h 45m 25.9s", "341.35791666666667", "341d21m28.5s"] {
            near(parse_ra(text), ra);
        }
        for text in ["+07:05:21", "07 05 21", "7d05m21s", "7°05′21″", "7.0891666666666667"] {
            near(parse_dec(text), 7.089_166_666_666_666);
        }
        near(parse_dec("-00:12:06"), -0.201_666_666_666_666_67);
        near(parse_dec("-00 12.1"), -0.201_666_666_666_666_67);
        for text in ["", "north", "1:2:3:4", "12:60:00", "12:-1:00", "1e400", "nan", "25:00:00", "+-1:00"] {
            assert_eq!(parse_ra(text), None, "{text}");
        }
        assert_eq!((parse_dec("90:00:01"), parse_dec("-91"), parse_dec("inf")), (None, None, None));
    }

    #[test]
    fn whole_positions_and_names_made_of_them() {
        let both = ["22:45:25.9 +07:05:21", "22:45:25.9+07:05:21", "22 45 25.9 +07 05 21", "22h45m25.9s, +07d05m21s"];
        for text in both.into_iter().chain([
            "J224525.90+070521.0",
            "SDSS J224525.9+070521",
            "341.35791666666667 7.0891666666666667",
        ]) {
            let found = parse_position(text).unwrap_or_else(|| panic!("{text}"));
            near(Some(found.ra), 341.357_916_666_666_67);
            near(Some(found.dec), 7.089_166_666_666_666);
        }
        let south = parse_position("J000000.00-001206.0").unwrap();
        near(Some(south.dec), -0.201_666_666_666_666_67);
        for text in ["", "Vega", "J2245+0705", "J246070.0+000000", "1 2 3", "J", "12:00:00", "Jé+é", "J1é345+123456"]
        {
            assert_eq!(parse_position(text), None, "{text}");
        }
    }

    #[test]
    fn a_radius_states_its_unit() {
        for (text, arcsec) in [("3arcsec", 3.0), (" 0.5 arcmin", 30.0), ("1deg", 3600.0), ("1e-2deg", 36.0)] {
            let radius: Radius = text.parse().unwrap();
            assert!((radius.arcsec() - arcsec).abs() < 1e-9 && (radius.degrees() * 3600.0 - arcsec).abs() < 1e-9);
            assert_eq!(radius.to_string().parse::<Radius>().unwrap(), radius);
        }
        let message = "3".parse::<Radius>().unwrap_err().to_string();
        assert!(message.contains("say the unit"), "{message}");
        for text in ["", "arcsec", "0arcsec", "-1deg", "31deg", "nandeg", "3parsec", "infdeg"] {
            assert!(text.parse::<Radius>().is_err(), "{text}");
        }
    }
}
