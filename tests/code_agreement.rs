//! An independent reader of Python agrees: CPython's own `ast`, with a resolver of its own (`code_support/facts.py`),
//! over Django, scikit-learn and pandas.

#![allow(clippy::unwrap_used)]

use std::collections::{BTreeSet, HashMap};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use govctl::rules::code::catalogue::Catalogue;
use govctl::rules::code::detail::Detail;
use govctl::rules::code::facts::{Def, DefKind, Facts, How, ImportKind, Language};
use govctl::rules::code::lines::LineIndex;
use govctl::rules::code::names::Sym;
use govctl::rules::code::read::Unit;
use serde_json::Value;

const PACKAGES: [&str; 3] = ["django==5.2", "scikit-learn==1.6.1", "pandas==2.2.3"];

/// The packages unpacked under target/, or `None` (after saying so) where Python, pip or the index are missing.
fn packages() -> Option<PathBuf> {
    let dir = Path::new(env!("CARGO_MANIFEST_DIR")).join("target/agreement");
    let site = dir.join("site");
    if site.join("done").exists() {
        return Some(site);
    }
    std::fs::create_dir_all(&site).unwrap();
    let wheels = dir.join("wheels");
    let fetched = Command::new("python3")
        .args(["-m", "pip", "download", "-q", "--no-deps", "--only-binary=:all:", "-d"])
        .arg(&wheels)
        .args(PACKAGES)
        .status()
        .is_ok_and(|s| s.success());
    if !fetched {
        assert!(std::env::var("CI").as_deref() != Ok("true"), "python3 and pip are needed under CI");
        eprintln!("skipped: python3 -m pip download failed");
        return None;
    }
    for wheel in std::fs::read_dir(&wheels).unwrap() {
        let status =
            Command::new("python3").args(["-m", "zipfile", "-e"]).arg(wheel.unwrap().path()).arg(&site).status();
        assert!(status.unwrap().success());
    }
    std::fs::write(site.join("done"), "").unwrap();
    Some(site)
}

fn files(root: &Path, dir: &Path, out: &mut Vec<String>) {
    for entry in std::fs::read_dir(dir).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files(root, &path, out);
        } else if path.extension().is_some_and(|e| e == "py") {
            out.push(path.strip_prefix(root).unwrap().to_str().unwrap().to_owned());
        }
    }
}

fn independent(site: &Path, files: &[String]) -> Vec<Value> {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/code_support/facts.py");
    let mut child = Command::new("python3")
        .arg(script)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let mut input = child.stdin.take().unwrap();
    let list = format!("{}\n{}\n", site.display(), files.join("\n"));
    let writer = std::thread::spawn(move || input.write_all(list.as_bytes()).unwrap());
    let output = child.wait_with_output().unwrap();
    writer.join().unwrap();
    assert!(output.status.success());
    output.stdout.split(|b| *b == b'\n').filter(|l| !l.is_empty()).map(|l| serde_json::from_slice(l).unwrap()).collect()
}

/// How many of the calls that the other reader resolved in this way are resolved alike, of how many.
#[derive(Default)]
struct Tally {
    same: usize,
    all: usize,
    examples: Vec<String>,
}

#[test]
fn an_independent_reader_of_python_agrees() {
    let Some(site) = packages() else { return };
    let mut names = Vec::new();
    files(&site, &site, &mut names);
    names.sort();
    assert!(names.len() > 2500, "{} files", names.len());
    let catalogue = Catalogue::default();
    let mut tallies: HashMap<&str, Tally> = HashMap::new();
    let (mut imports, mut parsed) = (0, 0);
    for other in independent(&site, &names) {
        let path = other["path"].as_str().unwrap();
        if !other["ok"].as_bool().unwrap() {
            continue;
        }
        parsed += 1;
        let bytes = std::fs::read(site.join(path)).unwrap();
        let module = path.strip_suffix(".py").unwrap().replace('/', ".");
        let package = module.ends_with(".__init__");
        let module = module.strip_suffix(".__init__").unwrap_or(&module);
        let facts = Facts::of(&Unit { language: Language::Python, path, module, package }, &bytes, &catalogue);
        assert!(facts.errors.is_empty(), "{path}: {:?}", facts.errors);
        let lines = LineIndex::new(&bytes);
        imports += compare_imports(path, &facts, &lines, &other);
        compare_calls(path, &facts, &lines, &bytes, &other, &mut tallies);
    }
    assert!(parsed > 2500 && imports > 20_000, "{parsed} files, {imports} imports");
    for (how, least) in [("import", 0.995), ("assigned", 0.97), ("local", 0.97), ("self", 0.97)] {
        let tally = &tallies[how];
        let rate = tally.same as f64 / tally.all as f64;
        println!("{how}: {} of {} ({:.3} %)", tally.same, tally.all, rate * 100.0);
        tally.examples.iter().take(25).for_each(|e| println!("  {e}"));
        assert!(tally.all > 1000 && rate >= least, "{how}: {rate}");
    }
}

