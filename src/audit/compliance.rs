//! The log as evidence for controls of ISO/IEC 27001 and SOC 2.
//!
//! A control is never called fulfilled: the report says which entries speak for it, or that none does. Ids are given in
//! the edition of 2013, whose numbers policies use, and that of 2022 (by the correspondence tables of ISO/IEC 27002:2022,
//! annex B).

use std::io::{self, Write};

use serde_json::json;

use super::report::{cell, escape, page};

/// A standard.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standard {
    /// ISO/IEC 27001.
    Iso27001,
    /// SOC 2.
    Soc2,
}

impl Standard {
    /// Its name.
    pub fn name(self) -> &'static str {
        match self {
            Standard::Iso27001 => "ISO/IEC 27001",
            Standard::Soc2 => "SOC 2",
        }
    }
}

/// A control and the event types that are evidence of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Control {
    /// How keys of the policy begin, with underscores: `A_12_4_1`, `CC7_2`.
    pub key: &'static str,
    /// Its id (ISO: 2013).
    pub id: &'static str,
    /// Its id in the edition of 2022; empty for SOC 2.
    pub id_2022: &'static str,
    /// What it is about.
    pub title: &'static str,
    /// Event types, as globs.
    pub evidence: &'static [&'static str],
}

const ISO: &[Control] = &[
    Control {
        key: "A_6_1_2",
        id: "A.6.1.2",
        id_2022: "5.3",
        title: "Segregation of duties",
        evidence: &["approval.vote", "approval.granted", "approval.rejected"],
    },
    Control {
        key: "A_9_1_2",
        id: "A.9.1.2",
        id_2022: "5.15",
        title: "Access to networks and network services",
        evidence: &["gate.*"],
    },
    Control {
        key: "A_9_2_3",
        id: "A.9.2.3",
        id_2022: "8.2",
        title: "Management of privileged access rights",
        evidence: &["approval.*", "actor.suspended", "actor.resumed"],
    },
    Control {
        key: "A_9_4_1",
        id: "A.9.4.1",
        id_2022: "8.3",
        title: "Information access restriction",
        evidence: &["gate.rejected", "gate.approval_required"],
    },
    Control {
        key: "A_9_4_5",
        id: "A.9.4.5",
        id_2022: "8.4",
        title: "Access control to program source code",
        evidence: &["check.*", "hook.bypassed"],
    },
    Control {
        key: "A_12_1_2",
        id: "A.12.1.2",
        id_2022: "8.32",
        title: "Change management",
        evidence: &["policy.changed", "plan.*", "approval.granted"],
    },
    Control { key: "A_12_4_1", id: "A.12.4.1", id_2022: "8.15", title: "Event logging", evidence: &["*"] },
    Control {
        key: "A_12_4_2",
        id: "A.12.4.2",
        id_2022: "8.15",
        title: "Protection of log information",
        evidence: &["log.checkpoint", "log.genesis"],
    },
    Control {
        key: "A_12_4_3",
        id: "A.12.4.3",
        id_2022: "8.15",
        title: "Administrator and operator logs",
        evidence: &["policy.*", "approval.*", "check.overridden", "actor.suspended", "actor.resumed"],
    },
    Control {
        key: "A_12_6_1",
        id: "A.12.6.1",
        id_2022: "8.8",
        title: "Management of technical vulnerabilities",
        evidence: &["check.*"],
    },
    Control {
        key: "A_14_2_1",
        id: "A.14.2.1",
        id_2022: "8.25",
        title: "Secure development policy",
        evidence: &["check.*", "policy.*"],
    },
    Control {
        key: "A_14_2_2",
        id: "A.14.2.2",
        id_2022: "8.32",
        title: "System change control procedures",
        evidence: &["plan.*", "approval.*", "policy.changed"],
    },
    Control {
        key: "A_16_1_5",
        id: "A.16.1.5",
        id_2022: "5.26",
        title: "Response to information security incidents",
        evidence: &["incident.*"],
    },
    Control {
        key: "A_16_1_7",
        id: "A.16.1.7",
        id_2022: "5.28",
        title: "Collection of evidence",
        evidence: &["log.checkpoint"],
    },
];

