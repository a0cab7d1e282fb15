//! The spectra fetched: the one shown, and those kept because they may be looked at next.

use std::{cell::RefCell, collections::VecDeque, rc::Rc, sync::Arc};

use balmer_exchange::api::{Problem, SpectrumBody};
use leptos::{prelude::*, task::spawn_local};

use super::{Desk, Failures};
use crate::{
    client::{arrow_stream, encoded},
    state::{compare::Name, spectrum_batch},
};

/// Spectra kept: three pages of the gallery, those drawn together and a class; one of 4,000 pixels takes about 80 kB.
const KEPT: usize = 320;
/// Spectra asked for at once where many are wanted.
const AT_ONCE: usize = 6;

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
    /// Those on their way, so that none is asked for twice.
    coming: StoredValue<Vec<Key>>,
    /// Counts the lists of [`Spectra::fetch_ahead`]: only the newest is worth the server's time.
    ahead: StoredValue<u64>,
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
            coming: StoredValue::new(Vec::new()),
            ahead: StoredValue::new(0),
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
        let key = (survey, id);
        // one that is on its way already is shown as soon as it arrives
        if !self.coming.with_value(|coming| coming.contains(&key)) {
            spawn_local(async move {
                let _: Result<Arc<SpectrumBody>, Problem> = self.fetch(&key.0, &key.1).await;
            });
        }
    }

    fn is_chosen(self, survey: &str, id: &str) -> bool {
        self.desk.survey.get_untracked().as_deref() == Some(survey)
            && self.desk.spectrum_id.get_untracked().as_deref() == Some(id)
    }

    /// One of those kept.
    pub fn kept_one(self, survey: &str, id: &str) -> Option<Arc<SpectrumBody>> {
        self.kept.with_value(|kept| {
            let same = |((of, name), _): &&(Key, _)| of == survey && name == id;
            kept.iter().find(same).map(|(_, body)| body.clone())
        })
    }

    /// One spectrum, from those kept or from the server. If it is the chosen one, it is shown.
    ///
    /// # Errors
    /// What the server says, or that it does not answer.
    pub async fn fetch(self, survey: &str, id: &str) -> Result<Arc<SpectrumBody>, Problem> {
        if let Some(body) = self.kept_one(survey, id) {
            return Ok(body);
        }
        let key = (survey.to_owned(), id.to_owned());
        self.coming.update_value(|coming| coming.push(key.clone()));
        let body = fetched(survey, id).await.map(Arc::new);
        self.coming.update_value(|coming| coming.retain(|other| *other != key));
        if let Ok(body) = &body {
            self.kept.update_value(|kept| {
                kept.retain(|(other, _)| *other != key);
                kept.push((key, body.clone()));
                let surplus = kept.len().saturating_sub(KEPT);
                kept.drain(..surplus);
            });
        }
        if self.awaited.get_untracked() && self.is_chosen(survey, id) {
            self.awaited.set(false);
            self.shown.set(self.failures.noted(body.clone()).ok());
        }
        body
    }

    /// Fetches spectra, some of them at once; `take` gets each as it comes, and says whether the others are still wanted.
    pub fn fetch_many<F>(self, names: Vec<Name>, take: F)
    where
        F: Fn(Name, Result<Arc<SpectrumBody>, Problem>) -> bool + 'static,
    {
        let (queue, take) = (Rc::new(RefCell::new(VecDeque::from(names))), Rc::new(take));
        for _ in 0..AT_ONCE {
            let (queue, take) = (queue.clone(), take.clone());
            spawn_local(async move {
                loop {
                    let Some(name) = queue.borrow_mut().pop_front() else { return };
                    let body = self.fetch(&name.survey, &name.id).await;
                    if !take(name, body) {
                        queue.borrow_mut().clear();
                    }
                }
            });
        }
    }

    /// Fetches spectra that are likely to be looked at next, one after the other until others are; a failure is
    /// not worth a word.
    pub fn fetch_ahead(self, survey: String, ids: Vec<String>) {
        self.ahead.update_value(|ahead| *ahead += 1);
        let mine = self.ahead.get_value();
        spawn_local(async move {
            for id in ids {
                let key = (survey.clone(), id);
                if self.ahead.get_value() != mine {
                    return;
                }
                if !self.coming.with_value(|coming| coming.contains(&key)) {
                    let _: Result<Arc<SpectrumBody>, Problem> = self.fetch(&key.0, &key.1).await;
                }
            }
        });
    }
}

/// One spectrum from the server, as Arrow: its pixels need no parsing.
async fn fetched(survey: &str, id: &str) -> Result<SpectrumBody, Problem> {
    let path = format!("/api/v1/surveys/{}/spectra/{}", encoded(survey), encoded(id));
    let mut batches = Vec::new();
    arrow_stream(&path, None, |batch, _| {
        batches.extend(batch);
        true
    })
    .await?;
    spectrum_batch::spectrum(&batches).map_err(|why| {
        let detail = format!("the server's answer is not what this page expects ({why}): reload the page");
        Problem::new(200, "unexpected answer").with_detail(detail).with_instance(&path)
    })
}

impl Default for Spectra {
    fn default() -> Self {
        Self::new()
    }
}
