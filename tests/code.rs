//! Every rule over code against its fixtures: `fixtures/rules/<id>/hit.*` and `miss.*`, or a folder of files with a
//! `config.toml`. A line that must be found ends in a comment `expect: <rule id>[, <rule id>]`; anything else that is
//! found fails.

#![allow(clippy::unwrap_used)]

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use govctl::rules::code::catalogue::Catalogue;
use govctl::rules::code::config::CodeConfig;
use govctl::rules::code::facts::{Facts, Language};
use govctl::rules::code::lines::LineIndex;
use govctl::rules::code::program::{Member, Program};
use govctl::rules::code::read::Unit;
use govctl::rules::code::rule::{Class, languages};
use govctl::rules::code::synthetic::calls_fabricator;
use govctl::rules::code::{self, Families, Scope, modules};

fn fixtures() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/rules")
}

fn sorted(dir: &Path) -> Vec<PathBuf> {
    let mut paths: Vec<_> = std::fs::read_dir(dir).unwrap().map(|e| e.unwrap().path()).collect();
    paths.sort();
    paths
}

fn walk(dir: &Path, out: &mut Vec<PathBuf>) {
    for path in sorted(dir) {
        if path.is_dir() {
            walk(&path, out);
        } else {
            out.push(path);
        }
    }
}

/// (file, line, rule)
type Hits = BTreeSet<(String, u32, String)>;

fn families(rule: &str) -> Families {
    let family = rule.split('/').next().unwrap();
    Families {
        synthetic: matches!(family, "synthetic" | "code"),
        imports: family == "imports",
        standards: family == "standards",
    }
}

/// What is found in these files, and what their comments expect.
fn check(rule: &str, root: &Path, files: &[PathBuf]) -> (Hits, Hits) {
    let config_file = root.join("config.toml");
    let config: CodeConfig = if config_file.exists() {
        toml::from_str(&std::fs::read_to_string(config_file).unwrap()).unwrap()
    } else {
        CodeConfig::default()
    };
    let catalogue = Catalogue::new(&config.synthetic.fabricators);
    let (mut members, mut indexes, mut expected, mut found) = (Vec::new(), Vec::new(), Hits::new(), Hits::new());
    for path in files {
        let name = path.strip_prefix(root).unwrap().to_str().unwrap().to_owned();
        let Some(language) = Language::of_path(&name) else { continue };
        let bytes = std::fs::read(path).unwrap();
        for (nth, line) in String::from_utf8_lossy(&bytes).lines().enumerate() {
            for id in line.split_once("expect: ").map_or("", |(_, ids)| ids).split(',') {
                let id = id.trim().trim_end_matches("*/").trim_end_matches("\\n\"").trim_end_matches("\\n\",").trim();
                if !id.is_empty() {
                    expected.insert((name.clone(), nth as u32 + 1, id.to_owned()));
                }
            }
        }
        let (module, package) = modules::module_name(language, &name, &config.imports.roots);
        let facts = Facts::of(&Unit { language, path: &name, module: &module, package }, &bytes, &catalogue);
        let lines = LineIndex::new(&bytes);
        for draft in code::check_file(&name, Class::Source, &facts, &config, families(rule)) {
            found.insert((name.clone(), lines.line(draft.place.start), draft.rule.into_owned()));
        }
        members.push(Member { path: name, class: Class::Source, module, facts });
        indexes.push(lines);
    }
    let outcome = code::check_program(&members, &config, families(rule), Scope::Everything);
    assert_eq!(outcome.errors, Vec::<String>::new(), "{rule}");
    let called =
        families(rule).synthetic.then(|| calls_fabricator::check(&Program::new(&members, &config), &catalogue).drafts);
    for (at, draft) in outcome.drafts.into_iter().chain(called.into_iter().flatten()) {
        found.insert((members[at].path.clone(), indexes[at].line(draft.place.start), draft.rule.into_owned()));
    }
    (found, expected)
}

