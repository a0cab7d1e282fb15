//! A kernel on a device: compiled, with the layout of its bindings, and the uniform parameters of many dispatches.

use bytemuck::Pod;
use wgpu::{
    BindGroup, BindGroupDescriptor, BindGroupEntry, BindGroupLayout, BindGroupLayoutDescriptor, BindGroupLayoutEntry,
    BindingResource, BindingType, Buffer, BufferBinding, BufferBindingType, BufferDescriptor, BufferUsages,
    ComputePass, ComputePipeline, ComputePipelineDescriptor, Device, PipelineCompilationOptions,
    PipelineLayoutDescriptor, Queue, ShaderModuleDescriptor, ShaderSource, ShaderStages,
};

use super::{Binding, Kernel};

/// How many workgroups a dispatch has.
#[derive(Debug, Clone, Copy)]
pub enum Groups<'b> {
    /// So many, in two dimensions.
    Grid([u32; 2]),
    /// Three numbers that an earlier dispatch has written.
    At(&'b Buffer),
}

/// A kernel ready to run.
#[derive(Debug)]
pub struct Pipeline {
    pipeline: ComputePipeline,
    layout: BindGroupLayout,
}

impl Pipeline {
    /// Compiles `kernel` with the values of its override constants, in the order of [`Kernel::constants`].
    pub fn new(device: &Device, kernel: &Kernel, constants: &[u32]) -> Self {
        let entries: Vec<_> = (0..).zip(kernel.bindings).map(|(binding, kind)| entry(binding, *kind)).collect();
        let layout =
            device.create_bind_group_layout(&BindGroupLayoutDescriptor { label: Some(kernel.stem), entries: &entries });
        let pipeline_layout = device.create_pipeline_layout(&PipelineLayoutDescriptor {
            label: Some(kernel.stem),
            bind_group_layouts: &[Some(&layout)],
            ..PipelineLayoutDescriptor::default()
        });
        let module = device.create_shader_module(ShaderModuleDescriptor {
            label: Some(kernel.stem),
            source: ShaderSource::Wgsl(kernel.source().into()),
        });
        let constants: Vec<(&str, f64)> =
            kernel.constants.iter().copied().zip(constants.iter().map(|&value| f64::from(value))).collect();
        let pipeline = device.create_compute_pipeline(&ComputePipelineDescriptor {
            label: Some(kernel.stem),
            layout: Some(&pipeline_layout),
            module: &module,
            entry_point: Some("main"),
            compilation_options: PipelineCompilationOptions {
                constants: &constants,
                zero_initialize_workgroup_memory: false,
            },
            cache: None,
        });
        Self { pipeline, layout }
    }

    /// Binds uniform parameters of type `P` at 0 and `buffers` from 1.
    pub fn bind<P: Pod>(&self, device: &Device, uniforms: &Uniforms, buffers: &[&Buffer]) -> BindGroup {
        let uniform = BindingResource::Buffer(BufferBinding {
            buffer: &uniforms.buffer,
            offset: 0,
            size: std::num::NonZeroU64::new(size_of::<P>() as u64),
        });
        let others = buffers.iter().map(|buffer| buffer.as_entire_binding());
        let entries: Vec<_> = (0..)
            .zip(std::iter::once(uniform).chain(others))
            .map(|(binding, resource)| BindGroupEntry { binding, resource })
            .collect();
        device.create_bind_group(&BindGroupDescriptor { label: None, layout: &self.layout, entries: &entries })
    }

    /// Runs it on `groups` workgroups with the parameters at `offset`.
    pub fn dispatch(&self, pass: &mut ComputePass, bindings: &BindGroup, offset: u32, groups: Groups<'_>) {
        pass.set_pipeline(&self.pipeline);
        pass.set_bind_group(0, bindings, &[offset]);
        match groups {
            Groups::Grid([x, y]) => pass.dispatch_workgroups(x, y, 1),
            Groups::At(buffer) => pass.dispatch_workgroups_indirect(buffer, 0),
        }
    }
}

fn entry(binding: u32, kind: Binding) -> BindGroupLayoutEntry {
    let ty = match kind {
        Binding::Uniform => BufferBindingType::Uniform,
        Binding::Read => BufferBindingType::Storage { read_only: true },
        Binding::Write => BufferBindingType::Storage { read_only: false },
    };
    let has_dynamic_offset = kind == Binding::Uniform;
    BindGroupLayoutEntry {
        binding,
        visibility: ShaderStages::COMPUTE,
        ty: BindingType::Buffer { ty, has_dynamic_offset, min_binding_size: None },
        count: None,
    }
}

/// Uniform parameters of the dispatches of one submission, each at its own offset.
#[derive(Debug)]
pub struct Uniforms {
    buffer: Buffer,
    stride: u32,
    bytes: Vec<u8>,
}

impl Uniforms {
    /// Room for `count` dispatches.
    pub fn new(device: &Device, count: u32) -> Self {
        let stride = device.limits().min_uniform_buffer_offset_alignment.max(64);
        let buffer = device.create_buffer(&BufferDescriptor {
            label: Some("uniforms"),
            size: u64::from(stride) * u64::from(count),
            usage: BufferUsages::UNIFORM | BufferUsages::COPY_DST,
            mapped_at_creation: false,
        });
        Self { buffer, stride, bytes: Vec::new() }
    }

    /// Whether the next parameters need another submission.
    pub fn is_full(&self) -> bool {
        self.bytes.len() as u64 + u64::from(self.stride) > self.buffer.size()
    }

    /// Adds parameters; returns their offset.
    pub fn push<P: Pod>(&mut self, params: &P) -> u32 {
        let offset = self.bytes.len();
        self.bytes.extend_from_slice(bytemuck::bytes_of(params));
        self.bytes.resize(offset + self.stride as usize, 0);
        offset as u32
    }

    /// Sends them to the device, before the submission that reads them, and begins anew.
    pub fn flush(&mut self, queue: &Queue) {
        if !self.bytes.is_empty() {
            queue.write_buffer(&self.buffer, 0, &self.bytes);
            self.bytes.clear();
        }
    }
}
