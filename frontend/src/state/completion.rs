//! What may come next in a condition: columns, functions, operators, values.

use balmer_core::spectrum::ColumnType;
use balmer_exchange::api::{ColumnInfo, ColumnSummary};

use super::{
    format::count,
    sql::{Kind, Token, column_name, quoted, tokens},
};

/// Suggestions shown at most.
const MOST: usize = 12;

/// Functions of a condition: name, arguments, what they give.
const FUNCTIONS: &[(&str, &str, &str)] = &[
    ("distance", "ra, dec, ra0, dec0", "degrees between two positions"),
    ("sample", "spectrum_id", "a fixed random number from 0 to 1"),
    ("abs", "x", "without its sign"),
    ("coalesce", "a, b", "the first that is stated"),
    ("contains", "text, part", "whether the text has the part"),
    ("exp", "x", "e to the power of x"),
    ("floor", "x", "the whole number below"),
    ("greatest", "a, b", "the larger"),
    ("least", "a, b", "the smaller"),
    ("ln", "x", "natural logarithm"),
    ("log10", "x", "decimal logarithm"),
    ("lower", "text", "in small letters"),
    ("power", "x, y", "x to the power of y"),
    ("round", "x", "the nearest whole number"),
    ("sqrt", "x", "square root"),
    ("starts_with", "text, part", "whether the text begins so"),
    ("upper", "text", "in capital letters"),
];

/// What may follow a column.
const OPERATORS: &[(&str, &str)] = &[
    ("=", "equal"),
    (">", "greater"),
    (">=", "at least"),
    ("<", "less"),
    ("<=", "at most"),
    ("!=", "different"),
    ("BETWEEN", "low AND high"),
    ("IN (", "one of a list"),
    ("LIKE", "pattern: % any text, _ any letter"),
    ("IS NULL", "not stated"),
    ("IS NOT NULL", "stated"),
];

/// What may follow a clause.
const JOINS: &[(&str, &str)] = &[("AND", "both"), ("OR", "either")];

/// What is being typed, and where it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Typing {
    /// Begin of what a suggestion replaces, in bytes.
    pub from: usize,
    /// Its end.
    pub to: usize,
    /// What is there so far.
    pub typed: String,
    /// What belongs there.
    pub wanted: Wanted,
}

/// What belongs somewhere in a condition.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Wanted {
    /// A column or a function.
    Name,
    /// A value of a column of texts.
    Value(String),
    /// An operator, after a column.
    Operator,
    /// AND or OR, after a clause.
    Join,
    /// A number, which nobody can guess.
    Number,
}

/// One suggestion.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Suggestion {
    /// What is put in.
    pub text: String,
    /// What it is, in a few words.
    pub about: String,
}

/// What is being typed at `caret` (bytes).
pub fn typing(text: &str, caret: usize, columns: &[ColumnInfo]) -> Typing {
    let tokens = tokens(text);
    let under = tokens.iter().find(|token| token.start < caret && caret <= token.end() && is_continued(token, caret));
    let from = under.map_or(caret, |token| token.start);
    let to = under.map_or(caret, |token| if token.kind == Kind::Open { caret } else { token.end() });
    let before: Vec<Token<'_>> = tokens.iter().copied().filter(|token| token.end() <= from).collect();
    let typed = text[from..caret].trim_matches(['\'', '"']).to_owned();
    Typing { from, to, typed, wanted: wanted(&before, columns) }
}

/// Whether typing at its end goes on with the token, rather than beginning another one.
fn is_continued(token: &Token<'_>, caret: usize) -> bool {
    match token.kind {
        Kind::Word | Kind::QuotedName | Kind::Open | Kind::Number => true,
        Kind::Text => caret < token.end(),
        Kind::Sign => false,
    }
}

