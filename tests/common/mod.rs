//! What several test files share.

#![allow(dead_code)]

use std::path::{Path, PathBuf};

/// The folder of outside test material beside the project, or `None` (after saying so) in a clone that has none. Under
/// CI=true its absence is a failure.
pub fn shared() -> Option<PathBuf> {
    let dir = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared");
    if dir.is_dir() {
        return Some(dir);
    }
    assert!(std::env::var("CI").as_deref() != Ok("true"), "../shared is missing, and CI needs it");
    eprintln!("skipped: ../shared is not here");
    None
}
