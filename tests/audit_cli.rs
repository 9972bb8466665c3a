//! `govctl audit` as people run it.
#![allow(clippy::unwrap_used)]

use std::fs;
use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::time::{Duration, Instant};

use govctl::audit::entry::Reason;
use govctl::audit::{Actor, Entry, Event, EventType};
use govctl::store::{Location, Options, Store};
use serde_json::{Value, json};

fn govctl(db: &Path, args: &[&str]) -> Output {
    command(db, args).output().unwrap()
}

fn command(db: &Path, args: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_govctl"));
    command.arg("audit").args(args).arg("--db").arg(db).current_dir(db.parent().unwrap());
    command.env_remove("GOVCTL_POLICY").env_remove("GOVCTL_ENV").env("TZ", "UTC").env("NO_COLOR", "1");
    command
}

fn stdout(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).unwrap()
}

fn stderr(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).unwrap()
}

/// A log of the things that happen, hostile names among them.
fn log(dir: &Path) -> PathBuf {
    let db = dir.join("govctl.db");
    let mut store = Store::open(&Location::file(&db), Options::default()).unwrap();
    let mut events = Vec::new();
    for n in 0..40u32 {
        let (kind, decision) = match n % 4 {
            0 => (EventType::GateRejected, Some("rejected")),
            1 => (EventType::GateApprovalRequired, Some("requires_approval")),
            2 => (EventType::CheckCompleted, None),
            _ => (EventType::GateApproved, Some("approved")),
        };
        let mut event =
            Event::new(kind, Actor::new("agent", ["claude", "<img src=x onerror=alert(1)>", "codex"][n as usize % 3]));
        event.decision = decision.map(str::to_owned);
        event.action = Some(["repo.push", "=cmd|'/c calc'!A1", "dns.update_records"][n as usize % 3].to_owned());
        event.resource = Some(format!("repo:acme/{}", n % 5));
        event.reasons = vec![Reason { code: "forbidden".into(), message: None, rule: Some(format!("rule-{}", n % 2)) }];
        event.data = Some(json!({ "n": n }));
        events.push(event);
    }
    for kind in [EventType::ApprovalCreated, EventType::ApprovalGranted] {
        let mut event = Event::new(kind, Actor::new("user", "alice"));
        event.approval = Some("ap_1".into());
        events.push(event);
    }
    store.append_all(&events).unwrap();
    db
}

#[test]
fn looking_into_the_log() {
    let temp = tempfile::tempdir().unwrap();
    let db = log(temp.path());
    let tail = stdout(&govctl(&db, &["tail", "-n", "3"]));
    assert_eq!(tail.lines().count(), 4, "{tail}");
    assert!(tail.lines().nth(1).unwrap().contains("gate.approved"), "{tail}");
    let json = stdout(&govctl(&db, &["tail", "-n", "1", "--json"]));
    assert_eq!(serde_json::from_str::<Entry>(&json).unwrap().kind, "approval.granted");
    let count =
        |args: &[&str]| stdout(&govctl(&db, &[&["query", "--count"], args].concat())).trim().parse::<u64>().unwrap();
    assert_eq!(count(&[]), 43);
    assert_eq!(count(&["--event-type", "gate.*", "--decision", "rejected"]), 10);
    assert_eq!(count(&["--actor", "claude", "--actor", "agent:codex"]), 27);
    assert_eq!(count(&["--last", "24h", "--severity", "medium"]), 10);
    assert_eq!(count(&["--from", "2999-01-01"]), 0);
    let csv = stdout(&govctl(&db, &["query", "--format", "csv", "--limit", "3", "--reverse"]));
    assert_eq!(csv.lines().count(), 4);
    assert!(stdout(&govctl(&db, &["query", "--format", "csv"])).contains("'=cmd|"), "a formula must be neutralised");
    let document: Value = serde_json::from_str(&stdout(&govctl(&db, &["query", "--format", "json"]))).unwrap();
    assert_eq!(document["entries"].as_array().unwrap().len(), 43);
}

