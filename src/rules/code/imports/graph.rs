//! Who imports whom among the files of a run.

use rustc_hash::FxHashMap;

use super::super::config::Roots;
use super::super::facts::{Import, Language};
use super::super::pattern::NamePattern;
use super::super::program::Program;
use super::plain;

/// An import that leads to a file of the run.
#[derive(Clone, Copy, Debug)]
pub struct Edge {
    /// The file it leads to.
    pub to: usize,
    /// Which import of the file it starts from.
    pub import: usize,
}

/// Who imports whom.
pub struct Graph {
    names: Vec<String>,
    edges: Vec<Vec<Edge>>,
    targets: Vec<Vec<String>>,
    packages: FxHashMap<String, Vec<usize>>,
}

impl Graph {
    /// Of all files.
    pub fn new(program: &Program<'_>) -> Self {
        let names: Vec<String> = program.members().iter().map(|m| plain(&m.module)).collect();
        let index: FxHashMap<&str, usize> = names.iter().enumerate().map(|(i, n)| (n.as_str(), i)).collect();
        let mut edges = Vec::with_capacity(names.len());
        let mut targets = Vec::with_capacity(names.len());
        for (from, member) in program.members().iter().enumerate() {
            let mut out = Vec::new();
            let mut names_of = Vec::with_capacity(member.facts.imports.len());
            for (at, import) in member.facts.imports.iter().enumerate() {
                let name = target(&member.module, &member.facts, import);
                let leads = resolve(&index, &name, member.facts.language, program.roots());
                out.extend(leads.filter(|to| *to != from).map(|to| Edge { to, import: at }));
                names_of.push(name);
            }
            edges.push(out);
            targets.push(names_of);
        }
        Self { packages: packages(program, &names), names, edges, targets }
    }

    /// A file's module.
    pub fn name(&self, file: usize) -> &str {
        self.names.get(file).map_or("", |n| n)
    }

    /// Whether a module's name, or a package it lies in, matches.
    pub fn has(&self, pattern: &NamePattern) -> bool {
        self.names.iter().any(|name| pattern.covers(name))
    }

    /// The imports of a file that lead to other files.
    pub fn from(&self, file: usize) -> &[Edge] {
        self.edges.get(file).map_or(&[], |e| e)
    }

    /// What an import names, in full: module and name.
    pub fn target(&self, file: usize, import: usize) -> &str {
        self.targets.get(file).and_then(|t| t.get(import)).map_or("", |t| t)
    }

    /// The shortest way from a file to one that `ends`, through files that `passes`; the import of the first step, and the
    /// files on the way, the first and last among them.
    pub fn way(
        &self,
        from: usize,
        counts: impl Fn(usize, usize) -> bool,
        passes: impl Fn(usize) -> bool,
        ends: impl Fn(usize) -> bool,
    ) -> Option<(usize, Vec<usize>)> {
        let mut parents: FxHashMap<usize, (usize, usize)> = FxHashMap::default();
        let mut queue = std::collections::VecDeque::from([from]);
        while let Some(at) = queue.pop_front() {
            for (of, edge) in self.onward(at, from) {
                if !counts(of, edge.import) || edge.to == from || parents.contains_key(&edge.to) {
                    continue;
                }
                parents.insert(edge.to, (at, edge.import));
                if ends(edge.to) {
                    return Some(trace(&parents, from, edge.to));
                }
                if passes(edge.to) {
                    queue.push_back(edge.to);
                }
            }
        }
        None
    }

    /// The imports of a file on the way, with the file each stands in: a package of Go imports what any of its files does.
    fn onward(&self, at: usize, from: usize) -> impl Iterator<Item = (usize, &Edge)> {
        let package = self.packages.get(self.name(at)).filter(|_| at != from);
        let files = package.map_or_else(|| vec![at], Clone::clone);
        files.into_iter().flat_map(|file| self.from(file).iter().map(move |edge| (file, edge)))
    }

    /// Names of files, with arrows between.
    pub fn chain(&self, files: &[usize]) -> String {
        files.iter().map(|f| self.name(*f)).collect::<Vec<_>>().join(" → ")
    }
}

/// The files of every package of Go that has more than one.
fn packages(program: &Program<'_>, names: &[String]) -> FxHashMap<String, Vec<usize>> {
    let mut out: FxHashMap<String, Vec<usize>> = FxHashMap::default();
    for (at, member) in program.members().iter().enumerate() {
        if member.facts.language == Language::Go {
            out.entry(names[at].clone()).or_default().push(at);
        }
    }
    out.retain(|_, files| files.len() > 1);
    out
}

fn trace(parents: &FxHashMap<usize, (usize, usize)>, from: usize, to: usize) -> (usize, Vec<usize>) {
    let mut way = vec![to];
    let (mut at, mut first) = (to, 0);
    while at != from {
        let Some((parent, import)) = parents.get(&at) else { break };
        first = *import;
        way.push(*parent);
        at = *parent;
    }
    way.reverse();
    (first, way)
}

/// What an import names, plain: relative paths of JavaScript are joined to the importer's folder.
fn target(module: &str, facts: &super::super::facts::Facts, import: &Import) -> String {
    let written = facts.text(import.module);
    let name = facts.text(import.name);
    let base = if written.starts_with("./") || written.starts_with("../") { joined(module, &written) } else { written };
    let base = plain(&base);
    if name.is_empty() { base } else { format!("{base}.{name}") }
}

fn joined(module: &str, written: &str) -> String {
    let mut parts: Vec<&str> = module.split('/').collect();
    parts.pop();
    for part in written.split('/') {
        match part {
            "." | "" => {}
            ".." => {
                parts.pop();
            }
            other => parts.push(other),
        }
    }
    let path = parts.join("/");
    let extensions = [".js", ".ts", ".jsx", ".tsx", ".mjs", ".cjs", ".mts", ".cts"];
    extensions.iter().find_map(|e| path.strip_suffix(e)).unwrap_or(&path).to_owned()
}

/// The files that an import leads to: that of the longest name that is a module. Importing a package's member runs the
/// package's own file too, but that adds nothing a reader would call an import.
fn resolve<'a>(
    index: &FxHashMap<&str, usize>,
    name: &str,
    language: Language,
    roots: &Roots,
) -> impl Iterator<Item = usize> + use<'a> {
    let mut at = Some(name);
    let mut found = None;
    while let Some(current) = at {
        let module = index.get(current).or_else(|| match language {
            Language::JavaScript | Language::TypeScript => index.get(format!("{current}.index").as_str()),
            _ => None,
        });
        if module.is_some() {
            found = module.copied();
            break;
        }
        at = current.rsplit_once('.').map(|(parent, _)| parent);
    }
    if found.is_none() && language == Language::Go {
        // The module path of go.mod stands before the folder; the longest folder that ends the import path is meant.
        let fits =
            index.iter().filter(|(folder, _)| name.strip_suffix(**folder).is_some_and(|rest| rest.ends_with('.')));
        found = fits.max_by_key(|(folder, _)| folder.len()).map(|(_, i)| *i);
    }
    if found.is_none() && matches!(language, Language::JavaScript | Language::TypeScript) {
        let under = |root: &String| index.get(plain(&format!("{}/{name}", root.trim_end_matches('/'))).as_str());
        found = roots.javascript.iter().find_map(under).copied();
    }
    found.into_iter()
}
