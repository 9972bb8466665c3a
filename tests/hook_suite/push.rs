//! commit-msg, pre-push, and pre-receive on a bare server.

use crate::commit::{governed, last, passed, refused, shell};
use crate::place::{Place, RULE, leak, token};

/// A governed repository with a bare remote in it, which has its first commit.
fn with_remote(policy: &str) -> Place {
    let place = governed(policy);
    place.git(&["init", "-q", "--bare", "-b", "main", ".git/the server.git"]);
    let url = format!("file://{}/.git/the server.git", place.path().display());
    place.git(&["remote", "add", "origin", &url]);
    passed(place.try_git(&["push", "-q", "origin", "main"]));
    place
}

/// A commit that no hook sees.
fn unseen(place: &Place, name: &str, text: &str) {
    place.write(name, text);
    place.git(&["add", "-A"]);
    place.git(&["-c", "core.hooksPath=/dev/null", "commit", "-q", "-m", name]);
}

#[test]
fn a_message_is_looked_at_for_secrets_and_trailers() {
    let place = governed("checks.required_trailers = [\"Signed-off-by\"]\n");
    place.write("a.py", "import os\n");
    place.git(&["add", "-A"]);
    let (ok, text) = place.try_git(&["commit", "-m", "x"]);
    assert!(!ok && text.contains("commits/missing-trailer") && text.contains("Signed-off-by"), "{text}");
    let message = format!("use {}", token(3));
    let text = refused(place.try_git(&["commit", "-s", "-m", &message]));
    assert!(!text.contains(&token(3)), "{text}");
    passed(place.try_git(&["commit", "-q", "-s", "-m", "x"]));
    let bad = place.govctl(&["policy", "validate", "--policy", "governance.toml"]);
    assert_eq!(bad.status, 0, "{bad:?}");
    place.policy("checks.required_trailers = [\"Signed off\"]\n");
    assert_ne!(place.govctl(&["policy", "validate"]).status, 0);
}

#[test]
fn every_reference_of_a_push_is_looked_at_and_each_commit_once() {
    let place = with_remote("");
    place.git(&["branch", "clean"]);
    unseen(&place, "bad.py", &leak(1));
    unseen(&place, "bad.py", "pass\n");
    // The first one is clean; managers are told of no other.
    let text = refused(place.try_git(&["push", "origin", "clean", "main", "main:copy"]));
    assert_eq!(text.matches("bad.py:1").count(), 1, "{text}");
    assert!(place.git(&["ls-remote", "origin", "clean"]).is_empty());
    passed(place.try_git(&["push", "-q", "origin", "clean"]));
    assert_eq!(last(&place, "check.blocked", "pre-push")["resource"], "new commits");
    passed(place.try_git(&["push", "-q", "origin", ":clean"]));
    // A tag with a secret in its message, and one of a blob.
    place.git(&["checkout", "-q", "-B", "main", "origin/main"]);
    let message = format!("use {}", token(3));
    place.git(&["tag", "-a", "-m", &message, "v1"]);
    refused(place.try_git(&["push", "origin", "v1"]));
    place.write("loose", leak(2));
    let blob = place.git(&["hash-object", "-w", "loose"]);
    place.git(&["tag", "blob", &blob]);
    refused(place.try_git(&["push", "origin", "blob"]));
    std::fs::remove_file(place.path().join("loose")).unwrap();
    place.git(&["tag", "light"]);
    passed(place.try_git(&["push", "-q", "origin", "light"]));
    // A force push is looked at, too.
    unseen(&place, "fine.py", "pass\n");
    passed(place.try_git(&["push", "-q", "origin", "main"]));
    place.git(&["reset", "-q", "--hard", "HEAD~1"]);
    unseen(&place, "worse.py", &leak(4));
    refused(place.try_git(&["push", "--force", "origin", "main"]));
}

#[test]
fn a_shallow_clone_pushes_what_is_new() {
    let place = with_remote("");
    unseen(&place, "c.py", "pass\n");
    passed(place.try_git(&["push", "-q", "origin", "main"]));
    let govctl = env!("CARGO_BIN_EXE_govctl");
    let clone = "git clone -q --depth 1 \"file://$PWD/.git/the server.git\" .git/shallow && cd .git/shallow";
    passed(shell(&place, &format!("{clone} && '{govctl}' hook install")));
    let commit = "cd .git/shallow && git add -A && git -c core.hooksPath=/dev/null commit -q -m x";
    place.write(".git/shallow/d.py", "pass\n");
    passed(shell(&place, &format!("{commit} && git push -q origin main")));
    place.write(".git/shallow/e.py", leak(1));
    refused(shell(&place, &format!("{commit} && git push origin HEAD:fresh")));
    // Where it ends at a commit that no reference of a remote reaches, all that can be sent is looked at: no gap.
    unseen(&place, "f.py", "pass\n");
    passed(place.try_git(&["push", "-q", "origin", "main:other"]));
    let fetch = "cd .git/shallow && git fetch -q --depth 1 origin other && git checkout -q -b next FETCH_HEAD";
    passed(shell(&place, fetch));
    place.write(".git/shallow/g.py", "pass\n");
    passed(shell(&place, &format!("{commit} && git push -q origin next")));
}

