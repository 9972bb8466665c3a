//! The engine in process: the prefilter, one file, start-up. `cargo bench --bench engine`.

#![allow(clippy::expect_used)]

use std::hint::black_box;

use divan::Bencher;
use divan::counter::BytesCount;
use fastrand::Rng;
use govctl::engine::prefilter::Prefilter;
use govctl::engine::settings::Settings;
use govctl::engine::{Engine, Scratch};
use govctl::rules::{CATALOGUE, built_in};
use govctl::source::Source;

fn main() {
    divan::main();
}

/// Text that looks like code to the prefilter: this crate's own sources, over and over.
fn code(bytes: usize) -> Vec<u8> {
    let sources = [
        include_str!("../../src/engine/mod.rs"),
        include_str!("../../src/engine/matching.rs"),
        include_str!("../../src/redact.rs"),
    ];
    let once = sources.concat().into_bytes();
    once.iter().copied().cycle().take(bytes).collect()
}

fn engine() -> Engine {
    Engine::new(Settings { rules: built_in(), ..Settings::default() }).expect("the catalogue is tested")
}

#[divan::bench]
fn prefilter(bencher: Bencher) {
    let keywords: Vec<&str> = CATALOGUE.iter().flat_map(|r| r.keywords.iter().map(|k| &**k)).collect();
    let prefilter = Prefilter::new(&keywords).expect("the catalogue's keywords fit");
    let text = code(8 << 20);
    let mut hits = Vec::new();
    bencher.counter(BytesCount::new(text.len())).bench_local(|| {
        hits.clear();
        prefilter.find(black_box(&text), &mut hits);
        hits.len()
    });
}

/// The yardstick of `prefilter`: one pass of a library over the same bytes.
#[divan::bench]
fn prefilter_reference_memchr_count(bencher: Bencher) {
    let text = code(8 << 20);
    bencher
        .counter(BytesCount::new(text.len()))
        .bench_local(|| memchr::memchr2_iter(b'\n', b'\r', black_box(&text)).count());
}

/// The same keywords through the Aho-Corasick automaton that the prefilter replaces.
#[divan::bench]
fn prefilter_reference_automaton(bencher: Bencher) {
    let keywords: Vec<&str> = CATALOGUE.iter().flat_map(|r| r.keywords.iter().map(|k| &**k)).collect();
    let automaton = aho_corasick::AhoCorasick::builder()
        .ascii_case_insensitive(true)
        .kind(Some(aho_corasick::AhoCorasickKind::DFA))
        .build(&keywords)
        .expect("the catalogue's keywords fit");
    let text = code(8 << 20);
    bencher
        .counter(BytesCount::new(text.len()))
        .bench_local(|| automaton.find_overlapping_iter(black_box(&text)).count());
}

#[divan::bench]
fn start_up() -> Engine {
    engine()
}

#[divan::bench]
fn one_file_of_20_lines(bencher: Bencher) {
    let engine = engine();
    let mut scratch = Scratch::default();
    let token = govctl::rules::template::expand("{crc:ghp_}", &mut Rng::with_seed(1)).expect("a known form");
    let text = format!("{}\ntoken = \"{token}\"\n", "let value = compute(&input)?;\n".repeat(19));
    bencher.counter(BytesCount::new(text.len())).bench_local(|| {
        engine.scan(&Source::file("src/a.rs", black_box(text.as_bytes())), &mut scratch).findings.len()
    });
}

#[divan::bench]
fn eight_megabytes_of_code(bencher: Bencher) {
    let engine = engine();
    let mut scratch = Scratch::default();
    let text = code(8 << 20);
    bencher
        .counter(BytesCount::new(text.len()))
        .bench_local(|| engine.scan(&Source::file("src/a.rs", black_box(&text)), &mut scratch).findings.len());
}
