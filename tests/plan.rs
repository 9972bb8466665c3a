//! Plans: reading, hashing, rating, and what the commands say of them.

#![allow(clippy::unwrap_used)]

mod common;
#[path = "common/place.rs"]
mod place;

use govctl::gate::{Judge, Outcome, Tier};
use govctl::plan::{self, Code, graph};
use govctl::policy::{Context, Policy, judge_text};
use place::Place;
use proptest::prelude::*;
use serde_json::{Map, Value, json};

const POLICY: &str = r#"
policies.version = "1.0"
[[policies.action]]
name = "dns.update"
tier = "high"
providers = ["dns.one"]
params = { records = "array", ttl = "integer?" }
[[policies.action]]
name = "note.write"
tier = "low"
params = { text = "string?", count = "integer?" }
[[policies.action]]
name = "db.dropTable"
tier = "low"
[policies.risk]
critical = ["shutdown_system"]
high = ["repo.*"]
low = ["read_data", "undelete_note"]
high_risk_labels = ["payment"]
[policies.risk.paths]
critical = ["keys/**"]
high = ["**/migrations/**"]
[[policies.risk.escalate]]
id = "many"
when = { "params.count" = { gt = 100 }, action = "note.write" }
to = "critical"
[policies.operational.require_approval]
operations = ["send_mail"]
"#;

fn policy() -> Policy {
    let context = Context { today: jiff::civil::date(2026, 1, 1), environment: None };
    let verdict = judge_text("governance.toml", POLICY, &context);
    verdict.policy.unwrap_or_else(|| panic!("{:?}", verdict.mistakes))
}

/// A plan of one step.
fn plan_of(step: Value) -> Value {
    json!({ "tenant": "acme", "actor": { "kind": "agent", "id": "claude" }, "steps": [step] })
}

/// `note.write`, with other members.
fn note(more: Value) -> Value {
    let mut step =
        json!({ "action": "note.write", "resource": "note:1", "params": { "count": 1 }, "idempotency_key": "k" });
    more.as_object().unwrap().iter().for_each(|(name, value)| step[name] = value.clone());
    step
}

fn judged(policy: &Policy, plan: &Value) -> (Outcome, Option<Tier>, Vec<String>) {
    let verdict = Judge::new(policy).judge(plan.to_string().as_bytes());
    let codes = verdict.violations.iter().map(|v| format!("{} {}", v.path, v.code.name())).collect();
    (verdict.outcome, verdict.assessment.map(|a| a.tier), codes)
}

#[test]
fn tiers_come_from_every_part_and_the_worst_counts() {
    use Outcome::{Escalate, Pass};
    let policy = policy();
    let rows = [
        (json!({}), Pass, Tier::Low),
        (json!({ "action": "read_data" }), Pass, Tier::Low),
        (json!({ "action": "undelete_note" }), Pass, Tier::Low),
        (json!({ "action": "repo.push" }), Escalate, Tier::High),
        (json!({ "action": "shutdown_system" }), Escalate, Tier::Critical),
        (json!({ "action": "db.dropTable", "params": {} }), Escalate, Tier::High),
        (json!({ "action": "send_mail" }), Escalate, Tier::Medium),
        (json!({ "labels": ["docs"] }), Pass, Tier::Low),
        (json!({ "labels": ["ＰＡＹＭＥＮＴ"] }), Escalate, Tier::High),
        (json!({ "paths": ["docs/a.md"] }), Pass, Tier::Low),
        (json!({ "paths": ["docs/../keys/a.pem"] }), Escalate, Tier::Critical),
        (json!({ "paths": ["db\\migrations\\1.sql"] }), Escalate, Tier::High),
        (json!({ "paths": ["../other"] }), Escalate, Tier::High),
        (json!({ "paths": ["/etc/passwd"] }), Escalate, Tier::High),
        (json!({ "resource": "note:*" }), Escalate, Tier::High),
        (json!({ "resource": "notes/all" }), Escalate, Tier::High),
        (json!({ "resource": "note:allowance" }), Pass, Tier::Low),
        (json!({ "params": { "count": 100 } }), Pass, Tier::Low),
        (json!({ "params": { "count": 101 } }), Escalate, Tier::Critical),
        // What is not said counts as said where that restricts.
        (json!({ "params": {} }), Escalate, Tier::Critical),
        (json!({ "constraints": { "risk": "high" } }), Escalate, Tier::High),
        // The caller cannot lower it.
        (json!({ "action": "repo.push", "constraints": { "risk": "low" } }), Escalate, Tier::High),
    ];
    for (more, outcome, tier) in rows {
        assert_eq!(judged(&policy, &plan_of(note(more.clone()))), (outcome, Some(tier), vec![]), "{more}");
    }
    let mut two = plan_of(note(json!({})));
    two["steps"].as_array_mut().unwrap().push(note(json!({ "action": "repo.push", "idempotency_key": "l" })));
    let verdict = Judge::new(&policy).judge(two.to_string().as_bytes()).to_json();
    assert_eq!((&verdict["steps"][0]["tier"], &verdict["steps"][0]["own_tier"]), (&json!("high"), &json!("low")));
}

