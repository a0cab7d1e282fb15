//! The settings of a server: defaults, then a file, then the environment, then the command line.
//!
//! The file is the one `--config` names, else `$BALMER_CONFIG`, else `balmer.toml` of the data directory, where there is one.
//! The variable of a key is `BALMER_<SECTION>_<KEY>`: `BALMER_RUNS_AT_ONCE=2` stands for `at_once` of `[runs]`.

use std::{
    ffi::OsString,
    fs,
    net::{Ipv4Addr, SocketAddr},
    path::{Path, PathBuf},
};

use serde::{Deserialize, Serialize};
use toml::{Table, Value};

use super::{Bytes, Memory};
use crate::storage::nearest;

/// Name of the file in the data directory.
const FILE: &str = "balmer.toml";

/// All settings.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Settings {
    /// How it is reached.
    pub server: ServerSettings,
    /// What it computes.
    pub runs: RunSettings,
    /// What it may store.
    pub storage: StorageSettings,
    /// What it says.
    pub log: LogSettings,
}

/// `[server]`
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ServerSettings {
    /// Address and port; port 0 takes a free one.
    pub listen: SocketAddr,
    /// Where others reach it, for the absolute addresses of the Virtual Observatory: `https://balmer.example.org`; empty for
    /// what the request says.
    pub public_base_url: String,
}

/// `[runs]`
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct RunSettings {
    /// Runs computed at the same time.
    pub at_once: usize,
    /// Runs that may wait.
    pub waiting: u32,
    /// Runs of one owner that may wait.
    pub waiting_per_owner: u32,
    /// Jobs that may wait to be told to run.
    pub idle: u32,
    /// Processes that may die over a run before it counts as failed.
    pub attempts: u32,
    /// Memory of all runs under way together.
    pub memory: Memory,
    /// Seconds a run may take; 0 for as long as it takes.
    pub execution_duration: u64,
}

/// `[storage]`
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct StorageSettings {
    /// No run is taken in where less than this is free on the disk.
    pub keep_free: Bytes,
    /// No run is taken in where the runs there are take more than this; 0 for no limit.
    pub quota: Bytes,
}

/// `[log]`
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct LogSettings {
    /// For people or for machines.
    pub format: LogFormat,
    /// What is said: a level, or directives as `BALMER_LOG` takes them, which wins.
    pub level: String,
}

/// How a line of the log is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum LogFormat {
    /// For people.
    #[default]
    Text,
    /// One JSON document a line.
    Json,
}

impl Default for ServerSettings {
    fn default() -> Self {
        Self { listen: SocketAddr::from((Ipv4Addr::LOCALHOST, 6563)), public_base_url: String::new() }
    }
}

impl Default for RunSettings {
    fn default() -> Self {
        Self {
            at_once: 1,
            waiting: 8,
            waiting_per_owner: 8,
            idle: 200,
            attempts: 3,
            memory: Memory::Share(0.75),
            execution_duration: 0,
        }
    }
}

impl Default for StorageSettings {
    fn default() -> Self {
        Self { keep_free: Bytes(256 << 20), quota: Bytes(0) }
    }
}

impl Default for LogSettings {
    fn default() -> Self {
        Self { format: LogFormat::Text, level: "warn".to_owned() }
    }
}

/// Settings that make no sense.
#[derive(Debug, thiserror::Error)]
pub enum SettingsError {
    /// The file that was named cannot be read.
    #[error("the settings {}: {source}", .path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// What the system says.
        source: std::io::Error,
    },
    /// A key or value.
    #[error("{place}: {reason}")]
    Wrong {
        /// The file, or the variables.
        place: String,
        /// What is wrong, and the remedy.
        reason: String,
    },
}

impl Settings {
    /// The settings in force where the command line says nothing: `named` is the file of `--config`.
    ///
    /// # Errors
    /// A file that was named and cannot be read; what is not TOML, a key that is none, a value of the wrong kind.
    pub fn load(named: Option<&Path>, data_dir: &Path) -> Result<Self, SettingsError> {
        load(named, data_dir, |name| std::env::var_os(name).filter(|value| !value.is_empty()))
    }

    /// The settings of the environment alone: for commands that are no server.
    ///
    /// # Errors
    /// A value of the wrong kind.
    pub fn of_environment() -> Result<Self, SettingsError> {
        let mut table = defaults();
        overlay_environment(&mut table, |name| std::env::var_os(name).filter(|value| !value.is_empty()));
        read(table, "the variables BALMER_...")
    }
}

fn load(
    named: Option<&Path>,
    data_dir: &Path,
    variable: impl Fn(&str) -> Option<OsString>,
) -> Result<Settings, SettingsError> {
    let named = named.map(Path::to_path_buf).or_else(|| variable("BALMER_CONFIG").map(PathBuf::from));
    let path = named.clone().unwrap_or_else(|| data_dir.join(FILE));
    let mut table = defaults();
    match fs::read_to_string(&path) {
        Ok(text) => {
            overlay_file(&mut table, &text, &path)?;
            // what is wrong in the file is blamed on the file
            read(table.clone(), &path.display().to_string())?;
        }
        Err(error) if named.is_none() && error.kind() == std::io::ErrorKind::NotFound => {}
        Err(source) => return Err(SettingsError::Unreadable { path, source }),
    }
    overlay_environment(&mut table, variable);
    read(table, "the variables BALMER_...")
}

