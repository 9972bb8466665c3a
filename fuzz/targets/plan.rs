//! Any bytes as a plan and as a graph: no panic; what is read comes back as the strict reader sees it, and hashes alike.

#![no_main]

use govctl::plan::{self, canonical, graph, strict};

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    match plan::read(bytes) {
        Ok(plan) => {
            let value = strict::parse(bytes).expect("a plan is strict JSON");
            assert_eq!(plan.plan_hash(), canonical::hash("plan", &value));
            assert!(graph::verify(&plan, &graph::of(&plan)).is_empty());
        }
        Err(violations) => assert!(!violations.is_empty()),
    }
    assert!(graph::read(bytes).is_ok() || !graph::read(bytes).unwrap_err().is_empty());
});
