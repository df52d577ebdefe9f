# Everything a person or a pipeline calls. All paths are relative, so that a folder with a space in its name works.
PYTHON ?= python3
PYTEST_ARGS ?= -n 2 --dist worksteal
venv = .venv/bin/python

.DEFAULT_GOAL := help
.PHONY: help run test bench screenshots lint types imports words lock prepare prepare-test

help: ## show these commands
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  make \1|\2/p' Makefile | awk -F'|' '{ printf "%-16s %s\n", $$1, $$2 }'

run: prepare ## start everything with demo accounts, until Ctrl-C (PORT=8080, LAPOR_HOME=...)
	@exec $(venv) run.py all --demo

test: prepare-test lint types imports ## the whole suite (PYTEST_ARGS="-n 0 -k name" for a part of it)
	@$(venv) -m pytest $(PYTEST_ARGS)

bench: prepare-test ## what the costly paths cost beside a bare limit, on this machine (BENCH_STEPS=100000)
	@$(venv) -m tests.bench.run

screenshots: prepare-test ## pictures of every main screen of the demonstration (docs/screenshots)
	@$(venv) -m tests.screenshots.run

lint: prepare ## style, by ruff
	@$(venv) -m ruff check .
	@$(venv) -m ruff format --check .

types: prepare ## type hints, by mypy
	@$(venv) -m mypy

imports: prepare ## the direction of imports, by import-linter
	@$(venv) -c "from importlinter.cli import lint_imports_command as check; check()"

words: prepare ## bring the catalogues of both languages up to date (app/translations)
	@$(venv) -m tests.codebase.catalogues

lock: prepare ## write requirements.lock anew from pyproject.toml
	@$(PYTHON) app/launch/prepare.py lock

prepare: ## make or refresh .venv and install missing system libraries
	@$(PYTHON) app/launch/prepare.py run

prepare-test: ## the same, and a browser for the tests
	@$(PYTHON) app/launch/prepare.py test