#[cfg(feature = "parquet")]
#[test]
fn a_table_of_parquet_holds_every_entry() {
    use parquet::file::reader::{FileReader as _, SerializedFileReader};
    use parquet::record::RowAccessor as _;

    let temp = tempfile::tempdir().unwrap();
    let db = log(temp.path());
    let file = temp.path().join("log.parquet");
    let made = govctl(&db, &["export", "--format", "parquet", "--output", file.to_str().unwrap()]);
    assert!(made.status.success(), "{}", stderr(&made));
    let reader = SerializedFileReader::new(fs::File::open(&file).unwrap()).unwrap();
    let schema = reader.metadata().file_metadata().schema_descr();
    let at = |name: &str| schema.columns().iter().position(|c| c.name() == name).unwrap();
    let jsonl = stdout(&govctl(&db, &["export"]));
    let mut lines = jsonl.lines();
    for row in reader.get_row_iter(None).unwrap() {
        let (row, line) = (row.unwrap(), lines.next().unwrap());
        let entry: Entry = serde_json::from_str(line).unwrap();
        assert_eq!(row.get_string(at("body")).unwrap(), line);
        assert_eq!(row.get_long(at("seq")).unwrap().unsigned_abs(), entry.seq);
        let ts: jiff::Timestamp = entry.ts.parse().unwrap();
        assert_eq!(row.get_timestamp_millis(at("ts")).unwrap(), ts.as_millisecond());
        assert_eq!(row.get_string(at("decision")).ok(), entry.decision.as_ref());
        assert_eq!(row.get_string(at("action")).ok(), entry.action.as_ref());
    }
    assert_eq!(lines.next(), None);
    let whole = stdout_bytes(&govctl(&db, &["export", "--format", "parquet", "--decision", "rejected"]));
    assert!(whole.starts_with(b"PAR1") && whole.ends_with(b"PAR1"));
}

#[cfg(feature = "parquet")]
fn stdout_bytes(output: &Output) -> Vec<u8> {
    output.stdout.clone()
}

#[test]
fn an_export_to_a_full_disk_fails_and_leaves_nothing() {
    let temp = tempfile::tempdir().unwrap();
    let db = log(temp.path());
    for format in ["jsonl", "csv"] {
        let full = govctl(&db, &["export", "--format", format, "--output", "/dev/full"]);
        assert_eq!(full.status.code(), Some(2), "{}", stderr(&full));
        assert!(stderr(&full).contains("cannot write /dev/full: No space left"), "{}", stderr(&full));
    }
    assert!(!fs::metadata("/dev/full").unwrap().is_file(), "a device was replaced by a file");
    let gone = temp.path().join("gone/log.jsonl");
    assert_eq!(govctl(&db, &["export", "--output", gone.to_str().unwrap()]).status.code(), Some(2));
    let kept = temp.path().join("kept.jsonl");
    fs::write(&kept, "old").unwrap();
    let refused =
        govctl(&db, &["export", "--output", kept.to_str().unwrap(), "--from", "2999-01-01", "--to", "2000-01-01"]);
    assert_eq!((refused.status.code(), fs::read_to_string(&kept).unwrap().as_str()), (Some(2), "old"));
}

#[test]
fn what_a_proof_is_verified_with_is_told_whole() {
    let temp = tempfile::tempdir().unwrap();
    let db = log(temp.path());
    let told = stderr(&govctl(&db, &["prove", "1"]));
    assert!(told.contains("--key \"$(govctl audit key show)\""), "{told}");
    let old = stdout(&govctl(&db, &["key", "show"])).trim().to_owned();
    let rotated = govctl(&db, &["key", "rotate"]);
    assert!(stderr(&rotated).contains(&old), "{}", stderr(&rotated));
    let shown = govctl(&db, &["key", "show"]);
    assert_eq!(stdout(&shown), stdout(&rotated));
    assert!(stderr(&shown).contains(&old), "{}", stderr(&shown));
}

