# From nothing but Python >= 3.11 and make: `make demo`, `make test`. The same words are used by CI.
.DEFAULT_GOAL := help
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
MAKEFLAGS += --no-print-directory

UV_VERSION := 0.13.9
VENV := .venv
BIN := $(VENV)/bin
LOCK := mlproject/requirements.txt
# Spark is large and needs Java, so what it adds to the lock has a lock of its own.
SPARK_LOCK := mlproject/requirements-spark.txt
STAMP := $(VENV)/.installed
# What builds the site, and what looks at the supply chain, is nothing that a newcomer needs.
DOCS_LOCK := mlproject/requirements-docs.txt
SUPPLY_LOCK := mlproject/requirements-supply.txt
WORKERS := 2
HOW := --quiet --universal --python-version 3.11 --no-header --no-annotate --generate-hashes --upgrade
RESOLVE := pyproject.toml $(HOW)
# The packages of the main lock, but for those that it has on Windows alone.
OMIT = $$(sed --quiet "/== 'win32'/d; s/^\([a-z0-9._-]*\)==.*/--no-emit-package \1/p" $(LOCK))

# `mlflow run` and the tests start `python` by name: ours comes first. Nothing phones home.
export PATH := $(CURDIR)/$(BIN):$(PATH)
export VIRTUAL_ENV := $(CURDIR)/$(VENV)
export MLFLOW_DISABLE_TELEMETRY := true
export DO_NOT_TRACK := true
export BENTOML_DO_NOT_TRACK := True
export PIP_DISABLE_PIP_VERSION_CHECK := 1
export PYTHONUNBUFFERED := 1
export NO_MKDOCS_2_WARNING := 1

.PHONY: help
help: ## list the words of this file
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-15s %s\n", $$1, $$2}' Makefile

.PHONY: install
install: $(STAMP) ## make .venv and install the locked versions (again only when the lock changed)

# The first Python that starts and is new enough wins; PYTHON=... overrides. A lock file change installs again.
$(STAMP): $(LOCK) pyproject.toml
	@[ -x $(BIN)/python ] || { \
	  for candidate in $(PYTHON) python3 python3.13 python3.12 python3.11; do \
	    if "$$candidate" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then found="$$candidate"; break; fi; \
	  done; \
	  [ -n "$${found:-}" ] || { echo "make: no Python >= 3.11 on the path; install one, or name it: make PYTHON=/path/to/python3.11" >&2; exit 1; }; \
	  echo "making $(VENV) with $$("$$found" --version)" >&2; \
	  "$$found" -m venv $(VENV) || { rm -rf $(VENV); echo "make: $$found cannot make environments; on Debian install python3-venv" >&2; exit 1; }; \
	}
	@$(BIN)/uv --version 2>/dev/null | grep -q '^uv $(UV_VERSION)\b' || { \
	  echo "installing uv $(UV_VERSION)" >&2; $(BIN)/python -m pip install --quiet uv==$(UV_VERSION); }
	@echo "installing $$(grep -c '==' $(LOCK)) locked packages" >&2
	@$(BIN)/uv pip sync --require-hashes $(LOCK)
	@$(BIN)/uv pip install --quiet --no-deps --editable .
	@touch $(STAMP)
	@echo 'installed; next: make demo, or export PATH="$(CURDIR)/$(BIN):$$PATH" and xm-predict --help' >&2

.PHONY: install-spark
install-spark: install ## add Spark to .venv (400 MB to fetch; Java 17 or newer has to be there)
	@$(BIN)/uv pip install --require-hashes --no-deps --requirement $(SPARK_LOCK)

.PHONY: install-docs
install-docs: install ## add to .venv what builds the documentation (30 MB to fetch)
	@$(BIN)/uv pip install --require-hashes --no-deps --requirement $(DOCS_LOCK)

.PHONY: docs
docs: install-docs ## the documentation as a site in site/; a link that leads nowhere ends it
	$(BIN)/mkdocs build --strict

