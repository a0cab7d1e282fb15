//! Known objects planted in a copy of the survey, to see what a run finds of them.

use balmer_core::simulate::Injection;
use balmer_exchange::api::InjectionReport;
use leptos::{prelude::*, task::spawn_local};

use crate::{
    client,
    context::{Catalogue, Desk},
    state::{
        address::Address,
        format::count,
        load::Load,
        planting::{Planting, title},
    },
};

/// The form, and what came of it.
#[component]
pub fn Plant() -> impl IntoView {
    let (desk, catalogue): (Desk, Catalogue) = (expect_context(), expect_context());
    let planting = RwSignal::new(Planting::default());
    let outcome = RwSignal::new(Load::<InjectionReport>::Idle);
    let wanted = Memo::new(move |_| planting.with(Planting::checked));
    let plant = move |_| {
        let (Some(survey), Ok(new)) = (desk.survey.get_untracked(), wanted.get_untracked()) else { return };
        outcome.set(Load::Loading);
        spawn_local(async move {
            let made = client::plant(&survey, &new).await;
            if made.is_ok() {
                catalogue.refresh();
            }
            outcome.set(made.into());
        });
    };
    let kind = move |kind: Injection| {
        let toggle = move |event| {
            let on = event_target_checked(&event);
            planting.update(|planting| planting.choose(kind, on));
        };
        view! {
            <label class="inline-field">
                <input type="checkbox" prop:checked=move || planting.with(|planting| planting.kinds.contains(&kind)) on:change=toggle />
                {title(kind)}
            </label>
        }
    };
    let field = move |label: &'static str, testid: &'static str, part: fn(&mut Planting) -> &mut String| {
        let text = move || planting.with(|planting| part(&mut planting.clone()).clone());
        let write = move |event| {
            let text = event_target_value(&event);
            planting.update(|planting| *part(planting) = text);
        };
        view! {
            <label class="inline-field">
                <span>{label}</span>
                <input type="text" inputmode="decimal" size="6" data-testid=testid prop:value=text on:input=write />
            </label>
        }
    };
    view! {
        <p class="muted">
            "The list tells how many are worth a look where some of its spectra are known. Plant known objects in a copy of this survey, run there, and see which are found."
        </p>
        <div class="several" role="group" aria-label="What to plant">{Injection::ALL.map(kind)}</div>
        <div class="several">
            {field("How many", "plant-count", |planting| &mut planting.count)}
            {field("Strength from", "plant-from", |planting| &mut planting.from)}
            {field("to", "plant-to", |planting| &mut planting.to)}
            {field("Seed", "plant-seed", |planting| &mut planting.seed)}
        </div>
        <p class="muted">"Strength is the equivalent width of Hα emission in Å; empty draws it as such objects have it."</p>
        {move || wanted.get().err().map(|why| view! { <p class="fault" role="status">{why}</p> })}
        <button type="button" data-testid="plant" disabled=move || wanted.with(Result::is_err) || outcome.with(Load::is_loading) on:click=plant>
            {move || if outcome.with(Load::is_loading) { "Planting …" } else { "Plant them in a copy" }}
        </button>
        {move || outcome.get().problem().map(|problem| view! { <p class="fault" role="alert">{problem.to_string()}</p> })}
        {move || outcome.get().ready().cloned().map(|report| view! { <Made report /> })}
    }
}

/// The survey that was made.
#[component]
fn Made(report: InjectionReport) -> impl IntoView {
    let new_survey = Address::subset(&report.survey, None).to_string();
    let planted: u64 = report.planted.values().sum();
    let unplantable: u64 = report.unplantable.values().sum();
    let why = (unplantable > 0).then(|| {
        let reasons = report.unplantable.iter().map(|(reason, number)| format!("{} {reason}", count(*number)));
        format!(" {} could take nothing: {}.", count(unplantable), reasons.collect::<Vec<_>>().join(", "))
    });
    view! {
        <p role="status" data-testid="planted">
            {format!("{} planted among {} spectra.", count(planted), count(report.spectra))} {why} " "
            <a href=new_survey>"Open " {report.survey}</a> " and run there."
        </p>
    }
}
