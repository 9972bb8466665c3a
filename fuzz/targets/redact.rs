//! A stream cut anywhere is masked as if it came whole, and what is masked stays as it is.

#![no_main]

use std::sync::LazyLock;

use govctl::engine::Engine;
use govctl::engine::settings::Settings;
use govctl::engine::stream::Redactor;
use govctl::rules::CATALOGUE;

static ENGINE: LazyLock<Engine> =
    LazyLock::new(|| Engine::new(Settings { rules: CATALOGUE.to_vec(), ..Settings::default() }).expect("it is tested"));

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    let Some((cut, text)) = bytes.split_first() else { return };
    let whole = redact(&[text]);
    let (one, two) = text.split_at(usize::from(*cut).min(text.len()));
    assert_eq!(whole, redact(&[one, two]));
    assert_eq!(whole, redact(&[&whole]), "not idempotent");
});

fn redact(parts: &[&[u8]]) -> Vec<u8> {
    let mut out = Vec::new();
    let mut stream = Redactor::new(&ENGINE);
    for part in parts {
        stream.push(part, &mut out);
    }
    stream.finish(&mut out);
    out
}
