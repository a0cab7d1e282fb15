//! The numbers, each with its error, and what is to be known of them.

use balmer_core::analysis::{Feature, LineMeasurement, Noise, QUANTITIES};
use leptos::prelude::*;

use crate::{
    context::Measured,
    state::format::{number, with_error},
};

/// The numbers, or why there are none.
#[component]
pub fn Results() -> impl IntoView {
    let measured: Measured = expect_context();
    let shown = move || {
        measured.outcome.with(|outcome| {
            outcome.as_ref().map(|outcome| match &outcome.0.line {
                Ok(line) => numbers(line, &outcome.0.notes),
                Err(why) => view! { <p class="fault" data-testid="unmeasurable">{why.clone()}</p> }.into_any(),
            })
        })
    };
    view! { <div class="measuring-results" role="status">{shown}</div> }
}

fn numbers(line: &LineMeasurement, more: &[String]) -> AnyView {
    let unit = |unit: &'static str| match unit {
        "Angstrom" => " Å".to_owned(),
        "" => String::new(),
        other => format!(" {other}"),
    };
    let rows = QUANTITIES.iter().filter_map(|q| {
        let found = (q.of)(line)?;
        let text = with_error(found.value, found.error) + &unit(q.unit);
        Some(view! { <div title=q.description><dt>{q.title}</dt><dd data-quantity=q.name>{text}</dd></div> })
    });
    let rows: Vec<_> = rows.collect();
    let about = &line.measurements;
    let feature = match about.feature {
        Feature::Emission => "emission",
        Feature::Absorption => "absorption",
    };
    let noise = match about.snr.noise {
        Noise::Stated => "of the stated variance",
        Noise::Estimated => "of the scatter",
    };
    let masked = if about.masked > 0 { format!(", {} masked", about.masked) } else { String::new() };
    let said = format!(
        "{feature}, {} pixels{masked}; S/N {} a pixel {noise}; wavelengths as observed, in {}",
        about.pixels,
        number(about.snr.value),
        about.medium
    );
    let notes = about.notes.iter().map(|note| note.text().to_owned()).chain(more.iter().cloned());
    let notes = notes.map(|note| view! { <li>{note}</li> }).collect_view();
    view! {
        <dl>{rows}</dl>
        <p class="muted">{said}</p>
        <ul class="muted notes">{notes}</ul>
    }
    .into_any()
}
