#!/usr/bin/env bash
# Tests the package on every CPython from 3.11 on that is here, with the newest NumPy that installs
# and with the oldest, 2.0: `make pythons`. One wheel serves all of them. The last line sums up.
set -uo pipefail
cd "$(dirname "$0")/.."
bash .ci/prepare.sh || exit 1
out=target/pythons
mkdir -p "$out/wheel"
rm -f "$out/wheel"/*
PATH="$PWD/target/venv/bin:$PATH" target/venv/bin/maturin build --quiet --profile dev --out "$out/wheel" || exit 1

# Interpreters on the PATH and under pyenv, one of each version.
candidates=()
for minor in 11 12 13 14 15; do
    found=$(command -v "python3.$minor" || ls -d "${PYENV_ROOT:-$HOME/.pyenv}"/versions/3."$minor".*/bin/python3 2> /dev/null | tail -1)
    if [ -n "$found" ] && "$found" -c "import sys; sys.exit(sys.version_info[:2] != (3, $minor))" 2> /dev/null; then
        candidates+=("$found")
    fi
done

failed=0
summary=()
for python in "${candidates[@]}"; do
    for numpy in "numpy>=2.0" "numpy==2.0.*"; do
        name="$("$python" -c 'import sys; print("cp3%d" % sys.version_info[1])')-$([ "$numpy" = "numpy>=2.0" ] && echo newest || echo oldest)"
        venv="$out/$name"
        sed "s/^numpy==.*/$numpy/" python/tests/requirements.txt > "$out/$name.txt"
        if ! cmp -s "$out/$name.txt" "$venv/installed.txt"; then
            rm -rf "$venv"
            "$python" -m venv "$venv" || { failed=1; continue; }
            # Only wheels: a NumPy that has none for this Python is not for it.
            if ! "$venv/bin/python" -m pip install --quiet --disable-pip-version-check --only-binary=numpy,scipy,pandas -r "$out/$name.txt"; then
                summary+=("$name: $numpy does not install here")
                rm -rf "$venv"
                continue
            fi
            cp "$out/$name.txt" "$venv/installed.txt"
        fi
        "$venv/bin/python" -m pip install --quiet --disable-pip-version-check --no-deps --force-reinstall "$out"/wheel/*.whl
        version=$("$venv/bin/python" -c 'import numpy; print(numpy.__version__)')
        "$venv/bin/python" -m pytest python/tests -q -p no:cacheprovider > "$out/$name.log" 2>&1 || failed=1
        summary+=("$name, NumPy $version: $(tail -1 "$out/$name.log")")
    done
done
printf '%s\n' "${summary[@]}"
exit "$failed"
