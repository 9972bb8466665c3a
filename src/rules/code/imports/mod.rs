//! Contracts on what imports what. One file per kind of contract; a finding's rule is `imports/<the contract's id>`.

mod acyclic;
mod computed;
pub mod fix;
mod forbidden;
mod forbidden_calls;
pub mod graph;
mod independence;
mod layers;
mod protected;
mod required;
mod rooted;

pub use computed::INFO as COMPUTED;

use super::config::{CodeConfig, Contract, ContractKind};
use super::facts::{DefId, Import, Language, Place};
use super::pattern::NamePattern;
use super::program::Program;
use super::rule::{Class, Draft};
use crate::finding::{RuleInfo, Severity};
use graph::Graph;

/// What the contracts gave.
#[derive(Debug, Default)]
pub struct Outcome {
    /// (index of the file, draft).
    pub drafts: Vec<(usize, Draft)>,
    /// Patterns that match no module: the contract does not say what its author meant.
    pub errors: Vec<String>,
}

/// Checks every contract over all files. `complete`: these are all files there are, so a pattern without a match is wrong.
pub fn check(program: &Program<'_>, config: &CodeConfig, complete: bool) -> Outcome {
    let contracts = &config.imports.contract;
    let mut out = Outcome::default();
    if contracts.is_empty() {
        return out;
    }
    let graph = Graph::new(program);
    for contract in contracts {
        let contract = &rooted::contract(contract, &graph, &config.imports.roots.javascript);
        let case = Case { contract, program, graph: &graph };
        if complete {
            out.errors.extend(case.patterns_without_module());
        }
        let check = match contract.kind {
            ContractKind::Required => required::check,
            ContractKind::Forbidden => forbidden::check,
            ContractKind::Layers => layers::check,
            ContractKind::Independence => independence::check,
            ContractKind::Protected => protected::check,
            ContractKind::Acyclic => acyclic::check,
            ContractKind::ForbiddenCalls => forbidden_calls::check,
        };
        check(&case, &mut out.drafts);
    }
    computed::check(program, &graph, contracts, &mut out.drafts);
    out
}

/// What the contracts say of themselves.
pub fn infos(contracts: &[Contract]) -> Vec<RuleInfo> {
    contracts
        .iter()
        .map(|contract| RuleInfo {
            id: format!("imports/{}", contract.id).into(),
            summary: summary(contract.kind).into(),
            severity: Severity::High,
            explain: contract.why.clone().unwrap_or_else(|| summary(contract.kind).to_owned()).into(),
            help: help(contract).into(),
            hit: Vec::new().into(),
            miss: Vec::new().into(),
        })
        .collect()
}

fn summary(kind: ContractKind) -> &'static str {
    match kind {
        ContractKind::Required => "A required import is missing",
        ContractKind::Forbidden => "A forbidden import",
        ContractKind::Layers => "An import against the layers",
        ContractKind::Independence => "An import between independent modules",
        ContractKind::Protected => "An import of a protected module",
        ContractKind::Acyclic => "Imports in a circle",
        ContractKind::ForbiddenCalls => "A forbidden call",
    }
}

fn help(contract: &Contract) -> String {
    if let Some(fix) = &contract.fix {
        return format!("Fix: {fix}");
    }
    let text = match contract.kind {
        ContractKind::Required => "Import what the contract asks for, at run time, and use it.",
        ContractKind::Forbidden => "Go through a module that the contract allows.",
        ContractKind::Layers => "Move what both need to the lower layer, or turn the dependency around.",
        ContractKind::Independence => "Move what both need to a third module.",
        ContractKind::Protected => "Go through one of the modules that may import it.",
        ContractKind::Acyclic => "Move what both need to a third module.",
        ContractKind::ForbiddenCalls => "Call it inside what the contract names, or not at all.",
    };
    text.to_owned()
}

/// One contract and what it is held against.
struct Case<'a> {
    contract: &'a Contract,
    program: &'a Program<'a>,
    graph: &'a Graph,
}

