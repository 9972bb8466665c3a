//! Beside the real lefthook, husky, pre-commit and prek. What pre-commit and prek do with govctl as a hook of theirs is in
//! `tests/hooks.rs`.

use std::path::Path;

use crate::commit::{passed, refused, shell};
use crate::place::{Place, RULE, Ran, leak};
use crate::programs;

const LEFTHOOK: &str = "pre-commit:\n  commands:\n    lint:\n      run: echo lint ran\n";

/// The folder of govctl.
fn govctl() -> String {
    Path::new(env!("CARGO_BIN_EXE_govctl")).parent().unwrap().display().to_string()
}

/// A line of shell with govctl and the managers on its PATH.
pub fn with_all(place: &Place, line: &str) -> (bool, String) {
    let more = programs::programs().map(|p| format!(":{}", p.display())).unwrap_or_default();
    shell(place, &format!("NO_COLOR=1; export NO_COLOR; PATH=\"{}{more}:$PATH\"; {line}", govctl()))
}

/// What doctor has to say.
fn wrong(place: &Place, before: &str) -> String {
    let (_, text) = with_all(place, &format!("{before} govctl doctor"));
    text.lines().filter(|l| l.starts_with(['✗', '?'])).map(|l| format!("{l}\n")).collect()
}

#[test]
fn lefthook_gets_entries_of_its_own_and_loses_them_again() {
    let place = Place::repository(&[("lefthook.yml", LEFTHOOK)]);
    let dry = place.govctl(&["hook", "install", "--dry-run"]);
    assert!(dry.out.contains("+    govctl:") && dry.out.contains("run: govctl hook run pre-commit {0}"), "{dry:?}");
    assert_eq!(place.read("lefthook.yml"), LEFTHOOK);
    let ran = place.govctl(&["hook", "install"]);
    assert!(ran.status == 0 && ran.err.contains("pre-push, post-commit yet: run `lefthook install`"), "{ran:?}");
    let wired = place.read("lefthook.yml");
    assert!(wired.contains("use_stdin: true") && wired.contains("    lint:\n"), "{wired}");
    // lefthook would write this one anew; it knows no reference-transaction.
    assert!(!place.path().join(".git/hooks/pre-commit").exists());
    assert!(place.path().join(".git/hooks/reference-transaction").exists());
    assert_eq!(place.govctl(&["hook", "install"]).out, "");
    assert_eq!(place.govctl(&["hook", "uninstall"]).status, 0);
    assert_eq!(place.read("lefthook.yml"), LEFTHOOK);
    // What cannot be told is not guessed.
    place.write("lefthook.yml", "pre-commit: { commands: {} }\n");
    place.govctl(&["hook", "install"]).fails(&["lefthook.yml", "add `"]);
}

#[test]
fn lefthook_runs_govctl_and_doctor_goes_through_it() {
    if programs::programs().is_none() {
        return;
    }
    let place = Place::repository(&[("lefthook.yml", LEFTHOOK)]);
    place.policy("");
    passed(with_all(&place, "lefthook install && govctl hook install"));
    assert!(wrong(&place, "").contains("git does not run lefthook there"), "commit-msg is not called yet");
    passed(with_all(&place, "lefthook install"));
    place.git(&["add", "-A"]);
    place.git(&["-c", "core.hooksPath=/dev/null", "commit", "-q", "-m", "first"]);
    passed(with_all(&place, "govctl check"));
    assert_eq!(wrong(&place, ""), "");
    // It is lefthook that is asked, not what govctl's own script would do.
    assert_eq!(wrong(&place, "LEFTHOOK=0").matches("a change with a secret went through").count(), 4);
    place.write("a.py", leak(1));
    refused(with_all(&place, "git add a.py && git commit -m x"));
    place.write("a.py", "pass\n");
    let told = passed(with_all(&place, "git add a.py && git commit -m x"));
    assert!(told.contains("lint ran"), "{told}");
    let (ok, told) = with_all(&place, &format!("git commit --allow-empty -m '{}'", leak(2).replace('"', "")));
    assert!(!ok && told.contains(RULE), "{told}");
    // In a commit that the next one takes back, on a branch that is new there.
    place.git(&["init", "-q", "--bare", ".git/there.git"]);
    for text in [leak(3), "pass\n".to_owned()] {
        place.write("b.py", text);
        place.git(&["add", "-A"]);
        place.git(&["-c", "core.hooksPath=/dev/null", "commit", "-q", "-m", "b"]);
    }
    refused(with_all(&place, "git push .git/there.git HEAD~2:refs/heads/clean main"));
    let ran = place.git(&["ls-remote", ".git/there.git"]);
    assert_eq!(ran, "");
}

