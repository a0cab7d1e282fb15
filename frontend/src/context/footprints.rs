//! Where on the sky the open survey has spectra: asked for once the sky is looked at, and kept until another survey is.

use leptos::{prelude::*, task::spawn_local};

use super::{Desk, Failures, Showing};
use crate::{
    client,
    state::{
        footprint::{Footprint, Outline},
        picture::Same,
        views::Kind,
    },
};

/// The footprint of the open survey.
#[derive(Debug, Clone, Copy)]
pub struct Footprints {
    /// Its outlines on the map of the sky as it is shown; none where they are not wanted or not here.
    pub outlines: Memo<Option<Same<Vec<Outline>>>>,
}

impl Footprints {
    /// Follows the open survey and the views.
    pub fn new() -> Self {
        let (desk, showing, failures): (Desk, Showing, Failures) =
            (expect_context(), expect_context(), expect_context());
        let known = RwSignal::new(None::<(String, Same<Footprint>)>);
        let is_shown = Memo::new(move |_| showing.views.with(|views| views.has(Kind::Sky) && views.footprint));
        let wanted = Memo::new(move |_| desk.survey.get().filter(|_| is_shown.get()));
        Effect::new(move || {
            let Some(survey) = wanted.get() else { return };
            if known.with_untracked(|known| known.as_ref().is_some_and(|(of, _)| *of == survey)) {
                return;
            }
            spawn_local(async move {
                let found = failures.noted(client::coverage(&survey).await);
                // the page may have gone on to another survey
                if let Ok(orders) = found
                    && wanted.get_untracked().as_ref() == Some(&survey)
                {
                    known.set(Some((survey, Same::new(Footprint::new(&orders)))));
                }
            });
        });
        let galactic = Memo::new(move |_| showing.views.with(|views| views.galactic));
        let outlines = Memo::new(move |_| {
            let survey = wanted.get()?;
            let galactic = galactic.get();
            known.with(|known| {
                let (_, footprint) = known.as_ref().filter(|(of, _)| *of == survey)?;
                Some(Same::new(footprint.0.outlines(galactic)))
            })
        });
        Self { outlines }
    }
}

impl Default for Footprints {
    fn default() -> Self {
        Self::new()
    }
}
