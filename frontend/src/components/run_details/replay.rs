//! A finished run of the server, computed again in this browser, with a verdict.

use balmer_core::pipeline::PipelineSpec;
use balmer_exchange::api::{RunDetail, RunStatus};
use leptos::prelude::*;

use crate::{
    context::{Draft, Replay, Replays},
    state::address::Address,
};

/// The button, the slice, the verdict.
#[component]
pub fn ReplayPanel(detail: RunDetail) -> impl IntoView {
    let (replays, draft) = (expect_context::<Replays>(), expect_context::<Draft>());
    let slice = RwSignal::new(String::new());
    let run = StoredValue::new(detail.summary.id.clone());
    let spec = serde_json::from_value::<PipelineSpec>(detail.spec.clone()).ok();
    let spec = StoredValue::new(spec.filter(|_| detail.summary.status == RunStatus::Done));
    let mine = Memo::new(move |_| {
        replays.current.with(|current| {
            let (of, replay) = current.as_ref()?;
            run.with_value(|run| of == run).then(|| replay.clone())
        })
    });
    let is_busy = move || replays.current.with(|now| matches!(now, Some((_, Replay::OnServer | Replay::Here(_)))));
    let begin = move |_| {
        let slice = Some(slice.get_untracked().trim().to_owned()).filter(|text| !text.is_empty());
        if let Some(spec) = spec.get_value() {
            replays.begin(run.get_value(), spec, slice, draft.host.get_untracked().browser());
        }
    };
    spec.with_value(Option::is_some).then(|| {
        view! {
            <section class="replay" aria-label="Replay">
                <h3>"Replay in the browser"</h3>
                <p class="muted">
                    "The same settings on the same spectra, computed here and compared with the server's list. With a condition
                    only on a part of them, which the server then computes as well. Labels are those in force now."
                </p>
                <div class="replay-form">
                    <input
                        type="search"
                        data-testid="replay-where"
                        aria-label="Condition on the spectra to replay"
                        placeholder="all of them, or: snr_r > 20"
                        prop:value=move || slice.get()
                        on:input=move |event| slice.set(event_target_value(&event))
                    />
                    <button type="button" data-testid="replay" disabled=is_busy on:click=begin>"Replay"</button>
                </div>
                <p data-testid="replay-verdict" role="status">{move || mine.get().map(|replay| told(&replay))}</p>
            </section>
        }
    })
}

fn told(replay: &Replay) -> AnyView {
    let link = |run: &str| view! { <a href=Address::run(run).to_string()>{run.to_owned()}</a> };
    match replay {
        Replay::OnServer => "The server computes this part …".into_any(),
        Replay::Here(run) => view! { "Computing here as " {link(run)} " …" }.into_any(),
        Replay::Compared(run, verdict) => {
            let class = if verdict.is_equal() { "sameness equal" } else { "sameness different" };
            let mark = if verdict.is_equal() { "✓ " } else { "≠ " };
            view! { <b class=class aria-hidden="true">{mark}</b> {verdict.to_string()} ". The list: " {link(run)} }
                .into_any()
        }
        Replay::Failed(why) => view! { <span class="failure">{format!("No verdict: {why}")}</span> }.into_any(),
    }
}