/// husky's scripts: by husky itself where npm is, else as husky 9 writes them.
pub fn husky(place: &Place) {
    if let Some(package) = programs::husky() {
        return drop(passed(shell(place, &format!("node '{}/bin.js'", package.display()))));
    }
    let script = "#!/usr/bin/env sh\nn=$(basename \"$0\")\ns=$(dirname \"$(dirname \"$0\")\")/$n\n[ ! -f \"$s\" ] && exit 0\n\
        [ \"${HUSKY-}\" = \"0\" ] && exit 0\nexport PATH=\"node_modules/.bin:$PATH\"\nsh -e \"$s\" \"$@\"\n";
    place.write(".husky/_/h", script);
    place.write(".husky/_/.gitignore", "*");
    for name in ["pre-commit", "pre-merge-commit", "commit-msg", "post-commit", "pre-push"] {
        place.write(&format!(".husky/_/{name}"), "#!/usr/bin/env sh\n. \"$(dirname \"$0\")/h\"");
    }
    passed(shell(place, "chmod +x .husky/_/[cp]* && git config core.hooksPath .husky/_"));
}

#[test]
fn husky_runs_govctl_from_its_own_files_and_doctor_goes_through_it() {
    let place = Place::repository(&[(".husky/pre-commit", "echo mine ran\n")]);
    place.policy("");
    let ran = place.govctl(&["hook", "install", "--dry-run"]);
    assert!(ran.err.contains("husky is not active in this clone"), "{ran:?}");
    husky(&place);
    let script = place.read(".husky/_/pre-commit");
    let ran = place.govctl(&["hook", "install"]);
    assert!(ran.status == 0 && ran.out.contains("+++ b/.husky/pre-commit") && ran.err.is_empty(), "{ran:?}");
    assert_eq!(place.read(".husky/_/pre-commit"), script);
    assert_eq!(place.govctl(&["hook", "install"]).out, "");
    place.git(&["add", "-A"]);
    place.git(&["-c", "core.hooksPath=/dev/null", "commit", "-q", "-m", "first"]);
    passed(with_all(&place, "govctl check"));
    assert_eq!(wrong(&place, ""), "");
    assert_eq!(wrong(&place, "HUSKY=0").matches("a change with a secret went through").count(), 4);
    place.write("a.py", leak(1));
    let told = refused(with_all(&place, "git add a.py && git commit -m x"));
    assert!(!told.contains("mine ran"), "{told}");
    place.write("a.py", "pass\n");
    let told = passed(with_all(&place, "git add a.py && git commit -m x"));
    assert!(told.contains("mine ran"), "{told}");
    // Without govctl nothing passes, and the way out is told.
    let ran = Ran::of(&mut place.shell("command -v govctl || git commit --allow-empty -m x"));
    if !ran.out.contains("govctl\n") {
        assert!(ran.status != 0 && ran.err.contains("cargo install govctl-suite"), "{ran:?}");
    }
    passed(shell(&place, "mv .husky/_/pre-push .git/"));
    assert!(wrong(&place, "").contains("✗ hook pre-push: git does not run husky there"));
    passed(shell(&place, "mv .git/pre-push .husky/_/"));
    assert_eq!(place.govctl(&["hook", "uninstall"]).status, 0);
    assert_eq!(place.read(".husky/pre-commit"), "echo mine ran\n");
    assert!(!place.path().join(".husky/pre-push").exists());
}

