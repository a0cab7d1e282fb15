//! The address bar as a value: what is open, and how it is looked at. Every view is a permalink,
//! because nothing but the address remembers what is chosen.
//!
//! | address | what |
//! |---|---|
//! | `/` | the newest run, or the surveys where there is none |
//! | `/surveys` | the list of surveys |
//! | `/surveys/{survey}[/spectra/{id}]?where=&order_by=` | a subset of a survey |
//! | `/surveys/{survey}/labels` | its classes and labels |
//! | `/help` | help |
//! | `/runs` | the list of runs |
//! | `/runs/{run}[/{id}]?where=&order_by=` | the candidates of a run |
//!
//! All other keys of the query belong to the view ([`Address::view`]): they survive steps from one
//! spectrum to the next.

use std::{collections::BTreeMap, fmt};

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};

/// What is left as it is in a segment or a query: RFC 3986, section 2.3.
const RESERVED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// What is open.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Place {
    /// The start page.
    #[default]
    Start,
    /// The list of surveys.
    Surveys,
    /// Spectra of a survey.
    Subset {
        /// Name of the survey.
        survey: String,
    },
    /// Classes and labels of a survey.
    Labels {
        /// Name of the survey.
        survey: String,
    },
    /// The list of runs.
    Runs,
    /// Candidates of a run.
    Run {
        /// Id of the run.
        run: String,
    },
    /// Help.
    Help,
    /// Nothing there is.
    Nowhere,
}

/// What is open and how it is looked at.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Address {
    /// What is open.
    pub place: Place,
    /// The chosen spectrum.
    pub spectrum: Option<String>,
    /// SQL condition on the rows listed.
    pub condition: Option<String>,
    /// SQL order of the rows listed.
    pub order_by: Option<String>,
    /// All other keys of the query: how the spectrum is drawn.
    pub view: BTreeMap<String, String>,
}

impl Address {
    /// A place without anything chosen in it.
    pub fn of(place: Place) -> Self {
        Self { place, ..Self::default() }
    }

    /// A subset of a survey; an empty condition is none.
    pub fn subset(survey: &str, condition: Option<&str>) -> Self {
        let condition = condition.map(str::trim).filter(|text| !text.is_empty()).map(str::to_owned);
        Self { condition, ..Self::of(Place::Subset { survey: survey.to_owned() }) }
    }

    /// The candidates of a run.
    pub fn run(run: &str) -> Self {
        Self::of(Place::Run { run: run.to_owned() })
    }

    /// The same list and view with another spectrum.
    #[must_use]
    pub fn with_spectrum(&self, id: &str) -> Self {
        Self { spectrum: Some(id.to_owned()), ..self.clone() }
    }

    /// The same, with a key of the view set, or taken away by `None`.
    #[must_use]
    pub fn with_view(&self, key: &str, value: Option<String>) -> Self {
        let mut changed = self.clone();
        match value {
            Some(value) => changed.view.insert(key.to_owned(), value),
            None => changed.view.remove(key),
        };
        changed
    }

    /// Reads an address; `query` is without its question mark.
    pub fn parse(path: &str, query: &str) -> Self {
        let segments: Vec<String> = path.split('/').filter(|s| !s.is_empty()).map(|s| decoded(s, false)).collect();
        let segments: Vec<&str> = segments.iter().map(String::as_str).collect();
        let (place, spectrum) = match segments[..] {
            [] => (Place::Start, None),
            ["surveys"] => (Place::Surveys, None),
            ["surveys", survey] => (Place::Subset { survey: survey.to_owned() }, None),
            ["surveys", survey, "labels"] => (Place::Labels { survey: survey.to_owned() }, None),
            ["surveys", survey, "spectra", id] => (Place::Subset { survey: survey.to_owned() }, Some(id.to_owned())),
            ["help"] => (Place::Help, None),
            ["runs"] => (Place::Runs, None),
            ["runs", run] => (Place::Run { run: run.to_owned() }, None),
            ["runs", run, id] => (Place::Run { run: run.to_owned() }, Some(id.to_owned())),
            _ => (Place::Nowhere, None),
        };
        let pairs = query.split('&').filter(|pair| !pair.is_empty());
        let mut view: BTreeMap<String, String> = pairs
            .map(|pair| pair.split_once('=').unwrap_or((pair, "")))
            .map(|(key, value)| (decoded(key, true), decoded(value, true)))
            .collect();
        let mut take = |key: &str| view.remove(key).filter(|text| !text.trim().is_empty());
        let (condition, order_by) = (take("where"), take("order_by"));
        Self { place, spectrum, condition, order_by, view }
    }
}