const SOC: &[Control] = &[
    Control { key: "CC6_1", id: "CC6.1", id_2022: "", title: "Logical access security", evidence: &["gate.*"] },
    Control {
        key: "CC6_3",
        id: "CC6.3",
        id_2022: "",
        title: "Authorisation by role and segregation of duties",
        evidence: &["approval.*"],
    },
    Control {
        key: "CC6_8",
        id: "CC6.8",
        id_2022: "",
        title: "Unauthorised or malicious software",
        evidence: &["check.*", "run.*"],
    },
    Control {
        key: "CC7_1",
        id: "CC7.1",
        id_2022: "",
        title: "Detection of changes and vulnerabilities",
        evidence: &["check.*", "policy.changed"],
    },
    Control {
        key: "CC7_2",
        id: "CC7.2",
        id_2022: "",
        title: "System monitoring",
        evidence: &["check.*", "gate.*", "budget.*", "hook.bypassed"],
    },
    Control {
        key: "CC7_3",
        id: "CC7.3",
        id_2022: "",
        title: "Evaluation of security events",
        evidence: &["incident.*"],
    },
    Control {
        key: "CC7_4",
        id: "CC7.4",
        id_2022: "",
        title: "Response to security incidents",
        evidence: &["incident.*", "actor.suspended"],
    },
    Control {
        key: "CC8_1",
        id: "CC8.1",
        id_2022: "",
        title: "Change management",
        evidence: &["plan.*", "approval.*", "policy.changed"],
    },
];

/// The controls that are known of a standard.
pub fn controls(standard: Standard) -> &'static [Control] {
    match standard {
        Standard::Iso27001 => ISO,
        Standard::Soc2 => SOC,
    }
}

/// The control that a key of the policy (`A_12_4_1_event_logging`) means.
pub fn control(standard: Standard, key: &str) -> Option<&'static Control> {
    controls(standard)
        .iter()
        .find(|c| key == c.key || key.strip_prefix(c.key).is_some_and(|rest| rest.starts_with('_')))
}

/// What the log has on a control.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Evidence {
    /// The key in the policy, or the control's own.
    pub key: String,
    /// The control; `None`: govctl has no query for that key.
    pub control: Option<&'static Control>,
    /// How many entries speak for it.
    pub count: u64,
    /// The first and the last: number and time.
    pub ends: Option<((u64, String), (u64, String))>,
}

impl Evidence {
    /// `evidence`, `no evidence` or `not mapped`.
    pub fn status(&self) -> &'static str {
        match (self.control, self.count) {
            (None, _) => "not mapped",
            (Some(_), 0) => "no evidence",
            _ => "evidence",
        }
    }

    /// The command that lists it.
    pub fn query(&self) -> String {
        let types = self.control.map_or(String::new(), |c| c.evidence.join(","));
        format!("govctl audit query --event-type '{types}'")
    }
}

/// What the report is about.
#[derive(Clone, Debug)]
pub struct Compliance {
    /// The standard.
    pub standard: Standard,
    /// The log's name.
    pub origin: String,
    /// The range, in words.
    pub range: String,
    /// When it was made.
    pub generated: String,
    /// Whether the log verifies, in words.
    pub integrity: String,
    /// The controls.
    pub evidence: Vec<Evidence>,
}

const CAVEAT: &str = "This report lists entries of the audit log that speak for a control. It is no statement of compliance: whether a control is effective is for an auditor to judge.";

impl Compliance {
    /// One JSON object.
    ///
    /// # Errors
    /// Those of `out`.
    pub fn json(&self, out: &mut dyn Write) -> io::Result<()> {
        let end = |e: &(u64, String)| json!({ "seq": e.0, "ts": e.1 });
        let control = |e: &Evidence| {
            json!({
                "key": e.key, "id": e.control.map(|c| c.id), "id_2022": e.control.map(|c| c.id_2022).filter(|i| !i.is_empty()),
                "title": e.control.map(|c| c.title), "status": e.status(), "count": e.count, "query": e.query(),
                "first": e.ends.as_ref().map(|x| end(&x.0)), "last": e.ends.as_ref().map(|x| end(&x.1)),
            })
        };
        let controls: Vec<_> = self.evidence.iter().map(control).collect();
        let report = json!({
            "schema_version": "1", "standard": self.standard.name(), "origin": self.origin, "range": self.range,
            "generated": self.generated, "integrity": self.integrity, "caveat": CAVEAT, "controls": controls,
        });
        writeln!(out, "{report:#}")
    }

