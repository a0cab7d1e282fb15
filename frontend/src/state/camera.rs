//! What of a plane is seen on a canvas: a middle and a zoom, so that a canvas may change its size.

/// Least and greatest zoom; 1 shows everything.
const ZOOMS: (f64, f64) = (0.5, 5000.0);

/// Ranges of both coordinates.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Extent {
    /// Least and greatest `x`.
    pub x: (f64, f64),
    /// Least and greatest `y`.
    pub y: (f64, f64),
}

impl Extent {
    fn middle(&self) -> (f64, f64) {
        (f64::midpoint(self.x.0, self.x.1), f64::midpoint(self.y.0, self.y.1))
    }

    /// Whether a place lies within.
    pub fn contains(&self, (x, y): (f64, f64)) -> bool {
        x >= self.x.0 && x <= self.x.1 && y >= self.y.0 && y <= self.y.1
    }
}

/// The box of the data on a canvas, CSS pixels: `y` runs downwards.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Room {
    /// Left edge.
    pub left: f64,
    /// Upper edge.
    pub top: f64,
    /// Width.
    pub width: f64,
    /// Height.
    pub height: f64,
}

/// From the plane to the canvas: `x * scale + offset`, and the same for `y`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Transform {
    /// Scale and offset of `x`.
    pub x: (f64, f64),
    /// Scale and offset of `y`; the scale is negative, since `y` grows upwards.
    pub y: (f64, f64),
}

impl Transform {
    /// Plane to canvas.
    pub fn at(&self, (x, y): (f64, f64)) -> (f64, f64) {
        (x * self.x.0 + self.x.1, y * self.y.0 + self.y.1)
    }

    /// Canvas to plane.
    pub fn invert(&self, (x, y): (f64, f64)) -> (f64, f64) {
        ((x - self.x.1) / self.x.0, (y - self.y.1) / self.y.0)
    }

    /// What of the plane is in a room.
    pub fn seen(&self, room: Room) -> Extent {
        let (left, low) = self.invert((room.left, room.top + room.height));
        let (right, high) = self.invert((room.left + room.width, room.top));
        Extent { x: (left, right), y: (low, high) }
    }
}

/// What is looked at.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Camera {
    /// In the middle of the room.
    centre: (f64, f64),
    zoom: f64,
    home: Extent,
    /// Whether a unit is as long on both axes.
    equal: bool,
}

impl Camera {
    /// Looks at all of it.
    pub fn home(home: Extent, equal: bool) -> Self {
        Self { centre: home.middle(), zoom: 1.0, home, equal }
    }

    /// How close it is; 1 shows everything.
    pub fn zoom(&self) -> f64 {
        self.zoom
    }

    /// Whether all is seen, as at first.
    pub fn is_home(&self) -> bool {
        *self == self.reset()
    }

    /// Looks at all of it again.
    #[must_use]
    pub fn reset(self) -> Self {
        Self::home(self.home, self.equal)
    }

    /// Looks at the same part of a plane whose points have moved, and which is seen as a whole from `home` now: at all of it,
    /// or at as much of its width and height, at the same share of them.
    #[must_use]
    pub fn follow(self, home: Self) -> Self {
        if self.is_home() {
            return home;
        }
        let along = |at: f64, from: (f64, f64), to: (f64, f64)| {
            let share = if from.1 > from.0 { (at - from.0) / (from.1 - from.0) } else { 0.5 };
            to.0 + share * (to.1 - to.0)
        };
        let (x, y) = self.centre;
        let centre = (along(x, self.home.x, home.home.x), along(y, self.home.y, home.home.y));
        Self { zoom: self.zoom, ..home }.centred(centre)
    }

    /// The transform into a room.
    pub fn transform(&self, room: Room) -> Transform {
        let across = |(low, high): (f64, f64)| if high > low { high - low } else { 1.0 };
        let mut x = self.zoom * room.width.max(1.0) / across(self.home.x);
        let mut y = self.zoom * room.height.max(1.0) / across(self.home.y);
        if self.equal {
            (x, y) = (x.min(y), x.min(y));
        }
        let middle = (room.left + 0.5 * room.width, room.top + 0.5 * room.height);
        Transform { x: (x, middle.0 - x * self.centre.0), y: (-y, middle.1 + y * self.centre.1) }
    }

