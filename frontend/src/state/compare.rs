//! What is drawn together with the chosen spectrum, as the address says. Defaults leave no key; what cannot be read is
//! left out.
//!
//! | key | what |
//! |---|---|
//! | `near` | number of nearest neighbours |
//! | `over` | `selected`: what is selected; `in:NAME`: a named subset |
//! | `epochs` | other spectra of the survey within so many seconds of arc |
//! | `pin` | spectra that stay, of any survey: `miles/m0884;lamost/spec-1` |
//! | `mean` | mean and spread of a class: `label:be`, `class:STAR`, `subclass:A1V`, `in:NAME` |
//! | `levels` | `offset`: each one higher; `own`: as they are |
//! | `align` | `on`: all of them moved to the redshift of the chosen one |

use std::fmt;

use super::view::Keys;

/// Spectra drawn over the chosen one at most.
pub const MOST_DRAWN: usize = 100;
/// Pinned spectra at most.
pub const MOST_PINS: usize = 12;
/// Radius within which spectra are of the same star, if none is asked for, seconds of arc.
pub const EPOCH_RADIUS: f64 = 3.0;
/// Largest radius of the kind.
pub const MOST_RADIUS: f64 = 60.0;

/// How the levels of several spectra are brought together.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Levels {
    /// Each is scaled to the median of the chosen one.
    #[default]
    Matched,
    /// So scaled, and each one shifted upwards.
    Offset,
    /// As they are.
    Own,
}

impl Levels {
    /// What a reader can choose.
    pub const ALL: [Self; 3] = [Self::Matched, Self::Offset, Self::Own];

    /// Its name in an address.
    pub fn key(self) -> &'static str {
        match self {
            Self::Matched => "matched",
            Self::Offset => "offset",
            Self::Own => "own",
        }
    }

    /// What a menu says.
    pub fn title(self) -> &'static str {
        match self {
            Self::Matched => "Medians matched",
            Self::Offset => "One above the other",
            Self::Own => "As they are",
        }
    }

    /// The one that an address names.
    pub fn of_key(key: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|levels| levels.key() == key)
    }

    /// The one that follows, round and round.
    #[must_use]
    pub fn next(self) -> Self {
        match self {
            Self::Matched => Self::Offset,
            Self::Offset => Self::Own,
            Self::Own => Self::Matched,
        }
    }
}

/// A set of spectra to draw.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Group {
    /// What is selected.
    Selected,
    /// A named subset.
    Subset(String),
}

impl Group {
    /// Reads `selected` or `in:NAME`.
    pub fn parse(text: &str) -> Option<Self> {
        match text.split_once(':') {
            None if text == "selected" => Some(Self::Selected),
            Some(("in", name)) if !name.is_empty() => Some(Self::Subset(name.to_owned())),
            _ => None,
        }
    }
}

impl fmt::Display for Group {
    /// As [`Group::parse`] reads it.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Selected => f.write_str("selected"),
            Self::Subset(name) => write!(f, "in:{name}"),
        }
    }
}

/// The spectra whose mean is drawn.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum MeanOf {
    /// Those with this label in force.
    Label(String),
    /// Those of this class of the survey.
    Class(String),
    /// Those of this subclass.
    Subclass(String),
    /// A named subset.
    Subset(String),
}

impl MeanOf {
    /// Reads `label:be` and the like.
    pub fn parse(text: &str) -> Option<Self> {
        let (kind, name) = text.split_once(':').filter(|(_, name)| !name.is_empty())?;
        let name = name.to_owned();
        Some(match kind {
            "label" => Self::Label(name),
            "class" => Self::Class(name),
            "subclass" => Self::Subclass(name),
            "in" => Self::Subset(name),
            _ => return None,
        })
    }

    /// What a legend calls it.
    pub fn title(&self) -> String {
        match self {
            Self::Label(name) => format!("label {name}"),
            Self::Class(name) => format!("class {name}"),
            Self::Subclass(name) => format!("subclass {name}"),
            Self::Subset(name) => format!("subset {name}"),
        }
    }
}

impl fmt::Display for MeanOf {
    /// As [`MeanOf::parse`] reads it.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Label(name) => write!(f, "label:{name}"),
            Self::Class(name) => write!(f, "class:{name}"),
            Self::Subclass(name) => write!(f, "subclass:{name}"),
            Self::Subset(name) => write!(f, "in:{name}"),
        }
    }
}

