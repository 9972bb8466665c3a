//! Votes signed by a real ssh-keygen.

use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use crate::kit::Queue;

pub fn key(folder: &std::path::Path, name: &str) -> (PathBuf, String) {
    let file = folder.join(name);
    let made = Command::new("ssh-keygen").args(["-q", "-t", "ed25519", "-N", "", "-C", name, "-f"]).arg(&file).status();
    assert!(made.unwrap().success());
    let public = std::fs::read_to_string(file.with_extension("pub")).unwrap();
    (file, public.trim().to_owned())
}

/// ssh-keygen may be missing outside of CI.
pub fn can_sign() -> bool {
    let there = Command::new("ssh-keygen").arg("-?").output().is_ok();
    assert!(there || std::env::var_os("CI").is_none(), "CI needs ssh-keygen");
    if !there {
        println!("skipped: no ssh-keygen");
    }
    there
}

#[test]
fn signed_votes_count_and_anyone_can_verify_them() {
    if !can_sign() {
        return;
    }
    let keys = tempfile::tempdir().unwrap();
    let (ann, ann_public) = key(keys.path(), "ann");
    let (bob, bob_public) = key(keys.path(), "bob");
    let (eve, _) = key(keys.path(), "eve");
    let approver = |id: &str, key: &str| {
        format!("[[approvers.user]]\nid = \"{id}\"\nrole = \"administrator\"\ncan_approve = [\"*\"]\nkey = \"{key}\"\n")
    };
    let queue = Queue::new(&format!(
        "[policies.environments.production]\nsigned_votes = true\n[approvals.multi-approval]\nmin_approvers = 2\n{}{}",
        approver("ann", &ann_public),
        approver("bob", &bob_public)
    ));
    let asked = queue.ask(&["--action", "deploy", "--resource", "web", "--env", "production"]);
    let path = |p: &PathBuf| p.to_str().unwrap().to_owned();
    // The environment of the request counts, whatever the voter says.
    assert!(queue.does(&["approve", &asked.id, "--as", "ann"], 1).err.contains("themselves"));
    queue.does(&["approve", &asked.id, "--sign", &path(&eve)], 2);
    queue.does(&["approve", &asked.id, "--sign", &path(&eve), "--as", "ann"], 2);
    let first = queue.does(&["approve", &asked.id, "--sign", &path(&ann), "--comment", "it's fine, 'really'"], 0);
    assert!(first.out.contains("1 of 2, one more from role administrator"), "{first:?}");
    assert!(queue.does(&["approve", &asked.id, "--sign", &path(&ann)], 1).err.contains("voted already"));
    queue.does(&["approve", &asked.id, "--sign", &path(&bob), "--as", "bob"], 0);
    let verified = queue.does(&["verify", &asked.id], 0).out;
    assert_eq!(verified.matches("the signature holds; counts").count(), 2, "{verified}");
    by_hand(&verified);
    let file = queue.token_file(&asked);
    let consume = ["consume", &asked.id, "--token-file", file.to_str().unwrap(), "--hash", &asked.hash];
    assert!(queue.does(&consume, 1).err.contains("wrong_environment"));
    queue.does(&[&consume[..], &["--env", "production"]].concat(), 0);
}

/// What `verify` prints runs without govctl.
fn by_hand(verified: &str) {
    let folder = tempfile::tempdir().unwrap();
    let script: String = verified
        .lines()
        .filter(|l| !l.contains(": the signature holds") && !l.starts_with("ap-"))
        .map(|l| format!("{l}\n"))
        .collect();
    let output = Command::new("sh").arg("-ec").arg(&script).current_dir(folder.path()).output().unwrap();
    assert!(output.status.success(), "{output:?}");
    assert_eq!(
        String::from_utf8_lossy(&output.stdout).matches("Good \"govctl.vote\" signature").count(),
        2,
        "{output:?}"
    );
}

/// A queue whose production wants signed votes, and who holds which key.
fn signing_queue(public: &str) -> Queue {
    Queue::new(&format!(
        "[policies.environments.production]\nsigned_votes = true\n[approvals]\n\
         strategies.high_risk_operations = \"single-approval\"\n[[approvers.user]]\nid = \"ann\"\n\
         role = \"administrator\"\ncan_approve = [\"*\"]\nkey = \"{public}\"\n"
    ))
}

