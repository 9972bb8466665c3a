"""Runs govctl and its peers over the corpora of peers.sh and prints one table and the bars that govctl has to clear.

Wall time, CPU time (user and system, with children) and peak memory are the kernel's (wait4), the median of several runs. The
memory of a process starts at that of the bare interpreter that spawns it: smaller values cannot be told apart ("≤").
"""

import argparse
import json
import os
import shutil
import signal
import statistics
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Callable, Optional


@dataclass
class Run:
    wall: float
    cpu: float
    memory: float  # MB
    status: int
    output: bytes
    stopped: bool = False


@dataclass
class Tool:
    name: str
    command: list[str]
    count: Optional[Callable[[bytes], int]] = None
    statuses: tuple = (0,)


def main() -> None:
    options = arguments()
    options.env["PATH"] = f"{options.bench / 'tools/bin'}:{os.environ['PATH']}"
    floor = spawn(["true"], options, Path("/")).memory
    rows, bars = [], {}
    for corpus, where, baseline, tools in corpora(options):
        reference = measure(baseline, where, options)
        rows.append(row(corpus, baseline, reference, reference, floor))
        for tool in tools:
            if shutil.which(tool.command[0], path=options.env["PATH"]) is None:
                rows.append([corpus, tool.name, "not installed", *[""] * 6])
                continue
            print(f"── {corpus}: {tool.name}", file=sys.stderr)
            run = measure(tool, where, options)
            rows.append(row(corpus, tool, run, reference, floor))
            bars[corpus, tool.name] = (run, reference)
    text = table(rows) + "\n" + judged(bars)
    print(text)
    if options.output:
        Path(options.output).write_text(f"# govctl and its peers\n\n{machine()}\n\n{text}")


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    parser.add_argument("--bench", type=Path, required=True)
    parser.add_argument("--govctl", type=Path, required=True)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--limit", type=float, default=300)
    parser.add_argument("--output")
    options = parser.parse_args()
    options.govctl = str(options.govctl.resolve())
    options.policy = options.bench / "policy.toml"
    # Without a log: the state folder lies in the repository's own target folder, where a log is refused.
    options.policy.write_text('[policies]\nversion = "1.0"\nenforcement_mode = "permissive"\n[audit]\nenabled = false\n')
    state = options.bench / "state"
    shutil.rmtree(state, ignore_errors=True)
    # No tool sees what an earlier run left, or a configuration of the person who measures.
    keep = {name: value for name, value in os.environ.items() if name in ("HOME", "LANG", "TMPDIR")}
    options.env = keep | {"XDG_CACHE_HOME": str(state / "cache"), "XDG_STATE_HOME": str(state)}
    return options


def corpora(options):
    """Name, folder, what the ratios are to, tools."""
    bench = options.bench
    files = [p for p in (bench / "trees").rglob("*") if p.is_file() and not p.is_symlink()]
    size = sum(p.stat().st_size for p in files) / 1e6
    rg = Tool("rg -c", ["rg", "-uuu", "-c", "secret"], statuses=(0, 1))
    one = Tool("rg -c", ["rg", "-uuu", "-c", "secret", "request.py"], statuses=(0, 1))
    yield "one file", bench / "one", one, [govctl(options, "govctl", "request.py"), *peers("request.py")]
    more = [govctl(options, f"govctl -j {n}", f"-j{n}") for n in (1, 2)]
    yield f"{size:.0f} MB in {len(files)} files", bench / "trees", rg, [govctl(options, "govctl"), *more, *peers(".")]
    cat = Tool("git cat-file", ["git", "cat-file", "--batch-all-objects", "--batch"])
    commits = subprocess.run(["git", "rev-list", "--count", "--all"], cwd=bench / "history", capture_output=True, check=True)
    yield f"history of {commits.stdout.decode().strip()} commits", bench / "history", cat, [
        govctl(options, "govctl", "--history", "--no-cache"),
        govctl(options, "govctl, second run", "--history"),
        Tool("kingfisher", ["kingfisher", "scan", ".", "--git-history", "full", *KINGFISHER], jsonl, (0, 200, 205)),
    ]


KINGFISHER = ["--no-validate", "--no-update-check", "--format", "jsonl", "--quiet"]


def govctl(options, name, *arguments) -> Tool:
    where = [] if "--history" in arguments else ["--no-ignore"]
    common = ["--policy", str(options.policy), "check", "--only", "secrets", "--exit-zero", "--format", "jsonl"]
    return Tool(name, [options.govctl, *common, *where, *arguments], jsonl)


def peers(path) -> list[Tool]:
    return [
        Tool("nosecrets", ["nosecrets", "scan", path, "--format", "json"], lines_with(b'"rule'), (0, 1)),
        Tool("keyspoor", ["keyspoor", "scan", path, "--format", "jsonl"], jsonl, (0, 1)),
        Tool("kingfisher", ["kingfisher", "scan", path, "--git-history", "none", *KINGFISHER], jsonl, (0, 200, 205)),
        Tool("betterleaks", ["betterleaks", path], lambda output: int(output)),
        Tool("ripsecrets", ["ripsecrets", path], lines_with(b":"), (0, 1)),
        Tool("detect-secrets", ["detect-secrets", "scan", "--all-files", path], detect_secrets),
    ]


def jsonl(output: bytes) -> int:
    return sum(line.startswith(b"{") for line in output.splitlines())


def lines_with(mark: bytes) -> Callable[[bytes], int]:
    return lambda output: sum(mark in line for line in output.splitlines())


def detect_secrets(output: bytes) -> int:
    return sum(len(found) for found in json.loads(output)["results"].values())