/// A spectrum of any survey.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Name {
    /// The survey.
    pub survey: String,
    /// Its id there.
    pub id: String,
}

impl Name {
    /// A name.
    pub fn new(survey: &str, id: &str) -> Self {
        Self { survey: survey.to_owned(), id: id.to_owned() }
    }

    /// Reads `survey/id`; `%3B` and `%25` stand for the semicolon and the percent sign.
    pub fn parse(text: &str) -> Option<Self> {
        let (survey, id) = text.trim().split_once('/').filter(|(survey, id)| !survey.is_empty() && !id.is_empty())?;
        let plain = |text: &str| text.replace("%3B", ";").replace("%25", "%");
        Some(Self { survey: plain(survey), id: plain(id) })
    }
}

impl fmt::Display for Name {
    /// As [`Name::parse`] reads it.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let safe = |text: &str| text.replace('%', "%25").replace(';', "%3B");
        write!(f, "{}/{}", safe(&self.survey), safe(&self.id))
    }
}

/// What is drawn together with the chosen spectrum.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Compare {
    /// Number of nearest neighbours.
    pub near: usize,
    /// A set of spectra.
    pub set: Option<Group>,
    /// Other spectra of the same star: within so many seconds of arc.
    pub epochs: Option<f64>,
    /// Those that stay while others are chosen.
    pub pins: Vec<Name>,
    /// Mean and spread of a class.
    pub mean: Option<MeanOf>,
    /// How levels are brought together.
    pub levels: Levels,
    /// Whether they are moved to the redshift of the chosen one.
    pub align: bool,
}

impl Compare {
    /// Reads the keys.
    pub fn parse(keys: &Keys) -> Self {
        let key = |name: &str| keys.get(name).map(|text| text.trim()).filter(|text| !text.is_empty());
        let radius = |text: &str| text.parse().ok().filter(|radius| (0.01..=MOST_RADIUS).contains(radius));
        let mut pins: Vec<Name> = Vec::new();
        for name in key("pin").into_iter().flat_map(|text| text.split(';')).filter_map(Name::parse) {
            if pins.len() < MOST_PINS && !pins.contains(&name) {
                pins.push(name);
            }
        }
        Self {
            near: key("near").and_then(|text| text.parse().ok()).map_or(0, |near: usize| near.min(MOST_DRAWN)),
            set: key("over").and_then(Group::parse),
            epochs: key("epochs").and_then(radius),
            pins,
            mean: key("mean").and_then(MeanOf::parse),
            levels: key("levels").and_then(Levels::of_key).unwrap_or_default(),
            align: key("align") == Some("on"),
        }
    }

    /// The keys and their texts; an empty text is no key.
    pub fn written(&self) -> [(&'static str, String); 7] {
        let unless = |is_default: bool, text: &dyn fmt::Display| {
            if is_default { String::new() } else { text.to_string() }
        };
        let optional = |text: Option<&dyn fmt::Display>| text.map_or_else(String::new, ToString::to_string);
        [
            ("near", unless(self.near == 0, &self.near)),
            ("over", optional(self.set.as_ref().map(|set| set as _))),
            ("epochs", optional(self.epochs.as_ref().map(|radius| radius as _))),
            ("pin", self.pins.iter().map(Name::to_string).collect::<Vec<_>>().join(";")),
            ("mean", optional(self.mean.as_ref().map(|mean| mean as _))),
            ("levels", unless(self.levels == Levels::default(), &self.levels.key())),
            ("align", unless(!self.align, &"on")),
        ]
    }

    /// The same with a spectrum pinned, or no longer; the first pinned gives way where there are too many.
    #[must_use]
    pub fn with_pin(mut self, name: &Name) -> Self {
        if self.pins.contains(name) {
            self.pins.retain(|pin| pin != name);
        } else {
            self.pins.push(name.clone());
            let surplus = self.pins.len().saturating_sub(MOST_PINS);
            self.pins.drain(..surplus);
        }
        self
    }

    /// Of how many kinds there is something to draw.
    pub fn kinds(&self) -> usize {
        let others = [self.near > 0, self.set.is_some(), self.epochs.is_some(), self.mean.is_some()];
        others.into_iter().filter(|on| *on).count() + self.pins.len()
    }

    /// Nothing beside the chosen spectrum; how levels are matched stays.
    #[must_use]
    pub fn cleared(self) -> Self {
        Self { levels: self.levels, align: self.align, ..Self::default() }
    }
}

#[cfg(test)]
mod tests;
