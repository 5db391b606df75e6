//! CPU seconds and memory of this process.

use std::fs;

/// User and system seconds of all threads so far; wall seconds where the system has no such clock.
#[cfg(unix)]
pub fn cpu_seconds() -> f64 {
    use rustix::time::{ClockId, clock_gettime};
    let time = clock_gettime(ClockId::ProcessCPUTime);
    time.tv_sec as f64 + time.tv_nsec as f64 * 1e-9
}

/// User and system seconds of all threads so far; wall seconds where the system has no such clock.
#[cfg(not(unix))]
pub fn cpu_seconds() -> f64 {
    use std::{sync::OnceLock, time::Instant};
    static START: OnceLock<Instant> = OnceLock::new();
    START.get_or_init(Instant::now).elapsed().as_secs_f64()
}

/// Megabytes that `work` needed at its peak above what was resident before it. Linux only.
pub fn peak_above<T>(work: impl FnOnce() -> T) -> Option<(f64, T)> {
    let before = resident("VmRSS:")?;
    // Sets the peak back to what is resident now.
    fs::write("/proc/self/clear_refs", "5").ok()?;
    let result = work();
    Some((resident("VmHWM:")? - before, result))
}

/// A size that the kernel states for this process, in megabytes.
pub fn resident(field: &str) -> Option<f64> {
    let status = fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find(|line| line.starts_with(field))?;
    let kilobytes: f64 = line.split_whitespace().nth(1)?.parse().ok()?;
    Some(kilobytes / 1024.0)
}
