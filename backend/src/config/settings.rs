//! The settings of a server: defaults, then a file, then the environment, then the command line.
//!
//! The file is the one `--config` names, else `$BALMER_CONFIG`, else `balmer.toml` of the data directory, where there is one.
//! The variable of a key is `BALMER_<SECTION>_<KEY>`: `BALMER_RUNS_AT_ONCE=2` stands for `at_once` of `[runs]`.

use std::{
    collections::BTreeMap,
    ffi::OsString,
    fs,
    net::{Ipv4Addr, SocketAddr},
    path::{Path, PathBuf},
};

use serde::{Deserialize, Deserializer, Serialize, de::Error as _};
use toml::{Table, Value};

use super::{Bytes, Memory, PublicUrl};
use crate::storage::nearest;

/// What is blamed where a variable is wrong.
const VARIABLES: &str = "the variables BALMER_...";
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
    #[serde(deserialize_with = "address")]
    pub listen: SocketAddr,
    /// Where others reach it, for the absolute addresses of the Virtual Observatory and for its own pages behind a proxy; empty
    /// for what the request says.
    pub public_base_url: PublicUrl,
}

/// `[runs]`
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct RunSettings {
    /// Runs computed at the same time, at least one.
    #[serde(deserialize_with = "positive")]
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
        Self { listen: SocketAddr::from((Ipv4Addr::LOCALHOST, 6563)), public_base_url: PublicUrl::default() }
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
    #[error("cannot read the settings {}", .path.display())]
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
        load(named, data_dir, &Variables::of_process())
    }

    /// The settings of the environment alone: for commands that are no server.
    ///
    /// # Errors
    /// A variable that is none, a value of the wrong kind.
    pub fn of_environment() -> Result<Self, SettingsError> {
        let mut table = defaults();
        overlay_environment(&mut table, &Variables::of_process())?;
        read(table, VARIABLES)
    }
}

/// The environment, as far as it says something.
struct Variables(BTreeMap<String, OsString>);

impl Variables {
    fn of_process() -> Self {
        let all = std::env::vars_os().filter(|(_, value)| !value.is_empty());
        Self(all.filter_map(|(name, value)| Some((name.into_string().ok()?, value))).collect())
    }
}

fn load(named: Option<&Path>, data_dir: &Path, variables: &Variables) -> Result<Settings, SettingsError> {
    let named = named.map(Path::to_path_buf).or_else(|| variables.0.get("BALMER_CONFIG").map(PathBuf::from));
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
    overlay_environment(&mut table, variables)?;
    read(table, VARIABLES)
}

/// Every key there is, with its default.
fn defaults() -> Table {
    Table::try_from(Settings::default()).unwrap_or_default()
}

fn read(table: Table, place: &str) -> Result<Settings, SettingsError> {
    Settings::deserialize(table).map_err(|error| wrong(place, error.to_string()))
}

fn positive<'de, D: Deserializer<'de>>(deserializer: D) -> Result<usize, D::Error> {
    match usize::deserialize(deserializer)? {
        0 => Err(D::Error::custom("0 are too few: at least 1")),
        number => Ok(number),
    }
}

/// An address and a port to listen on; `localhost` is 127.0.0.1.
///
/// # Errors
/// What is expected, where it is something else.
pub fn listen_address(text: &str) -> Result<SocketAddr, String> {
    let loopback = text.strip_prefix("localhost:").map(|port| format!("{}:{port}", Ipv4Addr::LOCALHOST));
    let expected = "expected ADDRESS:PORT, such as 127.0.0.1:6563";
    loopback.as_deref().unwrap_or(text).parse().map_err(|_| format!("'{text}' is no address to listen on: {expected}"))
}

fn address<'de, D: Deserializer<'de>>(deserializer: D) -> Result<SocketAddr, D::Error> {
    listen_address(&String::deserialize(deserializer)?).map_err(D::Error::custom)
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
    let names: Vec<&str> = known.keys().map(String::as_str).collect();
    wrong(place, format!("unknown key `{key}`: {}", remedy(key, &names)))
}