/// Changes the queue's file behind its back.
fn tamper(queue: &Queue, sql: &str) {
    let mut files = vec![queue.state.path().to_owned()];
    while let Some(path) = files.pop() {
        if path.is_dir() {
            files.extend(std::fs::read_dir(&path).unwrap().map(|e| e.unwrap().path()));
        } else if path.extension().is_some_and(|e| e == "db") {
            let conn = rusqlite::Connection::open(&path).unwrap();
            conn.execute_batch(&format!("DROP TRIGGER vote_cast; {sql}")).unwrap();
        }
    }
}

#[test]
fn using_an_approval_verifies_its_signatures_again() {
    if !can_sign() {
        return;
    }
    let keys = tempfile::tempdir().unwrap();
    let (ann, public) = key(keys.path(), "ann");
    let queue = signing_queue(&public);
    let asked = queue.ask(&["--action", "deploy", "--resource", "web", "--env", "production"]);
    let other = queue.ask(&["--action", "deploy", "--resource", "web", "--env", "production"]);
    let consume = |asked: &crate::kit::Asked, status| {
        let file = queue.token_file(asked);
        let args = ["consume", &asked.id, "--token-file", file.to_str().unwrap(), "--hash", &asked.hash];
        queue.does(&[&args[..], &["--env", "production"]].concat(), status)
    };
    for asked in [&asked, &other] {
        queue.does(&["approve", &asked.id, "--sign", ann.to_str().unwrap()], 0);
    }
    // Somebody with the file in hand lets Ann's vote say something else.
    tamper(
        &queue,
        &format!("UPDATE vote SET body = json_set(body, '$.ballot.comment', 'gladly') WHERE approval = '{}'", asked.id),
    );
    assert_eq!(queue.show(&asked.id)["state"], "approved");
    assert!(queue.does(&["verify", &asked.id], 1).out.contains("does NOT hold"));
    assert!(consume(&asked, 1).err.contains("wrong_signature"));
    assert_eq!(queue.show(&asked.id)["state"], "approved");
    consume(&other, 0);
    assert_eq!((queue.count("approval.invalid"), queue.count("approval.consumed")), (1, 1));
}

/// An agent that holds keys, until it is dropped.
struct Agent(std::process::Child);

impl Agent {
    fn start(socket: &std::path::Path) -> Self {
        let agent = Command::new("ssh-agent").args(["-D", "-a"]).arg(socket).stdout(Stdio::null()).spawn().unwrap();
        let agent = Self(agent);
        let until = Instant::now() + Duration::from_secs(30);
        while !socket.exists() {
            assert!(Instant::now() < until, "ssh-agent does not listen");
            std::thread::sleep(Duration::from_millis(20));
        }
        agent
    }
}

impl Drop for Agent {
    fn drop(&mut self) {
        // One that has ended needs no killing.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[test]
fn a_key_that_only_an_agent_holds_signs() {
    if !can_sign() {
        return;
    }
    let keys = tempfile::tempdir().unwrap();
    let (ann, public) = key(keys.path(), "ann");
    let socket = keys.path().join("agent");
    let _agent = Agent::start(&socket);
    let added = Command::new("ssh-add").arg("-q").arg(&ann).env("SSH_AUTH_SOCK", &socket).status().unwrap();
    assert!(added.success());
    std::fs::remove_file(&ann).unwrap();
    let queue = signing_queue(&public);
    let asked = queue.ask(&["--action", "deploy", "--resource", "web", "--env", "production"]);
    let public_file = ann.with_extension("pub");
    let approve = ["approvals", "approve", &asked.id, "--sign", public_file.to_str().unwrap()];
    let without = queue.command(&approve).env_remove("SSH_AUTH_SOCK").output().unwrap();
    assert_eq!(without.status.code(), Some(2), "{without:?}");
    let with = queue.command(&approve).env("SSH_AUTH_SOCK", &socket).output().unwrap();
    assert!(with.status.success(), "{with:?}");
    let shown = queue.show(&asked.id);
    assert_eq!((&shown["state"], &shown["votes"][0]["strength"]), (&"approved".into(), &"ssh_signature".into()));
    assert!(queue.does(&["verify", &asked.id], 0).out.contains("the signature holds; counts"));
}
