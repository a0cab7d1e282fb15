//! One spectrum on a canvas: zoom by the wheel about the cursor, pan by dragging, mark a range to zoom to, pinch,
//! double click for the whole again, all of it by keys too; a read-out under the cursor.
//!
//! [`layout`] says where things stand, [`paint`] draws what stays, [`glass`] what follows the pointer, both with
//! the strokes of [`board`] in the colours of [`ink`]; other spectra are drawn by [`curves`]. Drawing happens at most once a frame.

mod board;
mod curves;
pub mod frames;
mod glass;
mod hands;
pub mod ink;
mod layout;
mod paint;

use leptos::{html, prelude::*};

use crate::{
    context::CurrentTheme,
    state::{
        gesture::Gesture,
        picture::{Picture, Same},
        window::Window,
    },
};
use curves::CurveLayer;
use frames::{Frames, watch_size};
use glass::Pointing;
use hands::Hands;
use ink::Ink;
use layout::Frame;
use paint::Part;

/// What a plot shares with the page around it.
#[derive(Debug, Clone, Copy)]
pub struct Panel {
    /// What is seen.
    pub window: RwSignal<Option<Window>>,
    /// Wavelength under the pointer.
    pub cursor: RwSignal<Option<f64>>,
    /// A window to frame lightly: what another panel shows.
    pub framed: Signal<Option<(f64, f64)>>,
    /// Wavelength under the pointer in the other panel.
    pub echo: Signal<Option<f64>>,
    /// Id of the other spectrum that the reader points at.
    pub pointed: Signal<Option<String>>,
    /// Takes the line whose name was clicked.
    pub choose_line: Callback<String>,
}

/// A plot of one spectrum, or of `empty` where there is none to show.
#[component]
pub fn SpectrumPlot(
    /// Test hook of the canvas.
    testid: &'static str,
    /// What it shows, in two or three words.
    #[prop(into)]
    title: Signal<String>,
    /// What the button says that goes back to the first window.
    home: &'static str,
    /// What is drawn.
    #[prop(into)]
    picture: Signal<Option<Same<Picture>>>,
    /// What it shares with the page.
    panel: Panel,
    /// What to say where there is nothing to show.
    #[prop(into)]
    empty: Signal<String>,
    /// More controls beside the title.
    #[prop(optional)]
    children: Option<Children>,
) -> impl IntoView {
    let (canvas, glass) = (NodeRef::<html::Canvas>::new(), NodeRef::<html::Canvas>::new());
    let size = watch_size(canvas);
    let Panel { window, cursor, .. } = panel;
    let frame = Signal::derive(move || {
        let strip = picture.with(|picture| picture.as_ref().is_some_and(|p| p.0.trace.company.is_some()));
        let (width, height) = size.get();
        Frame::new(width, height, strip)
    });
    let gesture = RwSignal::new(Gesture::None);
    let marking = RwSignal::new(false);
    let hands = Hands { window, cursor, gesture, marking, frame, pressed: StoredValue::new(0.0) };
    paint_when_needed(Canvases { canvas, glass }, frame, picture, panel, gesture);
    let zoomed = move || window.get().is_some_and(|window| !window.is_home());
    let read_out = move || match (picture.get(), cursor.get()) {
        (Some(Same(picture)), Some(wavelength)) => picture.read_out(wavelength),
        (Some(Same(picture)), None) => picture.legend(),
        _ => String::new(),
    };
    let described = Memo::new(move |_| {
        let window = window.get()?.range();
        picture.with(|picture| Some(picture.as_ref()?.0.description(window)))
    });
    view! {
        <figure class="plot" class:blank=move || picture.with(Option::is_none)>
            <figcaption>
                <span class="plot-title">{title}</span>
                <output aria-live="off" title=read_out>{read_out}</output>
                {children.map(|children| children())}
                <button
                    type="button"
                    class="reset"
                    class:hidden=move || !zoomed()
                    title="Double click on the plot, or 0"
                    on:click=move |_| hands.reset()
                >
                    {home}
                </button>
                <button
                    type="button"
                    class="range"
                    aria-label="Zoom to a range"
                    title="Zoom to a range: drag across it (or shift-drag at any time)"
                    aria-pressed=move || marking.get().to_string()
                    on:click=move |_| marking.update(|on| *on = !*on)
                ></button>
            </figcaption>
            <div class="canvas-box" class:marking=move || marking.get() class:panning=move || gesture.with(Gesture::is_pan)>
                <canvas
                    node_ref=canvas
                    data-testid=testid
                    role="application"
                    aria-roledescription="spectrum plot"
                    tabindex="0"
                    aria-label=move || described.get().unwrap_or_else(|| empty.get())
                    aria-keyshortcuts="+ - 0 ArrowLeft ArrowRight"
                    on:wheel=move |event| hands.wheel(&event)
                    on:pointerdown=move |event| hands.down(&event, canvas)
                    on:pointermove=move |event| hands.moved(&event)
                    on:pointerup=move |event| hands.up(&event)
                    on:pointercancel=move |event| hands.up(&event)
                    on:pointerleave=move |_| hands.leave()
                    on:click=move |event| {
                        if let Some(line) = picture.with(|picture| hands.line_at(&event, &picture.as_ref()?.0)) {
                            panel.choose_line.run(line);
                        }
                    }
                    on:dblclick=move |_| hands.reset()
                    on:keydown=move |event| hands.key(&event)
                ></canvas>
                <canvas node_ref=glass class="glass" aria-hidden="true"></canvas>
                <p class="nothing">{move || picture.with(Option::is_none).then(|| empty.get())}</p>
            </div>
        </figure>
    }
}