fn remedy(name: &str, known: &[&str]) -> String {
    match nearest(name, known.iter().copied()) {
        Some(nearest) => format!("did you mean `{nearest}`?"),
        None => format!("there are {}", known.join(", ")),
    }
}

/// Lays the variables over the table. One that begins as those of a section and names no key of it is an error.
fn overlay_environment(table: &mut Table, variables: &Variables) -> Result<(), SettingsError> {
    for (section, entries) in table.iter_mut() {
        let Value::Table(entries) = entries else { continue };
        let prefix = format!("BALMER_{}_", section.to_uppercase());
        let mut slots: BTreeMap<String, &mut Value> =
            entries.iter_mut().map(|(key, slot)| (format!("{prefix}{}", key.to_uppercase()), slot)).collect();
        for (name, text) in variables.0.iter().filter(|(name, _)| name.starts_with(&prefix)) {
            let Some(slot) = slots.get_mut(name) else {
                let names: Vec<&str> = slots.keys().map(String::as_str).collect();
                return Err(wrong(VARIABLES, format!("unknown variable `{name}`: {}", remedy(name, &names))));
            };
            let text = text.to_string_lossy().into_owned();
            // a number where one is meant, else text
            **slot = text.parse::<i64>().map_or(Value::String(text), Value::Integer);
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(variables: &[(&str, &str)]) -> Variables {
        Variables(variables.iter().map(|&(name, value)| (name.to_owned(), value.into())).collect())
    }

    fn loaded(text: &str, variables: &[(&str, &str)]) -> Result<Settings, String> {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join(FILE), text).unwrap();
        load(None, folder.path(), &of(variables)).map_err(|error| error.to_string())
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
        // those of other sections are others' affair
        assert!(loaded("", &[("BALMER_LOG", "info"), ("BALMER_DATA", "/d"), ("BALMER_REAL_DATA", "/r")]).is_ok());
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
            ("[runs]\nmemory = -1", &[], &["`runs.memory`", "`-1`", "8 GiB", FILE]),
            ("[runs]\nmemory = 0.5", &[], &["`runs.memory`", "0.5", "8 GiB", FILE]),
            ("[runs]\nmemory = 0", &[], &["`runs.memory`", "above 0", FILE]),
            ("[runs]\nmemory = \"0 B\"", &[], &["`runs.memory`", "above 0", FILE]),
            ("[storage]\nquota = true", &[], &["`storage.quota`", "8 GiB", FILE]),
            ("[runs]\nat_once = 0", &[], &["`runs.at_once`", "at least 1", FILE]),
            ("", &[("BALMER_RUNS_AT_ONCE", "0")], &["`runs.at_once`", "at least 1", "BALMER_"]),
            ("", &[("BALMER_RUNS_AT_ONSE", "2")], &["`BALMER_RUNS_AT_ONSE`", "mean `BALMER_RUNS_AT_ONCE`?"]),
            ("", &[("BALMER_LOG_COLOUR_OF_LINES", "2")], &["BALMER_LOG_FORMAT, BALMER_LOG_LEVEL"]),
            ("[server]\npublic_base_url = \"example.org/x\"", &[], &["`server.public_base_url`", "https://", FILE]),
        ] {
            let error = loaded(text, variables).unwrap_err();
            assert!(words.iter().all(|word| error.contains(word)), "{text}: {error}");
        }
    }

    #[test]
    fn a_file_that_was_named_must_be_there() {
        let error = load(Some(Path::new("/not/there.toml")), Path::new("/"), &of(&[])).unwrap_err();
        let cause = std::error::Error::source(&error).unwrap().to_string();
        let error = error.to_string();
        assert!(error.contains("/not/there.toml") && !error.contains(&cause), "{error}: {cause}");
        assert!(load(None, Path::new("/not"), &of(&[])).is_ok());
    }
}
