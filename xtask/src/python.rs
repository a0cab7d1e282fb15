//! Python with packages of its own, in the user's cache.

use std::{path::Path, process::Command};

use anyhow::{Result, bail};

use crate::apt;

/// Makes an empty virtual environment in `home`, over one that may be there.
///
/// # Errors
/// Where Python cannot make one and cannot be installed.
pub fn new_environment(home: &Path) -> Result<()> {
    let environment = || Command::new("python3").args(["-m", "venv", "--clear"]).arg(home).status();
    if !environment().is_ok_and(|status| status.success()) {
        apt::install(&["python3", "python3-venv"], "Python with virtual environments")?;
        if !environment()?.success() {
            bail!("python3 -m venv does not work: install Python 3 with venv and run this again");
        }
    }
    Ok(())
}
