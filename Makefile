# Needs Python 3.11 to 3.14, make and git; everything else goes into .venv. ARGS="..." is handed on.
.DEFAULT_GOAL := help
.PHONY: help lab test install demo check bench browser faults audit optimum lock clean

ifeq ($(OS),Windows_NT)
PY := .venv/Scripts/python.exe
OPTIMUM_PY := .venv-optimum/Scripts/python.exe
else
PY := .venv/bin/python
OPTIMUM_PY := .venv-optimum/bin/python
endif

CANDIDATES := python3.11 python3.12 python3.13 python3.14 python3 python
FITS := import sys; raise SystemExit(not (3, 11) <= sys.version_info[:2] <= (3, 14))
PYTHON ?= $(or $(shell for p in $(CANDIDATES); do $$p -c '$(FITS)' 2>/dev/null && echo $$p && break; done), \
  $(error No Python 3.11 to 3.14 was found. Install one, or name it: make PYTHON=/path/to/python $(MAKECMDGOALS)))

# JupyterLab refuses to run as root unless told, and containers have no other user.
ROOT_FLAG = $(shell test "$$(id -u)" = 0 && echo --allow-root)

help:  ## List these commands
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "make %-9s %s\n", $$1, $$2 }' Makefile

install:  ## Set up .venv with all that the app and its tests need (says what it downloads)
	@$(PYTHON) -m tools.install

# The checkout is JupyterLab's folder, so that data/ is in sight.
LAB_FLAGS = --ServerApp.root_dir=. $(ROOT_FLAG)

lab: install  ## Open JupyterLab on the workbench notebook
	@$(PY) -m jupyterlab notebooks/00-workbench.ipynb $(LAB_FLAGS) $(ARGS)

demo: install  ## Answer one question about camelids in the terminal, and write a map
	@$(PY) -m workbench ask data/camelids "What animals are llamas related to?" $(ARGS)

# Two processes, a file of tests at a time: most tests keep one core busy, and memory for two is always there.
WORKERS ?= 2

test: install  ## Run all tests; one file: make test ARGS=tests/corpus
	@$(PY) -m pytest -n $(WORKERS) --dist loadfile --no-loadscope-reorder --durations=15 $(ARGS)

check: install  ## Formatting, lint, types, and nothing in the tree that should not be
	@$(PY) -m ruff format --check .
	@$(PY) -m ruff check .
	@$(PY) -m mypy
	@$(PY) -m tools.check_tree

bench: install  ## Run the benchmarks; one of them: make bench NAME=reopen ARGS="data/bread 3"
	@for name in $(or $(NAME),$(patsubst benchmarks/%.py,%,$(wildcard benchmarks/[a-z]*.py))); do \
	  echo "benchmarks.$$name"; $(PY) -m "benchmarks.$$name" $(ARGS) || exit 1; done

browser: install  ## Run the browser tests, or say how to get the Chromium they need
	@$(PY) -m tools.chromium
	@$(PY) -m pytest tests/browser $(ARGS)

# What counts milliseconds has the machine to itself.
ALONE := tests/faults/test_liveness.py
AT_LENGTH := tests/faults tests/security tests/corpus/test_any_bytes.py tests/doctor/test_reading.py \
  tests/retrieval/test_scifact.py $(addprefix --ignore=,$(ALONE))

faults: install  ## Run the fault tests at length: 200 kills, every failure, ten minutes of damaged input
	@export WORKBENCH_FAULTS=1; failed=0; \
	$(PY) -m pytest -n $(WORKERS) --dist loadfile --no-loadscope-reorder --timeout 7200 --durations=15 $(ARGS) $(AT_LENGTH) \
	  || failed=1; \
	$(PY) -m pytest --timeout 7200 $(ARGS) $(ALONE) || failed=1; \
	exit $$failed

audit: install  ## Look for known security holes in the locked versions (asks PyPI for its advisories)
	@$(PY) -m tools.audit

# An environment of its own: Optimum needs versions of transformers with known holes, which .venv must not have.
optimum:  ## Test Optimum's ONNX and OpenVINO engines, in .venv-optimum (says what it downloads)
	@$(PYTHON) -m tools.optimum
	@$(OPTIMUM_PY) -m pytest --durations=5 tests/optimum $(ARGS)

lock: install  ## Resolve the dependencies into both locks; newer versions: make lock ARGS=--upgrade
	@$(PY) -m tools.lock $(ARGS)
	@$(PY) -m tools.optimum_lock $(ARGS)

clean:  ## Remove .venv, .venv-optimum and the caches beside them (stores and converted models stay)
	rm -rf .venv .venv-optimum .hypothesis .mypy_cache .pytest_cache .ruff_cache build dist
