//! The folder of real survey spectra.

use std::{env, path::PathBuf};

/// `BALMER_REAL_DATA`, else `../shared/data` beside the checkout; without it no test that asks can run.
pub fn folder() -> PathBuf {
    let beside = concat!(env!("CARGO_MANIFEST_DIR"), "/../../shared/data");
    let folder = env::var_os("BALMER_REAL_DATA").map_or_else(|| PathBuf::from(beside), PathBuf::from);
    assert!(
        folder.is_dir(),
        "no real spectra in {}: set BALMER_REAL_DATA to their folder, or run `cargo xtask test`, which leaves these tests out",
        folder.display()
    );
    folder
}
