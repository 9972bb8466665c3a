//! `govctl doctor` under real git: what is wrong is named with the command that mends it, and `--fix` mends it.

#![allow(clippy::unwrap_used)]

#[path = "common/place.rs"]
mod place;

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};

use place::{Place, Ran};
use serde_json::Value;

/// A repository after `govctl init` and a first entry in the log.
fn started() -> Place {
    let place = Place::repository(&[("a.txt", "nothing\n")]);
    let ran = place.govctl(&["init"]);
    assert_eq!(ran.status, 0, "{ran:?}");
    assert_eq!(place.check(&[]).status, 0);
    place
}

/// The binary with only itself, git and the system on the PATH.
fn doctor(place: &Place, args: &[&str]) -> Ran {
    let bin = Path::new(env!("CARGO_BIN_EXE_govctl")).parent().unwrap();
    let mut command = place.command(&[&["doctor"], args].concat());
    Ran::of(command.env("PATH", format!("{}:{}", bin.display(), std::env::var("PATH").unwrap())))
}

/// The checks that are not good, by name, with state and mend; and the exit status.
fn wrong(place: &Place) -> (i32, BTreeMap<String, (String, String)>) {
    let ran = doctor(place, &["--json"]);
    let document: Value = serde_json::from_str(&ran.out).unwrap_or_else(|e| panic!("{e}: {ran:?}"));
    assert_eq!(document["schema_version"], "1");
    let text = |v: &Value| v.as_str().unwrap_or_default().to_owned();
    let checks = document["checks"].as_array().unwrap().iter().filter(|c| c["state"] != "good");
    (ran.status, checks.map(|c| (text(&c["name"]), (text(&c["state"]), text(&c["mend"])))).collect())
}

/// This check, and no other, is bad.
#[track_caller]
fn only(place: &Place, name: &str, mend: &str) {
    let (status, wrong) = wrong(place);
    assert_eq!(status, 1, "{wrong:?}");
    assert_eq!(wrong.keys().collect::<Vec<_>>(), [name], "{wrong:?}");
    assert!(wrong[name].0 == "bad" && wrong[name].1.contains(mend), "{wrong:?}");
}

fn logs(place: &Place) -> PathBuf {
    let told = doctor(place, &[]).out;
    let line = told.lines().find(|l| l.contains(": its end is intact")).unwrap_or_else(|| panic!("{told}"));
    PathBuf::from(line.split_once(" log: ").unwrap().1.trim_end_matches(": its end is intact"))
}

#[test]
fn after_init_all_is_good_and_every_hook_was_tried() {
    let place = started();
    let before = place.git(&["status", "--porcelain"]);
    let ran = doctor(&place, &[]);
    assert_eq!(ran.status, 0, "{ran:?}");
    for stage in ["pre-commit", "pre-merge-commit", "commit-msg", "pre-push"] {
        assert!(ran.out.contains(&format!("✓ canary through {stage}: a change with a secret is refused")), "{ran:?}");
    }
    assert!(!ran.out.contains('✗') && !ran.out.contains('?'), "{ran:?}");
    assert_eq!(place.git(&["status", "--porcelain"]), before, "nothing here is touched");
}

#[test]
fn hooks_that_are_gone_or_cannot_run_are_mended() {
    let place = started();
    let hooks = place.path().join(".git/hooks");
    fs::remove_file(hooks.join("commit-msg")).unwrap();
    only(&place, "hook commit-msg", "govctl hook install --stage commit-msg");
    fs::set_permissions(hooks.join("pre-push"), fs::Permissions::from_mode(0o644)).unwrap();
    let ran = doctor(&place, &["--fix"]);
    assert_eq!(ran.status, 0, "{ran:?}");
    assert!(ran.err.contains("mended: hook commit-msg") && ran.err.contains("mended: hook pre-push"), "{ran:?}");
}

#[test]
fn another_hook_of_that_name_is_named() {
    let place = started();
    place.write(".git/hooks/pre-commit", "#!/bin/sh\nexit 0\n");
    only(&place, "hook pre-commit", "govctl hook install --stage pre-commit");
}

