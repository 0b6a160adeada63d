# The commands of the project, the same for a person and for CI. `make help` lists them.
SHELL := /bin/sh
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.NOTPARALLEL:
.PHONY: help install demo audit test check fix bench docs lock clean

# Each start of the command would compile six hundred modules again.
unexport PYTHONDONTWRITEBYTECODE

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check -qq
SAMPLE := samples/chu-exemple.zip
WORKERS ?= 2
PORT ?= 8000

help: ## Show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-7s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

install: $(VENV)/.runtime ## Install, and nothing else
	@echo "Rempart est installé : $(BIN)/rempart --help"

demo: $(VENV)/.runtime ## Install, and bring the platform up with a demonstration region (PORT=8001 elsewhere)
	@$(BIN)/rempart demo --port $(PORT)

audit: $(VENV)/.runtime ## Install, audit the bundled directory sample, and say where the report is
	@$(BIN)/rempart audit directory $(SAMPLE) --output out/demo
	@echo "Le rapport est dans $(CURDIR)/out/demo : ouvrez report.html."

test: check ## Everything: check, the platform on PostgreSQL, in a browser, then the rest; coverage
	@tools/system-parts tests
	@tools/node-parts
	@$(BIN)/python tests/support/postgres.py $(BIN)/python -m pytest tests/web -m "not e2e" -n $(WORKERS) --dist worksteal -q
	@$(BIN)/python -m pytest -m e2e -n $(WORKERS) --dist worksteal --cov --cov-report= -q
	@$(BIN)/python -m pytest -m "not e2e" -n $(WORKERS) --dist worksteal --cov --cov-append --cov-report=term -q

check: $(VENV)/.dev ## Format, lint, types, layers, spelling, content
	@$(BIN)/ruff format --check --quiet .
	@$(BIN)/ruff check --quiet .
	@$(BIN)/mypy --no-error-summary
	@$(BIN)/lint-imports --no-logo
	@$(BIN)/python tools/spell.py
	@$(BIN)/rempart content check

fix: $(VENV)/.dev ## Format and mend what can be mended
	@$(BIN)/ruff format .
	@$(BIN)/ruff check --fix .

bench: $(VENV)/.bench ## Print the tables of the benchmarks, beside their peers
	@$(BIN)/python -m benchmarks

docs: $(VENV)/.dev ## Write again the pages that are generated
	@$(BIN)/python tools/docs.py

lock: $(VENV)/.dev ## Resolve the dependencies again, with their hashes
	@PATH="$(CURDIR)/$(BIN):$$PATH" tools/lock

clean: ## Remove what the other commands made
	rm -rf $(VENV) out rempart-demo .coverage .mypy_cache .ruff_cache .pytest_cache .import_linter_cache

$(VENV)/bin/python:
	@tools/system-parts python $(PYTHON)
	@$(PYTHON) -m venv $(VENV)

# Each stamp is one lock installed whole; a larger lock holds the smaller ones, at the same versions.
$(VENV)/.runtime: requirements/runtime.lock pyproject.toml | $(VENV)/bin/python
	@$(call install,runtime)

$(VENV)/.dev: requirements/dev.lock pyproject.toml | $(VENV)/bin/python
	@$(call install,dev)
	@touch $(VENV)/.runtime

$(VENV)/.bench: requirements/bench.lock pyproject.toml | $(VENV)/bin/python
	@$(call install,bench)
	@touch $(VENV)/.runtime $(VENV)/.dev

# Nothing is fetched that the lock does not name: the build tool comes from it too.
define install
echo "Installation des dépendances ($(1), une fois)…" && \
$(PIP) install --require-hashes --only-binary :all: -r requirements/$(1).lock && \
$(PIP) install --no-deps --no-build-isolation --editable . && touch $@
endef
