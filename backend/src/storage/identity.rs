//! Recognising a spectrum that was stored before: by its file, its content or its observation.

use std::{fs, path::Path, time::UNIX_EPOCH};

use balmer_core::spectrum::Spectrum;
use sha2::{Digest, Sha256};

/// What tells, without reading it, whether a file changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FileStamp {
    /// Size in bytes.
    pub bytes: u64,
    /// Unix time of the last change, nanoseconds.
    pub modified: i64,
}

impl FileStamp {
    /// The stamp of the file at `path`, if it can be had.
    pub(crate) fn of(path: &Path) -> Option<Self> {
        let metadata = fs::metadata(path).ok()?;
        let modified = metadata.modified().ok()?.duration_since(UNIX_EPOCH).ok()?;
        Some(Self { bytes: metadata.len(), modified: modified.as_nanos() as i64 })
    }
}

/// What a spectrum was made from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Input {
    /// SHA-256 of pixels and identity, hex.
    pub content_hash: String,
    /// The survey's name for the observation: two spectra that share it are the same exposure.
    pub observation: Option<String>,
    /// The file it came from, where it came from one.
    pub file: Option<FileStamp>,
}

impl Input {
    /// Identifies `spectrum`, read from the file with the given stamp.
    pub fn of(spectrum: &Spectrum, file: Option<FileStamp>) -> Self {
        Self { content_hash: content_hash(spectrum), observation: observation(spectrum), file }
    }
}

/// SHA-256 over the pixels, their wavelengths, variance and masks, and over what identifies the
/// observation: flat or empty spectra of different objects are alike in their pixels only.
fn content_hash(spectrum: &Spectrum) -> String {
    let mut hash = Sha256::new();
    let mut feed = |tag: u8, bytes: &[u8]| {
        hash.update([tag]);
        hash.update((bytes.len() as u64).to_le_bytes());
        hash.update(bytes);
    };
    let mut buffer: Vec<u8> = Vec::with_capacity(spectrum.len() * 8);
    buffer.extend(spectrum.axis().wavelengths().iter().flat_map(|w| w.to_le_bytes()));
    feed(0, &buffer);
    for (tag, pixels) in [(1, Some(spectrum.flux())), (2, spectrum.ivar())] {
        let Some(pixels) = pixels else { continue };
        buffer.clear();
        buffer.extend(pixels.iter().flat_map(|p| p.to_le_bytes()));
        feed(tag, &buffer);
    }
    for (tag, mask) in [(3, spectrum.and_mask()), (4, spectrum.or_mask())] {
        let Some(mask) = mask else { continue };
        buffer.clear();
        buffer.extend(mask.iter().flat_map(|m| m.to_le_bytes()));
        feed(tag, &buffer);
    }
    let m = &spectrum.metadata;
    let identity = format!("{:?} {:?} {:?} {:?} {:?} {:?}", m.obsid, m.release, m.designation, m.ra, m.dec, m.mjd);
    feed(5, identity.as_bytes());
    format!("{:x}", hash.finalize())
}

/// Release, observation identifier and spectral range: the arms of one exposure differ in the last.
fn observation(spectrum: &Spectrum) -> Option<String> {
    let m = &spectrum.metadata;
    let obsid = m.obsid.filter(|&id| id > 0)?;
    let (first, last) = spectrum.axis().range();
    let release = m.release.as_deref().unwrap_or("");
    Some(format!("{}/{release}/{obsid}/{}-{}", m.layout, (first / 50.0).round(), (last / 50.0).round()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::storage::test_spectra;

    #[test]
    fn one_changed_pixel_changes_the_hash_and_the_name_does_not() {
        let spectrum = test_spectra::numbered_one(3);
        let mut renamed = spectrum.clone();
        renamed.metadata.spectrum_id = "copy".into();
        renamed.metadata.source = "copy.fits".into();
        assert_eq!(content_hash(&spectrum), content_hash(&renamed));
        let mut flux = spectrum.flux().to_vec();
        flux[7] += 1.0;
        let changed = Spectrum::new(spectrum.axis().clone(), flux, spectrum.metadata.clone()).unwrap();
        let changed = changed.with_ivar(spectrum.ivar().unwrap().to_vec()).unwrap();
        assert_ne!(content_hash(&spectrum), content_hash(&changed));
        assert_eq!(observation(&spectrum), observation(&changed));
    }

    #[test]
    fn empty_spectra_of_two_objects_are_not_the_same() {
        let mut one = test_spectra::numbered_one(0);
        let hash = content_hash(&one);
        one.metadata.ra = Some(99.0);
        assert_ne!(hash, content_hash(&one));
    }

    #[test]
    fn an_observation_needs_an_identifier() {
        let mut one = test_spectra::numbered_one(0);
        one.metadata.obsid = Some(-9999);
        assert_eq!(observation(&one), None);
    }
}
