//! A condition as clauses joined by AND, some of which the filter's controls read and write.
//!
//! A control owns one [`Slot`]. It finds its clause among those that were written by hand, replaces or
//! removes it, and leaves every other clause as it stands, to the letter.

use std::fmt;

use super::sql::{Kind, Token, column_name, quoted, tokens};

/// Whether a condition is on its way to being one: a quote or bracket is open, or it ends where something
/// must follow. The server's word on it can wait.
pub fn is_unfinished(text: &str) -> bool {
    const OPEN_ENDS: [&str; 18] = [
        "and", "or", "not", "in", "between", "like", "ilike", "is", "=", "<", ">", "<=", ">=", "<>", "!=", "(", ",",
        "+",
    ];
    let ends_open = tokens(text).last().is_some_and(|last| OPEN_ENDS.into_iter().any(|word| last.is(word)));
    ends_open || Condition::parse(text).is_none()
}

/// What a control stands for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Slot {
    /// The column has one of some values.
    OneOf(String),
    /// The column is a number between bounds.
    Bounds(String),
    /// The object is near a position.
    Cone,
    /// A part of the survey, drawn by lot.
    Sample,
}

/// A clause that a control understands.
#[derive(Debug, Clone, PartialEq)]
pub enum Clause {
    /// `class IN ('STAR', 'QSO')`
    OneOf {
        /// The column.
        column: String,
        /// The values, at least one.
        values: Vec<String>,
    },
    /// `snr_r >= 10`
    Bounds {
        /// The column.
        column: String,
        /// The bounds, at least one.
        bounds: Bounds,
    },
    /// `distance(ra, dec, 83.6, 22.0) < 0.5`
    Cone(Cone),
    /// `sample(spectrum_id) < 0.1`
    Sample(f64),
}

/// Least and greatest value.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Bounds {
    /// The lower end.
    pub low: Option<Bound>,
    /// The upper end.
    pub high: Option<Bound>,
}

/// One end of a range.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Bound {
    /// The number.
    pub value: f64,
    /// Whether the number itself is outside.
    pub strict: bool,
}

/// A circle on the sky; degrees.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Cone {
    /// Right ascension of the middle.
    pub ra: f64,
    /// Declination of the middle.
    pub dec: f64,
    /// Radius.
    pub radius: f64,
}

/// A condition, clause by clause.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Condition {
    parts: Vec<String>,
    /// The only part is an OR: it needs brackets beside another.
    is_alternative: bool,
}

impl Bound {
    /// A number that is inside.
    pub fn at(value: f64) -> Self {
        Self { value, strict: false }
    }
}

impl Bounds {
    /// Both ends as a control has them; an end that keeps its number keeps its strictness.
    #[must_use]
    pub fn changed(self, low: Option<f64>, high: Option<f64>) -> Self {
        let end = |old: Option<Bound>, new: Option<f64>| {
            new.map(|value| old.filter(|old| old.value == value).unwrap_or(Bound::at(value)))
        };
        Self { low: end(self.low, low), high: end(self.high, high) }
    }

    fn narrowed(self, other: Self) -> Self {
        let tighter = |a: Option<Bound>, b: Option<Bound>, sign: f64| match (a, b) {
            (Some(a), Some(b)) => Some(if b.value * sign > a.value * sign { b } else { a }),
            (a, b) => a.or(b),
        };
        Self { low: tighter(self.low, other.low, 1.0), high: tighter(self.high, other.high, -1.0) }
    }
}

impl Clause {
    /// The control it belongs to.
    pub fn slot(&self) -> Slot {
        match self {
            Self::OneOf { column, .. } => Slot::OneOf(column.clone()),
            Self::Bounds { column, .. } => Slot::Bounds(column.clone()),
            Self::Cone(_) => Slot::Cone,
            Self::Sample(_) => Slot::Sample,
        }
    }

