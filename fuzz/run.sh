#!/usr/bin/env bash
# Runs fuzz targets for so many seconds each: run.sh SECONDS [TARGET...], all unless named.
# What they find beside the checked-in corpora stays in target/fuzz; failures in fuzz/artifacts.
set -euo pipefail
cd "$(dirname "$0")/.."
seconds=$1
shift
command -v cargo-fuzz > /dev/null || cargo install --locked cargo-fuzz
command -v c++ > /dev/null || { echo "fuzz: a C++ compiler is needed for libfuzzer"; exit 1; }
targets=("$@")
if [ ${#targets[@]} -eq 0 ]; then
    mapfile -t targets < <(sed -n 's/^name = "\(.*\)"/\1/p' fuzz/Cargo.toml | grep -v stridewise-fuzz)
fi
failed=()
for target in "${targets[@]}"; do
    echo "== $target"
    mkdir -p "target/fuzz/$target"
    # cargo-fuzz wants nightly's flags; stable gives them when asked to bootstrap.
    RUSTC_BOOTSTRAP=1 cargo fuzz run "$target" "target/fuzz/$target" "fuzz/corpus/$target" -- \
        -max_total_time="$seconds" -max_len=2048 -timeout=10 -rss_limit_mb=2048 -print_final_stats=1 \
        || failed+=("$target")
done
if [ ${#failed[@]} -gt 0 ]; then
    echo "fuzz: failed: ${failed[*]}"
    exit 1
fi
