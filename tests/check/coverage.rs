//! Reports of coverage tools, held against `policies.quality.min_test_coverage`.

use crate::place::Place;

const ASKED: &str = "[policies.quality]\nenabled = true\nmin_test_coverage = 0.75\n";
const HALF: &str = "SF:a.rs\nLF:10\nLH:5\nend_of_record\n";

#[test]
fn too_few_lines_are_a_finding_and_enough_are_none() {
    let place = Place::with(&[
        ("lcov.info", HALF),
        ("jacoco.xml", "<report><counter type='LINE' missed='0' covered='90'/></report>"),
    ]);
    place.policy(ASKED);
    let low = place.govctl(&["check", "--only", "standards", "--coverage", "lcov.info", "--format", "concise"]);
    assert_eq!(low.status, 1, "{low:?}");
    assert!(low.out.contains("standards/test-coverage: tests run 5 of 10 lines, 50.0 %"), "{}", low.out);
    let both = place.govctl(&["check", "--only", "standards", "--coverage", "lcov.info", "--coverage", "jacoco.xml"]);
    assert_eq!(both.status, 0, "{both:?}");
}

#[test]
fn a_report_that_cannot_be_read_is_not_enough() {
    let place = Place::with(&[("broken.xml", "<coverage"), ("lcov.info", HALF)]);
    place.policy(ASKED);
    for file in ["broken.xml", "missing.info"] {
        let ran = place.govctl(&["check", "--only", "standards", "--coverage", file, "--coverage", "lcov.info"]);
        assert_eq!(ran.status, 2, "{ran:?}");
        assert!(ran.err.contains(file) || ran.out.contains(file), "{ran:?}");
        assert!(ran.out.contains("standards/test-coverage"), "what was found is told: {ran:?}");
    }
}