    /// Reads one clause; `None` where no control would write such a thing.
    pub fn read(text: &str) -> Option<Self> {
        let tokens = tokens(text);
        let (first, rest) = tokens.split_first()?;
        let column = first.name()?;
        match rest {
            [eq, value] if eq.is("=") => Some(Self::OneOf { column, values: vec![value.value()?] }),
            [r#in, open, values @ .., close] if r#in.is("in") && open.is("(") && close.is(")") => {
                let (values, commas): (Vec<_>, Vec<_>) = values.iter().enumerate().partition(|(i, _)| i % 2 == 0);
                let separated = commas.len() + 1 == values.len() && commas.iter().all(|(_, comma)| comma.is(","));
                let values: Option<Vec<String>> = values.iter().map(|(_, value)| value.value()).collect();
                Some(Self::OneOf { column, values: values.filter(|_| separated)? })
            }
            [open, .., below, _] if open.is("(") && (below.is("<") || below.is("<=")) => called(&column, rest),
            [between, ends @ ..] if between.is("between") => {
                let and = ends.iter().position(|token| token.is("and"))?;
                let (low, high) = (number(&ends[..and])?, number(&ends[and + 1..])?);
                let bounds = Bounds { low: Some(Bound::at(low)), high: Some(Bound::at(high)) };
                Some(Self::Bounds { column, bounds })
            }
            [sign, value @ ..] => {
                let bound = |strict| Some(Bound { value: number(value)?, strict });
                let bounds = match sign.text {
                    ">" => Bounds { low: Some(bound(true)?), high: None },
                    ">=" => Bounds { low: Some(bound(false)?), high: None },
                    "<" => Bounds { low: None, high: Some(bound(true)?) },
                    "<=" => Bounds { low: None, high: Some(bound(false)?) },
                    _ => return None,
                };
                Some(Self::Bounds { column, bounds })
            }
            [] => None,
        }
    }
}

