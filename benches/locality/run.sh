#!/usr/bin/env bash
# `make bench FAMILY=locality`: measures the cache model's figures and writes benches/results.
set -euo pipefail
cd "$(dirname "$0")"
cargo build --release --quiet
program=target/release/stridewise-bench-locality
# The peer of the exact engines, in a Python of its own.
venv=target/venv
if ! cmp -s requirements.txt "$venv/installed.txt"; then
    rm -rf "$venv"
    python3 -m venv "$venv"
    "$venv/bin/python" -m pip install --quiet --disable-pip-version-check -r requirements.txt
    cp requirements.txt "$venv/installed.txt"
fi
export PEER_PYTHON="$PWD/$venv/bin/python"
name="$(date -u +%F)-locality"
mkdir -p ../results
{
    echo "# The cache model on $(lscpu | sed -n 's/^Model name: *//p'), $(date -u +%F)"
    echo
    echo "Commit $(git rev-parse --short=10 HEAD). $(nproc) cores, $(uname -srm). Times vary by a tenth and more on a machine that others use."
    for section in orders breakeven engines goals constants; do
        echo
        "$program" "$section"
    done
} > "../results/$name.md"
echo "benches/results/$name.md"
