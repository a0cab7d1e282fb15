//! What a hand does to a plane of points: it drags what is seen, draws a line around points, marks a box, pinches.

use super::{
    camera::{Camera, Room},
    selection::How,
};

/// What a drag does.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Tool {
    /// It moves what is seen.
    #[default]
    Pan,
    /// It draws a line around points.
    Lasso,
    /// It marks a box.
    Box,
    /// It draws a circle on the sky, from its centre outwards.
    Cone,
}

/// A line drawn is kept at steps of so many pixels.
const STEP: f64 = 3.0;
/// A drag shorter than this, CSS pixels, is a click.
const CLICK: f64 = 4.0;

/// A pointer that is down: its number and where it is, CSS pixels.
pub type Finger = (i32, (f64, f64));

/// What is under way.
#[derive(Debug, Clone, Default, PartialEq)]
pub enum Hand {
    /// Nothing.
    #[default]
    Free,
    /// What is seen is moved.
    Pan {
        /// Where it began.
        from: Finger,
        /// What was seen then.
        camera: Camera,
        /// Whether it has gone far enough to be no click.
        is_drag: bool,
    },
    /// A line is drawn around points.
    Lasso {
        /// The finger's number.
        finger: i32,
        /// The line so far.
        line: Vec<(f64, f64)>,
        /// What it will do to the selection.
        how: How,
    },
    /// A box is marked.
    Box {
        /// Where it began.
        from: Finger,
        /// Where it is.
        to: (f64, f64),
        /// What it will do to the selection.
        how: How,
    },
    /// A circle is drawn.
    Cone {
        /// Its centre.
        from: Finger,
        /// Where its edge is.
        to: (f64, f64),
        /// What it will do to the selection.
        how: How,
    },
    /// Two fingers.
    Pinch {
        /// Where both are.
        fingers: [Finger; 2],
        /// Where they were.
        began: [(f64, f64); 2],
        /// What was seen then.
        camera: Camera,
    },
}

/// What a pointer that goes up asks for.
#[derive(Debug, Clone, PartialEq)]
pub enum Wish {
    /// Choose what is here.
    Click((f64, f64)),
    /// Select what is inside of a line.
    Line(Vec<(f64, f64)>, How),
    /// Select what is in a box, from one corner to the other.
    Box((f64, f64), (f64, f64), How),
    /// Select what is in a circle, from its centre to its edge.
    Cone((f64, f64), (f64, f64), How),
}

fn far(a: (f64, f64), b: (f64, f64)) -> f64 {
    (a.0 - b.0).hypot(a.1 - b.1)
}

impl Hand {
    /// A pointer goes down.
    #[must_use]
    pub fn down(self, finger: Finger, tool: Tool, how: How, camera: Camera) -> Self {
        match (self, tool) {
            (Self::Pan { from, .. }, _) if from.0 != finger.0 => {
                Self::Pinch { fingers: [from, finger], began: [from.1, finger.1], camera }
            }
            (Self::Free, Tool::Pan) => Self::Pan { from: finger, camera, is_drag: false },
            (Self::Free, Tool::Lasso) => Self::Lasso { finger: finger.0, line: vec![finger.1], how },
            (Self::Free, Tool::Box) => Self::Box { from: finger, to: finger.1, how },
            (Self::Free, Tool::Cone) => Self::Cone { from: finger, to: finger.1, how },
            (other, _) => other,
        }
    }

    /// A pointer moves: what is under way now, and what is seen then.
    #[must_use]
    pub fn moved(self, finger: Finger, room: Room) -> (Self, Option<Camera>) {
        match self {
            Self::Pan { from, camera, is_drag } if from.0 == finger.0 => {
                let is_drag = is_drag || far(from.1, finger.1) >= CLICK;
                let by = (finger.1.0 - from.1.0, finger.1.1 - from.1.1);
                (Self::Pan { from, camera, is_drag }, is_drag.then(|| camera.dragged(by, room)))
            }
            Self::Lasso { finger: mine, mut line, how } if mine == finger.0 => {
                if line.last().is_none_or(|last| far(*last, finger.1) >= STEP) {
                    line.push(finger.1);
                }
                (Self::Lasso { finger: mine, line, how }, None)
            }
            Self::Box { from, how, .. } if from.0 == finger.0 => (Self::Box { from, to: finger.1, how }, None),
            Self::Cone { from, how, .. } if from.0 == finger.0 => (Self::Cone { from, to: finger.1, how }, None),
            Self::Pinch { fingers, began, camera } => {
                let fingers = fingers.map(|one| if one.0 == finger.0 { finger } else { one });
                let middle = |[a, b]: [(f64, f64); 2]| (f64::midpoint(a.0, b.0), f64::midpoint(a.1, b.1));
                let (before, now) = (middle(began), middle([fingers[0].1, fingers[1].1]));
                let factor = far(fingers[0].1, fingers[1].1).max(1.0) / far(began[0], began[1]).max(1.0);
                let seen = camera.zoomed(factor, before, room);
                let seen = seen.dragged((now.0 - before.0, now.1 - before.1), room);
                (Self::Pinch { fingers, began, camera }, Some(seen))
            }
            other => (other, None),
        }
    }

