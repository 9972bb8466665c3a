//! `--fix`: inserts a required import and required decorators; nothing else, and proves that it did. One file per language
//! says where an import stands and how it is written there.

mod go;
mod javascript;
mod python;
mod rust;

use super::super::catalogue::Catalogue;
use super::super::config::{Contract, ContractKind};
use super::super::facts::{Def, DefKind, Facts, Language};
use super::super::read::Unit;
use super::required::must_have;
use super::{dotted, plain};

/// An insertion: before which byte, and what.
type Edit = (usize, String);

/// What a fix is made from.
struct Subject<'a> {
    unit: &'a Unit<'a>,
    text: &'a str,
    facts: &'a Facts,
    contract: &'a Contract,
    /// Whether the project has a file of this path but for its extension.
    is_file: &'a dyn Fn(&str) -> bool,
}

/// The text with what `contract` asks for; `None`: nothing to insert. `is_file` says whether the project has a file of this
/// path but for its extension.
///
/// # Errors
/// A file that does not parse, a contract that names no import to insert, or a result that does not parse to what was there
/// and the insertion.
pub fn insert(
    unit: &Unit<'_>,
    text: &str,
    contract: &Contract,
    is_file: &dyn Fn(&str) -> bool,
) -> Result<Option<String>, String> {
    if contract.kind != ContractKind::Required {
        return Ok(None);
    }
    let catalogue = Catalogue::default();
    let before = Facts::of(unit, text.as_bytes(), &catalogue);
    if let Some(error) = before.errors.first() {
        return Err(format!("{} does not parse: {}", unit.path, error.message));
    }
    let subject = Subject { unit, text, facts: &before, contract, is_file };
    let mut edits = subject.decorators()?;
    let asked = contract.decorate.as_ref().filter(|_| !edits.is_empty()).map(|d| d.with.as_str());
    let wanted = asked.or(contract.any_of.first().map(String::as_str)).ok_or("the contract names nothing to import")?;
    if !imports(&before, wanted) {
        // First: a decorator at the same place needs it.
        edits.insert(0, subject.import(wanted)?);
    }
    if edits.is_empty() {
        return Ok(None);
    }
    let fixed = apply(text, edits);
    prove(&subject, &fixed, wanted, &catalogue)?;
    Ok(Some(fixed))
}

impl Subject<'_> {
    /// The import, as this file would have it.
    fn import(&self, wanted: &str) -> Result<Edit, String> {
        match self.unit.language {
            Language::Python => python::import(self, wanted),
            Language::Rust => rust::import(self, wanted),
            Language::JavaScript | Language::TypeScript => javascript::import(self, wanted),
            Language::Go => go::import(self, wanted),
        }
    }

    /// How the file ends its lines.
    fn line_end(&self) -> &'static str {
        if self.text.contains("\r\n") { "\r\n" } else { "\n" }
    }

    fn line_start(&self, at: usize) -> usize {
        self.text.get(..at).and_then(|t| t.rfind('\n')).map_or(0, |n| n + 1)
    }

    /// What the contract wants above definitions that do not have it.
    fn decorators(&self) -> Result<Vec<Edit>, String> {
        let Some(decorate) = &self.contract.decorate else { return Ok(Vec::new()) };
        let full = dotted(&decorate.with);
        let name = local_name(self.facts, &full).unwrap_or_else(|| full.rsplit('.').next().unwrap_or(&full).to_owned());
        let mut out = Vec::new();
        for def in self.facts.defs.iter().skip(1) {
            let parent = self.facts.def(def.parent).map(|d| d.kind);
            let has = def.decorators.iter().any(|d| plain(self.facts.text(*d).trim_end_matches("()")) == full);
            if has || !must_have(self.facts, def, decorate) {
                continue;
            }
            let mark = match self.unit.language {
                Language::Python => format!("@{name}"),
                Language::Rust => format!("#[{name}]"),
                Language::TypeScript if def.kind == DefKind::Class || parent == Some(DefKind::Class) => {
                    format!("@{name}")
                }
                _ => return Err(format!("nothing in {} can be decorated", self.unit.path)),
            };
            let line = self.line_of(def)?;
            let start = &self.text[line..];
            let indent = &start[..start.len() - start.trim_start_matches([' ', '\t']).len()];
            out.push((line, format!("{indent}{mark}{}", self.line_end())));
        }
        Ok(out)
    }

    /// Where the line starts that a definition's keyword and name stand on, attributes and documentation above it.
    fn line_of(&self, def: &Def) -> Result<usize, String> {
        if self.unit.language == Language::Python {
            return Ok(self.line_start(def.place.start as usize));
        }
        let line = self.line_start(def.name.start as usize);
        let before = self.text.get(line..def.name.start as usize).unwrap_or_default();
        // Anything but keywords before the name would be moved apart from it.
        let words = |c: char| c.is_alphanumeric() || " \t()_\"".contains(c);
        if before.chars().all(words) {
            Ok(line)
        } else {
            Err(format!("{}: no line of its own for a decorator", self.unit.path))
        }
    }
}

