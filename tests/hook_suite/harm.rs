//! What goes wrong while a hook runs: it is killed or interrupted, the disk is full, two commits come at once. Git must
//! refuse then, nothing may be half done, and the next commit must pass.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::os::unix::process::CommandExt as _;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use crate::commit::{governed, passed, shell};
use crate::place::Place;

const GOVCTL: &str = env!("CARGO_BIN_EXE_govctl");
const HOOKS: [&str; 3] = ["pre-commit", "commit-msg", "reference-transaction"];

/// Puts a script in govctl's place, which runs `first` before it becomes govctl; `$3` is the hook.
fn before_govctl(place: &Place, first: &str) {
    let wrapper = place.write(".git/wrapper", format!("#!/bin/sh\n{first}\nexec '{GOVCTL}' \"$@\"\n"));
    fs::set_permissions(&wrapper, fs::Permissions::from_mode(0o755)).unwrap();
    for hook in HOOKS.iter().chain(&["post-commit"]) {
        let name = format!(".git/hooks/{hook}");
        let script = place.read(&name);
        let line = script.lines().find(|l| l.starts_with("govctl=")).unwrap().to_owned();
        place.write(&name, script.replace(&line, &format!("govctl='{}'", wrapper.display())));
    }
}

fn wait_for<T>(what: &str, mut look: impl FnMut() -> Option<T>) -> T {
    let until = Instant::now() + Duration::from_secs(60);
    loop {
        if let Some(found) = look() {
            return found;
        }
        assert!(Instant::now() < until, "{what} does not come");
        std::thread::sleep(Duration::from_millis(10));
    }
}

fn log_of(place: &Place) -> rusqlite::Connection {
    let (_, db) = shell(place, "find \"$HOME\" -name govctl.db");
    rusqlite::Connection::open(db.trim()).unwrap()
}

/// Commits while the log is locked, so that `hook` cannot end, and sends `signal` to it (`-1`) or to all processes of the
/// commit, as Ctrl-C does.
fn commit_and_signal(place: &Place, hook: &str, signal: &str, to_all: bool) -> std::process::Output {
    for name in [".git/pid", ".git/go"] {
        let _ = fs::remove_file(place.path().join(name));
    }
    place.write(".git/which", hook);
    let commit = place.shell("exec git commit -q -m x");
    let mut command = Command::new(commit.get_program());
    command.args(commit.get_args()).current_dir(place.path()).process_group(0);
    command.stdout(Stdio::piped()).stderr(Stdio::piped());
    for (name, value) in commit.get_envs() {
        match value {
            Some(value) => command.env(name, value),
            None => command.env_remove(name),
        };
    }
    let child = command.spawn().unwrap();
    let read = || fs::read_to_string(place.path().join(".git/pid")).ok().filter(|t| t.ends_with('\n'));
    let pid = wait_for(hook, read);
    let log = log_of(place);
    log.execute_batch("BEGIN IMMEDIATE").unwrap();
    // commit-msg may pass without the log: it dies before it has begun.
    let opens_log = hook != "commit-msg";
    if opens_log {
        place.write(".git/go", "");
    }
    // It has become govctl, and waits for the log.
    let is_waiting = || {
        let files = fs::read_dir(format!("/proc/{}/fd", pid.trim())).ok()?;
        files.flatten().any(|f| fs::read_link(f.path()).is_ok_and(|to| to.ends_with("govctl.db"))).then_some(())
    };
    if cfg!(target_os = "linux") && opens_log {
        wait_for("govctl at the log", is_waiting);
    }
    let target = if to_all { format!("-{}", child.id()) } else { pid.trim().to_owned() };
    assert!(Command::new("sh").args(["-c", &format!("kill -s {signal} -- {target}")]).status().unwrap().success());
    let output = child.wait_with_output().unwrap();
    log.execute_batch("ROLLBACK").unwrap();
    output
}

const WAITS: &str =
    "if [ \"$3\" = \"$(cat .git/which)\" ]; then echo $$ >.git/pid; until [ -e .git/go ]; do sleep 0.05; done; fi";

#[test]
fn a_hook_that_is_killed_or_interrupted_refuses_the_commit() {
    let place = governed("");
    passed(place.try_git(&["commit", "-q", "--allow-empty", "-m", "the log begins"]));
    before_govctl(&place, WAITS);
    let head = place.git(&["rev-parse", "HEAD"]);
    for (n, hook) in HOOKS.iter().enumerate() {
        for (signal, to_all) in [("KILL", false), ("INT", true)] {
            place.write("a.py", format!("x = {n}\ny = '{signal}'\n"));
            place.git(&["add", "a.py"]);
            let output = commit_and_signal(&place, hook, signal, to_all);
            assert!(!output.status.success(), "{hook} {signal}: {output:?}");
            assert_eq!(place.git(&["rev-parse", "HEAD"]), head, "{hook} {signal}: {output:?}");
            let left = |name: &str| place.path().join(".git").join(name).exists();
            assert!(!left("index.lock") && !left("HEAD.lock"), "{hook} {signal}");
        }
    }
    place.write(".git/which", "none");
    passed(place.try_git(&["commit", "-q", "-m", "x"]));
    let ran = place.govctl(&["audit", "verify"]);
    assert_eq!(ran.status, 0, "{ran:?}");
}

#[test]
fn a_hook_that_finds_no_room_refuses_the_commit() {
    // Where the signal is not ignored, it ends the process.
    for ignored in ["trap '' XFSZ; ", ""] {
        let place = governed("");
        passed(place.try_git(&["commit", "-q", "--allow-empty", "-m", "the log begins"]));
        let head = place.git(&["rev-parse", "HEAD"]);
        for hook in HOOKS {
            before_govctl(&place, &format!("if [ \"$3\" = {hook} ]; then {ignored}ulimit -f 0; fi"));
            place.write("a.py", format!("x = '{hook}'\n"));
            place.git(&["add", "a.py"]);
            let (ok, text) = place.try_git(&["commit", "-q", "-m", "x"]);
            assert!(!ok && place.git(&["rev-parse", "HEAD"]) == head, "{hook}: {text}");
            assert!(
                ignored.is_empty() || text.contains("could not be logged") || text.contains("govctl.db"),
                "the log is named: {hook}: {text}"
            );
        }
        before_govctl(&place, "");
        passed(place.try_git(&["commit", "-q", "-m", "x"]));
        let ran = place.govctl(&["audit", "verify"]);
        assert_eq!(ran.status, 0, "{ran:?}");
    }
}

#[test]
fn commits_of_two_worktrees_at_once_are_both_checked_and_logged() {
    let place = governed("");
    passed(shell(&place, "git worktree add -q -b other .git/other 2>&1"));
    let line =
        "cd $1 && for n in 1 2 3 4 5; do echo x = $n >$2.py && git add -A && git commit -q -m $2$n || exit 1; done";
    place.write(".git/five", line);
    passed(shell(&place, "sh .git/five . a & one=$!; sh .git/five .git/other b || exit 1; wait $one"));
    for branch in ["main", "other"] {
        assert_eq!(place.git(&["rev-list", "--count", branch]), "6", "{branch}");
        let ran = place.govctl(&["audit", "reconcile", &format!("{branch}~5..{branch}")]);
        assert_eq!(ran.status, 0, "{branch}: {ran:?}");
    }
    let ran = place.govctl(&["audit", "verify"]);
    assert_eq!(ran.status, 0, "{ran:?}");
}
