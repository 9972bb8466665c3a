//! pre-commit: what is staged, however git is asked to commit.

use crate::place::{Place, RULE, Ran, leak};

const GOVCTL: &str = env!("CARGO_BIN_EXE_govctl");

/// A governed repository with govctl's hooks and one commit.
pub fn governed(policy: &str) -> Place {
    let place = Place::repository(&[]);
    place.policy(policy);
    place.commit("first", &[("a.py", "pass\n"), ("b.py", "pass\n")]);
    let ran = place.govctl(&["hook", "install"]);
    assert_eq!(ran.status, 0, "{ran:?}");
    place
}

/// Holds that git refused, and named the rule.
#[track_caller]
pub fn refused((ok, text): (bool, String)) -> String {
    assert!(!ok && text.contains(RULE), "{text}");
    text
}

/// Holds that git went on.
#[track_caller]
pub fn passed((ok, text): (bool, String)) -> String {
    assert!(ok, "{text}");
    text
}

/// The last entry of a type that a hook left in the log.
pub fn last(place: &Place, kind: &str, hook: &str) -> serde_json::Value {
    let tag = format!("hook:{hook}");
    let ran = place.govctl(&["audit", "query", "--event-type", kind, "--tag", &tag, "--format", "jsonl"]);
    let line = ran.out.lines().last().unwrap_or_else(|| panic!("no {kind}: {ran:?}")).to_owned();
    serde_json::from_str(&line).unwrap()
}

/// Runs a line of shell in a folder of the place.
pub fn shell(place: &Place, line: &str) -> (bool, String) {
    let ran = Ran::of(&mut place.shell(line));
    (ran.status == 0, ran.out + &ran.err)
}

#[test]
fn every_way_to_commit_is_looked_at() {
    let place = governed("");
    place.write("a.py", leak(1));
    refused(place.try_git(&["commit", "-a", "-m", "x"]));
    refused(place.try_git(&["commit", "-m", "x", "--", "a.py"]));
    place.write("b.py", "import os\n");
    // What is not part of the commit does not block it.
    passed(place.try_git(&["commit", "-m", "x", "--", "b.py"]));
    place.git(&["add", "-A"]);
    place.write("a.py", "pass\n");
    refused(place.try_git(&["commit", "-m", "x"]));
    refused(place.try_git(&["commit", "--amend", "-m", "x"]));
    refused(shell(&place, "mkdir -p deep/er && cd deep/er && git commit -m x"));
    place.git(&["add", "-A"]);
    let quiet = passed(place.try_git(&["commit", "-q", "--allow-empty", "-m", "x"]));
    assert_eq!(quiet, "", "a clean commit is silent");
}

#[test]
fn a_linked_worktree_and_a_submodule_are_looked_at() {
    let place = governed("");
    passed(shell(
        &place,
        "git worktree add -q '../linked tree' -b other 2>&1 && mv '../linked tree' .git/linked && git worktree repair .git/linked",
    ));
    place.write(".git/linked/new.py", leak(1));
    refused(shell(&place, "cd .git/linked && git add -A && git commit -m x"));
    passed(shell(
        &place,
        "git init -q -b main '.git/inner one' && cd '.git/inner one' && echo 1 > f && git add f && git commit -q -m f",
    ));
    let add = "git -c protocol.file.allow=always submodule add -q \"$PWD/.git/inner one\" 'sub dir'";
    passed(shell(&place, add));
    let govctl = env!("CARGO_BIN_EXE_govctl");
    passed(shell(&place, &format!("cd 'sub dir' && '{govctl}' hook install")));
    place.write("sub dir/new.py", leak(1));
    refused(shell(&place, "cd 'sub dir' && git add -A && git commit -m x"));
}

#[test]
fn a_run_is_an_entry_with_the_tree_the_findings_and_the_mode() {
    let place = governed("");
    place.write("a.py", leak(1));
    place.git(&["add", "-A"]);
    refused(place.try_git(&["commit", "-m", "x"]));
    let entry = last(&place, "check.blocked", "pre-commit");
    let tree = format!("tree:{}", place.git(&["write-tree"]));
    assert!(entry["tags"].as_array().unwrap().contains(&tree.clone().into()), "{entry}");
    let shown = place.govctl(&["audit", "query", "--tag", &tree, "--format", "json"]).out;
    assert!(shown.contains("hook:pre-commit"), "{shown}");
    place.write("a.py", "import os\n");
    place.git(&["add", "-A"]);
    passed(place.try_git(&["commit", "-q", "-m", "x"]));
    let tree = place.git(&["rev-parse", "HEAD^{tree}"]);
    let entry = last(&place, "check.completed", "pre-commit").to_string();
    assert!(entry.contains(&format!("tree:{tree}")) && entry.contains("\"outcome\":\"complete\""), "{entry}");
    // A check that was told to look away does not speak for the tree.
    place.write("a.py", leak(2));
    place.git(&["add", "-A"]);
    let tree = format!("tree:{}", place.git(&["write-tree"]));
    assert_eq!(place.govctl(&["check", "--staged", "--exit-zero"]).status, 0);
    assert_eq!(place.govctl(&["audit", "query", "--tag", &tree, "--count"]).out, "0\n");
}