const RULES: &str = r#"
[[policies.constitution]]
id = "ours"
statement = "An agent does not shut the system down."
deny_when = { action = "shutdown_system", "actor.kind" = { not = "user" } }
[[policies.constitution]]
id = "small"
statement = "No more than a thousand at once."
deny_when = { action = "read_data", "params.count" = { gt = 1000 } }
[[policies.rule]]
id = "no-mail"
effect = "forbid"
actors = ["agent:*"]
actions = ["send_*"]
message = "Agents send no mail."
help = "Ask a person."
[[policies.rule]]
id = "leads-do-not-push"
effect = "forbid"
level = "soft"
actors = ["role:lead"]
actions = ["repo.push"]
[[policies.rule]]
id = "trainees-ask"
effect = "require_approval"
actors = ["level:trainee"]
actions = ["undelete_note"]
[[policies.rule]]
id = "mind-the-note"
effect = "warn"
resources = ["note:2"]
message = "Note 2 is read by many."
[[policies.rule]]
id = "in-production"
effect = "require_approval"
actions = ["note.write"]
resources = ["note:3"]
when = { environment = "production" }
[[approvers.user]]
id = "ada"
role = "lead"
can_approve = ["*"]
[reputation.permission_levels]
trainee = { min_score = 0, allowed_operations = ["read_data"] }
"#;

#[test]
fn the_constitution_and_the_rules_speak_against_a_plan() {
    let context = Context { today: jiff::civil::date(2026, 1, 1), environment: None };
    let verdict = judge_text("governance.toml", &format!("{POLICY}{RULES}"), &context);
    let policy = verdict.policy.unwrap_or_else(|| panic!("{:?}", verdict.mistakes));
    let by = |kind: &str, id: &str, step: Value| {
        let mut plan = plan_of(note(step));
        plan["actor"] = json!({ "kind": kind, "id": id });
        let verdict = Judge::new(&policy).judge(plan.to_string().as_bytes());
        let said = verdict.violations.iter().map(|v| format!("{} {}", v.code.name(), v.message));
        let notices = verdict.ruling.asks.iter().map(|n| format!("asks {}", n.rule));
        let warnings = verdict.ruling.warnings.iter().map(|n| format!("warns {}", n.rule));
        (verdict.outcome.name(), said.chain(notices).chain(warnings).collect::<Vec<_>>().join("; "))
    };
    let ours = "constitution An agent does not shut the system down. (ours)";
    let small = "constitution No more than a thousand at once. (small)";
    let mail = "forbidden Agents send no mail. Ask a person. (no-mail)";
    let push = "forbidden the policy forbids it (leads-do-not-push)";
    let rows = [
        (("agent", "bot", json!({ "action": "shutdown_system" })), ("REJECT", ours)),
        (("user", "bot", json!({ "action": "shutdown_system" })), ("ESCALATE", "")),
        (("agent", "bot", json!({ "action": "read_data", "params": { "count": 1001 } })), ("REJECT", small)),
        (("agent", "bot", json!({ "action": "read_data" })), ("PASS", "")),
        // What is not said counts as said where that restricts.
        (("agent", "bot", json!({ "action": "read_data", "params": {} })), ("REJECT", small)),
        (("agent", "bot", json!({ "action": "read_data", "params": { "count": "few" } })), ("REJECT", small)),
        (("agent", "bot", json!({ "action": "send_mail" })), ("REJECT", mail)),
        (("user", "bob", json!({ "action": "send_mail" })), ("ESCALATE", "")),
        (("user", "ada", json!({ "action": "repo.push" })), ("REJECT", push)),
        (("user", "bob", json!({ "action": "repo.push" })), ("ESCALATE", "")),
        (("user", "bob", json!({ "action": "undelete_note" })), ("ESCALATE", "asks trainees-ask")),
        (("user", "bob", json!({ "resource": "note:2" })), ("PASS", "warns mind-the-note")),
        (("user", "bob", json!({ "resource": "note:3" })), ("ESCALATE", "asks in-production")),
    ];
    for ((kind, id, step), (outcome, said)) in rows {
        assert_eq!(by(kind, id, step.clone()), (outcome, said.to_owned()), "{kind}:{id} {step}");
    }
}

