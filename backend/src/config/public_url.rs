//! Where others reach a server: `https://balmer.example.org`.

use std::str::FromStr;

use axum::http::Uri;
use serde::{Deserialize, Deserializer, Serialize, de::Error as _};

/// The origin of a server as its clients know it, written as browsers write it; or nothing, which says that they know it as
/// they ask for it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct PublicUrl(String);

impl PublicUrl {
    /// Scheme, host and, where it is not the scheme's own, port.
    pub fn origin(&self) -> Option<&str> {
        Some(self.0.as_str()).filter(|origin| !origin.is_empty())
    }
}

impl FromStr for PublicUrl {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        if text.is_empty() {
            return Ok(Self::default());
        }
        let wrong =
            || format!("`{text}` is no address of a server: write it as `https://balmer.example.org`, without a path");
        let uri: Uri = text.parse().map_err(|_| wrong())?;
        let (Some(scheme), Some(authority)) = (uri.scheme_str(), uri.authority()) else { return Err(wrong()) };
        let own_port = match scheme {
            "http" => 80,
            "https" => 443,
            _ => return Err(wrong()),
        };
        let is_bare = uri.path() == "/" && uri.query().is_none() && !text.contains(['#', '@']);
        let port = authority.port_u16();
        // `host:` and `host:99999` have ports that are none
        let is_whole = port.is_some() || authority.as_str().len() == authority.host().len();
        if !is_bare || !is_whole || authority.host().is_empty() {
            return Err(wrong());
        }
        let host = authority.host().to_ascii_lowercase();
        let port = port.filter(|&port| port != own_port).map_or_else(String::new, |port| format!(":{port}"));
        Ok(Self(format!("{scheme}://{host}{port}")))
    }
}

impl<'de> Deserialize<'de> for PublicUrl {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(D::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_told_as_browsers_tell_origins() {
        for (text, origin) in [
            ("", None),
            ("https://balmer.example.org", Some("https://balmer.example.org")),
            ("HTTPS://Balmer.Example.org:443/", Some("https://balmer.example.org")),
            ("http://10.0.0.7:8080", Some("http://10.0.0.7:8080")),
            ("http://[::1]:80", Some("http://[::1]")),
        ] {
            assert_eq!(text.parse::<PublicUrl>().unwrap().origin(), origin, "{text}");
        }
        for text in [
            "balmer.example.org",
            "ftp://balmer.example.org",
            "https://",
            "https://balmer.example.org/balmer",
            "https://balmer.example.org/?a=1",
            "https://balmer.example.org/#top",
            "https://me@balmer.example.org",
            "https://balmer.example.org:99999",
            "https://balmer.example.org:",
            "https://balmer example.org",
            " ",
        ] {
            let error = text.parse::<PublicUrl>().unwrap_err();
            assert!(error.contains("https://balmer.example.org`"), "{text}: {error}");
        }
    }
}
