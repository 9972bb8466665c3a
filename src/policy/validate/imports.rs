//! `[checks.imports]`: what each kind of contract needs and what it has no use for.

use super::cursor::Cursor;
use super::{Judge, names};
use crate::policy::codes;
use crate::policy::mistake::{Mistake, closest};
use crate::policy::raw::imports::{Contract, ContractKind};
use crate::policy::walk::printable;

/// A kind, the keys it needs (one of them each: alternatives by `|`), and those it may have beside the general ones.
const KINDS: &[(ContractKind, &[&str], &[&str])] = &[
    (ContractKind::Required, &["modules", "any_of"], &["except", "must_use", "decorate", "activate"]),
    (ContractKind::Forbidden, &["modules", "imports"], &["except", "except_within", "indirect"]),
    (ContractKind::Layers, &["layers"], &["exhaustive", "except", "modules"]),
    (ContractKind::Independence, &["modules"], &["except"]),
    (ContractKind::Protected, &["modules", "importers"], &["except"]),
    (ContractKind::Acyclic, &["modules"], &["except"]),
    (ContractKind::ForbiddenCalls, &["calls"], &["modules", "except", "unless_inside"]),
];
const GENERAL: [&str; 7] = ["id", "kind", "language", "type_checking", "dynamic", "why", "fix"];
const LANGUAGES: [&str; 5] = ["python", "rust", "javascript", "typescript", "go"];

/// Judges it.
pub fn judge(j: &mut Judge<'_>) {
    let imports = &j.file.checks.imports;
    let at = j.root.keys(&["checks", "imports"]);
    for language in imports.roots.keys().filter(|l| !LANGUAGES.contains(&l.as_str())) {
        let message = format!("no language is called `{}`", printable(language));
        let mistake = Mistake::new(&codes::UNKNOWN_KEY, at.key("roots").key(language).key_place(), message);
        j.tell(
            mistake
                .label(format!("expected one of {}", LANGUAGES.join(", ")))
                .did_you_mean(closest(language, LANGUAGES)),
        );
    }
    names::unique(j, &at.key("contract"), "id", imports.contract.iter().map(|c| c.id.as_str()));
    for (i, contract) in imports.contract.iter().enumerate() {
        let here = at.key("contract").item(i);
        if here.key("kind").is_there() {
            keys_of_kind(j, &here, contract);
        }
        dotted(j, &here, contract);
    }
}

fn keys_of_kind(j: &mut Judge<'_>, at: &Cursor<'_>, contract: &Contract) {
    let Some((_, needs, may)) = KINDS.iter().find(|(kind, ..)| *kind == contract.kind) else { return };
    let kind = contract.kind.name();
    let keys = || at.table().into_iter().flat_map(|t| t.entries.keys());
    for key in needs.iter().filter(|k| !keys().any(|have| have == **k)) {
        let message = format!("a contract of kind `{kind}` needs `{key}`");
        j.tell(Mistake::new(&codes::MISSING_KEY, at.place(), message).label(format!("add `{key} = […]`")));
    }
    for key in needs.iter().filter(|k| at.key(k).node().is_some_and(|n| n.items().is_empty())) {
        let message = format!("`{key}` is empty, so the contract demands nothing");
        j.tell(Mistake::new(&codes::NEVER_MATCHES, at.key(key).place(), message).label("expected at least one"));
    }
    for key in keys().filter(|k| ![*needs, *may, &GENERAL].iter().any(|list| list.contains(&k.as_str()))) {
        let message = format!("`{key}` means nothing for a contract of kind `{kind}`");
        let label = format!("this kind takes {}", [*needs, *may].concat().join(", "));
        j.tell(Mistake::new(&codes::KIND_KEY, at.key(key).key_place(), message).label(label));
    }
}

/// Names without blanks, and contexts that begin with their kind.
fn dotted(j: &mut Judge<'_>, at: &Cursor<'_>, contract: &Contract) {
    let lists = [
        ("modules", &contract.modules),
        ("except", &contract.except),
        ("any_of", &contract.any_of),
        ("imports", &contract.imports),
        ("except_within", &contract.except_within),
        ("importers", &contract.importers),
    ];
    for (key, list) in lists {
        for (i, name) in list.iter().enumerate().filter(|(_, n)| n.is_empty() || n.contains(char::is_whitespace)) {
            let message = format!("`{}` is no name of a module", printable(name));
            let mistake = Mistake::new(&codes::FORMAT, at.key(key).item(i).place(), message);
            j.tell(mistake.label("expected a dotted name such as `core.db` or `core.**`"));
        }
        names::no_twins(j, &at.key(key), list);
    }
    for (i, context) in contract.unless_inside.iter().enumerate() {
        let fine = context
            .split_once(' ')
            .is_some_and(|(kind, name)| matches!(kind, "with" | "decorator") && !name.trim().is_empty());
        if !fine {
            let message = format!("`{}` is no context", printable(context));
            let mistake = Mistake::new(&codes::FORMAT, at.key("unless_inside").item(i).place(), message);
            j.tell(mistake.label("expected `with mod:name` or `decorator mod:name`"));
        }
    }
    for (i, layer) in contract.layers.iter().enumerate().filter(|(_, l)| l.split('|').any(|m| m.trim().is_empty())) {
        let message = format!("the layer `{}` has an empty part", printable(layer));
        j.tell(Mistake::new(&codes::FORMAT, at.key("layers").item(i).place(), message).label("expected `a | b`"));
    }
}
