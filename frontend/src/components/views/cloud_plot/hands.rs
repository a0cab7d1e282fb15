//! What the reader's hands do to a plot of points: wheel, mouse, fingers, keys.

use leptos::{html, prelude::*};
use web_sys::{KeyboardEvent, PointerEvent, WheelEvent};

use crate::{
    context::{Desk, Rows, Selected, Showing},
    state::{
        camera::{Camera, Extent, Room},
        cloud::Cloud,
        filter::Cone,
        hand::{Finger, Hand, Tool, Wish},
        picture::Same,
        selection::How,
        sky_cone,
    },
};

/// How far from a point it can be pointed at, CSS pixels.
const REACH: f64 = 10.0;
/// CSS pixels that a unit of a wheel stands for: pixels, lines, pages.
const WHEEL_UNITS: [f64; 3] = [1.0, 16.0, 400.0];

/// The hands on one plot.
#[derive(Debug, Clone, Copy)]
pub struct Hands {
    /// The points.
    pub cloud: Signal<Option<Same<Cloud>>>,
    /// What is seen.
    pub camera: RwSignal<Option<Camera>>,
    /// Where on the canvas.
    pub room: Memo<Room>,
    /// What is under way.
    pub hand: RwSignal<Hand>,
    /// Whether the plane is the sky, and that in galactic coordinates.
    pub sky: Memo<Option<bool>>,
    /// What is selected.
    pub selected: Selected,
    /// The tool, and the row pointed at.
    pub showing: Showing,
    /// What is open.
    pub desk: Desk,
    /// The list.
    pub rows: Rows,
}

fn place(event: &web_sys::MouseEvent) -> (f64, f64) {
    (f64::from(event.offset_x()), f64::from(event.offset_y()))
}

fn finger(event: &PointerEvent) -> Finger {
    (event.pointer_id(), place(event))
}

impl Hands {
    fn see(self, change: impl FnOnce(Camera, Room) -> Camera) {
        let room = self.room.get_untracked();
        self.camera.update(|camera| *camera = camera.map(|camera| change(camera, room)));
    }

    /// The row whose point is at a place of the canvas.
    fn row_at(self, pixel: (f64, f64)) -> Option<usize> {
        let transform = self.camera.get_untracked()?.transform(self.room.get_untracked());
        let reach = (REACH / transform.x.0.abs(), REACH / transform.y.0.abs());
        self.cloud.with_untracked(|cloud| cloud.as_ref()?.0.nearest(transform.invert(pixel), reach))
    }

    /// Selects the rows that a question to the points finds, in the plane's coordinates.
    fn select(self, how: How, find: impl FnOnce(&Cloud, &dyn Fn((f64, f64)) -> (f64, f64)) -> Vec<u32>) {
        let Some(camera) = self.camera.get_untracked() else { return };
        let transform = camera.transform(self.room.get_untracked());
        let found = self.cloud.with_untracked(|cloud| Some(find(&cloud.as_ref()?.0, &|pixel| transform.invert(pixel))));
        if let Some(rows) = found {
            self.selected.choose(how, &rows);
        }
    }

    fn select_box(self, from: (f64, f64), to: (f64, f64), how: How) {
        self.select(how, |cloud, plane| {
            let (a, b) = (plane(from), plane(to));
            let ordered = |a: f64, b: f64| (a.min(b), a.max(b));
            cloud.within(Extent { x: ordered(a.0, b.0), y: ordered(a.1, b.1) })
        });
    }

    /// The circle on the sky from one place of the canvas to another.
    pub fn cone(self, from: (f64, f64), to: (f64, f64)) -> Option<Cone> {
        let transform = self.camera.get()?.transform(self.room.get());
        sky_cone::drawn(transform.invert(from), transform.invert(to), self.sky.get()?)
    }

    /// Selects by the angle on the sky, whatever the map makes of it.
    fn select_cone(self, from: (f64, f64), to: (f64, f64), how: How) {
        let Some(cone) = untrack(|| self.cone(from, to)) else { return };
        let rows: Vec<u32> = self.rows.table.with_untracked(|table| {
            let Some(table) = table.ready() else { return Vec::new() };
            let place = |row: u32| Some((table.number("ra", row as usize)?, table.number("dec", row as usize)?));
            let is_in = |row: &u32| place(*row).is_some_and(|place| sky_cone::holds(&cone, place));
            (0..table.len() as u32).filter(is_in).collect()
        });
        self.selected.choose(how, &rows);
    }

    /// Zooms about the cursor.
    pub fn wheel(self, event: &WheelEvent) {
        event.prevent_default();
        let along = event.delta_y() * WHEEL_UNITS[event.delta_mode().min(2) as usize];
        let at = place(event);
        self.see(|camera, room| camera.zoomed((-along * 0.002).clamp(-0.7, 0.7).exp(), at, room));
    }

