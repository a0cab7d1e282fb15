//! The folder of real survey spectra.

use std::{env, path::PathBuf};

/// `BALMER_REAL_DATA`, else `../shared/data` beside the checkout; `None`, said aloud, where it is not there.
pub fn folder() -> Option<PathBuf> {
    let beside = concat!(env!("CARGO_MANIFEST_DIR"), "/../../shared/data");
    let folder = env::var_os("BALMER_REAL_DATA").map_or_else(|| PathBuf::from(beside), PathBuf::from);
    if folder.is_dir() {
        return Some(folder);
    }
    println!("skipped: no real spectra in {}; set BALMER_REAL_DATA", folder.display());
    None
}
