//! Who may do what, and what each command answers.

use serde_json::Value;

use crate::kit::{Queue, me};

#[test]
fn from_the_request_to_its_use() {
    let queue = Queue::alone();
    let asked = queue.ask(&["--action", "deploy", "--resource", "web", "--param", "count=3", "--param", "ref=main"]);
    let list = queue.does(&["list"], 0).out;
    assert!(list.contains(&asked.id) && list.contains("0/1"), "{list}");
    queue.does(&["wait", &asked.id, "--timeout", "100ms"], 3);
    assert!(queue.consume(&asked, 3).err.contains("not_approved"));
    // Without `ap-`, and only the beginning of it.
    queue.does(&["approve", &asked.id[3..9], "--comment", "seen"], 0);
    queue.does(&["wait", &asked.id], 0);
    let shown = queue.show(&asked.id);
    assert_eq!(shown["quorum"]["text"], "1 of 1");
    assert_eq!(shown["action"]["step"]["params"]["count"], 3);
    assert_eq!(govctl::plan::canonical::hash("action", &shown["action"]), shown["action_hash"].as_str().unwrap());
    queue.consume(&asked, 0);
    assert!(queue.consume(&asked, 1).err.contains("already_used"));
    assert!(queue.does(&["approve", &asked.id], 1).err.contains("consumed and stays so"));
    let types: Vec<_> =
        queue.show(&asked.id)["entries"].as_array().unwrap().iter().map(|e| e["type"].clone()).collect();
    let expected = ["created", "invalid", "vote", "granted", "consumed", "invalid"].map(|t| format!("approval.{t}"));
    assert_eq!(types, expected.map(Value::from));
    assert_eq!(queue.run(&["audit", "verify"]).status, 0);
}

#[test]
fn four_ways_to_be_invalid_have_four_codes_and_four_entries() {
    let queue = Queue::alone();
    let asked = queue.ask_deploy();
    let file = queue.token_file(&asked);
    let file = file.to_str().unwrap();
    queue.does(&["approve", &asked.id], 0);
    let consume = |more: &[&str]| {
        let args = [&["consume", &asked.id, "--token-file", file, "--json"], more].concat();
        let value: Value = serde_json::from_str(&queue.does(&args, 1).out).unwrap();
        value["code"].as_str().unwrap().to_owned()
    };
    assert_eq!(consume(&["--hash", &asked.hash, "--tenant", "other"]), "wrong_tenant");
    assert_eq!(consume(&["--hash", "sha256:00"]), "wrong_hash");
    queue.consume(&asked, 0);
    assert_eq!(consume(&["--hash", &asked.hash]), "already_used");
    let late = queue.ask(&["--action", "deploy", "--resource", "web", "--ttl", "1ms"]);
    assert!(queue.consume(&late, 1).err.contains("expired"));
    assert_eq!(queue.count("approval.invalid"), 4);
    assert_eq!(queue.count("approval.expired"), 1);
    let other = queue.ask_deploy();
    let swapped = queue.does(&["consume", &other.id, "--token-file", file, "--hash", &other.hash], 1);
    assert!(swapped.err.contains("wrong_token"), "{swapped:?}");
}

