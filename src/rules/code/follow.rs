//! What was read as an outline and may call what fabricates is read again, in full.
//!
//! A call of a fabricator has the fabricator's last name in it, or one that a module gives to it; a file without any of
//! them calls none. A test counts only where what is no test imports it: nothing in it is reported.

use std::collections::BTreeSet;

use memchr::memmem;
use rustc_hash::FxHashMap;

use super::catalogue::Catalogue;
use super::config::CodeConfig;
use super::detail::Needs;
use super::facts::{Facts, Import};
use super::modules::module_name;
use super::program::{Known, Member, Program};
use super::read::Unit;
use super::rule::{Class, Draft};
use super::searcher::Searcher;
use super::synthetic::calls_fabricator::{self, Called};

/// What reading again needs.
#[derive(Clone, Copy)]
pub struct Reading<'a> {
    /// The text of every member that is an outline.
    pub texts: &'a [Option<&'a [u8]>],
    /// The policy.
    pub config: &'a CodeConfig,
    /// What the policy needs to know.
    pub needs: &'a Needs,
    /// What names mean.
    pub catalogue: &'a Catalogue,
}

/// Reads in full whatever the rule on callers of fabricators could find something in, and gives what it finds.
pub fn complete(members: &mut [Member], reading: &Reading<'_>) -> Vec<(usize, Draft)> {
    let tests =
        if members.iter().any(|m| m.facts.partial) { reached_tests(members, reading.texts) } else { BTreeSet::new() };
    for file in &tests {
        let text = reading.text(*file);
        if members[*file].facts.partial && reading.needs.may_fabricate(&members[*file].module, text) {
            reading.again(*file, &mut members[*file]);
        }
    }
    let mut known: BTreeSet<String> = BTreeSet::new();
    let mut names = Known::default();
    loop {
        let program = Program::with(members, reading.config, names);
        let Called { drafts, words } = calls_fabricator::check(&program, reading.catalogue);
        let fresh: Vec<&String> = words.difference(&known).collect();
        let mut wanted = program.asked_for();
        names = program.known();
        let counts = |file: &usize| members[*file].class != Class::Test || tests.contains(file);
        let outlines = (0..members.len()).filter(|file| members[*file].facts.partial);
        wanted.extend(holders(outlines.filter(counts), reading, &fresh));
        wanted.retain(|file| members[*file].facts.partial);
        known.extend(words);
        if wanted.is_empty() {
            return drafts;
        }
        for file in wanted {
            let before = named(&members[file].facts);
            reading.again(file, &mut members[file]);
            if named(&members[file].facts) != before {
                names = Known::default();
            }
        }
    }
}

/// The full names of what a file defines and exports, in order.
fn named(facts: &Facts) -> Vec<String> {
    let all = facts.defs.iter().map(|d| d.path).chain(facts.exports.iter().map(|e| e.0));
    all.map(|name| facts.text(name)).collect()
}

/// Those of these files that hold one of these words.
fn holders(files: impl Iterator<Item = usize>, reading: &Reading<'_>, words: &[&String]) -> Vec<usize> {
    if words.is_empty() {
        return Vec::new();
    }
    let searcher = Searcher::of_names(words);
    files.filter(|file| searcher.as_ref().is_none_or(|words| words.is_in(reading.text(*file)))).collect()
}

impl Reading<'_> {
    fn text(&self, file: usize) -> &[u8] {
        self.texts.get(file).copied().flatten().unwrap_or_default()
    }

    fn again(&self, file: usize, member: &mut Member) {
        let language = member.facts.language;
        let (module, package) = module_name(language, &member.path, &self.config.imports.roots);
        let unit = Unit { language, path: &member.path, module: &module, package };
        member.facts = Facts::of(&unit, self.text(file), self.catalogue);
        member.facts.forget_what_one_file_needs();
    }
}

/// Tests by their modules' names, and by those of the packages that they lie in.
struct Tests {
    modules: FxHashMap<String, usize>,
    inside: FxHashMap<String, Vec<usize>>,
}

/// The tests that are imported by what is no test, directly or through others.
fn reached_tests(members: &[Member], texts: &[Option<&[u8]>]) -> BTreeSet<usize> {
    let tests = Tests::of(members);
    let mut reached = BTreeSet::new();
    if tests.modules.is_empty() {
        return reached;
    }
    let mut queue: Vec<usize> = (0..members.len()).filter(|file| members[*file].class != Class::Test).collect();
    while let Some(file) = queue.pop() {
        let text = texts.get(file).copied().flatten();
        for import in &members[file].facts.imports {
            for test in tests.meant_by(members, file, import, text) {
                if reached.insert(test) {
                    queue.push(test);
                }
            }
        }
    }
    reached
}

impl Tests {
    fn of(members: &[Member]) -> Self {
        let mut out = Self { modules: FxHashMap::default(), inside: FxHashMap::default() };
        let partial = members.iter().enumerate().filter(|(_, m)| m.class == Class::Test && m.facts.partial);
        for (file, member) in partial {
            let mut name = member.module.as_str();
            while let Some((package, _)) = name.rsplit_once('.') {
                out.inside.entry(package.to_owned()).or_default().push(file);
                name = package;
            }
            out.modules.insert(member.module.clone(), file);
        }
        out
    }

    /// The tests that an import may lead to: the one it names, and those in a package it names whose names are written out.
    fn meant_by(&self, members: &[Member], file: usize, import: &Import, text: Option<&[u8]>) -> Vec<usize> {
        let names = &members[file].facts.names;
        let mut whole = String::new();
        names.write(import.module, &mut whole);
        let mut out: Vec<usize> = self.modules.get(&whole).copied().into_iter().collect();
        if import.name.is_some() {
            whole.push('.');
            whole.push_str(&names.text(import.name));
        }
        out.extend(self.modules.get(&whole));
        let first = whole.split('.').next().unwrap_or_default();
        // `import a.b` binds `a`, and everything in it.
        let packages = [Some(whole.as_str()), import.name.is_none().then_some(first)];
        for test in packages.into_iter().flatten().filter_map(|p| self.inside.get(p)).flatten() {
            let name = members[*test].module.rsplit('.').next().unwrap_or_default();
            if text.is_none_or(|text| memmem::find(text, name.as_bytes()).is_some()) {
                out.push(*test);
            }
        }
        out
    }
}
