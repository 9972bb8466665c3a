//! What is put into a file of husky, which is a script that `sh -e` runs.

use super::Stage;

/// The lines that run govctl there; without it nothing passes.
pub fn lines(stage: Stage) -> String {
    format!(
        "command -v govctl >/dev/null || {{ echo 'govctl is not installed: cargo install govctl-suite (or take its lines \
         out of .husky)' >&2; exit 2; }}\ngovctl hook run {} \"$@\" || exit $?\n",
        stage.name()
    )
}

/// The file with govctl in it. Input that is for govctl must not be read by what runs before: it goes first, after the line
/// that names the shell.
pub fn with(text: &str, stage: Stage) -> String {
    let head = if text.starts_with("#!") { text.find('\n').map_or(0, |end| end + 1) } else { 0 };
    format!("{}{}{}", &text[..head], lines(stage), &text[head..])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn govctl_goes_first_and_comes_out_again() {
        for text in ["", "npm test\n", "#!/bin/sh\nnpm test\n", "#!/bin/sh\n"] {
            let wired = with(text, Stage::PrePush);
            assert_eq!(wired.starts_with("#!"), text.starts_with("#!"), "{wired}");
            assert!(
                wired.find("govctl hook run pre-push").unwrap() < wired.find("npm").unwrap_or(usize::MAX),
                "{wired}"
            );
            assert_eq!(wired.replacen(&lines(Stage::PrePush), "", 1), text);
        }
    }
}