impl Case<'_> {
    /// The files that the contract's `modules` name, but for `except`.
    fn bound(&self) -> Vec<usize> {
        let modules = patterns(&self.contract.modules);
        let except = patterns(&self.contract.except);
        let all = modules.is_empty();
        let wanted = |index: &usize| {
            let name = self.graph.name(*index);
            self.speaks_of(*index) && (all || covers(&modules, name)) && !covers(&except, name)
        };
        (0..self.program.len()).filter(wanted).collect()
    }

    /// Whether a file is one the contract speaks of at all: in its language, and no test.
    fn speaks_of(&self, index: usize) -> bool {
        let file = self.program.file(index);
        let language = file.facts.language.name();
        let same = self
            .contract
            .language
            .as_ref()
            .is_none_or(|l| l == language || (l == "javascript" && language == "typescript"));
        same && file.class != Class::Test
    }

    /// Whether an import counts for this contract.
    fn counts(&self, import: &Import) -> bool {
        let ignores = self.contract.type_checking.as_deref() == Some("ignore");
        !(import.kind.computed || ignores && import.kind.type_only)
    }

    /// The module of the file that an import leads to: Go names it with the module path before it.
    fn leads(&self, file: usize, import: usize) -> Option<&str> {
        let edge = self.graph.from(file).iter().find(|e| e.import == import)?;
        (self.program.file(file).facts.language == Language::Go).then(|| self.graph.name(edge.to))
    }

    /// A finding at a place of a file.
    fn draft(&self, file: usize, place: Place, def: DefId, message: String) -> (usize, Draft) {
        let why = self.contract.why.as_ref().map_or_else(String::new, |why| format!(": {why}"));
        let view = self.program.file(file);
        let draft = Draft {
            rule: format!("imports/{}", self.contract.id).into(),
            severity: if view.class == Class::Source { Severity::High } else { Severity::Medium },
            advisory: false,
            place,
            message: format!("{message}{why}"),
            help: help(self.contract).into(),
            symbol: view.facts.symbol(def),
            allowed: None,
        };
        (file, draft)
    }

    fn patterns_without_module(&self) -> Vec<String> {
        let contract = self.contract;
        let siblings = contract.layers.iter().flat_map(|l| l.split('|')).map(|l| l.trim().to_owned());
        let named: Vec<String> = contract
            .modules
            .iter()
            .chain(&contract.except)
            .chain(&contract.except_within)
            .chain(&contract.importers)
            .cloned()
            .chain(siblings)
            .collect();
        let matches = |text: &str| {
            let pattern = NamePattern::new(text);
            (0..self.program.len()).any(|i| pattern.covers(self.graph.name(i)))
        };
        let without = named.iter().filter(|text| !matches(text));
        without
            .map(|text| {
                let near = self.nearest(text).map_or_else(String::new, |n| format!("; did you mean {n}?"));
                format!("the contract {} names {text}, but no module matches it{near}", contract.id)
            })
            .collect()
    }

    fn nearest(&self, text: &str) -> Option<&str> {
        let plain = text.trim_end_matches(".**").trim_end_matches(".*");
        let names = (0..self.program.len()).map(|i| self.graph.name(i));
        let scored = names.map(|name| (strsim::jaro_winkler(plain, name), name));
        scored.filter(|(score, _)| *score > 0.85).max_by(|a, b| a.0.total_cmp(&b.0)).map(|(_, name)| name)
    }
}

/// Whether a contract binds a module of this name.
pub(super) fn binds(contract: &Contract, module: &str) -> bool {
    let (modules, module) = (patterns(&contract.modules), plain(module));
    (modules.is_empty() || covers(&modules, &module)) && !covers(&patterns(&contract.except), &module)
}

fn patterns(texts: &[String]) -> Vec<NamePattern> {
    texts.iter().map(|t| NamePattern::new(t)).collect()
}

/// Whether one of the patterns names this module, or a package that it lies in.
fn covers(patterns: &[NamePattern], module: &str) -> bool {
    patterns.iter().any(|p| p.covers(module))
}

/// `module:name` as one dotted name.
pub(super) fn dotted(text: &str) -> String {
    text.replace("::", "\0").replace(':', ".").replace(['\0', '/'], ".")
}

/// A module's name in the form that all languages' names are compared in.
fn plain(name: &str) -> String {
    name.replace("::", ".").replace('/', ".")
}
