//! The menu of what is drawn with the chosen spectrum, and how.

use leptos::{html, prelude::*};
use web_sys::HtmlInputElement;

use super::menu::{close_when_done, toggle};
use crate::{
    components::keyboard::is_for_page,
    context::{Compared, Desk, Explained, Labels, Selected, Spectra},
    state::compare::{Compare, EPOCH_RADIUS, Group, Levels, MOST_DRAWN, MOST_RADIUS, MeanOf, Name},
};

/// The menu; `y` opens it.
#[component]
pub fn CompareMenu() -> impl IntoView {
    let (compared, desk): (Compared, Desk) = (expect_context(), expect_context());
    let menu = NodeRef::<html::Details>::new();
    close_when_done(menu);
    let keys = window_event_listener(leptos::ev::keydown, move |event| {
        if event.key() == "y" && is_for_page(&event) {
            toggle(menu);
        }
    });
    on_cleanup(move || keys.remove());
    let kinds = Memo::new(move |_| compared.compare.with(Compare::kinds));
    view! {
        <details class="menu compare" node_ref=menu data-testid="compare-menu">
            <summary title="What is drawn with this spectrum (y)">"Compare " <span class="muted">{move || kinds.get()}</span></summary>
            <div class="menu-body">
                {move || desk.run_id.get().map(|_| view! { <NearCount /> })}
                <SetSelect />
                <Epochs />
                <MeanSelect />
                <Pins />
                <LevelsSelect />
                <label class="check" title="Each is moved to the redshift at which the markers stand">
                    <input
                        type="checkbox"
                        data-testid="compare-align"
                        prop:checked=move || compared.compare.with(|compare| compare.align)
                        on:change=move |event| {
                            let align = event_target_checked(&event);
                            compared.edit(|compare| Compare { align, ..compare });
                        }
                    />
                    "Move them to this one's redshift"
                </label>
                <button type="button" disabled=move || kinds.get() == 0 on:click=move |_| compared.edit(Compare::cleared)>
                    "Draw nothing else"
                </button>
            </div>
        </details>
    }
}

/// How many neighbours.
#[component]
fn NearCount() -> impl IntoView {
    let (compared, explained): (Compared, Explained) = (expect_context(), expect_context());
    let near = Memo::new(move |_| compared.compare.with(|compare| compare.near));
    let choose = move |event: web_sys::Event| {
        let near = event_target_value(&event).parse().unwrap_or(0).min(MOST_DRAWN);
        compared.edit(|compare| Compare { near, ..compare });
        event_target::<HtmlInputElement>(&event).set_value(&near.to_string());
    };
    let missing = move || explained.answer.with(|answer| answer.problem().is_some());
    view! {
        <label class="line" title="Nearest neighbours in the run, 0 to 100 (i)">
            <span>"Nearest neighbours"</span>
            <input
                type="number"
                min="0"
                max=MOST_DRAWN.to_string()
                data-testid="compare-near"
                disabled=missing
                prop:value=move || near.get().to_string()
                on:change=choose
            />
        </label>
    }
}

/// What is selected, or a named subset.
#[component]
fn SetSelect() -> impl IntoView {
    let (compared, selected): (Compared, Selected) = (expect_context(), expect_context());
    let now = Memo::new(move |_| compared.compare.with(|compare| compare.set.clone()));
    let options = move || {
        let mut names: Vec<String> =
            selected.subsets.with(|subsets| subsets.iter().map(|subset| subset.name.clone()).collect());
        if let Some(Group::Subset(name)) =
            now.get().filter(|set| !names.iter().any(|n| *set == Group::Subset(n.clone())))
        {
            names.push(name);
        }
        let option = move |name: String| {
            let set = Group::Subset(name.clone());
            view! { <option value=set.to_string() selected=now.get().as_ref() == Some(&set)>{format!("subset {name}")}</option> }
        };
        names.into_iter().map(option).collect_view()
    };
    view! {
        <label class="line" title="What is selected in the list and the views (t), or a named subset">
            <span>"A selection"</span>
            <select
                data-testid="compare-set"
                on:change=move |event| {
                    let set = Group::parse(&event_target_value(&event));
                    compared.edit(|compare| Compare { set, ..compare });
                }
            >
                <option value="" selected=move || now.get().is_none()>"none"</option>
                <option value="selected" selected=move || now.get() == Some(Group::Selected)>"what is selected"</option>
                {options}
            </select>
        </label>
        {move || (now.get() == Some(Group::Selected)).then(|| view! {
            <p class="muted">"A link shows others the same once the selection has a name and is chosen here by it."</p>
        })}
    }
}

/// Other spectra of the same star.
#[component]
fn Epochs() -> impl IntoView {
    let compared: Compared = expect_context();
    let radius = Memo::new(move |_| compared.compare.with(|compare| compare.epochs));
    let set = move |epochs: Option<f64>| compared.edit(|compare| Compare { epochs, ..compare });
    view! {
        <div class="line">
            <label class="check" title="Other spectra of the survey at the same position, or of the same designation (Shift+E)">
                <input
                    type="checkbox"
                    data-testid="compare-epochs"
                    prop:checked=move || radius.get().is_some()
                    on:change=move |event| set(event_target_checked(&event).then_some(EPOCH_RADIUS))
                />
                "The same star, within"
            </label>
            <span>
                <input
                    type="number"
                    min="0.5"
                    max=MOST_RADIUS.to_string()
                    step="0.5"
                    aria-label="Radius in seconds of arc"
                    prop:value=move || radius.get().unwrap_or(EPOCH_RADIUS).to_string()
                    on:change=move |event| {
                        let typed = event_target_value(&event).parse().ok();
                        let known = radius.get_untracked().unwrap_or(EPOCH_RADIUS);
                        set(typed.filter(|radius| (0.01..=MOST_RADIUS).contains(radius)).or(Some(known)));
                        // what is refused does not stay in the field
                        let now = radius.get_untracked().unwrap_or(EPOCH_RADIUS);
                        event_target::<HtmlInputElement>(&event).set_value(&now.to_string());
                    }
                />
                "″"
            </span>
        </div>
    }
}

