#!/usr/bin/env python3
"""What the hook suite costs: 50 commits with and without it, one `hook run pre-commit`, one ignored reference-transaction.

usage: tests/bench/hooks.py [GOVCTL]      (default: target/release/govctl)

Medians of wall-clock time and of processor time; the latter holds on a busy machine, too. Everything happens in throw-away
repositories; nobody's git configuration is read.
"""

import os
import pathlib
import resource
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
        """Wall-clock and processor time in milliseconds."""
        used, started = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
        subprocess.run(command, cwd=self.folder, env=self.env, check=True, input=stdin, text=True, capture_output=True)
        wall, now = time.perf_counter() - started, resource.getrusage(resource.RUSAGE_CHILDREN)
        return wall * 1000, (now.ru_utime + now.ru_stime - used.ru_utime - used.ru_stime) * 1000

    def stage(self, n):
        (self.folder / "file.py").write_text(f"# {n}\n{FILE}")
        self.git("add", "-A")

    def commit(self, n):
        self.stage(n)
        return self.run("git", "commit", "-q", "-m", str(n))


def show(name, times):
    walls, processors = zip(*times)
    print(
        f"{name:<44} {statistics.median(walls):7.1f} ms (fastest {min(walls):5.1f})"
        f"   processor {statistics.median(processors):6.1f} ms (least {min(processors):5.1f})"
    )


def main():
    govctl = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else ROOT / "target/release/govctl").resolve()
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        plain, suite = (Repository(folder / name, govctl, name == "suite") for name in ("plain", "suite"))
        # In turns, so that a busy machine slows both alike.
        pairs = [(plain.commit(n), suite.commit(n)) for n in range(COMMITS)]
        show("git commit, no hooks", [without for without, _ in pairs])
        show("git commit, the suite", [with_suite for _, with_suite in pairs])
        show("the suite costs more", [tuple(b - a for a, b in zip(*pair)) for pair in pairs])
        suite.stage(COMMITS)

        def repeat(*command, **options):
            return [suite.run(*command, **options) for _ in range(COMMITS)]

        show("govctl --version", repeat(str(govctl), "--version"))
        show("hook run pre-commit, one staged file", repeat(str(govctl), "hook", "run", "pre-commit"))
        show("hook run commit-msg", repeat(str(govctl), "hook", "run", "commit-msg", ".git/COMMIT_EDITMSG"))
        script = str(suite.folder / ".git/hooks/reference-transaction")
        lines = f"{'0' * 40} {'1' * 40} refs/heads/main\n"
        show("reference-transaction, state committed", repeat(script, "committed", stdin=lines))
        show("sh -c :", repeat("sh", "-c", ":", stdin=lines))


if __name__ == "__main__":
    main()