/// Every key there is, with its default.
fn defaults() -> Table {
    Table::try_from(Settings::default()).unwrap_or_default()
}

fn read(table: Table, place: &str) -> Result<Settings, SettingsError> {
    Settings::deserialize(table).map_err(|error| wrong(place, error.to_string()))
}

fn wrong(place: impl Into<String>, reason: impl Into<String>) -> SettingsError {
    SettingsError::Wrong { place: place.into(), reason: reason.into() }
}

fn overlay_file(table: &mut Table, text: &str, path: &Path) -> Result<(), SettingsError> {
    let place = path.display().to_string();
    let file: Table = text.parse().map_err(|error: toml::de::Error| wrong(&place, error.to_string()))?;
    for (section, entries) in file {
        let Some(Value::Table(known)) = table.get_mut(&section) else {
            return Err(unknown(&place, &section, table));
        };
        let Value::Table(entries) = entries else {
            return Err(wrong(&place, format!("{section} is a section: write [{section}], and its keys below")));
        };
        for (key, value) in entries {
            match known.get_mut(&key) {
                Some(slot) => *slot = value,
                None => return Err(unknown(&format!("{place}: [{section}]"), &key, known)),
            }
        }
    }
    Ok(())
}

fn unknown(place: &str, key: &str, known: &Table) -> SettingsError {
    let names = || known.keys().map(String::as_str);
    let remedy = match nearest(key, names()) {
        Some(nearest) => format!("did you mean `{nearest}`?"),
        None => format!("there are {}", names().collect::<Vec<_>>().join(", ")),
    };
    wrong(place, format!("unknown key `{key}`: {remedy}"))
}

fn overlay_environment(table: &mut Table, variable: impl Fn(&str) -> Option<OsString>) {
    for (section, entries) in table.iter_mut() {
        let Value::Table(entries) = entries else { continue };
        for (key, slot) in entries.iter_mut() {
            let name = format!("BALMER_{}_{}", section.to_uppercase(), key.to_uppercase());
            if let Some(text) = variable(&name) {
                let text = text.to_string_lossy().into_owned();
                // a number where one is meant, else text
                *slot = text.parse::<i64>().map_or(Value::String(text), Value::Integer);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn loaded(text: &str, variables: &[(&str, &str)]) -> Result<Settings, String> {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join(FILE), text).unwrap();
        let variable = |name: &str| variables.iter().find(|(n, _)| *n == name).map(|(_, value)| value.into());
        load(None, folder.path(), variable).map_err(|error| error.to_string())
    }

    #[test]
    fn the_environment_wins_over_the_file_and_that_over_the_defaults() {
        assert_eq!(loaded("", &[]), Ok(Settings::default()));
        let text = "[runs]\nat_once = 2\nmemory = \"3 GiB\"\n[log]\nformat = \"json\"\n";
        let variables = [("BALMER_RUNS_AT_ONCE", "4"), ("BALMER_SERVER_LISTEN", "[::1]:80")];
        let settings = loaded(text, &variables).unwrap();
        assert_eq!((settings.runs.at_once, settings.runs.waiting), (4, 8));
        assert_eq!(settings.runs.memory, Memory::Bytes(Bytes(3 << 30)));
        assert_eq!(settings.log.format, LogFormat::Json);
        assert_eq!(settings.server.listen.to_string(), "[::1]:80");
        // a bare number is a number of bytes
        assert_eq!(loaded("[storage]\nquota = 5", &[]).unwrap().storage.quota, Bytes(5));
    }

    #[test]
    fn what_is_wrong_is_named() {
        for (text, variables, words) in [
            ("[runs]\nat_onse = 2", &[][..], &["[runs]", "at_onse", "`at_once`", FILE][..]),
            ("[rums]\nat_once = 2", &[], &["rums", "`runs`"]),
            ("runs = 2", &[], &["write [runs]"]),
            ("[runs]\nat_once = \"two\"", &[], &["at_once", "two", FILE]),
            ("[runs]\nmemory = \"much\"", &[], &["much", "8 GiB"]),
            ("", &[("BALMER_LOG_FORMAT", "yaml")], &["yaml", "json", "BALMER_"]),
            ("[runs", &[], &[FILE]),
        ] {
            let error = loaded(text, variables).unwrap_err();
            assert!(words.iter().all(|word| error.contains(word)), "{text}: {error}");
        }
    }

    #[test]
    fn a_file_that_was_named_must_be_there() {
        let error = load(Some(Path::new("/not/there.toml")), Path::new("/"), |_| None).unwrap_err();
        assert!(error.to_string().contains("/not/there.toml"), "{error}");
        assert!(load(None, Path::new("/not"), |_| None).is_ok());
    }
}