    /// Closer by `factor`, the place at `pixel` staying where it is.
    #[must_use]
    pub fn zoomed(self, factor: f64, pixel: (f64, f64), room: Room) -> Self {
        let zoom = (self.zoom * factor).clamp(ZOOMS.0, ZOOMS.1);
        let held = self.transform(room).invert(pixel);
        let share = self.zoom / zoom;
        let centre = (held.0 + (self.centre.0 - held.0) * share, held.1 + (self.centre.1 - held.1) * share);
        Self { zoom, ..self }.centred(centre)
    }

    /// Moved with the pointer by so many pixels.
    #[must_use]
    pub fn dragged(self, (dx, dy): (f64, f64), room: Room) -> Self {
        let Transform { x, y } = self.transform(room);
        self.centred((self.centre.0 - dx / x.0, self.centre.1 - dy / y.0))
    }

    /// Something of the plane stays in sight.
    fn centred(self, (x, y): (f64, f64)) -> Self {
        let centre = (x.clamp(self.home.x.0, self.home.x.1), y.clamp(self.home.y.0, self.home.y.1));
        Self { centre, ..self }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ROOM: Room = Room { left: 40.0, top: 10.0, width: 400.0, height: 200.0 };

    fn home() -> Extent {
        Extent { x: (-10.0, 10.0), y: (0.0, 5.0) }
    }

    fn near(a: (f64, f64), b: (f64, f64)) -> bool {
        (a.0 - b.0).abs() < 1e-9 && (a.1 - b.1).abs() < 1e-9
    }

    #[test]
    fn everything_fills_the_room_and_y_grows_upwards() {
        let t = Camera::home(home(), false).transform(ROOM);
        assert!(near(t.at((-10.0, 0.0)), (40.0, 210.0)) && near(t.at((10.0, 5.0)), (440.0, 10.0)));
        assert!(near(t.invert(t.at((3.0, 4.0))), (3.0, 4.0)));
        assert_eq!(t.seen(ROOM), home());
        let t = Camera::home(home(), true).transform(ROOM);
        assert!((t.x.0 - 20.0).abs() < 1e-9 && (t.y.0 + 20.0).abs() < 1e-9);
    }

    #[test]
    fn zooming_keeps_the_place_under_the_cursor() {
        let camera = Camera::home(home(), false);
        let held = camera.transform(ROOM).invert((100.0, 50.0));
        let close = camera.zoomed(8.0, (100.0, 50.0), ROOM);
        assert!(near(close.transform(ROOM).at(held), (100.0, 50.0)));
        assert!(!close.is_home() && close.reset().is_home());
        assert_eq!(camera.zoomed(1e9, (0.0, 0.0), ROOM).zoom(), ZOOMS.1);
    }

    #[test]
    fn dragging_follows_the_pointer_until_nothing_would_be_seen() {
        let camera = Camera::home(home(), false).zoomed(4.0, (240.0, 110.0), ROOM);
        let place = camera.transform(ROOM).invert((200.0, 100.0));
        let moved = camera.dragged((15.0, -7.0), ROOM);
        assert!(near(moved.transform(ROOM).at(place), (215.0, 93.0)));
        let far = camera.dragged((1e9, 1e9), ROOM).transform(ROOM).seen(ROOM);
        assert!(far.contains((-10.0, 5.0)));
    }

    #[test]
    fn a_plane_that_moves_is_seen_where_it_was() {
        // twice as wide and three times as high, and elsewhere
        let grown = Camera::home(Extent { x: (0.0, 40.0), y: (-3.0, 12.0) }, false);
        assert_eq!(Camera::home(home(), false).follow(grown), grown);
        let close = Camera::home(home(), false).zoomed(8.0, (100.0, 50.0), ROOM);
        let pixel = close.transform(ROOM).at((-6.0, 4.5));
        let moved = close.follow(grown);
        assert!(near(moved.transform(ROOM).at((8.0, 10.5)), pixel));
        assert!((moved.zoom() - close.zoom()).abs() < 1e-12 && moved.reset() == grown);
        assert!(near(moved.follow(Camera::home(home(), false)).transform(ROOM).at((-6.0, 4.5)), pixel));
    }

    #[test]
    fn a_plane_without_extent_has_a_transform() {
        let point = Extent { x: (2.0, 2.0), y: (3.0, 3.0) };
        let t = Camera::home(point, true).transform(Room::default());
        assert!(t.at((2.0, 3.0)).0.is_finite() && t.x.0 > 0.0);
    }
}
