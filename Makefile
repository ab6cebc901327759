# make playlist WORDS="calm acoustic songs for studying"    a playlist, from a fresh clone
# make test                                                 every test and check, from a fresh clone
# make coverage                                             the tests again, and which branches of src they reach
# make format                                               what the checks would complain about, mended
# make readme                                               the outputs in the README, written afresh
# make release                                              what is looked at before a release: version, archive, wheel
# make bench                                                how fast it is, and beside what; see benchmarks/

export WORDS ?= calm acoustic songs for studying

# The first Python on this machine that is new enough.
PYTHON ?= $(shell for python in python3 python3.14 python3.13 python3.12 python3.11 python; do \
	$$python -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && { echo $$python; break; }; done)
BIN := .venv/bin
# What an installation is made of, beside the package itself: the build turns the tables into what is quick to read.
MADE_OF := pyproject.toml constraints.txt hatch_build.py src/tonepoem/data/genres.tsv $(wildcard src/tonepoem/data/starter/*.tsv)
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt

.PHONY: playlist test check coverage format readme release bench clean

playlist: .venv/installed
	@$(BIN)/tonepoem -- "$$WORDS"

test: check
	$(BIN)/python -m pytest -q -n 2 --dist worksteal

check: .venv/installed-for-tests
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

coverage: .venv/installed-for-tests
	$(BIN)/python -m pytest -q -n 2 --dist worksteal --cov --cov-report=term:skip-covered --cov-fail-under=92

format: .venv/installed-for-tests
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

readme: .venv/installed-for-tests
	$(BIN)/python tests/test_readme.py

release: .venv/installed-for-tests
	$(BIN)/python tests/release.py

bench: .venv/installed-for-bench
	$(BIN)/python -m benchmarks $(BENCH)

clean:
	rm -rf .venv build dist

.venv/installed: $(MADE_OF) | $(BIN)/python
	@echo "Installing tonepoem into .venv; the first time takes some minutes." >&2
	@$(PIP) -e .
	@$(BIN)/python -m compileall -q src
	@touch $@

.venv/installed-for-tests: $(MADE_OF) | $(BIN)/python
	@echo "Installing tonepoem and what its tests need into .venv; the first time takes some minutes." >&2
	@$(PIP) -e ".[test]"
	@$(BIN)/python -m compileall -q src
	@touch $@ .venv/installed

.venv/installed-for-bench: $(MADE_OF) | $(BIN)/python
	@echo "Installing tonepoem and what it is compared with into .venv; the first time takes some minutes." >&2
	@$(PIP) -e ".[bench]"
	@touch $@ .venv/installed

$(BIN)/python:
	@test -n "$(PYTHON)" || { echo "tonepoem needs Python 3.11 or newer. Install one, or say where it is: make PYTHON=/path/to/python3" >&2; exit 1; }
	$(PYTHON) -m venv .venv
