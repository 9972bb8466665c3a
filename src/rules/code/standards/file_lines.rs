//! How long a file is.

use super::super::facts::Place;
use super::super::rule::{Found, info};
use super::{SEVERITY, StandardRule};

/// The rule.
pub(super) const RULE: StandardRule = StandardRule {
    info: info(
        "standards/file-lines",
        "A file is too long",
        SEVERITY,
        "A file that holds everything is changed by everybody; the limit is max_file_lines.",
        "Move what belongs together to a file of its own.",
    ),
    check: |file, limits, out| {
        let (lines, max) = (file.facts.lines, limits.max_file_lines);
        if max > 0 && lines > max {
            let message = format!("the file has {lines} lines; at most {max} are allowed");
            out.push(Found { place: Place::default(), def: 0, message: Some(message) });
        }
    },
};
