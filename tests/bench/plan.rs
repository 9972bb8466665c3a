//! How long a plan takes to judge, and a graph to hold against its plan; goals: 100 µs for ten steps, 100 ms for 10,000 nodes.

#![allow(clippy::expect_used)]

use govctl::gate::Judge;
use govctl::gate::verdict::Outcome;
use govctl::plan::{Actor, ActorKind, Plan, Step, graph};
use govctl::policy::{Context, judge_text};

fn main() {
    divan::main();
}

const WHOLE: &str = include_str!("../fixtures/policy/whole.toml");

fn plan(steps: usize) -> Plan {
    let step = |i: usize| {
        let mut step = Step::new("docs.read", format!("docs:users-{i}"), format!("key-{i}"));
        step.step_id = Some(format!("step-id-{i}"));
        step.params.insert("count".into(), 7.into());
        step.params.insert("where".into(), "created > 2026-01-01".into());
        step.paths = Some(vec![format!("src/part/{i}.rs")]);
        step.labels = Some(vec!["nightly".into()]);
        step
    };
    let mut plan = Plan::of_one_step("acme", Actor::new(ActorKind::Agent, "worker"), step(0));
    plan.steps.extend((1..steps).map(step));
    plan
}

/// Bytes to verdict.
#[divan::bench]
fn validate_ten_steps(bencher: divan::Bencher) {
    let context = Context { today: jiff::civil::date(2026, 1, 1), environment: Some("development".into()) };
    let policy = judge_text("governance.toml", WHOLE, &context).policy;
    let judge = Judge::new(policy.as_ref().expect("a valid policy"));
    let bytes = plan(10).canonical().into_bytes();
    let verdict = judge.judge(&bytes);
    assert_eq!((verdict.outcome, verdict.violations), (Outcome::Pass, Vec::new()));
    bencher.bench(|| judge.judge(divan::black_box(&bytes)));
}

/// What the same text costs an ordinary reader.
#[divan::bench]
fn ten_steps_json_only(bencher: divan::Bencher) {
    let bytes = plan(10).canonical().into_bytes();
    bencher.bench(|| serde_json::from_slice::<serde_json::Value>(divan::black_box(&bytes)).is_ok());
}

/// As many nodes as steps, none changed.
#[divan::bench(args = [100, 1_000, 10_000, 100_000], sample_count = 20, sample_size = 1)]
fn verify(bencher: divan::Bencher, steps: usize) {
    let plan = plan(steps);
    let graph = graph::of(&plan);
    bencher.bench(|| graph::verify(&plan, &graph).is_empty());
}
