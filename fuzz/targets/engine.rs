//! Any bytes through the whole catalogue: no panic, every place inside the text, the same answer twice.

#![no_main]

use std::cell::RefCell;
use std::sync::LazyLock;

use govctl::engine::settings::Settings;
use govctl::engine::{Engine, Scratch};
use govctl::rules::CATALOGUE;
use govctl::source::Source;

static ENGINE: LazyLock<Engine> =
    LazyLock::new(|| Engine::new(Settings { rules: CATALOGUE.to_vec(), ..Settings::default() }).expect("it is tested"));

thread_local! {
    static SCRATCH: RefCell<Scratch> = RefCell::default();
}

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    let source = Source::file("src/a.py", bytes);
    let found = SCRATCH.with_borrow_mut(|scratch| ENGINE.scan(&source, scratch));
    let again = ENGINE.scan(&source, &mut Scratch::default());
    assert_eq!(found.findings.len(), again.findings.len());
    let lines = bytes.split(|b| matches!(b, b'\n' | b'\r')).count();
    for finding in &found.findings {
        assert!(finding.span.line >= 1 && finding.span.line as usize <= lines, "line {} of {lines}", finding.span.line);
        assert!(finding.span.column >= 1);
    }
});
