//! What the recipe of the open run makes of the spectrum shown, step by step; asked for while somebody looks at it.

use std::sync::Arc;

use balmer_exchange::api::RecipeTrace;
use leptos::{prelude::*, task::spawn_local};

use super::{Desk, Spectra, Watch};
use crate::{client, state::load::Load};

/// The trace of the spectrum shown.
#[derive(Debug, Clone, Copy)]
pub struct Traced {
    /// The server's answer.
    pub answer: RwSignal<Load<Arc<RecipeTrace>>>,
    /// Whether somebody looks at it.
    pub is_open: RwSignal<bool>,
    subject: Memo<Option<Subject>>,
}

/// Survey, spectrum, recipe as JSON.
type Subject = (String, String, String);

impl Traced {
    /// Follows the spectrum shown and the open run.
    pub fn new() -> Self {
        let (desk, spectra, watch): (Desk, Spectra, Watch) = (expect_context(), expect_context(), expect_context());
        let subject = Memo::new(move |_| {
            let id = spectra.shown.with(|shown| shown.as_ref().map(|body| body.metadata.spectrum_id.clone()))?;
            let recipe = watch.opened()?.spec.get("recipe")?.to_string();
            Some((desk.survey.get()?, id, recipe))
        });
        let traced = Self { answer: RwSignal::new(Load::Idle), is_open: RwSignal::new(false), subject };
        Effect::new(move || {
            let subject = subject.get();
            if traced.is_open.get() && subject.is_some() {
                traced.ask();
            } else {
                traced.answer.set(Load::Idle);
            }
        });
        traced
    }

    /// Asks the server, again if need be.
    pub fn ask(self) {
        let Some(subject) = self.subject.get_untracked() else { return };
        self.answer.set(Load::Loading);
        spawn_local(async move {
            let (survey, id, recipe) = &subject;
            let answer = client::trace(survey, id, recipe).await;
            if self.subject.get_untracked().as_ref() == Some(&subject) {
                self.answer.set(answer.map(Arc::new).into());
            }
        });
    }
}

impl Default for Traced {
    fn default() -> Self {
        Self::new()
    }
}