#[test]
fn fixtures_hold_what_they_say() {
    let mut failures = Vec::new();
    let mut cases = 0;
    for family in sorted(&fixtures()) {
        for folder in sorted(&family) {
            let rule = folder.strip_prefix(fixtures()).unwrap().to_str().unwrap().to_owned();
            for case in sorted(&folder) {
                let mut files = Vec::new();
                let root = if case.is_dir() {
                    walk(&case, &mut files);
                    case.clone()
                } else {
                    files.push(case.clone());
                    folder.clone()
                };
                let (found, expected) = check(&rule, &root, &files);
                cases += 1;
                let name = case.strip_prefix(fixtures()).unwrap().display().to_string();
                for missing in expected.difference(&found) {
                    failures.push(format!("{name}: not found {missing:?}"));
                }
                for extra in found.difference(&expected) {
                    failures.push(format!("{name}: found too {extra:?}"));
                }
                let stem = case.file_stem().unwrap().to_str().unwrap();
                let names_itself = expected.iter().any(|(_, _, id)| *id == rule);
                if stem.starts_with("hit") && !names_itself || stem.starts_with("miss") && names_itself {
                    failures.push(format!("{name}: a hit must expect {rule}, a miss must not"));
                }
            }
        }
    }
    assert!(failures.is_empty(), "{}", failures.join("\n"));
    assert!(cases > 30, "{cases} cases");
}

/// Whether a rule's fixtures of this kind hold a file in the language; a hit must expect the rule in that very file.
fn has_fixture(folder: &Path, stem: &str, language: Language, rule: &str) -> bool {
    let cases = if folder.is_dir() { sorted(folder) } else { Vec::new() };
    let mut files = Vec::new();
    for case in cases.into_iter().filter(|p| p.file_name().unwrap().to_str().unwrap().starts_with(stem)) {
        if case.is_dir() { walk(&case, &mut files) } else { files.push(case) }
    }
    let speaks = |path: &Path| {
        let own = Language::of_path(path.to_str().unwrap());
        own == Some(language) || (own == Some(Language::TypeScript) && language == Language::JavaScript)
    };
    let expects = |path: &Path| {
        let text = String::from_utf8_lossy(&std::fs::read(path).unwrap()).into_owned();
        text.lines().any(|l| l.split_once("expect: ").is_some_and(|(_, ids)| ids.contains(rule)))
    };
    files.iter().any(|path| speaks(path) && (stem == "miss" || expects(path)))
}

#[test]
fn every_rule_has_hit_and_miss_fixtures_in_its_languages() {
    let contracts = ["required", "forbidden", "layers", "independence", "protected", "acyclic", "forbidden-calls"]
        .map(|kind| format!("imports/{kind}"));
    // The first looks at changes, not at a file; `changes_need_tests` tries it.
    let rules =
        code::rules().into_iter().map(|info| info.id.into_owned()).filter(|id| id != "standards/tests-required");
    let mut missing = Vec::new();
    for id in rules.chain(contracts) {
        for language in languages(&id) {
            for stem in ["hit", "miss"] {
                if !has_fixture(&fixtures().join(&id), stem, *language, &id) {
                    missing.push(format!("add fixtures/rules/{id}/{stem}* in {}", language.name()));
                }
            }
        }
    }
    assert!(missing.is_empty(), "{}", missing.join("\n"));
}

fn read(path: &str, bytes: &[u8]) -> Facts {
    let language = Language::of_path(path).unwrap();
    Facts::of(&Unit { language, path, module: "m", package: false }, bytes, &Catalogue::default())
}

const NAMES: [&str; 5] = ["a.py", "a.rs", "a.js", "a.ts", "a.go"];

