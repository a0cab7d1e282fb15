//! axe-core, which looks for what keeps people with disabilities from using a page (MPL-2.0, Deque). It
//! is injected by the browser tests and never shipped.

use std::{fmt::Write as _, path::PathBuf, process::Command};

use anyhow::{Result, bail};
use sha2::{Digest as _, Sha256};

use crate::{apt, shell};

const VERSION: &str = "4.10.3";
const ARCHIVE_SHA256: &str = "0f2b4d7dcdf7d1219df8d1959ad68e565f51d14c3f0d88bb71cd59abeb956292";

/// The script, fetched once from the npm registry into the user's cache.
pub fn fetch() -> Result<PathBuf> {
    let home = shell::cache()?.join(format!("axe-core-{VERSION}"));
    let script = home.join("package/axe.min.js");
    if script.is_file() {
        return Ok(script);
    }
    if shell::find("curl").is_none() {
        apt::install(&["curl", "ca-certificates"], "curl, to fetch axe-core")?;
    }
    shell::step("fetching axe-core (1 MB, once)");
    std::fs::create_dir_all(&home)?;
    let archive = home.join("axe-core.tgz");
    let url = format!("https://registry.npmjs.org/axe-core/-/axe-core-{VERSION}.tgz");
    shell::run(Command::new("curl").args(["-sSfL", "--retry", "3", "-o"]).arg(&archive).arg(&url))?;
    let mut found = String::new();
    for byte in Sha256::digest(std::fs::read(&archive)?) {
        write!(found, "{byte:02x}")?;
    }
    if found != ARCHIVE_SHA256 {
        std::fs::remove_file(&archive)?;
        bail!("{url} is not the file this tree was made with (SHA-256 {found}): try again, or look what changed");
    }
    let mut tar = Command::new("tar");
    tar.arg("-xzf").arg(&archive).arg("-C").arg(&home).args(["package/axe.min.js", "package/LICENSE"]);
    shell::run(&mut tar)?;
    std::fs::remove_file(archive)?;
    Ok(script)
}
