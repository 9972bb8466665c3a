//! Any text as a rule file of gitleaks' form: no panic.

#![no_main]

libfuzzer_sys::fuzz_target!(|text: &str| {
    let _ = govctl::rules::gitleaks::is_gitleaks(text);
    let _ = govctl::rules::gitleaks::parse(text);
});