/// Whether a file imports this at run time, at its top.
fn imports(facts: &Facts, wanted: &str) -> bool {
    let full = dotted(wanted);
    let module_of = wanted.rsplit_once(':').filter(|(m, _)| !m.ends_with(':')).map(|(m, _)| dotted(m));
    facts.imports.iter().filter(|i| !i.kind.type_only && !i.kind.fallible && !i.kind.inline && i.def == 0).any(|i| {
        let module = plain(&facts.text(i.module));
        let name = facts.text(i.name);
        // `require` brings a module as a whole.
        let whole = name.is_empty() && facts.language != Language::Python && module_of.as_ref() == Some(&module);
        module == full || format!("{module}.{name}") == full || whole
    })
}

/// What the file calls it already: the name that an import binds.
fn local_name(facts: &Facts, full: &str) -> Option<String> {
    let at_run_time = facts.imports.iter().filter(|i| i.def == 0 && !i.kind.type_only && !i.kind.fallible);
    at_run_time.filter(|i| i.bound.is_some() && i.name.is_some()).find_map(|i| {
        let whole = format!("{}.{}", plain(&facts.text(i.module)), facts.text(i.name));
        (whole == full).then(|| facts.text(i.bound))
    })
}

fn apply(text: &str, mut edits: Vec<Edit>) -> String {
    edits.sort_by_key(|(at, _)| *at);
    let mut out = String::with_capacity(text.len() + 64);
    let mut from = 0;
    for (at, insertion) in edits {
        out.push_str(&text[from..at]);
        // An import after what leads the file goes to the end of that line, past a comment on it.
        from = at;
        if insertion.starts_with(['\n', '\r']) {
            let end = text[at..].find(['\n', '\r']).map_or(text.len(), |n| at + n);
            out.push_str(&text[at..end]);
            from = end;
        }
        out.push_str(&insertion);
    }
    out.push_str(&text[from..]);
    out
}

/// Reads the result again: it must parse, import what was wanted, leave no definition without its decorator, and call and
/// define what it did before.
fn prove(subject: &Subject<'_>, fixed: &str, wanted: &str, catalogue: &Catalogue) -> Result<(), String> {
    let Subject { unit, facts: before, .. } = subject;
    let after = Facts::of(unit, fixed.as_bytes(), catalogue);
    let done = Subject { text: fixed, facts: &after, ..*subject };
    let same = after.errors.is_empty()
        && imports(&after, wanted)
        && done.decorators()?.is_empty()
        && after.defs.len() == before.defs.len()
        && after.imports.len() <= before.imports.len() + 1
        && after.calls.len() >= before.calls.len();
    if same {
        Ok(())
    } else {
        Err(format!("{}: the fixed file would not be what it was with `{wanted}` added", unit.path))
    }
}

#[cfg(test)]
mod tests {
    use super::super::super::config::Decorate;
    use super::*;

