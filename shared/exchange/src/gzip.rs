//! Gzip recognised from its first bytes, unpacked within bounds.

use std::borrow::Cow;
use std::io::Read;

use flate2::bufread::GzDecoder;

use crate::ReadError;

/// No spectrum file is larger than this.
const LIMIT: usize = 256 << 20;
/// Unpacked bytes allowed for each packed one, above a small size: spectra reach about 20.
const RATIO: usize = 200;
/// Size up to which the ratio does not matter.
const SMALL: usize = 16 << 20;

/// The content of a file, unpacked where it is gzip, whatever it is called.
pub(crate) fn unpack(bytes: &[u8]) -> Result<Cow<'_, [u8]>, ReadError> {
    if !is_gzip(bytes) {
        return Ok(Cow::Borrowed(bytes));
    }
    let limit = LIMIT.min(SMALL.max(bytes.len().saturating_mul(RATIO)));
    let mut content = Vec::with_capacity(bytes.len().saturating_mul(3).min(limit));
    let mut rest = bytes;
    // a file may be several gzip members; what follows the last one is ignored
    while is_gzip(rest) {
        let room = limit - content.len() + 1;
        let mut decoder = GzDecoder::new(rest).take(room as u64);
        decoder.read_to_end(&mut content).map_err(|e| ReadError::Gzip(e.to_string()))?;
        if content.len() > limit {
            return Err(ReadError::GzipBomb { limit_mib: limit >> 20, packed: bytes.len() });
        }
        rest = decoder.into_inner().into_inner();
    }
    Ok(Cow::Owned(content))
}

fn is_gzip(bytes: &[u8]) -> bool {
    bytes.starts_with(&[0x1f, 0x8b, 8])
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use flate2::Compression;
    use flate2::write::GzEncoder;

    use super::*;

    fn packed(content: &[u8]) -> Vec<u8> {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
        encoder.write_all(content).unwrap();
        encoder.finish().unwrap()
    }

    #[test]
    fn members_are_joined_and_garbage_behind_them_is_ignored() {
        let mut bytes = packed(b"SIMPLE");
        bytes.extend(packed(b"  = T"));
        bytes.extend(b"\0\0garbage");
        assert_eq!(&*unpack(&bytes).unwrap(), b"SIMPLE  = T");
        assert_eq!(&*unpack(b"plain").unwrap(), b"plain");
    }

    #[test]
    fn a_bomb_stops_at_its_bound() {
        let bomb = packed(&vec![0u8; 40 << 20]);
        assert!(bomb.len() < 1 << 20);
        let error = unpack(&bomb).unwrap_err();
        assert_eq!(error.reason(), "gzip-bomb");
        assert!(error.to_string().contains("MiB"), "{error}");
    }

    #[test]
    fn a_cut_stream_is_an_error() {
        let bytes = packed(&(0..100_000u32).flat_map(u32::to_le_bytes).collect::<Vec<_>>());
        assert_eq!(unpack(&bytes[..bytes.len() / 2]).unwrap_err().reason(), "bad-gzip");
    }
}
