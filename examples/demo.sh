#!/usr/bin/env bash
# The main job on real input: `make demo`. Shows each command, runs it, and leaves a picture.
set -euo pipefail
cd "$(dirname "$0")/.."

# shellcheck source=.ci/debian.sh
source .ci/debian.sh
cargo build --release --quiet --package stridewise-cli
target=${CARGO_TARGET_DIR:-$PWD/target}
export PATH="$target/release:$PATH"
rm -rf demo-out
mkdir -p demo-out

run() {
    printf '\n$ %s\n' "$1"
    eval "$1"
}

echo "1. What do the bytes of a real elevation model look like?"
run "stridewise inspect examples/data/elevation.npy"

printf '\n2. Every fourth column of it, transposed: the same bytes under another layout.\n'
run "stridewise inspect examples/data/elevation.npy '[:, ::4].T' --svg demo-out/elevation.svg"

printf '\n3. Why does flattening that view copy, and what is the way out?\n'
run "stridewise trace --let dem=examples/data/elevation.npy 'dem[:, ::4].T.reshape(-1)'"

printf '\n4. Where does one height lie, and which height lies on a byte?\n'
run "stridewise offset examples/data/elevation.npy 100,200"
run "stridewise offset examples/data/elevation.npy --byte 81001"

printf '\n5. The transposed model as a file of its own, in single precision.\n'
run "stridewise convert examples/data/elevation.npy demo-out/elevation.T.npy --permute 1,0 --dtype f4 --memory 64M"

printf '\nThe picture of 2 is in demo-out/elevation.svg\n'
