//! The queue in its store: random interleavings of every command, of both clocks, of policies, suspensions and crashes
//! against a reference model, and what the model leaves out of who may agree.
#![allow(clippy::unwrap_used)]

#[path = "approvals_model/kit.rs"]
mod kit;
#[path = "approvals_model/model.rs"]
mod model;
#[path = "approvals_model/people.rs"]
mod people;

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};

use govctl::approvals::state::Refusal;
use govctl::approvals::{Choice, Ineligible, State};
use govctl::policy::raw::approvals::Strategy;
use govctl::policy::raw::values::Tier;
use govctl::store::StoreError;
use govctl::store::approvals::{self, Refused};
use kit::{Queue, party, person};
use model::{Approval, World};
use proptest::prelude::*;
use proptest::strategy::Strategy as Generator;
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};

#[derive(Clone, Debug)]
enum Command {
    Ask(Tier, Strategy),
    Vote(&'static str, Choice),
    Withdraw(&'static str),
    Cancel(&'static str),
    Consume(Option<&'static str>),
    Look,
    /// Both clocks go on.
    Pass(i64),
    /// Somebody sets the wall clock.
    SetClock(i64),
    Reboot,
    Policy(&'static str),
    Suspend(&'static str, bool),
}

/// A command, which of the approvals it is on, and after how many entries its transaction dies.
type Step = (Command, usize, Option<i64>);

fn command() -> impl Generator<Value = Command> {
    let people = || prop::sample::select(vec!["ann", "bob", "cy"]);
    let anybody = prop::sample::select(vec!["ann", "bob", "cy", "req"]);
    let choice = prop_oneof![4 => Just(Choice::Approve), 1 => Just(Choice::Reject)];
    let strategy = prop::sample::select(vec![Strategy::Single, Strategy::Multi, Strategy::TimeBased]);
    let faults =
        prop::sample::select(vec![Some("wrong_token"), Some("wrong_tenant"), Some("wrong_hash"), None, None, None]);
    prop_oneof![
        3 => (prop::sample::select(vec![Tier::Medium, Tier::High]), strategy).prop_map(|(t, s)| Command::Ask(t, s)),
        9 => (anybody, choice).prop_map(|(who, c)| Command::Vote(who, c)),
        3 => people().prop_map(Command::Withdraw),
        1 => prop::sample::select(vec!["req", "ann"]).prop_map(Command::Cancel),
        5 => faults.prop_map(Command::Consume),
        4 => Just(Command::Look),
        4 => (1..500_i64).prop_map(Command::Pass),
        1 => (-3_600_000..2000_i64).prop_map(Command::SetClock),
        1 => (-600..600_i64).prop_map(Command::SetClock),
        1 => Just(Command::Reboot),
        1 => prop::sample::select(vec!["sha256:a", "sha256:b"]).prop_map(Command::Policy),
        4 => (people(), any::<bool>()).prop_map(|(who, on)| Command::Suspend(who, on)),
    ]
}

/// The queue and the model of it.
struct Both {
    queue: Queue,
    world: World,
    models: Vec<Approval>,
    /// The last final state that was seen of each.
    finals: BTreeMap<usize, &'static str>,
}

impl Both {
    fn new() -> Self {
        let queue = Queue::new(&format!("{}{}{}", person("ann"), person("bob"), person("cy")));
        let world = World {
            wall: queue.now.wall,
            boot: queue.now.boot.clone().unwrap(),
            policy: queue.policy_hash.clone(),
            suspended: Default::default(),
        };
        Self { queue, world, models: Vec::new(), finals: BTreeMap::new() }
    }

    fn id(n: usize) -> String {
        format!("ap-{n:08}")
    }

    /// One step on both, which must come to the same.
    fn step(&mut self, (command, which, crash): &Step) {
        match command {
            Command::Pass(ms) => (self.world.wall, self.world.boot.1) = (self.world.wall + ms, self.world.boot.1 + ms),
            Command::SetClock(ms) => self.world.wall += ms,
            Command::Reboot => self.world.boot = (format!("{}'", self.world.boot.0), 10),
            Command::Policy(hash) => (*hash).clone_into(&mut self.world.policy),
            Command::Suspend(who, on) => {
                if *on {
                    self.world.suspended.insert((*who).into())
                } else {
                    self.world.suspended.remove(*who)
                };
                self.queue.suspend(who, *on);
            }
            Command::Ask(..) => self.on(self.models.len(), command, *crash),
            _ if self.models.is_empty() => {}
            _ => self.on(which % self.models.len(), command, *crash),
        }
        self.queue.now = self.world.moment();
        self.queue.policy_hash.clone_from(&self.world.policy);
    }

    fn on(&mut self, n: usize, command: &Command, crash: Option<i64>) {
        let before = self.models.get(n).map_or(0, |m| m.entries.len());
        let mut model = self.models.get(n).cloned();
        let expected = on_model(&mut model, &self.world, command);
        let model = model.unwrap();
        let written = (model.entries.len() - before) as i64;
        if let Some(after) = crash {
            self.queue.let_crash(after);
        }
        let answer = on_queue(&mut self.queue, &Self::id(n), command);
        if crash.is_some() {
            self.queue.recover();
        }
        match answer {
            Err(error) => assert!(crash.is_some_and(|after| after < written), "{command:?}: {error:?}"),
            Ok(answer) => {
                assert!(crash.is_none_or(|after| after >= written), "{command:?} survived its crash");
                assert_eq!(answer, expected, "{command:?} on {model:?}");
                if n == self.models.len() { self.models.push(model) } else { self.models[n] = model }
            }
        }
        if let Some(model) = self.models.get(n) {
            let model = model.clone();
            self.same(n, &model);
        }
    }

    fn same(&mut self, n: usize, model: &Approval) {
        let id = Self::id(n);
        let state = self.queue.store().approval(&id).unwrap().state;
        assert_eq!(state.name(), model.state, "{model:?}");
        assert_eq!(self.queue.entries(&id), model.entries);
        if let Some(was) = self.finals.get(&n) {
            assert_eq!(state.name(), *was, "a final state was left");
        }
        if state.is_final() {
            self.finals.insert(n, state.name());
        }
    }
}

fn on_model(model: &mut Option<Approval>, world: &World, command: &Command) -> model::Answer {
    if let Command::Ask(tier, strategy) = command {
        *model = Some(Approval::ask(world, *tier, *strategy));
        return None;
    }
    let model = model.as_mut().unwrap();
    match command {
        Command::Vote(who, choice) => model.vote(world, who, *choice),
        Command::Withdraw(who) => model.withdraw(world, who),
        Command::Cancel(who) => model.cancel(world, who),
        Command::Consume(fault) => model.consume(world, *fault),
        _ => {
            model.look(world);
            None
        }
    }
}

fn on_queue(queue: &mut Queue, id: &str, command: &Command) -> Result<model::Answer, StoreError> {
    let answer = match command {
        Command::Ask(tier, strategy) => {
            let bound = kit::bound(id, *tier, *strategy, &queue.policy_hash.clone());
            return queue.with(|store, context| store.request_approval(context, &bound, kit::token(id))).map(|_| None);
        }
        Command::Vote(who, choice) => queue.vote(id, who, *choice)?,
        Command::Withdraw(who) => queue.with(|store, context| store.withdraw_vote(context, id, who, Some(who)))?,
        Command::Cancel(who) => {
            let who = party(who);
            queue.with(|store, context| store.cancel_approval(context, id, &who, ""))?
        }
        Command::Consume(fault) => {
            let token = if *fault == Some("wrong_token") { "other" } else { id };
            let tenant = if *fault == Some("wrong_tenant") { "other" } else { "default" };
            queue.consume(id, token, tenant, *fault != Some("wrong_hash"))?
        }
        _ => return queue.with(|store, context| store.settle_approval(context, id)).map(|_| None),
    };
    Ok(answer.refused.map(|why| told(&why)))
}

/// A refusal by the word that the model has for it.
fn told(why: &Refused) -> &'static str {
    match why {
        Refused::State(Refusal::Final(_)) => "final",
        Refused::State(Refusal::AlreadyApproved) => "approved",
        Refused::Voter(Ineligible::Suspended) => "suspended",
        Refused::Voter(Ineligible::Unknown) => "requester",
        Refused::AlreadyVoted => "voted",
        Refused::NoVote => "no vote",
        Refused::NotRequester => "not the requester",
        Refused::Invalid(why) => approvals::Invalid::code(*why),
        other => panic!("{other:?}"),
    }
}

#[test]
fn every_interleaving_goes_as_the_model_says() {
    let crash = prop_oneof![7 => Just(None), 1 => (0..2_i64).prop_map(Some)];
    let steps = prop::collection::vec((command(), 0..3_usize, crash), 10..70);
    let cases = std::env::var("GOVCTL_TEST_INTERLEAVINGS").ok().and_then(|n| n.parse().ok()).unwrap_or(150);
    let config = Config { cases, failure_persistence: None, max_shrink_iters: 400, ..Config::default() };
    let mut runner = TestRunner::new_with_rng(config, TestRng::deterministic_rng(RngAlgorithm::ChaCha));
    let reached = RefCell::new(BTreeSet::new());
    let ran = runner.run(&steps, |steps| {
        let mut both = Both::new();
        steps.iter().for_each(|step| both.step(step));
        assert!(both.queue.store().verify(&[], &[]).unwrap().walked.problems.is_empty());
        reached.borrow_mut().extend(both.models.iter().map(|m| m.state));
        Ok(())
    });
    ran.unwrap();
    assert_eq!(reached.borrow().len(), State::ALL.len(), "not every state was reached: {reached:?}");
}
