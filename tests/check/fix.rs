//! `govctl check --fix`: what is inserted, what is left alone, and that a second run has nothing to do.

use crate::place::Place;

const POLICY: &str = "[[checks.imports.contract]]\nid = 'governed'\nkind = 'required'\nmodules = ['core.**']\n\
                      except = ['core.kernel']\nany_of = ['core.kernel:governed']\n\
                      decorate = { with = 'core.kernel:governed', on = ['class', 'public_function'] }\n";

/// A file, and what it becomes; the same: it is left alone.
const FILES: &[(&str, &[u8], &[u8])] = &[
    ("empty.py", b"", b"from core.kernel import governed\n"),
    ("comment.py", b"# only", b"from core.kernel import governed\n# only"),
    ("script.py", b"#!/usr/bin/python3\n# coding: utf-8\nx = 1", b"#!/usr/bin/python3\n# coding: utf-8\nfrom core.kernel import governed\nx = 1"),
    ("doc.py", b"'''Doc.'''", b"'''Doc.'''\nfrom core.kernel import governed"),
    (
        "future.py",
        b"'''Doc.'''\r\nfrom __future__ import annotations\r\n\r\ndef f():\r\n\treturn 1\r\n",
        b"'''Doc.'''\r\nfrom __future__ import annotations\r\nfrom core.kernel import governed\r\n\r\n@governed\r\ndef f():\r\n\treturn 1\r\n",
    ),
    ("mark.py", b"\xef\xbb\xbfx = 1\n", b"\xef\xbb\xbffrom core.kernel import governed\nx = 1\n"),
    (
        "tabs.py",
        b"if x:\n\tclass A:\n\t\tpass\n",
        b"from core.kernel import governed\nif x:\n\t@governed\n\tclass A:\n\t\tpass\n",
    ),
    (
        "fallback.py",
        b"try:\n    from core.kernel import governed\nexcept ImportError:\n    def governed(f): return f\n",
        b"from core.kernel import governed\ntry:\n    from core.kernel import governed\nexcept ImportError:\n    def governed(f): return f\n",
    ),
    ("latin.py", b"# coding: latin-1\nx = '\xe9'\n", b"# coding: latin-1\nx = '\xe9'\n"),
    ("broken.py", b"def f(:\n", b"def f(:\n"),
    ("clash.py", b"governed = 3\n\ndef f():\n    return 1\n", b"governed = 3\n\ndef f():\n    return 1\n"),
];

#[test]
fn what_is_missing_is_inserted_and_the_rest_is_told() {
    let place = Place::with(&[("core/kernel.py", "def governed(f): return f\n")]);
    place.policy(POLICY);
    for (name, before, _) in FILES {
        place.write(&format!("core/{name}"), before);
    }
    let ran = place.govctl(&["check", "--only", "imports", "--fix", "--format", "jsonl"]);
    let content = |name: &str| std::fs::read(place.path().join("core").join(name)).unwrap();
    for (name, before, after) in FILES {
        assert_eq!(String::from_utf8_lossy(&content(name)), String::from_utf8_lossy(after), "{name}");
        let told = if before == after { "is left as it is" } else { "fixed" };
        assert!(ran.err.lines().any(|l| l.contains(&format!("core/{name}")) && l.contains(told)), "{name}: {ran:?}");
    }
    assert_eq!(ran.status, 1, "{ran:?}");
    let left: Vec<_> = FILES.iter().filter(|(_, before, after)| before == after).map(|(name, ..)| *name).collect();
    assert!(ran.findings().iter().all(|f| left.iter().any(|l| f["path"] == format!("core/{l}"))), "{ran:?}");
    let all: Vec<_> = FILES.iter().map(|(name, ..)| content(name)).collect();
    place.govctl(&["check", "--only", "imports", "--fix"]);
    assert_eq!(all, FILES.iter().map(|(name, ..)| content(name)).collect::<Vec<_>>(), "a second run changes nothing");
}
