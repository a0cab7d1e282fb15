//! SQL expressions: parsed, checked against what is allowed, compiled.
//!
//! Allowed are columns of the one table, literals, comparison, logic and arithmetic, `IS [NOT] NULL`,
//! `IN (list)`, `BETWEEN`, `LIKE`, `ILIKE`, `CASE`, `CAST`, `in_subset('name')` and the functions of [`FUNCTIONS`]. Anything
//! else is refused by name: a list of what is harmless, not of what is harmful. How long, how deep and how
//! wide an expression may be is bounded, and with it the memory and time of one batch of rows.

use std::{
    cell::Cell,
    sync::{Arc, LazyLock},
    thread,
};

use arrow_array::{ArrayRef, RecordBatch, RecordBatchOptions};
use arrow_schema::{DataType, Schema, SchemaRef};
use datafusion::{
    arrow::compute::SortOptions,
    common::DFSchema,
    execution::SessionState,
    logical_expr::{ColumnarValue, simplify::SimplifyContext},
    optimizer::simplify_expressions::ExprSimplifier,
    physical_expr::{PhysicalExpr, utils::collect_columns},
    sql::sqlparser::{
        ast::{Expr, ExprWithAlias, FunctionArg, FunctionArgExpr, FunctionArguments, Ident, UnaryOperator},
        dialect::GenericDialect,
        parser::{Parser, ParserError},
        tokenizer::{Token, TokenWithSpan, Tokenizer},
    },
};

use super::{
    FUNCTIONS, SortKey, functions, membership,
    membership::{COLUMN, Memberships, is_membership},
    refused,
};
use crate::storage::{Result, StoreError, Subsets, error::nearest, scan};

/// Longest text accepted, in bytes: room for some thousand names in an `IN (...)`.
const MAX_BYTES: usize = 256 << 10;
/// Deepest nesting accepted; `a OR b OR c` nests once for each `OR`.
const MAX_DEPTH: usize = 100;

/// Brackets within brackets accepted: the parser may try each of them twice.
const MAX_BRACKETS: usize = 32;
/// Columns, operators and calls accepted: each may need a column of numbers for a batch of rows. Those
/// within a part that the planner repeats ([`is_repeated`]) count as often as they are repeated.
const MAX_TERMS: usize = 2_000;
/// How often the planner repeats the parts of such an expression, at most.
const REPEATED: usize = 3;
/// Cases of one `CASE` accepted: each is planned together with those before it.
const MAX_CASES: usize = 64;
/// Bytes of text accepted outside of `IN (...)`: each may be repeated for every row of a batch.
const MAX_TEXT: usize = 8 << 10;

/// Bytes of stack to read an expression with; only what is used of them takes memory.
const STACK: usize = 256 << 20;

static SESSION: LazyLock<SessionState> = LazyLock::new(functions::session);

/// A checked expression, ready to be evaluated on batches that have its columns.
#[derive(Debug)]
pub(crate) struct Compiled {
    clause: &'static str,
    /// The table's columns that it reads.
    schema: SchemaRef,
    expression: Arc<dyn PhysicalExpr>,
    subsets: Vec<String>,
}

impl Compiled {
    /// The named subsets that it looks up, each once.
    pub(crate) fn subsets(&self) -> &[String] {
        &self.subsets
    }

    /// Names of the columns it reads.
    pub(crate) fn columns(&self) -> Vec<String> {
        self.schema.fields().iter().map(|field| field.name().clone()).collect()
    }

    /// Its value on each row of `batch`, which has at least its columns.
    pub(crate) fn evaluate(&self, batch: &RecordBatch) -> Result<ArrayRef> {
        let columns = self.schema.fields().iter().map(|field| {
            scan::column(batch, field)
                .ok_or_else(|| refused(self.clause, format!("column `{}` is missing", field.name())))
        });
        let columns = columns.collect::<Result<Vec<_>>>()?;
        let options = RecordBatchOptions::new().with_row_count(Some(batch.num_rows()));
        let input = RecordBatch::try_new_with_options(self.schema.clone(), columns, &options);
        let input = input.map_err(|e| refused(self.clause, e))?;
        let value: ColumnarValue = self.expression.evaluate(&input).map_err(|e| refused(self.clause, tidy(&e)))?;
        value.into_array(batch.num_rows()).map_err(|e| refused(self.clause, tidy(&e)))
    }
}

/// Compiles a `where`.
pub(crate) fn condition(text: &str, table: &Schema, subsets: &Subsets) -> Result<Compiled> {
    on_deep_stack("where", || compile_condition(text, table, subsets))
}

/// Compiles the terms of an `order by`.
pub(crate) fn order_by(text: &str, table: &Schema, subsets: &Subsets) -> Result<Vec<SortKey>> {
    on_deep_stack("order_by", || compile_order(text, table, subsets))
}

