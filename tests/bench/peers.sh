#!/usr/bin/env bash
# govctl and its peers side by side: wall time, CPU time, peak memory and findings, each as a ratio to `rg -c` over the same
# files in the same run (to `git cat-file` over a history). Needs cargo, git, python3 and the package registries; npm for two of
# the corpora. Everything it installs and unpacks stays under target/bench.
#
#   tests/bench/peers.sh [--prepare] [--runs N] [--limit SECONDS] [--output FILE]
#
# --prepare  install and unpack only
# --runs     how often each is measured; the median counts (default 5; a run above 20 s is not repeated)
# --limit    what takes longer is stopped and shown as such (default 300)
# --output   write the table there too
set -euo pipefail

cd "$(dirname "$0")/../.."
bench="${GOVCTL_BENCH_DIR:-$PWD/target/bench}"
tools="$bench/tools"
prepare_only=false
measure_args=()
while (($#)); do
    case "$1" in
        --prepare) prepare_only=true ;;
        --runs | --limit | --output) measure_args+=("$1" "${2:?$1 needs a value}"); shift ;;
        *) echo "unknown argument $1; see the head of $0" >&2; exit 2 ;;
    esac
    shift
done

say() { printf '── %s\n' "$*" >&2; }

from_pypi() { # program, package and version, interpreter option for pip
    [[ -x "$tools/bin/$1" ]] && return
    say "install $2"
    python3 -m venv "$tools/venv-$1"
    "$tools/venv-$1/bin/python" -m pip install --quiet --disable-pip-version-check "$2" || { say "$2 cannot be had"; return 0; }
    if [[ -e "$tools/venv-$1/bin/$1" ]]; then
        ln -sfn "../venv-$1/bin/$1" "$tools/bin/$1"
    else # a library
        printf '#!/bin/sh\nexec "%s" "%s" "$@"\n' "$tools/venv-$1/bin/python" "$PWD/tests/bench/$1.py" > "$tools/bin/$1"
        chmod +x "$tools/bin/$1"
    fi
}

from_crates() { # program, package, version
    [[ -x "$tools/bin/$1" ]] && return
    say "install $2 $3"
    cargo install --quiet --locked --ignore-rust-version --root "$tools" "$2" --version "$3" || say "$2 cannot be had"
}

install_tools() {
    mkdir -p "$tools/bin"
    from_pypi kingfisher kingfisher-bin==2.14.0
    from_pypi betterleaks pybetterleaks==0.6.2
    from_pypi detect-secrets detect-secrets==1.5.0
    from_crates rg ripgrep 14.1.1
    from_crates ripsecrets ripsecrets 0.1.11
    from_crates nosecrets nosecrets-cli 0.3.7
    from_crates keyspoor keyspoor 0.1.4
}

unpacked() { # folder, then the command that puts one archive into $bench/download
    local folder="$bench/trees/$1" archive
    [[ -d "$folder" ]] && return
    shift
    say "fetch $*"
    rm -rf "$bench/download" && mkdir -p "$bench/download"
    (cd "$bench/download" && "$@" >/dev/null) || { say "failed: $*"; return 1; }
    archive=$(find "$bench/download" -type f | head -n 1)
    mkdir -p "$folder.part"
    tar -xf "$archive" -C "$folder.part"
    # Each tool has ideas of its own about ignore files; without any all of them see the same files.
    find "$folder.part" -name .gitignore -delete
    mv "$folder.part" "$folder"
}

sdist() { python3 -m pip download --quiet --no-deps --no-binary :all: "$1"; }

make_corpora() {
    mkdir -p "$bench/trees" "$bench/one"
    unpacked django sdist Django==5.1.4
    unpacked ansible sdist ansible==10.7.0
    unpacked botocore sdist botocore==1.35.90
    unpacked next npm pack --silent next@15.1.3
    head -n 20 "$(find "$bench/trees/django" -path '*/django/http/request.py')" > "$bench/one/request.py"
    if [[ ! -d "$bench/history" ]]; then
        python3 tests/bench/history.py "$bench/history"
    fi
}

make_corpora
install_tools
$prepare_only && exit 0
say "build govctl"
cargo build --quiet --release --locked --bin govctl
PATH="$tools/bin:$PATH" exec python3 tests/bench/measure.py --bench "$bench" --govctl "${CARGO_TARGET_DIR:-target}/release/govctl" "${measure_args[@]}"
