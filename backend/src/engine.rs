//! The engine of this machine: its GPUs and its processor together, or the one that was asked for.

use std::{fmt, path::Path, str::FromStr};

use balmer_compute::{Choice, Fault, Processor};
use balmer_core::CpuEngine;
use futures::executor::block_on;

/// The device asked for: `auto`, `cpu`, `gpu` or `gpu:N`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Device {
    /// Every GPU with the processor where there is one, else the processor.
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

/// The engine of this machine.
pub type HostEngine = Processor<CpuEngine>;

/// Opens the device asked for.
///
/// # Errors
/// [`Fault::Missing`] where an adapter was asked for that is not there, [`Fault::Refused`] where it cannot be
/// opened. `auto` takes the processor instead.
pub fn open(device: Device) -> Result<HostEngine, Fault> {
    let open = |choice| block_on(HostEngine::gpu(choice, CpuEngine));
    match device {
        Device::Cpu => Ok(HostEngine::Cpu(CpuEngine)),
        Device::Gpu(None) => open(Choice::Any),
        Device::Gpu(Some(index)) => open(Choice::Index(index)),
        Device::Auto if !may_have_a_gpu() => Ok(HostEngine::Cpu(CpuEngine)),
        Device::Auto => block_on(HostEngine::team()).or_else(|fault| {
            if !matches!(fault, Fault::Missing(_)) {
                tracing::warn!(%fault, "GPUs are left aside");
            }
            Ok(HostEngine::Cpu(CpuEngine))
        }),
    }
}

/// Whether it is worth asking for a GPU. Loading Vulkan takes a tenth of a second, and its layers write to standard
/// error where nobody is logged in to a desktop: without a device file there is no GPU to be found.
pub(crate) fn may_have_a_gpu() -> bool {
    let is_device = |name: &std::ffi::OsStr| name == "dri" || name == "dxg" || name == "nvidiactl";
    !cfg!(target_os = "linux")
        || Path::new("/dev")
            .read_dir()
            .is_ok_and(|mut all| all.any(|file| file.is_ok_and(|f| is_device(&f.file_name()))))
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
