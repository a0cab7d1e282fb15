//! One spectrum on a canvas: zoom by the wheel about the cursor, pan by dragging, double click for the
//! whole again, a read-out under the cursor.
//!
//! [`layout`] says where things stand, [`paint`] draws them, [`ink`] reads the colours of the theme.

mod ink;
mod layout;
mod paint;

use std::sync::Arc;

use balmer_core::{lines::Line, spectrum::Medium};
use balmer_exchange::api::SpectrumBody;
use leptos::{html, prelude::*};
use wasm_bindgen::{JsCast, closure::Closure};

use crate::{
    context::CurrentTheme,
    state::{
        decimation::nearest,
        format::{fixed, number, signed},
        quality::{bad_intervals, bad_pixels, flux_range},
        scale::Scale,
        window::Window,
    },
};
use layout::Frame;

/// Speed of light, km/s.
const LIGHT: f64 = 299_792.458;

/// What a plot shows.
#[derive(Debug, Clone)]
pub struct Picture {
    /// The spectrum.
    pub body: Arc<SpectrumBody>,
    /// The widest window, Angstrom in the spectrum's medium.
    pub full: (f64, f64),
    /// A window to frame lightly: what another panel shows.
    pub framed: Option<(f64, f64)>,
    /// Lines to mark, the most important list first.
    pub lists: &'static [&'static [Line]],
    /// Redshift of the object, for its lines.
    pub redshift: f64,
}

/// What does not change while one looks at a spectrum.
#[derive(Debug, Clone)]
struct Prepared {
    picture: Picture,
    bad: Arc<Vec<bool>>,
    bad_intervals: Arc<Vec<(f64, f64)>>,
}

/// Where a drag began.
#[derive(Debug, Clone, Copy)]
struct Drag {
    x: f64,
    window: Window,
}

/// A plot of one spectrum, or of `empty` where there is none to show.
#[component]
pub fn SpectrumPlot(
    /// Test hook of the canvas.
    testid: &'static str,
    /// What it shows, in two or three words.
    title: &'static str,
    /// The spectrum.
    #[prop(into)]
    picture: Signal<Option<Picture>>,
    /// What to say where there is nothing to show.
    #[prop(into)]
    empty: Signal<&'static str>,
) -> impl IntoView {
    let canvas = NodeRef::<html::Canvas>::new();
    let size = watch_size(canvas);
    let CurrentTheme(theme) = expect_context::<CurrentTheme>();
    let prepared = RwSignal::new(None::<Prepared>);
    let view_window = RwSignal::new(None::<Window>);
    let cursor = RwSignal::new(None::<f64>);
    let drag = StoredValue::new(None::<Drag>);

    Effect::new(move || {
        let picture = picture.get();
        view_window.set(picture.as_ref().map(|picture| Window::all(picture.full)));
        prepared.set(picture.map(prepare));
    });
    Effect::new(move || {
        theme.track();
        let (Some(canvas), (width, height)) = (canvas.get(), size.get()) else { return };
        let frame = Frame::new(width, height);
        prepared.with(|prepared| match (prepared, view_window.get()) {
            (Some(prepared), Some(window)) => paint::draw(&canvas, frame, prepared, window.range(), cursor.get()),
            _ => paint::clear(&canvas, frame),
        });
    });

    let frame = move || size.with_untracked(|(width, height)| Frame::new(*width, *height));
    let wavelength_at = move |x: f64| {
        let window = view_window.get_untracked()?;
        Some(Scale::new(window.range(), frame().x_range()).invert(x))
    };
    let on_wheel = move |event: web_sys::WheelEvent| {
        if let (Some(about), Some(window)) = (wavelength_at(f64::from(event.offset_x())), view_window.get_untracked()) {
            event.prevent_default();
            view_window.set(Some(window.zoomed((event.delta_y() * 0.002).clamp(-0.7, 0.7).exp(), about)));
        }
    };
    let on_down = move |event: web_sys::PointerEvent| {
        let start = view_window.get_untracked().map(|window| Drag { x: f64::from(event.offset_x()), window });
        drag.set_value(start);
    };
    let on_move = move |event: web_sys::PointerEvent| {
        let x = f64::from(event.offset_x());
        if let Some(Drag { x: from, window }) = drag.get_value() {
            let (left, right) = frame().x_range();
            let (low, high) = window.range();
            view_window.set(Some(window.moved((from - x) * (high - low) / (right - left))));
        }
        cursor.set(wavelength_at(x));
    };
    let reset =
        move |_| view_window.update(|w| *w = prepared.with(|p| p.as_ref().map(|p| Window::all(p.picture.full))));
    let readout = move || match (prepared.get(), cursor.get()) {
        (Some(prepared), Some(wavelength)) => read_out(&prepared, wavelength),
        _ => String::new(),
    };
    let zoomed = move || view_window.get().is_some_and(|window| !window.is_all());
    view! {
        <figure class="plot" class:blank=move || prepared.with(Option::is_none)>
            <figcaption>
                <span class="plot-title">{title}</span>
                <output>{readout}</output>
                <button type="button" class="reset" class:hidden=move || !zoomed() on:click=reset>"Show all"</button>
            </figcaption>
            <div class="canvas-box">
                <canvas
                    node_ref=canvas
                    data-testid=testid
                    role="img"
                    aria-label=title
                    on:wheel=on_wheel
                    on:pointerdown=on_down
                    on:pointermove=on_move
                    on:pointerup=move |_| drag.set_value(None)
                    on:pointercancel=move |_| drag.set_value(None)
                    on:pointerleave=move |_| {
                        drag.set_value(None);
                        cursor.set(None);
                    }
                    on:dblclick=reset
                ></canvas>
                <p class="nothing">{move || prepared.with(Option::is_none).then(|| empty.get())}</p>
            </div>
        </figure>
    }
}

