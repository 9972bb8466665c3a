//! The one door to standard output and standard error.

use std::env;
use std::io::{self, BufWriter, IsTerminal, StdoutLock, Write};

use clap::ValueEnum;
use colored::Colorize;

use crate::engine::masker;
use crate::report::Style;

/// `--color`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum ColorChoice {
    /// Where standard output is a terminal, unless NO_COLOR, FORCE_COLOR or CLICOLOR_FORCE say otherwise.
    #[default]
    Auto,
    /// Always.
    Always,
    /// Never.
    Never,
}

/// Standard output and error of this process.
pub struct Terminal {
    out: BufWriter<StdoutLock<'static>>,
    style: Style,
    talk_color: bool,
}

impl Terminal {
    /// Looks at the terminal and the environment once.
    pub fn new(choice: ColorChoice) -> Self {
        let stdout = io::stdout();
        let style = Style { color: wants_color(choice, stdout.is_terminal()), width: width(stdout.is_terminal()) };
        let talk_color = wants_color(choice, io::stderr().is_terminal());
        colored::control::set_override(talk_color);
        Self { out: BufWriter::with_capacity(1 << 16, stdout.lock()), style, talk_color }
    }

    /// How standard output may be written to.
    pub fn style(&self) -> Style {
        self.style
    }

    /// Standard output, for data.
    pub fn out(&mut self) -> &mut dyn Write {
        &mut self.out
    }

    /// Whether a person reads standard error.
    pub fn is_interactive(&self) -> bool {
        io::stderr().is_terminal()
    }

    /// Writes what is buffered.
    pub fn flush(&mut self) -> anyhow::Result<()> {
        Ok(self.out.flush()?)
    }

    /// Tells of an error on standard error.
    pub fn error(&mut self, message: &str) {
        self.talk("error".red().bold(), message);
    }

    /// Tells of something doubtful on standard error.
    pub fn warn(&mut self, message: &str) {
        self.talk("warning".yellow().bold(), message);
    }

    /// Tells something on standard error.
    pub fn note(&mut self, message: &str) {
        self.talk("note".cyan().bold(), message);
    }

    /// Puts text on standard error as it is.
    pub fn say(&mut self, text: &str) {
        let _ = self.out.flush();
        let _ = io::stderr().write_all(text.as_bytes());
    }

    fn talk(&mut self, label: colored::ColoredString, message: &str) {
        // What was found before must not come after; and nobody is left to tell of a standard error that is closed.
        let _ = self.out.flush();
        let label = if self.talk_color { label.to_string() } else { label.clear().to_string() };
        // What a message quotes (a policy, a rule file, a name) may hold a secret.
        let _ = writeln!(io::stderr(), "{label}: {}", masker::masked(message));
    }
}

fn wants_color(choice: ColorChoice, is_terminal: bool) -> bool {
    let set = |name| env::var_os(name).is_some_and(|v| !v.is_empty() && v != "0");
    match choice {
        ColorChoice::Always => true,
        ColorChoice::Never => false,
        ColorChoice::Auto if env::var_os("NO_COLOR").is_some_and(|v| !v.is_empty()) => false,
        ColorChoice::Auto => set("FORCE_COLOR") || set("CLICOLOR_FORCE") || is_terminal,
    }
}

fn width(is_terminal: bool) -> Option<u16> {
    let asked = env::var("COLUMNS").ok().and_then(|c| c.parse().ok());
    let measured = || terminal_size::terminal_size_of(io::stdout()).map(|(width, _)| width.0);
    asked.or_else(measured).filter(|_| is_terminal)
}

/// Whether an error is, at its root, a reader that went away.
pub fn is_broken_pipe(error: &anyhow::Error) -> bool {
    let kind = |cause: &(dyn std::error::Error + 'static)| {
        // serde_json keeps the error of the writer to itself and names only its kind.
        let json = || cause.downcast_ref::<serde_json::Error>().and_then(serde_json::Error::io_error_kind);
        cause.downcast_ref::<io::Error>().map(io::Error::kind).or_else(json)
    };
    error.chain().any(|cause| kind(cause) == Some(io::ErrorKind::BrokenPipe))
}