#[test]
fn a_server_refuses_in_quarantine_and_tells_the_pusher() {
    let place = with_remote("");
    let govctl = env!("CARGO_BIN_EXE_govctl");
    let server = ".git/the server.git";
    passed(shell(&place, &format!("cd '{server}' && '{govctl}' hook install --server")));
    place.write(&format!("{server}/governance.toml"), "policies.version = \"1.0\"\n");
    place.git(&["--git-dir", server, "config", "receive.advertisePushOptions", "true"]);
    unseen(&place, "bad.py", &leak(1));
    let push = ["push", "--no-verify", "-o", "govctl.approval=ap-7", "origin", "main"];
    let text = refused(place.try_git(&push));
    assert!(
        text.contains("remote: This push is refused") && text.contains("bad.py") && text.contains("ap-7"),
        "{text}"
    );
    let log = format!("cd '{server}' && '{govctl}' audit query --event-type check.blocked --format json");
    let (_, entry) = shell(&place, &log);
    assert!(entry.contains("hook:pre-receive"), "{entry}");
    let (held, _) = place.try_git(&["--git-dir", server, "cat-file", "-e", &place.git(&["rev-parse", "HEAD"])]);
    assert!(!held, "what is refused stays in quarantine");
    place.git(&["reset", "-q", "--hard", "HEAD~1"]);
    unseen(&place, "good.py", "pass\n");
    passed(place.try_git(&["push", "-q", "--no-verify", "origin", "main"]));
    passed(shell(
        &place,
        &format!("cd '{server}' && '{govctl}' hook uninstall && '{govctl}' hook install --stage update"),
    ));
    unseen(&place, "bad.py", &leak(2));
    refused(place.try_git(&["push", "--no-verify", "origin", "main:new", "main"]));
}

#[test]
fn an_override_of_the_servers_queue_lets_a_push_through_once() {
    let place = with_remote("");
    let govctl = env!("CARGO_BIN_EXE_govctl");
    let server = ".git/the server.git";
    let (_, me) = shell(&place, "id -un");
    place.write(
        &format!("{server}/governance.toml"),
        format!(
            "policies.version = \"1.0\"\n\
             [policies.environments.main]\noverride = \"approved\"\n\
             [approvals]\nallow_self_approval = true\nstrategies.high_risk_operations = \"single-approval\"\n\
             [[approvers.user]]\nid = \"ann\"\nrole = \"owner\"\ncan_approve = [\"override\"]\nos_user = \"{}\"\n",
            me.trim()
        ),
    );
    let there = |line: &str| shell(&place, &format!("cd '{server}' && GOVCTL_ENV=main '{govctl}' {line}"));
    passed(there("hook install --server"));
    place.git(&["--git-dir", server, "config", "receive.advertisePushOptions", "true"]);
    unseen(&place, "bad.py", &leak(1));
    let (_, asked) = there("override request --scope bad.py --reason 'revoked already'");
    let mut words = asked.split_whitespace();
    let (id, token) = (words.next().unwrap().to_owned(), words.next().unwrap().to_owned());
    let options = [format!("govctl.approval={id}"), format!("govctl.token={token}")];
    let push = |token: &str| {
        let line = format!("GOVCTL_ENV=main git push --no-verify -o {} -o {token} origin main", options[0]);
        shell(&place, &line)
    };
    assert!(refused(push(&options[1])).contains("not_approved"));
    passed(there(&format!("approvals approve {id}")));
    assert!(refused(push(&format!("govctl.token=govctl_ap_{}", "A".repeat(43)))).contains("wrong_token"));
    passed(push(&options[1]));
    unseen(&place, "bad.py", &leak(2));
    let text = refused(push(&options[1]));
    assert!(text.contains("already_used") && !text.contains(&token), "{text}");
    let (_, log) = there("audit export --format jsonl");
    assert!(log.contains("check.overridden") && !log.contains(&token), "{log}");
}