#[test]
fn deep_texts_neither_crash_nor_pass_silently() {
    let deep = 10_000;
    let texts = [
        format!("x = {}1{}", "(".repeat(deep), ")".repeat(deep)),
        format!("x = {}1{}", "[".repeat(deep), "]".repeat(deep)),
        format!("{}{}", "{".repeat(deep), "}".repeat(deep)),
        format!("x = {}1", "- ".repeat(deep)),
        format!("x = {}1", "not ".repeat(deep)),
        format!("x = 1{}", " + 1".repeat(deep)),
        format!("x = a{}", ".b".repeat(deep)),
        format!("x = a{}", "()".repeat(deep)),
        format!("x = {}1", "lambda: ".repeat(deep)),
        (0..2000).map(|n| format!("{}if x:\n", " ".repeat(n))).collect::<String>() + &" ".repeat(2000) + "pass\n",
        format!("{}x", "if (a) {} else ".repeat(deep)),
        format!("fn f() {{ let x = {}1; }}", "!".repeat(deep)),
        format!("x = {}1", "await ".repeat(deep)),
        format!("x = a{}1", " ? b : ".repeat(deep)),
        format!("x = f'{}'", "{f\"".repeat(deep)),
    ];
    for name in NAMES {
        for text in &texts {
            read(name, text.as_bytes());
        }
        let facts = read(name, texts[0].as_bytes());
        assert!(!facts.errors.is_empty(), "{name}: ten thousand brackets are not parsed, and say so");
    }
}

#[test]
fn whatever_nests_or_stands_in_a_row_is_read() {
    let rows = include_str!("code_support/nesting.tsv").lines().filter(|line| !line.starts_with('#'));
    let rows: Vec<Vec<String>> =
        rows.map(|row| row.split('\t').map(|part| part.replace("\\n", "\n")).collect()).collect();
    assert!(rows.len() > 250);
    for row in rows {
        let [extension, before, piece, after] = row.as_slice() else { panic!("{row:?}") };
        let text = format!("{before}{}{after}", piece.repeat(12_000 / piece.len()));
        read(&format!("a.{extension}"), text.as_bytes());
    }
}

/// A quote that is none (in a comment, between elements) hid the brackets behind it, and the stack ended.
#[test]
fn brackets_behind_a_quote_that_is_none_end_no_stack() {
    let deep = format!("{}1{}", "(".repeat(9_000), ")".repeat(9_000));
    let texts = [
        ("a.py", format!("x = '''\n\"''' + {deep} # \"\n")),
        ("a.rs", format!("fn f() {{ /* \" */ let x = {deep}; /* \" */ }}\n")),
        ("a.go", format!("package a\nfunc f() {{ /* \" */ x := {deep}; /* \" */ }}\n")),
        ("a.js", format!("/* \" */ x = {deep}; /* \" */\n")),
        ("a.tsx", format!("x = <p>'{{{deep}}}'</p>;\n")),
    ];
    for (name, text) in texts {
        read(name, text.as_bytes());
    }
}

/// Found by fuzzing: the parser tried each `a<` as type arguments and went back, 2^n times for n of them.
#[test]
fn doubtful_type_arguments_are_not_parsed_for_hours() {
    for unit in ["a<(M=o<a", "a<a<c<(o=o", "a<(b=("] {
        for name in ["a.ts", "a.tsx"] {
            let facts = read(name, format!("x = {}", unit.repeat(40)).as_bytes());
            assert!(facts.errors.iter().any(|e| e.message.contains("in doubt")), "{name}: {unit}");
        }
    }
}

#[test]
fn odd_texts_give_facts_or_an_error() {
    for name in NAMES {
        for text in [
            &b""[..],
            b"\xef\xbb\xbf",
            b"\n",
            b"\r\n",
            b"\x00\x01\x02",
            b"\xff\xfe\x00",
            b"\"",
            b"/*",
            b"# caf\xe9",
            b"}{)(",
            b"\xf0\x9f",
        ] {
            read(name, text);
        }
        assert!(!read(name, b"a\0b").errors.is_empty(), "{name}");
    }
    assert!(read("a.py", b"\xef\xbb\xbfimport os\r\nos.system('x')\r\n").errors.is_empty());
    let latin = read("a.py", b"# -*- coding: latin-1 -*-\nx = 'caf\xe9'\nimport os\n");
    assert_eq!((latin.errors.len(), latin.imports.len()), (0, 1));
    let two = read("a.py", b"import numpy as np\nprint 'hello'\nx = np.random.rand(3)\n");
    assert!(!two.errors.is_empty());
    assert!(two.calls.iter().any(|c| two.text(c.callee) == "numpy.random.rand"), "what can be recovered is still read");
}

