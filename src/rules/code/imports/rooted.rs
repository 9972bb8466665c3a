//! Contracts on JavaScript may leave out the root that a module lies in: `web/**` for `src/web/**`.

use super::super::config::Contract;
use super::super::pattern::NamePattern;
use super::graph::Graph;

/// The contract with every pattern that matches nothing as it stands, and something under a root, written out.
pub(super) fn contract(contract: &Contract, graph: &Graph, roots: &[String]) -> Contract {
    let mut out = contract.clone();
    if !matches!(contract.language.as_deref(), Some("javascript" | "typescript")) {
        return out;
    }
    let all = [&mut out.modules, &mut out.except, &mut out.imports, &mut out.except_within, &mut out.importers];
    for pattern in all.into_iter().flatten() {
        *pattern = written_out(pattern, graph, roots);
    }
    for layer in &mut out.layers {
        let siblings: Vec<String> = layer.split('|').map(|s| written_out(s.trim(), graph, roots)).collect();
        *layer = siblings.join(" | ");
    }
    out
}

fn written_out(pattern: &str, graph: &Graph, roots: &[String]) -> String {
    let under =
        roots.iter().map(|r| r.trim_start_matches("./").trim_end_matches('/')).filter(|r| !matches!(*r, "" | "."));
    let mut ways = std::iter::once(pattern.to_owned()).chain(under.map(|root| format!("{root}/{pattern}")));
    ways.find(|way| graph.has(&NamePattern::new(way))).unwrap_or_else(|| pattern.to_owned())
}
