# The one entry: `make demo` and `make test` do all the set-up they need.
PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
# Processes that run tests; one file's tests stay together.
WORKERS ?= 2
# Two OpenMP threads on a small machine are often slower than one.
export OMP_NUM_THREADS ?= 1

.PHONY: help setup demo docs test test-nightly test-fast test-label-tools lint format clean

help:
	@echo "make demo       the main job on the embedded benchmark: table and pictures"
	@echo "make test       all tests but the longest"
	@echo "make docs       the documentation as a site, in build/site"
	@echo "make test-nightly  the longest ones"
	@echo "make test-fast  the tests that take less than five seconds each"
	@echo "make test-label-tools  labels that annotation tools write (installs these)"
	@echo "make setup      create $(VENV) with everything (the two above do it too)"
	@echo "make lint       ruff check; make format: ruff format"

setup: $(VENV)/.complete

$(VENV)/.complete: requirements.txt setup.cfg
	@$(PYTHON) -c 'import sys; sys.version_info >= (3, 10) or sys.exit(\
	"mmseg_uda needs Python >= 3.10; name one: make PYTHON=python3.11 ...")'
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps -e .
	@touch $@

demo: setup
	$(BIN)/python demo/run_demo.py

test: setup lint
	$(BIN)/python -m pytest -n $(WORKERS) --dist loadfile -m "not nightly"

# trainings that are killed and go on, and others that take half a minute or more
test-nightly: setup
	$(BIN)/python -m pytest -n $(WORKERS) --dist loadfile -m nightly

# every warning is an error, as in tests/docs_site
docs: setup
	$(BIN)/python -m sphinx -c docs/site -d build/site_doctrees -W --keep-going -q . build/site
	@echo "open build/site/index.html"

# annotation tools write labels, which are read: in an environment of their own
test-label-tools: setup
	$(PYTHON) -m venv .venv-label-tools
	.venv-label-tools/bin/python -m pip install --quiet -r requirements-label-tools.txt
	LABEL_TOOLS=$(CURDIR)/.venv-label-tools/bin/python $(BIN)/python -m pytest tests/label_tools

test-fast: setup
	$(BIN)/python -m pytest -n $(WORKERS) --dist loadfile -m "not slow and not ddp and not nightly"

lint: setup
	$(BIN)/ruff check .

format: setup
	$(BIN)/ruff format .

clean:
	rm -rf work_dirs/demo
