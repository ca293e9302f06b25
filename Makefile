# Two commands from the README, `make demo` and `make test`, set everything up by themselves.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --quiet --disable-pip-version-check
CORES := $(shell nproc 2>/dev/null || echo 2)
TESTS ?=

.DEFAULT_GOAL := help
.PHONY: help install demo test check bench torture lock clean

help: ## List these commands
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):.*## (.*)/  make \1\t\2/' | expand -t 18

$(VENV)/bin/python:
	@command -v $(PYTHON) >/dev/null || { echo "$(PYTHON) is missing: apt-get install python3"; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Python 3.11 or newer is needed, this is $$($(PYTHON) --version)"; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || { echo "Python's venv is missing: apt-get install python3-venv"; exit 1; }
	@$(PYTHON) -m venv $(VENV)

$(VENV)/.runtime: requirements.lock pyproject.toml | $(VENV)/bin/python
	@echo "Installing what gpudeals needs to run into $(VENV) ..."
	@$(PIP) install --require-hashes --no-deps -r requirements.lock
	@$(PIP) install --require-hashes --no-deps -r requirements-build.lock
	@$(PIP) install --no-deps --no-build-isolation -e .
	@touch $@

$(VENV)/.dev: requirements-dev.lock $(VENV)/.runtime
	@echo "Installing what the tests need into $(VENV) ..."
	@$(PIP) install --require-hashes --no-deps -r requirements-dev.lock
	@touch $@

install: $(VENV)/.runtime ## Make .venv/bin/gpudeals

demo: $(VENV)/.runtime ## The whole job on a simulated market: crawl, read, price, alert
	@$(BIN)/gpudeals demo

test: $(VENV)/.dev ## Run the tests (TESTS=path for some of them)
	@$(BIN)/python -m pytest -n $(CORES) --dist loadfile $(TESTS)

check: $(VENV)/.dev ## Lint, types, and the direction of imports
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports --no-cache

bench: $(VENV)/.dev ## Measure side by side and print ratios
	@$(BIN)/python -m tests.bench

torture: $(VENV)/.dev ## Long fault, fuzz and load runs
	@$(BIN)/python -m pytest -o addopts= -q -p no:cacheprovider tests/torture
	@PATTERN_SECONDS=0.05 $(BIN)/python -m pytest -o addopts= -q -p no:cacheprovider -k pattern \
		tests/tracker/normalize/test_hostile.py tests/tracker/normalize/posts/test_hostile.py

lock: ## Renew the lock files (needs uv)
	@uv lock --quiet
	@uv export --quiet --format requirements-txt --no-default-groups --no-emit-project --no-annotate --no-header -o requirements.lock
	@uv export --quiet --format requirements-txt --no-default-groups --only-group build --no-annotate --no-header -o requirements-build.lock
	@uv export --quiet --format requirements-txt --all-extras --all-groups --no-emit-project --no-annotate --no-header -o requirements-dev.lock
	@rm -f uv.lock

clean: ## Remove the virtual environment and caches
	@rm -rf $(VENV) .mypy_cache .ruff_cache .hypothesis build *.egg-info