    /// A pointer goes up: what is under way then, and what is wished for.
    #[must_use]
    pub fn up(self, finger: i32, camera: Camera) -> (Self, Option<Wish>) {
        match self {
            Self::Pan { from, is_drag, .. } if from.0 == finger => {
                (Self::Free, (!is_drag).then_some(Wish::Click(from.1)))
            }
            Self::Lasso { finger: mine, line, how } if mine == finger => {
                let reach = line.iter().map(|point| far(*point, line[0])).fold(0.0, f64::max);
                let wish = if reach < CLICK { Wish::Click(line[0]) } else { Wish::Line(line, how) };
                (Self::Free, Some(wish))
            }
            Self::Box { from, to, how } if from.0 == finger => {
                let wish = if far(from.1, to) < CLICK { Wish::Click(from.1) } else { Wish::Box(from.1, to, how) };
                (Self::Free, Some(wish))
            }
            Self::Cone { from, to, how } if from.0 == finger => {
                let wish = if far(from.1, to) < CLICK { Wish::Click(from.1) } else { Wish::Cone(from.1, to, how) };
                (Self::Free, Some(wish))
            }
            // the finger that stays goes on moving what is seen
            Self::Pinch { fingers, .. } => {
                let stays = fingers.into_iter().find(|one| one.0 != finger);
                (stays.map_or(Self::Free, |from| Self::Pan { from, camera, is_drag: true }), None)
            }
            other => (other, None),
        }
    }

    /// Whether what is seen is being moved.
    pub fn is_pan(&self) -> bool {
        matches!(self, Self::Pan { is_drag: true, .. } | Self::Pinch { .. })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::state::camera::Extent;

    const ROOM: Room = Room { left: 0.0, top: 0.0, width: 100.0, height: 100.0 };

    fn camera() -> Camera {
        Camera::home(Extent { x: (0.0, 1.0), y: (0.0, 1.0) }, false)
    }

    fn down(tool: Tool) -> Hand {
        Hand::Free.down((1, (50.0, 50.0)), tool, How::Add, camera())
    }

    #[test]
    fn a_short_drag_is_a_click_with_every_tool() {
        for tool in [Tool::Pan, Tool::Lasso, Tool::Box, Tool::Cone] {
            let (hand, seen) = down(tool).moved((1, (51.0, 50.0)), ROOM);
            assert_eq!(seen, None);
            assert_eq!(hand.up(1, camera()), (Hand::Free, Some(Wish::Click((50.0, 50.0)))), "{tool:?}");
        }
    }

    #[test]
    fn a_drag_moves_what_is_seen() {
        let (hand, seen) = down(Tool::Pan).moved((1, (60.0, 45.0)), ROOM);
        assert_eq!(seen, Some(camera().dragged((10.0, -5.0), ROOM)));
        assert!(hand.is_pan());
        assert_eq!(hand.clone().moved((7, (0.0, 0.0)), ROOM), (hand.clone(), None));
        assert_eq!(hand.up(1, camera()), (Hand::Free, None));
    }

    #[test]
    fn lines_and_boxes_say_what_they_do_to_the_selection() {
        let mut hand = down(Tool::Lasso);
        for place in [(70.0, 50.0), (71.0, 50.0), (70.0, 70.0)] {
            hand = hand.moved((1, place), ROOM).0;
        }
        let line = vec![(50.0, 50.0), (70.0, 50.0), (70.0, 70.0)];
        assert_eq!(hand.up(1, camera()).1, Some(Wish::Line(line, How::Add)));
        let hand = down(Tool::Box).moved((1, (20.0, 90.0)), ROOM).0;
        assert_eq!(hand.up(1, camera()).1, Some(Wish::Box((50.0, 50.0), (20.0, 90.0), How::Add)));
        let hand = down(Tool::Cone).moved((1, (20.0, 90.0)), ROOM).0;
        assert_eq!(hand.up(1, camera()).1, Some(Wish::Cone((50.0, 50.0), (20.0, 90.0), How::Add)));
    }

    #[test]
    fn two_fingers_pinch_and_the_one_that_stays_pans() {
        let hand = down(Tool::Pan).down((2, (60.0, 50.0)), Tool::Pan, How::Replace, camera());
        let (hand, seen) = hand.moved((2, (70.0, 50.0)), ROOM);
        let seen = seen.unwrap();
        assert!((seen.zoom() - 2.0).abs() < 1e-9);
        assert!(matches!(hand.up(2, seen).0, Hand::Pan { from: (1, _), is_drag: true, .. }));
    }
}
