//! From a file's path to its module's name.

use super::config::Roots;
use super::facts::Language;

/// The dotted name of a file's module, and whether it is a package itself (`__init__.py`, `mod.rs`, `index.js`).
///
/// The longest root that the path lies in is taken off. Python's names are dotted; Rust's start with `crate`; JavaScript's
/// and Go's are paths without extension, Go's that of the folder.
pub fn module_name(language: Language, path: &str, roots: &Roots) -> (String, bool) {
    let roots = match language {
        Language::Python => &roots.python,
        Language::Rust => &roots.rust,
        Language::JavaScript | Language::TypeScript => return (without_extension(path).to_owned(), is_index(path)),
        Language::Go => &roots.go,
    };
    let inside = strip_root(path, roots);
    let stem = without_extension(inside);
    match language {
        Language::Python => python(stem),
        Language::Rust => rust(stem),
        _ => (inside.rsplit_once('/').map_or(".", |(folder, _)| folder).to_owned(), false),
    }
}

fn strip_root<'a>(path: &'a str, roots: &[String]) -> &'a str {
    let under = |root: &str| {
        let root = root.trim_start_matches("./").trim_end_matches('/');
        if root.is_empty() || root == "." { Some(path) } else { path.strip_prefix(root)?.strip_prefix('/') }
    };
    roots.iter().filter_map(|r| under(r)).min_by_key(|inside| inside.len()).unwrap_or(path)
}

fn without_extension(path: &str) -> &str {
    let name = path.rsplit('/').next().unwrap_or(path);
    let stem = name.split_once('.').map_or(name, |(stem, _)| stem);
    &path[..path.len() - name.len() + stem.len()]
}

fn is_index(path: &str) -> bool {
    without_extension(path).rsplit('/').next() == Some("index")
}

fn python(stem: &str) -> (String, bool) {
    let name = stem.replace('/', ".");
    match name.strip_suffix(".__init__") {
        Some(package) => (package.to_owned(), true),
        None if name == "__init__" => (String::new(), true),
        None => (name, false),
    }
}

fn rust(stem: &str) -> (String, bool) {
    let name = stem.replace('/', ".");
    match name.as_str() {
        "lib" | "main" => ("crate".to_owned(), true),
        _ => {
            let package = name.strip_suffix(".mod");
            (format!("crate.{}", package.unwrap_or(&name)), package.is_some())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_names_a_module() {
        let roots = Roots::default();
        for (language, path, name, package) in [
            (Language::Python, "src/app/x.py", "app.x", false),
            (Language::Python, "app/__init__.py", "app", true),
            (Language::Python, "setup.py", "setup", false),
            (Language::Rust, "src/lib.rs", "crate", true),
            (Language::Rust, "src/a/mod.rs", "crate.a", true),
            (Language::Rust, "src/a/b.rs", "crate.a.b", false),
            (Language::TypeScript, "src/app/index.ts", "src/app/index", true),
            (Language::Go, "internal/db/sql.go", "internal/db", false),
        ] {
            assert_eq!(module_name(language, path, &roots), (name.to_owned(), package), "{path}");
        }
    }
}