#[test]
fn counts_equal_a_recount_over_the_export() {
    let temp = tempfile::tempdir().unwrap();
    let db = log(temp.path());
    let export = stdout(&govctl(&db, &["export"]));
    let entries: Vec<Entry> = export.lines().map(|l| serde_json::from_str(l).unwrap()).collect();
    type Group = fn(&Entry) -> String;
    let groups: [(&str, Group); 7] = [
        ("event_type", |e| e.kind.clone()),
        ("actor", |e| e.actor.to_string()),
        ("action", |e| e.action.clone().unwrap_or_default()),
        ("decision", |e| e.decision.clone().unwrap_or_default()),
        ("severity", |e| e.severity.to_string()),
        ("day", |e| e.ts[..10].to_owned()),
        ("hour", |e| format!("{}:00Z", &e.ts[..13])),
    ];
    for (name, group) in groups {
        let stats: Value =
            serde_json::from_str(&stdout(&govctl(&db, &["stats", "--group-by", name, "--format", "json"]))).unwrap();
        for counted in stats["groups"].as_array().unwrap() {
            let recount = entries.iter().filter(|e| group(e) == counted["name"]).count();
            assert_eq!(counted["count"], recount, "{name} {}", counted["name"]);
        }
        assert_eq!(stats["total"], entries.len());
    }
    let prometheus = stdout(&govctl(&db, &["stats", "--group-by", "decision", "--format", "prometheus"]));
    assert!(prometheus.contains("govctl_audit_entries{decision=\"rejected\"} 10"), "{prometheus}");
    let table = stdout(&govctl(&db, &["stats"]));
    assert!(table.contains('█') && table.contains("gate.rejected"), "{table}");
}

#[test]
fn following_shows_new_entries() {
    let temp = tempfile::tempdir().unwrap();
    let db = log(temp.path());
    let mut tail = command(&db, &["tail", "-f", "-n", "0", "--json"]).stdout(Stdio::piped()).spawn().unwrap();
    let mut lines = BufReader::new(tail.stdout.take().unwrap()).lines();
    std::thread::sleep(Duration::from_millis(500));
    let mut store = Store::open(&Location::file(&db), Options::default()).unwrap();
    for n in 0..3 {
        let mut event = Event::new(EventType::RunStarted, Actor::new("user", "bob"));
        event.action = Some(format!("follow-{n}"));
        let started = Instant::now();
        store.append(&event).unwrap();
        let line = lines.next().unwrap().unwrap();
        let took = started.elapsed();
        assert!(line.contains(&format!("follow-{n}")), "{line}");
        // It looks every 100 ms; the rest is for a machine that does other things.
        assert!(took < Duration::from_secs(10), "{took:?}");
        // Emptying the write-ahead log needs that nobody reads, and must not stop the follower.
        let conn = rusqlite::Connection::open(&db).unwrap();
        let busy: i64 = conn.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |r| r.get(0)).unwrap();
        assert_eq!(busy, 0, "the follower holds a read transaction");
    }
    tail.kill().unwrap();
    tail.wait().unwrap();
}

