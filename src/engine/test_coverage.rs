//! How much of the lines tests run (`policies.quality.min_test_coverage`), from the reports of coverage tools: pure text
//! in, a count or findings out. lcov's tracefile (geninfo(1)), Cobertura's coverage-04.dtd and JaCoCo's report.dtd are read.

use roxmltree::{Document, Node, ParsingOptions};

use super::finish::rule;
use crate::finding::{Action, Confidence, Excerpt, Finding, Fingerprint, RuleInfo, Severity, Span};

/// Fewer lines run by tests than the policy asks for.
pub static TOO_LOW: RuleInfo = rule(
    "standards/test-coverage",
    "Tests run fewer lines than the policy asks for",
    Severity::Medium,
    "The policy's policies.quality.min_test_coverage is the least share of lines that tests run, all reports given by --coverage together.",
    "Test what the report shows as missed, or lower policies.quality.min_test_coverage and say why.",
);

/// Lines that can run, and those that did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Lines {
    /// Run by a test.
    pub covered: u64,
    /// All.
    pub total: u64,
}

impl Lines {
    /// Both counts together.
    pub fn plus(self, other: Lines) -> Lines {
        let add = u64::saturating_add;
        Lines { covered: add(self.covered, other.covered), total: add(self.total, other.total) }
    }
}

/// Reads a report.
///
/// # Errors
/// None of the three formats, a broken one, one that counts no line or more covered lines than lines.
pub fn read(text: &str) -> Result<Lines, String> {
    let lines = if text.trim_start_matches('\u{feff}').trim_start().starts_with('<') { xml(text) } else { lcov(text) }?;
    if lines.total == 0 {
        return Err("it counts no line".into());
    }
    if lines.covered > lines.total { Err("it counts more covered lines than lines".into()) } else { Ok(lines) }
}

/// The finding where less than `least` (above, below the line) is covered. `path` is the report's.
pub fn check(lines: Lines, least: (u64, u64), path: &str) -> Option<Finding> {
    let (wide, asked) = (u128::from, u128::from(least.0));
    if wide(lines.covered) * wide(least.1) >= asked * wide(lines.total) {
        return None;
    }
    let percent = |above: u128, below: u128| {
        let tenths = above * 1000 / below.max(1);
        format!("{}.{} %", tenths / 10, tenths % 10)
    };
    let (has, wants) = (percent(wide(lines.covered), wide(lines.total)), percent(asked, wide(least.1)));
    Some(Finding {
        rule: TOO_LOW.id.clone(),
        severity: TOO_LOW.severity,
        action: Action::Block,
        confidence: Confidence::High,
        path: path.to_owned(),
        span: Span { line: 1, column: 1, end_line: 1, end_column: 1 },
        message: format!("tests run {} of {} lines, {has}; the policy asks for {wants}", lines.covered, lines.total),
        help: TOO_LOW.help.clone(),
        excerpt: Excerpt::default(),
        fingerprint: Fingerprint::new(&TOO_LOW.id, path, "", &[], 0),
        evidence: Vec::new(),
        commit: None,
        suppressed: None,
    })
}

/// `LF:` and `LH:` of each record; where a tool leaves them out, its `DA:` lines.
fn lcov(text: &str) -> Result<Lines, String> {
    let (mut all, mut named, mut counted) = (Lines::default(), None::<Lines>, Lines::default());
    let mut records = 0u64;
    for (at, line) in text.lines().enumerate() {
        let wrong = |what: &str| format!("line {}: {what}", at + 1);
        let number = |text: &str| text.trim().parse::<u64>().map_err(|_| wrong("expected a number"));
        match line.trim().split_once(':') {
            Some(("LF", n)) => named.get_or_insert_default().total = number(n)?,
            Some(("LH", n)) => named.get_or_insert_default().covered = number(n)?,
            Some(("DA", data)) => {
                let hits = data.split(',').nth(1).ok_or_else(|| wrong("expected DA:<line>,<hits>"))?;
                counted.total += 1;
                counted.covered += u64::from(number(hits)? > 0);
            }
            _ if line.trim() == "end_of_record" => {
                all = all.plus(named.take().unwrap_or(counted));
                counted = Lines::default();
                records += 1;
            }
            _ => {}
        }
    }
    if records == 0 || named.is_some() || counted != Lines::default() {
        return Err("it is no whole lcov tracefile, Cobertura or JaCoCo report".into());
    }
    Ok(all)
}

