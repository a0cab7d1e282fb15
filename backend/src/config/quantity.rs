//! Amounts of memory and disk as people write them: `8 GiB`, `500MB`, `75%`.

use std::{fmt, marker::PhantomData, str::FromStr};

use serde::{
    Deserialize, Deserializer, Serialize, Serializer,
    de::{Error, Visitor},
};

/// Units, largest first within each family.
const UNITS: [(&str, u64); 9] = [
    ("TiB", 1 << 40),
    ("GiB", 1 << 30),
    ("MiB", 1 << 20),
    ("KiB", 1 << 10),
    ("TB", 1_000_000_000_000),
    ("GB", 1_000_000_000),
    ("MB", 1_000_000),
    ("kB", 1_000),
    ("B", 1),
];

/// A number of bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Bytes(pub u64);

/// How much memory: so many bytes, or a share of what is available; never none.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Memory {
    /// So many bytes.
    Bytes(Bytes),
    /// This share of what is available, above 0 and at most 1.
    Share(f64),
}

impl Memory {
    /// In bytes, where `available` are to be had; a share of what is not known is no limit.
    pub fn of(self, available: Option<u64>) -> u64 {
        match self {
            Self::Bytes(bytes) => bytes.0,
            Self::Share(share) => available.map_or(u64::MAX, |available| (available as f64 * share) as u64),
        }
    }
}

impl FromStr for Bytes {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let wanted = || format!("`{text}` is no amount: write it as `8 GiB`, `500 MB` or a number of bytes");
        let digits = text.trim().trim_end_matches(|c: char| c.is_ascii_alphabetic());
        let unit = text.trim()[digits.len()..].trim();
        let factor = match unit {
            "" => 1,
            unit => UNITS.iter().find(|(name, _)| name.eq_ignore_ascii_case(unit)).ok_or_else(wanted)?.1,
        };
        let number: f64 = digits.trim().parse().map_err(|_| wanted())?;
        let bytes = number * factor as f64;
        if (0.0..9.0e18).contains(&bytes) { Ok(Self(bytes as u64)) } else { Err(wanted()) }
    }
}

impl fmt::Display for Bytes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let unit = UNITS[..4].iter().find(|(_, factor)| self.0 >= *factor);
        match unit {
            None => write!(f, "{} B", self.0),
            Some((name, factor)) if self.0.is_multiple_of(*factor) => write!(f, "{} {name}", self.0 / factor),
            Some((name, factor)) => write!(f, "{:.1} {name}", self.0 as f64 / *factor as f64),
        }
    }
}

impl FromStr for Memory {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let Some(percent) = text.trim().strip_suffix('%') else {
            return match text.parse()? {
                Bytes(0) => Err(format!("`{text}` is no memory to compute in: write an amount above 0, or a share")),
                bytes => Ok(Self::Bytes(bytes)),
            };
        };
        match percent.trim().parse::<f64>() {
            Ok(percent) if percent > 0.0 && percent <= 100.0 => Ok(Self::Share(percent / 100.0)),
            _ => Err(format!("`{text}` is no share: above 0 % and at most 100 %")),
        }
    }
}

impl fmt::Display for Memory {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Bytes(bytes) => bytes.fmt(f),
            Self::Share(share) => write!(f, "{}%", share * 100.0),
        }
    }
}

/// Reads text, or a bare number of bytes.
struct Written<T>(PhantomData<T>);

impl<T: FromStr<Err = String>> Visitor<'_> for Written<T> {
    type Value = T;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an amount such as `8 GiB`, `500 MB` or a number of bytes")
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<T, E> {
        text.parse().map_err(E::custom)
    }

    fn visit_u64<E: Error>(self, bytes: u64) -> Result<T, E> {
        self.visit_str(&bytes.to_string())
    }

    fn visit_i64<E: Error>(self, bytes: i64) -> Result<T, E> {
        self.visit_str(&bytes.to_string())
    }
}

fn written<'de, T: FromStr<Err = String>, D: Deserializer<'de>>(deserializer: D) -> Result<T, D::Error> {
    deserializer.deserialize_any(Written(PhantomData))
}

impl<'de> Deserialize<'de> for Bytes {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        written(deserializer)
    }
}

impl Serialize for Bytes {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Memory {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        written(deserializer)
    }
}

impl Serialize for Memory {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_are_read_as_people_write_them() {
        for (text, bytes) in [("0", 0), ("512", 512), ("1 KiB", 1024), ("1.5GiB", 3 << 29), ("2 gb", 2_000_000_000)] {
            assert_eq!(text.parse(), Ok(Bytes(bytes)), "{text}");
        }
        for text in ["", "GiB", "8 cows", "-1", "1e30 TiB", "NaN"] {
            assert!(text.parse::<Bytes>().is_err(), "{text}");
        }
        for bytes in [0, 1, 1023, 1 << 20, 5 << 30] {
            assert_eq!(Bytes(bytes).to_string().parse(), Ok(Bytes(bytes)));
        }
        assert_eq!(Bytes(1_700_000_000).to_string(), "1.6 GiB");
    }

    #[test]
    fn a_share_is_of_what_is_available() {
        let half: Memory = "50 %".parse().unwrap();
        assert_eq!((half.of(Some(1000)), half.of(None)), (500, u64::MAX));
        assert_eq!("4 GiB".parse::<Memory>().unwrap().of(Some(1000)), 4 << 30);
        for text in ["0%", "101%", "0", "0 B", "0.5"] {
            assert!(text.parse::<Memory>().is_err(), "{text}");
        }
    }
}
