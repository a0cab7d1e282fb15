//! FITS header cards, read in place (FITS Standard 4.0, section 4).
//!
//! Real headers carry cards that break the standard: numbers in quotes, empty values, comments run
//! into values. A card is parsed only when it is asked for, so a malformed one harms nobody who does
//! not need it.

use crate::ReadError;

/// Bytes of one card.
const CARD: usize = 80;
/// FITS files are made of blocks of this many bytes.
pub(crate) const BLOCK: usize = 2880;

/// The cards of one header, up to `END`.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Header<'a> {
    cards: &'a [u8],
}

impl<'a> Header<'a> {
    /// Reads the header that begins at `start`; returns it with the offset of the data that follow.
    pub(crate) fn parse(bytes: &'a [u8], start: usize) -> Result<(Self, usize), ReadError> {
        let rest = &bytes[start.min(bytes.len())..];
        let end =
            rest.chunks_exact(CARD).position(|card| card.starts_with(b"END") && card[3..8].iter().all(|b| *b == b' '));
        let Some(end) = end else {
            return Err(ReadError::Truncated {
                what: "a FITS header without END".into(),
                needed: start + (rest.len() / BLOCK + 1) * BLOCK,
                found: bytes.len(),
            });
        };
        let data = start + (end * CARD / BLOCK + 1) * BLOCK;
        Ok((Self { cards: &rest[..end * CARD] }, data))
    }

    fn raw(&self, key: &str) -> Option<&'a [u8]> {
        let key = key.as_bytes();
        self.cards
            .chunks_exact(CARD)
            .find(|card| card.starts_with(key) && card[key.len()..8].iter().all(|b| *b == b' ') && card[8] == b'=')
    }

    /// The value and the comment of a card, as text: strings without quotes and trailing blanks.
    fn value(&self, key: &str) -> Option<(String, String)> {
        let field = String::from_utf8_lossy(&self.raw(key)?[9..]).into_owned();
        let field = field.trim_start();
        if let Some(quoted) = field.strip_prefix('\'') {
            let mut value = String::new();
            let mut rest = quoted;
            loop {
                let Some(end) = rest.find('\'') else {
                    value.push_str(rest); // the closing quote is missing: the value is the rest of the card
                    return Some((value.trim_end().to_owned(), String::new()));
                };
                value.push_str(&rest[..end]);
                rest = &rest[end + 1..];
                let Some(more) = rest.strip_prefix('\'') else { break };
                value.push('\''); // '' stands for one quote
                rest = more;
            }
            return Some((value.trim_end().to_owned(), comment_of(rest)));
        }
        let (value, comment) = field.split_once('/').unwrap_or((field, ""));
        Some((value.trim().to_owned(), comment.trim().to_owned()))
    }

    /// The value as text; `None` where the card is absent or empty.
    pub(crate) fn text(&self, key: &str) -> Option<String> {
        self.value(key).map(|(value, _)| value.trim().to_owned()).filter(|value| !value.is_empty())
    }

    /// The comment after the value.
    pub(crate) fn comment(&self, key: &str) -> Option<String> {
        self.value(key).map(|(_, comment)| comment)
    }

    /// The value as a finite number, quoted or not, with Fortran's `D` exponents.
    pub(crate) fn float(&self, key: &str) -> Option<f64> {
        let text = self.text(key)?.replace(['D', 'd'], "E");
        text.parse().ok().filter(|number: &f64| number.is_finite())
    }

    /// The value as an integer, quoted or not.
    pub(crate) fn int(&self, key: &str) -> Option<i64> {
        let text = self.text(key)?;
        let whole = |number: f64| (number.fract() == 0.0 && number.abs() < 9e15).then_some(number as i64);
        text.parse().ok().or_else(|| text.parse().ok().and_then(whole))
    }

    /// The value as `T` or `F`.
    pub(crate) fn logical(&self, key: &str) -> Option<bool> {
        match self.text(key)?.as_str() {
            "T" | "t" | "1" => Some(true),
            "F" | "f" | "0" => Some(false),
            _ => None,
        }
    }

    /// A count of bytes, rows or pixels: non-negative, else the file is malformed.
    pub(crate) fn count(&self, key: &str) -> Result<usize, ReadError> {
        let number = self.int(key).ok_or_else(|| ReadError::Malformed(format!("{key} is missing or not a number")))?;
        usize::try_from(number).map_err(|_| ReadError::Malformed(format!("{key} = {number}")))
    }
}

fn comment_of(rest: &str) -> String {
    rest.split_once('/').map_or_else(String::new, |(_, comment)| comment.trim().to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn header_of(lines: &[&str]) -> Vec<u8> {
        let mut bytes: Vec<u8> = lines.iter().flat_map(|line| format!("{line:<80}").into_bytes()).collect();
        bytes.resize(bytes.len().div_ceil(BLOCK) * BLOCK, b' ');
        bytes
    }

    #[test]
    fn values_are_found_as_real_files_write_them() {
        let bytes = header_of(&[
            "OBJECT  = 'O''Neill  '         / name",
            "HELIO_RV= '        '           / empty",
            "FIBERID = '7       '",
            "CRVAL1  =   6.265D+03 / start",
            "DC-FLAG =                    0 /0",
            "SEEING  =                      / none",
            "BROKEN  = 'no end",
            "END",
        ]);
        let (header, data) = Header::parse(&bytes, 0).unwrap();
        assert_eq!(data, BLOCK);
        assert_eq!(header.text("OBJECT").as_deref(), Some("O'Neill"));
        assert_eq!(header.comment("OBJECT").as_deref(), Some("name"));
        assert_eq!(header.float("HELIO_RV"), None);
        assert_eq!(header.int("FIBERID"), Some(7));
        assert_eq!(header.float("CRVAL1"), Some(6265.0));
        assert_eq!(header.int("DC-FLAG"), Some(0));
        assert_eq!(header.float("SEEING"), None);
        assert_eq!(header.text("BROKEN").as_deref(), Some("no end"));
        assert_eq!(header.text("OBJ"), None);
    }

    #[test]
    fn a_header_without_end_is_truncated() {
        let bytes = header_of(&["SIMPLE  =                    T"]);
        assert_eq!(Header::parse(&bytes, 0).unwrap_err().reason(), "truncated");
    }
}
