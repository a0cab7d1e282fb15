//! The survey's footprint on the sky: its cells as one path, which the canvas keeps and fills at any zoom.

use web_sys::{CanvasRenderingContext2d as Context, Path2d};

use crate::{
    components::spectrum_plot::ink::Ink,
    state::{camera::Transform, footprint::Outline, picture::Same},
};

/// How much of the colour is seen.
const STRENGTH: f64 = 0.16;

/// A path, and what it was made of.
#[derive(Debug)]
pub struct Wash {
    footprint: Same<Vec<Outline>>,
    path: Path2d,
}

impl Wash {
    /// The wash of a footprint: the one that is kept, or a new one in its place.
    pub fn of<'a>(footprint: &Same<Vec<Outline>>, kept: &'a mut Option<Self>) -> Option<&'a Self> {
        if kept.as_ref().is_none_or(|kept| kept.footprint != *footprint) {
            *kept = path(&footprint.0).map(|path| Self { footprint: footprint.clone(), path });
        }
        kept.as_ref()
    }

    /// Fills it, by the rule that counts windings: where cells overlap it is no stronger.
    pub fn fill(&self, context: &Context, ink: &Ink, transform: &Transform) {
        context.save();
        let (x, y) = (transform.x, transform.y);
        // finite numbers always make a transform
        if context.transform(x.0, 0.0, 0.0, y.0, x.1, y.1).is_ok() {
            context.set_global_alpha(STRENGTH);
            context.set_fill_style_str(&ink.series[1]);
            context.fill_with_path_2d(&self.path);
        }
        context.restore();
    }
}

/// The cells, one behind the other.
fn path(outlines: &[Outline]) -> Option<Path2d> {
    let path = Path2d::new().ok()?;
    for outline in outlines {
        for (i, &(x, y)) in outline.iter().enumerate() {
            if i == 0 {
                path.move_to(x, y);
            } else {
                path.line_to(x, y);
            }
        }
        path.close_path();
    }
    Some(path)
}
