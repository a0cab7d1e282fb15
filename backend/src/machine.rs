//! What the operating system tells about memory and disks.

use std::{fs, path::Path};

/// Memory of the machine and what of it is available, in bytes; `None` where the system does not say.
pub fn memory() -> (Option<u64>, Option<u64>) {
    (kibibytes("/proc/meminfo", "MemTotal:"), kibibytes("/proc/meminfo", "MemAvailable:"))
}

/// Largest resident memory of this process so far, in bytes; `None` where the system does not say.
pub fn peak_memory() -> Option<u64> {
    kibibytes("/proc/self/status", "VmHWM:")
}

/// Resident memory of a process now, in bytes; `None` where the system does not say.
pub fn memory_of(process: u32) -> Option<u64> {
    kibibytes(&format!("/proc/{process}/status"), "VmRSS:")
}

fn kibibytes(file: &str, key: &str) -> Option<u64> {
    let text = fs::read_to_string(file).ok()?;
    let value = text.lines().find_map(|line| line.strip_prefix(key))?;
    value.trim().trim_end_matches("kB").trim().parse::<u64>().ok().map(|kib| kib * 1024)
}

/// Free bytes on the file system that holds `path` or its nearest existing ancestor.
pub fn free_space(path: &Path) -> Option<u64> {
    let existing = path.ancestors().find(|folder| folder.exists())?;
    let status = rustix::fs::statvfs(existing).ok()?;
    Some(status.f_bavail * status.f_frsize)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    #[cfg(target_os = "linux")]
    fn linux_states_memory_and_space() {
        let (total, available) = memory();
        assert!(total.unwrap() > available.unwrap());
        let now = memory_of(std::process::id()).unwrap();
        assert!(1 << 20 < now && now <= peak_memory().unwrap());
        assert!(free_space(Path::new("/tmp/not/there")).is_some());
    }
}
