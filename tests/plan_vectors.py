#!/usr/bin/env python3
"""Writes tests/fixtures/plan/golden.json: plans with the hashes that govctl must give them, computed without govctl.

Canonical form as in RFC 8785: members by UTF-16 code units, no white space, the shortest escapes, integers only.
"""
import hashlib
import json
import pathlib


def canonical(value):
    if isinstance(value, dict):
        names = sorted(value, key=lambda n: n.encode("utf-16-be"))
        return "{" + ",".join(canonical(n) + ":" + canonical(value[n]) for n in names) + "}"
    if isinstance(value, list):
        return "[" + ",".join(map(canonical, value)) + "]"
    return json.dumps(value, ensure_ascii=False)


def digest(kind, value):
    data = f"govctl.{kind}/1\n".encode() + canonical(value).encode()
    return "sha256:" + hashlib.sha256(data).hexdigest()


def vector(plan):
    action = lambda step: {"tenant": plan["tenant"], "actor": plan["actor"], "step": step}
    steps = [{"step_hash": digest("step", s), "action_hash": digest("action", action(s))} for s in plan["steps"]]
    return {"plan": plan, "plan_hash": digest("plan", plan), "steps": steps}


def step(n, **more):
    return {"action": "repo.push", "resource": f"repo:acme/{n}", "params": {}, "idempotency_key": f"key-{n}", **more}


PLANS = [
    {"tenant": "acme", "actor": {"kind": "user", "id": "ada"}, "steps": [step(1)]},
    {
        "tenant": "größe",
        "request_id": "req-7",
        "actor": {"kind": "agent", "id": "claude", "on_behalf_of": "ada"},
        "labels": [],
        "steps": [
            step(1, params={"\U0001f600": 1, "\ufb33": [None, True, -9007199254740991], "a": {"text": "line\nand \"\\ \u0001 é"}}),
            step(2, provider="dns.hetzner", constraints={"risk": "high", "max": 3}, budget_cents=0, step_id="two"),
            step(3, labels=["docs", "payment"], paths=["src/a b.rs"]),
        ],
    },
    {"tenant": "t", "actor": {"kind": "system", "id": "cron"}, "labels": ["x"], "steps": [step(i, step_id=f"s{i}") for i in range(10)]},
]

if __name__ == "__main__":
    out = pathlib.Path(__file__).parent / "fixtures/plan/golden.json"
    out.write_text(json.dumps([vector(p) for p in PLANS], indent=1, ensure_ascii=False) + "\n")
