//! Any bytes as a file of Rust: facts and every rule over code, no panic, no endless loop, no stack overflow.

#![no_main]

use govctl::rules::code::catalogue::Catalogue;
use govctl::rules::code::config::CodeConfig;
use govctl::rules::code::facts::{Facts, Language};
use govctl::rules::code::read::Unit;
use govctl::rules::code::rule::Class;
use govctl::rules::code::{Families, check_file};

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    let unit = Unit { language: Language::Rust, path: "a.rs", module: "a", package: false };
    let facts = Facts::of(&unit, bytes, &Catalogue::new(&[]));
    let families = Families { synthetic: true, imports: true, standards: true };
    for draft in check_file("a.rs", Class::Source, &facts, &CodeConfig::default(), families) {
        assert!(draft.place.start <= draft.place.end);
        assert!(draft.place.end as usize <= bytes.len());
    }
});
