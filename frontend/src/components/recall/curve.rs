//! Recall against how many are looked at, with the threshold in it.

use leptos::prelude::*;

use crate::state::{
    format::count,
    recall::{Finding, slider},
};

/// Width of the plot's own coordinates.
const WIDTH: f64 = 320.0;
/// Height of them.
const HEIGHT: f64 = 96.0;
/// Left free for the numbers: below, and at the sides.
const FOOT: f64 = 16.0;
/// See [`FOOT`].
const SIDE: f64 = 24.0;

/// The curve.
#[component]
pub fn Curve(finding: Memo<Finding>, total: u64) -> impl IntoView {
    let x = |place: f64| SIDE + place * (WIDTH - 2.0 * SIDE);
    let y = |share: f64| (HEIGHT - FOOT) * (1.0 - share) + 4.0 * share;
    let path = move || {
        finding.with(|finding| {
            let points = finding.curve.iter().map(|&(place, recall)| format!("{:.1} {:.1}", x(place), y(recall)));
            format!("M{}", points.collect::<Vec<_>>().join("L"))
        })
    };
    let now = move || x(slider(finding.with(|finding| finding.first), total) as f64 / 1000.0);
    let powers = (0..).map(|power| 10_u64.pow(power)).take_while(move |&tick| tick <= total.max(1));
    let tick = move |tick: u64| {
        let at = x(slider(tick, total) as f64 / 1000.0);
        view! { <text x=at y=HEIGHT - 4.0 text-anchor="middle">{count(tick)}</text> }
    };
    let level = move |share: f64| {
        view! {
            <line class="grid" x1=x(0.0) x2=x(1.0) y1=y(share) y2=y(share) />
            <text x=SIDE - 4.0 y=y(share) + 4.0 text-anchor="end">{format!("{share}")}</text>
        }
    };
    view! {
        <svg class="curve" viewBox=format!("0 0 {WIDTH} {HEIGHT}") role="img" aria-label="Recall against how many are looked at">
            {[0.0, 0.5, 1.0].map(level)}
            {powers.map(tick).collect_view()}
            <path d=path />
            <line class="now" x1=now x2=now y1="0" y2=HEIGHT - FOOT />
        </svg>
    }
}