#[test]
fn the_mode_decides_what_becomes_of_a_finding() {
    let mode = |mode: &str| {
        let place = governed(&format!("policies.enforcement_mode = \"{mode}\"\n"));
        place.write("a.py", leak(1));
        place.git(&["add", "-A"]);
        place
    };
    let place = mode("permissive");
    let text = passed(place.try_git(&["commit", "-m", "x"]));
    assert!(text.contains(RULE) && text.contains("permissive"), "{text}");
    let place = mode("audit-only");
    let text = passed(place.try_git(&["commit", "-q", "-m", "x"]));
    assert!(!text.contains(RULE), "{text}");
    assert_eq!(last(&place, "check.completed", "pre-commit")["enforced"], false);
    refused(mode("strict").try_git(&["commit", "-m", "x"]));
}

/// How many runs of commit-msg are in the log, and how many are left beside it to be logged.
fn messages(place: &Place) -> (usize, usize) {
    let ran = place.govctl(&["audit", "query", "--tag", "hook:commit-msg", "--count"]);
    let left = shell(place, "find \"$HOME\" -name 'commit-msg-*.json'").1;
    (ran.out.trim().parse().unwrap(), left.lines().count())
}

#[test]
fn a_message_that_passes_is_logged_with_its_commit_and_lost_with_none() {
    let place = governed("");
    let commit = |n: usize| place.try_git(&["commit", "-q", "--allow-empty", "-m", &format!("x{n}")]);
    passed(commit(1));
    assert_eq!(messages(&place), (1, 0));
    let entry = last(&place, "check.completed", "commit-msg");
    assert_eq!((&entry["resource"], &entry["enforced"]), (&"commit message".into(), &true.into()), "{entry}");
    // What comes between it and the commit leaves it for the next hook.
    place.write(".git/hooks/reference-transaction.before-govctl", "#!/bin/sh\n[ $1 != prepared ]\n");
    passed(shell(&place, "chmod +x .git/hooks/reference-transaction.before-govctl"));
    for n in 1..3 {
        assert!(!commit(2).0);
        assert_eq!(messages(&place), (n, 1), "pre-commit logs what was left the time before");
    }
    passed(shell(&place, "rm .git/hooks/reference-transaction.before-govctl"));
    passed(commit(3));
    assert_eq!(messages(&place), (4, 0));
    // A bad one is in the log before git hears of it.
    refused(place.try_git(&["commit", "-q", "--allow-empty", "-m", &leak(3).replace('"', "")]));
    assert_eq!(messages(&place), (5, 0));
    // So is one that nobody follows, and one whose checks were told to look away.
    passed(shell(&place, "SKIP=ruff git commit -q --allow-empty -m x"));
    passed(shell(&place, "mv .git/hooks/reference-transaction .git/kept"));
    passed(shell(&place, "printf 'x\\n' >.git/m && .git/hooks/commit-msg .git/m"));
    assert_eq!(messages(&place), (7, 0));
    passed(shell(&place, "mv .git/kept .git/hooks/reference-transaction"));
}

#[test]
fn what_was_left_and_cannot_be_read_is_told_and_vouches_for_nothing() {
    let place = governed("");
    passed(place.try_git(&["commit", "-q", "--allow-empty", "-m", "x"]));
    let leave = "f=$(find \"$HOME\" -name govctl.db); d=${f%/*}; .git/hooks/commit-msg .git/COMMIT_EDITMSG; l=$(ls $d/commit-msg-*)";
    let tree = place.git(&["rev-parse", "HEAD^{tree}"]);
    for forged in ["", "{", &format!("{{\"tags\":[\"tree:{tree}\"]}}")] {
        place.write(".git/forged", forged);
        passed(shell(&place, &format!("{leave} && cp .git/forged $l")));
        let told = passed(place.try_git(&["commit", "-q", "--allow-empty", "-m", "x"]));
        assert!(told.contains("could not be read"), "{forged}: {told}");
        assert_eq!(messages(&place).1, 0);
    }
    assert_eq!(place.govctl(&["audit", "verify"]).status, 0);
}

#[test]
fn a_commit_starts_govctl_three_times_and_is_found_by_its_id() {
    let place = governed("");
    // Between the scripts and govctl: what writes down each start.
    let wrapper = place.write(
        ".git/counting",
        format!("#!/bin/sh\necho \"$3\" >>'{}/.git/started'\nexec '{}' \"$@\"\n", place.path().display(), GOVCTL),
    );
    let change = format!(
        "chmod +x .git/counting; sed -i.old \"s|^govctl=.*|govctl='{}'|\" .git/hooks/[cpr]*[a-z]; rm .git/hooks/*.old",
        wrapper.display()
    );
    passed(shell(&place, &change));
    let commit = |name: &str| {
        place.write(".git/started", "");
        place.write(name, "import os\n");
        place.git(&["add", "-A"]);
        passed(place.try_git(&["commit", "-q", "-m", name]));
        let id = format!("commit:{}", place.git(&["rev-parse", "HEAD"]));
        assert_eq!(place.govctl(&["audit", "query", "--tag", &id, "--count"]).out, "1\n");
        place.read(".git/started").split_whitespace().map(ToOwned::to_owned).collect::<Vec<_>>()
    };
    assert_eq!(commit("c.py"), ["pre-commit", "commit-msg", "reference-transaction"]);
    place.git(&["checkout", "-q", "--detach"]);
    assert_eq!(commit("d.py"), ["pre-commit", "commit-msg", "reference-transaction"]);
    // Where git knows no reference-transaction, post-commit does it.
    passed(shell(&place, "rm .git/hooks/reference-transaction"));
    assert_eq!(commit("e.py"), ["pre-commit", "commit-msg", "post-commit"]);
    // A note of another commit silences nothing.
    place.git(&["checkout", "-q", "main"]);
    assert_eq!(commit("f.py"), ["pre-commit", "commit-msg", "post-commit"]);
}