    fn fixed(path: &str, text: &str, contract: &Contract) -> Result<Option<String>, String> {
        let language = Language::of_path(path).unwrap();
        let module = if language == Language::Rust { "crate.core.a" } else { path.rsplit_once('.').unwrap().0 };
        let module = if language == Language::Python { "core.a" } else { module };
        let unit = Unit { language, path, module, package: false };
        insert(&unit, text, contract, &|path| path == "lib/governance")
    }

    fn check(path: &str, contract: &Contract, cases: &[(&str, &str)]) {
        for (before, after) in cases {
            for (before, after) in [
                ((*before).to_owned(), (*after).to_owned()),
                (before.replace('\n', "\r\n"), after.replace('\n', "\r\n")),
            ] {
                assert_eq!(fixed(path, &before, contract).unwrap().as_deref(), Some(after.as_str()), "{before:?}");
                assert_eq!(fixed(path, &after, contract).unwrap(), None, "a second run changes nothing: {after:?}");
            }
        }
    }

    fn wants(any_of: &str, on: &[&str]) -> Contract {
        let decorate =
            (!on.is_empty()).then(|| Decorate { with: any_of.into(), on: on.iter().map(|o| (*o).into()).collect() });
        Contract { any_of: vec![any_of.into()], decorate, ..Contract::default() }
    }

    #[test]
    fn in_python_an_import_goes_after_docstring_and_future() {
        let cases = [
            (
                "#!/usr/bin/env python3\n# coding: utf-8\nimport os\n",
                "#!/usr/bin/env python3\n# coding: utf-8\nfrom core.kernel import governed\nimport os\n",
            ),
            ("\u{feff}import os\n", "\u{feff}from core.kernel import governed\nimport os\n"),
            ("import os\n", "from core.kernel import governed\nimport os\n"),
            ("\"\"\"Doc.\"\"\"\nimport os\n", "\"\"\"Doc.\"\"\"\nfrom core.kernel import governed\nimport os\n"),
            (
                "\"\"\"Doc.\"\"\"  # note\nfrom __future__ import annotations  # x\nimport os\n",
                "\"\"\"Doc.\"\"\"  # note\nfrom __future__ import annotations  # x\nfrom core.kernel import governed\nimport os\n",
            ),
        ];
        let contract = wants("core.kernel:governed", &[]);
        check("core/a.py", &contract, &cases);
        assert_eq!(fixed("core/a.py", "", &contract).unwrap().unwrap(), "from core.kernel import governed\n");
    }

    #[test]
    fn a_decorator_has_the_name_that_the_file_gives_it() {
        let before = "from core.kernel import governed as g\n\n\nclass A: x = 1\n";
        let after = "from core.kernel import governed as g\n\n\n@g\nclass A: x = 1\n";
        check("core/a.py", &wants("core.kernel:governed", &["class"]), &[(before, after)]);
        let before = "use crate::kernel::governed as g;\n\n/// Runs.\npub fn a() {}\n";
        let after = "use crate::kernel::governed as g;\n\n/// Runs.\n#[g]\npub fn a() {}\n";
        check("src/core/a.rs", &wants("crate::kernel:governed", &["public_function"]), &[(before, after)]);
    }

    #[test]
    fn decorators_are_put_above_what_needs_them() {
        let before =
            "class A:\n    def run(self): pass\n\n\n@other\ndef go():\n    return 1\n\n\ndef _own(): return 2\n";
        let after = "from core.kernel import governed\n@governed\nclass A:\n    def run(self): pass\n\n\n@governed\n@other\ndef go():\n    return 1\n\n\ndef _own(): return 2\n";
        check("core/a.py", &wants("core.kernel:governed", &["class", "public_function"]), &[(before, after)]);
        let before = "//! Room.\n\n#[inline]\npub(crate) fn go() {}\n\nfn own() {}\n\npub struct S;\nimpl S {\n    /// Runs.\n    pub fn run(&self) {}\n}\n";
        let after = "//! Room.\n\nuse crate::kernel::governed;\n\n#[inline]\n#[governed]\npub(crate) fn go() {}\n\n#[governed]\nfn own() {}\n\npub struct S;\nimpl S {\n    /// Runs.\n    pub fn run(&self) {}\n}\n";
        check("src/core/a.rs", &wants("crate::kernel:governed", &["function"]), &[(before, after)]);
        let before = "import { log } from \"./log\";\n\nexport class A {}\n";
        let after = "import { governed } from \"@org/kernel\";\nimport { log } from \"./log\";\n\n@governed\nexport class A {}\n";
        check("src/a.ts", &wants("@org/kernel:governed", &["class"]), &[(before, after)]);
        assert!(fixed("src/a.js", "class A {}\n", &wants("@org/kernel:governed", &["class"])).is_err());
    }