/// It is in place and looks right, but what it calls says yes to everything.
#[test]
fn a_hook_that_does_not_block_is_found_out() {
    let place = started();
    let path = ".git/hooks/pre-commit";
    let script = place.read(path);
    let line = script.lines().find(|l| l.starts_with("govctl=")).unwrap();
    fs::write(place.path().join(path), script.replace(line, "govctl=true")).unwrap();
    only(&place, "canary through pre-commit", "govctl hook install");
}

#[test]
fn the_log_must_be_closed_and_whole() {
    let place = started();
    let db = logs(&place);
    fs::set_permissions(&db, fs::Permissions::from_mode(0o644)).unwrap();
    only(&place, "log file", "chmod 0600");
    fs::set_permissions(db.parent().unwrap(), fs::Permissions::from_mode(0o755)).unwrap();
    assert_eq!(doctor(&place, &["--fix"]).status, 0);
    assert_eq!(fs::metadata(&db).unwrap().permissions().mode() & 0o777, 0o600);
    assert_eq!(fs::metadata(db.parent().unwrap()).unwrap().permissions().mode() & 0o777, 0o700);
    assert_eq!(place.govctl(&["audit", "checkpoint"]).status, 0);
    let key = db.with_extension("key");
    fs::set_permissions(&key, fs::Permissions::from_mode(0o640)).unwrap();
    only(&place, "log key", "chmod 0600");
    fs::remove_file(&key).unwrap();
    only(&place, "log key", "govctl audit key rotate");
}

#[test]
fn a_policy_must_be_there_hold_and_be_trusted() {
    let place = started();
    let good = place.read("governance.toml");
    fs::remove_file(place.path().join("governance.toml")).unwrap();
    only(&place, "policy", "govctl init");
    place.write("governance.toml", format!("{good}\n[nonsense]\n"));
    let (status, wrong_now) = wrong(&place);
    assert!(status != 0 && wrong_now["policy"].1 == "govctl policy validate", "{wrong_now:?}");
    place.write("governance.toml", format!("{good}\n[policies.environments.prod]\ntrusted_policy = true\n"));
    assert_eq!(doctor(&place, &[]).status, 0);
    let ran = doctor(&place, &["--env", "prod"]);
    assert!(ran.out.contains("✗ trust:") && ran.out.contains("govctl policy trust --hash sha256:"), "{ran:?}");
}

#[test]
fn what_is_around_is_looked_at() {
    let place = started();
    place.write("large.txt", vec![b'a'; 6 << 20]);
    only(&place, "large files", "checks.exclude");
    let other = Place::new();
    let file = other.write("govctl", "#!/bin/sh\n");
    fs::set_permissions(&file, fs::Permissions::from_mode(0o755)).unwrap();
    let path = format!("{}:{}", other.path().display(), std::env::var("PATH").unwrap());
    let ran = Ran::of(place.command(&["doctor"]).env("PATH", path));
    assert!(ran.out.contains("✗ program: ") && ran.out.contains("another program"), "{ran:?}");
}

#[test]
fn a_shallow_clone_is_told() {
    let origin = Place::repository(&[]);
    origin.commit("one", &[("a.txt", "1\n")]);
    origin.commit("two", &[("a.txt", "2\n")]);
    let place = Place::new();
    place.git(&["clone", "-q", "--depth", "1", &format!("file://{}", origin.path().display()), "."]);
    assert_eq!(place.govctl(&["init"]).status, 0);
    only(&place, "clone", "git fetch --unshallow");
}

#[test]
fn outside_a_repository_nothing_can_be_told_of_hooks() {
    let place = Place::new();
    let ran = doctor(&place, &[]);
    assert_eq!(ran.status, 2, "{ran:?}");
    assert!(ran.out.contains("? hooks: this is not in a git repository"), "{ran:?}");
}

#[test]
fn a_canary_leaves_nothing_in_a_log_that_the_policy_places() {
    let place = started();
    let state = Place::new();
    let db = state.path().join("private/log.db");
    let policy = format!("{}\n[audit.storage]\npath = \"{}\"\n", place.read("governance.toml"), db.display());
    place.write("governance.toml", policy);
    assert_eq!(place.check(&[]).status, 0);
    let count = || place.govctl(&["audit", "query", "--count"]).out;
    let before = count();
    let ran = doctor(&place, &[]);
    assert_eq!(ran.status, 0, "{ran:?}");
    assert!(ran.out.contains("✓ canary through pre-push") && ran.out.contains("log.db"), "{ran:?}");
    assert_eq!((count(), before.trim().parse::<u32>().is_ok_and(|n| n > 0)), (before, true));
}