.PHONY: demo
demo: install ## example company -> features -> model -> registry -> report -> one score over HTTP
	$(BIN)/xm-predict demo

.PHONY: serve
serve: install ## answer score requests on this machine
	$(BIN)/xm-predict serve

.PHONY: bento
bento: install ## the service as a bento, in BENTOML_HOME; the last line is its name
	$(BIN)/bentoml build --output tag

.PHONY: dist
dist: install ## the release, wheel and source distribution, in dist/; the wheel is built from the latter
	$(BIN)/uv build --clear --out-dir dist

# Types take longest: they are checked on one core while the other does all else.
.PHONY: check
check: install ## style, types, layers, sizes
	@$(MAKE) --jobs 2 --output-sync=target check-types check-others

.PHONY: check-types
check-types:
	$(BIN)/mypy

.PHONY: check-others
check-others:
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/lint-imports
	$(BIN)/python -m pytest -q tests/contracts/test_size.py

# Each worker has a core to itself: threads of numerical libraries would only wait for one another, and a third worker makes
# dear fixtures a third time. Types are checked beside the first tests, many of which wait for something to start.
.PHONY: test
test: export OMP_NUM_THREADS := 1
test: install ## check, and the fast tests on two cores
	@$(MAKE) --jobs 2 check-types test-fast

.PHONY: test-fast
test-fast: check-others
	$(BIN)/python -m pytest --numprocesses $(WORKERS) --no-loadscope-reorder

# What measures a service under load has both cores for itself, after all else.
.PHONY: test-long
test-long: export OMP_NUM_THREADS := 1
test-long: install ## the slow proofs: statistical guarantees by repetition, kills, load
	$(BIN)/python -m pytest -m "long and not alone" -o faulthandler_timeout=3600 --numprocesses $(WORKERS)
	$(BIN)/python -m pytest -m "long and alone" -o faulthandler_timeout=3600

.PHONY: coverage
coverage: install ## the fast tests with branch coverage
	$(BIN)/python -m pytest --cov

.PHONY: bench-quality
bench-quality: install ## figures per public data set; the last line is JSON
	@$(BIN)/python -m tests.bench.quality

.PHONY: bench-features
bench-features: install ## cost of features at 5 and 50 million events; the last line is JSON
	@$(BIN)/python -m tests.bench.features

.PHONY: bench-refresh
bench-refresh: install ## cost of 1 % new events beside a build from nothing; the last line is JSON
	@$(BIN)/python -m tests.bench.refresh

.PHONY: bench-train
bench-train: install ## cost of training at 10,000 and 100,000 entities; the last line is JSON
	@$(BIN)/python -m tests.bench.train

.PHONY: bench-serving
bench-serving: install ## what a score over HTTP costs beside other servers (ASK="--rounds 3"); the last line is JSON
	@$(BIN)/python -m tests.bench.serving $(ASK)

.PHONY: bench-drivers
bench-drivers: install ## what is offered to work on, in worlds of known truth (ASK="--runs 40"); the last line is JSON
	@$(BIN)/python -m tests.bench.drivers $(ASK)

.PHONY: bench-disclosure
bench-disclosure: install ## what can be computed from reports on small groups (ASK="--firms 20"); the last line is JSON
	@$(BIN)/python -m tests.bench.disclosure $(ASK)

.PHONY: bench-text
bench-text: export OMP_NUM_THREADS := 1
bench-text: install ## tone of verbatims on public data, and verbatims per second (ASK="support"); the last line is JSON
	@$(BIN)/python -m tests.bench.text $(ASK)

.PHONY: bench-text-help
bench-text-help: export OMP_NUM_THREADS := 1
bench-text-help: install ## whether words add to forecasts (ASK="support --fits 1"); the last line is JSON
	@$(BIN)/python -m tests.bench.text_help $(ASK)

BENCHES = $(shell sed --quiet 's/^\(bench-[a-z-]*\):.*\#\# .*/\1/p' Makefile | grep --invert-match bench-all)

