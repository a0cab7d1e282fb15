//! What a survey holds already, so that nothing enters it twice.
//!
//! Texts are known by the first 128 bits of their SHA-256, whatever the length of their paths: two of a billion are alike
//! with a probability of 10^-21.

use std::collections::{HashMap, HashSet};

use sha2::{Digest, Sha256};

use super::identity::{FileStamp, Input};

/// The beginning of a hash.
type Key = u128;

/// What was stored before is the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Same<'a> {
    /// The very spectrum, from a file of the same name.
    Source {
        /// The spectrum stored.
        id: &'a str,
    },
    /// The same pixels and identity, from another file.
    Content {
        /// The spectrum stored.
        id: &'a str,
    },
    /// Other pixels of the same observation and release.
    Observation {
        /// The spectrum stored.
        id: &'a str,
    },
}

/// What identifies the spectra of a survey and the files they came from.
#[derive(Debug, Default)]
pub(super) struct Known {
    ids: HashSet<Key>,
    /// Of each spectrum that others are compared with: its id and what the name of its file is known by.
    spectra: Vec<(Box<str>, Key)>,
    contents: HashMap<Key, u32>,
    observations: HashMap<Key, u32>,
    files: HashMap<Key, u32>,
}

impl Known {
    /// Spectra.
    pub(super) fn len(&self) -> usize {
        self.ids.len()
    }

    /// Whether a spectrum has that id.
    pub(super) fn has_id(&self, id: &str) -> bool {
        self.ids.contains(&key(id))
    }

    /// Remembers a spectrum, and what it is compared by unless nothing is.
    pub(super) fn remember(&mut self, id: &str, source: &str, input: &Input, compared: bool) {
        self.ids.insert(key(id));
        if compared {
            let number = self.spectra.len() as u32;
            self.spectra.push((id.into(), key(file_name(source))));
            self.contents.insert(key(&input.content_hash), number);
            self.observations.extend(input.observation.as_deref().map(|observation| (key(observation), number)));
        }
        if let Some(stamp) = input.file {
            *self.files.entry(of_file(source, stamp)).or_default() += 1;
        }
    }

    /// What was stored before that is the same as a spectrum of `source`.
    pub(super) fn same(&self, source: &str, input: &Input) -> Option<Same<'_>> {
        if let Some(&number) = self.contents.get(&key(&input.content_hash)) {
            let (id, name) = &self.spectra[number as usize];
            let is_source = *name == key(file_name(source));
            return Some(if is_source { Same::Source { id } } else { Same::Content { id } });
        }
        let number = self.observations.get(&key(input.observation.as_deref()?))?;
        Some(Same::Observation { id: &self.spectra[*number as usize].0 })
    }

    /// Spectra of a file that was stored and did not change since.
    pub(super) fn of_file(&self, source: &str, stamp: FileStamp) -> Option<u64> {
        self.files.get(&of_file(source, stamp)).map(|&spectra| u64::from(spectra))
    }
}

fn of_file(source: &str, stamp: FileStamp) -> Key {
    key(&format!("{} {} {source}", stamp.bytes, stamp.modified))
}

/// The last component of a path or URL.
fn file_name(source: &str) -> &str {
    source.rsplit(['/', '\\']).next().unwrap_or(source)
}

fn key(text: &str) -> Key {
    Sha256::digest(text).iter().take(16).fold(0, |bits, &byte| bits << 8 | Key::from(byte))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn input(content: &str, observation: Option<&str>, modified: i64) -> Input {
        Input {
            content_hash: content.into(),
            observation: observation.map(str::to_owned),
            file: Some(FileStamp { bytes: 7, modified }),
        }
    }

    #[test]
    fn what_is_the_same_is_known_by_file_content_and_observation() {
        let mut known = Known::default();
        known.remember("a", "/x/a.fits", &input("c1", Some("o1"), 1), true);
        known.remember("b", "/x/b.fits", &input("c2", None, 1), true);
        let same = |source, content, observation| known.same(source, &input(content, observation, 2));
        assert_eq!(same("/y/a.fits", "c1", None), Some(Same::Source { id: "a" }));
        assert_eq!(same("/x/c.fits", "c2", Some("o1")), Some(Same::Content { id: "b" }));
        assert_eq!(same("/x/a.fits", "c3", Some("o1")), Some(Same::Observation { id: "a" }));
        assert_eq!(same("/x/a.fits", "c3", Some("o2")), None);
        assert!(known.has_id("a") && !known.has_id("c") && known.len() == 2);
    }

    #[test]
    fn files_count_their_spectra_until_they_change() {
        let mut known = Known::default();
        for id in ["a", "b"] {
            known.remember(id, "/x/two.fits", &input(id, None, 1), true);
        }
        let stamp = |modified| FileStamp { bytes: 7, modified };
        assert_eq!(known.of_file("/x/two.fits", stamp(1)), Some(2));
        assert_eq!(known.of_file("/x/two.fits", stamp(2)), None);
        assert_eq!(known.of_file("/y/two.fits", stamp(1)), None);
    }

    #[test]
    fn what_is_not_compared_is_counted_alone() {
        let mut known = Known::default();
        known.remember("a", "a", &input("c", Some("o"), 1), false);
        assert_eq!(known.same("a", &input("c", Some("o"), 1)), None);
        assert!(known.has_id("a"));
    }
}
