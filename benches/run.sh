#!/usr/bin/env bash
# `make bench`: builds, prepares a Python with the peers, measures, writes benches/results.
# Arguments go to the program: families, --only TEXT, --rounds N, --missing, --seconds N.
set -euo pipefail
cd "$(dirname "$0")"

# The cache model has no peers to build, and its own results.
if [ "${1:-}" = locality ]; then
    exec bash locality/run.sh
fi
# Nor has the Python package, which is built and installed as its users do.
if [ "${1:-}" = python ]; then
    exec bash python/run.sh
fi

cargo build --release --quiet
venv=target/venv
if ! cmp -s requirements.txt "$venv/installed.txt"; then
    rm -rf "$venv"
    python3 -m venv "$venv"
    "$venv/bin/python" -m pip install --quiet --disable-pip-version-check -r requirements.txt
    cp requirements.txt "$venv/installed.txt"
fi
if [ -n "${QUICK:-}" ]; then
    exec target/release/stridewise-benches --peers --quick "$@"
fi
exec target/release/stridewise-benches --peers --columns --save "$@"
