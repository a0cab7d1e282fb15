//! Installing system packages on Debian and Ubuntu; elsewhere saying exactly what is needed.

use std::process::Command;

use anyhow::{Result, bail};

use crate::shell;

/// Makes sure that `packages` are installed, to have `what`.
///
/// # Errors
/// Where apt is missing or may not be used: the message says what to install by hand.
pub fn install(packages: &[&str], what: &str) -> Result<()> {
    let list = packages.join(" ");
    if shell::find("apt-get").is_none() {
        bail!(
            "{what} is missing: install it with your system's package manager (on Debian: {list}) and run this again"
        );
    }
    let Some(mut apt) = apt_get() else {
        bail!(
            "{what} is missing and this user may not install it: run `sudo apt-get install {list}` and then this again"
        );
    };
    shell::step(&format!("installing {what}: {list}"));
    let install = |apt: &mut Command| shell::run(apt.args(["install", "-y", "--no-install-recommends"]).args(packages));
    if install(&mut apt).is_ok() {
        return Ok(());
    }
    // the package lists of a fresh machine are empty or old
    if let Some(mut apt) = apt_get() {
        shell::run(apt.arg("update"))?;
    }
    match apt_get() {
        Some(mut apt) => install(&mut apt),
        None => Ok(()),
    }
}

/// `apt-get` with the right to install: as root, or through sudo without a password prompt.
fn apt_get() -> Option<Command> {
    let mut command = if shell::output(Command::new("id").arg("-u")).is_ok_and(|id| id.trim() == "0") {
        Command::new("apt-get")
    } else if shell::works(Command::new("sudo").args(["-n", "true"])) {
        let mut sudo = Command::new("sudo");
        sudo.args(["-n", "DEBIAN_FRONTEND=noninteractive", "apt-get"]);
        sudo
    } else {
        return None;
    };
    command.env("DEBIAN_FRONTEND", "noninteractive").arg("-q");
    Some(command)
}
