//! What people say spectra are: an append-only history a survey, one JSON document a line.
//!
//! A change is acknowledged after it was flushed to the disk, so it survives the death of the process;
//! a line that was cut by one was never acknowledged and is dropped. Nothing is ever overwritten: a
//! removed label is a line without label, an undo is a line that names the change it takes back.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    io::Write,
    path::PathBuf,
    thread,
    time::{Duration, Instant},
};

use serde::{Deserialize, Serialize};

use super::{
    Result, StoreError, Survey,
    durable::{self, Lock},
    error::nearest,
    label_file::{self, ImportReport},
    time,
};

/// How long a change waits for another that is being written.
const PATIENCE: Duration = Duration::from_secs(10);

/// Characters of a label's or an author's name, at most.
pub const MAX_NAME: usize = 200;
/// Characters of a note, at most.
const MAX_NOTE: usize = 10_000;

/// One change of a label.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LabelChange {
    /// Its number in the survey's history, from 1.
    pub number: u64,
    /// The spectrum.
    pub spectrum_id: String,
    /// Its class; `None` removes the label.
    pub label: Option<String>,
    /// Who says so.
    pub author: String,
    /// When, RFC 3339 in UTC.
    pub time: String,
    /// Anything they want to add.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub note: String,
    /// The change that this one takes back.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub undoes: Option<u64>,
}

impl LabelChange {
    /// The change that takes back another.
    fn taking_back(other: &Self, number: u64, author: &str) -> Self {
        Self {
            number,
            spectrum_id: other.spectrum_id.clone(),
            label: None,
            author: author.to_owned(),
            time: time::now(),
            note: String::new(),
            undoes: Some(other.number),
        }
    }
}

/// A label to be given.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct LabelInput {
    /// The spectrum.
    pub spectrum_id: String,
    /// Its class; `None` removes the label.
    pub label: Option<String>,
    /// Who says so.
    pub author: String,
    /// When it was said; now where absent.
    pub time: Option<String>,
    /// Anything they want to add.
    pub note: String,
}

/// A survey's labels.
#[derive(Debug, Clone)]
pub struct Labels {
    survey: Survey,
}

impl Survey {
    /// The labels of this survey: always the present ones, whatever the snapshot.
    pub fn labels(&self) -> Labels {
        Labels { survey: self.clone() }
    }
}

impl Labels {
    fn path(&self, name: &str) -> PathBuf {
        self.survey.folder().join(name)
    }

    fn refused(&self, reason: impl Into<String>) -> StoreError {
        StoreError::Label { survey: self.survey.name().to_owned(), reason: reason.into() }
    }

    /// Every change, oldest first.
    ///
    /// # Errors
    /// When the history cannot be read or is damaged.
    pub fn history(&self) -> Result<Vec<LabelChange>> {
        let path = self.path("labels.jsonl");
        let text = match fs::read_to_string(&path) {
            Ok(text) => text,
            Err(e) if e.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
            Err(e) => return Err(StoreError::io("reading", &path, e)),
        };
        let whole = text.rfind('\n').map_or("", |end| &text[..=end]);
        let line = |(i, line): (usize, &str)| {
            serde_json::from_str(line).map_err(|e| StoreError::damaged(&path, format!("line {}: {e}", i + 1)))
        };
        whole.lines().enumerate().map(line).collect()
    }

    /// The labels in force, by spectrum.
    ///
    /// # Errors
    /// As [`Self::history`].
    pub fn current(&self) -> Result<Vec<LabelChange>> {
        Ok(in_force(self.history()?).into_values().filter(|change| change.label.is_some()).collect())
    }

    /// The classes a label may have; empty where any may.
    ///
    /// # Errors
    /// When the list cannot be read.
    pub fn classes(&self) -> Result<Vec<String>> {
        let path = self.path("classes.json");
        if path.exists() { durable::read_json(&path) } else { Ok(Vec::new()) }
    }

