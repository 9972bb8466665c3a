//! Any bytes as a baseline: no panic, and what is read and written again reads the same.

#![no_main]

use govctl::engine::baseline::Baseline;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    let Ok(baseline) = Baseline::parse(bytes) else { return };
    let text = baseline.to_text();
    let again = Baseline::parse(text.as_bytes()).expect("what was written can be read");
    assert_eq!(text, again.to_text());
});
