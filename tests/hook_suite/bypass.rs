//! Commits that go past the hooks: refused, noticed, found afterwards.

use crate::commit::{governed, last, passed, refused, shell};
use crate::place::{Place, RULE, leak};

/// A change that is staged.
fn staged(place: &Place, name: &str, text: &str) {
    place.write(name, text);
    place.git(&["add", "-A"]);
}

#[test]
fn a_strict_policy_refuses_a_commit_that_skips_its_checks() {
    let place = governed("");
    staged(&place, "a.py", "import os\n");
    let head = place.git(&["rev-parse", "HEAD"]);
    let (ok, text) = place.try_git(&["commit", "--no-verify", "-m", "x"]);
    assert!(!ok && text.contains("--no-verify"), "{text}");
    assert_eq!(place.git(&["rev-parse", "HEAD"]), head);
    let entry = last(&place, "hook.bypassed", "reference-transaction");
    assert_eq!((&entry["outcome"], &entry["enforced"]), (&"refused".into(), &true.into()), "{entry}");
    let (ok, _) = shell(&place, "SKIP=govctl,ruff git commit --amend --no-verify -m x");
    assert!(!ok);
    let (_, db) = shell(&place, "find \"$HOME\" -name govctl.db");
    let conn = rusqlite::Connection::open(db.trim()).unwrap();
    let told: String = conn.query_row("SELECT data FROM payload ORDER BY seq DESC LIMIT 1", [], |r| r.get(0)).unwrap();
    assert!(told.contains("govctl,ruff"), "what was skipped is recorded: {told}");
    drop(conn);
    let shown = place.govctl(&["audit", "query", "--event-type", "hook.bypassed", "--count"]);
    assert_eq!(shown.out, "2\n");
    passed(place.try_git(&["commit", "-q", "-m", "x"]));
    // What was checked may be committed again: the same tree.
    passed(place.try_git(&["commit", "-q", "--amend", "--no-verify", "-m", "y"]));
    // An unborn and a detached HEAD are no way round it.
    place.git(&["checkout", "-q", "--orphan", "fresh"]);
    staged(&place, "a.py", "import re\n");
    assert!(!place.try_git(&["commit", "--no-verify", "-m", "x"]).0);
    passed(place.try_git(&["commit", "-q", "-m", "x"]));
    place.git(&["checkout", "-q", "--detach"]);
    staged(&place, "a.py", "import io\n");
    assert!(!place.try_git(&["commit", "--no-verify", "-m", "x"]).0);
}

#[test]
fn a_permissive_policy_warns_and_an_audit_only_one_is_silent() {
    for (mode, text) in [("permissive", "went past"), ("audit-only", "")] {
        let place = governed(&format!("policies.enforcement_mode = \"{mode}\"\n"));
        staged(&place, "a.py", "import os\n");
        let told = passed(place.try_git(&["commit", "-q", "--no-verify", "-m", "x"]));
        assert!(told.contains(text) && (!text.is_empty() || told.is_empty()), "{mode}: {told}");
        assert_eq!(last(&place, "hook.bypassed", "reference-transaction")["outcome"], "noticed");
        let ran = place.govctl(&["audit", "reconcile", "HEAD~1..HEAD"]);
        assert!(ran.status == 1 && ran.out.contains("went past its checks"), "{ran:?}");
    }
}

#[test]
fn what_git_makes_without_pre_commit_is_checked_and_not_refused() {
    let place = governed("");
    let commit = |name: &str, text: &str| {
        staged(&place, name, text);
        passed(place.try_git(&["commit", "-q", "-m", name]));
    };
    place.git(&["checkout", "-q", "-b", "topic"]);
    commit("t1.py", "import os\n");
    commit("t2.py", "import re\n");
    place.git(&["checkout", "-q", "main"]);
    commit("m1.py", "import io\n");
    passed(place.try_git(&["cherry-pick", "topic~1"]));
    passed(place.try_git(&["revert", "--no-edit", "HEAD"]));
    passed(place.try_git(&["merge", "--no-edit", "topic"]));
    passed(place.try_git(&["checkout", "-q", "topic"]));
    passed(place.try_git(&["rebase", "-q", "main~1"]));
    place.git(&["checkout", "-q", "-b", "ahead"]);
    commit("t3.py", "import ast\n");
    let patch = place.git(&["format-patch", "-1", "--stdout"]);
    place.git(&["checkout", "-q", "topic"]);
    place.write(".git/one.patch", patch + "\n");
    passed(place.try_git(&["am", "-q", ".git/one.patch"]));
    passed(place.try_git(&["reset", "-q", "--hard", "main"]));
    passed(place.try_git(&["branch", "other", "ahead"]));
    passed(place.try_git(&["branch", "-q", "-m", "other", "another"]));
    passed(shell(
        &place,
        "git stash list && echo x >> a.py && git stash -q && git stash pop -q && git checkout -q a.py",
    ));
    passed(shell(&place, "git clone -q . .git/copy && cd .git/copy && git commit -q --allow-empty -m away"));
    passed(place.try_git(&["pull", "-q", "--no-rebase", "--no-edit", "./.git/copy", "HEAD"]));
    let ran = place.govctl(&["audit", "reconcile", "main~1..main"]);
    assert_eq!(ran.status, 0, "{ran:?}");
}

