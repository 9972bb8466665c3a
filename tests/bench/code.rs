//! Code read as code: the parser alone, the facts, and all three families with what needs every file.
//! `cargo bench --bench code`; the first two packages of `target/agreement/site` where the test `code_agreement` fetched
//! them, else one file of this repository's fixtures many times.

#![allow(clippy::expect_used)]

use std::hint::black_box;
use std::path::{Path, PathBuf};

use divan::Bencher;
use divan::counter::BytesCount;
use govctl::engine::code::{CodeEngine, Files};
use govctl::engine::settings::Settings;
use govctl::rules::code::catalogue::Catalogue;
use govctl::rules::code::config::{CodeConfig, Standards};
use govctl::rules::code::facts::{Facts, Language};
use govctl::rules::code::read::Unit;
use govctl::rules::code::{Families, Scope, python};
use govctl::source::Source;

fn main() {
    divan::main();
}

/// (path, text)
type Corpus = Vec<(String, String)>;

fn corpus() -> Corpus {
    let site = Path::new(env!("CARGO_MANIFEST_DIR")).join("target/agreement/site");
    let mut out = Corpus::new();
    for package in ["django", "sklearn"] {
        collect(&site, &site.join(package), &mut out);
    }
    if out.is_empty() {
        let text = include_str!("../../fixtures/rules/synthetic/returns-fabricated/miss-learning/transforms.py");
        out.extend((0..2_000).map(|n| (format!("app/file{n}.py"), text.to_owned())));
    }
    out.sort();
    out
}

fn collect(root: &Path, dir: &Path, out: &mut Corpus) {
    let Ok(entries) = std::fs::read_dir(dir) else { return };
    let paths: Vec<PathBuf> = entries.flatten().map(|e| e.path()).collect();
    for path in paths {
        if path.is_dir() {
            collect(root, &path, out);
        } else if path.extension().is_some_and(|e| e == "py")
            && let Ok(text) = std::fs::read_to_string(&path)
        {
            let name = path.strip_prefix(root).unwrap_or(&path).to_string_lossy().into_owned();
            out.push((name, text));
        }
    }
}

fn bytes(corpus: &Corpus) -> BytesCount {
    BytesCount::new(corpus.iter().map(|(_, text)| text.len()).sum::<usize>())
}

/// The yardstick: the parser of Python and nothing else.
#[divan::bench(sample_count = 10)]
fn parse_only(bencher: Bencher) {
    let corpus = corpus();
    bencher
        .counter(bytes(&corpus))
        .bench_local(|| corpus.iter().map(|(_, text)| python::parse_only(black_box(text))).sum::<usize>());
}

#[divan::bench(sample_count = 10)]
fn facts(bencher: Bencher) {
    let corpus = corpus();
    let catalogue = Catalogue::default();
    bencher.counter(bytes(&corpus)).bench_local(|| {
        let calls = corpus.iter().map(|(path, text)| {
            let unit = Unit { language: Language::Python, path, module: "m", package: false };
            Facts::of(&unit, black_box(text.as_bytes()), &catalogue).calls.len()
        });
        calls.sum::<usize>()
    });
}

#[divan::bench(sample_count = 10)]
fn all_families(bencher: Bencher) {
    let corpus = corpus();
    let settings = Settings::default();
    bencher.counter(bytes(&corpus)).bench_local(|| {
        let config = CodeConfig { standards: Some(Standards::default()), ..CodeConfig::default() };
        let families = Families { synthetic: true, imports: true, standards: true };
        let engine = CodeEngine::new(config, families);
        let files = Files::default();
        for (path, text) in &corpus {
            engine.read(&Source::file(path, black_box(text.as_bytes())), &settings, &files);
        }
        engine.finish(files, &settings, Scope::Everything, 1).findings.len()
    });
}
