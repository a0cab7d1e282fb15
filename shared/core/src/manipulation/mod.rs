//! From a spectrum on its native pixels to one comparable feature row.
//!
//! A [`RecipeSpec`] is what the user writes; [`Recipe::try_from`] checks it; [`Recipe::apply`] runs the
//! steps in this order, each a pure function in its own file:
//!
//! 1. [`frame`]: wavelengths to the recipe's medium and, if asked, to the rest frame;
//! 2. [`bad_pixels`] and [`spikes`]: find what carries no information, interpolate over it;
//! 3. [`convolve`]: down to a common resolution;
//! 4. [`resample`]: onto the common grid, linearly or conserving flux;
//! 5. [`continuum`]: divide by the fitted continuum;
//! 6. [`scale`]: to a common scale.
//!
//! A spectrum that cannot pass a step is a [`Rejection`] with a stable reason, never a guess. Principal
//! components (`components`) are a property of the whole matrix and live in
//! [`decomposition`](crate::decomposition).
//!
//! Numbers are `f64` inside; only the finished row is `f32`.

pub mod bad_pixels;
pub mod continuum;
pub mod convolve;
pub mod frame;
#[cfg(test)]
mod golden;
mod presets;
mod recipe;
mod rejection;
pub mod resample;
pub mod scale;
mod spec;
pub mod spikes;
mod trace;

pub(crate) use recipe::missing_pixels;
pub use recipe::{Extraction, Note, Recipe};
pub use rejection::Rejection;
pub use spec::{Continuum, Grid, Mask, RecipeSpec, Scale};
pub use trace::{Step, Trace, TraceStep};
