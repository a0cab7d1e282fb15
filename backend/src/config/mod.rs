//! Where Balmer keeps its data, and the settings of a server.

mod public_url;
mod quantity;
mod settings;

use std::path::{Path, PathBuf};

pub use public_url::PublicUrl;
pub use quantity::{Bytes, Memory};
pub use settings::{
    LogFormat, LogSettings, RunSettings, ServerSettings, Settings, SettingsError, StorageSettings, listen_address,
};

/// The data directory: what the user names, else `$BALMER_DATA`, else `balmer` in the XDG data
/// directory (`$XDG_DATA_HOME`, else `~/.local/share`). Nothing is created here.
///
/// # Errors
/// When none of the places can be told: no home directory.
pub fn data_dir(named: Option<&Path>) -> Result<PathBuf, NoDataDir> {
    choose(named, |name| std::env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from))
}

fn choose(named: Option<&Path>, env: impl Fn(&str) -> Option<PathBuf>) -> Result<PathBuf, NoDataDir> {
    named
        .map(Path::to_path_buf)
        .or_else(|| env("BALMER_DATA"))
        // the XDG specification has relative paths ignored
        .or_else(|| env("XDG_DATA_HOME").filter(|path| path.is_absolute()).map(|path| path.join("balmer")))
        .or_else(|| env("HOME").map(|home| home.join(".local/share/balmer")))
        .or_else(|| env("LOCALAPPDATA").map(|path| path.join("balmer")))
        .ok_or(NoDataDir)
}

/// Nobody says where the data directory is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("there is no home directory to keep data in: name one with --data-dir or BALMER_DATA")]
pub struct NoDataDir;

#[cfg(test)]
mod tests {
    use super::*;

    fn chosen(named: Option<&str>, env: &[(&str, &str)]) -> Result<PathBuf, NoDataDir> {
        choose(named.map(Path::new), |name| env.iter().find(|(n, _)| *n == name).map(|(_, v)| PathBuf::from(v)))
    }

    #[test]
    fn the_option_wins_over_the_variable_and_that_over_the_home() {
        let env = [("BALMER_DATA", "/b"), ("XDG_DATA_HOME", "/x"), ("HOME", "/h")];
        assert_eq!(chosen(Some("/d"), &env), Ok("/d".into()));
        assert_eq!(chosen(None, &env), Ok("/b".into()));
        assert_eq!(chosen(None, &env[1..]), Ok("/x/balmer".into()));
        assert_eq!(chosen(None, &env[2..]), Ok("/h/.local/share/balmer".into()));
        assert_eq!(chosen(None, &[]), Err(NoDataDir));
    }

    #[test]
    fn a_relative_xdg_directory_is_ignored() {
        assert_eq!(chosen(None, &[("XDG_DATA_HOME", "x"), ("HOME", "/h")]), Ok("/h/.local/share/balmer".into()));
    }
}
