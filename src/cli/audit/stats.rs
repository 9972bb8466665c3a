//! `govctl audit stats`.

use anyhow::Result;
use clap::ValueEnum;

use super::filter::Filter;
use super::log::Place;
use crate::audit::stats::{self, GroupBy};
use crate::cli::Exit;
use crate::cli::terminal::Terminal;

/// `govctl audit stats`.
#[derive(clap::Args, Debug)]
pub struct Args {
    /// What to count by; days and hours are in UTC
    #[arg(long, value_enum, default_value_t, value_name = "FIELD")]
    group_by: Group,
    #[command(flatten)]
    filter: Filter,
    /// How to print
    #[arg(long, value_enum, default_value_t, value_name = "FORMAT")]
    format: Format,
}

#[derive(Clone, Copy, Debug, Default, ValueEnum)]
#[value(rename_all = "snake_case")]
enum Group {
    #[default]
    EventType,
    Actor,
    Action,
    Resource,
    Decision,
    Severity,
    Day,
    Hour,
}

#[derive(Clone, Copy, Debug, Default, ValueEnum)]
enum Format {
    #[default]
    Table,
    Json,
    Csv,
    Prometheus,
}

pub(super) fn run(args: &Args, place: &Place, terminal: &mut Terminal) -> Result<Exit> {
    let by = match args.group_by {
        Group::EventType => GroupBy::EventType,
        Group::Actor => GroupBy::Actor,
        Group::Action => GroupBy::Action,
        Group::Resource => GroupBy::Resource,
        Group::Decision => GroupBy::Decision,
        Group::Severity => GroupBy::Severity,
        Group::Day => GroupBy::Day,
        Group::Hour => GroupBy::Hour,
    };
    let counts = place.open()?.stats(&args.filter.query()?, by)?;
    let width = usize::from(terminal.style().width.unwrap_or(100));
    match args.format {
        Format::Table => stats::table(&counts, by, width, terminal.out())?,
        Format::Json => stats::json(&counts, by, terminal.out())?,
        Format::Csv => stats::csv(&counts, by, terminal.out())?,
        Format::Prometheus => stats::prometheus(&counts, by, terminal.out())?,
    }
    Ok(Exit::Clean)
}