    /// A pointer goes down on the canvas.
    pub fn down(self, event: &PointerEvent, canvas: NodeRef<html::Canvas>) {
        let Some(camera) = self.camera.get_untracked().filter(|_| event.button() == 0) else { return };
        if let Some(canvas) = canvas.get_untracked() {
            // a drag that leaves the canvas goes on; a pointer that is gone already has none to capture
            let _ = canvas.set_pointer_capture(event.pointer_id());
        }
        let how = How::of_keys(event.shift_key(), event.alt_key());
        // with a key of a selection held down, a drag is one
        let tool = match self.showing.tool.get_untracked() {
            Tool::Pan if how != How::Replace => Tool::Lasso,
            Tool::Cone if self.sky.get_untracked().is_none() => Tool::Box,
            tool => tool,
        };
        self.hand.update(|hand| *hand = std::mem::take(hand).down(finger(event), tool, how, camera));
    }

    /// A pointer moves.
    pub fn moved(self, event: &PointerEvent) {
        let before = self.hand.get_untracked();
        let is_free = before == Hand::Free;
        if !is_free {
            let (next, asked) = before.moved(finger(event), self.room.get_untracked());
            self.hand.set(next);
            if asked.is_some() {
                self.camera.set(asked);
            }
        }
        let pointed = if is_free { self.row_at(place(event)) } else { None };
        if self.showing.pointed.get_untracked() != pointed {
            self.showing.pointed.set(pointed);
        }
    }

    /// A pointer goes up: a click chooses, a line or a box selects.
    pub fn up(self, event: &PointerEvent) {
        let Some(camera) = self.camera.get_untracked() else { return };
        let (next, wish) = self.hand.get_untracked().up(event.pointer_id(), camera);
        self.hand.set(next);
        match wish {
            Some(Wish::Click(pixel)) => self.click(pixel, event),
            Some(Wish::Line(line, how)) => {
                self.select(how, |cloud, plane| cloud.inside(&line.into_iter().map(plane).collect::<Vec<_>>()));
            }
            Some(Wish::Box(from, to, how)) => self.select_box(from, to, how),
            Some(Wish::Cone(from, to, how)) => self.select_cone(from, to, how),
            None => {}
        }
    }

    fn click(self, pixel: (f64, f64), event: &PointerEvent) {
        let id = self
            .row_at(pixel)
            .and_then(|row| self.rows.table.with_untracked(|table| table.ready()?.id(row).map(str::to_owned)));
        let Some(id) = id else { return };
        if event.shift_key() || event.ctrl_key() || event.meta_key() || event.alt_key() {
            self.selected.toggle(&id);
        } else {
            self.desk.choose(&id);
        }
    }

    /// The browser takes a pointer away.
    pub fn give_up(self, event: &PointerEvent) {
        if let Some(camera) = self.camera.get_untracked() {
            self.hand.update(|hand| *hand = std::mem::take(hand).up(event.pointer_id(), camera).0);
        }
    }

    /// The pointer leaves the canvas.
    pub fn leave(self) {
        if self.showing.pointed.get_untracked().is_some() {
            self.showing.pointed.set(None);
        }
    }

    /// Back to what was seen first.
    pub fn reset(self) {
        self.see(|camera, _| camera.reset());
    }

    /// A key on the plot; those that mean nothing to it go on to the page.
    pub fn key(self, event: &KeyboardEvent) {
        if event.ctrl_key() || event.meta_key() {
            return;
        }
        let Room { left, top, width, height } = self.room.get_untracked();
        let middle = (left + 0.5 * width, top + 0.5 * height);
        let step = if event.shift_key() { 0.5 } else { 0.1 };
        let pan = |x: f64, y: f64| {
            self.see(|camera, room| camera.dragged((x * step * room.width, y * step * room.height), room));
        };
        match (event.code().as_str(), event.key().as_str()) {
            ("KeyV", _) => {
                let how = How::of_keys(event.shift_key(), event.alt_key());
                self.select_box((left, top), (left + width, top + height), how);
            }
            (_, "Escape") if self.hand.with_untracked(|hand| *hand != Hand::Free) => self.hand.set(Hand::Free),
            _ if event.alt_key() => return,
            (_, "+" | "=") => self.see(|camera, room| camera.zoomed(1.0 / 0.7, middle, room)),
            (_, "-" | "_") => self.see(|camera, room| camera.zoomed(0.7, middle, room)),
            (_, "0") => self.reset(),
            (_, "ArrowLeft") => pan(1.0, 0.0),
            (_, "ArrowRight") => pan(-1.0, 0.0),
            (_, "ArrowUp") => pan(0.0, 1.0),
            (_, "ArrowDown") => pan(0.0, -1.0),
            _ => return,
        }
        event.prevent_default();
        event.stop_propagation();
    }
}