/// What an import and a call of a module look like in each language.
const PLAIN: [(&str, &str, &str); 5] = [
    ("a.py", "import os\n", "os.system('x')\n"),
    ("a.rs", "use std::fs;\n", "fn f() { fs::write(1, 2); }\n"),
    ("a.js", "import fs from 'fs';\n", "fs.run(1);\n"),
    ("a.ts", "import fs from 'fs';\n", "fs.run(1);\n"),
    ("a.go", "package a\n\nimport \"os\"\n", "func f() { os.Exit(1) }\n"),
];

#[test]
fn marks_and_line_ends_change_nothing() {
    for (name, import, call) in PLAIN {
        let plain = format!("{import}\n{call}");
        let marked = format!("\u{feff}{plain}");
        for text in [plain.clone(), plain.replace('\n', "\r\n"), marked.clone(), marked.replace('\n', "\r\n")] {
            let facts = read(name, text.as_bytes());
            assert_eq!((facts.errors.len(), facts.imports.len(), facts.calls.len()), (0, 1, 1), "{name}: {text:?}");
            let place = facts.calls[0].place;
            assert!(text[place.range()].contains('(') && text[place.range()].ends_with(')'), "{name}: {text:?}");
        }
    }
}

#[test]
fn what_is_half_edited_or_not_utf8_says_so_and_never_passes() {
    for (name, import, call) in PLAIN {
        let text = format!("{import}\n{call}");
        // Cut anywhere.
        for end in 0..text.len() {
            read(name, &text.as_bytes()[..end]);
        }
        let half = read(name, format!("{import}\n{call}\nfn func def x( = {{").as_bytes());
        assert!(!half.errors.is_empty(), "{name}");
        let mut latin = format!("{import}\n{call}").into_bytes();
        latin.extend(b"\xe9");
        assert!(!read(name, &latin).errors.is_empty(), "{name}: a byte that is no UTF-8 is told");
    }
    // Where the parser recovers, what stands around the damage is still read.
    for name in ["a.py", "a.go"] {
        let (_, import, call) = PLAIN.into_iter().find(|(n, _, _)| *n == name).unwrap();
        let facts = read(name, format!("{import}\n{call}\n)]\n").as_bytes());
        assert!(!facts.errors.is_empty() && facts.imports.len() == 1 && facts.calls.len() == 1, "{name}");
    }
}

#[test]
fn changes_need_tests() {
    let member =
        |path: &str, class: Class| Member { path: path.into(), class, module: "m".into(), facts: read(path, b"") };
    let (source, test) = (|| member("a.py", Class::Source), || member("tests/test_a.py", Class::Test));
    let check = code::standards::tests_required::check;
    assert_eq!(check(&[source()]).unwrap().1.message, "a.py changed, but no test did");
    assert!(check(&[source(), test()]).is_none());
    assert!(check(&[test()]).is_none());
    let own = Member {
        facts: read("a.rs", b"#[cfg(test)]\nmod tests { #[test] fn t() {} }"),
        ..member("a.rs", Class::Source)
    };
    assert!(check(&[own]).is_none());
}

#[test]
fn an_enormous_file_is_read() {
    for (name, import, call) in PLAIN {
        let size = if name == "a.py" { 20 << 20 } else { SIZE };
        let line = match name {
            "a.rs" => "const X: [u8; 3] = [1, 2, 3];\n",
            "a.go" => "var x = []int{1, 2, 3}\n",
            _ => "x = [1, 2, 3];\n",
        };
        let text = format!("{import}{}\n{call}", line.repeat(size / line.len()));
        let facts = read(name, text.as_bytes());
        assert_eq!((facts.errors.len(), facts.imports.len()), (0, 1), "{name}");
        assert!(facts.calls.last().is_some_and(|c| c.place.end as usize > size - 100), "{name}: read to the end");
    }
}

/// Twenty megabytes; without optimisation only the parser of Python is quick enough for them.
const SIZE: usize = if cfg!(debug_assertions) { 2 << 20 } else { 20 << 20 };