# The peers pin other versions of what we use as well: they get an environment of their own.
PEERS := .venv-peers
PEERS_LOCK := tests/bench/peers-requirements.txt
$(PEERS)/.installed: $(PEERS_LOCK) | $(STAMP)
	@$(BIN)/uv venv --quiet --clear --python 3.11 $(PEERS)
	@$(BIN)/uv pip sync --quiet --python $(PEERS)/bin/python $(PEERS_LOCK)
	@touch $@

.PHONY: bench-peers
bench-peers: install $(PEERS)/.installed ## beside CatBoost, FLAML, AutoGluon (ASK="--sets A --folds 0"); the last line is JSON
	@$(BIN)/python -m tests.bench.peers $(ASK)

.PHONY: bench-all
bench-all: install ## all benches one after another (hours); the last line of each into docs/figures
	@missed=; for bench in $(BENCHES); do \
	  $(BIN)/python -m tests.bench.keep $$bench -- make $$bench || missed="$$missed $$bench"; done; \
	[ -z "$$missed" ] || { echo "make: without figures, or with a goal missed:$$missed" >&2; exit 1; }

# What reads our code and our locks for weaknesses pins other versions than we do.
SUPPLY := .venv-supply
$(SUPPLY)/.installed: $(SUPPLY_LOCK) | $(STAMP)
	@$(BIN)/uv venv --quiet --clear --python 3.11 $(SUPPLY)
	@$(BIN)/uv pip sync --quiet --require-hashes --python $(SUPPLY)/bin/python $(SUPPLY_LOCK)
	@touch $@

.PHONY: sbom
sbom: install $(SUPPLY)/.installed ## dist/sbom.json: every locked package with version and licence (CycloneDX)
	@mkdir -p dist
	$(BIN)/python -m tests.long.bill_of_materials $(SUPPLY)/bin/cyclonedx-py $(LOCK) dist/sbom.json

# What bandit finds is for people to judge; what pip-audit finds ends this.
.PHONY: weaknesses
weaknesses: install $(SUPPLY)/.installed ## known weaknesses of our code (bandit) and of what is locked (pip-audit; asks its source)
	$(SUPPLY)/bin/bandit --quiet --recursive --severity-level medium --skip B608 features training serving || true
	$(SUPPLY)/bin/pip-audit --require-hashes --disable-pip --requirement $(LOCK)

.PHONY: screenshots
screenshots: install ## pictures of sample reports, to be looked at (OUT=folder)
	$(BIN)/python -m tests.training.reports.screenshots $(or $(OUT),xm-data/screenshots)
	$(BIN)/python -m tests.serving.pages.screenshots $(or $(OUT),xm-data/screenshots)

.PHONY: lock
lock: install ## resolve the newest versions that fit into the locks
	$(BIN)/uv pip compile $(RESOLVE) --extra serve --extra registry --extra train --extra dev --output-file $(LOCK)
	$(BIN)/uv pip compile $(RESOLVE) --extra spark --constraint $(LOCK) --output-file $(SPARK_LOCK) $(OMIT)
	$(BIN)/uv pip compile $(RESOLVE) --extra docs --constraint $(LOCK) --output-file $(DOCS_LOCK) $(OMIT)
	$(BIN)/uv pip compile $(HOW) --group supply --output-file $(SUPPLY_LOCK)

.PHONY: schema
schema: install ## write the JSON schema of use-case files for editors
	$(BIN)/xm-predict schema > mlproject/usecases/usecase.schema.json.new
	mv mlproject/usecases/usecase.schema.json.new mlproject/usecases/usecase.schema.json

.PHONY: clean
clean: ## remove the environment, caches and generated data
	rm -rf $(VENV) $(PEERS) $(SUPPLY) xm-data dist site .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis .coverage
	find features training serving tests -name __pycache__ -type d -prune -exec rm -rf {} +