#[test]
fn a_log_that_was_changed_is_named() {
    let place = started();
    let db = logs(&place);
    let clean = place.govctl(&["audit", "verify"]);
    assert_eq!(clean.status, 0, "{clean:?}");
    let conn = rusqlite::Connection::open(&db).unwrap();
    conn.execute_batch("DROP TRIGGER entry_no_update").unwrap();
    let changed = conn
        .execute("UPDATE entry SET body = replace(body, '\"outcome\":\"complete\"', '\"outcome\":\"completed\"')", []);
    assert!(changed.unwrap() > 0);
    drop(conn);
    let (status, wrong) = wrong(&place);
    assert!(status == 1 && wrong["log"].1 == "govctl audit verify", "{wrong:?}");
}

#[test]
fn a_clock_that_is_behind_the_log_is_named() {
    use govctl::audit::{Actor, Event, EventType};
    let place = started();
    let db = logs(&place);
    let mut store =
        govctl::store::Store::open(&govctl::store::Location::file(&db), govctl::store::Options::default()).unwrap();
    let later = jiff::Timestamp::now() + jiff::SignedDuration::from_hours(1);
    store.write(|tx| tx.append_at(&Event::new(EventType::RunStarted, Actor::system()), later)).unwrap();
    drop(store);
    only(&place, "clock", "set the clock");
}

#[test]
fn a_chained_hook_does_not_take_part_in_the_canary() {
    let place = Place::repository(&[("a.txt", "nothing\n")]);
    let file = place.write(".git/hooks/pre-commit", "#!/bin/sh\necho ran >>\"$GIT_DIR/../ran\"\nexit 1\n");
    fs::set_permissions(&file, fs::Permissions::from_mode(0o755)).unwrap();
    assert_eq!(place.govctl(&["init", "--yes"]).status, 0);
    assert!(place.path().join(".git/hooks/pre-commit.before-govctl").exists());
    assert_eq!(place.check(&[]).status, 0);
    let ran = doctor(&place, &[]);
    assert!(ran.out.contains("✓ canary through pre-commit: a change with a secret is refused"), "{ran:?}");
    assert!(!place.path().join("ran").exists());
}

#[test]
fn the_wiring_of_a_manager_is_looked_at() {
    let lefthook = "pre-commit:\n  commands:\n    lint:\n      run: exit 0\n";
    let place = Place::repository(&[("a.txt", "nothing\n"), ("lefthook.yml", lefthook)]);
    assert_eq!(place.govctl(&["init"]).status, 0);
    assert_eq!(place.check(&[]).status, 0);
    // That git runs it, and that it blocks, is seen with the real one in `tests/hook_suite/managers.rs`.
    let ran = doctor(&place, &[]);
    assert!(ran.status == 1 && ran.out.contains("✗ hook pre-commit: git does not run lefthook there"), "{ran:?}");
    assert!(ran.out.contains("mend it: lefthook install") && !ran.out.contains("canary through pre-commit"), "{ran:?}");
    place.write("lefthook.yml", lefthook);
    let (status, wrong) = wrong(&place);
    assert!(status == 1 && wrong["hook pre-commit"].1 == "govctl hook install --stage pre-commit", "{wrong:?}");
}

#[test]
fn what_a_manager_does_not_hand_to_a_push_is_told() {
    let place = Place::repository(&[("a.txt", "nothing\n"), (".pre-commit-config.yaml", "repos: []\n")]);
    assert_eq!(place.govctl(&["init"]).status, 0);
    assert_eq!(place.check(&[]).status, 0);
    let ran = doctor(&place, &[]);
    assert!(ran.out.contains("✓ push of several references: govctl's own hook reads all of them"), "{ran:?}");
    fs::remove_file(place.path().join(".git/hooks/pre-push")).unwrap();
    let (status, wrong) = wrong(&place);
    let gap = &wrong["push of several references"];
    assert!(status == 1 && gap.1.contains("govctl hook install --stage pre-push"), "{wrong:?}");
}
