//! How often the values of one column occur; a range of bars selects.

mod paint;

use std::ops::RangeInclusive;

use leptos::{html, prelude::*};
use web_sys::{KeyboardEvent, PointerEvent};

use super::{Card, ColumnSelect};
use crate::{
    components::spectrum_plot::{
        frames::{Frames, watch_size},
        ink::Ink,
    },
    context::{CurrentTheme, Selected, Showing},
    state::{
        camera::Room,
        format::{count, number},
        histogram::Histogram,
        picture::Same,
        quantities::{Quantity, chosen},
        selection::How,
        views::{Kind, Views},
    },
};

/// Columns that are shown where none was chosen, the better ones first.
const PREFERRED: [&str; 3] = ["lof", "snr_r", "subclass"];
/// Bins at most.
const MOST_BINS: usize = 80;

/// Bars that are marked, and what they will do to the selection.
type Marked = Option<(usize, usize, How)>;

fn ordered(a: usize, b: usize) -> RangeInclusive<usize> {
    a.min(b)..=a.max(b)
}

/// The bars.
#[component]
pub fn HistogramView() -> impl IntoView {
    let showing: Showing = expect_context();
    let columns =
        Memo::new(move |_| showing.columns.get().into_iter().filter(Quantity::tells_apart).collect::<Vec<Quantity>>());
    let column = Memo::new(move |_| {
        showing.views.with(|views| columns.with(|columns| chosen(columns, views.of.as_deref(), &PREFERRED)))
    });
    let found = Memo::new(move |_| {
        let column = column.get()?;
        Some(Same::new(if column.is_number {
            Histogram::of_numbers(&showing.numbers(&column.key), false, MOST_BINS)
        } else {
            showing.texts(&column.key, Histogram::of_texts)
        }))
    });
    let controls = move || {
        view! {
            <ColumnSelect
                label="Column of the histogram"
                testid="histogram-of"
                columns
                chosen=Signal::derive(move || column.get().map(|column| column.key))
                choose=Callback::new(move |key| showing.edit(|views| Views { of: Some(key), ..views }))
            />
        }
        .into_any()
    };
    view! {
        <Card kind=Kind::Histogram controls=Box::new(controls)>
            <Bars found column />
        </Card>
    }
}