    /// Declares the classes a label may have from now on; none, that any may.
    ///
    /// # Errors
    /// An empty or repeated name; a class in use that is missing.
    pub fn declare_classes(&self, classes: &[String]) -> Result<()> {
        let unique: BTreeSet<&String> = classes.iter().collect();
        if unique.len() != classes.len() || classes.iter().any(|class| class.trim().is_empty()) {
            return Err(self.refused("class names must be unique and not empty"));
        }
        for class in classes {
            self.check_characters("a class name", class)?;
            self.check_length("a class name", class, MAX_NAME)?;
        }
        let _lock = self.lock()?;
        if !classes.is_empty()
            && let Some(label) = self.current()?.into_iter().filter_map(|c| c.label).find(|l| !unique.contains(l))
        {
            return Err(self.refused(format!("class `{label}` is in use: declare it too, or change those labels")));
        }
        durable::replace_json(&self.path("classes.json"), &classes)
    }

    /// Gives or removes labels; all of them or none. Returns the changes, which are on the disk by then.
    ///
    /// # Errors
    /// A spectrum the survey does not have, an undeclared class, a missing author, an unwritable disk.
    pub fn give(&self, labels: &[LabelInput]) -> Result<Vec<LabelChange>> {
        let _lock = self.lock()?;
        let classes = self.classes()?;
        for input in labels {
            self.check(input, &classes)?;
            if !self.survey.contains(&input.spectrum_id)? {
                return Err(StoreError::NoSpectrum {
                    survey: self.survey.name().to_owned(),
                    id: input.spectrum_id.clone(),
                });
            }
        }
        let history = self.history()?;
        let first = history.last().map_or(0, |change| change.number) + 1;
        let changes: Vec<LabelChange> = labels
            .iter()
            .zip(first..)
            .map(|(input, number)| LabelChange {
                number,
                spectrum_id: input.spectrum_id.clone(),
                label: input.label.clone(),
                author: input.author.clone(),
                time: input.time.clone().unwrap_or_else(time::now),
                note: input.note.clone(),
                undoes: None,
            })
            .collect();
        self.append(&changes)?;
        Ok(changes)
    }

    fn check(&self, input: &LabelInput, classes: &[String]) -> Result<()> {
        if input.author.trim().is_empty() {
            return Err(self.refused("an author is needed"));
        }
        let texts = [("an author's name", &input.author), ("a note", &input.note)];
        let named = input.label.as_ref().map(|label| ("a label", label));
        for (what, text) in texts.into_iter().chain(named) {
            self.check_characters(what, text)?;
        }
        self.check_length("an author's name", &input.author, MAX_NAME)?;
        self.check_length("a note", &input.note, MAX_NOTE)?;
        let Some(label) = &input.label else { return Ok(()) };
        self.check_length("a label", label, MAX_NAME)?;
        if label.trim().is_empty() {
            return Err(self.refused(format!("the label of {} is empty", input.spectrum_id)));
        }
        if classes.is_empty() || classes.contains(label) {
            return Ok(());
        }
        let hint = nearest(label, classes.iter().map(String::as_str));
        let hint =
            hint.map_or_else(|| format!("declared are {}", classes.join(", ")), |n| format!("did you mean `{n}`?"));
        Err(self.refused(format!("unknown class `{label}` for {}: {hint}", input.spectrum_id)))
    }

    /// Control characters belong in no name and no note: XML cannot even write them.
    fn check_characters(&self, what: &str, text: &str) -> Result<()> {
        match text.chars().find(|c| c.is_control() || matches!(c, '\u{fffe}' | '\u{ffff}')) {
            Some(c) => Err(self.refused(format!("{what} holds the control character U+{:04X}: take it out", c as u32))),
            None => Ok(()),
        }
    }

    fn check_length(&self, what: &str, text: &str, most: usize) -> Result<()> {
        let length = text.chars().count();
        if length <= most {
            return Ok(());
        }
        Err(self.refused(format!("{what} has at most {most} characters, this one {length}: shorten it")))
    }

    /// Takes back the last change in force: of `author` where one is named. Returns the change taken
    /// back, `None` where there is nothing to undo.
    ///
    /// # Errors
    /// When the history cannot be read or written.
    pub fn undo(&self, author: &str) -> Result<Option<LabelChange>> {
        let _lock = self.lock()?;
        let history = self.history()?;
        let undone: BTreeSet<u64> = history.iter().filter_map(|change| change.undoes).collect();
        let last = history
            .iter()
            .rev()
            .find(|c| c.undoes.is_none() && !undone.contains(&c.number) && c.author == author)
            .cloned();
        if let Some(change) = &last {
            let number = history.last().map_or(0, |c| c.number) + 1;
            self.append(&[LabelChange::taking_back(change, number, author)])?;
        }
        Ok(last)
    }