/// The two layers of a plot.
#[derive(Debug, Clone, Copy)]
struct Canvases {
    canvas: NodeRef<html::Canvas>,
    glass: NodeRef<html::Canvas>,
}

/// Asks for a frame whenever something changes that is seen in it.
fn paint_when_needed(
    canvases: Canvases,
    frame: Signal<Frame>,
    picture: Signal<Option<Same<Picture>>>,
    panel: Panel,
    gesture: RwSignal<Gesture>,
) {
    let CurrentTheme(theme) = expect_context::<CurrentTheme>();
    let ink = StoredValue::new(None::<Ink>);
    let curves = StoredValue::new_local(CurveLayer::default());
    let Panel { window, cursor, framed, echo, pointed, .. } = panel;
    let frames = Frames::new(move |all| {
        // the page may have gone on since the frame was asked for
        let canvas = canvases.canvas.try_get_untracked().flatten();
        let glass = canvases.glass.try_get_untracked().flatten();
        let (Some(canvas), Some(glass)) = (canvas, glass) else { return };
        let colours = ink.get_value().unwrap_or_else(|| Ink::at(&canvas));
        let frame = frame.get_untracked();
        if let (Some(Same(picture)), Some(window)) = (picture.get_untracked(), window.get_untracked()) {
            let range = window.range();
            if all {
                let pointed = pointed.get_untracked();
                let part = Part { window: range, framed: framed.get_untracked(), pointed: pointed.as_deref() };
                curves.update_value(|curves| paint::draw(&canvas, &colours, frame, &picture, &part, curves));
                let _ = canvas.set_attribute("data-overlays", &picture.overlays.all.len().to_string());
                // says which spectrum the pixels on the screen are of: tests and measurements wait for it
                let _ = canvas.set_attribute("data-spectrum-id", &picture.id);
            }
            let marked = gesture.with_untracked(Gesture::marked);
            let pointing = Pointing { cursor: cursor.get_untracked(), echo: echo.get_untracked(), marked };
            glass::draw(&glass, &colours, frame, &picture, range, pointing);
        } else {
            glass::clear(&canvas, frame);
            glass::clear(&glass, frame);
            let _ = canvas.remove_attribute("data-spectrum-id");
        }
        ink.set_value(Some(colours));
    });
    Effect::new(move || {
        theme.track();
        ink.set_value(None);
        frames.ask(true);
    });
    Effect::new(move || {
        picture.track();
        window.track();
        frame.track();
        framed.track();
        pointed.track();
        frames.ask(true);
    });
    Effect::new(move || {
        cursor.track();
        echo.track();
        gesture.track();
        frames.ask(false);
    });
}
