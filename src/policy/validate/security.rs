//! Commands, operations, files, network, agents, tools: nothing both allowed and forbidden, nothing that cannot be enforced.

use super::cursor::Cursor;
use super::names::{self, Vocabulary};
use super::{Judge, checks};
use crate::policy::codes;
use crate::policy::formats::name_matches;
use crate::policy::mistake::Mistake;
use crate::policy::raw::security::Agent;
use crate::policy::raw::values::CommandPattern;
use crate::policy::walk::printable;

/// Judges them.
pub fn judge(j: &mut Judge<'_>) {
    let policies = &j.file.policies;
    let at = j.root.key("policies");
    commands(j, &at.keys(&["security", "allowed_commands"]));
    let violations = &policies.security.violation;
    names::unique(j, &at.keys(&["security", "violation"]), "id", violations.iter().map(|v| v.id.as_str()));
    operations(j, &at.key("operational"));
    files(j, &at.key("files"));
    network(j, &at.key("network"));
    let vocabulary = Vocabulary::of(j.file);
    for (name, agent) in &policies.agents {
        let here = at.key("agents").key(name);
        writes(j, &here, agent);
        if let Some(level) = &agent.max_level {
            names::known(j, here.key("max_level").place(), "permission level", level, &vocabulary.levels);
        }
    }
    for (name, tool) in &policies.capabilities {
        let here = at.key("capabilities").key(name);
        names::disjoint(
            j,
            (&here.key("allow"), &tool.allow),
            (&here.key("deny"), &tool.deny),
            "is both allowed and denied",
        );
        if let Some(level) = &tool.min_level {
            names::known(j, here.key("min_level").place(), "permission level", level, &vocabulary.levels);
        }
    }
    names::no_twins(j, &at.keys(&["contract", "required_fields"]), &policies.contract.required_fields);
}

fn commands(j: &mut Judge<'_>, at: &Cursor<'_>) {
    let commands = &j.file.policies.security.allowed_commands;
    let text = |list: &[CommandPattern]| list.iter().map(|c| c.0.join(" ")).collect::<Vec<_>>();
    let lists = [
        ("commands", text(&commands.commands)),
        ("require_approval", text(&commands.require_approval)),
        ("deny", text(&commands.deny)),
    ];
    for (i, (key, list)) in lists.iter().enumerate() {
        names::no_twins(j, &at.key(key), list);
        for (other, second) in &lists[i + 1..] {
            let words = format!("stands under `{key}` and under `{other}`");
            names::disjoint(j, (&at.key(key), list), (&at.key(other), second), &words);
        }
    }
}

fn operations(j: &mut Judge<'_>, at: &Cursor<'_>) {
    let operational = &j.file.policies.operational;
    let (auto, ask) = (&operational.auto_approval.operations, &operational.require_approval.operations);
    let (auto_at, ask_at) = (at.keys(&["auto_approval", "operations"]), at.keys(&["require_approval", "operations"]));
    names::no_twins(j, &auto_at, auto);
    names::no_twins(j, &ask_at, ask);
    for (i, asked) in ask.iter().enumerate() {
        if let Some(k) = auto.iter().position(|a| name_matches(a, asked) || name_matches(asked, a)) {
            let message = format!("`{}` both passes by itself and needs approval", printable(asked));
            let mistake = Mistake::new(&codes::CONTRADICTION, ask_at.item(i).place(), message);
            j.tell(mistake.label("needs approval here").also(auto_at.item(k).place(), "passes by itself here"));
        }
    }
}

fn files(j: &mut Judge<'_>, at: &Cursor<'_>) {
    let files = &j.file.policies.files;
    for (key, globs) in [("read", &files.read), ("write", &files.write), ("deny", &files.deny)] {
        checks::relative(j, &at.key(key), globs);
    }
    names::disjoint(j, (&at.key("write"), &files.write), (&at.key("deny"), &files.deny), "is both writable and denied");
    names::disjoint(j, (&at.key("read"), &files.read), (&at.key("deny"), &files.deny), "is both readable and denied");
}

fn network(j: &mut Judge<'_>, at: &Cursor<'_>) {
    let network = &j.file.policies.network;
    let (allowed, blocked) = (at.key("allowed_domains"), at.key("blocked_domains"));
    names::no_twins(j, &allowed, &network.allowed_domains);
    names::no_twins(j, &blocked, &network.blocked_domains);
    for (i, domain) in network.allowed_domains.iter().enumerate() {
        if domain.contains("://") || domain.contains('/') {
            let message = format!("`{}` is no host", printable(domain));
            j.tell(
                Mistake::new(&codes::FORMAT, allowed.item(i).place(), message)
                    .label("expected a host such as `api.example.com`"),
            );
        }
        if let Some(k) = network.blocked_domains.iter().position(|b| name_matches(b, domain)) {
            let message = format!("`{}` is both allowed and blocked", printable(domain));
            let mistake = Mistake::new(&codes::CONTRADICTION, allowed.item(i).place(), message);
            j.tell(mistake.label("allowed here").also(blocked.item(k).place(), "blocked here"));
        }
    }
    if allowed.is_there() && !network.allowed_domains.is_empty() && !network.allow_outbound {
        let mistake = Mistake::new(&codes::SHADOWED, allowed.key_place(), "hosts are allowed, but nothing may go out");
        j.tell(
            mistake
                .label("has no effect while `allow_outbound` is false")
                .help("set `allow_outbound = true`, or delete the list"),
        );
    }
}

/// Inside a tree that an agent may write the kernel cannot forbid a part.
fn writes(j: &mut Judge<'_>, at: &Cursor<'_>, agent: &Agent) {
    names::disjoint(
        j,
        (&at.key("can_write"), &agent.can_write),
        (&at.key("cannot_write"), &agent.cannot_write),
        "is both writable and not",
    );
    for (i, denied) in agent.cannot_write.iter().enumerate() {
        let inside = |allowed: &&crate::policy::raw::values::Glob| {
            allowed.as_ref() as &str != denied.as_ref() as &str
                && folder(denied).starts_with(folder(allowed))
                && !denied.starts_with(['/', '~'])
        };
        if let Some(allowed) = agent.can_write.iter().find(inside) {
            let message = format!("`{}` lies inside `{}`, which may be written", printable(denied), printable(allowed));
            j.tell(
                Mistake::new(&codes::UNENFORCEABLE, at.key("cannot_write").item(i).place(), message)
                    .label("only the gate will see it"),
            );
        }
    }
}

/// What stands before the first wildcard, up to the last `/`.
fn folder(glob: &str) -> &str {
    let fixed = &glob[..glob.find(['*', '?', '[', '{']).unwrap_or(glob.len())];
    &fixed[..fixed.rfind('/').map_or(0, |i| i + 1)]
}
