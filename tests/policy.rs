//! The policy file: the whole schema, every mistake at its place, hostile input.

#![allow(clippy::unwrap_used)]

mod common;

use govctl::policy::{self, Context, Verdict};

fn context() -> Context {
    Context { today: jiff::civil::date(2026, 11, 20), environment: None }
}

fn judge(text: &str) -> Verdict {
    policy::judge_text("governance.toml", text, &context())
}

fn told(verdict: &Verdict) -> Vec<String> {
    let (findings, _) = verdict.findings();
    findings
        .iter()
        .map(|f| {
            format!("{}:{}:{} {} {} [{}]", f.path, f.span.line, f.span.column, f.rule, f.message, f.evidence.join("; "))
        })
        .collect()
}

#[test]
fn the_reference_has_no_mistake_and_the_samples_no_error() {
    let Some(shared) = common::shared() else { return };
    let reference = std::fs::read_to_string(shared.join("governance.reference.toml")).unwrap();
    assert_eq!(told(&judge(&reference)), Vec::<String>::new());
    for entry in std::fs::read_dir(shared.join("data/policies")).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_some_and(|e| e == "toml") {
            let verdict = judge(&std::fs::read_to_string(&path).unwrap());
            assert!(verdict.policy.is_some(), "{}: {:#?}", path.display(), told(&verdict));
        }
    }
}