fn xml(text: &str) -> Result<Lines, String> {
    // JaCoCo's reports name a DTD; roxmltree reads none from outside and bounds what entities expand to.
    let options = ParsingOptions { allow_dtd: true, ..ParsingOptions::default() };
    let document = Document::parse_with_options(text, options).map_err(|e| e.to_string())?;
    let root = document.root_element();
    match root.tag_name().name() {
        "coverage" => cobertura(root),
        "report" => jacoco(root),
        other => Err(format!("<{other}> begins neither a Cobertura nor a JaCoCo report")),
    }
}

fn cobertura(root: Node<'_, '_>) -> Result<Lines, String> {
    if root.has_attribute("lines-valid") {
        return Ok(Lines { covered: attribute(root, "lines-covered")?, total: attribute(root, "lines-valid")? });
    }
    // A method's lines stand again among its class's.
    let of_class = |n: &Node<'_, '_>| {
        let class = n.parent().and_then(|lines| lines.parent());
        n.has_tag_name("line") && class.is_some_and(|c| c.has_tag_name("class"))
    };
    root.descendants().filter(of_class).try_fold(Lines::default(), |sum, line| {
        let covered = u64::from(attribute(line, "hits")? > 0);
        Ok(sum.plus(Lines { covered, total: 1 }))
    })
}

fn jacoco(root: Node<'_, '_>) -> Result<Lines, String> {
    let lines = |n: &Node<'_, '_>| n.has_tag_name("counter") && n.attribute("type") == Some("LINE");
    let counter = root.children().find(lines).ok_or("the JaCoCo report has no counter of lines")?;
    let (missed, covered) = (attribute(counter, "missed")?, attribute(counter, "covered")?);
    Ok(Lines { covered, total: covered.saturating_add(missed) })
}

fn attribute(node: Node<'_, '_>, name: &str) -> Result<u64, String> {
    let number = node.attribute(name).and_then(|v| v.parse().ok());
    number.ok_or_else(|| format!("<{}>: expected a number in {name}", node.tag_name().name()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn three_formats_count_the_same() {
        let cases = [
            "TN:\nSF:a.rs\nDA:1,2\nDA:2,0\nLF:4\nLH:3\nend_of_record\n",
            "SF:a.rs\nDA:1,2\nDA:2,1\nDA:3,9\nDA:4,0\nend_of_record\n",
            "<?xml version='1.0'?><coverage lines-covered='3' lines-valid='4' line-rate='0.75'/>",
            "<coverage><class><methods><method><lines><line hits='1'/></lines></method></methods>\
             <lines><line hits='1'/><line hits='2'/><line hits='1'/><line hits='0'/></lines></class></coverage>",
            "<!DOCTYPE report PUBLIC '-//JACOCO//DTD' 'report.dtd'><report name='x'><package><counter type='LINE' \
             missed='9' covered='9'/></package><counter type='LINE' missed='1' covered='3'/></report>",
        ];
        for text in cases {
            assert_eq!(read(text), Ok(Lines { covered: 3, total: 4 }), "{text}");
        }
    }

    #[test]
    fn what_is_no_report_says_so() {
        let cases = [
            "",
            "hello",
            "SF:a\nDA:1,1\n",
            "SF:a\nLF:x\nend_of_record",
            "SF:a\nLF:1\nLH:2\nend_of_record",
            "<coverage",
            "<coverage/>",
            "<report/>",
            "<html/>",
            "<coverage lines-covered='-1' lines-valid='4'/>",
        ];
        for text in cases {
            assert!(read(text).is_err(), "{text}");
        }
    }

    #[test]
    fn the_limit_itself_is_enough() {
        let lines = Lines { covered: 7, total: 10 };
        assert!(check(lines, (7, 10), "r").is_none());
        let low = check(lines, (71, 100), "r").unwrap();
        assert_eq!(low.message, "tests run 7 of 10 lines, 70.0 %; the policy asks for 71.0 %");
    }
}
