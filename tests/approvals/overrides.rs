//! Letting what blocks pass, once, and looking into it later.

use crate::kit::{Asked, Queue, me};
use crate::place::{RULE, leak};

const ENV: [&str; 2] = ["--env", "staging"];

fn queue() -> Queue {
    let queue = Queue::new(&format!(
        "[policies.environments.staging]\noverride = \"approved\"\n[approvals]\nallow_self_approval = true\n\
         strategies.high_risk_operations = \"single-approval\"\n\
         [[approvers.user]]\nid = \"ann\"\nrole = \"owner\"\ncan_approve = [\"override\"]\nos_user = \"{}\"\n",
        me()
    ));
    queue.place.write("src/a.py", leak(1));
    queue
}

fn ask(queue: &Queue, scope: &str) -> Asked {
    let args = ["override", "request", "--scope", scope, "--reason", "revoked already", "--json"];
    let ran = queue.run(&[&args[..], &ENV].concat());
    assert_eq!(ran.status, 3, "{ran:?}");
    let value: serde_json::Value = serde_json::from_str(&ran.out).unwrap();
    let text = |name: &str| value[name].as_str().unwrap().to_owned();
    Asked { id: text("id"), token: text("token"), hash: text("action_hash") }
}

fn check(queue: &Queue, asked: &Asked, more: &[&str]) -> (i32, String) {
    let mut command = queue.command(&[&["check", "--override", &asked.id], more].concat());
    let output = command.env("GOVCTL_OVERRIDE_TOKEN", &asked.token).output().unwrap();
    (output.status.code().unwrap(), String::from_utf8_lossy(&output.stderr).into_owned())
}

#[test]
fn an_approved_override_lets_what_it_covers_pass_once() {
    let queue = queue();
    assert_eq!(queue.run(&["check", "--env", "staging"]).status, 1);
    let asked = ask(&queue, RULE);
    let (status, err) = check(&queue, &asked, &ENV);
    assert!(status == 1 && err.contains("not_approved"), "{err}");
    queue.does(&["approve", &asked.id], 0);
    let (status, err) = check(&queue, &asked, &ENV);
    assert!(status == 0 && err.contains("overridden by"), "{status} {err}");
    assert_eq!(queue.count("check.overridden"), 1);
    let (status, err) = check(&queue, &asked, &ENV);
    assert!(status == 1 && err.contains("already_used"), "{err}");
    let list = queue.does(&["list"], 0).out;
    assert!(list.contains("to be looked into") && list.contains(RULE), "{list}");
    queue.does(&["close", &asked.id, "--reason", " "], 2);
    queue.does(&["close", &asked.id, "--reason", "the key is revoked"], 0);
    queue.does(&["close", &asked.id, "--reason", "again"], 1);
    assert!(!queue.does(&["list"], 0).out.contains("to be looked into"));
}

#[test]
fn nothing_else_passes() {
    let queue = queue();
    let asked = ask(&queue, "docs");
    queue.does(&["approve", &asked.id], 0);
    let (status, err) = check(&queue, &asked, &ENV);
    assert!(status == 1 && err.contains("does not cover"), "{err}");
    assert_eq!(queue.show(&asked.id)["state"], "approved");
    let (status, err) = check(&queue, &asked, &[]);
    assert!(status == 1 && err.contains("no override in this environment"), "{err}");
    let ran = queue.run(&["override", "request", "--scope", RULE, "--reason", "x"]);
    assert!(ran.status == 1 && ran.err.contains("no override"), "{ran:?}");
    assert_eq!(queue.run(&["override", "request", "--scope", "**", "--reason", "x", "--env", "staging"]).status, 2);
    let folder = ask(&queue, "src/");
    queue.does(&["approve", &folder.id], 0);
    assert_eq!(check(&queue, &folder, &ENV).0, 0);
}

#[test]
fn hooks_take_an_override_from_the_environment_or_an_argument() {
    let queue = queue();
    queue.place.git(&["add", "-A"]);
    let hook = |args: &[&str], set: &[(&str, &str)]| {
        let mut command = queue.command(&[&["hook", "run"], args, &["pre-commit"]].concat());
        let output = command.env("GOVCTL_ENV", "staging").envs(set.iter().copied()).output().unwrap();
        (output.status.code().unwrap(), String::from_utf8_lossy(&output.stderr).into_owned())
    };
    assert_eq!(hook(&[], &[]).0, 1);
    let asked = ask(&queue, RULE);
    queue.does(&["approve", &asked.id], 0);
    let (status, err) = hook(&[], &[("GOVCTL_OVERRIDE", &asked.id)]);
    assert!(status == 1 && err.contains("needs its token"), "{err}");
    let file = queue.token_file(&asked);
    let by_environment = [("GOVCTL_OVERRIDE", &*asked.id), ("GOVCTL_OVERRIDE_TOKEN_FILE", file.to_str().unwrap())];
    assert_eq!(hook(&[], &by_environment).0, 0);
    assert!(hook(&[], &by_environment).1.contains("already_used"));
    let other = ask(&queue, "src/**");
    queue.does(&["approve", &other.id], 0);
    let file = queue.token_file(&other);
    assert_eq!(hook(&["--override", &other.id, "--override-token-file", file.to_str().unwrap()], &[]).0, 0);
    assert_eq!(queue.count("check.overridden"), 2);
}
