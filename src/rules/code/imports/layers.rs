//! Kind `layers`: higher layers import lower ones, never the other way, and siblings not one another.

use super::super::facts::{Language, Place};
use super::super::pattern::NamePattern;
use super::super::rule::Draft;
use super::{Case, covers, patterns};

/// Where a module stands: (layer from the top, sibling in it).
type Position = (usize, usize);

/// Checks the contract.
pub(super) fn check(case: &Case<'_>, out: &mut Vec<(usize, Draft)>) {
    let layers: Vec<Vec<NamePattern>> = case
        .contract
        .layers
        .iter()
        .map(|line| line.split('|').map(|name| NamePattern::new(name.trim())).collect())
        .collect();
    let except = patterns(&case.contract.except);
    // Layers of one language say nothing of the files of another.
    let language = |file: &usize| family(case.program.file(*file).facts.language);
    let placed = |file: &usize| position(&layers, case.graph.name(*file)).is_some();
    let languages: Vec<Language> = (0..case.program.len()).filter(placed).map(|file| language(&file)).collect();
    for file in (0..case.program.len()).filter(|f| case.speaks_of(*f) && !covers(&except, case.graph.name(*f))) {
        match position(&layers, case.graph.name(file)) {
            Some(at) => edges(case, &layers, file, at, out),
            None if case.contract.exhaustive && languages.contains(&language(&file)) => {
                let message = format!("{} is in no layer", case.graph.name(file));
                out.push(case.draft(file, Place::default(), 0, message));
            }
            None => {}
        }
    }
}

/// TypeScript and JavaScript import one another.
fn family(language: Language) -> Language {
    if language == Language::TypeScript { Language::JavaScript } else { language }
}

fn edges(case: &Case<'_>, layers: &[Vec<NamePattern>], file: usize, at: Position, out: &mut Vec<(usize, Draft)>) {
    let facts = case.program.file(file).facts;
    let mut told = std::collections::BTreeSet::new();
    for edge in case.graph.from(file) {
        let Some(import) = facts.imports.get(edge.import).filter(|i| case.counts(i)) else { continue };
        let Some(to) = position(layers, case.graph.name(edge.to)) else { continue };
        let message = if to.0 < at.0 {
            format!("{} is below {}, which it imports", case.graph.name(file), case.graph.name(edge.to))
        } else if to.0 == at.0 && to.1 != at.1 {
            format!("{} imports its sibling {}", case.graph.name(file), case.graph.name(edge.to))
        } else {
            continue;
        };
        if told.insert((import.place.start, edge.to)) {
            out.push(case.draft(file, import.place, import.def, message));
        }
    }
}

fn position(layers: &[Vec<NamePattern>], module: &str) -> Option<Position> {
    layers
        .iter()
        .enumerate()
        .find_map(|(layer, siblings)| siblings.iter().position(|p| p.covers(module)).map(|sibling| (layer, sibling)))
}