fn wanted(before: &[Token<'_>], columns: &[ColumnInfo]) -> Wanted {
    let Some((last, earlier)) = before.split_last() else { return Wanted::Name };
    let compares = ["=", "!=", "<>", "<", ">", "<=", ">=", "like", "ilike"].into_iter().any(|word| last.is(word));
    if compares {
        return of_column(earlier.last(), columns);
    }
    if (last.is("(") || last.is(","))
        && let Some(open) = before.iter().rposition(|token| token.is("("))
        && open > 0
        && before[open - 1].is("in")
    {
        let named = before[..open - 1].iter().rfind(|token| !token.is("not"));
        return of_column(named, columns);
    }
    if last.is("and") && before.iter().rev().nth(2).is_some_and(|token| token.is("between")) || last.is("between") {
        return Wanted::Number;
    }
    let opens = ["and", "or", "not", "(", ",", "+", "-", "*", "/", "when", "then", "else", "case"];
    if opens.into_iter().any(|word| last.is(word)) {
        return Wanted::Name;
    }
    let is_column = last.name().is_some_and(|name| column(columns, &name).is_some());
    let is_compared = earlier.last().is_some_and(|token| token.kind == Kind::Sign && !token.is("(") && !token.is(","));
    let ends_call = last.is(")") && closes_function(before);
    if (is_column && !is_compared) || ends_call { Wanted::Operator } else { Wanted::Join }
}

fn closes_function(before: &[Token<'_>]) -> bool {
    let Some(open) = before.iter().rposition(|token| token.is("(")) else { return false };
    let named = open.checked_sub(1).and_then(|at| before[at].name());
    let named = named.filter(|name| FUNCTIONS.iter().any(|(function, ..)| function == name));
    let compared = open.checked_sub(2).is_some_and(|at| ["=", "<", ">", "<=", ">="].contains(&before[at].text));
    named.is_some() && !compared
}

fn column<'a>(columns: &'a [ColumnInfo], name: &str) -> Option<&'a ColumnInfo> {
    columns.iter().find(|column| column.name == name)
}

fn of_column(token: Option<&Token<'_>>, columns: &[ColumnInfo]) -> Wanted {
    let named = token.and_then(Token::name).and_then(|name| column(columns, &name));
    match named {
        Some(column) if column.datatype == ColumnType::Text => Wanted::Value(column.name.clone()),
        _ => Wanted::Number,
    }
}

/// What to suggest there, the best first; `values` are those of the column whose value is wanted.
pub fn suggestions(typing: &Typing, columns: &[ColumnInfo], values: Option<&ColumnSummary>) -> Vec<Suggestion> {
    let typed = typing.typed.to_lowercase();
    let plain = |list: &[(&str, &str)]| -> Vec<Suggestion> {
        list.iter().map(|(text, about)| Suggestion { text: (*text).to_owned(), about: (*about).to_owned() }).collect()
    };
    let all = match &typing.wanted {
        Wanted::Name => {
            let described = columns.iter().map(|column| Suggestion {
                text: column_name(&column.name),
                about: if column.unit.is_empty() {
                    column.description.clone()
                } else {
                    format!("{}, {}", column.description, column.unit)
                },
            });
            let called = FUNCTIONS.iter().map(|(name, arguments, about)| Suggestion {
                text: format!("{name}("),
                about: format!("{name}({arguments}): {about}"),
            });
            described.chain(called).collect()
        }
        Wanted::Value(_) => values
            .iter()
            .flat_map(|summary| &summary.values)
            .map(|known| Suggestion { text: quoted(&known.value), about: count(known.count) })
            .collect(),
        Wanted::Operator => plain(OPERATORS),
        Wanted::Join => plain(JOINS),
        Wanted::Number => Vec::new(),
    };
    let rank = |suggestion: &Suggestion| {
        let bare = suggestion.text.trim_matches(['\'', '"']).to_lowercase();
        if bare.starts_with(&typed) {
            Some(0)
        } else if bare.contains(&typed) {
            Some(1)
        } else {
            suggestion.about.to_lowercase().split_whitespace().any(|word| word.starts_with(&typed)).then_some(2)
        }
    };
    let mut ranked: Vec<(i32, Suggestion)> = all.into_iter().filter_map(|s| Some((rank(&s)?, s))).collect();
    // a stable sort: equally good ones keep the survey's order
    ranked.sort_by_key(|(rank, _)| *rank);
    let ranked = ranked.into_iter().map(|(_, suggestion)| suggestion);
    ranked.filter(|suggestion| suggestion.text != typing.typed).take(MOST).collect()
}

/// The condition with a suggestion put in, and where the caret goes (bytes).
pub fn accepted(text: &str, typing: &Typing, suggestion: &Suggestion) -> (String, usize) {
    let (before, after) = (&text[..typing.from], &text[typing.to..]);
    let spaced = !suggestion.text.ends_with('(') && !after.starts_with([' ', ')', ',']);
    let put = format!("{before}{}{}", suggestion.text, if spaced { " " } else { "" });
    (format!("{put}{after}"), put.len())
}