#[test]
fn a_plan_is_bound_as_a_whole() {
    let queue = Queue::alone();
    let step =
        |n: u32| format!(r#"{{"action":"deploy","resource":"web","params":{{"n":{n}}},"idempotency_key":"k{n}"}}"#);
    let plan = |steps: &str| format!(r#"{{"tenant":"acme","actor":{{"kind":"agent","id":"bot"}},"steps":[{steps}]}}"#);
    queue.place.write("plan.json", plan(&format!("{},{}", step(1), step(2))));
    queue.place.write("other.json", plan(&format!("{},{}", step(2), step(1))));
    let asked = queue.ask(&["--plan", "plan.json"]);
    queue.does(&["approve", &asked.id], 0);
    let file = queue.token_file(&asked);
    let consume = |plan: &str, status| {
        queue.does(&["consume", &asked.id, "--token-file", file.to_str().unwrap(), "--plan", plan], status)
    };
    assert!(consume("other.json", 1).err.contains("wrong_hash"));
    consume("plan.json", 0);
    queue.place.write("bad.json", "{\"tenant\":1}");
    queue.run(&["approvals", "request", "--plan", "bad.json", "--justification", "x"]).fails(&["$.tenant"]);
}

#[test]
fn nobody_agrees_to_what_they_ask_for_themselves() {
    let approver = |id: &str, more: &str| {
        format!("[[approvers.user]]\nid = \"{id}\"\nrole = \"owner\"\ncan_approve = [\"*\"]\n{more}")
    };
    let own = approver("ann", &format!("os_user = \"{}\"\n", me()));
    let queue = Queue::new(&format!("{own}{}", approver("bob", "")));
    let asked = queue.ask_deploy();
    for args in
        [&["approve", &asked.id][..], &["approve", &asked.id, "--as", "bob"], &["approve", &asked.id, "--as", "ann"]]
    {
        let ran = queue.does(args, 1);
        assert!(ran.err.contains("ask for themselves"), "{ran:?}");
    }
    // Nor for an agent that acts for them.
    let asked = queue.ask(&["--action", "deploy", "--resource", "web", "--as", "agent:bot", "--on-behalf-of", "bob"]);
    assert!(queue.does(&["approve", &asked.id, "--as", "bob"], 1).err.contains("ask for themselves"));
    assert!(queue.does(&["approve", &asked.id, "--as", "eve"], 1).err.contains("no approver"));
    queue.does(&["cancel", &asked.id, "--reason", "wrong branch"], 0);
    assert_eq!(queue.show(&asked.id)["state"], "cancelled");
    queue.does(&["wait", &asked.id], 1);
}

#[test]
fn a_vote_can_be_taken_back_and_a_refusal_stays() {
    let queue = Queue::alone();
    let asked = queue.ask_deploy();
    queue.does(&["approve", &asked.id], 0);
    queue.does(&["withdraw", &asked.id], 0);
    assert_eq!(queue.show(&asked.id)["state"], "pending");
    assert!(queue.consume(&asked, 3).err.contains("not_approved"));
    let other = queue.ask_deploy();
    queue.does(&["reject", &asked.id, &other.id, "--reason", "not today"], 0);
    assert_eq!(queue.show(&other.id)["state"], "rejected");
    queue.does(&["approve", &asked.id], 1);
    queue.does(&["approve", "zzzzzz"], 2);
    queue.does(&["approve"], 2);
}

#[test]
fn what_needs_nobody_is_approved_at_once_and_another_policy_revokes() {
    let queue = Queue::alone();
    let built = queue.ask(&["--action", "build", "--resource", "web"]);
    assert_eq!(queue.show(&built.id)["state"], "approved");
    let asked = queue.ask_deploy();
    queue.does(&["approve", &asked.id], 0);
    let policy = queue.place.read("governance.toml");
    queue.place.write("governance.toml", format!("{policy}\n[policies.resource]\nmax_concurrent_agents = 3\n"));
    assert!(queue.consume(&asked, 1).err.contains("revoked"));
    assert_eq!(queue.show(&asked.id)["state"], "revoked");
    assert_eq!(queue.count("approval.revoked"), 1);
}

#[test]
fn what_is_shown_cannot_disguise_itself() {
    let queue = Queue::alone();
    let nasty = "note=\u{202e}x\u{1b}[2J\u{1b}]0;t\u{7}\nap-22222222  approved\r\u{9b}2K\u{200b}";
    let asked = queue.ask(&["--action", "deploy", "--resource", &"r".repeat(65_536), "--param", nasty]);
    queue.does(&["approve", &asked.id, "--comment", "\u{1b}[31mred\nline"], 0);
    let page = queue.does(&["show", &asked.id], 0).out;
    let list = queue.does(&["list"], 0).out;
    for text in [&page, &list] {
        let bad = text.chars().find(|c| *c != '\n' && govctl::plan::identifier::is_invisible(*c));
        assert_eq!(bad, None, "{}", &text[..400]);
    }
    assert!(!page.lines().any(|l| l.starts_with("ap-22222222")), "{page}");
    assert_eq!(list.lines().count(), 2, "{list}");
    assert!(page.contains(&"r".repeat(65_536)), "the whole resource is there");
    let shown = queue.show(&asked.id);
    assert_eq!(govctl::plan::canonical::hash("action", &shown["action"]), shown["action_hash"].as_str().unwrap());
}
