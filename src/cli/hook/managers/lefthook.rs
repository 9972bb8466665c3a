//! What is put into a configuration of lefthook.

use std::path::Path;

use anyhow::{Context as _, Result, bail, ensure};

use super::Stage;

/// How a configuration is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// As blocks of YAML.
    Yaml,
    /// TOML.
    Toml,
    /// JSON, which has no place for a line of one's own.
    Json,
}

impl Format {
    /// By the name of the file.
    pub fn of(path: &Path) -> Self {
        match path.extension().and_then(|e| e.to_str()) {
            Some("toml") => Format::Toml,
            Some("json") => Format::Json,
            _ => Format::Yaml,
        }
    }
}

/// What lefthook says below what failed: govctl itself may be what is missing.
const FAIL_TEXT: &str = "see above; if govctl is not installed: cargo install govctl-suite";

/// The section of a hook with govctl alone in it, as YAML.
pub fn section(stage: Stage) -> String {
    let [section, ..] = pieces(stage);
    section
}

/// What is put in: a section of its own, or an entry below `commands:` or `jobs:` of the one that is there; or a table.
pub fn pieces(stage: Stage) -> [String; 4] {
    let name = stage.name();
    let entry = |indent: &str| {
        let stdin = if stage == Stage::PrePush { format!("{indent}use_stdin: true\n") } else { String::new() };
        format!("{indent}run: govctl hook run {name} {{0}}\n{stdin}{indent}fail_text: \"{FAIL_TEXT}\"\n")
    };
    let stdin = if stage == Stage::PrePush { "use_stdin = true\n" } else { "" };
    [
        format!("\n{name}:\n  commands:\n    govctl:\n{}", entry("      ")),
        format!("    govctl:\n{}", entry("      ")),
        format!("    - name: govctl\n{}", entry("      ")),
        format!(
            "\n[{name}.commands.govctl]\nrun = \"govctl hook run {name} {{0}}\"\n{stdin}fail_text = \"{FAIL_TEXT}\"\n"
        ),
    ]
}

/// The configuration with govctl at this hook.
///
/// # Errors
/// One whose shape leaves open where it goes, with what to put there.
pub fn with(text: &str, stage: Stage, format: Format) -> Result<String> {
    // The empty line is part of what is put in, and the line end before it was there.
    ensure!(text.is_empty() || text.ends_with('\n'), "its last line has no end; add one");
    let [section, command, job, table] = pieces(stage);
    let name = stage.name();
    match format {
        Format::Yaml => in_yaml(text, name, &section, &command, &job),
        Format::Toml => {
            let new = format!("{text}{table}");
            new.parse::<toml_edit::DocumentMut>()
                .with_context(|| format!("the section `{name}` leaves no room for a table; add `{}`", table.trim()))?;
            Ok(new)
        }
        Format::Json => bail!(
            "it is JSON: add `\"govctl\": {{\"run\": \"govctl hook run {name} {{0}}\", \"use_stdin\": {}}}` to the \
             `commands` of `{name}`",
            stage == Stage::PrePush
        ),
    }
}

fn in_yaml(text: &str, name: &str, section: &str, command: &str, job: &str) -> Result<String> {
    let head = format!("{name}:");
    let (mut offset, mut inside) = (0, false);
    for line in text.split_inclusive('\n') {
        let bare = line.trim_end();
        if inside && !bare.is_empty() && !line.starts_with([' ', '#']) {
            break;
        }
        offset += line.len();
        inside |= bare == head;
        let piece = match bare {
            "  commands:" => command,
            "  jobs:" => job,
            _ => continue,
        };
        if inside {
            return Ok(format!("{}{piece}{}", &text[..offset], &text[offset..]));
        }
    }
    ensure!(!inside, "the section `{head}` has neither `commands:` nor `jobs:`; add `{}`", job.trim());
    let is_inline = text.lines().any(|l| l.starts_with(&head));
    ensure!(!is_inline, "the section `{head}` is not written as a block; add `{}`", job.trim());
    Ok(format!("{text}{section}"))
}

#[cfg(test)]
mod tests {
    use super::super::has_line;
    use super::*;

    const STAGES: [Stage; 3] = [Stage::PreCommit, Stage::CommitMsg, Stage::PrePush];

    fn wired(before: &str, format: Format) -> String {
        let mut text = before.to_owned();
        for stage in STAGES {
            text = with(&text, stage, format).unwrap();
            assert!(has_line(&text, &format!("govctl hook run {}", stage.name())), "{text}");
        }
        let pieces = STAGES.map(pieces).concat();
        assert_eq!(pieces.iter().fold(text.clone(), |t, p| t.replacen(p.as_str(), "", 1)), before);
        text
    }

    #[test]
    fn an_entry_goes_where_it_belongs_and_comes_out_again() {
        let before = "pre-commit:\n  parallel: true\n  commands:\n    lint:\n      run: true\n\ncommit-msg:\n  jobs:\n    - run: true\n";
        let text = wired(before, Format::Yaml);
        for part in [
            "  commands:\n    govctl:\n      run: govctl hook run pre-commit {0}\n      fail_text: \"",
            "suite\"\n    lint:",
            "  jobs:\n    - name: govctl\n      run: govctl hook run commit-msg {0}\n",
            "suite\"\n    - run",
            "pre-push:\n  commands:\n    govctl:\n      run: govctl hook run pre-push {0}\n      use_stdin: true\n",
        ] {
            assert!(text.contains(part), "{part} in {text}");
        }
        assert!(with("pre-push: {}\n", Stage::PrePush, Format::Yaml).is_err());
        assert!(with("pre-push:", Stage::PrePush, Format::Yaml).is_err());
    }

    #[test]
    fn toml_gets_tables_and_json_what_to_add() {
        let text = wired("[pre-commit]\nparallel = true\n[pre-commit.commands.lint]\nrun = \"true\"\n", Format::Toml);
        let document: toml::Table = text.parse().unwrap();
        assert_eq!(
            document["pre-commit"]["commands"]["govctl"]["run"].as_str(),
            Some("govctl hook run pre-commit {0}")
        );
        assert_eq!(document["pre-push"]["commands"]["govctl"]["use_stdin"].as_bool(), Some(true));
        assert!(with("pre-push = {}\n", Stage::PrePush, Format::Toml).is_err());
        let told = with("{}\n", Stage::PrePush, Format::Json).unwrap_err().to_string();
        assert!(told.contains("\"use_stdin\": true"), "{told}");
    }
}
