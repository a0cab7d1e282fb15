//! Spectra in text columns: CSV, TSV, blank-separated, with or without a header line.
//!
//! Comment lines begin with `#`, `%`, `!` or `;`; `# medium: vacuum`, `# object: ...`, `# ra: ...` and the
//! like are heeded, and so is a last comment line that names as many columns as there are. Without
//! names the columns are wavelength, flux, and error where there is a third. Cells that hold no number
//! (empty, `nan`, `null`, `-`) are missing values; any other text in a column that is needed is an
//! error with its line.

use balmer_core::spectrum::{Medium, Metadata};

use crate::columns::{ColumnInfo, assemble, roles};
use crate::draft::Draft;
use crate::{ReadError, ReadOptions};

/// How cells are separated.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Separator {
    Char(char),
    Blanks,
}

impl Separator {
    /// The first of `, ; tab |` that the line has, else blanks.
    fn of(line: &str) -> Self {
        [',', ';', '\t', '|'].into_iter().find(|c| line.contains(*c)).map_or(Self::Blanks, Self::Char)
    }

    fn split(self, line: &str) -> Vec<&str> {
        match self {
            Self::Blanks => line.split_whitespace().collect(),
            Self::Char(c) => line.split(c).map(|cell| cell.trim().trim_matches('"')).collect(),
        }
    }
}

/// Reads one spectrum.
pub(crate) fn read(bytes: &[u8], options: ReadOptions) -> Result<Draft, ReadError> {
    let text = String::from_utf8_lossy(bytes);
    let text = text.strip_prefix('\u{feff}').unwrap_or(&text);
    let is_comment = |line: &str| line.starts_with(['#', '%', '!', ';']) || line.starts_with("//");
    let mut metadata = Metadata { layout: "csv".into(), ..Metadata::default() };
    let mut medium = None;
    let mut last_comment = "";
    let mut lines = text.lines().enumerate().map(|(n, line)| (n + 1, line.trim())).filter(|(_, line)| !line.is_empty());
    let first = loop {
        match lines.next() {
            None => return Err(ReadError::NotASpectrum("it has no lines of numbers".into())),
            Some((_, line)) if is_comment(line) => {
                last_comment = line.trim_start_matches(['#', '%', '!', ';', '/', ' ']);
                heed_comment(last_comment, &mut metadata, &mut medium);
            }
            Some(line) => break line,
        }
    };
    let separator = Separator::of(first.1);
    let cells = separator.split(first.1);
    let headed = cells.iter().any(|cell| number(cell).is_none());
    let names: Option<Vec<String>> = if headed {
        Some(cells.iter().map(|c| (*c).to_owned()).collect())
    } else {
        let named = Separator::of(last_comment).split(last_comment);
        let usable = named.len() == cells.len()
            && !last_comment.contains([':', '='])
            && named.iter().all(|name| number(name).is_none());
        usable.then(|| named.into_iter().map(str::to_owned).collect())
    };
    let (infos, found) = match names {
        Some(names) => {
            let infos: Vec<ColumnInfo> = names.iter().map(|name| describe(name)).collect();
            let found = roles(&infos).ok_or_else(|| {
                let shown: Vec<&str> = names.iter().take(12).map(String::as_str).collect();
                ReadError::NotASpectrum(format!("no columns of wavelength and flux among: {}", shown.join(", ")))
            })?;
            (infos, found)
        }
        None if !matches!(cells.len(), 2 | 3) => {
            return Err(ReadError::NotASpectrum(format!(
                "{} columns of numbers without names: name them wavelength, flux, ...",
                cells.len()
            )));
        }
        None => {
            let assumed = ["wavelength", "flux", "error"];
            metadata.remark(if cells.len() > 2 {
                "columns not named: wavelength, flux, error assumed"
            } else {
                "columns not named: wavelength, flux assumed"
            });
            let infos: Vec<ColumnInfo> =
                (0..cells.len()).map(|i| describe(assumed.get(i).copied().unwrap_or_default())).collect();
            let found = roles(&infos).ok_or_else(|| ReadError::NotASpectrum("no columns".into()))?;
            (infos, found)
        }
    };
    let mut columns: Vec<Vec<f64>> = vec![Vec::new(); infos.len()];
    let mut bad_cell = None;
    let rows = (!headed).then_some(first).into_iter().chain(lines.filter(|(_, line)| !is_comment(line)));
    for (line_number, line) in rows {
        let cells = separator.split(line);
        if cells.len() != infos.len() {
            let (found, expected) = (cells.len(), infos.len());
            return Err(ReadError::Malformed(format!(
                "line {line_number} has {found} cells, the first line {expected}"
            )));
        }
        for (i, (cell, column)) in cells.iter().zip(&mut columns).enumerate() {
            column.push(number(cell).unwrap_or_else(|| {
                bad_cell.get_or_insert((i, line_number, (*cell).to_owned()));
                f64::NAN
            }));
        }
    }
    let medium = medium.or(options.medium);
    assemble(&infos, found, medium, metadata, |i| {
        if let Some((_, line, cell)) = bad_cell.as_ref().filter(|(column, ..)| *column == i) {
            return Err(ReadError::Malformed(format!(
                "line {line}: '{cell}' in column {} is no number",
                infos[i].name
            )));
        }
        Ok(std::mem::take(&mut columns[i]))
    })
}

