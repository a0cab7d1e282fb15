//! The table of kernels: for each its source, its bindings, its constants, and its twin in the core.
//!
//! A kernel's WGSL is the concatenation of the parts named here and of nothing else. Binding 0 holds uniform
//! parameters, inputs follow, outputs come last. [`Pipeline`] makes a kernel ready to run on a device.

mod params;
mod pipeline;
#[cfg(test)]
mod tests;

pub use params::{ConvergeParams, CrowdedParams, ProposeParams, SelectParams, SpreadParams, SpreadState};
pub use pipeline::{Groups, Pipeline, Uniforms};

/// How a kernel uses a buffer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Binding {
    /// Uniform parameters, at a dynamic offset.
    Uniform,
    /// Storage that is only read.
    Read,
    /// Storage that is written.
    Write,
}

/// One compute shader.
#[derive(Debug)]
pub struct Kernel {
    /// Name of the file in `shaders/`.
    pub stem: &'static str,
    /// Its WGSL, part after part.
    pub parts: &'static [&'static str],
    /// What its bindings are, from 0.
    pub bindings: &'static [Binding],
    /// Names of its override constants.
    pub constants: &'static [&'static str],
}

impl Kernel {
    /// The whole source.
    pub fn source(&self) -> String {
        self.parts.concat()
    }
}

use Binding::{Read, Uniform, Write};

const PROPOSALS: &str = include_str!("../../../../shaders/common/proposals.wgsl");
const SCALED: &str = include_str!("../../../../shaders/common/scaled.wgsl");

/// Proposals by tiles of 128 x 128: for adapters with many registers. Twin: the products and candidates of
/// [`balmer_core::neighbors`]; what it proposes is certified there, so that its tolerance is 0.
pub const PROPOSE_WIDE: Kernel = Kernel {
    stem: "propose_wide",
    parts: &[PROPOSALS, include_str!("../../../../shaders/propose_wide.wgsl")],
    bindings: &[Uniform, Read, Read, Read, Read, Write, Write],
    constants: &[],
};

/// The same by tiles of 64 x 64.
pub const PROPOSE_NARROW: Kernel = Kernel {
    stem: "propose_narrow",
    parts: &[PROPOSALS, include_str!("../../../../shaders/propose_narrow.wgsl")],
    bindings: PROPOSE_WIDE.bindings,
    constants: PROPOSE_WIDE.constants,
};

/// The same by tiles of 64 x 64 without shared memory: for adapters that the processor plays.
pub const PROPOSE_PLAIN: Kernel = Kernel {
    stem: "propose_plain",
    parts: &[PROPOSALS, include_str!("../../../../shaders/propose_plain.wgsl")],
    bindings: PROPOSE_WIDE.bindings,
    constants: PROPOSE_WIDE.constants,
};

/// Shortens lists of proposals to the best. Twin: the candidates of [`balmer_core::neighbors`]; tolerance 0.
pub const SELECT: Kernel = Kernel {
    stem: "select",
    parts: &[include_str!("../../../../shaders/select.wgsl")],
    bindings: &[Uniform, Write, Write, Write, Write, Read],
    constants: &["KEEP"],
};

/// Gathers the lists of proposals that have to be shortened. Its twin is a comparison.
pub const CROWDED: Kernel = Kernel {
    stem: "crowded",
    parts: &[include_str!("../../../../shaders/crowded.wgsl")],
    bindings: &[Uniform, Read, Write, Write],
    constants: &[],
};

/// One step of label spreading or propagation. Twin: [`balmer_core::semi_supervised::Diffusion`]; tolerance
/// [`crate::PROBABILITY_TOLERANCE`].
pub const SPREAD: Kernel = Kernel {
    stem: "spread",
    parts: &[SCALED, include_str!("../../../../shaders/spread.wgsl")],
    bindings: &[Uniform, Read, Read, Read, Read, Read, Read, Write, Write],
    constants: &[],
};

/// Whether the labels have settled. Twin: as [`SPREAD`].
pub const CONVERGE: Kernel = Kernel {
    stem: "converge",
    parts: &[include_str!("../../../../shaders/converge.wgsl")],
    bindings: &[Uniform, Write, Read],
    constants: &[],
};

/// Every kernel there is.
#[cfg(test)]
const ALL: [&Kernel; 7] = [&PROPOSE_WIDE, &PROPOSE_NARROW, &PROPOSE_PLAIN, &CROWDED, &SELECT, &SPREAD, &CONVERGE];