#[component]
fn Bars(found: Memo<Option<Same<Histogram>>>, column: Memo<Option<Quantity>>) -> impl IntoView {
    let selected: Selected = expect_context();
    let canvas = NodeRef::<html::Canvas>::new();
    let size = watch_size(canvas);
    let room = Memo::new(move |_| {
        let (width, height) = size.get();
        Room { left: 56.0, top: 12.0, width: (width - 68.0).max(1.0), height: (height - 52.0).max(1.0) }
    });
    let marked = RwSignal::new(None::<(usize, usize, How)>);
    let cursor = RwSignal::new(None::<usize>);
    // bars of another column are others
    Effect::new(move || {
        found.track();
        marked.set(None);
        cursor.set(None);
    });
    let title = Signal::derive(move || column.get().map(|column| column.axis()).unwrap_or_default());
    paint_when_needed(canvas, found, room, title, marked, cursor);
    let choose = move |bars: RangeInclusive<usize>, how: How| {
        let rows = found.with_untracked(|found| found.as_ref().map(|found| found.0.rows(bars)));
        selected.choose(how, &rows.unwrap_or_default());
    };
    let bar_at = move |event: &PointerEvent| {
        let number = found.with_untracked(|found| found.as_ref().map_or(0, |found| found.0.len()));
        let Room { left, width, .. } = room.get_untracked();
        let share = (f64::from(event.offset_x()) - left) / width;
        (number > 0).then(|| ((share * number as f64).max(0.0) as usize).min(number - 1))
    };
    let down = move |event: PointerEvent| {
        if let (Some(bar), Some(canvas)) = (bar_at(&event), canvas.get_untracked()) {
            // a drag that leaves the canvas goes on; a pointer that is gone already has none to capture
            let _ = canvas.set_pointer_capture(event.pointer_id());
            marked.set(Some((bar, bar, How::of_keys(event.shift_key(), event.alt_key()))));
        }
    };
    let moved = move |event: PointerEvent| {
        let bar = bar_at(&event);
        if cursor.get_untracked() != bar {
            cursor.set(bar);
        }
        if let (Some((from, _, how)), Some(bar)) = (marked.get_untracked(), bar) {
            marked.set(Some((from, bar, how)));
        }
    };
    let up = move |_| {
        if let Some((from, to, how)) = marked.get_untracked() {
            marked.set(None);
            choose(ordered(from, to), how);
        }
    };
    let key = move |event: KeyboardEvent| {
        let last = found.with_untracked(|found| found.as_ref().map_or(0, |found| found.0.len())).checked_sub(1);
        let (Some(last), false, false) = (last, event.ctrl_key(), event.meta_key()) else { return };
        let at = cursor.get_untracked();
        match event.key().as_str() {
            "ArrowLeft" => cursor.set(Some(at.map_or(0, |at| at.saturating_sub(1)))),
            "ArrowRight" => cursor.set(Some(at.map_or(0, |at| (at + 1).min(last)))),
            "Enter" | " " => {
                let Some(at) = at else { return };
                choose(at..=at, How::of_keys(event.shift_key(), event.alt_key()));
            }
            _ => return,
        }
        event.prevent_default();
        event.stop_propagation();
    };
    let said = move || {
        let (found, at) = (found.get()?.0, cursor.get()?);
        let rows = count(u64::from(*found.counts.get(at)?));
        Some(match found.edges.get(at..at + 2) {
            Some(edges) => format!("{} to {}: {rows}", number(edges[0]), number(edges[1])),
            None => format!("{}: {rows}", found.texts.get(at)?),
        })
    };
    let described = move || {
        let rows = found.with(|found| found.as_ref().map_or(0, |found| found.0.counts.iter().sum::<u32>()));
        let marked = selected.marks.with(|marks| marks.0.number);
        format!("Histogram of {}: {} rows, {} selected", title.get(), count(u64::from(rows)), count(marked as u64))
    };
    view! {
        <div class="cloud-box bars">
            <canvas
                node_ref=canvas
                class="points"
                data-testid="histogram-plot"
                role="application"
                aria-roledescription="histogram"
                tabindex="0"
                aria-label=described
                aria-keyshortcuts="ArrowLeft ArrowRight Enter"
                on:pointerdown=down
                on:pointermove=moved
                on:pointerup=up
                on:pointercancel=move |_| marked.set(None)
                on:pointerleave=move |_| cursor.set(None)
                on:keydown=key
            ></canvas>
            <p class="read-out" role="status">{said}</p>
        </div>
    }
}

fn paint_when_needed(
    canvas: NodeRef<html::Canvas>,
    found: Memo<Option<Same<Histogram>>>,
    room: Memo<Room>,
    title: Signal<String>,
    marked: RwSignal<Marked>,
    cursor: RwSignal<Option<usize>>,
) {
    let CurrentTheme(theme) = expect_context::<CurrentTheme>();
    let selected: Selected = expect_context();
    let counts = Memo::new(move |_| {
        found.with(|found| selected.marks.with(|marks| found.as_ref().map(|found| found.0.selected(&marks.0))))
    });
    let frames = Frames::new(move |_| {
        // the page may have gone on since the frame was asked for
        let Some(canvas) = canvas.try_get_untracked().flatten() else { return };
        let (Some(Same(found)), Some(counts)) = (found.get_untracked(), counts.get_untracked()) else { return };
        let range = marked.get_untracked().map(|(from, to, _)| ordered(from, to));
        let at = paint::At { room: room.get_untracked(), marked: range, cursor: cursor.get_untracked() };
        paint::draw(&canvas, &Ink::at(&canvas), &found, &counts, &title.get_untracked(), &at);
    });
    Effect::new(move || {
        theme.track();
        found.track();
        counts.track();
        room.track();
        title.track();
        marked.track();
        cursor.track();
        frames.ask(true);
    });
}
