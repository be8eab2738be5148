# The verbs of this project. Each sets up what it needs; all that a machine must have is Python 3.11 or newer, and make.

SHELL := bash
BIN := .venv/bin
READY := .make/ready
CONSOLE := .make/console
# The lock names no package index: hashes say what a package is, the machine says where it comes from.
LOCK := --universal --generate-hashes --no-emit-index-url --no-header --no-annotate --python-version 3.11 --all-extras --group dev
# Tests wait more than they work, so two go side by side, on more cores up to four: each process has servers of its own.
# A file's tests stay together, in their order: they share houses.
SIDE_BY_SIDE := --numprocesses auto --maxprocesses 4 --dist loadfile --no-loadscope-reorder

.PHONY: help run test check format lock openapi clean bench bench-lists chaos docs
.DEFAULT_GOAL := help

help: ## this list
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:[^#]*## /\t/' | expand -t 13

run: $(READY) $(CONSOLE) ## the whole stack on this machine: Temporal, database, worker, API, demo data; Ctrl-C stops it
	@exec $(BIN)/python -m holdfast run

test: $(READY) $(CONSOLE) ## every test, on a real Temporal server and a real PostgreSQL
	@.ci/browser
	@exec $(BIN)/python -m pytest $(SIDE_BY_SIDE)

check: $(READY) $(CONSOLE) ## format, lint, types, import contracts, and the tests that need no server
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	@.ci/web check
	$(BIN)/python -m pytest $(SIDE_BY_SIDE) -m "not server"

format: $(READY) ## formats the code and mends what ruff can mend
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

openapi: $(READY) ## writes openapi.json from the code
	$(BIN)/python -m holdfast openapi > openapi.json.new && mv openapi.json.new openapi.json

docs: $(READY) ## draws the documentation's pictures anew and builds the site into .make/site
	@$(BIN)/python -m docs.drawing
	@$(BIN)/mkdocs build --strict
	@echo "the site is in .make/site/index.html"

bench: $(READY) ## what Holdfast costs beside a workflow written by hand; writes bench/latest.json
	@exec $(BIN)/python -m bench

chaos: $(READY) ## kills everything again and again under live runs: make chaos SEED=7 SECONDS=600 RUNS=200
	@exec $(BIN)/python -m tests.chaos $(if $(SEED),--seed $(SEED)) $(if $(SECONDS),--seconds $(SECONDS)) $(if $(RUNS),--runs $(RUNS))

bench-lists: $(READY) ## every list of the API at a million runs, on PostgreSQL and SQLite; takes minutes
	@exec $(BIN)/python -m bench.lists

lock: ## solves the dependencies anew into requirements.lock (needs uv)
	uv pip compile $(LOCK) pyproject.toml -o requirements.lock

clean: ## takes away what the set-up made; the data of `make run` stays
	rm -rf .venv .make .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache

$(CONSOLE): $(READY) $(shell find web -type f -not -path '*/node_modules/*' -not -path 'web/dist/*' -not -path 'web/screenshots/*' -not -name schema.d.ts)
	@.ci/web build

$(READY): requirements.lock pyproject.toml .ci/setup
	@.ci/setup
