# Two commands: `make run` (a real night in Airflow) and `make test` (every check).
NIGHT ?= 1
PYTHON ?= python3
HOME_DIR := $(CURDIR)/.promptbook
BIN := .venv/bin
# The sample's own key: everybody knows it, so the sample's pseudonyms protect nobody, and need not.
SAMPLE_KEY := the-sample-key-that-everybody-knows
export NUMBA_CACHE_DIR := $(HOME_DIR)/numba
export GX_ANALYTICS_ENABLED := False

.PHONY: run test lint types bench drill real scale clean help lock

help:            ## say what can be made
	@grep -E '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/'

.venv/made: requirements.lock pyproject.toml
	@echo "Making .venv from requirements.lock (about 180 packages, one to two minutes)"
	@$(PYTHON) -m venv .venv
	@$(BIN)/python -m pip install --disable-pip-version-check --progress-bar on --require-hashes -r requirements.lock 2> .venv/install.log \
	  | awk '/^Collecting/ {n++; printf "\r  %d packages found", n; fflush()} /^Installing/ {printf "\n  installing …\n"; fflush()}'
	@test -x $(BIN)/airflow || { cat .venv/install.log; exit 1; }
	@$(BIN)/python -m pip install --disable-pip-version-check -q --no-deps --no-build-isolation -e .
	@touch $@

run: .venv/made  ## run the sample's night in Airflow; NIGHT=2 for the second
	@$(BIN)/promptbook sample troupe --night $(NIGHT) --out $(HOME_DIR)/landing
	@PROMPTBOOK_LANDING=$(HOME_DIR)/landing PROMPTBOOK_LAKE=$(HOME_DIR)/lake PROMPTBOOK_PSEUDONYM_KEY=$(SAMPLE_KEY) \
	  $(BIN)/promptbook airflow 2026-11-2$(NIGHT) --home $(HOME_DIR)/airflow

test: lint types .venv/made  ## every check
	@$(BIN)/python -m pytest -q -n 2 --dist loadscope

lint: .venv/made  ## ruff and the import directions
	@$(BIN)/ruff check . && $(BIN)/ruff format --check -q . && $(BIN)/lint-imports --no-cache > .venv/lint.log || { cat .venv/lint.log; exit 1; }

types: .venv/made  ## mypy --strict
	@$(BIN)/mypy

bench: .venv/made  ## every benchmark (long)
	@$(BIN)/python -m pytest -q -m bench -s tests/bench

drill: .venv/made  ## long fault drills, kill -9 among them
	@$(BIN)/python -m pytest -q -m drill

real: .venv/made  ## the six real sets through one night: make real DATA=…
	@test -n "$(DATA)" || { echo "Name the folder of the real sets: make real DATA=…"; exit 2; }
	@PROMPTBOOK_REAL_DATA=$(DATA) $(BIN)/python -m tests.whole.real

scale: .venv-scale/made  ## an environment of its own for families beyond one machine (Daft and Ray, about 2 GB)

.venv-scale/made: pyproject.toml
	@$(PYTHON) -m venv .venv-scale
	@.venv-scale/bin/python -m pip install --disable-pip-version-check -q -e '.[scale]'
	@touch $@

clean:           ## remove the sample's folders and the environment
	@rm -rf .venv .venv-scale .promptbook

lock:            ## make requirements.lock again from pyproject.toml (needs uv)
	@uv pip compile -q --universal --generate-hashes --custom-compile-command "make lock" \
	  --extra dev pyproject.toml -o requirements.lock
