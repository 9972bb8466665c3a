//! Who runs this process.

use std::fs;
#[cfg(unix)]
use std::os::unix::fs::MetadataExt as _;

use crate::audit::Actor;

/// The user of this process as an actor of the log.
pub fn actor() -> Actor {
    match os_user() {
        Some(name) => Actor { auth: Some("os_user".into()), ..Actor::new("user", &name) },
        None => Actor { auth: Some("claimed".into()), ..Actor::new("user", "unknown") },
    }
}

/// The name of the user this process runs as, by the user database and not by what the environment claims.
#[cfg(unix)]
pub fn os_user() -> Option<String> {
    let uid = fs::metadata("/proc/self").ok()?.uid().to_string();
    let users = fs::read_to_string("/etc/passwd").ok()?;
    let of = |line: &str| {
        let mut fields = line.split(':');
        let (name, id) = (fields.next()?, fields.nth(1)?);
        (id == uid).then(|| name.to_owned())
    };
    users.lines().find_map(of)
}

/// Elsewhere nobody can be told from anybody.
#[cfg(not(unix))]
pub fn os_user() -> Option<String> {
    None
}
