//! The token is nowhere on disk but where its owner put it.

use std::path::Path;

use base64::Engine as _;
use govctl::approvals::token;

use crate::kit::Queue;

#[test]
fn the_token_is_nowhere_on_disk() {
    let queue = Queue::alone();
    let asked = queue.ask_deploy();
    queue.does(&["approve", &asked.id], 0);
    let mut child = queue.command(&["approvals", "consume", &asked.id, "--token-file", "-", "--hash", &asked.hash]);
    let mut child = child.stdin(std::process::Stdio::piped()).spawn().unwrap();
    std::io::Write::write_all(&mut child.stdin.take().unwrap(), asked.token.as_bytes()).unwrap();
    assert!(child.wait().unwrap().success());
    let exported = queue.run(&["audit", "export", "--format", "jsonl"]);
    assert_eq!(exported.status, 0, "{exported:?}");
    queue.place.write("export.jsonl", &exported.out);
    queue.place.write("shown.json", queue.show(&asked.id).to_string());
    let raw = token::parse(&asked.token).unwrap();
    let hex = raw.iter().map(|b| format!("{b:02x}")).collect::<String>();
    let engines = [base64::engine::general_purpose::STANDARD, base64::engine::general_purpose::URL_SAFE_NO_PAD];
    let mut forms = vec![raw.to_vec(), hex.to_uppercase().into_bytes(), hex.into_bytes()];
    forms.extend(engines.iter().map(|e| e.encode(raw).trim_end_matches('=').as_bytes().to_vec()));
    let mut looked_at = 0;
    for folder in [queue.state.path(), queue.place.path()] {
        search(folder, &forms, &mut looked_at);
    }
    assert!(looked_at > 3, "{looked_at}");
}

fn search(folder: &Path, forms: &[Vec<u8>], looked_at: &mut u32) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            search(&path, forms, looked_at);
            continue;
        }
        let bytes = std::fs::read(&path).unwrap();
        *looked_at += 1;
        for form in forms {
            assert!(!bytes.windows(form.len()).any(|w| w == form), "{}", path.display());
        }
    }
}
