//! `govctl man`: a manual page for every subcommand, made from the same clap command and examples as `--help`.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, bail};
use clap::{Args as ClapArgs, Command};
use clap_mangen::Man;
use clap_mangen::roff::{Roff, bold, roman};

use super::terminal::Terminal;
use super::{Exit, examples, files, suggest};

/// Which page, and where to.
#[derive(ClapArgs)]
pub struct Args {
    /// The subcommand whose page is printed, as in `audit tail`; govctl's own where none is named
    #[arg(value_name = "COMMAND")]
    command: Vec<String>,
    /// Write the pages of all subcommands into this folder
    #[arg(long, value_name = "DIR", conflicts_with = "command")]
    output: Option<PathBuf>,
}

/// Prints a page, or writes all of them.
///
/// # Errors
/// A subcommand that is not known; a folder or standard output that cannot be written.
pub fn run(args: &Args, command: Command, terminal: &mut Terminal) -> Result<Exit> {
    let mut command = command.disable_help_subcommand(true);
    command.build();
    if let Some(folder) = &args.output {
        fs::create_dir_all(folder).with_context(|| format!("cannot make the folder {}", folder.display()))?;
        let count = write_all(&command, "", folder)?;
        terminal.note(&format!("{count} pages written to {}", folder.display()));
        return Ok(Exit::Clean);
    }
    let mut page = &command;
    for name in &args.command {
        let Some(sub) = page.find_subcommand(name) else {
            let near = suggest(name, page.get_subcommands().map(Command::get_name));
            bail!("there is no subcommand `{name}` here{near}; `govctl --help` lists them");
        };
        page = sub;
    }
    terminal.out().write_all(&render(page, &args.command.join(" "))?)?;
    Ok(Exit::Clean)
}

fn write_all(command: &Command, path: &str, folder: &Path) -> Result<usize> {
    let man = Man::new(command.clone());
    let file = folder.join(man.get_filename());
    files::write_atomically(&file, &render(command, path)?)
        .with_context(|| format!("cannot write {}", file.display()))?;
    command.get_subcommands().filter(|s| !s.is_hide_set()).try_fold(1, |count, sub| {
        let path = format!("{path} {}", sub.get_name());
        Ok(count + write_all(sub, path.trim_start(), folder)?)
    })
}

fn render(command: &Command, path: &str) -> io::Result<Vec<u8>> {
    let man = Man::new(command.clone()).manual("govctl").source(concat!("govctl ", env!("CARGO_PKG_VERSION")));
    let mut page = Vec::new();
    man.render_title(&mut page)?;
    man.render_name_section(&mut page)?;
    man.render_synopsis_section(&mut page)?;
    man.render_description_section(&mut page)?;
    sections(path).to_writer(&mut page)?;
    man.render_options_section(&mut page)?;
    if command.get_subcommands().any(|s| !s.is_hide_set()) {
        man.render_subcommands_section(&mut page)?;
    }
    man.render_version_section(&mut page)?;
    Ok(page)
}

const STATUSES: [(&str, &str); 4] = [
    ("0", "clean, approved, verified"),
    ("1", "findings, rejected, verification failed"),
    ("2", "could not tell: usage, configuration, a file that cannot be read. Treat it as blocking"),
    ("3", "approval required, or still pending"),
];

/// Examples and exit statuses.
fn sections(path: &str) -> Roff {
    let mut roff = Roff::new();
    let mut list = |heading: &str, rows: &[(&str, &str)]| {
        roff.control("SH", [heading]);
        for (term, text) in rows {
            roff.control("TP", []).text([bold(*term)]).text([roman(*text)]);
        }
    };
    list("EXAMPLES", &examples::of(path));
    list("EXIT STATUS", &STATUSES);
    roff
}
