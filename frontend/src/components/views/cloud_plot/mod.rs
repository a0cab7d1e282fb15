//! Points of a plane on a canvas, one for each row of the list: drag to move, wheel to zoom, draw a line or a box around
//! points to select them, click to choose one; all of it by keys too.
//!
//! [`ground`] draws axes or meridians below, with [`wash`] what a survey covers of the sky, [`layers`] the points and what follows the pointer above, [`hands`] hears
//! the reader. Drawing happens at most once a frame.

pub mod ground;
mod hands;
pub mod layers;
mod wash;

use leptos::{html, prelude::*};

use crate::{
    components::spectrum_plot::{
        frames::{Frames, watch_size},
        ink::Ink,
    },
    context::{CurrentTheme, Selected, Showing, Theme},
    state::{
        camera::{Camera, Extent, Room},
        cloud::Cloud,
        filter::Cone,
        format::count,
        hand::{Hand, Tool},
        picture::Same,
        points::{Look, Raster},
        sky_cone,
    },
};
use ground::Ground;
use hands::Hands;

/// Room around points without axes, CSS pixels.
const MARGIN: f64 = 12.0;

/// The box of the points on a canvas.
pub fn room((width, height): (f64, f64), ground: &Ground) -> Room {
    let (left, below) = if matches!(ground, Ground::Axes(_)) { (56.0, 40.0) } else { (MARGIN, MARGIN) };
    let (right, top) = (MARGIN, MARGIN);
    Room { left, top, width: (width - left - right).max(1.0), height: (height - top - below).max(1.0) }
}

/// The part of the plane that is shown first: all points, and a little around them.
fn home(cloud: &Cloud, ground: &Ground) -> Extent {
    if let Ground::Sky { .. } = ground {
        return Extent { x: (-1.0, 1.0), y: (-0.5, 0.5) };
    }
    let wider = |(low, high): (f64, f64)| {
        let by = if high > low { 0.03 * (high - low) } else { 0.5 };
        (low - by, high + by)
    };
    let extent = cloud.extent().unwrap_or(Extent { x: (0.0, 1.0), y: (0.0, 1.0) });
    Extent { x: wider(extent.x), y: wider(extent.y) }
}

/// A plot of points.
#[component]
pub fn CloudPlot(
    /// Test hook of the canvas.
    testid: &'static str,
    /// What it shows, as a screen reader says it.
    #[prop(into)]
    name: Signal<String>,
    /// The points.
    #[prop(into)]
    cloud: Signal<Option<Same<Cloud>>>,
    /// What is below them.
    #[prop(into)]
    ground: Signal<Ground>,
    /// Tells one plane from the next where points may move within one: what is seen of it stays in sight. Without it points
    /// that stand elsewhere are on another plane.
    #[prop(optional, into)]
    plane: Option<Signal<u64>>,
    /// What the points are told by in a tooltip: title and value of a row.
    #[prop(into)]
    told: Callback<usize, Option<String>>,
) -> impl IntoView {
    let (selected, showing) = (expect_context::<Selected>(), expect_context::<Showing>());
    let canvases = Canvases { ground: NodeRef::new(), points: NodeRef::new(), glass: NodeRef::new() };
    let size = watch_size(canvases.points);
    let room = Memo::new(move |_| ground.with(|ground| room(size.get(), ground)));
    let first = Memo::new(move |_| {
        ground.with(|ground| {
            let equal = matches!(ground, Ground::Sky { .. });
            cloud.with(|cloud| Some(Camera::home(home(&cloud.as_ref()?.0, ground), equal)))
        })
    });
    let camera = RwSignal::new(None::<Camera>);
    // the same plane is looked at as before: a list that is sorted anew has its points where they were
    Effect::new(move |before: Option<Option<u64>>| {
        let (now, home) = (plane.map(|plane| plane.get()), first.get());
        let moves = now.is_some() && before == Some(now);
        camera.update(|camera| {
            *camera = match (*camera, home) {
                (Some(seen), Some(home)) if moves => Some(seen.follow(home)),
                _ => home,
            };
        });
        now
    });
    let hand = RwSignal::new(Hand::default());
    let sky = Memo::new(move |_| match ground.get() {
        Ground::Sky { galactic, .. } => Some(galactic),
        _ => None,
    });
    let (desk, rows) = (expect_context(), expect_context());
    let hands = Hands { cloud, camera, room, hand, sky, selected, showing, desk, rows };
    // the circle that is being drawn
    let cone = Memo::new(move |_| match hand.get() {
        Hand::Cone { from, to, .. } => hands.cone(from.1, to),
        _ => None,
    });
    paint_when_needed(canvases, cloud, ground, room, camera, hand, cone);
    let described = move || {
        let points = cloud.with(|cloud| cloud.as_ref().map_or(0, |cloud| cloud.0.number()));
        let marked = selected.marks.with(|marks| marks.0.number);
        format!("{}: {} points, {} selected", name.get(), count(points as u64), count(marked as u64))
    };
    // the others show the row by its ring alone
    let over = RwSignal::new(false);
    let tooltip = move || {
        let row = showing.pointed.get().filter(|_| over.get())?;
        let point = cloud.with(|cloud| cloud.as_ref()?.0.point(row))?;
        let (x, y) = camera.get()?.transform(room.get()).at(point);
        let Room { left, top, width, height } = room.get();
        let is_inside = x >= left && x <= left + width && y >= top && y <= top + height;
        let text = told.run(row).filter(|_| is_inside)?;
        let side = if x > left + 0.5 * width { "translate(calc(-100% - 12px), -50%)" } else { "translate(12px, -50%)" };
        let (x, y) = (format!("{x:.0}px"), format!("{y:.0}px"));
        Some(view! { <p class="told" style:left=x style:top=y style:transform=side>{text}</p> })
    };
    view! {
        <div
            class="cloud-box"
            class:drawing=move || showing.tool.get() != Tool::Pan
            class:panning=move || hand.with(Hand::is_pan)
        >
            <canvas node_ref=canvases.ground aria-hidden="true"></canvas>
            <canvas
                node_ref=canvases.points
                class="points"
                data-testid=testid
                role="application"
                aria-roledescription="point plot"
                tabindex="0"
                aria-label=described
                aria-keyshortcuts="+ - 0 ArrowLeft ArrowRight ArrowUp ArrowDown l r c v"
                on:wheel=move |event| hands.wheel(&event)
                on:pointerdown=move |event| hands.down(&event, canvases.points)
                on:pointermove=move |event| hands.moved(&event)
                on:pointerup=move |event| hands.up(&event)
                on:pointercancel=move |event| hands.give_up(&event)
                on:pointerenter=move |_| over.set(true)
                on:pointerleave=move |_| {
                    over.set(false);
                    hands.leave();
                }
                on:dblclick=move |_| hands.reset()
                on:keydown=move |event| hands.key(&event)
            ></canvas>
            <canvas node_ref=canvases.glass class="glass" aria-hidden="true"></canvas>
            <div class="told-box" aria-hidden="true">{tooltip}</div>
            <p class="read-out" role="status">{move || cone.get().map(|cone| sky_cone::said(&cone))}</p>
        </div>
    }
}

