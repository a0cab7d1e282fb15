//! The address of a run that another tab computed, or an earlier visit.

use balmer_exchange::worker::Device;
use leptos::prelude::*;

use super::empty::Empty;
use crate::{
    context::{Draft, Local},
    state::{address::Address, host::Host},
};

/// What has become of it, and the ways to have it again.
#[component]
pub fn LivedElsewhere(run: String) -> impl IntoView {
    let draft: Draft = expect_context();
    let spec = StoredValue::new(Local::remembered(&run));
    let again = move |host: Host| {
        if let Some(spec) = spec.get_value() {
            draft.submit(spec, host);
        }
    };
    let chosen = move || match draft.host.get_untracked() {
        Host::Server => Host::Browser(Device::Gpu),
        host @ Host::Browser(_) => host,
    };
    let ways = move || {
        spec.get_value().map_or_else(
            || view! { <p>"Its settings are not remembered either. " <a href="/runs">"Go to the runs there are"</a></p> }.into_any(),
            |spec| {
                let condition = spec.r#where.clone().unwrap_or_else(|| "all spectra".to_owned());
                let subset = Address::subset(&spec.survey, spec.r#where.as_deref()).to_string();
                view! {
                    <p>"It was made of " <a href=subset>{spec.survey.clone()}</a> ", " {condition} "."</p>
                    <p class="empty-actions">
                        <button type="button" class="primary" data-testid="again-here" on:click=move |_| again(chosen())>
                            "Run again in this browser"
                        </button>
                        " "
                        <button type="button" data-testid="again-on-server" on:click=move |_| again(Host::Server)>
                            "Run on the server"
                        </button>
                    </p>
                }
                .into_any()
            },
        )
    };
    view! {
        <Empty title="This run lived in another tab">
            <p>{format!("{run} was computed in a browser, and its list went with the tab that computed it.")}</p>
            {ways}
        </Empty>
    }
}
