//! Who may agree, and how many must: delegation, byzantine quorums, silence, suspension, the advice of agents.

use govctl::approvals::{Choice, Ineligible, Standing};
use govctl::policy::raw::approvals::Strategy;
use govctl::policy::raw::values::Tier;
use govctl::store::approvals::{Invalid, Refused};

use crate::kit::{Queue, RIPENS, TTL, person};

const ID: &str = "ap-22222222";

fn asked(text: &str, tier: Tier, strategy: Strategy) -> Queue {
    let mut queue = Queue::new(text);
    queue.ask(ID, tier, strategy);
    queue
}

fn approver(id: &str, can_approve: &str) -> String {
    format!("[[approvers.user]]\nid = \"{id}\"\nrole = \"owner\"\ncan_approve = [{can_approve}]\nos_user = \"{id}\"\n")
}

fn delegation(from: &str, to: &str, more: &str) -> String {
    format!("[[approvers.delegation]]\nfrom = \"{from}\"\nto = \"{to}\"\n{more}")
}

/// Votes, and says why it does not hold.
fn vote(queue: &mut Queue, voter: &str, choice: Choice) -> Option<Refused> {
    queue.vote(ID, voter, choice).unwrap().refused
}

fn agrees(queue: &mut Queue, voter: &str) -> Option<Refused> {
    vote(queue, voter, Choice::Approve)
}

fn look(queue: &mut Queue) -> Standing {
    queue.with(|store, context| store.settle_approval(context, ID)).unwrap()
}

fn state(queue: &mut Queue) -> &'static str {
    look(queue).state.name()
}

fn counted(queue: &mut Queue) -> (u64, u64) {
    let standing = look(queue);
    let tally = queue.with(|store, context| store.tally(context, &standing)).unwrap();
    (tally.approvals, tally.quorum)
}

const LONG: &str = "until = 2030-01-01\n";
const NOT_ALLOWED: Option<Refused> = Some(Refused::Voter(Ineligible::NotAllowed));

#[test]
fn a_deputy_fills_the_seat_of_who_is_away_and_no_second_one() {
    let people = [approver("ann", "\"deploy\""), approver("cy", "\"deploy\""), approver("bob", "\"build\"")].concat();
    let mut queue = asked(&format!("{people}{}", delegation("ann", "bob", LONG)), Tier::High, Strategy::Multi);
    assert_eq!(agrees(&mut queue, "bob"), None);
    // Ann comes back: her seat is hers, and Bob's vote has no other.
    assert_eq!(agrees(&mut queue, "ann"), None);
    assert_eq!(counted(&mut queue), (1, 2));
    assert_eq!(state(&mut queue), "pending");
    assert_eq!(agrees(&mut queue, "cy"), None);
    assert_eq!(state(&mut queue), "approved");
}

#[test]
fn a_delegation_has_a_scope_and_an_end_and_may_be_handed_on() {
    let people = [approver("ann", "\"deploy\""), approver("bob", "\"build\""), approver("cy", "\"build\"")].concat();
    let with = |delegations: &str| asked(&format!("{people}{delegations}"), Tier::High, Strategy::Single);
    let other = delegation("ann", "bob", &format!("{LONG}scope = [\"build\"]\n"));
    assert_eq!(agrees(&mut with(&other), "bob"), NOT_ALLOWED);
    let over = delegation("ann", "bob", "until = 2026-01-01\n");
    assert_eq!(agrees(&mut with(&over), "bob"), NOT_ALLOWED);
    let on = [delegation("ann", "bob", LONG), delegation("bob", "cy", LONG)].concat();
    let mut queue = with(&on);
    assert_eq!(agrees(&mut queue, "cy"), None);
    assert_eq!(state(&mut queue), "approved");
    // It ends while the approval waits for its use.
    let mut queue = with(&delegation("ann", "bob", "until = 2026-05-28\n"));
    assert_eq!(agrees(&mut queue, "bob"), None);
    assert_eq!(state(&mut queue), "approved");
    queue.now.wall += 24 * 3_600_000;
    assert_ne!(state(&mut queue), "approved");
}

#[test]
fn who_asks_has_no_seat_to_give_away() {
    let people = [approver("req", "\"deploy\""), approver("bob", "\"build\""), approver("ann", "\"deploy\"")].concat();
    let mut queue = asked(&format!("{people}{}", delegation("req", "bob", LONG)), Tier::High, Strategy::Single);
    assert_eq!(agrees(&mut queue, "bob"), NOT_ALLOWED);
    assert_eq!(agrees(&mut queue, "req"), Some(Refused::Voter(Ineligible::Requester)));
    let mut queue = asked(&format!("{people}{}", delegation("ann", "req", LONG)), Tier::High, Strategy::Single);
    assert_eq!(agrees(&mut queue, "req"), Some(Refused::Voter(Ineligible::Requester)));
    // Nor does the requester's user cast the vote of another.
    let cast = queue.vote_as(ID, "ann", "req", Choice::Approve).unwrap();
    assert_eq!(cast.refused, Some(Refused::Voter(Ineligible::Requester)));
}

