//! Dispatches, gathered into submissions of a length that neither a driver's watchdog nor a person at the page minds.
//!
//! How much work fits is measured: each submission is timed, and the next ones are made longer or shorter towards
//! [`TARGET`]. Two are under way at most, so that the device never waits for the host and a cancelled run ends after
//! two submissions.

use std::collections::VecDeque;

use balmer_core::Observer;
use bytemuck::Pod;
use wgpu::{
    BindGroup, Buffer, CommandEncoder, CommandEncoderDescriptor, ComputePass, ComputePassDescriptor, SubmissionIndex,
};

use crate::{
    Fault,
    clock::{self, Instant},
    device::Gpu,
    kernels::{Groups, Pipeline, Uniforms},
    wait::Ticket,
};

/// Seconds that a submission should take.
const TARGET: f64 = 0.02;
/// Multiply-adds of the first submission: short on the slowest device there is.
const FIRST: f64 = 3e7;
/// A submission is never made smaller than this.
const LEAST: f64 = 1e6;
/// Dispatches a submission.
const DISPATCHES: u32 = 512;
/// Submissions under way.
const UNDER_WAY: usize = 2;

/// Records dispatches and submits them.
pub struct Recorder<'a> {
    gpu: &'a Gpu,
    observer: &'a dyn Observer,
    uniforms: Uniforms,
    encoder: CommandEncoder,
    pass: Option<ComputePass<'static>>,
    operations: f64,
    room: f64,
    under_way: VecDeque<UnderWay>,
    last_done: Option<Instant>,
}

struct UnderWay {
    ticket: Ticket,
    operations: f64,
    since: Instant,
}

impl<'a> Recorder<'a> {
    /// Begins with nothing recorded.
    pub fn new(gpu: &'a Gpu, observer: &'a dyn Observer) -> Self {
        Self {
            gpu,
            observer,
            uniforms: Uniforms::new(&gpu.device, DISPATCHES),
            encoder: encoder(gpu),
            pass: None,
            operations: 0.0,
            room: FIRST,
            under_way: VecDeque::new(),
            last_done: None,
        }
    }

    /// The buffer that [`Pipeline::bind`] binds for the parameters.
    pub fn uniforms(&self) -> &Uniforms {
        &self.uniforms
    }

    /// Multiply-adds that one submission should hold.
    pub fn room(&self) -> f64 {
        self.room
    }

    /// Records a dispatch of about so many multiply-adds; [`Self::submit_if_due`] must have been called since the last.
    pub fn dispatch<P: Pod>(
        &mut self,
        pipeline: &Pipeline,
        bindings: &BindGroup,
        params: &P,
        groups: Groups<'_>,
        operations: f64,
    ) {
        debug_assert!(!self.uniforms.is_full(), "a dispatch more than a submission has parameters for");
        let offset = self.uniforms.push(params);
        let encoder = &mut self.encoder;
        let pass = self
            .pass
            .get_or_insert_with(|| encoder.begin_compute_pass(&ComputePassDescriptor::default()).forget_lifetime());
        pipeline.dispatch(pass, bindings, offset, groups);
        self.operations += operations;
    }

    /// Records a copy of the first `bytes` of a buffer to `offset` of another.
    pub fn copy(&mut self, from: &Buffer, to: &Buffer, offset: u64, bytes: u64) {
        self.pass = None;
        self.encoder.copy_buffer_to_buffer(from, 0, to, offset, bytes);
    }

    /// Records that a buffer is filled with zeros.
    pub fn clear(&mut self, buffer: &Buffer) {
        self.pass = None;
        self.encoder.clear_buffer(buffer, 0, None);
    }

    /// Submits what was recorded once it is as much as one submission should hold.
    ///
    /// # Errors
    /// As [`Self::submit`].
    pub async fn submit_if_due(&mut self) -> Result<(), Fault> {
        // another dispatch of the usual size would make it too long
        if self.operations >= 0.75 * self.room || self.uniforms.is_full() {
            self.submit().await?;
        }
        Ok(())
    }

    /// Submits what was recorded, when its turn has come.
    ///
    /// # Errors
    /// Cancellation; what went wrong on the device.
    pub async fn submit(&mut self) -> Result<SubmissionIndex, Fault> {
        while self.under_way.len() >= UNDER_WAY {
            self.wait().await?;
        }
        if self.observer.is_cancelled() {
            return Err(balmer_core::Error::Cancelled.into());
        }
        self.pass = None;
        self.uniforms.flush(&self.gpu.queue);
        let recorded = std::mem::replace(&mut self.encoder, encoder(self.gpu)).finish();
        let since = clock::now();
        let index = self.gpu.queue.submit([recorded]);
        self.gpu.check()?;
        let ticket = Ticket::new(self.gpu, index.clone());
        self.under_way.push_back(UnderWay { ticket, operations: self.operations, since });
        self.operations = 0.0;
        Ok(index)
    }

    /// Waits for the oldest submission and learns from the time it took.
    async fn wait(&mut self) -> Result<(), Fault> {
        let Some(UnderWay { ticket, operations, since }) = self.under_way.pop_front() else { return Ok(()) };
        ticket.wait(self.gpu).await?;
        let now = clock::now();
        let began = self.last_done.map_or(since, |done| done.max(since));
        self.last_done = Some(now);
        let seconds = (now - began).as_secs_f64();
        if operations >= 0.5 * self.room {
            let ideal = operations * TARGET / seconds.max(1e-6);
            self.room = ideal.clamp(0.5 * self.room, 4.0 * self.room).max(LEAST);
        }
        Ok(())
    }

    /// Submits the rest and waits for all of it.
    ///
    /// # Errors
    /// As [`Self::submit`].
    pub async fn finish(&mut self) -> Result<(), Fault> {
        self.submit().await?;
        while !self.under_way.is_empty() {
            self.wait().await?;
        }
        Ok(())
    }
}

fn encoder(gpu: &Gpu) -> CommandEncoder {
    gpu.device.create_command_encoder(&CommandEncoderDescriptor::default())
}