/// `distance(ra, dec, RA, DEC) < R` and `sample(spectrum_id) < F`, after their name.
fn called(function: &str, rest: &[Token<'_>]) -> Option<Clause> {
    let close = rest.iter().position(|token| token.is(")"))?;
    let arguments: Vec<&[Token<'_>]> = rest[1..close].split(|token| token.is(",")).collect();
    let limit = number(rest.get(close + 2..)?)?;
    let is_column =
        |argument: &[Token<'_>], name: &str| matches!(argument, [token] if token.name().as_deref() == Some(name));
    match (function, &arguments[..]) {
        ("distance", [ra, dec, ra_0, dec_0]) if is_column(ra, "ra") && is_column(dec, "dec") => {
            Some(Clause::Cone(Cone { ra: number(ra_0)?, dec: number(dec_0)?, radius: limit }))
        }
        ("sample", [id]) if is_column(id, "spectrum_id") => Some(Clause::Sample(limit)),
        _ => None,
    }
}

fn number(tokens: &[Token<'_>]) -> Option<f64> {
    let (sign, digits) = match tokens {
        [digits] => (1.0, digits),
        [minus, digits] if minus.is("-") => (-1.0, digits),
        [plus, digits] if plus.is("+") => (1.0, digits),
        _ => return None,
    };
    if digits.kind == Kind::Number { digits.text.parse::<f64>().ok().map(|value| sign * value) } else { None }
}

impl fmt::Display for Clause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::OneOf { column, values } => {
                let column = column_name(column);
                let values: Vec<String> = values.iter().map(|value| quoted(value)).collect();
                match &values[..] {
                    [value] => write!(f, "{column} = {value}"),
                    values => write!(f, "{column} IN ({})", values.join(", ")),
                }
            }
            Self::Bounds { column, bounds } => {
                let column = column_name(column);
                let sign = |bound: Bound, sign: char| format!("{sign}{}", if bound.strict { "" } else { "=" });
                match (bounds.low, bounds.high) {
                    (Some(Bound { value: low, strict: false }), Some(Bound { value: high, strict: false })) => {
                        write!(f, "{column} BETWEEN {low} AND {high}")
                    }
                    (low, high) => {
                        let low = low.map(|low| format!("{column} {} {}", sign(low, '>'), low.value));
                        let high = high.map(|high| format!("{column} {} {}", sign(high, '<'), high.value));
                        let ends: Vec<String> = low.into_iter().chain(high).collect();
                        f.write_str(&ends.join(" AND "))
                    }
                }
            }
            Self::Cone(Cone { ra, dec, radius }) => write!(f, "distance(ra, dec, {ra}, {dec}) < {radius}"),
            Self::Sample(fraction) => write!(f, "sample(spectrum_id) < {fraction}"),
        }
    }
}

impl Condition {
    /// Takes a condition apart; `None` while a quote, bracket or comment is open, where nothing can be
    /// added without changing what it means.
    pub fn parse(text: &str) -> Option<Self> {
        let (mut parts, mut from, mut depth, mut between, mut is_alternative) =
            (Vec::new(), 0, 0_usize, 0_usize, false);
        for token in tokens(text) {
            if token.kind == Kind::Open {
                return None;
            }
            if token.is("(") || token.is("case") {
                depth += 1;
            } else if token.is(")") || token.is("end") {
                depth = depth.checked_sub(1)?;
            } else if depth > 0 {
            } else if token.is("between") {
                between += 1;
            } else if token.is("or") {
                is_alternative = true;
            } else if token.is("and") {
                if between > 0 {
                    // this one belongs to `BETWEEN low AND high`
                    between -= 1;
                } else {
                    parts.push(text[from..token.start].trim().to_owned());
                    from = token.end();
                }
            }
        }
        if depth > 0 {
            return None;
        }
        let last = text[from..].trim();
        if is_alternative {
            return Some(Self { parts: vec![text.trim().to_owned()], is_alternative });
        }
        if !last.is_empty() {
            parts.push(last.to_owned());
        }
        let whole = parts.iter().all(|part| !part.is_empty()) && (last.is_empty() == parts.is_empty());
        whole.then_some(Self { parts, is_alternative })
    }

    /// The clauses that are joined by AND, as they were written.
    pub fn parts(&self) -> &[String] {
        &self.parts
    }

    /// What the condition says in a control's slot.
    pub fn read(&self, slot: &Slot) -> Option<Clause> {
        let mut mine = self.parts.iter().filter_map(|part| Clause::read(part)).filter(|clause| clause.slot() == *slot);
        let first = mine.next()?;
        let Clause::Bounds { column, bounds } = first else { return Some(first) };
        let bounds = mine.fold(bounds, |all, clause| match clause {
            Clause::Bounds { bounds, .. } => all.narrowed(bounds),
            _ => all,
        });
        Some(Clause::Bounds { column, bounds })
    }

    /// Replaces the clause of a control, adds it at the end, or with `None` takes it away.
    #[must_use]
    pub fn with(&self, slot: &Slot, clause: Option<&Clause>) -> Self {
        let is_mine = |part: &String| Clause::read(part).is_some_and(|clause| clause.slot() == *slot);
        let mut parts = self.parts.clone();
        let at = parts.iter().position(is_mine);
        if let Some(at) = at {
            parts.remove(at);
            // both ends of a range were read together
            if matches!(slot, Slot::Bounds(_)) {
                parts.retain(|part| !is_mine(part));
            }
        }
        let Some(clause) = clause else { return Self { parts, ..*self } };
        if self.is_alternative {
            parts = parts.into_iter().map(|part| format!("({part})")).collect();
        }
        parts.insert(at.unwrap_or(parts.len()).min(parts.len()), clause.to_string());
        Self { parts, is_alternative: false }
    }
}

/// A condition with one more clause, which is written once only.
pub fn joined(condition: Option<&str>, clause: &str) -> String {
    let Some(text) = condition.map(str::trim).filter(|text| !text.is_empty()) else { return clause.to_owned() };
    match Condition::parse(text) {
        Some(known) if known.parts.iter().any(|part| part == clause) => text.to_owned(),
        Some(known) if known.is_alternative => format!("({text}) AND {clause}"),
        Some(_) => format!("{text} AND {clause}"),
        // a comment ends with its line
        None => format!("({text}\n) AND {clause}"),
    }
}

impl fmt::Display for Condition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.parts.join(" AND "))
    }
}

#[cfg(test)]
mod tests;
