//! Races of real processes. GOVCTL_TEST_RACES raises the number of rounds (100 were meant; a debug build starts slowly).

use std::process::{Child, Stdio};

use crate::kit::{Asked, Queue};

fn rounds(few: u32) -> u32 {
    std::env::var("GOVCTL_TEST_RACES").ok().and_then(|n| n.parse().ok()).unwrap_or(few)
}

fn start(queue: &Queue, args: &[&str]) -> Child {
    queue.command(args).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap()
}

fn consumers(queue: &Queue, asked: &Asked, count: usize) -> Vec<Child> {
    let file = queue.token_file(asked);
    let args = ["approvals", "consume", &asked.id, "--token-file", file.to_str().unwrap(), "--hash", &asked.hash];
    (0..count).map(|_| start(queue, &args)).collect()
}

#[test]
fn of_many_consumers_one_succeeds() {
    let queue = Queue::alone();
    for round in 0..rounds(2) {
        let asked = queue.ask_deploy();
        queue.does(&["approve", &asked.id], 0);
        let ended: Vec<_> = consumers(&queue, &asked, 64).iter_mut().map(|c| c.wait().unwrap().code()).collect();
        assert_eq!(ended.iter().filter(|c| **c == Some(0)).count(), 1, "round {round}: {ended:?}");
        assert_eq!(ended.iter().filter(|c| **c == Some(1)).count(), 63, "round {round}: {ended:?}");
        assert_eq!(queue.count("approval.consumed"), u64::from(round) + 1);
    }
    assert_eq!(queue.run(&["audit", "verify"]).status, 0);
}

#[test]
fn of_approve_reject_and_expire_one_wins() {
    let queue = Queue::alone();
    for round in 0..rounds(3) {
        let asked = queue.ask(&["--action", "deploy", "--resource", "web", "--ttl", "300ms"]);
        let mut voters = [
            start(&queue, &["approvals", "approve", &asked.id]),
            start(&queue, &["approvals", "reject", &asked.id, "--reason", "no"]),
        ];
        let ended: Vec<_> = voters.iter_mut().map(|c| c.wait().unwrap().code()).collect();
        assert!(ended.iter().filter(|c| **c == Some(0)).count() <= 1, "round {round}: {ended:?}");
        let shown = queue.show(&asked.id);
        let types: Vec<_> = shown["entries"].as_array().unwrap().iter().map(|e| e["type"].as_str().unwrap()).collect();
        let count = |t: &str| types.iter().filter(|k| **k == t).count();
        let decided = count("approval.granted") + count("approval.rejected");
        let last = *types.last().unwrap();
        match shown["state"].as_str().unwrap() {
            "approved" => assert_eq!((decided, last), (1, "approval.granted"), "{types:?}"),
            "rejected" => assert_eq!((decided, last), (1, "approval.rejected"), "{types:?}"),
            "expired" => assert_eq!((decided, last), (0, "approval.expired"), "{types:?}"),
            "pending" => assert_eq!(decided, 0, "{types:?}"),
            other => panic!("{other}"),
        }
    }
}

#[test]
fn killing_processes_never_uses_an_approval_twice() {
    let queue = Queue::alone();
    for round in 0..rounds(3) {
        let asked = queue.ask_deploy();
        queue.does(&["approve", &asked.id], 0);
        let mut running = consumers(&queue, &asked, 6);
        // Sooner and later in their lives.
        std::thread::sleep(std::time::Duration::from_millis(u64::from(round) * 7));
        for child in running.iter_mut().take(3) {
            // One that has ended cannot be killed, and that is all right.
            let _ = child.kill();
        }
        let succeeded = running.iter_mut().map(|c| c.wait().unwrap()).filter(|s| s.success());
        assert!(succeeded.count() <= 1, "round {round}");
        let types = queue.show(&asked.id)["entries"].to_string();
        assert_eq!(types.matches("approval.consumed").count(), 1, "round {round}: {types}");
        assert_eq!(types.matches("approval.vote").count(), 1, "{types}");
    }
    assert_eq!(queue.run(&["audit", "verify"]).status, 0);
}

#[test]
fn killing_voters_never_leaves_half_a_vote() {
    let queue = Queue::alone();
    for round in 0..rounds(6) {
        let asked = queue.ask_deploy();
        let mut voting = start(&queue, &["approvals", "approve", &asked.id]);
        std::thread::sleep(std::time::Duration::from_millis(u64::from(round) * 4));
        // One that has ended cannot be killed, and that is all right.
        let _ = voting.kill();
        let ended = voting.wait().unwrap();
        let shown = queue.show(&asked.id);
        let types = shown["entries"].to_string();
        let counts = ["approval.vote", "approval.granted"].map(|t| types.matches(t).count());
        let votes = shown["votes"].as_array().unwrap().len();
        match shown["state"].as_str().unwrap() {
            "approved" => assert_eq!((votes, counts), (1, [1, 1]), "round {round}: {types}"),
            "pending" => assert_eq!((votes, counts, ended.success()), (0, [0, 0], false), "round {round}: {types}"),
            other => panic!("{other}"),
        }
    }
    assert_eq!(queue.run(&["audit", "verify"]).status, 0);
}