/// Calls what walks expressions by recursion where there is room for the longest that is read at all.
fn on_deep_stack<T: Send>(clause: &'static str, call: impl FnOnce() -> Result<T> + Send) -> Result<T> {
    thread::scope(|scope| {
        let thread = thread::Builder::new().stack_size(STACK).spawn_scoped(scope, call);
        let thread = thread.map_err(|e| refused(clause, format!("there is no memory left to read it: {e}")))?;
        thread.join().unwrap_or_else(|_| Err(refused(clause, "it is no expression that can be evaluated")))
    })
}

fn compile_condition(text: &str, table: &Schema, subsets: &Subsets) -> Result<Compiled> {
    let compiled = parse("where", text, one_expression).and_then(|e| compile("where", e, table, subsets))?;
    let data_type = compiled.expression.data_type(&compiled.schema).map_err(|e| refused("where", tidy(&e)))?;
    if data_type == DataType::Boolean {
        return Ok(compiled);
    }
    Err(refused(
        "where",
        format!("it must be true or false for each row, this is {data_type}: compare it with something"),
    ))
}

fn one_expression(parser: &mut Parser<'_>) -> Result<Expr, ParserError> {
    parser.parse_expr()
}

fn compile_order(text: &str, table: &Schema, subsets: &Subsets) -> Result<Vec<SortKey>> {
    let terms = parse("order_by", text, |parser| parser.parse_comma_separated(Parser::parse_order_by_expr))?;
    let sort_key = |term: datafusion::sql::sqlparser::ast::OrderByExpr| {
        if matches!(term.expr, Expr::Value(_)) {
            return Err(refused("order_by", "name a column, not a number or text"));
        }
        let descending = term.options.asc == Some(false);
        let nulls_first = term.options.nulls_first.unwrap_or(false);
        let key = compile("order_by", term.expr, table, subsets)?;
        Ok(SortKey { key, options: SortOptions { descending, nulls_first } })
    };
    terms.into_iter().map(sort_key).collect()
}

/// Checks that the table has a column of exactly that name.
pub(crate) fn check_column(clause: &'static str, name: &str, table: &Schema) -> Result<()> {
    table.index_of(name).map(|_| ()).map_err(|_| unknown_column(clause, name, table, false))
}

fn parse<T>(clause: &'static str, text: &str, read: impl FnOnce(&mut Parser) -> Result<T, ParserError>) -> Result<T> {
    if text.len() > MAX_BYTES {
        return Err(refused(clause, format!("it is {} bytes long, {MAX_BYTES} are accepted", text.len())));
    }
    if text.trim().is_empty() {
        return Err(refused(clause, "it is empty: leave it out to get every row"));
    }
    let unreadable = |e: ParserError| {
        let said = e.to_string();
        let said = said.trim_start_matches("sql parser error: ");
        refused(clause, format!("it is not an SQL expression: {said}"))
    };
    let dialect = GenericDialect {};
    let tokens = Tokenizer::new(&dialect, text).tokenize_with_location().map_err(|e| unreadable(e.into()))?;
    if brackets(&tokens) > MAX_BRACKETS {
        return Err(refused(clause, format!("more than {MAX_BRACKETS} brackets within one another")));
    }
    let mut parser = Parser::new(&dialect).with_tokens_with_locations(tokens);
    let parsed = read(&mut parser).map_err(unreadable)?;
    match parser.peek_token().token {
        Token::EOF => Ok(parsed),
        rest => Err(refused(
            clause,
            format!("`{rest}` after the end of the expression: only one expression is accepted, no statement"),
        )),
    }
}

/// How deep brackets stand in brackets.
fn brackets(tokens: &[TokenWithSpan]) -> usize {
    let (mut open, mut deepest) = (0usize, 0);
    for token in tokens {
        match token.token {
            Token::LParen => open += 1,
            Token::RParen => open = open.saturating_sub(1),
            _ => {}
        }
        deepest = deepest.max(open);
    }
    deepest
}

/// Whether the planner rewrites an expression into one that has its parts more than once: nested in one
/// another, such expressions grow exponentially.
fn is_repeated(expression: &Expr) -> bool {
    match expression {
        Expr::Between { .. } | Expr::Case { .. } | Expr::IsDistinctFrom(..) | Expr::IsNotDistinctFrom(..) => true,
        Expr::Function(function) => {
            let name = function.name.to_string().to_lowercase();
            matches!(name.as_str(), "coalesce" | "nullif" | "greatest" | "least")
        }
        _ => false,
    }
}

