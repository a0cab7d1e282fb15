//! Query strings: which rows of a table, in what order.

use std::time::Duration;

use axum::{
    extract::{FromRequestParts, Query as AxumQuery},
    http::request::Parts,
};
use serde::{Deserialize, de::DeserializeOwned};

use super::problem::Failure;
use crate::storage::Query;

/// Rows in one JSON answer, at most.
const MAX_LIMIT: usize = 10_000;
/// How long a query over HTTP may take.
const TIME_LIMIT: Duration = Duration::from_secs(20);

/// `?where=&order_by=&limit=&offset=`
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Rows {
    r#where: Option<String>,
    order_by: Option<String>,
    limit: Option<usize>,
    offset: Option<usize>,
}

impl Rows {
    /// The store's query, with at most `default_limit` rows where the caller names no limit.
    pub fn query(&self, default_limit: usize) -> Result<Query, Failure> {
        let limit = self.limit.unwrap_or(default_limit);
        if limit > MAX_LIMIT {
            return Err(Failure::bad_parameter(
                "limit",
                format!("{limit} is more than {MAX_LIMIT}: ask in parts, with offset"),
            ));
        }
        Ok(Query {
            condition: given(self.r#where.as_ref()),
            order_by: given(self.order_by.as_ref()),
            limit: Some(limit),
            offset: self.offset.unwrap_or(0),
            time_limit: TIME_LIMIT,
            ..Query::default()
        })
    }

    /// Whether the rows are narrowed by a condition.
    pub fn is_conditional(&self) -> bool {
        self.r#where.as_ref().is_some_and(|text| !text.trim().is_empty())
    }

    /// Rows passed over.
    pub fn offset(&self) -> u64 {
        self.offset.unwrap_or(0) as u64
    }
}

/// `?where=`
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Condition {
    r#where: Option<String>,
}

impl Condition {
    /// The store's query, over all rows that fulfil the condition.
    pub fn query(&self) -> Query {
        Query { condition: given(self.r#where.as_ref()), time_limit: TIME_LIMIT, ..Query::default() }
    }
}

/// A text that says something.
fn given(text: Option<&String>) -> Option<String> {
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
