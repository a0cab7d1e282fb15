//! What kernels are told: the structs of the shaders, field by field. A test compares their layouts.

use bytemuck::{Pod, Zeroable};

/// Parameters of the kernels that propose neighbours; see `shaders/common/proposals.wgsl`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Pod, Zeroable)]
#[repr(C)]
pub struct ProposeParams {
    /// Padded number of features.
    pub features: u32,
    /// vec4s from one feature to the next in the queries' panel.
    pub query_stride: u32,
    /// The same in the references' panel.
    pub reference_stride: u32,
    /// First row in the queries' panel.
    pub first_query: u32,
    /// First row in the references' panel.
    pub first_reference: u32,
    /// Rows asked for.
    pub queries: u32,
    /// Rows compared with.
    pub references: u32,
    /// Index of the first query in the whole matrix.
    pub query_index: u32,
    /// Index of the first reference in the whole matrix.
    pub reference_index: u32,
    /// The list of the first query.
    pub first_list: u32,
    /// Proposals that a list has room for.
    pub capacity: u32,
}

/// Parameters of `shaders/select.wgsl`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Pod, Zeroable)]
#[repr(C)]
pub struct SelectParams {
    /// Proposals that a list has room for.
    pub capacity: u32,
    /// Not 0: every list, and indices are written out; 0: the crowded ones.
    pub finish: u32,
}

/// Parameters of `shaders/crowded.wgsl`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Pod, Zeroable)]
#[repr(C)]
pub struct CrowdedParams {
    /// Lists to look at.
    pub lists: u32,
    /// A list up to this long is not crowded.
    pub most: u32,
}

/// Parameters of `shaders/spread.wgsl`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Pod, Zeroable)]
#[repr(C)]
pub struct SpreadParams {
    /// Nodes of the graph.
    pub rows: u32,
    /// Classes of the labels.
    pub classes: u32,
    /// Not 0: propagation.
    pub propagation: u32,
    /// Share that comes from the neighbours.
    pub alpha: f32,
    /// First workgroup of this dispatch among those of the step.
    pub first_part: u32,
}

/// How far a diffusion has come, kept on the device.
#[derive(Debug, Clone, Copy, Default, PartialEq, Pod, Zeroable)]
#[repr(C)]
pub struct SpreadState {
    /// Not 0: nothing is left to do.
    pub is_done: u32,
    /// Steps that were done.
    pub iterations: u32,
    /// Rows that some label has reached.
    pub reached: u32,
    /// Sum of absolute changes of the last step.
    pub change: f32,
}

/// Parameters of `shaders/converge.wgsl`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Pod, Zeroable)]
#[repr(C)]
pub struct ConvergeParams {
    /// Workgroups of the step.
    pub parts: u32,
    /// Steps at most.
    pub max_iter: u32,
    /// The change below which labels have settled.
    pub tol: f32,
    /// To a multiple of 16 bytes.
    pub padding: u32,
}
