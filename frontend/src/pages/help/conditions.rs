//! How conditions are written.

use leptos::prelude::*;

/// Conditions and what they say.
const EXAMPLES: [(&str, &str); 10] = [
    ("class = 'STAR' AND snr_r > 20", "stars with little noise; texts stand in single quotes"),
    ("subclass LIKE 'B%' OR subclass LIKE 'A%'", "types that begin with B or A; % is any text, _ any letter"),
    ("mjd BETWEEN 57000 AND 57365", "observed within a year"),
    ("z IS NOT NULL AND abs(z) < 0.002", "a redshift is stated, and it is small"),
    (
        "distance(ra, dec, 83.633, 22.014) < 0.5",
        "a cone: within half a degree of a place; the Cone control writes it, also from 5:34:32 +22:00:52",
    ),
    ("sample(spectrum_id) < 0.1", "a tenth of the survey, drawn by lot, always the same one"),
    ("in_subset('island')", "what was selected and named island"),
    ("NOT in_subset('known')", "all but what has that name"),
    ("lof > 2 AND label = 'be'", "in the list of a run: lonely, and a label spread to it"),
    ("cat_teff > 9000", "a column of a catalogue that was joined to the survey"),
];

/// The conditions.
#[component]
pub fn Conditions() -> impl IntoView {
    let entry = |(text, meaning): (&'static str, &'static str)| {
        view! {
            <dt><code>{text}</code></dt>
            <dd>{meaning}</dd>
        }
    };
    view! {
        <section aria-labelledby="conditions">
            <h2 id="conditions">"Conditions"</h2>
            <p>
                "A condition is what stands after WHERE in SQL. The field completes names of columns and functions, and texts
                that occur; the buttons beside it write clauses without typing. AND binds closer than OR: use brackets."
            </p>
            <dl class="conditions">{EXAMPLES.map(entry).collect_view()}</dl>
        </section>
    }
}