    #[test]
    fn in_rust_an_import_goes_before_the_first_one() {
        let contract = wants("crate::kernel::governed", &[]);
        let cases = [
            ("use std::fs;\n", "use crate::kernel::governed;\nuse std::fs;\n"),
            (
                "//! Room.\n#![allow(dead_code)]\n\nmod b;\n\nuse std::fs;\n",
                "//! Room.\n#![allow(dead_code)]\n\nmod b;\n\nuse crate::kernel::governed;\nuse std::fs;\n",
            ),
            (
                "// Licence.\n\n/// Runs.\nfn a() {}\n",
                "// Licence.\n\nuse crate::kernel::governed;\n\n/// Runs.\nfn a() {}\n",
            ),
        ];
        check("src/core/a.rs", &contract, &cases);
        assert_eq!(fixed("src/core/a.rs", "", &contract).unwrap().unwrap(), "use crate::kernel::governed;\n");
        assert!(fixed("src/core/a.rs", "fn (", &contract).is_err());
    }

    #[test]
    fn in_javascript_an_import_goes_after_directives() {
        let cases = [
            (
                "#!/usr/bin/env node\n\"use strict\";\nlet a = 1;\n",
                "#!/usr/bin/env node\n\"use strict\";\nimport { governed } from \"@org/kernel\";\nlet a = 1;\n",
            ),
            (
                "'use client'\n\nimport x from 'x'\n",
                "'use client'\n\nimport { governed } from '@org/kernel'\nimport x from 'x'\n",
            ),
            (
                "// @ts-check\n\n/** Runs. */\nexport function a() {}\n",
                "// @ts-check\n\nimport { governed } from \"@org/kernel\";\n/** Runs. */\nexport function a() {}\n",
            ),
            ("const x = require('x');\n", "const { governed } = require('@org/kernel');\nconst x = require('x');\n"),
        ];
        let contract = wants("@org/kernel:governed", &[]);
        check("src/deep/a.js", &contract, &cases);
        check("src/deep/a.js", &wants("@org/kernel", &[]), &[("f();\n", "import \"@org/kernel\";\nf();\n")]);
        let own =
            [("import x from './x.js';\n", "import { g } from '../../lib/governance.js';\nimport x from './x.js';\n")];
        check("src/deep/a.js", &wants("lib/governance:g", &[]), &own);
    }

    #[test]
    fn in_go_an_import_goes_into_the_block_as_gofmt_sorts_it() {
        let contract = wants("example.com/app/governance", &[]);
        let cases = [
            (
                "package a\n\nimport (\n\t\"context\"\n\t\"fmt\"\n\n\t\"x.org/y\"\n)\n",
                "package a\n\nimport (\n\t\"context\"\n\t_ \"example.com/app/governance\"\n\t\"fmt\"\n\n\t\"x.org/y\"\n)\n",
            ),
            (
                "package a\n\nimport \"fmt\" // out\n\nfunc A() {}\n",
                "package a\n\nimport \"fmt\" // out\nimport _ \"example.com/app/governance\"\n\nfunc A() {}\n",
            ),
            (
                "// Licence.\n\npackage a // a\n\nfunc A() {}\n",
                "// Licence.\n\npackage a // a\n\nimport _ \"example.com/app/governance\"\n\nfunc A() {}\n",
            ),
        ];
        check("services/a.go", &contract, &cases);
        let used = Contract { must_use: true, ..contract };
        assert!(fixed("services/a.go", "package a\n", &used).is_err());
    }
}