    /// Takes back every change of `author` with this note that was not taken back yet, all of them or none. Returns how
    /// many.
    ///
    /// # Errors
    /// When the history cannot be read or written.
    pub(crate) fn take_back(&self, note: &str, author: &str) -> Result<usize> {
        let _lock = self.lock()?;
        let history = self.history()?;
        let undone: BTreeSet<u64> = history.iter().filter_map(|change| change.undoes).collect();
        let first = history.last().map_or(0, |change| change.number) + 1;
        let given = history.iter().filter(|c| c.note == note && c.author == author && c.undoes.is_none());
        let changes: Vec<LabelChange> = given
            .filter(|change| !undone.contains(&change.number))
            .zip(first..)
            .map(|(change, number)| LabelChange::taking_back(change, number, author))
            .collect();
        self.append(&changes)?;
        Ok(changes.len())
    }

    /// Gives the labels of a CSV file `spectrum_id,label[,author,time,note]`. Spectra the survey does
    /// not have are counted and passed over; labels in force already are not repeated.
    ///
    /// # Errors
    /// A file that is no label file, an undeclared class, an unwritable disk.
    pub fn import(&self, bytes: &[u8], author: &str) -> Result<ImportReport> {
        let rows = label_file::parse(bytes, author).map_err(|reason| self.refused(reason))?;
        let (_, unknown) = self.survey.rows_of(rows.iter().map(|row| row.spectrum_id.as_str()))?;
        let mut report = ImportReport { unknown: unknown.len(), ..ImportReport::default() };
        report.first_unknown = unknown.iter().take(ImportReport::NAMED).cloned().collect();
        let unknown: BTreeSet<&str> = unknown.iter().map(String::as_str).collect();
        let known = in_force(self.history()?);
        let mut fresh = Vec::new();
        for row in rows.into_iter().filter(|row| !unknown.contains(row.spectrum_id.as_str())) {
            let same = known.get(&row.spectrum_id).is_some_and(|c| c.label == row.label && c.author == row.author);
            if same {
                report.unchanged += 1;
            } else {
                fresh.push(row);
            }
        }
        report.imported = self.give(&fresh)?.len();
        Ok(report)
    }

    /// Writes the labels in force as CSV.
    ///
    /// # Errors
    /// When the history cannot be read or `out` not written.
    pub fn export(&self, out: impl Write) -> Result<usize> {
        let current = self.current()?;
        label_file::write(&current, out).map_err(|e| self.refused(format!("the export failed: {e}")))?;
        Ok(current.len())
    }

    fn lock(&self) -> Result<Lock> {
        let path = self.path("labels.lock");
        let what = format!("the label history of survey {}", self.survey.name());
        let started = Instant::now();
        loop {
            match Lock::acquire(&path, &what) {
                Err(StoreError::Locked { .. }) if started.elapsed() < PATIENCE => {
                    thread::sleep(Duration::from_millis(5));
                }
                result => return result,
            }
        }
    }

    /// Appends under the lock, after the last whole line.
    fn append(&self, changes: &[LabelChange]) -> Result<()> {
        if changes.is_empty() {
            return Ok(());
        }
        let path = self.path("labels.jsonl");
        let mut lines = Vec::new();
        for change in changes {
            serde_json::to_writer(&mut lines, change).map_err(|e| StoreError::damaged(&path, e))?;
            lines.push(b'\n');
        }
        let new = !path.exists();
        let written =
            if new { Vec::new() } else { fs::read(&path).map_err(|e| StoreError::io("reading", &path, e))? };
        let whole = written.iter().rposition(|&byte| byte == b'\n').map_or(0, |end| end + 1);
        durable::append_after(&path, whole as u64, &lines)?;
        if new { durable::sync_dir(self.survey.folder()) } else { Ok(()) }
    }
}

/// The last change of each spectrum that was not taken back.
fn in_force(history: Vec<LabelChange>) -> BTreeMap<String, LabelChange> {
    let undone: BTreeSet<u64> = history.iter().filter_map(|change| change.undoes).collect();
    let mut current = BTreeMap::new();
    for change in history {
        if change.undoes.is_none() && !undone.contains(&change.number) {
            current.insert(change.spectrum_id.clone(), change);
        }
    }
    current
}

#[cfg(test)]
mod tests;