#[test]
fn what_the_policy_does_not_know_is_rejected_beside_what_cannot_be_read() {
    let policy = policy();
    let dns = json!({ "action": "dns.update", "provider": "dns.one", "params": { "records": [] } });
    let with = |name: &str, value: Value| {
        let mut step = dns.clone();
        step[name] = value;
        note(step)
    };
    let rows = [
        (with("params", json!({ "records": [] })), vec![]),
        (
            with("params", json!({ "records": {}, "ttl": "1", "x": 1 })),
            vec!["params.records wrong_param_type", "params.ttl wrong_param_type", "params.x unknown_param"],
        ),
        (with("params", json!({})), vec!["params.records missing_param"]),
        (with("params", json!({ "records": [], "ttl": 1.5 })), vec!["params.ttl float"]),
        (with("provider", json!("dns.two")), vec!["provider unknown_provider"]),
        (with("provider", json!(7)), vec!["provider wrong_type"]),
        (with("action", json!("dns.destroy")), vec!["action unknown_action"]),
        (note(json!({ "action": "*", "budget_cents": 0.5 })), vec!["budget_cents float", "action unknown_action"]),
        (note(json!({ "action": "read_data", "provider": "who" })), vec!["provider unknown_provider"]),
    ];
    for (step, expected) in rows {
        let expected: Vec<_> = expected.iter().map(|e| format!("$.steps[0].{e}")).collect();
        let (outcome, _, found) = judged(&policy, &plan_of(step.clone()));
        assert_eq!(found, expected, "{step}");
        assert_eq!(outcome == Outcome::Reject, !expected.is_empty(), "{step}");
    }
}

#[test]
fn hashes_are_those_that_another_program_computes() {
    let golden: Value = serde_json::from_str(include_str!("fixtures/plan/golden.json")).unwrap();
    for vector in golden.as_array().unwrap() {
        let plan = plan::read(vector["plan"].to_string().as_bytes()).unwrap();
        assert_eq!(plan.plan_hash(), vector["plan_hash"]);
        for (step, expected) in plan.steps.iter().zip(vector["steps"].as_array().unwrap()) {
            assert_eq!(step.step_hash(), expected["step_hash"]);
            assert_eq!(plan.action_hash(step), expected["action_hash"]);
        }
        assert!(graph::verify(&plan, &graph::of(&plan)).is_empty());
    }
}

/// JSON with its members in another order and white space between everything.
fn scrambled(value: &Value, rng: &mut fastrand::Rng) -> String {
    let space = |rng: &mut fastrand::Rng| [" ", "\n", "\t", "", "\r\n"][rng.usize(..5)].to_owned();
    match value {
        Value::Object(map) => {
            let mut members: Vec<_> = map.iter().collect();
            rng.shuffle(&mut members);
            let text = |(name, value): (&String, &Value)| {
                format!("{}:{}{}", json!(name), space(&mut rng.fork()), scrambled(value, rng))
            };
            let members: Vec<_> = members.into_iter().map(text).collect();
            format!("{{{}{}}}", space(rng), members.join(&format!("{},", space(rng))))
        }
        Value::Array(items) => {
            let items: Vec<_> = items.iter().map(|v| scrambled(v, rng)).collect();
            format!("[{}{}]", items.join(", "), space(rng))
        }
        other => other.to_string(),
    }
}