#[test]
fn a_bare_server_goes_by_the_policy_that_its_head_names() {
    let place = with_remote("checks.disable = [\"standards/*\"]\n");
    let govctl = env!("CARGO_BIN_EXE_govctl");
    let server = ".git/the server.git";
    let there = |line: &str| shell(&place, &format!("cd '{server}' && '{govctl}' {line}"));
    passed(there("hook install --server"));
    let shown = passed(there("policy show checks.disable"));
    assert!(shown.contains("standards/*"), "{shown}");
    // A push that weakens the policy is held to the one that was there.
    let weaker = format!("policies.version = \"1.0\"\nchecks.disable = [\"{RULE}\"]\n");
    unseen(&place, "governance.toml", &weaker);
    unseen(&place, "bad.py", &leak(1));
    let text = refused(place.try_git(&["push", "--no-verify", "origin", "main"]));
    assert!(text.contains("remote: This push is refused"), "{text}");
    refused(place.try_git(&["push", "--no-verify", "origin", "main:other"]));
    let (_, entry) = there("audit query --event-type check.blocked --format json");
    assert!(entry.contains("hook:pre-receive"), "{entry}");
    // It holds from the next push on.
    place.git(&["reset", "-q", "--hard", "origin/main"]);
    unseen(&place, "governance.toml", &weaker);
    passed(place.try_git(&["push", "-q", "--no-verify", "origin", "main"]));
    unseen(&place, "bad.py", &leak(2));
    passed(place.try_git(&["push", "-q", "--no-verify", "origin", "main"]));
    // A broken one lets nothing through.
    passed(there("hook uninstall"));
    unseen(&place, "governance.toml", "nonsense = 1\n");
    passed(place.try_git(&["push", "-q", "--no-verify", "origin", "main"]));
    passed(there("hook install --server"));
    unseen(&place, "c.py", "pass\n");
    let (ok, text) = place.try_git(&["push", "--no-verify", "origin", "main"]);
    assert!(!ok && text.contains("HEAD:governance.toml") && text.contains("not valid"), "{text}");
}

#[test]
fn a_hook_that_was_there_reads_all_that_git_tells_before_govctl_does() {
    let place = with_remote("");
    let govctl = env!("CARGO_BIN_EXE_govctl");
    passed(shell(&place, &format!("'{govctl}' hook uninstall")));
    let script = "#!/bin/sh\nwhile read -r local id remote old; do echo \"$1 $local $remote\" >>.git/told; done\n";
    place.write(".git/hooks/pre-push", script);
    passed(shell(&place, &format!("chmod +x .git/hooks/pre-push && '{govctl}' hook install")));
    place.git(&["branch", "clean"]);
    unseen(&place, "bad.py", &leak(1));
    refused(place.try_git(&["push", "origin", "clean", "main"]));
    for branch in ["clean", "main"] {
        assert!(place.read(".git/told").contains(&format!("origin refs/heads/{branch} refs/heads/{branch}\n")));
    }
    place.write(".git/hooks/pre-push.before-govctl", "#!/bin/sh\ncat >/dev/null\nexit 7\n");
    let (ok, text) = place.try_git(&["push", "origin", "clean"]);
    assert!(!ok && !text.contains("bad.py"), "{text}");
}

#[test]
fn references_in_a_table_are_refused_in_plain_words() {
    let place = Place::new();
    if !place.try_git(&["init", "-q", "-b", "main", "--ref-format=reftable"]).0 {
        // This git keeps references in files only.
        return;
    }
    place.policy("");
    assert_eq!(place.govctl(&["hook", "install"]).status, 0);
    place.git(&["add", "-A"]);
    let (ok, text) = place.try_git(&["commit", "-m", "x"]);
    assert!(!ok && text.contains("reftable") && text.contains("git refs migrate"), "{text}");
}

#[test]
fn a_repository_with_longer_ids_is_refused_in_plain_words() {
    let place = Place::new();
    if !place.try_git(&["init", "-q", "-b", "main", "--object-format=sha256"]).0 {
        // This git knows no other ids, and so no such repository can be here.
        return;
    }
    place.policy("");
    place.commit("first", &[("a.py", "pass\n")]);
    place.git(&["init", "-q", "--bare", "--object-format=sha256", ".git/there.git"]);
    assert_eq!(place.govctl(&["hook", "install"]).status, 0);
    let (ok, text) = place.try_git(&["push", ".git/there.git", "main"]);
    assert!(!ok && text.contains("sha256"), "{text}");
    place.write("b.py", "pass\n");
    place.git(&["add", "-A"]);
    let (ok, text) = place.try_git(&["commit", "-m", "x"]);
    assert!(!ok && text.contains("sha256"), "{text}");
}
