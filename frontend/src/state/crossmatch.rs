//! A match on the sky as it is asked for, and its report in words.

use balmer_core::sky::{Find, Radius};
use balmer_exchange::api::{CrossmatchReport, FieldProblem, JoinedKind, JoinedSummary, NewCrossmatch};
use serde_json::Value;

use super::format::count;

/// Bytes of a file, at most, as the server has it.
const LARGEST: f64 = (64 << 20) as f64;

/// What the survey is matched with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Source {
    /// A file of the reader's.
    File,
    /// Another survey of the server.
    Survey,
}

/// Units of a radius: as the server reads them, and what a menu says.
pub const UNITS: [(&str, &str); 3] = [("arcsec", "arcsec (″)"), ("arcmin", "arcmin (′)"), ("deg", "deg (°)")];

/// Which pairs are matches: what a menu says, and what that means.
pub const FINDS: [(Find, &str, &str); 4] = [
    (Find::Best, "the best pairs", "each spectrum and each row at most once, the closest pairs first"),
    (Find::EachSpectrum, "each spectrum's nearest row", "a row may be that of several spectra"),
    (
        Find::EachRow,
        "each row's nearest spectrum",
        "a spectrum may be that of several rows: its columns are the nearest row's",
    ),
    (Find::All, "all pairs", "the columns are those of each spectrum's nearest row; the number of rows is counted"),
];

/// Columns of a catalogue that can be named: key of the request, what the field says, what it means, and whether those
/// of another survey are known without.
pub const COLUMNS: [(&str, &str, &str, bool); 6] = [
    ("columns", "Columns to join", "names divided by commas; all where nothing stands here", false),
    ("ra", "Right ascension", "or whole positions, where no declination is named", true),
    ("dec", "Declination", "recognised by its name or UCD where nothing stands here", true),
    ("pmra", "Proper motion, east", "cos δ included; mas/yr where no unit is stated", true),
    ("pmdec", "Proper motion, north", "mas/yr where no unit is stated", true),
    ("epoch", "Epoch of the positions", "a Julian year such as 2016.0, or the column that has it", true),
];

/// What is asked for, as it is typed.
#[derive(Debug, Clone, PartialEq)]
pub struct Form {
    /// What it is matched with.
    pub source: Source,
    /// Name and bytes of the file that was chosen.
    pub file: Option<(String, f64)>,
    /// The other survey.
    pub survey: String,
    /// Greatest separation, a number.
    pub radius: String,
    /// Its unit, one of [`UNITS`].
    pub unit: String,
    /// Which pairs are matches.
    pub find: Find,
    /// What the names of the columns begin with, where it was typed.
    pub prefix: Option<String>,
    /// The columns that are named, in the order of [`COLUMNS`].
    pub columns: [String; COLUMNS.len()],
}

impl Default for Form {
    fn default() -> Self {
        Self {
            source: Source::File,
            file: None,
            survey: String::new(),
            radius: "3".to_owned(),
            unit: UNITS[0].0.to_owned(),
            find: Find::default(),
            prefix: None,
            columns: Default::default(),
        }
    }
}

impl Form {
    /// Takes another kind of source; a prefix that was typed for one catalogue is not another's.
    pub fn choose(&mut self, source: Source) {
        if source != self.source {
            (self.source, self.prefix) = (source, None);
        }
    }

    /// What the catalogue is called; `None` where none is chosen yet.
    pub fn name(&self) -> Option<&str> {
        match self.source {
            Source::File => self.file.as_ref().map(|(name, _)| &**name),
            Source::Survey => Some(&*self.survey).filter(|name| !name.is_empty()),
        }
    }

    /// What the names of the columns begin with: what was typed, else made of the catalogue's name.
    pub fn prefix(&self) -> String {
        self.prefix.clone().unwrap_or_else(|| self.name().map(prefix_of).unwrap_or_default())
    }

    /// The request; of a file without its content.
    ///
    /// # Errors
    /// Everything that is missing or cannot be, each at its field.
    pub fn asked(&self) -> Result<NewCrossmatch, Vec<FieldProblem>> {
        let mut faults = Vec::new();
        let mut fault = |name: &str, detail: &str| {
            faults.push(FieldProblem { name: name.to_owned(), detail: detail.to_owned() });
        };
        match (self.source, &self.file) {
            (Source::Survey, _) if self.survey.is_empty() => fault("survey", "choose a survey"),
            (Source::File, None) => fault("file", "choose a file"),
            (Source::File, Some((_, size))) if *size > LARGEST => fault(
                "file",
                "it is larger than 64 MiB: match it where the server runs, with the command `balmer xmatch`",
            ),
            _ => {}
        }
        let radius: Option<Radius> = format!("{}{}", self.radius.trim(), self.unit).parse().ok();
        if radius.is_none() {
            fault("radius", "write a number above 0, and of 30° at most");
        }
        let prefix = self.prefix();
        let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
        let begins = prefix.starts_with(|c: char| c.is_ascii_lowercase());
        if self.name().is_some() && !(begins && prefix.chars().all(plain)) {
            fault("prefix", "use lower-case letters, digits and _, a letter first");
        }
        if !faults.is_empty() {
            return Err(faults);
        }
        let of_survey = self.source == Source::Survey;
        let given = |text: &String| Some(text.trim().to_owned()).filter(|text| !text.is_empty());
        let [columns, ra, dec, pmra, pmdec, epoch] = std::array::from_fn(|i| {
            let (.., of_file) = COLUMNS[i];
            given(&self.columns[i]).filter(|_| !(of_survey && of_file))
        });
        Ok(NewCrossmatch {
            survey: of_survey.then(|| self.survey.clone()),
            radius,
            find: self.find,
            prefix: Some(prefix),
            name: self.name().filter(|_| !of_survey).map(str::to_owned),
            columns,
            r#where: None,
            ra,
            dec,
            pmra,
            pmdec,
            epoch,
        })
    }
}

