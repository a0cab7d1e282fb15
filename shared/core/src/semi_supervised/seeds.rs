//! What is known before anything flows: the classes and the labelled rows.

use crate::{Error, Result};

/// Class names, and for each row the class it is known to belong to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Seeds {
    classes: Vec<String>,
    labels: Vec<Option<u32>>,
}

impl Seeds {
    /// Seeds of `labels.len()` rows; a label is a position in `classes`.
    ///
    /// # Errors
    /// [`Error::Labels`] when a label is no class, a class is named twice, or no row is labelled.
    pub fn new(classes: Vec<String>, labels: Vec<Option<u32>>) -> Result<Self> {
        for (position, class) in classes.iter().enumerate() {
            if classes[..position].contains(class) {
                return Err(Error::Labels(format!("class `{class}` is named twice")));
            }
        }
        for (row, &label) in labels.iter().enumerate() {
            if let Some(label) = label
                && label as usize >= classes.len()
            {
                return Err(Error::Labels(format!(
                    "row {row} has class {label}, but there are {} classes",
                    classes.len()
                )));
            }
        }
        if labels.iter().all(Option::is_none) {
            return Err(Error::Labels("no row is labelled: label at least one".into()));
        }
        Ok(Self { classes, labels })
    }

    /// Seeds from integer codes, -1 for unlabelled, as scikit-learn takes them. The classes are the codes that
    /// occur, ascending, named by their number.
    ///
    /// # Errors
    /// [`Error::Labels`] when a code is below -1, or none is 0 or more.
    pub fn from_codes(codes: &[i64]) -> Result<Self> {
        if let Some(row) = codes.iter().position(|&code| code < -1) {
            return Err(Error::Labels(format!("row {row} has code {}: use -1 for unlabelled rows", codes[row])));
        }
        let mut classes: Vec<i64> = codes.iter().copied().filter(|&code| code >= 0).collect();
        classes.sort_unstable();
        classes.dedup();
        let labels = codes.iter().map(|code| classes.binary_search(code).ok().map(|class| class as u32)).collect();
        Self::new(classes.iter().map(ToString::to_string).collect(), labels)
    }

    /// Names of the classes, C of them.
    pub fn classes(&self) -> &[String] {
        &self.classes
    }

    /// For each row the position of its class, `None` for unlabelled rows.
    pub fn labels(&self) -> &[Option<u32>] {
        &self.labels
    }

    /// Number of rows, labelled or not.
    pub fn n_rows(&self) -> usize {
        self.labels.len()
    }
}
