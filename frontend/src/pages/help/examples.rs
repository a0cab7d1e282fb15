//! What rare things look like, and what only looks rare.

use leptos::prelude::*;

use crate::state::{
    examples::{Example, LESSONS, Lesson},
    format::fixed,
};

/// Size of a plot in its own units; it grows with the page.
const SIZE: (f64, f64) = (320.0, 120.0);

/// The plots with a sentence for each.
#[component]
pub fn Examples() -> impl IntoView {
    let examples = StoredValue::new(Example::all());
    let lesson = move |lesson: &Lesson| {
        let example = examples.with_value(|all| all.iter().find(|example| example.truth == lesson.truth).cloned());
        let plot = example.map(|example| {
            let (low, high) = example.range();
            let name = format!("{}: flux from {} to {} Å", lesson.title, fixed(low, 0), fixed(high, 0));
            view! {
                <svg viewBox=format!("0 -4 {} {}", SIZE.0, SIZE.1 + 8.0) preserveAspectRatio="none" role="img" aria-label=name>
                    <path d=example.path(SIZE.0, SIZE.1) vector-effect="non-scaling-stroke" />
                </svg>
                <p class="ends muted" aria-hidden="true"><span>{fixed(low, 0)}" Å"</span><span>{fixed(high, 0)}" Å"</span></p>
            }
        });
        view! {
            <figure class="lesson" data-truth=lesson.truth>
                <h4>{lesson.title}</h4>
                {plot}
                <figcaption>{lesson.how}</figcaption>
            </figure>
        }
    };
    let group = move |is_artefact: bool| {
        LESSONS.iter().filter(|lesson| lesson.is_artefact == is_artefact).map(lesson).collect_view()
    };
    view! {
        <section aria-labelledby="examples">
            <h2 id="examples">"What to look for"</h2>
            <p>"Simulated spectra at the resolution of LAMOST, flux against wavelength in vacuum."</p>
            <h3>"Rare things"</h3>
            <div class="lessons">{group(false)}</div>
            <h3>"What only looks rare"</h3>
            <div class="lessons">{group(true)}</div>
        </section>
    }
}