/// Mean and spread of a class.
#[component]
fn MeanSelect() -> impl IntoView {
    let (compared, labels): (Compared, Labels) = (expect_context(), expect_context());
    let (selected, spectra): (Selected, Spectra) = (expect_context(), expect_context());
    let now = Memo::new(move |_| compared.compare.with(|compare| compare.mean.clone()));
    let choices = move || {
        let mut choices: Vec<MeanOf> = labels.offered.get().into_iter().map(MeanOf::Label).collect();
        spectra.shown.with(|shown| {
            if let Some(star) = shown.as_ref().map(|body| &body.metadata) {
                let text = |text: &Option<String>| text.clone().filter(|text| !text.trim().is_empty());
                choices.extend(text(&star.class).map(MeanOf::Class));
                choices.extend(text(&star.subclass).map(MeanOf::Subclass));
            }
        });
        selected.subsets.with(|subsets| choices.extend(subsets.iter().map(|s| MeanOf::Subset(s.name.clone()))));
        choices.extend(now.get().filter(|now| !choices.contains(now)));
        let option = move |of: MeanOf| {
            view! { <option value=of.to_string() selected=now.get().as_ref() == Some(&of)>{of.title()}</option> }
        };
        choices.into_iter().map(option).collect_view()
    };
    view! {
        <label class="line" title="Mean and one standard deviation, of 200 spectra at most: those of the highest S/N (b)">
            <span>"Mean and spread of"</span>
            <select
                data-testid="compare-mean"
                on:change=move |event| {
                    let mean = MeanOf::parse(&event_target_value(&event));
                    compared.edit(|compare| Compare { mean, ..compare });
                }
            >
                <option value="" selected=move || now.get().is_none()>"none"</option>
                {choices}
            </select>
        </label>
    }
}

/// Spectra that stay.
#[component]
fn Pins() -> impl IntoView {
    let compared: Compared = expect_context();
    let is_pinned = Memo::new(move |_| {
        compared.chosen.get().is_some_and(|chosen| compared.compare.with(|compare| compare.pins.contains(&chosen)))
    });
    let text = RwSignal::new(String::new());
    let unreadable = move || text.with(|text| !text.trim().is_empty() && Name::parse(text).is_none());
    let add = move |event: web_sys::SubmitEvent| {
        event.prevent_default();
        if let Some(name) = Name::parse(&text.get_untracked()) {
            compared.edit(|compare| if compare.pins.contains(&name) { compare } else { compare.with_pin(&name) });
            text.set(String::new());
        }
    };
    // one that cannot be fetched is not in the legend: here it can be taken away
    let item = move |pin: Name| {
        let text = pin.to_string();
        let label = format!("Unpin {text}");
        let unpin = move |_| compared.edit(|compare| compare.with_pin(&pin));
        view! { <li><span>{text}</span><button type="button" aria-label=label on:click=unpin>"×"</button></li> }
    };
    view! {
        <button
            type="button"
            data-testid="compare-pin"
            aria-pressed=move || is_pinned.get().to_string()
            title="It stays drawn while others are chosen (Shift+P)"
            on:click=move |_| compared.toggle_pin()
        >
            {move || if is_pinned.get() { "This spectrum is pinned" } else { "Pin this spectrum" }}
        </button>
        <form class="own-lines" on:submit=add>
            <label>
                <span>"Pin one of any survey: survey/spectrum"</span>
                <input
                    type="text"
                    data-testid="compare-pin-name"
                    placeholder="miles/m0884"
                    aria-invalid=move || unreadable().to_string()
                    prop:value=move || text.get()
                    on:input=move |event| text.set(event_target_value(&event))
                />
            </label>
            <button type="submit">"Pin"</button>
        </form>
        <ul class="own-lines">{move || compared.compare.with(|compare| compare.pins.clone()).into_iter().map(item).collect_view()}</ul>
    }
}

/// How levels are brought together.
#[component]
fn LevelsSelect() -> impl IntoView {
    let compared: Compared = expect_context();
    let now = Memo::new(move |_| compared.compare.with(|compare| compare.levels));
    let option = move |levels: Levels| {
        view! { <option value=levels.key() selected=move || now.get() == levels>{levels.title()}</option> }
    };
    view! {
        <label class="line" title="How levels are brought together (o)">
            <span>"Levels"</span>
            <select
                data-testid="compare-levels"
                on:change=move |event| {
                    let levels = Levels::of_key(&event_target_value(&event)).unwrap_or_default();
                    compared.edit(|compare| Compare { levels, ..compare });
                }
            >
                {Levels::ALL.into_iter().map(option).collect_view()}
            </select>
        </label>
    }
}