#[test]
fn a_secret_in_what_git_makes_is_refused() {
    let place = governed("");
    place.git(&["checkout", "-q", "-b", "topic"]);
    staged(&place, "bad.py", &leak(1));
    place.git(&["-c", "core.hooksPath=/dev/null", "commit", "-q", "-m", "bad"]);
    let patch = place.git(&["format-patch", "-1", "--stdout"]);
    place.git(&["checkout", "-q", "main"]);
    staged(&place, "m.py", "import io\n");
    passed(place.try_git(&["commit", "-q", "-m", "m"]));
    place.write(".git/one.patch", patch + "\n");
    refused(place.try_git(&["am", "-q", ".git/one.patch"]));
    let _ = place.try_git(&["am", "--abort"]);
    refused(place.try_git(&["cherry-pick", "topic"]));
    assert!(!place.git(&["show", "main", "--stat"]).contains("bad.py"));
}

#[test]
fn what_no_hook_saw_is_found_by_reconcile() {
    let place = governed("");
    // The commits before the hooks have no entry until the history is checked.
    let ran = place.govctl(&["audit", "reconcile"]);
    assert_eq!(ran.status, 2, "there is no log yet: {ran:?}");
    assert_eq!(place.govctl(&["check", "--history"]).status, 0);
    assert_eq!(place.govctl(&["audit", "reconcile"]).status, 0);
    staged(&place, "a.py", "import os\n");
    passed(place.try_git(&["commit", "-q", "-m", "seen"]));
    assert_eq!(place.govctl(&["audit", "reconcile"]).status, 0);
    staged(&place, "a.py", "import re\n");
    place.git(&["-c", "core.hooksPath=/dev/null", "commit", "-q", "-m", "unseen"]);
    let ran = place.govctl(&["audit", "reconcile", "--json"]);
    let line: serde_json::Value = serde_json::from_str(&ran.out).unwrap();
    assert_eq!((ran.status, &line["subject"]), (1, &"unseen".into()), "{ran:?}");
    // A look at it now leaves an entry.
    assert_eq!(place.govctl(&["check", "--range", "HEAD~1..HEAD"]).status, 0);
    assert_eq!(place.govctl(&["audit", "reconcile"]).status, 0);
    // In CI, where there is no log of this machine, the content speaks.
    staged(&place, "bad.py", &leak(1));
    place.git(&["-c", "core.hooksPath=/dev/null", "commit", "-q", "-m", "unseen"]);
    let ran = place.govctl(&["check", "--range", "HEAD~1..HEAD"]);
    assert!(ran.status == 1 && ran.out.contains(RULE), "{ran:?}");
}

/// One transaction with many references, such as a fetch: the script hands them on before it has read them all.
#[test]
fn a_branch_among_many_references_is_looked_at() {
    let place = governed("");
    let head = place.git(&["rev-parse", "HEAD"]);
    let tags: String = (0..100).map(|n| format!("create refs/tags/t{n} {head}\n")).collect();
    place.write(".git/tags", &tags);
    passed(shell(
        &place,
        "git update-ref --stdin <.git/tags && test $(git tag | wc -l) = 100 && git tag -d $(git tag)",
    ));
    staged(&place, "a.py", "import os\n");
    let made = shell(&place, "git commit-tree -p HEAD -m x $(git write-tree)").1;
    for branch in ["refs/heads/a", "refs/heads/z"] {
        // Once read by the script, once by govctl.
        place.write(".git/all", format!("{tags}create {branch} {made}"));
        place.write(".git/few", format!("create refs/tags/t0 {head}\ncreate {branch} {made}"));
        for name in ["all", "few"] {
            let (ok, text) = shell(&place, &format!("git update-ref --stdin <.git/{name}"));
            assert!(!ok && text.contains("went past its checks"), "{branch} {name}: {text}");
        }
    }
    // The hook that was there is told of all of them, too.
    let script = "#!/bin/sh\n[ $1 = prepared ] && cat >.git/told\nexit 0\n";
    place.write(".git/hooks/reference-transaction.before-govctl", script);
    passed(shell(
        &place,
        "chmod +x .git/hooks/reference-transaction.before-govctl && git update-ref --stdin <.git/tags",
    ));
    assert_eq!(place.read(".git/told").lines().count(), 100);
    assert!(!shell(&place, "git update-ref --stdin <.git/few").0);
}

#[test]
fn without_a_policy_nothing_is_asked_of_a_commit() {
    let place = Place::repository(&[("a.py", "pass\n")]);
    assert_eq!(place.govctl(&["hook", "install"]).status, 0);
    place.git(&["add", "-A"]);
    passed(place.try_git(&["commit", "-q", "--no-verify", "-m", "x"]));
}
