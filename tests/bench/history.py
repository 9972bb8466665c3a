"""A git history of 2,000 commits and more, made from the releases of one package.

usage: history.py FOLDER

Each release becomes several commits, one for every few files of a folder that it changes, as people would have made them.
The releases come from the registry with `npm pack`; the same releases give the same history, byte for byte.
"""

import io
import json
import re
import subprocess
import sys
import tarfile
import tempfile
from collections import defaultdict
from pathlib import Path

PACKAGE = "eslint"
RELEASES = 150
FILES_PER_COMMIT = 4
COMMITS = 2_000


def main() -> None:
    target = Path(sys.argv[1])
    part = target.with_suffix(".part")
    subprocess.run(["rm", "-rf", part], check=True)
    subprocess.run(["git", "init", "--quiet", "--initial-branch", "main", part], check=True)
    importer = subprocess.Popen(["git", "-C", part, "fast-import", "--quiet"], stdin=subprocess.PIPE)
    count, tree = 0, {}
    with tempfile.TemporaryDirectory() as download:
        for archive in fetch(Path(download)):
            release = read(archive)
            for paths in groups(tree, release):
                count += 1
                importer.stdin.write(commit(count, archive.stem, paths, release))
            tree = release
    importer.stdin.close()
    if importer.wait() != 0 or count < COMMITS:
        sys.exit(f"history.py: {count} commits, and at least {COMMITS} are needed")
    subprocess.run(["git", "-C", part, "reset", "--quiet", "--hard", "main"], check=True)
    subprocess.run(["git", "-C", part, "-c", "pack.threads=1", "gc", "--quiet"], check=True)
    part.rename(target)
    print(f"── {target}: {count} commits", file=sys.stderr)


def fetch(folder: Path) -> list[Path]:
    """The archives of the first RELEASES stable releases, oldest first."""
    listed = subprocess.run(["npm", "view", PACKAGE, "versions", "--json"], capture_output=True, check=True).stdout
    stable = [v for v in json.loads(listed) if re.fullmatch(r"[1-9]\d*\.\d+\.\d+", v)]
    stable.sort(key=lambda v: tuple(map(int, v.split("."))))
    chosen = stable[:RELEASES]
    for at in range(0, len(chosen), 25):
        print(f"── fetch {PACKAGE} {chosen[at]} and the next", file=sys.stderr)
        names = [f"{PACKAGE}@{v}" for v in chosen[at : at + 25]]
        subprocess.run(["npm", "pack", "--silent", *names], cwd=folder, stdout=subprocess.DEVNULL, check=True)
    return [folder / f"{PACKAGE}-{v}.tgz" for v in chosen]


def read(archive: Path) -> dict[str, bytes]:
    """Path to content of every file of an archive."""
    with tarfile.open(archive) as tar:
        files = (m for m in tar if m.isfile())
        return {m.name.removeprefix("package/"): tar.extractfile(m).read() for m in files}


def groups(old: dict[str, bytes], new: dict[str, bytes]):
    """What differs, a folder at a time, a few files each."""
    folders = defaultdict(list)
    for path in sorted(old.keys() | new.keys()):
        if old.get(path) != new.get(path):
            folders[path.rpartition("/")[0]].append(path)
    for paths in folders.values():
        for at in range(0, len(paths), FILES_PER_COMMIT):
            yield paths[at : at + FILES_PER_COMMIT]


def commit(number: int, release: str, paths: list[str], files: dict[str, bytes]) -> bytes:
    """One commit in the language of git fast-import."""
    out = io.BytesIO()
    subject = f"{release}: {paths[0]}".encode()
    when = 1_500_000_000 + number * 3600
    out.write(b"commit refs/heads/main\nmark :%d\n" % number)
    out.write(b"committer Bench <bench@example.org> %d +0000\ndata %d\n%s\n" % (when, len(subject), subject))
    if number > 1:
        out.write(b"from :%d\n" % (number - 1))
    for path in paths:
        name = json.dumps(path).encode()
        if path not in files:
            out.write(b"D %s\n" % name)
        else:
            out.write(b"M 100644 inline %s\ndata %d\n%s\n" % (name, len(files[path]), files[path]))
    return out.getvalue()


if __name__ == "__main__":
    main()
