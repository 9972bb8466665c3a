//! What is looked at.

use crate::place::{Place, RULE, Ran, leak};

fn at(places: &[&str]) -> Vec<String> {
    places.iter().map(|p| format!("{p} {RULE}")).collect()
}

#[track_caller]
fn finds(ran: &Ran, places: &[&str]) {
    let expected = at(places);
    ran.finds(&expected.iter().map(String::as_str).collect::<Vec<_>>());
}

#[test]
fn nothing_found_is_0_something_found_is_1() {
    let place = Place::with(&[("a.py", "x = 1\n")]);
    finds(&place.check(&[]), &[]);
    place.write("b/c.py", leak(1));
    finds(&place.check(&[]), &["b/c.py:1"]);
}

#[test]
fn paths_narrow_what_is_looked_at() {
    let place =
        Place::with(&[("a.py", &leak(1)), ("b/c.py", &leak(2)), ("b/d.py", &leak(3)), ("e/f g'\".py", &leak(4))]);
    for (paths, expected) in [
        (&["a.py"][..], &["a.py:1"][..]),
        (&["b"], &["b/c.py:1", "b/d.py:1"]),
        (&["b", "b/c.py", "./a.py"], &["a.py:1", "b/c.py:1", "b/d.py:1"]),
        (&["e/f g'\".py"], &["e/f g'\".py:1"]),
        (&[], &["a.py:1", "b/c.py:1", "b/d.py:1", "e/f g'\".py:1"]),
    ] {
        finds(&place.check(paths), expected);
    }
}

#[test]
fn paths_are_reported_from_the_repositorys_root() {
    let place = Place::repository(&[("sub/deep/a.py", &leak(1)), ("b.py", &leak(2))]);
    let mut below = place.command(&["check", "--format", "jsonl"]);
    finds(&Ran::of(below.current_dir(place.path().join("sub"))), &["sub/deep/a.py:1"]);
}

#[test]
fn ignored_files_are_left_out_and_hidden_ones_are_not() {
    let place = Place::repository(&[(".gitignore", "out/\n"), ("out/a.py", &leak(1)), (".env", &leak(2))]);
    place.write(".git/description", leak(3));
    finds(&place.check(&[]), &[".env:1"]);
    finds(&place.check(&["--no-ignore"]), &[".env:1", "out/a.py:1"]);
    // Who names a file means it.
    finds(&place.check(&["out/a.py"]), &["out/a.py:1"]);
}

#[test]
fn named_files_that_the_policy_excludes() {
    let place = Place::repository(&[("vendor/a.py", &leak(1)), ("b.py", &leak(2))]);
    place.policy("checks.exclude = [\"vendor/**\"]\n");
    finds(&place.check(&[]), &["b.py:1"]);
    finds(&place.check(&["vendor/a.py", "b.py"]), &["b.py:1", "vendor/a.py:1"]);
    finds(&place.check(&["--force-exclude", "vendor/a.py", "b.py"]), &["b.py:1"]);
    finds(&place.check(&["--force-exclude", "vendor/a.py"]), &[]);
    let mut stdin = place.command(&["check", "--format", "jsonl", "--force-exclude", "--stdin", "--path", "vendor/x"]);
    finds(&Ran::of(stdin.write_stdin(leak(3))), &[]);
}

#[test]
fn staged_is_what_would_be_committed() {
    let place = Place::repository(&[("a.py", &leak(1)), ("b.py", "x = 1\n")]);
    // Nothing is staged, on a branch without a commit.
    finds(&place.check(&["--staged"]), &[]);
    place.git(&["add", "a.py", "b.py"]);
    // Neither what the work tree hides nor what it adds counts.
    place.files(&[("a.py", "x = 1\n"), ("b.py", &leak(2)), ("c.py", &leak(3))]);
    finds(&place.check(&["--staged"]), &["a.py:1"]);
}

#[test]
fn as_a_hook_of_git_it_stops_every_way_to_commit() {
    for commit in [&["commit", "-m", "x"][..], &["commit", "-a", "-m", "x"], &["commit", "-m", "x", "--", "a.py"]] {
        let place = Place::repository(&[]);
        place.commit("first", &[("a.py", "x = 1\n"), ("b.py", "x = 1\n")]);
        let hook = format!("#!/bin/sh\nexec '{}' check --staged\n", env!("CARGO_BIN_EXE_govctl"));
        let path = place.write(".git/hooks/pre-commit", hook);
        std::fs::set_permissions(&path, std::os::unix::fs::PermissionsExt::from_mode(0o755)).unwrap();
        place.write("a.py", leak(1));
        if commit.len() == 3 {
            place.git(&["add", "a.py"]);
        }
        let (committed, said) = place.try_git(commit);
        assert!(!committed && said.contains("a.py:1") && said.contains(RULE), "{commit:?}: {said}");
        assert!(!said.contains(crate::place::token(1).as_str()), "{said}");
        place.files(&[("a.py", "x = 2\n"), ("untracked.py", &leak(2))]);
        place.git(&["add", "a.py"]);
        assert!(place.try_git(commit).0, "{commit:?}");
    }
}

