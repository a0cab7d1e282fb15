//! A circle on the sky.

use leptos::prelude::*;

use super::{Controls, chip::Chip};
use crate::state::{
    cone::{RadiusUnit, cone},
    filter::{Clause, Cone, Slot},
};

/// Position and radius.
#[component]
pub fn ConeChip(controls: Controls) -> impl IntoView {
    let set = Memo::new(move |_| match controls.read(&Slot::Cone) {
        Some(Clause::Cone(cone)) => Some(cone),
        _ => None,
    });
    let (ra, dec, size) = (RwSignal::new(String::new()), RwSignal::new(String::new()), RwSignal::new("30".to_owned()));
    let unit = RwSignal::new(RadiusUnit::Arcmin);
    let faults = RwSignal::new([None::<&'static str>; 3]);
    // what the condition says fills the fields, whoever wrote it
    Effect::new(move || {
        if let Some(Cone { ra: a, dec: d, radius }) = set.get() {
            let (suited, value) = RadiusUnit::suited(radius);
            ra.set(a.to_string());
            dec.set(d.to_string());
            size.set(value.to_string());
            unit.set(suited);
        }
        faults.set([None; 3]);
    });
    let apply = move || match untrack(|| cone(&ra.get(), &dec.get(), &size.get(), unit.get())) {
        Ok(cone) => {
            faults.set([None; 3]);
            controls.write(&Slot::Cone, Some(&Clause::Cone(cone)));
        }
        Err(found) => faults.set(found),
    };
    let short = Signal::derive(move || {
        let (unit, value) = RadiusUnit::suited(set.get()?.radius);
        Some(format!("{value} {}", unit.name()))
    });
    let on_key = move |event: leptos::ev::KeyboardEvent| {
        if event.key() == "Enter" {
            event.prevent_default();
            apply();
        }
    };
    let units = move || {
        let option = |of: RadiusUnit| {
            view! { <option value=of.name() selected=move || unit.get() == of>{of.name()}</option> }
        };
        RadiusUnit::ALL.map(option).collect_view()
    };
    view! {
        <Chip controls name="Cone" value=short clear=move || controls.write(&Slot::Cone, None)>
            <div class="cone" on:keydown=on_key>
                <Angle title="Right ascension" example="83.633 or 5:34:31.9" text=ra fault=Signal::derive(move || faults.get()[0]) />
                <Angle title="Declination" example="22.0145 or +22:00:52" text=dec fault=Signal::derive(move || faults.get()[1]) />
                <div class="pair">
                    <Angle title="Radius" example="30" text=size fault=Signal::derive(move || faults.get()[2]) />
                    <label class="field">
                        <span>"Unit"</span>
                        <select on:change=move |event| unit.set(RadiusUnit::of(&event_target_value(&event)))>{units}</select>
                    </label>
                </div>
                <button type="button" on:click=move |_| apply()>"Set the cone"</button>
            </div>
        </Chip>
    }
}

#[component]
fn Angle(
    title: &'static str,
    example: &'static str,
    text: RwSignal<String>,
    fault: Signal<Option<&'static str>>,
) -> impl IntoView {
    view! {
        <label class="field">
            <span>{title}</span>
            <input
                type="text"
                placeholder=example
                autocomplete="off"
                aria-invalid=move || if fault.get().is_some() { "true" } else { "false" }
                prop:value=move || text.get()
                on:input=move |event| text.set(event_target_value(&event))
            />
            {move || fault.get().map(|fault| view! { <span class="fault">{fault}</span> })}
        </label>
    }
}
