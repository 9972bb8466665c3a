//! How long a policy takes to load and judge, beside a plain `toml` parse of the same text in the same run.

use govctl::policy::{Context, judge_text};

fn main() {
    divan::main();
}

const WHOLE: &str = include_str!("../fixtures/policy/whole.toml");

fn context() -> Context {
    Context { today: jiff::civil::date(2026, 1, 1), environment: None }
}

fn rules(count: usize) -> String {
    let mut text = String::from("[policies]\nversion = \"1.0\"\n");
    for i in 0..count {
        text.push_str(&format!(
            "[[policies.rule]]\nid = \"rule-{i}\"\neffect = \"permit\"\nactors = [\"agent:worker-{i}\"]\nactions = [\"repo.push\"]\n\
             resources = [\"repo:team/{i}\"]\nwhen = {{ \"params.ref\" = {{ prefix = \"refs/heads/{i}/\" }} }}\n"
        ));
    }
    text
}

/// A policy that uses every section; the goal is 2 ms.
#[divan::bench]
fn whole(bencher: divan::Bencher) {
    bencher.bench(|| judge_text("governance.toml", WHOLE, &context()).policy.is_some());
}

/// The reference of the schema, which lies beside the project where it is built; the goal is 2 ms.
#[divan::bench]
fn reference(bencher: divan::Bencher) {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../shared/governance.reference.toml");
    let Ok(text) = std::fs::read_to_string(path) else { return eprintln!("skipped: no {path}") };
    bencher.bench(|| judge_text("governance.toml", &text, &context()).policy.is_some());
}

/// What its text costs the parser alone.
#[divan::bench]
fn whole_toml_only(bencher: divan::Bencher) {
    bencher.bench(|| WHOLE.parse::<toml::Table>().is_ok());
}

/// A policy of 1,000 rules; the goal is 20 ms.
#[divan::bench]
fn thousand_rules(bencher: divan::Bencher) {
    let text = rules(1000);
    bencher.bench(|| judge_text("governance.toml", &text, &context()).policy.is_some());
}

/// What their text costs the parser alone.
#[divan::bench]
fn thousand_rules_toml_only(bencher: divan::Bencher) {
    let text = rules(1000);
    bencher.bench(|| text.parse::<toml::Table>().is_ok());
}
