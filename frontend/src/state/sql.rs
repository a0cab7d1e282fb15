//! The words of an SQL condition, as far as completion and the filter's controls need them.
//!
//! No grammar: the server parses and checks. Here it is enough to know where a word, a text or a
//! number begins and ends, so that what a person wrote by hand stays as it was.

/// One word, number, text or sign.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Token<'a> {
    /// What it is.
    pub kind: Kind,
    /// As it was written.
    pub text: &'a str,
    /// Where it begins, in bytes.
    pub start: usize,
}

/// What a token is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A name or a keyword.
    Word,
    /// A name in double quotes.
    QuotedName,
    /// A text in single quotes.
    Text,
    /// A number without its sign.
    Number,
    /// An operator, bracket or comma.
    Sign,
    /// A quote that is not closed, or a comment: nothing can be put behind it.
    Open,
}

impl Token<'_> {
    /// Where it ends, in bytes.
    pub fn end(&self) -> usize {
        self.start + self.text.len()
    }

    /// Whether it is this keyword or sign, in either case.
    pub fn is(&self, word: &str) -> bool {
        matches!(self.kind, Kind::Word | Kind::Sign) && self.text.eq_ignore_ascii_case(word)
    }

    /// The column it may name: unquoted names are lower case, as the server reads them.
    pub fn name(&self) -> Option<String> {
        match self.kind {
            Kind::Word => Some(self.text.to_lowercase()),
            Kind::QuotedName => Some(self.text[1..self.text.len() - 1].replace("\"\"", "\"")),
            _ => None,
        }
    }

    /// What a text in quotes says.
    pub fn value(&self) -> Option<String> {
        (self.kind == Kind::Text).then(|| self.text[1..self.text.len() - 1].replace("''", "'"))
    }
}

/// A text in single quotes, as SQL has it.
pub fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}

/// A column's name as SQL has it: in double quotes where it must be.
pub fn column_name(name: &str) -> String {
    let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
    if name.starts_with(|c: char| c.is_ascii_digit()) || !name.chars().all(plain) {
        format!("\"{}\"", name.replace('"', "\"\""))
    } else {
        name.to_owned()
    }
}

/// The tokens of a condition; white space is left out.
pub fn tokens(text: &str) -> Vec<Token<'_>> {
    let mut found = Vec::new();
    let mut start = 0;
    while let Some(first) = text[start..].chars().next() {
        if first.is_whitespace() {
            start += first.len_utf8();
            continue;
        }
        let (kind, length) = token(&text[start..], first);
        found.push(Token { kind, text: &text[start..start + length], start });
        start += length;
    }
    found
}

/// Kind and length of the token at the beginning of `rest`, which is not empty.
fn token(rest: &str, first: char) -> (Kind, usize) {
    let while_true = |test: fn(char) -> bool| rest.find(|c| !test(c)).unwrap_or(rest.len());
    match first {
        '\'' => closed(rest, '\'').map_or((Kind::Open, rest.len()), |length| (Kind::Text, length)),
        '"' => closed(rest, '"').map_or((Kind::Open, rest.len()), |length| (Kind::QuotedName, length)),
        _ if rest.starts_with("--") || rest.starts_with("/*") => (Kind::Open, rest.len()),
        c if c.is_alphabetic() || c == '_' => (Kind::Word, while_true(|c| c.is_alphanumeric() || c == '_')),
        c if c.is_ascii_digit() || (c == '.' && rest[1..].starts_with(|c: char| c.is_ascii_digit())) => {
            (Kind::Number, number_length(rest))
        }
        c => {
            let long = ["<=", ">=", "<>", "!=", "||"].into_iter().any(|sign| rest.starts_with(sign));
            (Kind::Sign, if long { 2 } else { c.len_utf8() })
        }
    }
}

/// Length of a quoted text with its quotes; a doubled quote does not end it.
fn closed(rest: &str, quote: char) -> Option<usize> {
    let mut inside = rest.char_indices().skip(1).peekable();
    while let Some((at, c)) = inside.next() {
        if c == quote && inside.next_if(|&(_, next)| next == quote).is_none() {
            return Some(at + 1);
        }
    }
    None
}

fn number_length(rest: &str) -> usize {
    let digits = |from: usize| rest[from..].bytes().take_while(u8::is_ascii_digit).count();
    let mut length = digits(0);
    if rest[length..].starts_with('.') {
        length += 1 + digits(length + 1);
    }
    if rest[length..].starts_with(['e', 'E']) {
        let sign = usize::from(rest[length + 1..].starts_with(['+', '-']));
        let exponent = digits(length + 1 + sign);
        if exponent > 0 {
            length += 1 + sign + exponent;
        }
    }
    length
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expected: &[(Kind, &str)]) {
        let found: Vec<(Kind, &str)> = tokens(text).iter().map(|token| (token.kind, token.text)).collect();
        assert_eq!(found, expected, "{text}");
        for token in tokens(text) {
            assert_eq!(&text[token.start..token.end()], token.text);
        }
    }

    #[test]
    fn words_numbers_texts_and_signs() {
        use Kind::{Number, Open, QuotedName, Sign, Text, Word};
        check("snr_r>=1.5e-3", &[(Word, "snr_r"), (Sign, ">="), (Number, "1.5e-3")]);
        check("a<>'it''s' ", &[(Word, "a"), (Sign, "<>"), (Text, "'it''s'")]);
        check("\"a \"\"b\"\"\"=.5", &[(QuotedName, "\"a \"\"b\"\"\""), (Sign, "="), (Number, ".5")]);
        check("x = 'open", &[(Word, "x"), (Sign, "="), (Open, "'open")]);
        check("x -- rest", &[(Word, "x"), (Open, "-- rest")]);
        check("λ = 1e", &[(Word, "λ"), (Sign, "="), (Number, "1"), (Word, "e")]);
        check("", &[]);
    }

    #[test]
    fn quotes_are_taken_off_and_put_on() {
        assert_eq!(tokens("'it''s'")[0].value().as_deref(), Some("it's"));
        assert_eq!(quoted("it's"), "'it''s'");
        assert_eq!(tokens("\"A\"\"b\"")[0].name().as_deref(), Some("A\"b"));
        assert_eq!(tokens("SNR_R")[0].name().as_deref(), Some("snr_r"));
        assert_eq!((column_name("snr_r"), column_name("Jmag")), ("snr_r".to_owned(), "\"Jmag\"".to_owned()));
    }
}
