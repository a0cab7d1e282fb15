//! The spectra fetched: the one shown, and those kept because they may be looked at next.

use std::sync::Arc;

use balmer_exchange::api::{Problem, SpectrumBody};
use leptos::{prelude::*, task::spawn_local};

use super::{Desk, Failures};
use crate::client;

/// Spectra kept; one of 4,000 pixels takes about 80 kB.
const KEPT: usize = 128;

/// A survey's name and a spectrum's id.
type Key = (String, String);

/// The spectra of a visit.
#[derive(Debug, Clone, Copy)]
pub struct Spectra {
    /// The spectrum drawn: it stays until the next one is here.
    pub shown: RwSignal<Option<Arc<SpectrumBody>>>,
    /// Whether the next spectrum is awaited.
    pub awaited: RwSignal<bool>,
    /// The last fetched come last.
    kept: StoredValue<Vec<(Key, Arc<SpectrumBody>)>>,
    desk: Desk,
    failures: Failures,
}

impl Spectra {
    /// Follows the address.
    pub fn new() -> Self {
        let (desk, failures) = (expect_context::<Desk>(), expect_context());
        let spectra = Self {
            shown: RwSignal::new(None),
            awaited: RwSignal::new(false),
            kept: StoredValue::new(Vec::new()),
            desk,
            failures,
        };
        Effect::new(move || match (desk.survey.get(), desk.spectrum_id.get()) {
            (Some(survey), Some(id)) => spectra.show(survey, id),
            (_, None) => spectra.shown.set(None),
            _ => {}
        });
        spectra
    }

    fn show(self, survey: String, id: String) {
        if let Some(body) = self.kept_one(&survey, &id) {
            self.awaited.set(false);
            self.shown.set(Some(body));
            return;
        }
        self.awaited.set(true);
        spawn_local(async move {
            let body = self.fetch(&survey, &id).await;
            if self.desk.spectrum_id.get_untracked().as_deref() == Some(&id) {
                self.awaited.set(false);
                self.shown.set(self.failures.noted(body).ok());
            }
        });
    }

    fn kept_one(self, survey: &str, id: &str) -> Option<Arc<SpectrumBody>> {
        self.kept.with_value(|kept| {
            let same = |((of, name), _): &&(Key, _)| of == survey && name == id;
            kept.iter().find(same).map(|(_, body)| body.clone())
        })
    }

    /// One spectrum, from those kept or from the server.
    ///
    /// # Errors
    /// What the server says, or that it does not answer.
    pub async fn fetch(self, survey: &str, id: &str) -> Result<Arc<SpectrumBody>, Problem> {
        if let Some(body) = self.kept_one(survey, id) {
            return Ok(body);
        }
        let body = Arc::new(client::spectrum(survey, id).await?);
        self.kept.update_value(|kept| {
            kept.push(((survey.to_owned(), id.to_owned()), body.clone()));
            let surplus = kept.len().saturating_sub(KEPT);
            kept.drain(..surplus);
        });
        Ok(body)
    }

    /// Fetches spectra that are likely to be looked at next; a failure is not worth a word.
    pub fn fetch_ahead(self, survey: String, ids: Vec<String>) {
        spawn_local(async move {
            for id in ids {
                let _: Result<Arc<SpectrumBody>, Problem> = self.fetch(&survey, &id).await;
            }
        });
    }
}

impl Default for Spectra {
    fn default() -> Self {
        Self::new()
    }
}
