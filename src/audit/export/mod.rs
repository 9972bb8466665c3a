//! Entries in the formats of others. Each writer takes the entry and its canonical bytes; `json` and `jsonl` carry the
//! bytes as they are, so that whoever has the file can verify it.

mod cef;
mod cloudevents;
mod csv;
mod ocsf;
#[cfg(feature = "parquet")]
mod parquet;
mod syslog;

use std::io::{self, Write};

use super::entry::Entry;

pub use csv::cell as csv_cell;

/// A format to export in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// One JSON object with the entries in a list.
    Json,
    /// One entry a line, byte for byte.
    Jsonl,
    /// RFC 4180 with a header; cells that a spreadsheet would run are neutralised.
    Csv,
    /// CloudEvents 1.0, one JSON object a line.
    CloudEvents,
    /// OCSF 1.3, class API Activity, one JSON object a line.
    Ocsf,
    /// ArcSight's Common Event Format.
    Cef,
    /// RFC 5424.
    Syslog,
    /// Apache Parquet: the columns of the CSV, and the entry itself.
    #[cfg(feature = "parquet")]
    Parquet,
}

/// Writes entries one after the other.
pub struct Exporter<'a> {
    format: Format,
    origin: &'a str,
    out: &'a mut dyn Write,
    first: bool,
    #[cfg(feature = "parquet")]
    table: Option<parquet::Table>,
}

impl<'a> Exporter<'a> {
    /// Begins an export of the log `origin`.
    ///
    /// # Errors
    /// Those of `out`.
    pub fn new(format: Format, origin: &'a str, out: &'a mut dyn Write) -> io::Result<Self> {
        match format {
            Format::Json => {
                let origin = serde_json::to_string(origin)?;
                write!(out, "{{\"schema_version\":\"1\",\"origin\":{origin},\"entries\":[")?;
            }
            Format::Csv => csv::header(out)?,
            _ => (),
        }
        Ok(Self {
            #[cfg(feature = "parquet")]
            table: (format == Format::Parquet).then(|| parquet::Table::new(origin)).transpose()?,
            format,
            origin,
            out,
            first: true,
        })
    }

    /// Writes one entry.
    ///
    /// # Errors
    /// Those of `out`; a body that is no entry.
    pub fn entry(&mut self, body: &str) -> io::Result<()> {
        let before = if self.first { "\n" } else { ",\n" };
        self.first = false;
        match self.format {
            Format::Json => return write!(self.out, "{before}{body}"),
            Format::Jsonl => return writeln!(self.out, "{body}"),
            _ => (),
        }
        let entry: Entry = serde_json::from_str(body)?;
        match self.format {
            Format::Csv => csv::row(&entry, self.out),
            Format::CloudEvents => cloudevents::line(&entry, body, self.origin, self.out),
            Format::Ocsf => ocsf::line(&entry, body, self.origin, self.out),
            Format::Cef => cef::line(&entry, self.out),
            Format::Syslog => syslog::line(&entry, body, self.out),
            Format::Json | Format::Jsonl => Ok(()),
            #[cfg(feature = "parquet")]
            Format::Parquet => self.table.as_mut().map_or(Ok(()), |t| t.row(&entry, body, self.out)),
        }
    }

    /// Ends the export.
    ///
    /// # Errors
    /// Those of `out`.
    pub fn finish(self) -> io::Result<()> {
        #[cfg(feature = "parquet")]
        if let Some(table) = self.table {
            return table.finish(self.out);
        }
        if self.format == Format::Json { writeln!(self.out, "\n]}}") } else { Ok(()) }
    }
}

#[cfg(test)]
mod tests {
    use super::super::entry::{self, Actor, Event, Stamp};
    use super::super::kind::EventType;
    use super::super::tree::Hash;
    use super::*;

    fn sample() -> String {
        let mut event = Event::new(EventType::GateRejected, Actor::new("agent", "=cmd|'/c calc'!A1"));
        event.action = Some("repo.push".into());
        event.resource = Some("a\"b,c\\|]=\u{1f600}".into());
        event.decision = Some("rejected".into());
        event.tags = vec!["x".into(), "y".into()];
        let at = "2026-11-20T12:00:00Z".parse().unwrap();
        let stamp = Stamp { seq: 4, prev: Hash::ZERO, at, id: uuid::Uuid::nil(), salt: [0; 16] };
        entry::seal(&event, &stamp).unwrap().body
    }

    fn export(format: Format) -> String {
        let mut out = Vec::new();
        let mut exporter = Exporter::new(format, "o", &mut out).unwrap();
        exporter.entry(&sample()).unwrap();
        exporter.entry(&sample()).unwrap();
        exporter.finish().unwrap();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn json_carries_the_bytes() {
        assert_eq!(export(Format::Jsonl), format!("{0}\n{0}\n", sample()));
        let json: serde_json::Value = serde_json::from_str(&export(Format::Json)).unwrap();
        assert_eq!(json["entries"][1]["seq"], 4);
        assert!(export(Format::Json).contains(&sample()));
    }

    #[test]
    fn the_formats_of_others() {
        let all = [Format::Csv, Format::CloudEvents, Format::Ocsf, Format::Cef, Format::Syslog];
        let text: Vec<_> = all.map(|f| export(f).lines().take(2).last().unwrap().to_owned()).to_vec();
        insta::assert_snapshot!(text.join("\n\n"));
    }
}