impl fmt::Display for Address {
    /// Path and query, as a link has them.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut segments: Vec<&str> = match &self.place {
            Place::Start | Place::Nowhere => vec![],
            Place::Surveys => vec!["surveys"],
            Place::Subset { survey } => vec!["surveys", survey],
            Place::Labels { survey } => vec!["surveys", survey, "labels"],
            Place::Help => vec!["help"],
            Place::Runs => vec!["runs"],
            Place::Run { run } => vec!["runs", run],
        };
        if let Some(id) = &self.spectrum {
            match self.place {
                Place::Subset { .. } => segments.extend(["spectra", id]),
                Place::Run { .. } => segments.push(id),
                _ => {}
            }
        }
        if segments.is_empty() {
            f.write_str("/")?;
        }
        for segment in segments {
            write!(f, "/{}", encoded(segment))?;
        }
        let own = [("where", self.condition.as_deref()), ("order_by", self.order_by.as_deref())];
        let own = own.into_iter().filter_map(|(key, value)| Some((key, value?)));
        let view = self.view.iter().map(|(key, value)| (key.as_str(), value.as_str()));
        for (i, (key, value)) in own.chain(view).enumerate() {
            write!(f, "{}{}={}", if i == 0 { '?' } else { '&' }, encoded(key), encoded(value))?;
        }
        Ok(())
    }
}

/// A text as one segment of a path, or one value of a query.
pub fn encoded(text: &str) -> String {
    utf8_percent_encode(text, RESERVED).to_string()
}

fn decoded(text: &str, in_query: bool) -> String {
    let text = if in_query { text.replace('+', " ") } else { text.to_owned() };
    percent_decode_str(&text).decode_utf8_lossy().into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(link: &str, expected: &Address) {
        let (path, query) = link.split_once('?').unwrap_or((link, ""));
        assert_eq!(&Address::parse(path, query), expected, "{link}");
        assert_eq!(expected.to_string(), link);
    }

    #[test]
    fn addresses_survive_the_journey() {
        check("/", &Address::default());
        check("/surveys", &Address::of(Place::Surveys));
        check("/runs", &Address::of(Place::Runs));
        check("/help", &Address::of(Place::Help));
        check("/surveys/miles/labels", &Address::of(Place::Labels { survey: "miles".into() }));
        check("/runs/r1/a%2Fb", &Address::run("r1").with_spectrum("a/b"));
        let subset = Address::subset("dr10", Some("class = 'STAR' AND snr_r > 20"));
        check("/surveys/dr10?where=class%20%3D%20%27STAR%27%20AND%20snr_r%20%3E%2020", &subset);
        let seen = Address::subset("dr10", None).with_spectrum("s 1").with_view("smooth", Some("3".into()));
        check("/surveys/dr10/spectra/s%201?smooth=3", &seen);
        check("/surveys/dr10/spectra/s%201", &seen.with_view("smooth", None));
    }

    #[test]
    fn what_forms_and_people_write_is_understood() {
        let address = Address::parse("/surveys/dr10/", "where=snr_r+%3E+20&where2&order_by=");
        assert_eq!(address.condition.as_deref(), Some("snr_r > 20"));
        assert_eq!(address.order_by, None);
        assert_eq!(address.view.get("where2").map(String::as_str), Some(""));
        assert_eq!(Address::parse("/nothing/here", "").place, Place::Nowhere);
    }
}