fn prepare(picture: Picture) -> Prepared {
    let bad = bad_pixels(&picture.body);
    let intervals = bad_intervals(&picture.body.wavelengths, &bad);
    Prepared { picture, bad: Arc::new(bad), bad_intervals: Arc::new(intervals) }
}

impl Prepared {
    fn flux_range(&self, window: (f64, f64)) -> (f64, f64) {
        flux_range(&self.picture.body.wavelengths, &self.picture.body.flux, &self.bad, window)
    }
}

/// The pixel under the cursor in words: wavelength, flux with its error, velocity from H-alpha nearby.
fn read_out(prepared: &Prepared, wavelength: f64) -> String {
    let body = &prepared.picture.body;
    let Some(i) = nearest(&body.wavelengths, wavelength) else { return String::new() };
    let at = body.wavelengths[i];
    let mut text = format!("{} Å   {}", fixed(at, 2), number(f64::from(body.flux[i])));
    if let Some(ivar) = body.ivar.as_ref().map(|ivar| ivar[i]).filter(|ivar| *ivar > 0.0) {
        text.push_str(" ± ");
        text.push_str(&number(f64::from(ivar).sqrt().recip()));
    }
    if prepared.bad[i] {
        text += "   bad pixel";
    }
    if let Some(alpha) = balmer_core::lines::BALMER.iter().find(|line| line.name == "H-alpha") {
        // a velocity is a ratio of vacuum wavelengths; air's ratio differs by less than 1 part in a million
        let rest = alpha.wavelength_in(body.medium);
        let velocity = (at / rest - 1.0) * LIGHT;
        if velocity.abs() < 8000.0 {
            text.push_str("   ");
            text.push_str(&signed(velocity, 0));
            text.push_str(" km/s");
        }
    }
    text
}

/// Axis title of wavelengths in a medium.
fn wavelength_title(medium: Medium) -> String {
    format!("Wavelength in {medium} (Å)")
}

/// Size of the canvas in CSS pixels, followed as the page changes.
fn watch_size(canvas: NodeRef<html::Canvas>) -> RwSignal<(f64, f64)> {
    let size = RwSignal::new((0.0, 0.0));
    Effect::new(move || {
        let Some(canvas) = canvas.get() else { return };
        let observed = canvas.clone();
        let measure = move || {
            let rect = observed.get_bounding_client_rect();
            size.set((rect.width(), rect.height()));
        };
        measure();
        let callback = Closure::<dyn Fn()>::new(measure);
        if let Ok(observer) = web_sys::ResizeObserver::new(callback.as_ref().unchecked_ref()) {
            observer.observe(&canvas);
            let keep = StoredValue::new_local((observer, callback));
            on_cleanup(move || {
                keep.with_value(|(observer, _)| observer.disconnect());
            });
        }
    });
    size
}
