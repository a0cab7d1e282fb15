//! The window of a plot: moved by hand, remembered in the address, kept from one spectrum to the next.

use std::time::Duration;

use leptos::{leptos_dom::helpers::TimeoutHandle, prelude::*};

use crate::state::{
    picture::{Picture, Same},
    window::Window,
};

/// How long a window must stand before it goes to the address: browsers refuse an address that changes with every
/// turn of a wheel.
const REST: Duration = Duration::from_millis(300);
/// An address has two decimals, Angstrom.
const ROUNDING: f64 = 0.006;

/// A window of wavelengths.
type Range = Option<(f64, f64)>;

/// Follows a picture and the window that the address asks for, and hands changes by the reader's hand to `write`.
/// While `led` is true something else leads the window, and neither is done.
pub fn lens(
    picture: Signal<Option<Same<Picture>>>,
    wanted: Memo<Range>,
    led: Signal<bool>,
    write: impl Fn(Range) + Copy + Send + Sync + 'static,
) -> RwSignal<Option<Window>> {
    let window = RwSignal::new(None::<Window>);
    let known = StoredValue::new(None::<(f64, f64)>);
    let was_led = StoredValue::new(false);
    let pending = StoredValue::new(None::<TimeoutHandle>);
    Effect::new(move || {
        let wanted = wanted.get();
        let ends = picture.with(|picture| picture.as_ref().map(|picture| (picture.0.home, picture.0.trace.full())));
        let Some((home, full)) = ends else {
            window.set(None);
            return;
        };
        let news = !alike(wanted, known.get_value());
        known.set_value(wanted);
        let led = led.get();
        // what led leaves the window as the address has it
        let news = news || was_led.get_value();
        was_led.set_value(led);
        if led {
            return;
        }
        let fresh = Window::home(home, full);
        let current = window.get_untracked();
        let range = match current {
            Some(current) if !news => (!current.is_home()).then(|| current.range()),
            _ => wanted,
        };
        let next = range.and_then(|range| fresh.at(range)).unwrap_or(fresh);
        if Some(next) != current {
            window.set(Some(next));
        }
    });
    Effect::new(move || {
        let seen = window.get();
        if let Some(handle) = pending.try_update_value(Option::take).flatten() {
            handle.clear();
        }
        let Some(seen) = seen.filter(|_| !led.get()) else { return };
        let range = (!seen.is_home()).then(|| seen.range());
        if alike(range, known.get_value()) {
            return;
        }
        let settle = move || {
            if known.try_set_value(range).is_none() {
                write(range);
            }
        };
        pending.set_value(set_timeout_with_handle(settle, REST).ok());
    });
    window
}

fn alike(one: Range, other: Range) -> bool {
    match (one, other) {
        (Some(one), Some(other)) => (one.0 - other.0).abs() < ROUNDING && (one.1 - other.1).abs() < ROUNDING,
        (None, None) => true,
        _ => false,
    }
}