#[test]
fn proving_and_verifying_elsewhere() {
    let temp = tempfile::tempdir().unwrap();
    let db = log(temp.path());
    let dir = temp.path();
    let path = |name: &str| dir.join(name).to_str().unwrap().to_owned();
    let (checkpoint, proof, export) = (path("checkpoint"), path("proof"), path("log.jsonl"));
    let key = stdout(&govctl(&db, &["key", "show"])).trim().to_owned();
    assert!(govctl(&db, &["checkpoint", "--publish", &format!("file:{checkpoint}")]).status.success());
    assert!(govctl(&db, &["prove", "7", "--output", &proof]).status.success());
    assert!(govctl(&db, &["export", "--output", &export]).status.success());

    let verified = govctl(&db, &["verify", "--against", &checkpoint, "--key", &key]);
    assert!(verified.status.success(), "{}", stdout(&verified));
    assert!(stdout(&verified).contains("agrees with the checkpoint over 43 entries"), "{}", stdout(&verified));
    let plain = govctl(&db, &["verify"]);
    assert!(stderr(&plain).contains("No checkpoint from elsewhere"), "{}", stderr(&plain));

    let gone = dir.join("gone.db");
    let offline = |args: &[&str]| govctl(&gone, args);
    assert!(offline(&["verify", "--proof", &proof, "--key", &key]).status.success());
    assert!(offline(&["verify", "--export", &export, "--against", &checkpoint, "--key", &key]).status.success());

    python(&[&key, &export, &checkpoint, &proof], true);
    let text = fs::read_to_string(&export).unwrap();
    fs::write(&export, text.replacen("repo:acme/3", "repo:acme/4", 1)).unwrap();
    let changed = offline(&["verify", "--export", &export, "--against", &checkpoint, "--key", &key]);
    assert_eq!(changed.status.code(), Some(1));
    assert!(stdout(&changed).contains("entry 4: its body was changed"), "{}", stdout(&changed));
    python(&[&key, &export, &checkpoint], false);
    let forged = fs::read_to_string(&proof).unwrap().replace("index 7", "index 8");
    fs::write(&proof, forged).unwrap();
    assert_eq!(offline(&["verify", "--proof", &proof, "--key", &key]).status.code(), Some(1));
}

/// The independent verifier, which has nothing of ours.
fn python(args: &[&str], good: bool) {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/verify_audit_log.py");
    let Ok(output) = Command::new("python3").arg(script).args(args).output() else {
        assert!(std::env::var("CI").is_err(), "python3 is missing, and CI needs it");
        eprintln!("skipped: there is no python3");
        return;
    };
    assert_eq!(output.status.success(), good, "{}{}", stdout(&output), stderr(&output));
}

#[test]
fn a_checkpoint_of_another_log_and_a_proof_with_another_key() {
    let temp = tempfile::tempdir().unwrap();
    let (a, b) = (temp.path().join("a"), temp.path().join("b"));
    fs::create_dir_all(&a).unwrap();
    fs::create_dir_all(&b).unwrap();
    let (first, second) = (log(&a), log(&b));
    let file = a.join("checkpoint").to_str().unwrap().to_owned();
    govctl(&first, &["checkpoint", "--publish", &format!("file:{file}")]);
    let other = govctl(&second, &["verify", "--against", &file]);
    assert_eq!(other.status.code(), Some(1));
    assert!(stdout(&other).contains("a checkpoint of another log"), "{}", stdout(&other));
    let proof = a.join("proof").to_str().unwrap().to_owned();
    govctl(&first, &["prove", "3", "--output", &proof]);
    let key = stdout(&govctl(&second, &["key", "show"])).trim().to_owned();
    let refused = govctl(&second, &["verify", "--proof", &proof, "--key", &key]);
    assert_eq!(refused.status.code(), Some(1));
    assert!(stderr(&refused).contains("not signed by a known key"), "{}", stderr(&refused));
    assert!(stderr(&refused).contains("another log: for govctl.local/a, and the key is that of govctl.local/b"));
}

#[test]
fn bad_input_is_told_exactly() {
    let temp = tempfile::tempdir().unwrap();
    let db = log(temp.path());
    let cases: &[(&[&str], &str)] = &[
        (&["query", "--from", "2026-02-01", "--to", "2026-01-01"], "the time range ends"),
        (&["query", "--last", "7x"], "--last: `7x` is no duration: write 90s"),
        (&["query", "--from", "yesterday"], "--from: `yesterday` is no time"),
        (&["query", "--event-type", "gate.aproved"], "did you mean `gate.approved`?"),
        (&["query", "--decision", "approve"], "did you mean `approved`?"),
        (&["query", "--severity", "hgih"], "unknown severity `hgih`"),
        (&["query", "--acter", "x"], "--actor"),
        (&["stats", "--group-by", "actors"], "'actor'"),
        (&["prove", "99"], "there is no entry 99: the log has 43"),
        (&["verify", "--key", "nonsense"], "a verifier key has the form"),
        (&["verify", "--against", "/nowhere"], "cannot read the checkpoint /nowhere"),
        (&["verify", "--proof", "/nowhere"], "--key"),
        (&["checkpoint", "--publish", "ftp:x"], "expected file:PATH or git-notes"),
        #[cfg(not(feature = "parquet"))]
        (&["export", "--format", "parquet"], "build govctl with `--features parquet`"),
        (&["export", "--format", "parqet"], "a similar value exists: 'parquet'"),
        (&["export", "--output", "/nowhere/x"], "cannot write /nowhere/x"),
        (&["prune", "--keep-days", "4294967295"], "before all time"),
    ];
    for (args, expected) in cases {
        let output = govctl(&db, args);
        assert_eq!(output.status.code(), Some(2), "{args:?}: {}", stderr(&output));
        assert!(stderr(&output).contains(expected), "{args:?}: {}", stderr(&output));
    }
    let none = govctl(&temp.path().join("none.db"), &["tail"]);
    assert!(none.status.code() == Some(2) && stderr(&none).contains("there is no log yet"), "{}", stderr(&none));
}