const MINE: &str = "#!/bin/sh\necho mine ran\n";
const CONFIG: &str = "repos:\n- repo: local\n  hooks:\n  - {id: theirs, name: theirs, entry: echo, language: system, \
    always_run: true, verbose: true, stages: [pre-commit, pre-push]}\n";

#[test]
fn a_manager_that_comes_after_govctl_loses_no_hook_and_no_push() {
    let Some(programs) = programs::programs() else { return };
    for manager in ["pre-commit", "prek"] {
        let place = Place::repository(&[(".pre-commit-config.yaml", CONFIG), (".git/hooks/pre-commit", MINE)]);
        place.policy("");
        place.git(&["add", "-A"]);
        place.git(&["-c", "core.hooksPath=/dev/null", "commit", "-q", "-m", "first"]);
        let install = format!("'{}/{manager}' install -t pre-commit -t pre-push", programs.display());
        passed(with_all(&place, "chmod +x .git/hooks/pre-commit && govctl hook install && govctl check"));
        passed(with_all(&place, &install));
        assert!(place.path().join(".git/hooks/pre-commit.legacy").exists());
        assert_eq!(wrong(&place, ""), "", "{manager} runs govctl's script before its own hooks");
        let (_, told) = with_all(&place, "govctl hook install");
        assert!(told.contains("in place already"), "{told}");
        place.write("a.py", leak(1));
        refused(with_all(&place, "git add a.py && git commit -m x"));
        place.write("a.py", "pass\n");
        let told = passed(with_all(&place, "git add a.py && git commit -m x"));
        assert!(told.contains("mine ran") && told.contains("theirs"), "{told}");
        place.git(&["branch", "clean"]);
        place.git(&["init", "-q", "--bare", ".git/there.git"]);
        place.write("b.py", leak(2));
        place.git(&["add", "-A"]);
        place.git(&["-c", "core.hooksPath=/dev/null", "commit", "-q", "-m", "b"]);
        refused(with_all(&place, "git push .git/there.git clean main"));
        passed(with_all(&place, "govctl hook uninstall"));
        assert_eq!(place.read(".git/hooks/pre-commit.legacy"), MINE);
        assert!(!place.path().join(".git/hooks/pre-push.legacy").exists());
        passed(with_all(&place, "git commit --allow-empty -m x"));
    }
}

#[test]
fn a_manager_that_comes_again_does_not_run_itself() {
    let Some(programs) = programs::programs() else { return };
    for manager in ["pre-commit", "prek"] {
        let place = Place::repository(&[(".pre-commit-config.yaml", CONFIG)]);
        place.policy("");
        place.git(&["add", "-A"]);
        let install = format!("'{}/{manager}' install -t pre-commit -t pre-push", programs.display());
        passed(with_all(&place, &install));
        let hooks = ["pre-commit", "pre-push"].map(|name| place.read(&format!(".git/hooks/{name}")));
        passed(with_all(&place, &format!("govctl hook install && {install}")));
        assert!(place.path().join(".git/hooks/pre-commit.before-govctl").exists());
        let told = passed(with_all(&place, "git commit -m first"));
        assert_eq!(told.matches("theirs...").count(), 1, "{told}");
        assert_eq!(wrong(&place, ""), "");
        place.write("a.py", leak(1));
        refused(with_all(&place, "git add a.py && git commit -m x"));
        passed(with_all(&place, "govctl hook uninstall"));
        assert_eq!(["pre-commit", "pre-push"].map(|name| place.read(&format!(".git/hooks/{name}"))), hooks);
        let (_, left) = shell(&place, "ls .git/hooks | grep -e legacy -e govctl");
        assert_eq!(left, "");
        passed(with_all(&place, "git commit -q --no-verify -m second && git commit --allow-empty -m third"));
    }
}