fn golden_plans() -> Vec<Value> {
    let golden: Value = serde_json::from_str(include_str!("fixtures/plan/golden.json")).unwrap();
    golden.as_array().unwrap().iter().map(|v| v["plan"].clone()).collect()
}

/// Every place in a value, as a JSON pointer.
fn places(value: &Value, at: &str, out: &mut Vec<String>) {
    out.push(at.to_owned());
    match value {
        Value::Object(map) => map.iter().for_each(|(n, v)| places(v, &format!("{at}/{n}"), out)),
        Value::Array(items) => items.iter().enumerate().for_each(|(i, v)| places(v, &format!("{at}/{i}"), out)),
        _ => {}
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn neither_order_nor_white_space_changes_a_hash(seed: u64) {
        let mut rng = fastrand::Rng::with_seed(seed);
        for plan in golden_plans() {
            let text = scrambled(&plan, &mut rng);
            let read = plan::read(text.as_bytes()).unwrap();
            prop_assert_eq!(read.plan_hash(), plan::canonical::hash("plan", &plan));
        }
    }

    #[test]
    fn every_mutation_of_a_valid_plan_is_rejected(seed: u64) {
        let mut rng = fastrand::Rng::with_seed(seed);
        for mut plan in golden_plans() {
            let mut all = Vec::new();
            places(&plan, "", &mut all);
            // Parameters may hold anything but fractions.
            let is_free = |p: &str| p.contains("/params/") || p.contains("/constraints/");
            let place = all[rng.usize(..all.len())].clone();
            let target = plan.pointer_mut(&place).unwrap();
            match (target, rng.usize(..3)) {
                (Value::Object(map), 0) if !is_free(&place) && !place.ends_with("params") && !place.ends_with("constraints") => {
                    map.insert("surplus".into(), Value::Null);
                }
                (target, 1) if !is_free(&place) => *target = Value::Null,
                (target, _) => *target = json!(0.5),
            }
            prop_assert!(plan::read(plan.to_string().as_bytes()).is_err(), "{} in {}", place, plan);
        }
    }

    #[test]
    fn a_cut_plan_is_never_one(seed: u64) {
        let text = golden_plans()[1].to_string();
        let mut rng = fastrand::Rng::with_seed(seed);
        prop_assert!(plan::read(&text.as_bytes()[..rng.usize(..text.len())]).is_err());
    }

    #[test]
    fn leaving_something_out_never_lowers_the_tier(count in 0i64..200, label in any::<bool>(), path in any::<bool>()) {
        let policy = policy();
        let tier = |step: Value| judged(&policy, &plan_of(step)).1.unwrap();
        let base = tier(note(json!({ "params": { "count": count } })));
        let without = tier(note(json!({ "params": {} })));
        prop_assert!(without >= base);
        let mut more = Map::new();
        if label { more.insert("labels".into(), json!(["payment"])); }
        if path { more.insert("paths".into(), json!(["keys/k"])); }
        more.insert("params".into(), json!({ "count": count }));
        let with_more = tier(note(Value::Object(more)));
        prop_assert!(with_more >= base);
    }
}

#[test]
fn a_graph_with_any_node_changed_fails() {
    let plan = plan::read(golden_plans()[2].to_string().as_bytes()).unwrap();
    let good = graph::of(&plan);
    for i in 0..good.nodes.len() {
        let codes = |change: &dyn Fn(&mut graph::Graph)| {
            let mut graph = good.clone();
            change(&mut graph);
            graph::verify(&plan, &graph).iter().map(|v| v.code).collect::<Vec<_>>()
        };
        assert!(codes(&|g| drop(g.nodes.remove(i))).contains(&Code::GraphMissing));
        assert!(codes(&|g| g.nodes.push(g.nodes[i].clone())).contains(&Code::GraphDuplicate));
        assert!(codes(&|g| g.nodes[i].step_id.push('x')).contains(&Code::GraphExtra));
        assert!(codes(&|g| g.nodes[i].step_hash = "sha256:0".into()).contains(&Code::GraphChanged));
        if i > 0 {
            let swapped = codes(&|g| g.nodes.swap(i, i - 1));
            assert!(swapped.contains(&Code::GraphReordered) && swapped.contains(&Code::GraphDependency));
        }
    }
}

#[test]
fn the_json_corpus_is_read_as_strictly_as_by_the_strict_reader() {
    let Some(shared) = common::shared() else { return };
    let mut count = 0;
    for entry in std::fs::read_dir(shared.join("data/json")).unwrap() {
        let path = entry.unwrap().path();
        let bytes = std::fs::read(&path).unwrap();
        let mut notes = plan::violation::Violations::default();
        let read = plan::tree::parse(&bytes, &mut notes);
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        // The strict reader lets invisible characters in members' names pass, which a plan does not.
        let hidden = notes.into_vec();
        let clean = read.is_some() && hidden.iter().all(|v| v.code == Code::ControlCharacter);
        assert_eq!(clean, plan::strict::parse(&bytes).is_ok(), "{name}");
        assert!(!clean || name.starts_with("y_"), "{name}");
        count += 1;
    }
    assert!(count > 250, "{count}");
}

#[test]
fn the_commands_say_what_they_found_and_log_it() {
    let place = Place::repository(&[("governance.toml", POLICY)]);
    let pass = plan_of(note(json!({})));
    place.write("pass.json", pass.to_string());
    place.write("ask.json", plan_of(note(json!({ "action": "repo.push" }))).to_string());
    place.write("no.json", r#"{"tenant":"t","tenant":"u","actor":1,"steps":[]}"#);
    let ran = place.govctl(&["plan", "validate", "pass.json"]);
    assert!(ran.status == 0 && ran.out.starts_with("PASS  sha256:"), "{ran:?}");
    let ran = place.govctl(&["plan", "validate", "ask.json", "--json"]);
    let document: Value = serde_json::from_str(&ran.out).unwrap();
    assert_eq!((ran.status, &document["verdict"], &document["tier"]), (3, &json!("ESCALATE"), &json!("high")));
    assert_eq!((&document["requires_approval"], &document["strategy"]), (&json!(true), &json!("multi-approval")));
    let ran = place.govctl(&["plan", "validate", "no.json"]);
    assert_eq!(ran.status, 1);
    for part in ["REJECT", "$.tenant  duplicate_key", "$.actor  wrong_type", "$.steps  no_steps"] {
        assert!(ran.out.contains(part), "no `{part}` in {ran:?}");
    }
    place.govctl(&["plan", "validate", "none.json"]).fails(&["cannot read none.json"]);
    let hash = place.govctl(&["plan", "hash", "pass.json"]);
    assert_eq!(hash.out.trim(), plan::canonical::hash("plan", &pass));
    let step = plan::canonical::hash("step", &pass["steps"][0]);
    place.write("good.json", json!({ "nodes": [{ "step_id": "step-1", "step_hash": step }] }).to_string());
    place.write("bad.json", json!({ "nodes": [{ "step_id": "step-2", "step_hash": step }] }).to_string());
    assert_eq!(place.govctl(&["plan", "verify", "--plan", "pass.json", "--graph", "good.json"]).status, 0);
    let ran = place.govctl(&["plan", "verify", "--plan", "pass.json", "--graph", "bad.json"]);
    assert!(ran.status == 1 && ran.out.contains("graph_extra") && ran.out.contains("graph_missing"), "{ran:?}");
    let log = place.govctl(&["audit", "query"]).out;
    for kind in ["validated_pass", "validated_escalate", "validated_reject", "graph_ok", "graph_failed"] {
        assert!(log.contains(&format!("plan.{kind}")), "no `{kind}` in {log}");
    }
}

#[test]
fn without_a_policy_nothing_is_known_and_nothing_logged() {
    let place = Place::repository(&[]);
    place.write("plan.json", plan_of(note(json!({}))).to_string());
    let ran = place.govctl(&["plan", "validate", "plan.json"]);
    assert!(ran.status == 1 && ran.out.contains("unknown_action"), "{ran:?}");
    assert_eq!(place.govctl(&["audit", "query"]).status, 2);
    place.policy("policies.nonsense = 1\n");
    place.govctl(&["plan", "validate", "plan.json"]).fails(&["is not valid"]);
}
