//! The `govctl` binary: parse, run, turn the outcome into an exit status.

use std::process::ExitCode;

fn main() -> ExitCode {
    govctl::cli::main()
}
