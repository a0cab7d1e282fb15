//! The web app's files as they are sent: compressed once, not for each request, and known by a tag, so
//! that a browser that has them is told so.

use std::{
    collections::HashMap,
    io::{self, Write},
    sync::{Arc, LazyLock, Mutex, PoisonError},
};

use axum::{
    body::Bytes,
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use flate2::{Compression, write::GzEncoder};
use rust_embed::EmbeddedFile;

/// A file ready to be sent.
#[derive(Debug)]
pub struct Asset {
    /// SHA-256 of its bytes.
    hash: [u8; 32],
    plain: Bytes,
    /// Where that is smaller.
    gzip: Option<Bytes>,
}

/// Files by path. A debug build reads them anew each time, and what changed is compressed again.
static READY: LazyLock<Mutex<HashMap<String, Arc<Asset>>>> = LazyLock::new(Mutex::default);

impl Asset {
    /// The file at `path`, from memory where it was asked for before. The first time it is compressed, which
    /// takes a good part of a second for the largest.
    pub fn ready(path: &str, file: EmbeddedFile) -> Arc<Self> {
        let hash = file.metadata.sha256_hash();
        let known = |ready: &HashMap<String, Arc<Self>>| ready.get(path).filter(|a| a.hash == hash).cloned();
        if let Some(asset) = known(&READY.lock().unwrap_or_else(PoisonError::into_inner)) {
            return asset;
        }
        let plain = Bytes::from(file.data.into_owned());
        let gzip = squeezed(&plain).ok().filter(|gzip| gzip.len() < plain.len()).map(Bytes::from);
        let asset = Arc::new(Self { hash, plain, gzip });
        READY.lock().unwrap_or_else(PoisonError::into_inner).insert(path.to_owned(), asset.clone());
        asset
    }

    /// Its bytes, not compressed.
    pub fn plain(&self) -> &[u8] {
        &self.plain
    }

    /// The answer to a request with those headers: the file, compressed where the client takes that, or 304.
    pub fn respond(&self, request: &HeaderMap, media_type: &'static str, cache: &'static str) -> Response {
        let gzip = self.gzip.as_ref().filter(|_| takes_gzip(request));
        let tag = self.tag(gzip.is_some());
        let mut response = if knows(request, &tag) {
            StatusCode::NOT_MODIFIED.into_response()
        } else {
            ([(header::CONTENT_TYPE, media_type)], gzip.unwrap_or(&self.plain).clone()).into_response()
        };
        let headers = response.headers_mut();
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static(cache));
        headers.insert(header::VARY, HeaderValue::from_static("accept-encoding"));
        if let Ok(tag) = HeaderValue::from_str(&tag) {
            headers.insert(header::ETAG, tag);
        }
        if gzip.is_some() {
            headers.insert(header::CONTENT_ENCODING, HeaderValue::from_static("gzip"));
        }
        response
    }

    /// The entity tag; each encoding has its own, since their bytes differ.
    fn tag(&self, gzip: bool) -> String {
        let start = self.hash.iter().take(12).fold(String::new(), |text, byte| text + &format!("{byte:02x}"));
        format!("\"{start}{}\"", if gzip { "-gz" } else { "" })
    }
}

fn squeezed(plain: &[u8]) -> io::Result<Vec<u8>> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(plain)?;
    encoder.finish()
}

fn takes_gzip(request: &HeaderMap) -> bool {
    let accepted = request.get_all(header::ACCEPT_ENCODING).iter().filter_map(|value| value.to_str().ok());
    accepted.flat_map(|value| value.split(',')).any(|part| {
        let mut pieces = part.split(';').map(str::trim);
        let coding = pieces.next().unwrap_or_default();
        let refused = pieces.any(|p| p.strip_prefix("q=").is_some_and(|q| q.parse::<f32>().is_ok_and(|q| q == 0.0)));
        (coding.eq_ignore_ascii_case("gzip") || coding == "*") && !refused
    })
}

/// Whether the client has the file of that tag already.
fn knows(request: &HeaderMap, tag: &str) -> bool {
    let known = request.get(header::IF_NONE_MATCH).and_then(|value| value.to_str().ok());
    known.is_some_and(|known| {
        known.split(',').map(str::trim).any(|known| known == "*" || known.trim_start_matches("W/") == tag)
    })
}

#[cfg(test)]
mod tests {
    use axum::body::to_bytes;

    use super::*;

    fn headers(pairs: &[(&'static str, &str)]) -> HeaderMap {
        pairs.iter().map(|(name, value)| (name.parse().unwrap(), value.parse().unwrap())).collect()
    }

    #[tokio::test]
    async fn the_client_gets_what_it_takes_and_only_once() {
        let plain = Bytes::from("body { color: black }\n".repeat(100));
        let asset = Asset { hash: [7; 32], gzip: Some(squeezed(&plain).unwrap().into()), plain: plain.clone() };
        let respond = |request: &HeaderMap| asset.respond(request, "text/css", "no-cache");
        let all = respond(&HeaderMap::new());
        assert!(!all.headers().contains_key("content-encoding"));
        assert_eq!(to_bytes(all.into_body(), 10_000).await.unwrap(), plain);

        let gzip = respond(&headers(&[("accept-encoding", "br, gzip;q=0.8")]));
        assert_eq!(gzip.headers()["content-encoding"], "gzip");
        assert_eq!(gzip.headers()["vary"], "accept-encoding");
        let tag = gzip.headers()["etag"].to_str().unwrap().to_owned();
        assert!(to_bytes(gzip.into_body(), 10_000).await.unwrap().len() < plain.len() / 5);

        let again = respond(&headers(&[("accept-encoding", "gzip"), ("if-none-match", &format!("W/{tag}, \"x\""))]));
        assert_eq!(again.status(), StatusCode::NOT_MODIFIED);
        let other = respond(&headers(&[("accept-encoding", "gzip;q=0"), ("if-none-match", &tag)]));
        assert_eq!(other.status(), StatusCode::OK, "the tag is that of the compressed file");
    }
}
