//! The family of the spectrum shown, beside why it ranks where it does.

use balmer_exchange::worker::is_run_name;
use leptos::prelude::*;

use crate::{
    context::{Desk, Families, Spectra},
    state::{
        families::{Among, family_of},
        format::count,
    },
};

/// Its family, once families were looked for; until then the way to them.
#[component]
pub fn OwnFamily() -> impl IntoView {
    let (families, spectra, desk): (Families, Spectra, Desk) = (expect_context(), expect_context(), expect_context());
    let of_server = Memo::new(move |_| desk.run_id.with(|run| run.as_ref().is_some_and(|run| !is_run_name(run))));
    let words = Memo::new(move |_| {
        let id = spectra.shown.with(|shown| shown.as_ref().map(|body| body.metadata.spectrum_id.clone()));
        families.answer.with(|answer| {
            let (Some(body), Some(id)) = (answer.ready(), id) else {
                return "Others may be outliers for the same reason.".to_owned();
            };
            let known = body.known.iter().find(|member| member.spectrum_id == id);
            let known = known.map(|member| format!(" It is known as {}.", member.name)).unwrap_or_default();
            match family_of(body, &id) {
                Some(family) => format!("It is one of {} alike: {}.{known}", count(family.size), family.title),
                None => format!("It is in no family of this run's outliers.{known}"),
            }
        })
    });
    view! {
        <Show when=move || of_server.get()>
            <p class="own-family" data-testid="own-family">
                <span>{words}</span>
                <button type="button" class="quiet" title="Families of outliers, its own first (Shift+U)" on:click=move |_| families.open(Among::default())>
                    "See its family"
                </button>
            </p>
        </Show>
    }
}
