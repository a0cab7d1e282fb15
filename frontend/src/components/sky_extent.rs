//! Where a survey lies, on a small map of the sky.

use leptos::prelude::*;

use crate::state::extent::{SIZE, extent, graticule, points};

/// The map; an empty sky where no position is stated.
#[component]
pub fn SkyExtent(ra: Option<[f64; 2]>, dec: Option<[f64; 2]>) -> impl IntoView {
    let (x, y) = SIZE;
    let area = match (ra, dec) {
        (Some(ra), Some(dec)) => extent(ra, dec),
        _ => crate::state::extent::Extent::default(),
    };
    let title = if area.outline.is_empty() { "No positions" } else { "Extent on the sky, 12 h in the middle" };
    let lines = graticule();
    let mark = area.mark.map(|(x, y)| view! { <circle class="mark" cx=x cy=y r="4" /> });
    view! {
        <svg class="sky-extent" viewBox=format!("{} {} {} {}", -x - 2.0, -y - 2.0, 2.0 * x + 4.0, 2.0 * y + 4.0) role="img" aria-label=title>
            <ellipse class="sky" rx=x ry=y />
            {lines.iter().map(|line| view! { <polyline points=points(line) /> }).collect_view()}
            <polygon class="area" points=points(&area.outline) />
            {mark}
        </svg>
    }
}
