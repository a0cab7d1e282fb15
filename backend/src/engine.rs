//! The engine of this machine: its GPU where there is one, else its processor.

use std::{fmt, path::Path, str::FromStr};

use balmer_compute::{Choice, Fault, GpuEngine};
use balmer_core::{
    CpuEngine, Engine, Observer, Result,
    ndarray::ArrayView2,
    neighbors::NeighborTable,
    semi_supervised::{Diffusion, Graph, LabelDistributions, Seeds},
};
use futures::executor::block_on;

/// The device asked for: `auto`, `cpu`, `gpu` or `gpu:N`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Device {
    /// A GPU where there is one, else the processor.
    #[default]
    Auto,
    /// The processor.
    Cpu,
    /// An adapter: that of the given place in the list of `balmer doctor`, else the first.
    Gpu(Option<usize>),
}

impl FromStr for Device {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text {
            "auto" => Ok(Self::Auto),
            "cpu" => Ok(Self::Cpu),
            "gpu" => Ok(Self::Gpu(None)),
            _ => match text.strip_prefix("gpu:").map(str::parse) {
                Some(Ok(index)) => Ok(Self::Gpu(Some(index))),
                _ => Err("expected auto, cpu, gpu or gpu:N".to_owned()),
            },
        }
    }
}

impl fmt::Display for Device {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Auto => f.write_str("auto"),
            Self::Cpu => f.write_str("cpu"),
            Self::Gpu(None) => f.write_str("gpu"),
            Self::Gpu(Some(index)) => write!(f, "gpu:{index}"),
        }
    }
}

/// One of the engines there are.
#[derive(Debug)]
pub enum HostEngine {
    /// Every core of the processor.
    Cpu(CpuEngine),
    /// A GPU, with the processor at its side.
    Gpu(Box<GpuEngine>),
}

impl HostEngine {
    /// Opens the device asked for.
    ///
    /// # Errors
    /// [`Fault::Missing`] where an adapter was asked for that is not there, [`Fault::Refused`] where it cannot be
    /// opened. `auto` takes the processor instead.
    pub fn open(device: Device) -> Result<Self, Fault> {
        let open = |choice| block_on(GpuEngine::open(choice)).map(|engine| Self::Gpu(Box::new(engine)));
        match device {
            Device::Cpu => Ok(Self::Cpu(CpuEngine)),
            Device::Gpu(None) => open(Choice::Any),
            Device::Gpu(Some(index)) => open(Choice::Index(index)),
            Device::Auto if !may_have_a_gpu() => Ok(Self::Cpu(CpuEngine)),
            Device::Auto => open(Choice::Hardware).or_else(|fault| {
                if !matches!(fault, Fault::Missing(_)) {
                    tracing::warn!(%fault, "the GPU is left aside");
                }
                Ok(Self::Cpu(CpuEngine))
            }),
        }
    }
}

/// Whether it is worth asking for a GPU. Loading Vulkan takes a tenth of a second, and its layers write to standard
/// error where nobody is logged in to a desktop: without a device file there is no GPU to be found.
fn may_have_a_gpu() -> bool {
    let is_device = |name: &std::ffi::OsStr| name == "dri" || name == "dxg" || name == "nvidiactl";
    !cfg!(target_os = "linux")
        || Path::new("/dev")
            .read_dir()
            .is_ok_and(|mut all| all.any(|file| file.is_ok_and(|f| is_device(&f.file_name()))))
}

impl Engine for HostEngine {
    fn name(&self) -> String {
        match self {
            Self::Cpu(engine) => engine.name(),
            Self::Gpu(engine) => engine.name(),
        }
    }

    async fn kneighbors(
        &self,
        x: ArrayView2<'_, f32>,
        n_neighbors: usize,
        observer: &dyn Observer,
    ) -> Result<NeighborTable> {
        match self {
            Self::Cpu(engine) => engine.kneighbors(x, n_neighbors, observer).await,
            Self::Gpu(engine) => engine.kneighbors(x, n_neighbors, observer).await,
        }
    }

    async fn diffuse(
        &self,
        graph: &Graph,
        seeds: &Seeds,
        diffusion: &Diffusion,
        observer: &dyn Observer,
    ) -> Result<LabelDistributions> {
        match self {
            Self::Cpu(engine) => engine.diffuse(graph, seeds, diffusion, observer).await,
            Self::Gpu(engine) => engine.diffuse(graph, seeds, diffusion, observer).await,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn devices_are_read_and_written() {
        for (text, device) in
            [("auto", Device::Auto), ("cpu", Device::Cpu), ("gpu", Device::Gpu(None)), ("gpu:1", Device::Gpu(Some(1)))]
        {
            assert_eq!(text.parse(), Ok(device));
            assert_eq!(device.to_string(), text);
        }
        assert!("gpu:x".parse::<Device>().is_err());
        assert!("cuda".parse::<Device>().is_err());
    }
}
