//! Where runs are computed: on the server, or in this browser.

use balmer_exchange::worker::Device;

/// A place to compute.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Host {
    /// The server.
    #[default]
    Server,
    /// This browser.
    Browser(Device),
}

impl Host {
    /// Every place, in the order of the list.
    pub const ALL: [Self; 3] = [Self::Server, Self::Browser(Device::Gpu), Self::Browser(Device::Cpu)];

    /// Its name in the form and in the browser's memory.
    pub fn name(self) -> &'static str {
        match self {
            Self::Server => "server",
            Self::Browser(Device::Gpu) => "browser-gpu",
            Self::Browser(Device::Cpu) => "browser-cpu",
        }
    }

    /// Its name for people.
    pub fn title(self) -> &'static str {
        match self {
            Self::Server => "This server",
            Self::Browser(Device::Gpu) => "Browser, GPU",
            Self::Browser(Device::Cpu) => "Browser, CPU",
        }
    }

    /// The place of that name.
    pub fn of(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|host| host.name() == name)
    }

    /// The browser's device: the one chosen, else the graphics processor, which falls back by itself.
    pub fn browser(self) -> Device {
        match self {
            Self::Server => Device::Gpu,
            Self::Browser(device) => device,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_lead_back() {
        for host in Host::ALL {
            assert_eq!(Host::of(host.name()), Some(host));
            let Host::Browser(device) = host else { continue };
            assert_eq!(serde_json::to_value(device).unwrap(), host.name());
        }
        assert_eq!(Host::of("cluster"), None);
    }
}
