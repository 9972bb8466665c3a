//! The hook suite under real git, in throw-away repositories.

#![allow(clippy::unwrap_used, clippy::expect_used)]

#[path = "common/managers.rs"]
mod programs;

#[path = "common/place.rs"]
mod place;

#[path = "hook_suite/bypass.rs"]
mod bypass;
#[path = "hook_suite/commit.rs"]
mod commit;
#[path = "hook_suite/harm.rs"]
mod harm;
#[path = "hook_suite/install.rs"]
mod install;
#[path = "hook_suite/managers.rs"]
mod managers;
#[path = "hook_suite/push.rs"]
mod push;
#[path = "hook_suite/ways.rs"]
mod ways;
