#!/usr/bin/env bash
# `make bench FAMILY=python`: the package as `pip install .` makes it, its calls beside NumPy's and
# bottleneck's, and how fast Ctrl-C stops kernels. Writes benches/results.
set -euo pipefail
cd "$(dirname "$0")"
venv=../target/python-venv
if ! cmp -s requirements.txt "$venv/installed.txt"; then
    rm -rf "$venv"
    python3 -m venv "$venv"
    "$venv/bin/python" -m pip install --quiet --disable-pip-version-check -r requirements.txt
    cp requirements.txt "$venv/installed.txt"
fi
"$venv/bin/python" -m pip install --quiet --disable-pip-version-check --no-deps --force-reinstall ../..
name="$(date -u +%F)-python"
mkdir -p ../results
{
    echo "# The Python package on $(lscpu | sed -n 's/^Model name: *//p'), $(date -u +%F)"
    echo
    echo "Commit $(git rev-parse --short=10 HEAD). $(nproc) cores, $(uname -srm). Times vary by a tenth and more on a machine that others use."
    "$venv/bin/python" calls.py
    "$venv/bin/python" kernels.py
    echo
    echo "## Ctrl-C"
    echo
    "$venv/bin/python" interrupts.py
} > "../results/$name.md"
echo "benches/results/$name.md"
