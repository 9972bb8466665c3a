//! Votes signed by a real ssh-keygen.

use std::path::PathBuf;
use std::process::Command;

use crate::kit::Queue;

fn key(folder: &std::path::Path, name: &str) -> (PathBuf, String) {
    let file = folder.join(name);
    let made = Command::new("ssh-keygen").args(["-q", "-t", "ed25519", "-N", "", "-C", name, "-f"]).arg(&file).status();
    assert!(made.unwrap().success());
    let public = std::fs::read_to_string(file.with_extension("pub")).unwrap();
    (file, public.trim().to_owned())
}

/// ssh-keygen may be missing outside of CI.
fn can_sign() -> bool {
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