    /// Markdown.
    ///
    /// # Errors
    /// Those of `out`.
    pub fn markdown(&self, out: &mut dyn Write) -> io::Result<()> {
        writeln!(
            out,
            "# Evidence for {}\n\n{}, {}. Made {}.\n\n{CAVEAT}\n",
            self.standard.name(),
            cell(&self.origin),
            cell(&self.range),
            self.generated
        )?;
        writeln!(
            out,
            "Integrity: {}\n\n| control | 2022 | about | evidence | first | last |\n|---|---|---|---|---|---|",
            cell(&self.integrity)
        )?;
        self.rows()
            .try_for_each(|row| writeln!(out, "| {} |", row.iter().map(|c| cell(c)).collect::<Vec<_>>().join(" | ")))?;
        writeln!(out, "\nQueries:\n")?;
        self.evidence
            .iter()
            .filter(|e| e.control.is_some())
            .try_for_each(|e| writeln!(out, "- {}: `{}`", cell(&e.key), e.query()))
    }

    /// One HTML file.
    ///
    /// # Errors
    /// Those of `out`.
    pub fn html(&self, out: &mut dyn Write) -> io::Result<()> {
        page(&format!("Evidence for {}", self.standard.name()), out, |out| {
            writeln!(
                out,
                "<h1>Evidence for {}</h1><p><b>{}</b> · {}</p>",
                self.standard.name(),
                escape(&self.origin),
                escape(&self.range)
            )?;
            writeln!(
                out,
                "<p class=\"dim\">Made {}</p><p>{CAVEAT}</p><p>Integrity: {}</p>",
                escape(&self.generated),
                escape(&self.integrity)
            )?;
            writeln!(out, "<table><tr><th>control<th>2022<th>about<th>evidence<th>first<th>last<th>query</tr>")?;
            for (row, evidence) in self.rows().zip(&self.evidence) {
                let cells: Vec<_> = row.iter().map(|c| format!("<td>{}", escape(c))).collect();
                let query =
                    evidence.control.map_or(String::new(), |_| format!("<code>{}</code>", escape(&evidence.query())));
                writeln!(out, "<tr>{}<td>{query}</tr>", cells.concat())?;
            }
            writeln!(out, "</table>")
        })
    }

    fn rows(&self) -> impl Iterator<Item = [String; 6]> {
        let end = |e: &(u64, String)| format!("entry {}, {}", e.0, e.1);
        self.evidence.iter().map(move |e| {
            let (id, id_2022, title) =
                e.control.map_or((e.key.as_str(), "", "govctl has no query for it"), |c| (c.id, c.id_2022, c.title));
            let found = if e.count > 0 { format!("{} entries", e.count) } else { e.status().to_owned() };
            let ends = e.ends.as_ref().map(|x| (end(&x.0), end(&x.1))).unwrap_or_default();
            [id.into(), id_2022.into(), title.into(), found, ends.0, ends.1]
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_of_the_policy_find_their_control() {
        assert_eq!(control(Standard::Iso27001, "A_12_4_1_event_logging").map(|c| c.id_2022), Some("8.15"));
        assert_eq!(control(Standard::Soc2, "CC7_2_system_monitoring").map(|c| c.id), Some("CC7.2"));
        assert_eq!(control(Standard::Iso27001, "A_12_4_11_x"), None);
    }

    #[test]
    fn without_entries_there_is_no_evidence() {
        let evidence = controls(Standard::Soc2).iter().take(1).map(|c| Evidence {
            key: c.key.into(),
            control: Some(c),
            count: 0,
            ends: None,
        });
        let unknown = Evidence { key: "CC9_9_x".into(), control: None, count: 0, ends: None };
        let report = Compliance {
            standard: Standard::Soc2,
            origin: "<o>".into(),
            range: "all".into(),
            generated: "now".into(),
            integrity: "verified".into(),
            evidence: evidence.chain([unknown]).collect(),
        };
        let write = |f: &dyn Fn(&mut dyn Write) -> io::Result<()>| {
            let mut out = Vec::new();
            f(&mut out).unwrap();
            String::from_utf8(out).unwrap()
        };
        for text in [write(&|o| report.json(o)), write(&|o| report.markdown(o)), write(&|o| report.html(o))] {
            assert!(
                text.contains("no evidence")
                    && text.contains("not mapped")
                    && !text.to_lowercase().contains("compliant"),
                "{text}"
            );
            assert!(!text.contains("<o>") || text.starts_with('{'));
        }
    }
}
