//! How stable the place is: a badge, a strip with the rank under each setting, and the ranks as a list.

use leptos::prelude::*;

use crate::state::{
    format::count,
    places::{Dot, Places},
};

/// Width of the strip's own coordinates.
const WIDTH: f64 = 480.0;
/// Height of them.
const HEIGHT: f64 = 48.0;
/// Left free at both ends, for the first and last dot and number.
const SIDE: f64 = 16.0;
/// Where the dots stand.
const LINE: f64 = 16.0;

/// The strip.
pub fn strip(places: &Places) -> impl IntoView + use<> {
    let x = |at: f64| SIDE + at * (WIDTH - 2.0 * SIDE);
    let standing = places.standing();
    let sentence = places.sentence();
    let dot = |dot: &Dot| {
        let title = format!("{}: rank {}", dot.setting, count(dot.rank.into()));
        view! {
            <circle cx=x(dot.at) cy=LINE r="4">
                <title>{title}</title>
            </circle>
        }
    };
    let tick = |&(rank, at): &(u64, f64)| {
        view! {
            <line class="tick" x1=x(at) x2=x(at) y1=LINE - 8.0 y2=LINE + 8.0 />
            <text x=x(at) y=HEIGHT - 6.0 text-anchor="middle">{count(rank)}</text>
        }
    };
    let item = |dot: &Dot| {
        view! {
            <li>
                <span>{dot.setting.clone()}</span>
                <b>{count(dot.rank.into())}</b>
            </li>
        }
    };
    let rejected = |setting: &String| {
        view! {
            <li>
                <span>{setting.clone()}</span>
                <span class="muted">"rejects it"</span>
            </li>
        }
    };
    let view_box = format!("0 0 {WIDTH} {HEIGHT}");
    view! {
        <div class="places" data-testid="stability">
            <p>
                <b class=format!("badge {}", standing.word()) data-testid="stability-badge">
                    <span aria-hidden="true">{standing.mark()}</span>
                    " "
                    {standing.word()}
                </b>
                " "
                {sentence.clone()}
            </p>
            <svg viewBox=view_box role="img" aria-label=format!("Ranks under all settings. {sentence}")>
                <rect class="head" x=x(0.0) y="0" width=x(places.head_at) - x(0.0) height=2.0 * LINE />
                <line class="axis" x1=x(0.0) x2=x(1.0) y1=LINE y2=LINE />
                {places.ticks.iter().map(tick).collect_view()}
                {places.dots.iter().map(dot).collect_view()}
            </svg>
            <details>
                <summary>"Rank under each setting"</summary>
                <ul class="settings-ranks">
                    {places.dots.iter().map(item).collect_view()}
                    {places.rejected.iter().map(rejected).collect_view()}
                </ul>
            </details>
        </div>
    }
}
