//! What a request gives: parameters by name, whatever the case of the names (DALI 1.1 section 3.1), of the address and of
//! a form (`application/x-www-form-urlencoded`).

use std::convert::Infallible;

use axum::{
    body::Bytes,
    extract::{FromRequest, FromRequestParts, Request},
    http::{Uri, request::Parts},
    response::{IntoResponse, Response},
};

/// Names in capitals with their values, in the order of the request.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Given(Vec<(String, String)>);

/// Those of the address alone.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Asked(pub Given);

impl Given {
    fn parse(text: &[u8]) -> Vec<(String, String)> {
        let pairs = form_urlencoded::parse(text);
        pairs.map(|(name, value)| (name.trim().to_uppercase(), value.into_owned())).collect()
    }

    fn of_uri(uri: &Uri) -> Self {
        Self(Self::parse(uri.query().unwrap_or_default().as_bytes()))
    }

    /// Every value of a name.
    pub fn all<'a>(&'a self, name: &'a str) -> impl DoubleEndedIterator<Item = &'a str> {
        self.0.iter().filter(move |(known, _)| known == name).map(|(_, value)| value.trim())
    }

    /// The last value of a name that has one.
    pub fn last<'a>(&'a self, name: &'a str) -> Option<&'a str> {
        self.all(name).rfind(|value| !value.is_empty())
    }

    /// All names and values.
    pub fn into_pairs(self) -> Vec<(String, String)> {
        self.0
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Asked {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        Ok(Self(Given::of_uri(&parts.uri)))
    }
}

impl<S: Send + Sync> FromRequest<S> for Given {
    type Rejection = Response;

    async fn from_request(request: Request, state: &S) -> Result<Self, Response> {
        let mut given = Self::of_uri(request.uri());
        let body = Bytes::from_request(request, state).await.map_err(IntoResponse::into_response)?;
        given.0.extend(Self::parse(&body));
        Ok(given)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_in_capitals_and_the_last_value_that_says_something_counts() {
        let given = Given(Given::parse(b"phase=queued&Phase=EXECUTING&where=snr_r+%3E+10&LAST=&a%2"));
        assert_eq!(given.all("PHASE").collect::<Vec<_>>(), ["queued", "EXECUTING"]);
        assert_eq!((given.last("PHASE"), given.last("WHERE")), (Some("EXECUTING"), Some("snr_r > 10")));
        assert_eq!((given.last("LAST"), given.last("AFTER")), (None, None));
    }
}
