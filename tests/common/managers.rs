//! Real hook managers, installed under target/: pre-commit, prek and lefthook from Python's registry, husky from npm's.

#![allow(dead_code)]

use std::env;
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

const PACKAGES: [&str; 3] = ["pre-commit==4.7.0", "prek==0.5.11", "lefthook==2.2.2"];
const HUSKY: &str = "husky@9.1.7";

type Tools = OnceLock<Result<PathBuf, String>>;

/// The folder with the programs pre-commit, prek and lefthook. `None`, after saying so, where they cannot be had (a failure
/// under CI=true).
pub fn programs() -> Option<&'static Path> {
    static TOOLS: Tools = Tools::new();
    match TOOLS.get_or_init(|| once("hook-managers", &PACKAGES.join("\n"), virtual_environment)) {
        Ok(dir) => Some(dir),
        Err(why) if env::var("CI").as_deref() == Ok("true") => panic!("CI needs the hook managers: {why}"),
        Err(why) => {
            eprintln!("skipped: the hook managers are not here: {why}");
            None
        }
    }
}

/// The folder of husky's package. `None` where there is no npm, which nothing else here needs.
pub fn husky() -> Option<&'static Path> {
    static TOOLS: Tools = Tools::new();
    let found = TOOLS.get_or_init(|| once("husky", HUSKY, node_modules)).as_deref();
    found.inspect_err(|why| eprintln!("husky itself is not here: {why}")).ok()
}

/// Fills a folder under target/ unless it was filled with the same.
fn once(name: &str, what: &str, fill: impl Fn(&Path) -> Result<PathBuf, String>) -> Result<PathBuf, String> {
    let dir = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    fs::create_dir_all(&dir).map_err(|e| e.to_string())?;
    // Another test process may be at it.
    let lock = File::create(dir.join("lock")).map_err(|e| e.to_string())?;
    lock.lock().map_err(|e| e.to_string())?;
    let installed = dir.join("installed");
    let known = fs::read_to_string(&installed).unwrap_or_default();
    if let Some((_, filled)) = known.split_once("\n\n").filter(|(had, path)| *had == what && Path::new(path).is_dir()) {
        return Ok(PathBuf::from(filled));
    }
    let filled = fill(&dir)?;
    fs::write(installed, format!("{what}\n\n{}", filled.display())).map_err(|e| e.to_string())?;
    Ok(filled)
}

fn virtual_environment(dir: &Path) -> Result<PathBuf, String> {
    let venv = dir.join("venv");
    let bin = venv.join(if cfg!(windows) { "Scripts" } else { "bin" });
    succeed(Command::new("python3").args(["-m", "venv", "--clear"]).arg(&venv))?;
    let pip = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check"];
    succeed(Command::new(bin.join("python")).args(pip).args(PACKAGES))?;
    Ok(bin)
}

fn node_modules(dir: &Path) -> Result<PathBuf, String> {
    let quiet = ["install", "--no-audit", "--no-fund", "--no-package-lock", "--ignore-scripts", "--prefix"];
    succeed(Command::new("npm").args(quiet).arg(dir).arg(HUSKY))?;
    Ok(dir.join("node_modules/husky"))
}

fn succeed(command: &mut Command) -> Result<(), String> {
    let output = command.output().map_err(|e| format!("{}: {e}", command.get_program().display()))?;
    if output.status.success() { Ok(()) } else { Err(String::from_utf8_lossy(&output.stderr).into_owned()) }
}
