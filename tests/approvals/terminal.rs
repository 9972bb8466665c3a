//! What follows the queue while it changes, and what asks at a terminal.

use std::io::{BufRead as _, BufReader};
use std::process::{Command, Stdio};
use std::sync::mpsc;
use std::time::Duration;

use crate::kit::Queue;

const LONG: Duration = Duration::from_secs(60);

#[test]
fn a_list_that_is_watched_is_printed_again_when_it_changes() {
    let queue = Queue::alone();
    let first = queue.ask_deploy();
    let mut watching = queue.command(&["approvals", "list", "--watch"]).stdout(Stdio::piped()).spawn().unwrap();
    let (send, lines) = mpsc::channel();
    let output = BufReader::new(watching.stdout.take().unwrap());
    let reader = std::thread::spawn(move || output.lines().map_while(Result::ok).for_each(|l| drop(send.send(l))));
    let until = |part: &str| while !lines.recv_timeout(LONG).unwrap().contains(part) {};
    until(&first.id);
    let second = queue.ask_deploy();
    until(&second.id);
    queue.does(&["approve", &first.id], 0);
    until("approved");
    watching.kill().unwrap();
    watching.wait().unwrap();
    reader.join().unwrap();
}

/// Runs a program at a terminal of its own, and types a line when it asks.
const AT_A_TERMINAL: &str = r#"
import os, pty, sys
pid, fd = pty.fork()
if pid == 0:
    os.execv(sys.argv[2], sys.argv[2:])
seen, typed = b"", False
while True:
    try:
        data = os.read(fd, 4096)
    except OSError:
        break
    if not data:
        break
    seen += data
    if not typed and b"Which?" in seen:
        os.write(fd, sys.argv[1].encode() + b"\n")
        typed = True
sys.stdout.buffer.write(seen)
sys.exit(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))
"#;

/// What is answered to `approvals approve` without an id; none: there is no python3 here.
fn choose(queue: &Queue, answer: &str) -> Option<(i32, String)> {
    let govctl = queue.command(&[]);
    let mut python = Command::new("python3");
    python.args(["-c", AT_A_TERMINAL, answer]).arg(govctl.get_program()).args(["approvals", "approve"]);
    python.current_dir(queue.place.path()).stdin(Stdio::null()).env("GOVCTL_STATE_DIR", queue.state.path());
    let Ok(output) = python.output() else {
        assert!(std::env::var_os("CI").is_none(), "CI needs python3");
        println!("skipped: no python3");
        return None;
    };
    Some((output.status.code().unwrap_or(-1), String::from_utf8_lossy(&output.stdout).into_owned()))
}

#[test]
fn without_an_id_a_terminal_offers_what_waits() {
    let queue = Queue::alone();
    let asked = [queue.ask_deploy(), queue.ask_deploy(), queue.ask_deploy()];
    for (answer, expected, part) in
        [("4", 2, "none of the numbers"), ("", 2, "nothing was chosen"), ("1 3", 0, "approved")]
    {
        let Some((status, text)) = choose(&queue, answer) else { return };
        assert!(status == expected && text.contains(part), "{answer}: {status} {text}");
        assert!(asked.iter().all(|a| text.contains(&a.id)), "{text}");
    }
    let approved = asked.iter().filter(|a| queue.show(&a.id)["state"] == "approved").count();
    assert_eq!(approved, 2);
    let Some((status, text)) = choose(&queue, "1") else { return };
    assert!(status == 0 && text.contains("approved"), "{text}");
    let Some((status, text)) = choose(&queue, "1") else { return };
    assert!(status == 2 && text.contains("nothing waits"), "{text}");
}
