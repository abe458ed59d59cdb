#!/usr/bin/env bash
# Installs what the tests need beside rustup's stable Rust and Python: a C linker for cargo, Node,
# and a virtual environment in target/venv with the packages of python/tests/requirements.txt.
set -euo pipefail
cd "$(dirname "$0")/.."

for tool in cargo python3; do
    command -v "$tool" > /dev/null || { echo "prepare: $tool is needed: install it first"; exit 1; }
done
python3 -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
    || { echo "prepare: Python 3.11 or newer is needed, found $(python3 --version)"; exit 1; }
# shellcheck source=.ci/debian.sh
source .ci/debian.sh

command -v node > /dev/null || debian_install nodejs

venv=target/venv
wanted=python/tests/requirements.txt
if ! cmp -s "$wanted" "$venv/installed.txt" || ! "$venv/bin/python" -c '' 2> /dev/null; then
    python3 -c 'import ensurepip, venv' 2> /dev/null || debian_install python3-venv
    rm -rf "$venv"
    python3 -m venv "$venv"
    "$venv/bin/python" -m pip install --quiet --disable-pip-version-check -r "$wanted"
    cp "$wanted" "$venv/installed.txt"
fi

# The package, from these sources, as `pip install .` makes it but in the development profile: `cargo rustc`,
# which maturin calls, would make a test program of it in the profile `test`.
PATH="$PWD/$venv/bin:$PATH" MATURIN_PEP517_ARGS="--profile dev" "$venv/bin/python" -m pip install --quiet \
    --disable-pip-version-check --no-build-isolation --no-deps --force-reinstall .
