//! What the system tells about processors, and the time they spend on this process.

use rustix::time::{ClockId, clock_gettime};

/// Threads that computations use.
pub fn threads() -> usize {
    rayon::current_num_threads()
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
    fn a_thread_has_its_share_of_the_process() {
        let own = thread_seconds();
        assert!(0.0 < own && own <= cpu_seconds());
    }
}
