//! Other spectra of the chosen star, looked for in the survey.

use balmer_exchange::api::Problem;
use leptos::{prelude::*, task::spawn_local};

use crate::{
    client,
    context::{Desk, Spectra},
    state::{
        compare::{Compare, MOST_DRAWN, Name},
        epochs::condition,
        load::Load,
    },
};

/// Looks for them whenever another star is shown.
pub fn follow_star(found: RwSignal<Load<Vec<Name>>>, compare: Memo<Compare>, desk: Desk, spectra: Spectra) {
    let wanted = Memo::new(move |_| {
        let radius = compare.with(|compare| compare.epochs)?;
        let survey = desk.survey.get()?;
        spectra.shown.with(|shown| Some((survey, condition(&shown.as_ref()?.metadata, radius))))
    });
    Effect::new(move || match wanted.get() {
        None => found.set(Load::Idle),
        Some((_, None)) => {
            let why = "it has neither a position nor a designation by which they could be found";
            found.set(Load::Failed(Problem::new(0, "not to be found").with_detail(why)));
        }
        Some((survey, Some(condition))) => {
            found.set(Load::Loading);
            spawn_local(async move {
                let page = client::spectra(&survey, &condition, "mjd", MOST_DRAWN).await;
                if wanted.get_untracked() == Some((survey.clone(), Some(condition))) {
                    let names =
                        page.map(|page| page.rows.iter().map(|row| Name::new(&survey, &row.spectrum_id)).collect());
                    found.set(names.into());
                }
            });
        }
    });
}