fn compile(clause: &'static str, mut expression: Expr, table: &Schema, subsets: &Subsets) -> Result<Compiled> {
    let memberships = Memberships::of(subsets);
    let check = Check { clause, table, memberships, terms: Cell::new(0), copies: Cell::new(1), text: Cell::new(0) };
    check.expression(&mut expression, 0)?;
    let sets = check.memberships.into_sets();
    let subsets: Vec<String> = sets.keys().cloned().collect();
    let own = (!sets.is_empty()).then(|| functions::session_with(&SESSION, membership::function(sets)));
    let session = own.as_ref().unwrap_or(&SESSION);
    let planned = |e: datafusion::error::DataFusionError| refused(clause, tidy(&e));
    let df_schema = DFSchema::try_from(table.clone()).map_err(planned)?;
    let aliased = ExprWithAlias { expr: expression, alias: None };
    let logical = session.create_logical_expr_from_sql_expr(aliased, &df_schema).map_err(planned)?;
    let context = SimplifyContext::builder().with_schema(Arc::new(df_schema.clone())).build();
    let simplifier = ExprSimplifier::new(context);
    let logical = simplifier.coerce(logical, &df_schema).and_then(|e| simplifier.simplify(e)).map_err(planned)?;
    // compile against the columns it reads only, in the table's order
    let whole = session.create_physical_expr(logical.clone(), &df_schema).map_err(planned)?;
    let mut indices: Vec<usize> =
        collect_columns(&whole).iter().map(datafusion::physical_expr::expressions::Column::index).collect();
    indices.sort_unstable();
    let schema = Arc::new(table.project(&indices).map_err(|e| refused(clause, e))?);
    let df_schema = DFSchema::try_from(schema.as_ref().clone()).map_err(planned)?;
    let expression = session.create_physical_expr(logical, &df_schema).map_err(planned)?;
    Ok(Compiled { clause, schema, expression, subsets })
}

/// The planner's message without its wrapping.
fn tidy(error: &datafusion::error::DataFusionError) -> String {
    let text = error.strip_backtrace();
    let text = text.lines().next().unwrap_or_default();
    text.trim_start_matches("Error during planning: ").trim_start_matches("Execution error: ").to_owned()
}

/// Refuses what is not allowed, and gives column names their exact spelling.
struct Check<'a> {
    clause: &'static str,
    table: &'a Schema,
    memberships: Memberships<'a>,
    terms: Cell<usize>,
    /// How often the part being looked at is repeated.
    copies: Cell<usize>,
    text: Cell<usize>,
}

