//! Which format an answer has: the `format` of the query string, else what the `Accept` header asks for.

use axum::{
    body::Body,
    http::{HeaderMap, HeaderName, StatusCode, header},
    response::{IntoResponse, Response},
};
use serde::Deserialize;
use utoipa::{IntoParams, ToSchema};

use super::problem::Failure;

/// Formats the API answers in; each route says which of them it has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum Answer {
    /// `application/json`: the default.
    Json,
    /// `application/vnd.apache.arrow.stream`.
    Arrow,
    /// `application/x-votable+xml`.
    Votable,
    /// `text/csv`.
    Csv,
    /// `application/vnd.apache.parquet`.
    Parquet,
    /// `application/fits`.
    Fits,
}

/// `?format=`
#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[serde(default, deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct Format {
    /// The format, whatever the `Accept` header says.
    #[param(inline)]
    format: Option<Answer>,
}

impl Format {
    /// The format asked for, of those `offered`.
    ///
    /// # Errors
    /// As [`Answer::choose`].
    pub fn choose(&self, headers: &HeaderMap, offered: &[Answer]) -> Result<Answer, Failure> {
        Answer::choose(self.format, headers, offered)
    }
}

impl Answer {
    /// Media type of the answer.
    pub fn media_type(self) -> &'static str {
        match self {
            Self::Json => "application/json",
            Self::Arrow => "application/vnd.apache.arrow.stream",
            Self::Votable => "application/x-votable+xml",
            Self::Csv => "text/csv; charset=utf-8; header=present",
            Self::Parquet => "application/vnd.apache.parquet",
            Self::Fits => "application/fits",
        }
    }

    /// Its name in `?format=`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Json => "json",
            Self::Arrow => "arrow",
            Self::Votable => "votable",
            Self::Csv => "csv",
            Self::Parquet => "parquet",
            Self::Fits => "fits",
        }
    }

    /// Ending of a file of that format.
    fn ending(self) -> &'static str {
        match self {
            Self::Arrow => "arrows",
            Self::Votable => "vot",
            other => other.name(),
        }
    }

    fn accepts(self, range: &str) -> bool {
        let own = self.media_type().split(';').next().unwrap_or_default();
        match (self, range) {
            (_, "*/*")
            | (Self::Json, "application/*")
            | (Self::Csv, "text/*")
            | (Self::Fits, "image/fits")
            | (Self::Votable, "text/xml" | "application/xml" | "application/votable+xml") => true,
            (_, range) => range == own,
        }
    }

    /// The format that `named` says; else the best of `offered` for the `Accept` header: by its quality,
    /// then by the order of `offered`.
    ///
    /// # Errors
    /// 400 where the named one is not offered, 406 where none will do.
    pub fn choose(named: Option<Self>, headers: &HeaderMap, offered: &[Self]) -> Result<Self, Failure> {
        if let Some(named) = named {
            let names: Vec<&str> = offered.iter().map(|answer| answer.name()).collect();
            return offered.contains(&named).then_some(named).ok_or_else(|| {
                let detail = format!("`{}` is not to be had here: choose {}", named.name(), names.join(", "));
                Failure::bad_parameter("format", detail)
            });
        }
        let Some(accept) = headers.get(header::ACCEPT).and_then(|value| value.to_str().ok()) else {
            return Ok(offered[0]);
        };
        let ranges = || {
            accept.split(',').map(|part| {
                let mut pieces = part.split(';').map(str::trim);
                let range = pieces.next().unwrap_or_default().to_ascii_lowercase();
                let quality = pieces.find_map(|p| p.strip_prefix("q=")?.parse().ok()).unwrap_or(1.0_f32);
                (range, quality)
            })
        };
        let quality = |answer: Self| {
            // a named type counts before the wildcards
            let named = ranges().filter(|(range, _)| !range.contains('*') && answer.accepts(range));
            let wild = ranges().filter(|(range, _)| range.contains('*') && answer.accepts(range));
            named.chain(wild).map(|(_, quality)| quality).next().unwrap_or(0.0)
        };
        let best = offered.iter().copied().rev().max_by(|a, b| quality(*a).total_cmp(&quality(*b)));
        best.filter(|best| quality(*best) > 0.0).ok_or_else(|| {
            let names: Vec<&str> = offered.iter().map(|answer| answer.media_type()).collect();
            Failure::new(StatusCode::NOT_ACCEPTABLE, format!("this can be had as {}", names.join(", ")))
        })
    }

    /// What a response in that format says of itself; JSON is shown, the others are files named after
    /// what they hold.
    pub fn headers(self, name: &str) -> Vec<(HeaderName, String)> {
        let mut headers =
            vec![(header::CONTENT_TYPE, self.media_type().to_owned()), (header::VARY, "accept".to_owned())];
        if self != Self::Json {
            let plain: String =
                name.chars().map(|c| if c.is_ascii_alphanumeric() || "-_.".contains(c) { c } else { '_' }).collect();
            let disposition = format!("attachment; filename=\"{plain}.{}\"", self.ending());
            headers.push((header::CONTENT_DISPOSITION, disposition));
        }
        headers
    }

    /// A body of that format with its headers.
    pub fn respond(self, name: &str, body: Body) -> Response {
        let mut response = body.into_response();
        for (key, value) in self.headers(name) {
            if let Ok(value) = value.parse() {
                response.headers_mut().insert(key, value);
            }
        }
        response
    }

    /// A file of that format for download, named after what it holds.
    pub fn file(self, name: &str, bytes: Vec<u8>) -> Response {
        self.respond(name, Body::from(bytes))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chosen(accept: &str) -> Option<Answer> {
        let mut headers = HeaderMap::new();
        headers.insert(header::ACCEPT, accept.parse().unwrap());
        Answer::choose(None, &headers, &[Answer::Json, Answer::Votable, Answer::Csv]).ok()
    }

    #[test]
    fn the_default_is_json() {
        assert_eq!(Answer::choose(None, &HeaderMap::new(), &[Answer::Json, Answer::Csv]).ok(), Some(Answer::Json));
        assert_eq!(chosen("*/*"), Some(Answer::Json));
    }

    #[test]
    fn quality_decides_then_our_order() {
        assert_eq!(chosen("text/csv"), Some(Answer::Csv));
        assert_eq!(chosen("application/json;q=0.2, application/x-votable+xml"), Some(Answer::Votable));
        assert_eq!(chosen("text/csv, application/json"), Some(Answer::Json));
        assert_eq!(chosen("text/html,application/xhtml+xml,*/*;q=0.8"), Some(Answer::Json));
        assert_eq!(chosen("application/json;q=0, */*"), Some(Answer::Votable));
        assert_eq!(chosen("application/fits"), None);
    }

    #[test]
    fn the_query_string_wins_over_the_header() {
        let mut headers = HeaderMap::new();
        headers.insert(header::ACCEPT, "application/json".parse().unwrap());
        let offered = [Answer::Json, Answer::Csv];
        assert_eq!(Answer::choose(Some(Answer::Csv), &headers, &offered).ok(), Some(Answer::Csv));
        assert!(Answer::choose(Some(Answer::Fits), &headers, &offered).is_err());
    }
}
