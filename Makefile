# The commands of this repository. `make test` and `make demo` need rustup's stable Rust and
# Python 3.11 or newer; they install the rest under target/.

.PHONY: test demo soak pythons bench fuzz

# Formatting, lints, documentation, Rust tests, Python tests; the last line sums them.
test:
	@python3 .ci/test.py

# The main job on a real data set.
demo:
	@bash examples/demo.sh

# The random comparisons of `make test`, but with another seed and many more of them.
CHAINS ?= 100000
SEED ?= 1000000
soak:
	@bash .ci/prepare.sh
	@STRIDEWISE_CHAINS=$(CHAINS) STRIDEWISE_SEED=$(SEED) target/venv/bin/python -m pytest python/tests -q -s

# The Python tests on every CPython from 3.11 on that is here, with the oldest and the newest NumPy.
pythons:
	@bash .ci/pythons.sh

# Our kernels beside floors and peers: FAMILY=ttc for one family of cases, QUICK=1 for under five
# minutes. Results go to benches/results.
bench:
	@bash benches/run.sh $(FAMILY)

# Each fuzz target for FUZZ_SECONDS seconds; installs cargo-fuzz where it is missing.
FUZZ_SECONDS ?= 60
fuzz:
	@bash fuzz/run.sh $(FUZZ_SECONDS)
