//! What can go wrong on a device, as the engine tells it apart.

/// Why something did not work on the device.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum Fault {
    /// There is no such device.
    #[error("{0}")]
    Missing(String),
    /// The device was there and is no more: unplugged, reset by its driver, taken away by the browser.
    #[error("the device was lost: {0}")]
    Lost(String),
    /// It has not enough memory for this.
    #[error("the device has not enough memory: {0}")]
    OutOfMemory(String),
    /// The data do not fit the device's limits, whatever one does.
    #[error("{0}")]
    TooLarge(String),
    /// The driver refuses what it should accept.
    #[error("the driver refuses: {0}")]
    Refused(String),
    /// Not the device: the core's own errors, a cancelled run among them.
    #[error(transparent)]
    Core(#[from] balmer_core::Error),
}
