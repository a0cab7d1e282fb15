//! `in_subset('name')`: true for the spectra of a named subset.
//!
//! It is read as a function of the column `spectrum_id` and the name, whose sets are found while the condition is checked:
//! each once, however often it is named. A subset's own file is thus the only one that a condition can name.

use std::{
    cell::RefCell,
    collections::{BTreeMap, HashSet},
    sync::Arc,
};

use arrow_array::{ArrayRef, BooleanArray, cast::AsArray};
use arrow_schema::DataType;
use datafusion::{
    common::{Result as Planned, ScalarValue, exec_err},
    logical_expr::{ColumnarValue, ScalarUDF, Volatility, create_udf},
    sql::sqlparser::ast::{Expr, Function, FunctionArg, FunctionArgExpr, FunctionArguments, Ident, Value},
};

use super::refused;
use crate::storage::{Result, Subsets};

/// Its name.
const NAME: &str = "in_subset";
/// The column that it looks up.
pub(super) const COLUMN: &str = "spectrum_id";
/// Spectra of all subsets that one condition names, at most: their ids are held while it is evaluated.
const MOST: usize = 2_000_000;

/// Sets of ids by the name of their subset.
type Sets = BTreeMap<String, Arc<HashSet<String>>>;

/// The subsets that a condition names, as far as it was read.
pub(super) struct Memberships<'a> {
    subsets: &'a Subsets,
    sets: RefCell<Sets>,
}

/// Whether this calls it.
pub(super) fn is_membership(function: &Function) -> bool {
    function.name.to_string().eq_ignore_ascii_case(NAME)
}

impl<'a> Memberships<'a> {
    /// None yet.
    pub(super) fn of(subsets: &'a Subsets) -> Self {
        Self { subsets, sets: RefCell::default() }
    }

    /// Reads a call: its argument is checked, and stands behind the column from then on.
    ///
    /// # Errors
    /// A call of another shape; a subset that is not there; more spectra than a condition may name.
    pub(super) fn read(&self, clause: &'static str, function: &mut Function) -> Result<()> {
        let misshapen = || refused(clause, format!("`{NAME}` must be called with a name, as `{NAME}('my-selection')`"));
        let is_plain = function.filter.is_none()
            && function.over.is_none()
            && function.null_treatment.is_none()
            && function.within_group.is_empty()
            && matches!(function.parameters, FunctionArguments::None);
        let FunctionArguments::List(list) = &mut function.args else { return Err(misshapen()) };
        if !is_plain || list.duplicate_treatment.is_some() || !list.clauses.is_empty() {
            return Err(misshapen());
        }
        let [FunctionArg::Unnamed(FunctionArgExpr::Expr(Expr::Value(value)))] = &list.args[..] else {
            return Err(misshapen());
        };
        let Value::SingleQuotedString(name) = &value.value else {
            let remedy = format!("the name of a subset stands in single quotes: `{NAME}('my-selection')`");
            return Err(refused(clause, remedy));
        };
        let mut sets = self.sets.borrow_mut();
        if !sets.contains_key(name) {
            let ids = self.subsets.get(name).map_err(|error| refused(clause, error))?.spectrum_ids;
            let all = sets.values().map(|set| set.len()).sum::<usize>() + ids.len();
            if all > MOST {
                return Err(refused(
                    clause,
                    format!("its subsets have {all} spectra, {MOST} are accepted: name fewer"),
                ));
            }
            sets.insert(name.clone(), Arc::new(ids.into_iter().collect()));
        }
        let column = Expr::Identifier(Ident::with_quote('"', COLUMN));
        list.args.insert(0, FunctionArg::Unnamed(FunctionArgExpr::Expr(column)));
        Ok(())
    }

    /// The subsets that were named.
    pub(super) fn into_sets(self) -> Sets {
        self.sets.into_inner()
    }
}

/// The function, of these subsets.
pub(super) fn function(sets: Sets) -> ScalarUDF {
    let call = move |arguments: &[ColumnarValue]| -> Planned<ColumnarValue> {
        let [ids, ColumnarValue::Scalar(ScalarValue::Utf8(Some(name)))] = arguments else {
            return exec_err!("`{NAME}` needs a column and a name");
        };
        let Some(set) = sets.get(name) else { return exec_err!("there is no subset `{name}`") };
        let is_member = |ids: &ArrayRef| -> BooleanArray {
            ids.as_string::<i32>().iter().map(|id| Some(id.is_some_and(|id| set.contains(id)))).collect()
        };
        Ok(match ids {
            ColumnarValue::Array(ids) => ColumnarValue::Array(Arc::new(is_member(ids))),
            ColumnarValue::Scalar(id) => {
                ColumnarValue::Scalar(ScalarValue::Boolean(Some(is_member(&id.to_array()?).value(0))))
            }
        })
    };
    create_udf(NAME, vec![DataType::Utf8, DataType::Utf8], DataType::Boolean, Volatility::Immutable, Arc::new(call))
}