/// What an outline says of a file, in words: all but calls, and what names stand for in the bodies of functions.
fn told(facts: &Facts) -> Vec<String> {
    let text = |sym| facts.text(sym);
    let mut out = Vec::new();
    for i in &facts.imports {
        let kind = ImportKind { used: false, ..i.kind };
        let (module, name, bound) = (text(i.module), text(i.name), text(i.bound));
        out.push(format!("{:?} {:?} {module} {name} {bound} {} {kind:?}", i.place, i.statement, i.def));
    }
    for def in &facts.defs {
        let d = Def { decorators: Vec::new(), bases: Vec::new(), result: Sym::NONE, path: Sym::NONE, ..def.clone() };
        out.push(format!("{} {d:?}", text(def.path)));
        let mut around = facts.def(def.parent);
        while let Some(outer) = around.filter(|d| d.kind != DefKind::Function) {
            around = facts.def(outer.parent);
        }
        if around.is_none() {
            let names = |all: &[Sym]| all.iter().map(|s| text(*s)).collect::<Vec<_>>();
            out.push(format!("{:?} {:?}", names(&def.decorators), names(&def.bases)));
        }
    }
    out.extend(facts.rows.iter().map(|r| format!("{:?} {} {} {}", r.place, text(r.name), r.count, r.def)));
    out.extend(facts.exports.iter().map(|(name, target)| format!("{} {}", text(*name), text(*target))));
    out.push(format!("{:?} {:?} {:?}", facts.strings, facts.comments, facts.fallbacks));
    out.push(format!("{:?} {} {} {}", facts.errors, facts.import_at, facts.lines, facts.has_tests));
    out
}

#[test]
fn an_outline_says_what_a_full_reading_does() {
    let Some(site) = packages() else { return };
    let mut names = Vec::new();
    files(&site, &site, &mut names);
    names.sort();
    let catalogue = Catalogue::default();
    let mut partial = 0;
    for path in names.iter().step_by(5) {
        let bytes = std::fs::read(site.join(path)).unwrap();
        let unit = Unit { language: Language::Python, path, module: "a.b.c", package: false };
        let full = Facts::of(&unit, &bytes, &catalogue);
        let outline = Facts::read(&unit, &bytes, &catalogue, Detail::Outline);
        // Computed imports are told by words before an outline is asked for.
        let text = String::from_utf8_lossy(&bytes);
        if text.contains("import_module") || text.contains("__import__") {
            continue;
        }
        partial += usize::from(outline.partial);
        for (one, other) in told(&outline).iter().zip(&told(&full)) {
            assert_eq!(one, other, "{path}");
        }
        assert_eq!(told(&outline).len(), told(&full).len(), "{path}");
    }
    assert!(partial > 200, "{partial} outlines");
}

type Row = (u64, String, String, String);

fn compare_imports(path: &str, facts: &Facts, lines: &LineIndex, other: &Value) -> usize {
    let text = |v: &Value| v.as_str().unwrap().to_owned();
    let theirs: BTreeSet<Row> = other["imports"]
        .as_array()
        .unwrap()
        .iter()
        .map(|i| {
            (i[0].as_u64().unwrap(), text(&i[1]), if i[2] == "*" { String::new() } else { text(&i[2]) }, text(&i[3]))
        })
        .collect();
    let ours: BTreeSet<Row> = facts
        .imports
        .iter()
        .filter(|i| !i.kind.dynamic)
        .map(|i| {
            let line = u64::from(lines.line(i.statement.start));
            let module = facts.text(i.module);
            // A relative import out of the tree keeps its dots; the dot that joins them is a matter of taste.
            let module = if module.starts_with('.') { module.replacen("..", ".", 1) } else { module };
            (line, module, facts.text(i.name), facts.text(i.bound))
        })
        .collect();
    assert_eq!(ours, theirs, "{path}");
    theirs.len()
}

fn compare_calls(
    path: &str,
    facts: &Facts,
    lines: &LineIndex,
    bytes: &[u8],
    other: &Value,
    tallies: &mut HashMap<&str, Tally>,
) {
    let mut ours: HashMap<(u32, u32), String> = HashMap::new();
    for call in facts.calls.iter().filter(|c| c.how != How::Unresolved) {
        ours.insert((call.place.start, call.place.end), facts.text(call.callee));
    }
    // CPython does not count a byte order mark.
    let mark = if bytes.starts_with(b"\xef\xbb\xbf") { 3 } else { 0 };
    let offset = |line: &Value, column: &Value| {
        let line = line.as_u64().unwrap() as u32;
        lines.start(line) + column.as_u64().unwrap() as u32 + if line == 1 { mark } else { 0 }
    };
    for call in other["calls"].as_array().unwrap() {
        let place = (offset(&call[0], &call[1]), offset(&call[2], &call[3]));
        let name = call[4].as_str().unwrap();
        let how = match call[5].as_str().unwrap() {
            "import" => "import",
            "assigned" => "assigned",
            "local" => "local",
            "self" => "self",
            _ => continue,
        };
        let tally = tallies.entry(how).or_default();
        tally.all += 1;
        match ours.get(&place) {
            Some(found) if found == name => tally.same += 1,
            found => tally.examples.push(format!("{path}:{}: {name}, here {found:?}", call[0])),
        }
    }
}
