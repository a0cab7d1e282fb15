//! `in_subset('name')`: true for the spectra of a named subset. It is read as `spectrum_id IN (...)`, so that the subset's
//! own file is the only one that a condition can name.

use datafusion::sql::sqlparser::{
    ast::{Expr, Function, FunctionArg, FunctionArgExpr, FunctionArguments, Ident, Value},
    dialect::GenericDialect,
    tokenizer::{Token, Tokenizer},
};

use super::refused;
use crate::storage::{Result, Subsets};

/// Its name.
const NAME: &str = "in_subset";
/// The column that it compares.
const COLUMN: &str = "spectrum_id";

/// Whether this calls it.
pub(super) fn is_membership(function: &Function) -> bool {
    function.name.to_string().eq_ignore_ascii_case(NAME)
}

/// What a call of it means.
///
/// # Errors
/// A call of another shape; a subset that is not there.
pub(super) fn members(clause: &'static str, function: &Function, subsets: &Subsets) -> Result<Expr> {
    let arguments = match &function.args {
        FunctionArguments::List(list) if list.clauses.is_empty() => &list.args[..],
        _ => &[],
    };
    let [FunctionArg::Unnamed(FunctionArgExpr::Expr(Expr::Value(value)))] = arguments else {
        return Err(refused(clause, format!("`{NAME}` must be called with a name, as `{NAME}('my-selection')`")));
    };
    let Value::SingleQuotedString(name) = &value.value else {
        return Err(refused(clause, format!("the name of a subset stands in single quotes: `{NAME}('my-selection')`")));
    };
    let subset = subsets.get(name).map_err(|error| refused(clause, error))?;
    let text = |id: String| Expr::value(Value::SingleQuotedString(id));
    Ok(Expr::InList {
        expr: Box::new(Expr::Identifier(Ident::with_quote('"', COLUMN))),
        list: subset.spectrum_ids.into_iter().map(text).collect(),
        negated: false,
    })
}

/// The subsets that a condition names, which was accepted as one.
///
/// # Errors
/// What is no text of SQL at all.
pub(crate) fn subsets_named(condition: &str) -> Result<Vec<String>> {
    let tokens = Tokenizer::new(&GenericDialect {}, condition).tokenize().map_err(|error| refused("where", error))?;
    let tokens: Vec<Token> = tokens.into_iter().filter(|token| !matches!(token, Token::Whitespace(_))).collect();
    let mut names: Vec<String> = tokens
        .windows(3)
        .filter_map(|window| match window {
            [Token::Word(word), Token::LParen, Token::SingleQuotedString(name)]
                if word.value.eq_ignore_ascii_case(NAME) =>
            {
                Some(name.clone())
            }
            _ => None,
        })
        .collect();
    names.sort_unstable();
    names.dedup();
    Ok(names)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_names_in_a_condition_are_found_and_nothing_else() {
        let condition = "snr_r > 5 AND (In_Subset ( 'b' ) OR NOT in_subset('a') AND in_subset('b')) \
                         AND designation <> 'in_subset(''c'')'";
        assert_eq!(subsets_named(condition).unwrap(), ["a", "b"]);
        assert_eq!(subsets_named("snr_r > 5").unwrap(), [""; 0]);
    }
}
