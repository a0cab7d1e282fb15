//! The labels of the open survey: given, taken back, declared.

use std::collections::BTreeMap;

use balmer_exchange::api::{LabelChangeRow, LabelRow, NewLabel, Problem};
use leptos::{prelude::*, task::spawn_local};

use super::{Desk, Failures};
use crate::client;

/// The labels of the open survey.
#[derive(Debug, Clone, Copy)]
pub struct Labels {
    /// The declared classes; empty where any name may be given.
    pub classes: RwSignal<Vec<String>>,
    /// The labels in force, by spectrum.
    pub in_force: RwSignal<BTreeMap<String, LabelRow>>,
    desk: Desk,
    failures: Failures,
}

impl Labels {
    /// Follows the open survey.
    pub fn new() -> Self {
        let desk: Desk = expect_context();
        let labels = Self {
            classes: RwSignal::new(Vec::new()),
            in_force: RwSignal::new(BTreeMap::new()),
            desk,
            failures: expect_context(),
        };
        Effect::new(move || {
            if desk.survey.get().is_some() {
                labels.refresh();
            }
        });
        labels
    }

    /// Fetches classes and labels.
    pub fn refresh(self) {
        let Some(survey) = self.desk.survey.get_untracked() else { return };
        spawn_local(async move {
            let (classes, labels) = (client::classes(&survey).await, client::labels(&survey).await);
            if self.desk.survey.get_untracked() != Some(survey) {
                return;
            }
            if let Ok(classes) = self.failures.noted(classes) {
                self.classes.set(classes);
            }
            if let Ok(labels) = self.failures.noted(labels) {
                self.in_force.set(labels.into_iter().map(|row| (row.spectrum_id.clone(), row)).collect());
            }
        });
    }

    /// Says what a spectrum is, or with `None` that it has no label.
    ///
    /// # Errors
    /// What the server says; the banner shows it too.
    pub async fn give(self, id: &str, label: Option<String>, note: String) -> Result<LabelChangeRow, Problem> {
        let Some(survey) = self.desk.survey.get_untracked() else {
            return Err(Problem::new(0, "no survey is open"));
        };
        let new = NewLabel { spectrum_id: id.to_owned(), label, author: None, note };
        let change = self.failures.noted(client::give_label(&survey, &new).await)?;
        self.refresh();
        Ok(change)
    }

    /// Takes back the last change; returns it.
    ///
    /// # Errors
    /// What the server says; the banner shows it too.
    pub async fn undo(self) -> Result<LabelChangeRow, Problem> {
        let Some(survey) = self.desk.survey.get_untracked() else {
            return Err(Problem::new(0, "no survey is open"));
        };
        let change = self.failures.noted(client::undo_label(&survey).await)?;
        self.refresh();
        Ok(change)
    }
}

impl Default for Labels {
    fn default() -> Self {
        Self::new()
    }
}
