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

/// What to do to have it again, once its columns were taken away.
pub fn way_back(kind: JoinedKind) -> &'static str {
    match kind {
        JoinedKind::Catalogue => "join the catalogue again",
        JoinedKind::Measurement => "measure the line again",
        JoinedKind::Crossmatch => "match it again",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn with_file(name: &str, size: f64) -> Form {
        Form { file: Some((name.to_owned(), size)), ..Form::default() }
    }

    fn names(form: &Form) -> Vec<String> {
        form.asked().unwrap_err().into_iter().map(|fault| fault.name).collect()
    }

    #[test]
    fn a_prefix_is_made_of_a_name_as_the_server_does() {
        for (name, prefix) in [
            ("Gaia DR3.csv.gz", "gaia_dr3"),
            ("2MASS.vot", "cat_2mass"),
            ("simbad", "simbad"),
            ("--x--y.fits", "x_y"),
            (".hidden.csv", "hidden"),
        ] {
            assert_eq!(prefix_of(name), prefix, "{name}");
        }
        assert_eq!(Form { prefix: Some("known".into()), ..with_file("a.csv", 1.0) }.prefix(), "known");
    }

    #[test]
    fn what_is_missing_is_said_at_its_field() {
        assert_eq!(names(&Form::default()), ["file"]);
        assert_eq!(names(&Form { source: Source::Survey, ..with_file("a.csv", 1.0) }), ["survey"]);
        assert_eq!(names(&with_file("a.csv", LARGEST + 1.0)), ["file"]);
        for radius in ["", "x", "0", "-1", "NaN", "200000"] {
            assert_eq!(names(&Form { radius: radius.into(), ..with_file("a.csv", 1.0) }), ["radius"], "{radius}");
        }
        for prefix in ["", "Known", "1a", "a b"] {
            assert_eq!(names(&Form { prefix: Some(prefix.into()), ..with_file("a.csv", 1.0) }), ["prefix"], "{prefix}");
        }
    }

    #[test]
    fn a_file_is_asked_for_in_the_query_string() {
        let mut form = Form {
            radius: " 0.5 ".into(),
            unit: "arcmin".into(),
            find: Find::EachRow,
            ..with_file("V 1.csv", LARGEST)
        };
        form.columns[1] = " RAJ2000 ".into();
        form.columns[4] = "  ".into();
        let pairs = pairs(&form.asked().unwrap());
        let get = |key: &str| pairs.iter().find(|(name, _)| name == key).map(|(_, value)| &**value);
        assert_eq!((get("radius"), get("find"), get("name")), (Some("0.5arcmin"), Some("each-row"), Some("V 1.csv")));
        assert_eq!((get("prefix"), get("ra"), get("pmdec"), get("survey")), (Some("v_1"), Some("RAJ2000"), None, None));
    }

    #[test]
    fn a_survey_says_itself_where_it_is() {
        let mut form = Form { source: Source::Survey, survey: "sdss".into(), ..with_file("a.csv", 1.0) };
        form.columns = ["class", "RA", "DE", "a", "b", "2000"].map(str::to_owned);
        let new = form.asked().unwrap();
        assert_eq!((new.survey.as_deref(), new.prefix.as_deref(), new.name), (Some("sdss"), Some("sdss"), None));
        assert_eq!((new.columns.as_deref(), new.ra, new.epoch), (Some("class"), None, None));
    }

    #[test]
    fn every_way_to_find_pairs_has_a_title() {
        for find in [Find::Best, Find::EachSpectrum, Find::EachRow, Find::All] {
            assert!(!find_title(find).is_empty());
        }
    }

    fn report() -> CrossmatchReport {
        CrossmatchReport {
            prefix: "k".into(),
            source: "k.csv".into(),
            radius: "3arcsec".parse().unwrap(),
            find: Find::Best,
            places: vec!["RAJ2000".into(), "DEJ2000".into()],
            pairs: 3,
            spectra: 3,
            spectra_without: 57,
            spectra_without_position: 0,
            rows: 4000,
            rows_matched: 3,
            rows_without_position: 0,
            columns: Vec::new(),
            left_out: Vec::new(),
        }
    }

    #[test]
    fn a_report_says_what_happened_and_no_more() {
        let usual = [
            "3 of 60 spectra have a match within 3″.",
            "3 of 4\u{202f}000 rows are matched.",
            "Positions come from RAJ2000, DEJ2000.",
        ];
        assert_eq!(said(&report()), usual);
        let odd = CrossmatchReport {
            pairs: 5,
            rows_without_position: 1,
            spectra_without_position: 2,
            left_out: vec!["coadd".into()],
            ..report()
        };
        let odd = said(&odd);
        assert!(odd[1].starts_with("5 pairs. 3 of") && odd[2] == "Left out: 1 row without a position.");
        assert!(odd[3].contains("2 spectra cannot have one"));
        assert!(odd[5].ends_with("coadd."), "{odd:?}");
        let none = said(&CrossmatchReport { spectra: 0, spectra_without: 60, ..report() });
        assert!(none[0].starts_with("0 of 60") && none[1].contains("wider radius"));
    }

    #[test]
    fn what_is_joined_is_told_in_a_line() {
        let joined = JoinedSummary {
            prefix: "k".into(),
            kind: JoinedKind::Crossmatch,
            source: "k.csv".into(),
            time: "2026-11-24T00:10:59Z".into(),
            spectra: Some(1),
            radius: "0.5arcmin".parse().ok(),
            find: Some(Find::All),
            columns: Vec::new(),
        };
        assert_eq!(
            about(&joined),
            "on the sky within 0.5′ · all pairs · 1 spectrum · 0 columns · 2026-11-24 00:10 UTC"
        );
        let measured =
            JoinedSummary { kind: JoinedKind::Measurement, spectra: None, radius: None, find: None, ..joined };
        assert_eq!(about(&measured), "line measured · 0 columns · 2026-11-24 00:10 UTC");
    }
}