/// The layers of a plot.
#[derive(Debug, Clone, Copy)]
struct Canvases {
    ground: NodeRef<html::Canvas>,
    points: NodeRef<html::Canvas>,
    glass: NodeRef<html::Canvas>,
}

/// Asks for a frame whenever something changes that is seen in it.
fn paint_when_needed(
    canvases: Canvases,
    cloud: Signal<Option<Same<Cloud>>>,
    ground: Signal<Ground>,
    room: Memo<Room>,
    camera: RwSignal<Option<Camera>>,
    hand: RwSignal<Hand>,
    cone: Memo<Option<Cone>>,
) {
    let CurrentTheme(theme) = expect_context::<CurrentTheme>();
    let (selected, showing): (Selected, Showing) = (expect_context(), expect_context());
    let chosen = showing.chosen;
    let ink = StoredValue::new(None::<Ink>);
    let raster = StoredValue::new(Raster::default());
    let wash = StoredValue::new_local(None);
    let frames = Frames::new(move |all| {
        // the page may have gone on since the frame was asked for
        let found = |node: NodeRef<html::Canvas>| node.try_get_untracked().flatten();
        let (Some(below), Some(points), Some(glass)) =
            (found(canvases.ground), found(canvases.points), found(canvases.glass))
        else {
            return;
        };
        let colours = ink.get_value().unwrap_or_else(|| Ink::at(&points));
        let room = room.get_untracked();
        if let (Some(Same(cloud)), Some(camera)) = (cloud.get_untracked(), camera.get_untracked()) {
            let transform = camera.transform(room);
            if all {
                wash.update_value(|wash| {
                    ground.with_untracked(|ground| ground::draw(&below, &colours, ground, room, &transform, wash));
                });
                let (colouring, marks) = (showing.colouring.get_untracked().0, selected.marks.get_untracked().0);
                let ring = if theme.get_untracked() == Theme::Night { [245, 248, 252] } else { [16, 20, 28] };
                let look = Look {
                    classes: &colouring.classes,
                    palette: &colouring.palette,
                    marks: marks.flags(),
                    ring,
                    ratio: window().device_pixel_ratio(),
                    zoom: camera.zoom(),
                };
                raster.update_value(|raster| layers::points(&points, raster, &cloud, room, &transform, &look));
            }
            let point = |row: Option<usize>| row.and_then(|row| cloud.point(row)).map(|point| transform.at(point));
            let (chosen, pointed) = (point(chosen.get_untracked()), point(showing.pointed.get_untracked()));
            let circle = cone.get_untracked().map(|cone| {
                let galactic = matches!(ground.get_untracked(), Ground::Sky { galactic: true, .. });
                let on_canvas = |line: Vec<_>| line.into_iter().map(|point| transform.at(point)).collect();
                sky_cone::outline(&cone, galactic).into_iter().map(on_canvas).collect::<Vec<_>>()
            });
            let circle = circle.unwrap_or_default();
            hand.with_untracked(|hand| layers::glass(&glass, &colours, room, chosen, pointed, hand, &circle));
        } else {
            for canvas in [below, points, glass] {
                layers::clear(&canvas);
            }
        }
        ink.set_value(Some(colours));
    });
    Effect::new(move || {
        theme.track();
        ink.set_value(None);
        frames.ask(true);
    });
    Effect::new(move || {
        cloud.track();
        ground.track();
        room.track();
        camera.track();
        showing.colouring.track();
        selected.marks.track();
        frames.ask(true);
    });
    Effect::new(move || {
        hand.track();
        cone.track();
        chosen.track();
        showing.pointed.track();
        frames.ask(false);
    });
}