#[test]
fn one_of_four_can_neither_forge_nor_block_where_faults_are_tolerated() {
    let people: String = ["ann", "bob", "cy", "dan"].map(person).concat();
    let text = format!("[approvals.multi-approval]\nbyzantine_tolerance = true\n{people}");
    let mut queue = asked(&text, Tier::High, Strategy::Multi);
    assert_eq!(vote(&mut queue, "dan", Choice::Reject), None);
    for (voter, after) in [("ann", "pending"), ("bob", "pending"), ("cy", "approved")] {
        assert_eq!(agrees(&mut queue, voter), None);
        assert_eq!(state(&mut queue), after, "{voter}");
    }
    let mut queue = asked(&text, Tier::High, Strategy::Multi);
    assert_eq!(agrees(&mut queue, "ann"), None);
    assert_eq!(vote(&mut queue, "bob", Choice::Reject), None);
    assert_eq!(state(&mut queue), "pending");
    assert_eq!(vote(&mut queue, "cy", Choice::Reject), None);
    assert_eq!(state(&mut queue), "rejected");
}

#[test]
fn silence_agrees_to_what_is_medium_and_to_nothing_above() {
    let mut queue = asked(&person("ann"), Tier::Medium, Strategy::TimeBased);
    queue.pass(RIPENS - 1);
    assert_eq!(state(&mut queue), "pending");
    // A wall clock that was set ahead ripens nothing.
    queue.now.wall += TTL / 2;
    assert_eq!(state(&mut queue), "pending");
    queue.now.wall -= TTL / 2;
    queue.pass(1);
    assert_eq!(state(&mut queue), "approved");
    assert_eq!(queue.entries(ID), ["approval.created", "approval.granted"]);
    for tier in [Tier::High, Tier::Critical] {
        let mut queue = asked(&person("ann"), tier, Strategy::TimeBased);
        queue.pass(TTL - 1);
        assert_eq!(state(&mut queue), "pending", "{tier:?}");
        queue.pass(1);
        assert_eq!(state(&mut queue), "expired", "{tier:?}");
    }
    let mut queue = asked(&person("ann"), Tier::Medium, Strategy::TimeBased);
    assert_eq!(vote(&mut queue, "ann", Choice::Reject), None);
    queue.pass(RIPENS);
    assert_eq!(state(&mut queue), "rejected");
}

#[test]
fn the_votes_of_who_is_suspended_stop_counting() {
    let mut queue = asked(&["ann", "bob", "cy"].map(person).concat(), Tier::High, Strategy::Multi);
    assert_eq!(agrees(&mut queue, "ann"), None);
    assert_eq!(agrees(&mut queue, "bob"), None);
    assert_eq!(state(&mut queue), "approved");
    queue.suspend("user:ann", true);
    let refused = queue.consume(ID, ID, "default", true).unwrap().refused;
    assert_eq!(refused, Some(Refused::Invalid(Invalid::NotApproved)));
    assert_eq!(state(&mut queue), "pending");
    queue.suspend("cy", true);
    assert_eq!(agrees(&mut queue, "cy"), Some(Refused::Voter(Ineligible::Suspended)));
    queue.suspend("user:ann", false);
    assert_eq!(queue.consume(ID, ID, "default", true).unwrap().refused, None);
    let expected = ["created", "vote", "vote", "granted", "revoked", "invalid", "granted", "consumed"];
    assert_eq!(queue.entries(ID), expected.map(|t| format!("approval.{t}")));
}

#[test]
fn an_agent_advises_on_what_is_high_and_votes_on_what_is_not() {
    let agent = "[[approvers.agent]]\nid = \"bot\"\nrole = \"reviewer\"\ncan_approve = [\"*\"]\n";
    let text = format!("{}{agent}", person("ann"));
    let mut queue = asked(&text, Tier::High, Strategy::Single);
    assert_eq!(agrees(&mut queue, "bot"), None);
    assert_eq!(counted(&mut queue), (0, 1));
    assert_eq!(state(&mut queue), "pending");
    let entries = queue.told(ID);
    let last = entries.last().unwrap();
    assert_eq!((&last["type"], &last["actor"]["kind"]), (&"approval.vote".into(), &"agent".into()));
    // Nor does its refusal stop what a person agrees to.
    let mut queue = asked(&text, Tier::Critical, Strategy::Single);
    assert_eq!(vote(&mut queue, "bot", Choice::Reject), None);
    assert_eq!(state(&mut queue), "pending");
    assert_eq!(agrees(&mut queue, "ann"), None);
    assert_eq!(state(&mut queue), "approved");
    let mut queue = asked(&text, Tier::Medium, Strategy::Single);
    assert_eq!(agrees(&mut queue, "bot"), None);
    assert_eq!(state(&mut queue), "approved");
}