def measure(tool: Tool, where: Path, options) -> Run:
    """The median of several runs after one that warms the caches."""
    first = spawn(tool.command, options, where)
    if first.stopped or first.wall > 20 or first.status not in tool.statuses:
        if not first.stopped and first.status not in tool.statuses:
            print(f"{tool.name} ended with {first.status}", file=sys.stderr)
        return first
    runs = [spawn(tool.command, options, where) for _ in range(options.runs)]
    median = lambda of: statistics.median(map(of, runs))
    return Run(median(lambda r: r.wall), median(lambda r: r.cpu), median(lambda r: r.memory), first.status, first.output)


# The kernel counts what a process shares with whoever spawned it, so that is a bare interpreter. CPU and memory come on the
# descriptor named first.
LAUNCH = """
import posix, sys, time
started = time.perf_counter()
child = posix.posix_spawn(sys.argv[2], sys.argv[2:], posix.environ)
_, status, usage = posix.wait4(child, 0)
wall = time.perf_counter() - started
text = f"{wall} {usage.ru_utime + usage.ru_stime} {usage.ru_maxrss / 1024} {posix.waitstatus_to_exitcode(status)}"
posix.write(int(sys.argv[1]), text.encode())
"""


def spawn(command: list[str], options, where: Path) -> Run:
    program = shutil.which(command[0], path=options.env["PATH"])
    told, tell = os.pipe()
    with tempfile.TemporaryFile() as out:
        # What git prints is the whole history: keeping it would cost what is compared.
        sink = subprocess.DEVNULL if command[0] == "git" else out
        launch = [sys.executable, "-I", "-S", "-c", LAUNCH, str(tell), program, *command[1:]]
        process = subprocess.Popen(
            launch, stdout=sink, stderr=subprocess.DEVNULL, cwd=where, env=options.env, pass_fds=(tell,), start_new_session=True
        )
        os.close(tell)
        try:
            process.wait(options.limit)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
            os.close(told)
            return Run(options.limit, 0, 0, -1, b"", stopped=True)
        wall, cpu, memory, status = map(float, os.read(told, 200).split())
        os.close(told)
        out.seek(0)
        return Run(wall, cpu, memory, int(status), out.read())


def row(corpus, tool, run: Run, reference: Run, floor: float) -> list[str]:
    if run.stopped:
        return [corpus, tool.name, f"> {run.wall:.0f} s", *[""] * 6]
    if run.status not in tool.statuses:
        return [corpus, tool.name, f"failed ({run.status})", *[""] * 6]
    try:
        findings = str(tool.count(run.output)) if tool.count else ""
    except (ValueError, KeyError, OSError):
        findings = "?"
    ratio = lambda a, b: f"{a / b:.2f}" if b else ""
    return [
        corpus,
        tool.name,
        f"{run.wall * 1000:.1f} ms" if run.wall < 1 else f"{run.wall:.2f} s",
        f"{run.cpu * 1000:.1f} ms" if run.cpu < 1 else f"{run.cpu:.2f} s",
        f"{'≤ ' if run.memory <= floor * 1.05 else ''}{run.memory:.0f} MB",
        findings,
        ratio(run.wall, reference.wall),
        ratio(run.cpu, reference.cpu),
        ratio(run.memory, reference.memory),
    ]


def table(rows: list[list[str]]) -> str:
    head = ["files", "tool", "wall", "CPU", "memory", "findings", "wall ×", "CPU ×", "memory ×"]
    widths = [max(len(r[i]) for r in [head, *rows]) for i in range(len(head))]
    line = lambda cells: "| " + " | ".join(c.ljust(w) for c, w in zip(cells, widths)) + " |"
    return "\n".join([line(head), "|" + "|".join("-" * (w + 2) for w in widths) + "|", *map(line, rows)]) + "\n"


def judged(bars) -> str:
    """Each bar with what was measured."""
    of = {("trees" if corpus[0].isdigit() else corpus.split()[0], name): v for (corpus, name), v in bars.items()}
    one, trees = of["one", "govctl"][0], of["trees", "govctl"]
    history, again = of["history", "govctl"], of["history", "govctl, second run"]
    sure = lambda run: run.status == 0 and not run.stopped
    over = lambda a, b: a / b if b else float("inf")
    checks = [
        ("trees: CPU at most 5 × rg's", over(trees[0].cpu, trees[1].cpu), 5.0, sure(trees[0])),
        ("trees: at most 60 MB", trees[0].memory, 60.0, sure(trees[0])),
        ("trees: two threads at least 1.7 × as fast as one", over(of["trees", "govctl -j 1"][0].wall, of["trees", "govctl -j 2"][0].wall), -1.7, sure(trees[0])),
        ("one file: at most 10 ms", one.wall * 1000, 10.0, sure(one)),
        ("one file: at most 20 MB", one.memory, 20.0, sure(one)),
        ("history: CPU at most 2.2 × git cat-file's", over(history[0].cpu, history[1].cpu), 2.2, sure(history[0])),
        ("history: at most 200 MB", history[0].memory, 200.0, sure(history[0])),
        ("history: second run's CPU at most 0.1 × git cat-file's", over(again[0].cpu, again[1].cpu), 0.1, sure(again[0])),
    ]
    lines = []
    for text, value, bar, valid in checks:
        holds = value >= -bar if bar < 0 else value <= bar
        word = "not measured: the run failed" if not valid else f"{value:.2f}: {'holds' if holds else 'MISSED'}"
        lines.append(f"- {text}: {word}")
    return "\n".join(lines) + "\n"


def machine() -> str:
    model = next((l.split(":", 1)[1].strip() for l in open("/proc/cpuinfo") if l.startswith("model name")), "?")
    return f"{os.cpu_count()} processors ({model}); × is the ratio to the first line of each block."


if __name__ == "__main__":
    main()
