//! Query strings: which rows of a table, in what order, which of their columns, in what format.

use std::time::Duration;

use axum::{
    extract::{FromRequestParts, Query as AxumQuery},
    http::request::Parts,
};
use serde::{Deserialize, de::DeserializeOwned};
use utoipa::IntoParams;

use super::{negotiation::Answer, problem::Failure};
use crate::storage::Query;

/// Rows in one JSON answer, at most.
pub const MAX_LIMIT: usize = 10_000;
/// Rows in one JSON answer where the caller names no limit.
pub const DEFAULT_LIMIT: usize = 100;
/// How long a query over HTTP may take to find its rows.
pub const TIME_LIMIT: Duration = Duration::from_secs(20);

/// `?where=&order_by=&limit=&offset=&columns=&format=`
#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[serde(default, deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct Rows {
    /// SQL expression that is true for the rows wanted.
    #[param(example = "snr_r > 10")]
    r#where: Option<String>,
    /// SQL terms: `snr_r desc, ra`.
    #[param(example = "spectrum_id")]
    order_by: Option<String>,
    /// Rows, at most. JSON has at most 10,000, and 100 where nothing is said.
    limit: Option<usize>,
    /// Rows to pass over first.
    offset: Option<usize>,
    /// Columns wanted, separated by commas.
    #[param(example = "spectrum_id")]
    columns: Option<String>,
    /// The format, whatever the `Accept` header says.
    #[param(inline)]
    pub format: Option<Answer>,
}

impl Rows {
    /// The store's query for an answer of that format. JSON has a default and a greatest limit.
    ///
    /// # Errors
    /// 400 where the limit is beyond the greatest.
    pub fn query(&self, answer: Answer) -> Result<Query, Failure> {
        let limit = if answer == Answer::Json { Some(self.limit.unwrap_or(DEFAULT_LIMIT)) } else { self.limit };
        if let Some(limit) = limit.filter(|limit| answer == Answer::Json && *limit > MAX_LIMIT) {
            let remedy = "ask in parts, with offset, or as another format";
            return Err(Failure::bad_parameter("limit", format!("{limit} is more than {MAX_LIMIT}: {remedy}")));
        }
        Ok(Query {
            condition: given(self.r#where.as_ref()),
            order_by: given(self.order_by.as_ref()),
            limit,
            offset: self.offset.unwrap_or(0),
            columns: self.columns()?,
            time_limit: TIME_LIMIT,
            ..Query::default()
        })
    }

    /// The columns chosen, each once.
    fn columns(&self) -> Result<Option<Vec<String>>, Failure> {
        let Some(text) = given(self.columns.as_ref()) else { return Ok(None) };
        let columns: Vec<String> = text.split(',').map(|name| name.trim().to_owned()).collect();
        if let Some(twice) = (1..columns.len()).find(|&i| columns[..i].contains(&columns[i])) {
            return Err(Failure::bad_parameter("columns", format!("`{}` is named twice", columns[twice])));
        }
        Ok(Some(columns))
    }

    /// Whether the caller chose columns.
    pub fn has_columns(&self) -> bool {
        given(self.columns.as_ref()).is_some()
    }

    /// Rows passed over.
    pub fn offset(&self) -> u64 {
        self.offset.unwrap_or(0) as u64
    }
}

/// `?where=&order_by=&limit=&offset=&columns=&format=&with_set_aside=`: [`Rows`] and one more, written out since serde, asked
/// to flatten, takes the numbers of a query string for texts and refuses no unknown names.
#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[serde(default, deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct CandidateRows {
    /// SQL expression that is true for the rows wanted.
    #[param(example = "snr_r > 10")]
    r#where: Option<String>,
    /// SQL terms: `snr_r desc, ra`.
    #[param(example = "spectrum_id")]
    order_by: Option<String>,
    /// Rows, at most. JSON has at most 10,000, and 100 where nothing is said.
    limit: Option<usize>,
    /// Rows to pass over first.
    offset: Option<usize>,
    /// Columns wanted, separated by commas.
    #[param(example = "spectrum_id")]
    columns: Option<String>,
    /// The format, whatever the `Accept` header says.
    #[param(inline)]
    format: Option<Answer>,
    /// Members of families that are set aside, too: they are left out where nothing is said.
    with_set_aside: Option<bool>,
}

impl CandidateRows {
    /// Which rows, and whether members of families that are set aside are among them.
    pub fn split(self) -> (Rows, bool) {
        let Self { r#where, order_by, limit, offset, columns, format, with_set_aside } = self;
        (Rows { r#where, order_by, limit, offset, columns, format }, with_set_aside.unwrap_or(false))
    }
}

/// `?where=`
#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[serde(default, deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct Condition {
    /// SQL expression that is true for the rows wanted.
    #[param(example = "snr_r > 10")]
    r#where: Option<String>,
}

impl Condition {
    /// The store's query, over all rows that fulfil the condition.
    pub fn query(&self) -> Query {
        Query { condition: given(self.r#where.as_ref()), time_limit: TIME_LIMIT, ..Query::default() }
    }
}

/// A text that says something.
pub fn given(text: Option<&String>) -> Option<String> {
    text.filter(|text| !text.trim().is_empty()).cloned()
}

/// A query string, refused with a problem where it is not understood.
#[derive(Debug)]
pub struct Params<T>(pub T);

impl<S: Send + Sync, T: DeserializeOwned> FromRequestParts<S> for Params<T> {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Failure> {
        match AxumQuery::from_request_parts(parts, state).await {
            Ok(AxumQuery(value)) => Ok(Self(value)),
            Err(rejection) => Err(Failure::bad_parameter("query", rejection.body_text())),
        }
    }
}
