# Everything a developer types. `make help` lists it.
PYTHON ?= python3
VENV := .venv
IN_VENV := $(VENV)/bin/python
# Tests that start no processes to be looked at: they may share the machine with each other.
SIDE_BY_SIDE := tests/unit tests/contract tests/integration tests/simulation

.DEFAULT_GOAL := help
.PHONY: help run run-federated test soak lint format bench lock migration environment clean

help: ## Show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-15s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)
	@echo "  Settings: BLUE_PORT, GREEN_PORT, ADDON_PORT, SECOND_ADDON_PORT, DATA_DIR, PYTHON"

run: environment ## Twinline with two emulated Jira sites, Blue and Green
	@exec $(IN_VENV) -m dev.run

run-federated: environment ## The same with two deployments, one for each site
	@exec $(IN_VENV) -m dev.run --federated

test: environment ## All tests, browser ones included (ARGS="-k word" for some)
	@$(IN_VENV) -m dev.browser
ifdef ARGS
	$(IN_VENV) -m pytest $(ARGS)
else
	$(IN_VENV) -m pytest -q -n auto --maxprocesses 4 $(SIDE_BY_SIDE)
	$(IN_VENV) -m pytest $(addprefix --ignore=,$(SIDE_BY_SIDE))
endif

soak: environment ## Reliability, hours (SOAK_SHARE=0.01, SOAK_MINUTES=90, SOAK_RESUME=1); writes docs/reliability-report.md
	test -n "$(SOAK_RESUME)" || rm -f artifacts/soak/figures.jsonl
	-SOAK=1 SOAK_STARTED=$$(date +%s) $(IN_VENV) -m pytest -q -n 2 --timeout 0 tests/simulation tests/soak tests/story/test_kills.py tests/story/test_nemesis.py $(ARGS)
	$(IN_VENV) -m tests.soak.report

lint: environment ## ruff, mypy strict, import contracts
	$(VENV)/bin/ruff check .
	$(VENV)/bin/ruff format --check .
	$(VENV)/bin/mypy
	$(VENV)/bin/lint-imports

format: environment ## Let ruff mend what it can
	$(VENV)/bin/ruff check --fix .
	$(VENV)/bin/ruff format .

bench: environment ## Calls and latency beside their floors (takes minutes)
	$(IN_VENV) -m bench

lock: environment ## Write requirements.lock afresh from setup.cfg
	$(VENV)/bin/uv pip compile setup.cfg --all-extras --universal --python-version 3.11 --generate-hashes \
	  --upgrade --quiet --no-header --no-annotate --output-file requirements.lock

migration: environment ## A new migration from what changed in the tables: MESSAGE="what changes"
	$(IN_VENV) -m dev.migration "$(MESSAGE)"

environment: # The virtual environment, made from requirements.lock where it is not there yet
	@$(PYTHON) dev/environment.py $(VENV)

clean: ## Forget the environment and all data
	rm -rf $(VENV) .data .data-federated artifacts