/// What the names of a catalogue's columns begin with where nothing else is said: the same as the server makes of it.
pub fn prefix_of(name: &str) -> String {
    let stem = name.split('.').find(|part| !part.is_empty()).unwrap_or_default();
    let plain = |c: char| if c.is_ascii_alphanumeric() { c.to_ascii_lowercase() } else { '_' };
    let words: String = stem.chars().take(32).map(plain).collect();
    let words = words.split('_').filter(|word| !word.is_empty()).collect::<Vec<_>>().join("_");
    if words.starts_with(|c: char| c.is_ascii_lowercase()) { words } else { format!("cat_{words}") }
}

/// A request as the pairs of a query string.
pub fn pairs(new: &NewCrossmatch) -> Vec<(String, String)> {
    let Ok(Value::Object(fields)) = serde_json::to_value(new) else { return Vec::new() };
    fields.into_iter().filter_map(|(key, value)| Some((key, value.as_str()?.to_owned()))).collect()
}

/// An angle as it is read: `3″`.
pub fn angle(radius: Radius) -> String {
    radius.to_string().replace("arcsec", "″").replace("arcmin", "′").replace("deg", "°")
}

/// What a menu says of a way to find pairs.
pub fn find_title(find: Find) -> &'static str {
    FINDS.iter().find(|(one, ..)| *one == find).map_or("", |(_, title, _)| title)
}

/// A report in words, the most important first.
pub fn said(report: &CrossmatchReport) -> Vec<String> {
    let all = report.spectra + report.spectra_without;
    let mut said = vec![format!(
        "{} of {} spectra have a match within {}.",
        count(report.spectra),
        count(all),
        angle(report.radius)
    )];
    if report.spectra == 0 {
        said.push("Try a wider radius, or look under “Columns” whether the positions are the right ones.".to_owned());
    }
    let pairs = if report.pairs == report.spectra { String::new() } else { format!("{} pairs. ", count(report.pairs)) };
    said.push(format!("{pairs}{} of {} rows are matched.", count(report.rows_matched), count(report.rows)));
    if report.rows_without_position > 0 {
        said.push(format!("Left out: {} without a position.", of(report.rows_without_position, "row", "rows")));
    }
    if report.spectra_without_position > 0 {
        let spectra = of(report.spectra_without_position, "spectrum", "spectra");
        said.push(format!("Of those without a match, {spectra} cannot have one: no position is stated."));
    }
    if !report.places.is_empty() {
        said.push(format!("Positions come from {}.", report.places.join(", ")));
    }
    if !report.left_out.is_empty() {
        said.push(format!("Not joined, since they are arrays or of no known type: {}.", report.left_out.join(", ")));
    }
    said
}

fn of(number: u64, one: &str, several: &str) -> String {
    format!("{} {}", count(number), if number == 1 { one } else { several })
}

/// What a joined catalogue, match or measurement is, in a line.
pub fn about(joined: &JoinedSummary) -> String {
    let mut parts = vec![match joined.kind {
        JoinedKind::Catalogue => "catalogue, by a key".to_owned(),
        JoinedKind::Measurement => "line measured".to_owned(),
        JoinedKind::Injection => "what was planted".to_owned(),
        JoinedKind::Crossmatch => match joined.radius {
            Some(radius) => format!("on the sky within {}", angle(radius)),
            None => "on the sky".to_owned(),
        },
    }];
    parts.extend(joined.find.map(|find| find_title(find).to_owned()));
    parts.extend(joined.spectra.map(|spectra| of(spectra, "spectrum", "spectra")));
    parts.push(of(joined.columns.len() as u64, "column", "columns"));
    parts.push(joined.time.get(..16).unwrap_or(&joined.time).replace('T', " ") + " UTC");
    parts.join(" · ")
}

/// What to do to have it again, once its columns were taken away; `None` where nothing brings them back, and they stay.
pub fn way_back(kind: JoinedKind) -> Option<&'static str> {
    match kind {
        JoinedKind::Catalogue => Some("join the catalogue again"),
        JoinedKind::Measurement => Some("measure the line again"),
        JoinedKind::Crossmatch => Some("match it again"),
        JoinedKind::Injection => None,
    }
}

#[cfg(test)]
mod tests;
