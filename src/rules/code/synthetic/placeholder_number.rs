//! 555-0100, 123-45-6789, 4111 1111 1111 1111.

use std::sync::LazyLock;

use regex::Regex;

use super::super::rule::{CodeRule, File, Found, info};
use super::WARN;
use crate::finding::Severity;

/// The rule.
pub const RULE: CodeRule = CodeRule {
    info: info(
        "synthetic/placeholder-number",
        "A placeholder telephone, card or identity number",
        Severity::Medium,
        "Numbers such as 555-0100, 123-45-6789 and 4111 1111 1111 1111 are reserved for films and tests.",
        "Read the number from where it is kept, or leave the field empty.",
    ),
    levels: WARN,
    check,
};

#[allow(clippy::expect_used)] // a constant; the tests run it
static NUMBER: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(
        r"(?x)^\W*(?:
            (?:\+?1[\x20.-]?)?\(?(?:\d{3}|555)\)?[\x20.-]?555[\x20.-]?01\d{2}
          | \(?(?:123|555|000)\)?[\x20.-]?(?:456|555|123|000)[\x20.-]?(?:7890|1234|4567|0000|5555)
          | (?:123-45-6789|000-00-0000|987-65-4321)
          | 4111[\x20-]?1111[\x20-]?1111[\x20-]?1111 | 4242[\x20-]?4242[\x20-]?4242[\x20-]?4242 | 5555[\x20-]?5555[\x20-]?5555[\x20-]?4444
          )\W*$",
    )
    .expect("the pattern is valid")
});

fn check(file: &File<'_>, out: &mut Vec<Found>) {
    for text in file.facts.strings.iter().filter(|t| t.text.len() <= 30 && NUMBER.is_match(&t.text)) {
        let message = format!("placeholder number {}", text.text.trim());
        out.push(Found { place: text.place, def: text.def, message: Some(message) });
    }
}
