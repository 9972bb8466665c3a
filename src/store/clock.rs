//! The wall clock and the boot clock, which nobody can set.

use crate::approvals::Moment;

/// Now, by both clocks.
pub fn now() -> Moment {
    Moment { wall: jiff::Timestamp::now().as_millisecond(), boot: boot() }
}

/// Which boot this is, and how long ago it was; time asleep counts.
#[cfg(target_os = "linux")]
fn boot() -> Option<(String, i64)> {
    let id = std::fs::read_to_string("/proc/sys/kernel/random/boot_id").ok()?;
    let since = rustix::time::clock_gettime(rustix::time::ClockId::Boottime);
    Some((id.trim().to_owned(), since.tv_sec * 1000 + since.tv_nsec / 1_000_000))
}

/// Elsewhere the wall clock alone decides.
#[cfg(not(target_os = "linux"))]
fn boot() -> Option<(String, i64)> {
    None
}
