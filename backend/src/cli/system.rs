//! What the operating system tells about this machine and this process.

use std::{fs, path::Path};

use rustix::time::{ClockId, clock_gettime};

/// Threads that computations use.
pub fn threads() -> usize {
    rayon::current_num_threads()
}

/// Largest resident memory of this process so far, in bytes; `None` where the system does not say.
pub fn peak_memory() -> Option<u64> {
    kibibytes("/proc/self/status", "VmHWM:")
}

/// Seconds that all processors together have spent on this process so far.
pub fn cpu_seconds() -> f64 {
    read(ClockId::ProcessCPUTime)
}

/// Seconds that a processor has spent on this thread so far.
pub fn thread_seconds() -> f64 {
    read(ClockId::ThreadCPUTime)
}

fn read(clock: ClockId) -> f64 {
    let time = clock_gettime(clock);
    time.tv_sec as f64 + time.tv_nsec as f64 * 1e-9
}

/// Memory of the machine and what of it is available, in bytes.
pub fn memory() -> (Option<u64>, Option<u64>) {
    (kibibytes("/proc/meminfo", "MemTotal:"), kibibytes("/proc/meminfo", "MemAvailable:"))
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

/// Features of this processor that the numerical code can use.
pub fn cpu_features() -> Vec<&'static str> {
    #[cfg(target_arch = "x86_64")]
    let known = [
        ("sse4.2", std::arch::is_x86_feature_detected!("sse4.2")),
        ("avx", std::arch::is_x86_feature_detected!("avx")),
        ("avx2", std::arch::is_x86_feature_detected!("avx2")),
        ("fma", std::arch::is_x86_feature_detected!("fma")),
        ("avx512f", std::arch::is_x86_feature_detected!("avx512f")),
    ];
    #[cfg(target_arch = "aarch64")]
    let known = [("neon", std::arch::is_aarch64_feature_detected!("neon"))];
    #[cfg(not(any(target_arch = "x86_64", target_arch = "aarch64")))]
    let known: [(&str, bool); 0] = [];
    known.into_iter().filter_map(|(name, present)| present.then_some(name)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    #[cfg(target_os = "linux")]
    fn linux_states_memory_and_space() {
        let (total, available) = memory();
        assert!(total.unwrap() > available.unwrap());
        assert!(peak_memory().unwrap() > 1 << 20);
        assert!(0.0 < thread_seconds() && thread_seconds() <= cpu_seconds());
        assert!(free_space(Path::new("/tmp/not/there")).is_some());
    }
}
