//! Any bytes as governance.toml: no panic, and and no policy without a mistake that says why.

#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    let verdict = govctl::policy::validate_bytes(bytes);
    assert!(verdict.policy.is_some() || !verdict.mistakes.is_empty());
});
