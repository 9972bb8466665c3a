//! Beside hook managers: lefthook and husky, by the files that they read. pre-commit and prek themselves are in `tests/hooks.rs`.

use crate::commit::{passed, refused, shell};
use crate::place::{Place, leak};

const LEFTHOOK: &str = "pre-commit:\n  commands:\n    lint:\n      run: exit 0\n";

#[test]
fn lefthook_gets_entries_of_its_own_and_loses_them_again() {
    let place = Place::repository(&[("lefthook.yml", LEFTHOOK)]);
    let dry = place.govctl(&["hook", "install", "--dry-run"]);
    assert!(dry.out.contains("+    govctl:") && dry.out.contains("run: govctl hook run pre-commit {0}"), "{dry:?}");
    assert_eq!(place.read("lefthook.yml"), LEFTHOOK);
    assert_eq!(place.govctl(&["hook", "install"]).status, 0);
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
fn husky_runs_govctl_from_its_own_files() {
    let place = Place::repository(&[(".husky/pre-commit", "echo mine ran\n")]);
    place.git(&["config", "core.hooksPath", ".husky/_"]);
    // What husky puts there: it runs the file of the same name one folder up.
    let stub = "#!/bin/sh\nexec sh -e \".husky/$(basename \"$0\")\" \"$@\"\n";
    place.write(".husky/_/pre-commit", stub);
    passed(shell(&place, "chmod +x .husky/_/pre-commit"));
    assert_eq!(place.govctl(&["hook", "install"]).status, 0);
    assert_eq!(place.read(".husky/_/pre-commit"), stub);
    assert!(place.read(".husky/pre-commit").starts_with("govctl hook run pre-commit"));
    let bin = std::path::Path::new(env!("CARGO_BIN_EXE_govctl")).parent().unwrap().display().to_string();
    place.write("a.py", leak(1));
    refused(shell(&place, &format!("PATH='{bin}':$PATH; git add a.py && git commit -m x")));
    assert_eq!(place.govctl(&["hook", "uninstall"]).status, 0);
    assert_eq!(place.read(".husky/pre-commit"), "echo mine ran\n");
}
