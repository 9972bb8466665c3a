//! `--fix`: writes what `rules::code::imports::fix` inserts.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use anyhow::{Context, Result};

use super::selection::Selection;
use crate::cli::files;
use crate::cli::terminal::Terminal;
use crate::finding::Text;
use crate::rules::code::config::{CodeConfig, ContractKind};
use crate::rules::code::facts::Language;
use crate::rules::code::imports::fix;
use crate::rules::code::modules;
use crate::rules::code::read::Unit;

/// Mends every file that a contract of kind `required` reports; says whether any was changed.
///
/// # Errors
/// A file that cannot be read or written. One that cannot be mended is told of and left as it is.
pub fn apply(
    selection: &Selection,
    config: &CodeConfig,
    found: &[(String, Text)],
    terminal: &mut Terminal,
) -> Result<bool> {
    let mut changed = false;
    for contract in config.imports.contract.iter().filter(|c| c.kind == ContractKind::Required) {
        let rule = format!("imports/{}", contract.id);
        let paths: BTreeSet<&str> = found.iter().filter(|(_, r)| *r == rule).map(|(path, _)| path.as_str()).collect();
        for path in paths {
            let Some(language) = Language::of_path(path).filter(|_| !path.ends_with(".ipynb")) else { continue };
            let file = selection.root().join(path);
            let bytes = fs::read(&file).with_context(|| format!("cannot read {}", file.display()))?;
            let Ok(text) = String::from_utf8(bytes) else {
                terminal.warn(&format!("{path} is left as it is: it is no UTF-8 text"));
                continue;
            };
            let (module, package) = modules::module_name(language, path, &config.imports.roots);
            let unit = Unit { language, path, module: &module, package };
            match fix::insert(&unit, &text, contract, &|path| is_script(selection.root(), path)) {
                Ok(Some(fixed)) => {
                    files::write_atomically(&file, fixed.as_bytes())
                        .with_context(|| format!("cannot write {}", file.display()))?;
                    terminal.note(&format!("fixed {path} for the contract {}", contract.id));
                    changed = true;
                }
                Ok(None) => {}
                Err(reason) => terminal.warn(&format!("{path} is left as it is: {reason}")),
            }
        }
    }
    Ok(changed)
}

/// Whether there is a script of this path but for its extension.
fn is_script(root: &Path, path: &str) -> bool {
    const ENDS: [&str; 8] = [".ts", ".tsx", ".js", ".jsx", ".mjs", ".cjs", "/index.ts", "/index.js"];
    ENDS.iter().any(|end| root.join(format!("{path}{end}")).is_file())
}