#[test]
fn every_worktree_shares_one_log_that_is_not_in_the_tree() {
    let temp = tempfile::tempdir().unwrap();
    let git = |dir: &Path, args: &[&str]| {
        let identity = ["-c", "user.name=t", "-c", "user.email=t@example.org"];
        let output = Command::new("git").args(identity).args(args).current_dir(dir).output().unwrap();
        assert!(output.status.success(), "{}", stderr(&output));
    };
    let main = temp.path().join("app");
    fs::create_dir(&main).unwrap();
    git(&main, &["init", "-q"]);
    git(&main, &["commit", "-q", "--allow-empty", "-m", "x"]);
    git(&main, &["worktree", "add", "-q", "../linked"]);
    let state = temp.path().join("state");
    let audit = |dir: &Path, state: &Path, args: &[&str]| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_govctl"));
        command.arg("audit").args(args).current_dir(dir).env("GOVCTL_STATE_DIR", state).env_remove("GOVCTL_POLICY");
        command.env("GIT_AUTHOR_NAME", "t").env("GIT_AUTHOR_EMAIL", "t@example.org");
        command.env("GIT_COMMITTER_NAME", "t").env("GIT_COMMITTER_EMAIL", "t@example.org").output().unwrap()
    };
    let lookup = govctl::store::Lookup { state_dir: Some(state.clone().into()), ..Default::default() };
    let location = Location::find(&main, &lookup).unwrap();
    let mut store = Store::open(&location, Options::default()).unwrap();
    store.append(&Event::new(EventType::CheckCompleted, Actor::system())).unwrap();
    for dir in [&main, &temp.path().join("linked")] {
        let count = audit(dir, &state, &["query", "--count"]);
        assert_eq!(stdout(&count).trim(), "2", "{}", stderr(&count));
    }
    let noted = audit(&main, &state, &["checkpoint", "--publish", "git-notes"]);
    assert!(noted.status.success(), "{}", stderr(&noted));
    git(&main, &["notes", "--ref", "govctl-checkpoints", "show", "HEAD"]);
    let inside = audit(&main, &main.join("state"), &["tail"]);
    assert!(
        inside.status.code() == Some(2) && stderr(&inside).contains("inside the repository"),
        "{}",
        stderr(&inside)
    );
}

#[test]
fn the_schema_holds_every_entry() {
    let temp = tempfile::tempdir().unwrap();
    let db = log(temp.path());
    let schema: Value = serde_json::from_str(&stdout(&govctl(&db, &["schema"]))).unwrap();
    let validator = jsonschema::validator_for(&schema).unwrap();
    for line in stdout(&govctl(&db, &["export"])).lines() {
        let entry: Value = serde_json::from_str(line).unwrap();
        assert!(validator.is_valid(&entry), "{line}");
    }
    assert!(!validator.is_valid(&json!({ "v": "govctl.audit/1" })));
}

