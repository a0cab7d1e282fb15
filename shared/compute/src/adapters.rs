//! Which GPUs there are, and which one is meant.

use std::fmt;

use wgpu::{Adapter, AdapterInfo, DeviceType, Instance, InstanceDescriptor};

use crate::Fault;

/// The adapter asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Choice {
    /// The fastest GPU; software that only plays one does not count.
    #[default]
    Hardware,
    /// The fastest adapter, software included.
    Any,
    /// The adapter of that place in [`adapters`]; natively only.
    Index(usize),
}

/// What is known of an adapter before it is used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AdapterSummary {
    /// Its name, as the driver has it; in browsers often only its family.
    pub name: String,
    /// Vulkan, Metal, Dx12, `BrowserWebGpu`.
    pub backend: String,
    /// The driver and its version, where known.
    pub driver: String,
    /// Whether it is a program that plays a GPU on the processor.
    pub is_software: bool,
    /// Bytes of a buffer at most.
    pub max_buffer_bytes: u64,
    /// Bytes that one kernel sees of a buffer at most.
    pub max_binding_bytes: u64,
    /// Bytes that a workgroup shares.
    pub workgroup_bytes: u32,
}

impl AdapterSummary {
    pub(crate) fn of(adapter: &Adapter) -> Self {
        let (info, limits) = (adapter.get_info(), adapter.limits());
        Self {
            name: name(&info),
            backend: info.backend.to_string(),
            driver: format!("{} {}", info.driver, info.driver_info).trim().to_owned(),
            is_software: info.device_type == DeviceType::Cpu,
            max_buffer_bytes: limits.max_buffer_size,
            max_binding_bytes: limits.max_storage_buffer_binding_size,
            workgroup_bytes: limits.max_compute_workgroup_storage_size,
        }
    }

    /// The same with the name that the opened device goes by, where a browser tells that alone.
    #[cfg(target_family = "wasm")]
    pub(crate) fn named_by(mut self, device: &wgpu::Device) -> Self {
        use js_sys::Reflect;

        let info = device.as_webgpu().and_then(|device| Reflect::get(device, &"adapterInfo".into()).ok());
        let words = ["vendor", "architecture", "description"].map(|key| {
            let word = info.as_ref().and_then(|info| Reflect::get(info, &key.into()).ok()?.as_string());
            word.unwrap_or_default()
        });
        let name = words.iter().filter(|word| !word.is_empty()).map(String::as_str).collect::<Vec<_>>().join(" ");
        if !name.is_empty() {
            self.name = name;
        }
        self
    }

    /// A native driver has told its name already.
    #[cfg(not(target_family = "wasm"))]
    pub(crate) fn named_by(self, _device: &wgpu::Device) -> Self {
        self
    }
}

impl fmt::Display for AdapterSummary {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ({}{})", self.name, self.backend, if self.is_software { ", software" } else { "" })
    }
}

/// Browsers keep the name to themselves.
fn name(info: &AdapterInfo) -> String {
    match info.name.trim() {
        "" => "unnamed GPU".to_owned(),
        name => name.to_owned(),
    }
}

fn instance() -> Instance {
    Instance::new(InstanceDescriptor::new_without_display_handle())
}

/// Every adapter that can compute, fastest kind first. In a browser: the one that it offers, if any.
pub async fn adapters() -> Vec<AdapterSummary> {
    listed().await.iter().map(AdapterSummary::of).collect()
}

#[cfg(not(target_family = "wasm"))]
async fn listed() -> Vec<Adapter> {
    let backends = wgpu::Backends::VULKAN | wgpu::Backends::METAL | wgpu::Backends::DX12;
    let mut found = instance().enumerate_adapters(backends).await;
    found.sort_by_key(|adapter| match adapter.get_info().device_type {
        DeviceType::DiscreteGpu => 0,
        DeviceType::IntegratedGpu => 1,
        DeviceType::VirtualGpu => 2,
        DeviceType::Other => 3,
        DeviceType::Cpu => 4,
    });
    found
}

#[cfg(target_family = "wasm")]
async fn listed() -> Vec<Adapter> {
    let options = wgpu::RequestAdapterOptions {
        power_preference: wgpu::PowerPreference::HighPerformance,
        ..wgpu::RequestAdapterOptions::default()
    };
    instance().request_adapter(&options).await.into_iter().collect()
}

/// The places in [`adapters`] of every GPU, each once.
#[cfg(not(target_family = "wasm"))]
pub(crate) async fn gpus() -> Vec<usize> {
    each_once(&listed().await.iter().map(Adapter::get_info).collect::<Vec<_>>())
}

/// The places of GPUs: of the kind of driver that the first has, since others may offer the same ones again; and of two that
/// sit in the same slot the first.
#[cfg(not(target_family = "wasm"))]
fn each_once(found: &[AdapterInfo]) -> Vec<usize> {
    let is_gpu = |info: &AdapterInfo| info.device_type != DeviceType::Cpu;
    let Some(first) = found.iter().find(|info| is_gpu(info)) else { return Vec::new() };
    let is_again = |place: usize| {
        let slot = &found[place].device_pci_bus_id;
        !slot.is_empty() && found[..place].iter().any(|before| is_gpu(before) && before.device_pci_bus_id == *slot)
    };
    let is_meant = |&place: &usize| is_gpu(&found[place]) && found[place].backend == first.backend && !is_again(place);
    (0..found.len()).filter(is_meant).collect()
}

/// The adapter of a choice.
///
/// # Errors
/// [`Fault::Missing`] where there is none.
pub(crate) async fn choose(choice: Choice) -> Result<Adapter, Fault> {
    let mut found = listed().await;
    let wanted = match choice {
        Choice::Any => 0,
        Choice::Index(index) => index,
        Choice::Hardware => {
            found.retain(|adapter| adapter.get_info().device_type != DeviceType::Cpu);
            0
        }
    };
    let (there, what) = (found.len(), if choice == Choice::Hardware { "GPU" } else { "GPU adapter" });
    found.into_iter().nth(wanted).ok_or_else(|| {
        Fault::Missing(match there {
            0 => {
                format!("no {what} was found: install its driver (Vulkan, Metal or DirectX 12), or compute on the cpu")
            }
            _ => format!("there is no adapter {wanted}: choose gpu:0 to gpu:{}", there - 1),
        })
    })
}

#[cfg(test)]
mod tests {
    use DeviceType::{Cpu, DiscreteGpu, IntegratedGpu};
    use wgpu::Backend;

    use super::*;

    #[test]
    fn a_gpu_that_several_drivers_offer_counts_once() {
        let info = |kind, backend, slot: &str| AdapterInfo {
            device_pci_bus_id: slot.to_owned(),
            ..AdapterInfo::new(kind, backend)
        };
        let found = [
            info(DiscreteGpu, Backend::Vulkan, "0000:01:00.0"),
            info(DiscreteGpu, Backend::Vulkan, "0000:02:00.0"),
            info(DiscreteGpu, Backend::Vulkan, "0000:01:00.0"),
            info(DiscreteGpu, Backend::Dx12, ""),
            info(IntegratedGpu, Backend::Vulkan, ""),
            info(IntegratedGpu, Backend::Vulkan, ""),
            info(Cpu, Backend::Vulkan, ""),
        ];
        assert_eq!(each_once(&found), [0, 1, 4, 5]);
        assert_eq!(each_once(&found[6..]), [0; 0]);
    }
}