#[test]
fn a_range_is_the_lines_it_adds_with_commit_and_author() {
    let place = Place::repository(&[]);
    let base = place.commit("base", &[("a.py", &leak(1))]);
    let bad = place.commit("Add a client", &[("a.py", &format!("x = 1\n{}{}", leak(1), leak(2)))]);
    place.commit("last", &[("b.py", "x = 1\n")]);
    let ran = place.check(&["--range", &format!("{base}..HEAD")]);
    finds(&ran, &["a.py:3"]);
    let finding = &ran.findings()[0];
    assert_eq!(finding["commit"]["id"], bad.as_str());
    assert_eq!(finding["commit"]["subject"], "Add a client");
    assert!(finding["commit"]["author"].as_str().unwrap().contains("Ada"), "{finding}");
    finds(&place.check(&["--range", "HEAD~1..HEAD"]), &[]);
}

#[test]
fn three_dots_start_at_the_merge_base() {
    let place = Place::repository(&[]);
    place.commit("base", &[("a.py", "x = 1\n")]);
    place.git(&["checkout", "-q", "-b", "topic"]);
    place.commit("topic", &[("t.py", &leak(1))]);
    place.git(&["checkout", "-q", "main"]);
    place.commit("main", &[("m.py", &leak(2))]);
    finds(&place.check(&["--range", "main...topic"]), &["t.py:1"]);
    finds(&place.check(&["--range", "topic...main"]), &["m.py:1"]);
}

#[test]
fn standard_input_has_the_name_it_is_given() {
    let place = Place::new();
    let mut command = place.command(&["check", "--format", "jsonl", "--stdin", "--path", "app/settings.py"]);
    finds(&Ran::of(command.write_stdin(format!("x = 1\n{}", leak(1)))), &["app/settings.py:2"]);
    let mut clean = place.command(&["check", "--format", "jsonl", "--stdin", "--path", "a"]);
    finds(&Ran::of(clean.write_stdin("x = 1\n")), &[]);
}

#[test]
fn families() {
    let python = "import numpy as np\nnoise = np.random.randn(10, 3)\n";
    let place = Place::with(&[("a.py", &leak(1)), ("b.py", python)]);
    let (secret, synthetic) = (format!("a.py:1 {RULE}"), "b.py:2 synthetic/array-draw".to_owned());
    for (args, expected) in [
        (&["check"][..], vec![&*secret, &synthetic]),
        (&["scan"], vec![&secret, &synthetic]),
        (&["lint"], vec![]),
        (&["check", "--only", "secrets"], vec![&secret]),
        (&["check", "--only", "synthetic"], vec![&synthetic]),
        (&["check", "--only", "secrets,synthetic"], vec![&secret, &synthetic]),
        (&["check", "--only", "secrets", "--only", "imports"], vec![&secret]),
        (&["scan", "--only", "secrets"], vec![&secret]),
        (&["lint", "--only", "standards"], vec![]),
    ] {
        let ran = place.govctl(&[args, &["--format", "jsonl"]].concat());
        assert_eq!(ran.found(), expected, "{args:?}");
    }
    place.policy("checks.secrets.enabled = false\n");
    assert_eq!(place.check(&[]).found(), [&*synthetic]);
    place.policy("policies.security.secret_scanning = false\nchecks.synthetic.enabled = false\n");
    place.check(&[]).finds(&[]);
}

#[test]
fn an_unreadable_file_is_2_after_everything_else() {
    let place = Place::with(&[("a.py", &leak(1)), ("z.py", &leak(2))]);
    // Root reads everything; what nobody can read is a directory entry whose target loops, or a broken object.
    let denied = place.write("m.py", leak(3));
    std::fs::set_permissions(&denied, std::os::unix::fs::PermissionsExt::from_mode(0o000)).unwrap();
    if std::fs::read(&denied).is_ok() {
        eprintln!("skipped: this user reads every file");
        return;
    }
    let ran = place.check(&[]);
    assert_eq!((ran.status, ran.found()), (2, at(&["a.py:1", "z.py:1"])), "{ran:?}");
    let human = place.govctl(&["check"]);
    assert!(human.out.contains("m.py") && human.out.contains("not complete"), "{human:?}");
    assert_eq!(place.govctl(&["check", "--exit-zero"]).status, 2);
}

#[test]
fn a_missing_object_is_2_after_everything_else() {
    let place = Place::repository(&[("a.py", &leak(1)), ("b.py", &leak(2))]);
    place.git(&["add", "-A"]);
    let id = place.git(&["rev-parse", ":b.py"]);
    std::fs::remove_file(place.path().join(format!(".git/objects/{}/{}", &id[..2], &id[2..]))).unwrap();
    let ran = place.check(&["--staged"]);
    assert_eq!((ran.status, ran.found()), (2, at(&["a.py:1"])), "{ran:?}");
    assert!(place.govctl(&["check", "--staged"]).out.contains("b.py"));
    assert_eq!(place.check(&["--staged", "--exit-zero"]).status, 2);
}

#[test]
fn what_is_skipped_is_counted() {
    let place = Place::with(&[("big.txt", &"x".repeat(6 << 20)), ("a.png", "\u{0}"), ("b.py", "x = 1\n")]);
    place.write("a.png", b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR");
    let ran = place.govctl(&["check"]);
    assert_eq!(ran.status, 0, "{ran:?}");
    for part in ["2 skipped", "larger than max_file_size", "compressed or media", "1 file"] {
        assert!(ran.out.replace('\n', " ").contains(part), "{part}: {}", ran.out);
    }
    place.policy("checks.max_file_size = \"10MiB\"\n");
    assert!(place.govctl(&["check"]).out.contains("1 skipped"));
}