/// A number, NaN for the usual words of 'missing', `None` for other text.
fn number(cell: &str) -> Option<f64> {
    match cell.trim() {
        "" | "-" | "--" => Some(f64::NAN),
        word if word.eq_ignore_ascii_case("null") || word.eq_ignore_ascii_case("none") => Some(f64::NAN),
        word if word.eq_ignore_ascii_case("nan") || word.eq_ignore_ascii_case("na") => Some(f64::NAN),
        // 'inf' and 'infinity' would parse as numbers; a header may not hold them
        word => word.replace(['D', 'd'], "e").parse().ok(),
    }
}

/// Takes `wavelength [nm]`, `wavelength (Angstrom)` and `wavelength_air_angstrom` apart.
fn describe(name: &str) -> ColumnInfo {
    let mut info = ColumnInfo { name: name.trim().to_owned(), ..ColumnInfo::default() };
    if let Some((bare, unit)) = name.split_once(['[', '(']) {
        bare.trim().clone_into(&mut info.name);
        info.unit = Some(unit.trim_end_matches([']', ')', ' ']).to_owned()).filter(|unit| !unit.is_empty());
    }
    info
}

/// `key: value` or `key = value` in a comment.
fn heed_comment(line: &str, metadata: &mut Metadata, medium: &mut Option<Medium>) {
    let Some((key, value)) = line.split_once([':', '=']) else { return };
    let value = value.trim().trim_matches(['\'', '"']);
    match key.trim().to_lowercase().as_str() {
        "medium" | "wavelength medium" => {
            *medium = match value.to_lowercase().as_str() {
                "air" => Some(Medium::Air),
                "vacuum" | "vac" => Some(Medium::Vacuum),
                _ => *medium,
            };
        }
        "object" | "designation" | "name" | "target" => metadata.designation = Some(value.to_owned()),
        "ra" => metadata.ra = value.parse().ok().filter(|ra| (0.0..=360.0).contains(ra)),
        "dec" => metadata.dec = value.parse().ok().filter(|dec| (-90.0..=90.0).contains(dec)),
        "mjd" => metadata.mjd = value.parse().ok().filter(|mjd: &f64| mjd.is_finite()),
        "flux unit" | "flux_unit" => metadata.flux_unit = Some(value.to_owned()),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Format;

    fn read_text(text: &str) -> Result<Draft, ReadError> {
        read(text.as_bytes(), ReadOptions { format: Format::Auto, medium: None })
    }

    #[test]
    fn separators_headers_and_comments() {
        for text in [
            "6500.0,1.0\n6500.5,2.0\n6501.0,1.5\n",
            "6500.0 1.0\n6500.5   2.0\n6501.0\t1.5\n",
            "# object: HD 1\nwavelength;flux\n6500.0;1.0\n6500.5;2.0\n6501.0;1.5",
            "# wave flux\n6500.0 1.0\n6500.5 2.0\n\n6501.0 1.5\n",
            "\u{feff}Wavelength [nm],Flux [ADU]\r\n650.0,1.0\r\n650.05,2.0\r\n650.1,1.5\r\n",
        ] {
            let draft = read_text(text).unwrap_or_else(|e| panic!("{text}: {e}"));
            assert_eq!(draft.flux, [1.0, 2.0, 1.5], "{text}");
            let (first, last) = draft.axis.range();
            assert!((first - 6500.0).abs() < 1e-9 && (last - 6501.0).abs() < 1e-9, "{text}");
            assert_eq!(draft.axis.medium(), Medium::Air);
        }
    }

    #[test]
    fn media_are_heeded_in_order() {
        let draft = read_text("# medium: vacuum\n6500 1\n6501 2\n6502 3").unwrap();
        assert_eq!(draft.axis.medium(), Medium::Vacuum);
        let draft = read_text("wavelength_air_angstrom,flux,ivar\n6500,1,4\n6501,2,0\n6502,3,1").unwrap();
        assert_eq!((draft.axis.medium(), draft.ivar.as_deref()), (Medium::Air, Some(&[4.0, 0.0, 1.0][..])));
        assert!(draft.metadata.remarks.is_none());
        let draft = read_text("6500 1\n6501 2\n6502 3").unwrap();
        assert!(draft.metadata.remarks.unwrap().contains("air assumed"));
    }

    #[test]
    fn what_is_not_a_spectrum_says_why() {
        for (text, reason, word) in [
            ("ra,dec,class\n1,2,STAR\n", "not-a-spectrum", "ra, dec, class"),
            ("hello world\nthis is text\n", "not-a-spectrum", "hello"),
            ("# only a comment\n", "not-a-spectrum", "no lines"),
            ("6500,1\n6501,2,3\n", "malformed", "line 2"),
            ("wave,flux\n6500,1\n6501,x\n", "malformed", "line 3"),
            ("6500,1\n6502,2\n6501,3\n", "non-monotonic-wavelength", "6501"),
            ("1,1\n2,2\n", "no-wavelength", "unit"),
        ] {
            let error = read_text(text).and_then(Draft::finish).unwrap_err();
            assert_eq!(error.reason(), reason, "{text}: {error}");
            assert!(error.to_string().contains(word), "{text}: {error}");
        }
    }
}
