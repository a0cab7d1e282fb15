//! What fingers and the mouse do to a plot's window: one pointer pans or marks a range, two pinch.

use super::{scale::Scale, window::Window};

/// A pointer that is down: its number and where it is, canvas pixels.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Pointer {
    /// The browser's number of it.
    pub id: i32,
    /// Horizontal position.
    pub x: f64,
}

/// What is under way.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub enum Gesture {
    /// Nothing.
    #[default]
    None,
    /// One pointer drags what is seen.
    Pan {
        /// Where it began.
        from: Pointer,
        /// What was seen then.
        window: Window,
    },
    /// One pointer marks a range to zoom to.
    Mark {
        /// Where it began.
        from: Pointer,
        /// Where it is.
        to: f64,
        /// What is seen.
        window: Window,
    },
    /// Two pointers hold two wavelengths.
    Pinch {
        /// Where both are.
        pointers: [Pointer; 2],
        /// The wavelengths that they hold.
        held: [f64; 2],
        /// What was seen when they began.
        window: Window,
    },
}

/// A marked range narrower than this, canvas pixels, is a slip of the hand.
const NARROWEST_MARK: f64 = 6.0;

impl Gesture {
    /// A pointer goes down: the first pans, or marks where `mark`; the second pinches. `x_range` is where the data
    /// stand, canvas pixels.
    #[must_use]
    pub fn down(self, pointer: Pointer, mark: bool, window: Window, x_range: (f64, f64)) -> Self {
        match self {
            Self::None if mark => Self::Mark { from: pointer, to: pointer.x, window },
            Self::None => Self::Pan { from: pointer, window },
            Self::Pan { from, .. } | Self::Mark { from, .. } if from.id != pointer.id => {
                let scale = Scale::new(window.range(), x_range);
                let held = [scale.invert(from.x), scale.invert(pointer.x)];
                Self::Pinch { pointers: [from, pointer], held, window }
            }
            other => other,
        }
    }

    /// A pointer moves: what is under way now, and the window it asks for.
    #[must_use]
    pub fn moved(self, pointer: Pointer, x_range: (f64, f64)) -> (Self, Option<Window>) {
        let width = x_range.1 - x_range.0;
        match self {
            Self::Pan { from, window } if from.id == pointer.id => {
                let (low, high) = window.range();
                (self, Some(window.moved((from.x - pointer.x) * (high - low) / width)))
            }
            Self::Mark { from, window, .. } if from.id == pointer.id => {
                (Self::Mark { from, to: pointer.x.clamp(x_range.0, x_range.1), window }, None)
            }
            Self::Pinch { pointers, held, window } => {
                let pointers = pointers.map(|p| if p.id == pointer.id { pointer } else { p });
                let apart = pointers[1].x - pointers[0].x;
                let next = Self::Pinch { pointers, held, window };
                // fingers that meet or pass each other hold no scale
                if apart * (held[1] - held[0]) <= 0.0 || apart.abs() < 1.0 {
                    return (next, None);
                }
                let per_pixel = (held[1] - held[0]) / apart;
                let low = held[0] - (pointers[0].x - x_range.0) * per_pixel;
                (next, Some(window.spanning(low, low + width * per_pixel)))
            }
            other => (other, None),
        }
    }

    /// A pointer goes up: what is under way then, and the window it asks for.
    #[must_use]
    pub fn up(self, id: i32, seen: Window, x_range: (f64, f64)) -> (Self, Option<Window>) {
        match self {
            Self::Mark { from, to, window } if from.id == id => {
                let scale = Scale::new(window.range(), x_range);
                let wide = (from.x - to).abs() >= NARROWEST_MARK;
                (Self::None, wide.then(|| window.spanning(scale.invert(from.x), scale.invert(to))))
            }
            Self::Pan { from, .. } if from.id == id => (Self::None, None),
            // the finger that stays goes on panning
            Self::Pinch { pointers, .. } => {
                let stays = pointers.into_iter().find(|pointer| pointer.id != id);
                (stays.map_or(Self::None, |from| Self::Pan { from, window: seen }), None)
            }
            other => (other, None),
        }
    }

    /// The range that is being marked, canvas pixels.
    pub fn marked(&self) -> Option<(f64, f64)> {
        match self {
            Self::Mark { from, to, .. } => Some((from.x.min(*to), from.x.max(*to))),
            _ => None,
        }
    }

    /// Whether the plot is being dragged.
    pub fn is_pan(&self) -> bool {
        matches!(self, Self::Pan { .. } | Self::Pinch { .. })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PLOT: (f64, f64) = (50.0, 1050.0);

    fn at(id: i32, x: f64) -> Pointer {
        Pointer { id, x }
    }

    fn seen() -> Window {
        Window::all((4000.0, 9000.0)).spanning(6000.0, 7000.0)
    }

    #[test]
    fn one_pointer_pans() {
        let gesture = Gesture::None.down(at(1, 500.0), false, seen(), PLOT);
        let (gesture, window) = gesture.moved(at(1, 400.0), PLOT);
        assert_eq!(window.unwrap().range(), (6100.0, 7100.0));
        assert_eq!(gesture.moved(at(2, 0.0), PLOT).1, None);
        assert_eq!(gesture.up(1, seen(), PLOT), (Gesture::None, None));
    }

    #[test]
    fn a_marked_range_is_zoomed_to_from_either_side() {
        let gesture = Gesture::None.down(at(1, 650.0), true, seen(), PLOT);
        let (gesture, none) = gesture.moved(at(1, 550.0), PLOT);
        assert_eq!((none, gesture.marked()), (None, Some((550.0, 650.0))));
        assert_eq!(gesture.up(1, seen(), PLOT).1.unwrap().range(), (6500.0, 6600.0));
        let slip = Gesture::None.down(at(1, 650.0), true, seen(), PLOT).moved(at(1, 652.0), PLOT).0;
        assert_eq!(slip.up(1, seen(), PLOT), (Gesture::None, None));
    }

    #[test]
    fn two_fingers_hold_their_wavelengths() {
        let gesture = Gesture::None.down(at(1, 450.0), false, seen(), PLOT).down(at(2, 650.0), false, seen(), PLOT);
        let (gesture, window) = gesture.moved(at(2, 850.0), PLOT);
        let window = window.unwrap();
        let scale = Scale::new(window.range(), PLOT);
        assert!((scale.at(6400.0) - 450.0).abs() < 1e-6 && (scale.at(6600.0) - 850.0).abs() < 1e-6);
        // passing fingers ask for nothing; the one that stays pans
        assert_eq!(gesture.moved(at(1, 900.0), PLOT).1, None);
        assert_eq!(gesture.up(2, window, PLOT).0, Gesture::Pan { from: at(1, 450.0), window });
    }
}
