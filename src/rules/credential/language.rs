//! What a file's name says of its grammar: whether a value must be a literal in quotes, and what opens a comment.

/// The grammar of a file, as far as values are concerned.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Language {
    /// A programming language: a value is a literal in quotes.
    Code,
    /// JSON and the like: every value is in quotes, everything is data.
    Json,
    /// YAML: a value runs to the end of its line.
    Yaml,
    /// `name = value` lines: properties, INI, TOML, `.env`, HCL.
    Settings,
    /// Shell and what is like it: words, `NAME=value`.
    Shell,
    /// XML and HTML.
    Markup,
    /// Text for people: Markdown, reStructuredText, plain text, logs.
    Prose,
}

impl Language {
    /// By the extension, else by the name. A text without a name is read as prose: everything may stand in it.
    pub fn of(path: Option<&str>) -> Self {
        let Some(path) = path else { return Language::Prose };
        let name = path.rsplit('/').next().unwrap_or(path);
        let extension = name.rsplit_once('.').map_or("", |(_, e)| e);
        let is = |list: &[&str]| list.iter().any(|e| e.eq_ignore_ascii_case(extension));
        if is(CODE) {
            Language::Code
        } else if is(&["json", "json5", "jsonc", "har", "tfstate", "ipynb", "snap", "avsc", "webmanifest", "geojson"]) {
            Language::Json
        } else if is(&["yml", "yaml"]) {
            Language::Yaml
        } else if is(&[
            "xml",
            "html",
            "htm",
            "xhtml",
            "xaml",
            "resx",
            "plist",
            "storyboard",
            "xib",
            "svg",
            "vue",
            "csproj",
        ]) {
            Language::Markup
        } else if is(&["sh", "bash", "zsh", "fish", "bats", "ksh", "cmd", "bat", "ps1", "dockerfile", "mk", "test"])
            || matches!(name, "Dockerfile" | "Makefile" | "Procfile" | "Vagrantfile" | "Jenkinsfile")
        {
            Language::Shell
        } else if is(&["md", "markdown", "rst", "txt", "adoc", "asciidoc", "log", "org", "tex", "mdx", "patch", "diff"])
        {
            Language::Prose
        } else {
            Language::Settings
        }
    }
}

const CODE: &[&str] = &[
    "py", "pyx", "pyi", "js", "mjs", "cjs", "jsx", "ts", "tsx", "mts", "cts", "rb", "go", "java", "kt", "kts", "scala",
    "cs", "c", "h", "cc", "cpp", "cxx", "hpp", "hh", "m", "mm", "php", "phtml", "inc", "pl", "pm", "t", "rs", "swift",
    "hs", "ex", "exs", "erl", "hrl", "clj", "cljs", "ml", "mli", "fs", "fsx", "vb", "lua", "r", "dart", "groovy",
    "gradle", "sql", "proto", "graphql", "thrift", "idl", "erb", "ejs", "j2", "pas", "d", "nim", "zig", "jl", "v",
    "sv", "asm", "s", "sol", "coffee", "tcl", "el", "lisp", "scm", "rkt", "cr", "purs", "elm", "haml", "jsp", "aspx",
    "cshtml", "razor", "moo", "pp", "sbt", "css", "scss", "less", "sass", "marko", "svelte", "astro", "cu", "f90",
    "awk", "gd", "las", "ldml", "tl", "bzl", "bazel", "cmake", "apex", "cls", "trigger", "bicep",
];
