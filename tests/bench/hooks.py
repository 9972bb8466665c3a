#!/usr/bin/env python3
"""What the hook suite costs: 50 commits with and without it, one `hook run pre-commit`, one ignored reference-transaction.

usage: tests/bench/hooks.py [GOVCTL]      (default: target/release/govctl)

Medians of wall-clock time. Everything happens in throw-away repositories; nobody's git configuration is read.
"""

import os
import pathlib
import statistics
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
COMMITS = 50
FILE = "".join(f"def f{n}(value):\n    return value + {n}\n" for n in range(10))


def environment(home):
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("GIT_", "GOVCTL_", "XDG_"))}
    person = {f"GIT_{who}_{what}": "ada@example.org" for who in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")}
    return kept | person | {"HOME": home, "GIT_CONFIG_GLOBAL": "/dev/null", "GIT_CONFIG_NOSYSTEM": "1"}


class Repository:
    def __init__(self, folder, govctl, suite):
        self.folder, self.env = folder / "repository", environment(str(folder))
        self.folder.mkdir(parents=True)
        self.git("init", "-q", "-b", "main")
        (self.folder / "governance.toml").write_text('policies.version = "1.0"\n')
        self.git("add", "-A")
        self.git("commit", "-q", "-m", "first")
        if suite:
            self.run(str(govctl), "hook", "install")

    def git(self, *arguments):
        self.run("git", *arguments)

    def run(self, *command, stdin=""):
        started = time.perf_counter()
        subprocess.run(command, cwd=self.folder, env=self.env, check=True, input=stdin, text=True, capture_output=True)
        return (time.perf_counter() - started) * 1000

    def stage(self, n):
        (self.folder / "file.py").write_text(f"# {n}\n{FILE}")
        self.git("add", "-A")

    def commits(self):
        times = []
        for n in range(COMMITS):
            self.stage(n)
            times.append(self.run("git", "commit", "-q", "-m", str(n)))
        return times


def show(name, times):
    print(f"{name:<44} {statistics.median(times):7.1f} ms   (fastest {min(times):.1f})")


def main():
    govctl = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else ROOT / "target/release/govctl").resolve()
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        plain, suite = (Repository(folder / name, govctl, name == "suite") for name in ("plain", "suite"))
        # In turns, so that a busy machine slows both alike.
        show("git commit, no hooks", plain.commits())
        show("git commit, the suite", suite.commits())
        show("git commit, no hooks, again", plain.commits())
        suite.stage(COMMITS)
        show("govctl --version", [suite.run(str(govctl), "--version") for _ in range(COMMITS)])
        show("hook run pre-commit, one staged file", [suite.run(str(govctl), "hook", "run", "pre-commit") for _ in range(COMMITS)])
        script = str(suite.folder / ".git/hooks/reference-transaction")
        lines = f"{'0' * 40} {'1' * 40} refs/heads/main\n"
        show("reference-transaction, state committed", [suite.run(script, "committed", stdin=lines) for _ in range(COMMITS)])
        show("sh -c :", [suite.run("sh", "-c", ":", stdin=lines) for _ in range(COMMITS)])


if __name__ == "__main__":
    main()
