//! The labels of the open survey: given, taken back, declared.

use std::collections::BTreeMap;

use balmer_exchange::api::{LabelChangeRow, LabelRow, NewLabel, Problem};
use leptos::{prelude::*, task::spawn_local};

use super::{Desk, Failures};
use crate::{client, state::classes::offered};

/// The labels of the open survey.
#[derive(Debug, Clone, Copy)]
pub struct Labels {
    /// The declared classes; empty where any name may be given.
    pub declared: RwSignal<Vec<String>>,
    /// The labels in force, by spectrum.
    pub in_force: RwSignal<BTreeMap<String, LabelRow>>,
    /// The classes to offer: those declared, then others in use.
    pub offered: Memo<Vec<String>>,
    desk: Desk,
    failures: Failures,
}

impl Labels {
    /// Follows the open survey.
    pub fn new() -> Self {
        let desk: Desk = expect_context();
        let (declared, in_force) = (RwSignal::new(Vec::new()), RwSignal::new(BTreeMap::<String, LabelRow>::new()));
        let offered = Memo::new(move |_| {
            declared
                .with(|declared| in_force.with(|rows| offered(declared, rows.values().map(|row| row.label.as_str()))))
        });
        let labels = Self { declared, in_force, offered, desk, failures: expect_context() };
        Effect::new(move || {
            let open = desk.survey.get();
            declared.set(Vec::new());
            in_force.set(BTreeMap::new());
            if open.is_some() {
                spawn_local(labels.refresh());
            }
        });
        labels
    }

    fn survey(self) -> Result<String, Problem> {
        self.desk.survey.get_untracked().ok_or_else(|| Problem::new(0, "no survey is open"))
    }

    /// Fetches classes and labels.
    pub async fn refresh(self) {
        let Ok(survey) = self.survey() else { return };
        let (classes, labels) = (client::classes(&survey).await, client::labels(&survey).await);
        if self.desk.survey.get_untracked() != Some(survey) {
            return;
        }
        if let Ok(classes) = self.failures.noted(classes) {
            self.declared.set(classes);
        }
        if let Ok(labels) = self.failures.noted(labels) {
            self.in_force.set(labels.into_iter().map(|row| (row.spectrum_id.clone(), row)).collect());
        }
    }

    /// The label in force of a spectrum.
    pub fn of(self, id: &str) -> Option<LabelRow> {
        self.in_force.with(|labels| labels.get(id).cloned())
    }

    /// Says what a spectrum is, or with `None` that it has no label.
    ///
    /// # Errors
    /// What the server says; the banner shows it too.
    pub async fn give(self, id: &str, label: Option<String>, note: String) -> Result<LabelChangeRow, Problem> {
        let new = NewLabel { spectrum_id: id.to_owned(), label, author: None, note };
        let change = self.failures.noted(client::give_label(&self.survey()?, &new).await)?;
        self.in_force.update(|labels| match change.clone() {
            LabelChangeRow { spectrum_id, label: Some(label), author, time, note, .. } => {
                labels.insert(spectrum_id.clone(), LabelRow { spectrum_id, label, author, time, note });
            }
            LabelChangeRow { spectrum_id, .. } => {
                labels.remove(&spectrum_id);
            }
        });
        Ok(change)
    }

    /// Takes back the last change; returns it, or `None` where there is nothing left to take back.
    ///
    /// # Errors
    /// What the server says; the banner shows it too.
    pub async fn undo(self) -> Result<Option<LabelChangeRow>, Problem> {
        match client::undo_label(&self.survey()?).await {
            Ok(change) => {
                self.refresh().await;
                Ok(Some(change))
            }
            Err(problem) if problem.status == 404 => Ok(None),
            Err(problem) => self.failures.noted(Err(problem)),
        }
    }

    /// Declares one more class, where classes are declared and it is none of them.
    ///
    /// # Errors
    /// What the server says; the banner shows it too.
    pub async fn offer(self, class: &str) -> Result<(), Problem> {
        let mut classes = self.offered.get_untracked();
        if self.declared.with_untracked(Vec::is_empty) || classes.iter().any(|known| known == class) {
            return Ok(());
        }
        classes.push(class.to_owned());
        self.declare(classes).await
    }

    /// Declares the classes.
    ///
    /// # Errors
    /// What the server says; the banner shows it too.
    pub async fn declare(self, classes: Vec<String>) -> Result<(), Problem> {
        let declared = self.failures.noted(client::declare_classes(&self.survey()?, &classes).await)?;
        self.declared.set(declared);
        Ok(())
    }
}

impl Default for Labels {
    fn default() -> Self {
        Self::new()
    }
}
