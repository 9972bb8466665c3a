//! `[[checks.synthetic.rule]]`: calls and imports that a policy names itself.

use super::super::config::CallRule;
use super::super::facts::How;
use super::super::pattern::NamePattern;
use super::super::rule::{Class, Draft, File, Found, Level, callee};
use crate::finding::{RuleInfo, Severity};

/// Runs the policy's rules over one file; they say nothing in tests.
pub fn check(file: &File<'_>, out: &mut Vec<Draft>) {
    if file.class == Class::Test {
        return;
    }
    for rule in &file.config.synthetic.rule {
        if rule.languages.is_empty() || rule.languages.iter().any(|l| l == file.facts.language.name()) {
            run(rule, file, out);
        }
    }
}

fn run(rule: &CallRule, file: &File<'_>, out: &mut Vec<Draft>) {
    let info = info_of(rule);
    let level = Level::Block(info.severity);
    let calls: Vec<_> = rule.calls.iter().map(|c| NamePattern::new(c)).collect();
    let imports: Vec<_> = rule.imports.iter().map(|c| NamePattern::new(c)).collect();
    let mut found = Vec::new();
    if !calls.is_empty() {
        for call in file.facts.calls.iter().filter(|c| c.how != How::Unresolved) {
            let name = super::super::catalogue::settle(&file.facts.text(call.callee)).replace('/', ".");
            if calls.iter().any(|p| p.matches(&name)) {
                found.push(Found::at(call, format!("{}: {}", rule.summary, callee(file.facts, call))));
            }
        }
    }
    for import in file.facts.imports.iter().filter(|_| !imports.is_empty()) {
        let module = file.facts.text(import.module);
        if imports.iter().any(|p| p.covers(&module.replace('/', "."))) {
            found.push(Found {
                place: import.place,
                def: import.def,
                message: Some(format!("{}: {module}", rule.summary)),
            });
        }
    }
    out.extend(found.into_iter().filter_map(|f| Draft::new(&info, level, file, f)));
}

/// What the policy's rules say of themselves.
pub fn infos(rules: &[CallRule]) -> Vec<RuleInfo> {
    rules.iter().map(info_of).collect()
}

fn info_of(rule: &CallRule) -> RuleInfo {
    RuleInfo {
        id: rule.id.clone().into(),
        summary: rule.summary.clone().into(),
        severity: rule.severity.unwrap_or(Severity::High),
        explain: rule.summary.clone().into(),
        help: rule.help.clone().into(),
        hit: Vec::new().into(),
        miss: Vec::new().into(),
    }
}