#[test]
fn compliance_names_evidence_and_its_absence() {
    let temp = tempfile::tempdir().unwrap();
    let db = log(temp.path());
    let policy = temp.path().join("governance.toml");
    fs::write(
        &policy,
        "[policies]\nversion = \"1.0\"\n[compliance.iso27001]\nenabled = true\n[compliance.iso27001.controls]\nA_12_4_1_event_logging = true\nA_16_1_5_incidents = true\n",
    )
    .unwrap();
    let output = command(&db, &["compliance", "--standard", "iso27001", "--format", "json"])
        .env("GOVCTL_POLICY", &policy)
        .output()
        .unwrap();
    let report: Value = serde_json::from_str(&stdout(&output)).unwrap_or_else(|_| panic!("{}", stderr(&output)));
    let controls = report["controls"].as_array().unwrap();
    assert_eq!(controls.len(), 2);
    assert_eq!(
        (&controls[0]["id_2022"], &controls[0]["count"], &controls[0]["first"]["seq"]),
        (&json!("8.15"), &json!(43), &json!(0))
    );
    assert_eq!(controls[1]["status"], "no evidence");
    for format in ["html", "md"] {
        let text = stdout(&govctl(&db, &["compliance", "--standard", "soc2", "--format", format]));
        assert!(text.contains("CC8.1") && text.contains("2 entries") && text.contains("no evidence"), "{text}");
    }
}

#[test]
fn pruning_says_what_would_go() {
    let temp = tempfile::tempdir().unwrap();
    let db = log(temp.path());
    std::thread::sleep(Duration::from_millis(5));
    let dry = govctl(&db, &["prune", "--keep-days", "0", "--dry-run"]);
    assert!(
        stdout(&dry).contains("would purge the data of 40 entries up to entry 42"),
        "{}{}",
        stdout(&dry),
        stderr(&dry)
    );
    let done = govctl(&db, &["prune", "--keep-days", "0"]);
    assert!(stdout(&done).starts_with("purged the data of 40 entries"), "{}", stdout(&done));
    assert!(govctl(&db, &["verify"]).status.success());
    assert!(stdout(&govctl(&db, &["tail", "-n", "1"])).contains("log.pruned"));
    assert!(stdout(&govctl(&db, &["prune"])).contains("no data is older"));
}

#[test]
fn the_report_shows_in_a_browser() {
    let temp = tempfile::tempdir().unwrap();
    let db = log(temp.path());
    let html = temp.path().join("report.html");
    let made = govctl(&db, &["report", "--output", html.to_str().unwrap()]);
    assert!(made.status.success(), "{}", stderr(&made));
    let page = fs::read_to_string(&html).unwrap();
    assert!(!page.contains("<img") && page.contains("&lt;img src=x") && page.contains("All 43 entries"));
    let markdown = stdout(&govctl(&db, &["report", "--format", "md"]));
    assert!(markdown.contains("# Audit report") && !markdown.contains("<img"));

    let Some(browser) = ["chromium", "chromium-browser", "google-chrome"]
        .into_iter()
        .find(|b| Command::new(b).arg("--version").output().is_ok_and(|o| o.status.success()))
    else {
        assert!(std::env::var("CI").is_err(), "Chromium is missing, and CI needs it");
        eprintln!("skipped: there is no Chromium");
        return;
    };
    let target = Path::new(env!("CARGO_TARGET_TMPDIR"));
    for (name, dark) in [("audit-report.png", false), ("audit-report-dark.png", true)] {
        let picture = target.join(name);
        let _ = fs::remove_file(&picture);
        let mut command = Command::new(browser);
        command.args(["--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars", "--window-size=1100,2400"]);
        command.arg(format!("--user-data-dir={}", temp.path().join(name).display()));
        command.arg(format!("--screenshot={}", picture.display()));
        if dark {
            command.arg("--blink-settings=preferredColorScheme=0");
        }
        let output = command.arg(format!("file://{}", html.display())).output().unwrap();
        // An empty page of this size compresses to about 15 kB.
        let size = fs::metadata(&picture).map_or(0, |m| m.len());
        assert!(size > 60_000, "{size} bytes: {}", stderr(&output));
    }
}
