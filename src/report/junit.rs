//! `junit`: JUnit XML as Jenkins and GitLab read it: one test suite a family, one failed test case a finding. Written by
//! hand, since it is five elements and `escape::xml` is the whole difficulty.

use std::collections::BTreeMap;
use std::io::{self, Write};

use super::escape::{flowing, visible, xml};
use super::{Report, Style, summary};
use crate::finding::Finding;

/// Writes the document. Where nothing was found, one passed test case says what was looked at.
pub fn write(report: &Report, _style: Style, out: &mut dyn Write) -> io::Result<()> {
    let mut families: BTreeMap<&str, Vec<&Finding>> = BTreeMap::new();
    for finding in report.active() {
        families.entry(finding.family()).or_default().push(finding);
    }
    let failures: usize = families.values().map(Vec::len).sum();
    let errors: Vec<_> = report.errors.iter().cloned().chain(summary::gaps(report)).collect();
    let tests = failures + errors.len().max(1);
    writeln!(out, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>")?;
    writeln!(
        out,
        "<testsuites name=\"govctl\" tests=\"{tests}\" failures=\"{failures}\" errors=\"{}\">",
        errors.len()
    )?;
    for (family, findings) in &families {
        let n = findings.len();
        writeln!(out, "  <testsuite name=\"{}\" tests=\"{n}\" failures=\"{n}\" errors=\"0\">", xml(family))?;
        findings.iter().try_for_each(|finding| test_case(finding, out))?;
        writeln!(out, "  </testsuite>")?;
    }
    coverage_suite(report, &errors, out)?;
    writeln!(out, "</testsuites>")
}

fn test_case(finding: &Finding, out: &mut dyn Write) -> io::Result<()> {
    let place = format!("{}:{}:{}", finding.path, finding.span.line, finding.span.column);
    writeln!(
        out,
        "    <testcase classname=\"{}\" name=\"{}\" file=\"{}\" line=\"{}\">",
        xml(&finding.rule),
        xml(&place),
        xml(&finding.path),
        finding.span.line
    )?;
    writeln!(
        out,
        "      <failure type=\"{}\" message=\"{}\">{}</failure>",
        finding.severity,
        xml(&finding.message),
        details(finding, &place)
    )?;
    writeln!(out, "    </testcase>")
}

fn details(finding: &Finding, place: &str) -> String {
    let commit = finding.commit.as_ref().map(|c| format!("commit {} by {}", c.id, c.author));
    let lines = [Some(place.to_owned()), Some(finding.excerpt.text.clone()), commit, Some(flowing(&finding.help))];
    lines.into_iter().flatten().filter(|line| !line.is_empty()).map(|line| xml(&line)).collect::<Vec<_>>().join("\n")
}

/// What was looked at: passed, or one error for everything that could not be.
fn coverage_suite(report: &Report, errors: &[String], out: &mut dyn Write) -> io::Result<()> {
    let (tests, n) = (errors.len().max(1), errors.len());
    writeln!(out, "  <testsuite name=\"coverage\" tests=\"{tests}\" failures=\"0\" errors=\"{n}\">")?;
    let looked_at = xml(&format!("looked at {}", summary::looked_at(report)));
    if errors.is_empty() {
        writeln!(out, "    <testcase classname=\"coverage\" name=\"{looked_at}\"/>")?;
    }
    for (i, error) in errors.iter().enumerate() {
        writeln!(out, "    <testcase classname=\"coverage\" name=\"problem {}\">", i + 1)?;
        writeln!(out, "      <error type=\"incomplete\" message=\"{}\"/>", xml(error))?;
        writeln!(out, "    </testcase>")?;
    }
    let mut talk = vec![looked_at];
    talk.extend(report.notes.iter().cloned().chain(summary::skipped(report)).map(|line| xml(&visible(&line))));
    writeln!(out, "    <system-out>{}</system-out>", talk.join("\n"))?;
    writeln!(out, "  </testsuite>")
}
