//! The hooks of `.pre-commit-hooks.yaml` under the real pre-commit and the real prek, against throw-away repositories.
//!
//! `govctl` and `govctl-pre-push` build govctl (`language: rust`), which takes minutes: they differ from what is tested here
//! only in where the binary comes from, so the tests take the one that cargo built.

#![allow(clippy::unwrap_used)]

#[path = "hooks/kit.rs"]
mod kit;
#[path = "common/managers.rs"]
mod managers;

use kit::{each_manager, secret};

const CLEAN: &str = "pub const ANSWER: u32 = 42;\n";

#[test]
fn the_manifest_is_valid() {
    each_manager(|place| {
        let manifest = concat!(env!("CARGO_MANIFEST_DIR"), "/.pre-commit-hooks.yaml");
        place.manager(&["validate-manifest", manifest]).passes();
    });
}

#[test]
fn a_commit_with_a_secret_is_refused_and_the_finding_shown_masked() {
    each_manager(|place| {
        place.write("app.rs", &secret());
        place.git(&["add", "."]);
        place.git(&["commit", "-m", "one"]).refuses_showing("app.rs");
        place.write("app.rs", CLEAN);
        place.git(&["add", "."]);
        place.git(&["commit", "-m", "one"]).passes();
    });
}

#[test]
fn commit_all_looks_at_what_it_takes() {
    each_manager(|place| {
        place.commit("app.rs", CLEAN);
        place.write("app.rs", &secret());
        place.git(&["commit", "-a", "-m", "two"]).refuses_showing("app.rs");
    });
}

#[test]
fn an_unstaged_secret_does_not_block() {
    each_manager(|place| {
        place.commit("app.rs", CLEAN);
        place.write("other.rs", CLEAN);
        place.git(&["add", "other.rs"]);
        place.write("app.rs", &secret());
        place.write("other.rs", &secret());
        place.write("untracked.rs", &secret());
        place.git(&["commit", "-m", "two"]).passes();
    });
}

#[test]
fn a_staged_secret_hidden_by_a_clean_work_tree_blocks() {
    each_manager(|place| {
        place.write("app.rs", &secret());
        place.git(&["add", "."]);
        place.write("app.rs", CLEAN);
        place.git(&["commit", "-m", "one"]).refuses_showing("app.rs");
        // Hook managers restore what is staged before they run hooks, but not here.
        place.git(&["update-index", "--skip-worktree", "app.rs"]);
        place.git(&["commit", "-m", "one"]).refuses_showing("app.rs");
    });
}

#[test]
fn all_files_looks_at_every_file_and_not_only_at_what_is_staged() {
    each_manager(|place| {
        place.commit("dir/app.rs", &secret());
        place.commit("clean.rs", CLEAN);
        let all = ["run", "--all-files"];
        place.manager(&all).refuses_showing("dir/app.rs");
        // Something that is staged does not turn the look away from the rest.
        place.write("clean.rs", "pub const ANSWER: u32 = 43;\n");
        place.git(&["add", "."]);
        place.manager(&all).refuses_showing("dir/app.rs");
        place.write("dir/app.rs", CLEAN);
        place.git(&["add", "."]);
        place.manager(&all).passes();
    });
}

#[test]
fn a_push_looks_at_every_line_that_its_commits_add() {
    each_manager(|place| {
        let push = |branch: &str| place.git(&["push", "--quiet", "origin", branch]);
        // A branch that starts at a root commit, with the secret in a commit that the next one takes back.
        place.commit("app.rs", &secret());
        place.commit("app.rs", CLEAN);
        push("main").refuses_showing("app.rs");
        place.git(&["checkout", "--quiet", "--orphan", "fresh"]).passes();
        place.commit("app.rs", CLEAN);
        push("fresh").passes();
        // A branch that the other side does not have yet.
        place.git(&["checkout", "--quiet", "-b", "topic"]).passes();
        place.commit("new.rs", &secret());
        place.commit("new.rs", CLEAN);
        push("topic").refuses_showing("new.rs");
        // One that it has.
        place.git(&["checkout", "--quiet", "fresh"]).passes();
        place.commit("app.rs", "pub const ANSWER: u32 = 43;\n");
        push("fresh").passes();
        place.commit("app.rs", &secret());
        push("fresh").refuses_showing("app.rs");
        // One that goes away.
        push(":fresh").passes();
    });
}

#[test]
fn arguments_reach_govctl() {
    each_manager(|place| {
        place.configure("    args: [--exit-zero, --format, concise]\n");
        place.write("app.rs", &secret());
        place.git(&["add", "."]);
        place.git(&["commit", "-m", "one"]).passes();
    });
}

#[test]
fn govctls_own_hooks_run_after_the_managers_and_see_every_pushed_reference() {
    each_manager(|place| {
        let govctl = |verb: &str| place.git(&["-c", "alias.suite=!govctl hook", "suite", verb]).passes();
        govctl("install");
        place.write("app.rs", &secret());
        place.git(&["add", "."]);
        place.git(&["commit", "-m", "one"]).refuses_showing("app.rs");
        place.write("app.rs", CLEAN);
        place.git(&["add", "."]);
        place.git(&["commit", "-m", "one"]).passes();
        place.git(&["branch", "clean"]).passes();
        place.commit("app.rs", &secret());
        // Managers are told of the first one only.
        place.git(&["push", "--quiet", "origin", "clean", "main"]).refuses_showing("app.rs");
        govctl("uninstall");
        place.write("other.rs", &secret());
        place.git(&["add", "."]);
        place.git(&["commit", "-m", "two"]).refuses_showing("other.rs");
    });
}
