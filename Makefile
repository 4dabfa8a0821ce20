# Aisle in two commands: `make run` and `make test`. `make help` lists all.
SHELL := /bin/bash
.DEFAULT_GOAL := help
PY := .venv/bin/python
BOOTSTRAP := .venv-uv
# Rasa asks nobody's leave before it reports usage; TensorFlow fills the terminal; neither is wanted.
export RASA_TELEMETRY_ENABLED := false
export TF_CPP_MIN_LOG_LEVEL := 3
export SQLALCHEMY_SILENCE_UBER_WARNING := 1
export TOKENIZERS_PARALLELISM := false
export HF_HUB_OFFLINE ?= 1
# Where it is set, every start of Rasa would compile TensorFlow's thousands of modules again.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: help setup run chat actions train test test-long check format lock clean bench-intents

help: ## List every target
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

setup: .venv/ready ## Create the environment (.venv, from requirements.lock)

.venv/ready: requirements.lock requirements-uv.lock .python-version
	@echo "Setting up .venv (about a minute, 7 GB) ..."
	@test -x $(BOOTSTRAP)/bin/uv || (python3 -m venv $(BOOTSTRAP) && $(BOOTSTRAP)/bin/pip install -q --require-hashes -r requirements-uv.lock)
	@test -x $(PY) || $(BOOTSTRAP)/bin/uv venv -q --seed --python 3.10 .venv || \
	  (echo "Aisle needs CPython 3.10 (Rasa 3.6 runs on nothing newer). Install python3.10 with venv and run make again."; exit 1)
	@$(BOOTSTRAP)/bin/uv pip sync -q --python $(PY) --require-hashes requirements.lock
	@touch $@

run: setup ## Set up, train what is missing, and serve the demo shop (Ctrl-C stops it)
	@$(PY) -m web.serve

chat: setup ## Talk to a running shop from the terminal
	@$(PY) -m web.chat

actions: setup ## The action server alone, for `rasa shell`
	@$(PY) -m actions

train: setup ## Train the bot again (the same as `rasa train`, with Aisle's settings)
	@$(PY) -m training bot

check: setup ## Style, types and layers
	@.venv/bin/ruff check .
	@.venv/bin/ruff format --check .
	@.venv/bin/mypy
	@.venv/bin/lint-imports

test: setup check ## Everything: checks, tests, the running system, the browser
	@$(PY) -m web.serve --prepare-only
	@$(PY) -m pytest

test-long: setup ## The tests that retrain the real bot in a running system: about ten minutes more
	@$(PY) -m web.serve --prepare-only
	@$(PY) -m pytest -m long

bench-intents: setup ## Intents and sentiment on the public data sets (DATA=../shared/data), hours; goes on where it stopped
	@$(PY) -W ignore -m benchmarks.suite --data $(or $(DATA),../shared/data)

format: setup ## Format the code
	@.venv/bin/ruff check --fix .
	@.venv/bin/ruff format .

lock: setup ## Resolve requirements.in again (hashes, no URLs)
	@$(BOOTSTRAP)/bin/uv pip compile -q --upgrade requirements.in --python-version 3.10 --generate-hashes \
	  --no-emit-index-url --no-header -o requirements.lock

clean: ## Delete everything made: the environment, the shop's state, the models
	rm -rf .venv $(BOOTSTRAP) var models .rasa
