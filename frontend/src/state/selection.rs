//! Which spectra are selected: a set of names, so that it outlives sorting and filtering of the list, with the
//! selections that were before it.

use std::{collections::HashSet, sync::Arc};

use super::table::Table;

/// Selections that can be taken back.
const REMEMBERED: usize = 32;

/// What becomes of what is selected already.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum How {
    /// It makes room.
    #[default]
    Replace,
    /// It stays.
    Add,
    /// What is chosen now is taken out of it.
    Subtract,
}

impl How {
    /// As the keys say that are held down.
    pub fn of_keys(shift: bool, alt: bool) -> Self {
        match (shift, alt) {
            (_, true) => Self::Subtract,
            (true, false) => Self::Add,
            (false, false) => Self::Replace,
        }
    }
}

/// Spectra of a survey, by name.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Selection {
    ids: Arc<HashSet<Arc<str>>>,
    /// What it is called in the survey, where it is.
    pub name: Option<String>,
}

impl Selection {
    /// The selection of these names, which the survey calls so.
    pub fn named<'a>(name: &str, ids: impl Iterator<Item = &'a str>) -> Self {
        Self { ids: Arc::new(ids.map(Arc::from).collect()), name: Some(name.to_owned()) }
    }

    /// Number of spectra.
    pub fn len(&self) -> usize {
        self.ids.len()
    }

    /// Whether nothing is selected.
    pub fn is_empty(&self) -> bool {
        self.ids.is_empty()
    }

    /// Whether a spectrum is selected.
    pub fn contains(&self, id: &str) -> bool {
        self.ids.contains(id)
    }

    /// The names, in their order.
    pub fn names(&self) -> Vec<String> {
        let mut names: Vec<String> = self.ids.iter().map(ToString::to_string).collect();
        names.sort_unstable();
        names
    }

    /// The selection after others are chosen.
    #[must_use]
    pub fn with<'a>(&self, how: How, ids: impl Iterator<Item = &'a str>) -> Self {
        let mut set = if how == How::Replace { HashSet::new() } else { (*self.ids).clone() };
        for id in ids {
            if how == How::Subtract {
                set.remove(id);
            } else if !set.contains(id) {
                set.insert(Arc::from(id));
            }
        }
        self.changed(set)
    }

    /// The selection with one spectrum put in, or taken out where it is in.
    #[must_use]
    pub fn toggled(&self, id: &str) -> Self {
        self.with(if self.contains(id) { How::Subtract } else { How::Add }, std::iter::once(id))
    }

    /// What is listed and not selected; what is selected and not listed goes.
    #[must_use]
    pub fn inverted(&self, table: &Table) -> Self {
        let others = (0..table.len()).filter_map(|row| table.id(row)).filter(|id| !self.contains(id));
        self.with(How::Replace, others)
    }

    /// The same set keeps its name.
    fn changed(&self, ids: HashSet<Arc<str>>) -> Self {
        if ids == *self.ids { self.clone() } else { Self { ids: Arc::new(ids), name: None } }
    }

    /// Which rows of a table are selected.
    pub fn marks(&self, table: &Table) -> Marks {
        if self.is_empty() {
            return Marks::default();
        }
        let flags: Vec<bool> =
            (0..table.len()).map(|row| table.id(row).is_some_and(|id| self.ids.contains(id))).collect();
        let number = flags.iter().filter(|flag| **flag).count();
        Marks { flags, number }
    }
}

/// Which rows of the list are selected.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Marks {
    flags: Vec<bool>,
    /// How many.
    pub number: usize,
}

impl Marks {
    /// Whether a row is selected.
    pub fn has(&self, row: usize) -> bool {
        self.flags.get(row).copied().unwrap_or(false)
    }

    /// A truth for each row; none at all where nothing is selected.
    pub fn flags(&self) -> Option<&[bool]> {
        (self.number > 0).then_some(&self.flags[..])
    }
}

/// The selection, those before it, and those that were taken back.
#[derive(Debug, Clone, Default)]
pub struct History {
    past: Vec<Selection>,
    now: Selection,
    future: Vec<Selection>,
}

impl History {
    /// What is selected.
    pub fn now(&self) -> &Selection {
        &self.now
    }

    /// Selects; the same again is no step.
    pub fn select(&mut self, next: Selection) {
        if next == self.now {
            return;
        }
        self.past.push(std::mem::replace(&mut self.now, next));
        self.future.clear();
        let surplus = self.past.len().saturating_sub(REMEMBERED);
        self.past.drain(..surplus);
    }

    /// Says what the survey calls the selection: no step.
    pub fn call(&mut self, name: Option<String>) {
        self.now.name = name;
    }

    /// Takes the last step back; whether there was one.
    pub fn undo(&mut self) -> bool {
        let Some(before) = self.past.pop() else { return false };
        self.future.push(std::mem::replace(&mut self.now, before));
        true
    }

    /// Takes the last step again that was taken back; whether there was one.
    pub fn redo(&mut self) -> bool {
        let Some(next) = self.future.pop() else { return false };
        self.past.push(std::mem::replace(&mut self.now, next));
        true
    }

    /// Forgets a name that the survey has no longer.
    pub fn forget(&mut self, name: &str) {
        let all = self.past.iter_mut().chain(std::iter::once(&mut self.now)).chain(&mut self.future);
        for selection in all.filter(|selection| selection.name.as_deref() == Some(name)) {
            selection.name = None;
        }
    }
}

/// A name that is not taken: `selection-1` and on.
pub fn free_name<'a>(taken: impl Iterator<Item = &'a str>) -> String {
    let numbers = taken.filter_map(|name| name.strip_prefix("selection-")?.parse::<u64>().ok());
    format!("selection-{}", numbers.max().unwrap_or(0).saturating_add(1))
}

/// Whether the server takes a name: 1 to 64 letters, digits, `-`, `_` or `.`, beginning with a letter or digit.
pub fn is_name(name: &str) -> bool {
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
    name.len() <= 64 && name.starts_with(|c: char| c.is_ascii_alphanumeric()) && name.chars().all(plain)
}

#[cfg(test)]
mod tests;
