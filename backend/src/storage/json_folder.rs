//! A folder of files `<name>.json`: what people made of a survey and named.

use std::{
    fs,
    path::{Path, PathBuf},
};

use serde::de::DeserializeOwned;

use super::{Result, StoreError, check_name, durable};

/// The folder. It need not be there: it is empty then.
#[derive(Debug, Clone)]
pub struct JsonFolder(PathBuf);

impl JsonFolder {
    /// The folder of that path.
    pub fn new(path: PathBuf) -> Self {
        Self(path)
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.0
    }

    /// Where the one of that name is, or would be.
    ///
    /// # Errors
    /// A name that is none.
    pub fn path_of(&self, name: &str) -> Result<PathBuf> {
        check_name(name)?;
        Ok(self.0.join(format!("{name}.json")))
    }

    /// The names that are there, ascending.
    ///
    /// # Errors
    /// When the folder cannot be read.
    pub fn names(&self) -> Result<Vec<String>> {
        let failed = |e| StoreError::io("reading", &self.0, e);
        let entries = match fs::read_dir(&self.0) {
            Ok(entries) => entries,
            Err(e) if e.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
            Err(e) => return Err(failed(e)),
        };
        let mut names = Vec::new();
        for entry in entries {
            let name = entry.map_err(failed)?.file_name();
            names.extend(name.to_str().and_then(|name| name.strip_suffix(".json")).map(str::to_owned));
        }
        names.retain(|name| check_name(name).is_ok());
        names.sort_unstable();
        Ok(names)
    }

    /// All that is there, by name.
    ///
    /// # Errors
    /// When one cannot be read.
    pub fn list<T: DeserializeOwned>(&self) -> Result<Vec<T>> {
        self.names()?.iter().map(|name| durable::read_json(&self.path_of(name)?)).collect()
    }

    /// The one of that name, where there is one.
    ///
    /// # Errors
    /// A name that is none; a file that cannot be read.
    pub fn get<T: DeserializeOwned>(&self, name: &str) -> Result<Option<T>> {
        let path = self.path_of(name)?;
        path.exists().then(|| durable::read_json(&path)).transpose()
    }

    /// Removes the one of that name, for good when this returns.
    ///
    /// # Errors
    /// A name that is none; an unwritable disk.
    pub fn remove(&self, name: &str) -> Result<()> {
        durable::remove_file(&self.path_of(name)?)?;
        durable::sync_dir(&self.0)
    }
}