impl Check<'_> {
    fn expression(&self, expression: &mut Expr, depth: usize) -> Result<()> {
        if depth > MAX_DEPTH {
            return Err(self.refuse(format!("more than {MAX_DEPTH} terms nested or chained: use `IN (...)`")));
        }
        self.weigh(expression)?;
        let copies = self.copies.get();
        if is_repeated(expression) {
            self.copies.set(copies * REPEATED);
        }
        self.parts(expression, depth + 1)?;
        self.copies.set(copies);
        Ok(())
    }

    fn parts(&self, expression: &mut Expr, depth: usize) -> Result<()> {
        let check = |e: &mut Expr| self.expression(e, depth);
        match expression {
            Expr::Identifier(name) => self.column(name),
            Expr::Value(_) => Ok(()),
            Expr::Nested(e)
            | Expr::IsNull(e)
            | Expr::IsNotNull(e)
            | Expr::IsTrue(e)
            | Expr::IsNotTrue(e)
            | Expr::IsFalse(e)
            | Expr::IsNotFalse(e)
            | Expr::Cast { expr: e, format: None, array: false, .. }
            | Expr::Ceil { expr: e, .. }
            | Expr::Floor { expr: e, .. }
            | Expr::Trim { expr: e, trim_what: None, trim_characters: None, .. }
            | Expr::UnaryOp { op: UnaryOperator::Plus | UnaryOperator::Minus | UnaryOperator::Not, expr: e } => {
                check(e)
            }
            Expr::IsDistinctFrom(a, b) | Expr::IsNotDistinctFrom(a, b) => check(a).and_then(|()| check(b)),
            Expr::BinaryOp { left, op, right } => {
                self.operator(op)?;
                check(left)?;
                check(right)
            }
            Expr::Between { expr, low, high, .. } => [expr, low, high].into_iter().try_for_each(|e| check(e)),
            Expr::InList { expr, list, .. } => {
                check(expr)?;
                list.iter_mut().filter(|e| !matches!(e, Expr::Value(_))).try_for_each(check)
            }
            Expr::Like { expr, pattern, any: false, .. } | Expr::ILike { expr, pattern, any: false, .. } => {
                check(expr)?;
                check(pattern)
            }
            Expr::Case { conditions, .. } if conditions.len() > MAX_CASES => {
                Err(self.refuse(format!("{} cases in one `CASE`, {MAX_CASES} are accepted", conditions.len())))
            }
            Expr::Case { operand, conditions, else_result, .. } => {
                operand.iter_mut().chain(else_result.iter_mut()).try_for_each(|e| check(e))?;
                conditions.iter_mut().try_for_each(|when| {
                    check(&mut when.condition)?;
                    check(&mut when.result)
                })
            }
            Expr::Function(function) if is_membership(function) => {
                self.column(&mut Ident::new(COLUMN))?;
                self.memberships.read(self.clause, function)
            }
            Expr::Function(function) => {
                let name = function.name.to_string();
                if !FUNCTIONS.contains(&name.to_lowercase().as_str()) {
                    let hint = nearest(&name, FUNCTIONS.iter().copied());
                    let hint = hint.map_or_else(
                        || format!("known are {}", FUNCTIONS.join(", ")),
                        |n| format!("did you mean `{n}`?"),
                    );
                    return Err(self.refuse(format!("function `{name}` is not allowed: {hint}")));
                }
                let plain = function.filter.is_none() && function.over.is_none() && function.within_group.is_empty();
                match &mut function.args {
                    FunctionArguments::List(list) if plain && list.clauses.is_empty() => {
                        list.args.iter_mut().try_for_each(|arg| match arg {
                            FunctionArg::Unnamed(FunctionArgExpr::Expr(e)) => check(e),
                            other => Err(self.refuse(format!("`{other}` is not an argument of `{name}`"))),
                        })
                    }
                    _ => Err(self.refuse(format!("`{name}` must be called as `{name}(value, ...)`"))),
                }
            }
            Expr::Subquery(_) | Expr::Exists { .. } | Expr::InSubquery { .. } => {
                Err(self.refuse("sub-queries are not allowed: the expression sees the columns of one table only"))
            }
            Expr::CompoundIdentifier(parts) => {
                let name = parts.iter().map(|part| part.value.as_str()).collect::<Vec<_>>().join(".");
                Err(self.refuse(format!("`{name}` names another table: use the column's name alone")))
            }
            other => Err(self.refuse(format!("`{other}` is not allowed in an expression"))),
        }
    }

    /// Counts what one more part of the expression costs.
    fn weigh(&self, expression: &Expr) -> Result<()> {
        if let Expr::Value(value) = expression {
            self.text.set(self.text.get() + value.to_string().len());
        } else {
            self.terms.set(self.terms.get() + self.copies.get());
        }
        if self.terms.get() > MAX_TERMS {
            return Err(self.refuse(format!(
                "more than {MAX_TERMS} columns, operators and calls (what stands in `BETWEEN`, `CASE` or `coalesce` counts \
                 {REPEATED} times): use `IN (...)`, or nest less"
            )));
        }
        if self.text.get() > MAX_TEXT {
            return Err(self.refuse(format!("more than {MAX_TEXT} bytes of values outside of `IN (...)`")));
        }
        Ok(())
    }

    fn operator(&self, op: &datafusion::sql::sqlparser::ast::BinaryOperator) -> Result<()> {
        use datafusion::sql::sqlparser::ast::BinaryOperator as B;
        match op {
            B::Plus
            | B::Minus
            | B::Multiply
            | B::Divide
            | B::Modulo
            | B::Gt
            | B::Lt
            | B::GtEq
            | B::LtEq
            | B::Eq
            | B::NotEq
            | B::And
            | B::Or => Ok(()),
            other => Err(self.refuse(format!("operator `{other}` is not allowed"))),
        }
    }

    fn column(&self, name: &mut Ident) -> Result<()> {
        let fields = self.table.fields();
        let exact = fields.iter().find(|field| *field.name() == name.value);
        let same = || fields.iter().find(|field| field.name().eq_ignore_ascii_case(&name.value));
        let Some(field) = exact.or_else(same) else {
            return Err(unknown_column(self.clause, &name.value, self.table, name.quote_style.is_some()));
        };
        name.value.clone_from(field.name());
        name.quote_style = Some('"');
        Ok(())
    }

    fn refuse(&self, reason: impl ToString) -> StoreError {
        refused(self.clause, reason)
    }
}

fn unknown_column(clause: &'static str, name: &str, table: &Schema, quoted: bool) -> StoreError {
    let names = || table.fields().iter().map(|field| field.name().as_str());
    let hint = match nearest(name, names()) {
        Some(nearest) => format!("did you mean `{nearest}`?"),
        None if quoted => "text stands in single quotes".to_owned(),
        None => format!("there are {}", names().collect::<Vec<_>>().join(", ")),
    };
    refused(clause, format!("there is no column `{name}`: {hint}"))
}