/// A place counted in UTF-16 units, as the browser counts, in bytes.
pub fn bytes(text: &str, utf16: usize) -> usize {
    let mut units = 0;
    for (at, c) in text.char_indices() {
        if units >= utf16 {
            return at;
        }
        units += c.len_utf16();
    }
    text.len()
}

/// A place counted in bytes, in UTF-16 units.
pub fn utf16(text: &str, bytes: usize) -> usize {
    text[..bytes].encode_utf16().count()
}

#[cfg(test)]
mod tests {
    use balmer_exchange::api::ValueCount;

    use super::*;

    /// What is wanted at the `|`, what is typed there, and the suggestions' texts.
    fn at(marked: &str) -> (Wanted, String, Vec<String>) {
        let caret = marked.find('|').unwrap();
        let text = marked.replace('|', "");
        let columns = ColumnInfo::all();
        let typing = typing(&text, caret, &columns);
        let value = |value: &str| ValueCount { value: value.to_owned(), count: 3 };
        let values = ColumnSummary { values: vec![value("STAR"), value("it's")], ..ColumnSummary::default() };
        let found = suggestions(&typing, &columns, Some(&values));
        (typing.wanted.clone(), typing.typed, found.into_iter().map(|s| s.text).collect())
    }

    #[test]
    fn names_come_first_where_a_clause_begins() {
        for text in ["sn|", "class = 'A' AND sn|", "(sn|", "abs(sn|", "NOT sn|"] {
            let (wanted, typed, found) = at(text);
            assert_eq!((wanted, typed.as_str()), (Wanted::Name, "sn"), "{text}");
            assert_eq!(found[..2], ["snr_u", "snr_g"], "{text}");
        }
        assert_eq!(at("dist|").2, ["distance("]);
        assert_eq!(at("redsh|").2[0], "z");
        assert_eq!(at("class|").2[0], "subclass");
    }

    #[test]
    fn operators_follow_columns_and_joins_follow_clauses() {
        assert_eq!(at("snr_r |").0, Wanted::Operator);
        assert_eq!(at("snr_r be|").2[0], "BETWEEN");
        assert_eq!(at("abs(z) |").0, Wanted::Operator);
        for text in ["snr_r > 3 |", "class = 'A' |", "class IN ('A') |", "snr_r IS NULL |", "snr_r > snr_g |"] {
            assert_eq!(at(text).0, Wanted::Join, "{text}");
        }
    }

    #[test]
    fn values_belong_to_their_column() {
        for text in
            ["class = |", "class = '|", "class IN (|", "class IN ('A', |", "class NOT IN ('A', '|", "class LIKE |"]
        {
            assert_eq!(at(text).0, Wanted::Value("class".into()), "{text}");
        }
        assert_eq!(at("class = 'st|").2, ["'STAR'"]);
        assert_eq!(at("class = |").2, ["'STAR'", "'it''s'"]);
        for text in ["snr_r > |", "snr_r BETWEEN |", "snr_r BETWEEN 1 AND |", "unknown = |"] {
            assert_eq!(at(text).0, Wanted::Number, "{text}");
        }
    }

    fn accept(marked: &str, suggestion: &str) -> String {
        let caret = marked.find('|').unwrap();
        let text = marked.replace('|', "");
        let typing = typing(&text, caret, &ColumnInfo::all());
        let suggestion = Suggestion { text: suggestion.into(), about: String::new() };
        let (mut text, caret) = accepted(&text, &typing, &suggestion);
        text.insert(caret, '|');
        text
    }

    #[test]
    fn a_suggestion_takes_the_place_of_what_was_typed() {
        assert_eq!(accept("sn|", "snr_r"), "snr_r |");
        assert_eq!(accept("s|n > 3", "snr_r"), "snr_r| > 3");
        assert_eq!(accept("class = 'st|", "'STAR'"), "class = 'STAR' |");
        assert_eq!(accept("class = 's|t' AND x", "'STAR'"), "class = 'STAR'| AND x");
        assert_eq!(accept("class IN ('A', |)", "'B'"), "class IN ('A', 'B'|)");
        assert_eq!(accept("di|", "distance("), "distance(|");
    }

    #[test]
    fn the_browser_counts_otherwise() {
        let text = "λ = '𝛼' x";
        for at in text.char_indices().map(|(at, _)| at).chain([text.len()]) {
            assert_eq!(bytes(text, utf16(text, at)), at);
        }
        assert_eq!(bytes("ab", 9), 2);
    }
}
