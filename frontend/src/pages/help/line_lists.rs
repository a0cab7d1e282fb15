//! The lines that the page knows, in air and in vacuum.

use balmer_core::{
    lines::TELLURIC,
    spectrum::Medium::{Air, Vacuum},
};
use leptos::prelude::*;

use crate::state::{format::fixed, lines::LineGroup, markers::greek};

/// A list for each group.
#[component]
pub fn LineLists() -> impl IntoView {
    let group = |group: &LineGroup| {
        let lines = group.lines().iter().map(|line| {
            let [air, vacuum] = [Air, Vacuum].map(|medium| fixed(line.wavelength_in(medium), 2));
            row(line.name, air, vacuum)
        });
        let bands = TELLURIC.iter().filter(|_| *group == LineGroup::Telluric).map(|band| {
            let [air, vacuum] = [Air, Vacuum].map(|medium| {
                let (from, to) = band.range_in(medium);
                format!("{}–{}", fixed(from, 0), fixed(to, 0))
            });
            row(band.name, air, vacuum)
        });
        view! {
            <details data-group=group.key()>
                <summary>{group.title()}</summary>
                <table>
                    <thead>
                        <tr><th scope="col">"Line"</th><th scope="col" class="num">"Air, Å"</th><th scope="col" class="num">"Vacuum, Å"</th></tr>
                    </thead>
                    <tbody>{lines.chain(bands).collect_view()}</tbody>
                </table>
            </details>
        }
    };
    view! {
        <section aria-labelledby="lines">
            <h2 id="lines">"Lines"</h2>
            <p>"Wavelengths at rest. LAMOST and SDSS state theirs in vacuum; many others in air, which is shorter by 1.8 Å at Hα."</p>
            <div class="line-lists">{LineGroup::ALL.iter().map(group).collect_view()}</div>
        </section>
    }
}

fn row(name: &'static str, air: String, vacuum: String) -> impl IntoView {
    view! {
        <tr>
            <th scope="row">{greek(name)}</th>
            <td class="num">{air}</td>
            <td class="num">{vacuum}</td>
        </tr>
    }
}
