//! Several people, each with a key of their own, before the real binary: quorums, deputies, silence, suspension.

use std::path::PathBuf;

use govctl::audit::entry::{Actor, Event};
use govctl::audit::kind::EventType;
use govctl::store::{Location, Options, Store};

use crate::kit::{Asked, Queue};
use crate::signed::{can_sign, key};

/// People of a policy, and where their keys are.
struct People {
    queue: Queue,
    keys: tempfile::TempDir,
}

impl People {
    /// Each with globs of what they may agree to.
    fn new(people: &[(&str, &str)], more: &str) -> Self {
        let keys = tempfile::tempdir().unwrap();
        let person = |(id, globs): &(&str, &str)| {
            let (_, public) = key(keys.path(), id);
            format!(
                "[[approvers.user]]\nid = \"{id}\"\nrole = \"administrator\"\ncan_approve = [\"{globs}\"]\nkey = \"{public}\"\n"
            )
        };
        let people: String = people.iter().map(person).collect();
        Self { queue: Queue::new(&format!("{more}\n{people}")), keys }
    }

    fn votes(&self, command: &str, who: &str, asked: &Asked, status: i32) -> String {
        let file: PathBuf = self.keys.path().join(who);
        let mut args = vec![command, &asked.id, "--as", who];
        match command {
            "approve" => args.extend(["--sign", file.to_str().unwrap()]),
            "reject" => args.extend(["--sign", file.to_str().unwrap(), "--reason", "no"]),
            _ => {}
        }
        let ran = self.queue.does(&args, status);
        format!("{}{}", ran.out, ran.err)
    }

    fn state(&self, asked: &Asked) -> String {
        self.queue.show(&asked.id)["state"].as_str().unwrap().to_owned()
    }
}

#[test]
fn a_share_of_all_who_may_agree_must_agree() {
    if !can_sign() {
        return;
    }
    let people = People::new(
        &["a", "b", "c", "d", "e"].map(|p| (p, "*")),
        "approvals.multi-approval.quorum_percentage = \"3/5\"",
    );
    let asked = people.queue.ask_deploy();
    assert!(people.votes("approve", "a", &asked, 0).contains("1 of 3, two more from role administrator"));
    people.votes("approve", "b", &asked, 0);
    assert_eq!(people.state(&asked), "pending");
    assert!(people.votes("approve", "b", &asked, 1).contains("voted already"));
    people.votes("approve", "c", &asked, 0);
    assert_eq!(people.state(&asked), "approved");
    people.queue.consume(&asked, 0);
}

#[test]
fn one_of_four_can_neither_forge_nor_block_where_faults_are_tolerated() {
    if !can_sign() {
        return;
    }
    let people =
        People::new(&["a", "b", "c", "d"].map(|p| (p, "*")), "approvals.multi-approval.byzantine_tolerance = true");
    let asked = people.queue.ask_deploy();
    people.votes("reject", "d", &asked, 0);
    for (who, after) in [("a", "pending"), ("b", "pending"), ("c", "approved")] {
        people.votes("approve", who, &asked, 0);
        assert_eq!(people.state(&asked), after, "{who}");
    }
    let asked = people.queue.ask_deploy();
    people.votes("reject", "d", &asked, 0);
    people.votes("reject", "c", &asked, 0);
    assert_eq!(people.state(&asked), "rejected");
}

#[test]
fn a_deputy_stands_in_within_the_scope_and_until_the_day() {
    if !can_sign() {
        return;
    }
    let delegation = |from: &str, to: &str, scope: &str, until: &str| {
        format!("[[approvers.delegation]]\nfrom = \"{from}\"\nto = \"{to}\"\nscope = [\"{scope}\"]\nuntil = {until}\n")
    };
    let more = [
        "approvals.strategies.high_risk_operations = \"single-approval\"\n".to_owned(),
        delegation("a", "b", "deploy", "2999-12-31"),
        delegation("a", "c", "drop_*", "2999-12-31"),
        delegation("a", "d", "deploy", "2020-01-01"),
    ]
    .concat();
    let people = People::new(&[("a", "*"), ("b", "build"), ("c", "build"), ("d", "build")], &more);
    let asked = people.queue.ask_deploy();
    assert!(people.votes("approve", "c", &asked, 1).contains("may not agree"));
    assert!(people.votes("approve", "d", &asked, 1).contains("may not agree"));
    people.votes("approve", "b", &asked, 0);
    assert_eq!(people.state(&asked), "approved");
    // Who asks has no seat to give away.
    let own = people.queue.ask(&["--action", "deploy", "--resource", "web", "--as", "user:a"]);
    assert!(people.votes("approve", "b", &own, 1).contains("may not agree"));
    assert!(people.votes("approve", "a", &own, 1).contains("ask for themselves"));
}

#[test]
fn the_vote_of_who_is_suspended_stops_counting() {
    if !can_sign() {
        return;
    }
    let people =
        People::new(&[("a", "*"), ("b", "*")], "approvals.strategies.high_risk_operations = \"single-approval\"");
    let asked = people.queue.ask_deploy();
    people.votes("approve", "a", &asked, 0);
    suspend(&people.queue, "a");
    people.queue.consume(&asked, 3);
    assert_eq!(people.state(&asked), "pending");
    assert!(people.votes("withdraw", "a", &asked, 0).contains("0 of 1"));
    assert!(people.votes("approve", "a", &asked, 1).contains("suspended"));
    people.votes("approve", "b", &asked, 0);
    people.queue.consume(&asked, 0);
}

/// As whoever suspends actors will write it into the log.
fn suspend(queue: &Queue, who: &str) {
    let mut folders = vec![queue.state.path().to_owned()];
    while let Some(path) = folders.pop() {
        if path.is_dir() {
            folders.extend(std::fs::read_dir(&path).unwrap().map(|e| e.unwrap().path()));
        } else if path.extension().is_some_and(|e| e == "db") {
            let mut store = Store::open(&Location::file(&path), Options::default()).unwrap();
            let mut event = Event::new(EventType::ActorSuspended, Actor::new("user", "auditor"));
            event.resource = Some(format!("user:{who}"));
            store.append(&event).unwrap();
        }
    }
}

#[test]
fn silence_agrees_to_what_is_medium_and_a_refusal_stops_it() {
    if !can_sign() {
        return;
    }
    let more = "approvals.time-based.approve_after = \"3s\"\n\
                approvals.strategies.external_calls = \"time-based\"\n\
                policies.operational.require_approval.operations = [\"build\"]";
    let people = People::new(&[("a", "*")], more);
    let build = || people.queue.ask(&["--action", "build", "--resource", "https://ci.example/web"]);
    let (asked, refused) = (build(), build());
    people.votes("reject", "a", &refused, 0);
    assert_eq!(people.queue.show(&asked.id)["strategy"], "time-based");
    people.queue.does(&["wait", &asked.id, "--timeout", "60s"], 0);
    assert_eq!(people.state(&refused), "rejected");
    // What is high waits for people, however long it is silent.
    let high = people.queue.ask_deploy();
    assert_ne!(people.queue.show(&high.id)["strategy"], "time-based");
}
