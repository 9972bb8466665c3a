//! From the policy to what the rules over code are told.

use crate::policy::checks::Checks;
use crate::policy::raw;
use crate::rules::code::Families;
use crate::rules::code::config::{
    Activate, Allowance, CallRule, CodeConfig, Contract, ContractKind, Decorate, ForbiddenCall, Imports, Roots,
    Standards, Synthetic,
};

/// Which families over code run; none over `history`: code is judged as it is.
pub fn families(names: &[String], history: bool) -> Families {
    let on = |name: &str| !history && names.iter().any(|n| n == name);
    Families { synthetic: on("synthetic"), imports: on("imports"), standards: on("standards") }
}

/// What the policy says of code.
pub fn config(checks: &Checks, today: &str) -> CodeConfig {
    CodeConfig {
        synthetic: synthetic(&checks.synthetic),
        imports: imports(&checks.imports),
        standards: Some(standards(checks)),
        today: today.to_owned(),
    }
}

fn synthetic(section: &raw::checks::Synthetic) -> Synthetic {
    let allow = section.allow.iter().map(|a| Allowance {
        rules: texts(&a.rules),
        paths: texts(&a.paths),
        functions: texts(&a.functions),
        reason: a.reason.clone(),
        expires: a.expires.0.to_string(),
        max: a.max,
    });
    let rule = section.rule.iter().map(|r| CallRule {
        id: r.id.clone(),
        summary: r.summary.clone(),
        severity: Some(r.severity),
        languages: r.languages.iter().map(|l| l.name().to_owned()).collect(),
        calls: r.calls.clone(),
        imports: r.imports.clone(),
        help: r.help.clone(),
    });
    Synthetic {
        enabled: section.enabled,
        profile: Some(section.profile.name().to_owned()),
        resampling: section.resampling,
        fabricators: section.fabricators.clone(),
        real_sources: section.real_sources.clone(),
        allow: allow.collect(),
        rule: rule.collect(),
    }
}

fn imports(section: &raw::imports::Imports) -> Imports {
    let known = Roots::default();
    let roots = |name: &str, otherwise: Vec<String>| section.roots.get(name).map_or(otherwise, |r| r.0.clone());
    Imports {
        enabled: section.enabled,
        roots: Roots {
            python: roots("python", known.python),
            rust: roots("rust", known.rust),
            javascript: roots("javascript", known.javascript),
            go: roots("go", known.go),
        },
        contract: section.contract.iter().map(contract).collect(),
    }
}

fn contract(raw: &raw::imports::Contract) -> Contract {
    let said = |text: &str| Some(text.to_owned()).filter(|t| !t.is_empty());
    Contract {
        id: raw.id.clone(),
        kind: kind(raw.kind),
        language: raw.language.map(|l| l.name().to_owned()),
        modules: raw.modules.clone(),
        except: raw.except.clone(),
        any_of: raw.any_of.clone(),
        must_use: raw.must_use,
        decorate: raw
            .decorate
            .as_ref()
            .map(|d| Decorate { with: d.with.clone(), on: d.on.iter().map(|o| o.name().to_owned()).collect() }),
        activate: raw.activate.as_ref().map(|a| Activate {
            call: a.call.clone(),
            place: a.r#in.name().to_owned(),
            before_other_calls: a.before_other_calls,
        }),
        imports: raw.imports.clone(),
        except_within: raw.except_within.clone(),
        indirect: raw.indirect,
        layers: raw.layers.clone(),
        exhaustive: raw.exhaustive,
        importers: raw.importers.clone(),
        calls: raw
            .calls
            .iter()
            .map(|c| ForbiddenCall { call: c.call.clone(), writes: c.mode.is_some_and(|m| m.name() == "write") })
            .collect(),
        unless_inside: raw.unless_inside.clone(),
        type_checking: said(raw.type_checking.name()),
        dynamic: said(raw.dynamic.name()),
        why: said(&raw.why),
        fix: said(&raw.fix),
    }
}

fn kind(kind: raw::imports::ContractKind) -> ContractKind {
    use raw::imports::ContractKind as Raw;
    match kind {
        Raw::Required => ContractKind::Required,
        Raw::Forbidden => ContractKind::Forbidden,
        Raw::Layers => ContractKind::Layers,
        Raw::Independence => ContractKind::Independence,
        Raw::Protected => ContractKind::Protected,
        Raw::Acyclic => ContractKind::Acyclic,
        Raw::ForbiddenCalls => ContractKind::ForbiddenCalls,
    }
}

fn standards(checks: &Checks) -> Standards {
    let limits = &checks.standards;
    Standards {
        max_function_lines: limits.max_function_lines.unwrap_or(0),
        max_file_lines: limits.max_file_lines.unwrap_or(0),
        max_cyclomatic_complexity: limits.max_cyclomatic_complexity.unwrap_or(0),
        require_documentation: limits.require_documentation,
        require_tests: checks.require_tests,
    }
}

fn texts<T: AsRef<str>>(items: &[T]) -> Vec<String> {
    items.iter().map(|i| i.as_ref().to_owned()).collect()
}
