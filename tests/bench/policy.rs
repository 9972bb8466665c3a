//! How long a policy takes to load and judge.

use govctl::policy::{Context, judge_text};

fn main() {
    divan::main();
}

fn context() -> Context {
    Context { today: jiff::civil::date(2026, 1, 1), environment: None }
}

/// A policy that uses every section; the goal is 2 ms.
#[divan::bench]
fn whole(bencher: divan::Bencher) {
    let text = include_str!("../fixtures/policy/whole.toml");
    bencher.bench(|| judge_text("governance.toml", text, &context()).policy.is_some());
}

/// A policy of 1,000 rules; the goal is 20 ms.
#[divan::bench]
fn thousand_rules(bencher: divan::Bencher) {
    let mut text = String::from("[policies]\nversion = \"1.0\"\n");
    for i in 0..1000 {
        text.push_str(&format!(
            "[[policies.rule]]\nid = \"rule-{i}\"\neffect = \"permit\"\nactors = [\"agent:worker-{i}\"]\nactions = [\"repo.push\"]\n\
             resources = [\"repo:team/{i}\"]\nwhen = {{ \"params.ref\" = {{ prefix = \"refs/heads/{i}/\" }} }}\n"
        ));
    }
    bencher.bench(|| judge_text("governance.toml", &text, &context()).policy.is_some());
}
