//! Which format an `Accept` header asks for.

use axum::{
    body::Body,
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse, Response},
};

use super::problem::Failure;

/// Formats the API answers in; each route says which of them it has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Answer {
    /// `application/json`: the default.
    Json,
    /// `application/x-votable+xml`.
    Votable,
    /// `text/csv`.
    Csv,
    /// `application/fits`.
    Fits,
}

impl Answer {
    /// Media type of the answer.
    pub fn media_type(self) -> &'static str {
        match self {
            Self::Json => "application/json",
            Self::Votable => "application/x-votable+xml",
            Self::Csv => "text/csv; charset=utf-8; header=present",
            Self::Fits => "application/fits",
        }
    }

    /// Ending of a file of that format.
    fn ending(self) -> &'static str {
        match self {
            Self::Json => "json",
            Self::Votable => "vot",
            Self::Csv => "csv",
            Self::Fits => "fits",
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

    /// The best of `offered` for an `Accept` header: by its quality, then by the order of `offered`.
    ///
    /// # Errors
    /// 406 where none will do.
    pub fn choose(headers: &HeaderMap, offered: &[Self]) -> Result<Self, Failure> {
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

    /// A file of that format for download, named after what it holds.
    pub fn file(self, name: &str, bytes: Vec<u8>) -> Response {
        let plain: String =
            name.chars().map(|c| if c.is_ascii_alphanumeric() || "-_.".contains(c) { c } else { '_' }).collect();
        let disposition = format!("attachment; filename=\"{plain}.{}\"", self.ending());
        let headers = [
            (header::CONTENT_TYPE, self.media_type().to_owned()),
            (header::CONTENT_DISPOSITION, disposition),
            (header::VARY, "accept".to_owned()),
        ];
        (headers, Body::from(bytes)).into_response()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chosen(accept: &str) -> Option<Answer> {
        let mut headers = HeaderMap::new();
        headers.insert(header::ACCEPT, accept.parse().unwrap());
        Answer::choose(&headers, &[Answer::Json, Answer::Votable, Answer::Csv]).ok()
    }

    #[test]
    fn the_default_is_json() {
        assert_eq!(Answer::choose(&HeaderMap::new(), &[Answer::Json, Answer::Csv]).ok(), Some(Answer::Json));
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
}
