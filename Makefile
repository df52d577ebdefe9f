# Everything a person or a pipeline calls. All paths are relative, so that a folder with a space in its name works.
PYTHON ?= python3
DEMO ?= yes
PYTEST_ARGS ?= -n 2 --dist worksteal
venv = .venv/bin/python
# Without stored bytecode each process compiles all that it imports: seconds at each start of a worker or test process.
unexport PYTHONDONTWRITEBYTECODE

.DEFAULT_GOAL := help
.PHONY: help run test check figures fuzz pages deep faults mutants mutants-map audit sbom clamav-test bench soak screenshots lint types imports words lock deb image
.PHONY: prepare prepare-test suite quick checks

help: ## show these commands
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  make \1|\2/p' Makefile | awk -F'|' '{ printf "%-16s %s\n", $$1, $$2 }'

run: prepare ## start everything with demo accounts, until Ctrl-C (PORT=8080, LAPOR_HOME=...; DEMO= for a new office)
	@exec $(venv) run.py all $(if $(DEMO),--demo)

test: prepare-test ## the whole suite, beside it style, types and layers (PYTEST_ARGS="-n 0 -k name" for a part of it)
	@$(MAKE) --no-print-directory -j 2 suite checks

suite:
	@$(venv) -m pytest $(PYTEST_ARGS)

checks: lint types imports

check: prepare-test ## what a change breaks most often: style, types, layers, the rules, acts and the API
	@$(MAKE) --no-print-directory -j 2 quick checks

quick:
	@$(venv) -m pytest -n 2 -q tests/workflow_rules tests/cases tests/api/test_contract.py

figures: prepare-test ## how large packages, files and functions are (ROOT=another checkout)
	@$(venv) -m tests.codebase.structure $(or $(ROOT),.)

fuzz: prepare-test ## random calls of every operation of the API, tens of thousands (FUZZ_CALLS=800 each)
	@FUZZ_CALLS=$(or $(FUZZ_CALLS),800) $(venv) -m pytest -n 3 -q -rA tests/api/test_openapi_fuzz.py tests/api/test_fuzz.py

pages: prepare-test ## every page in a browser in every way, with two sets of fonts, for every visitor (make test: for its first)
	@EVERY_LOOK=1 $(venv) -m pytest -n 3 -q -m "" tests/story/test_every_page.py

deep: prepare-test ## the tests whose length can be set, at length: random processes, a year of sweeps, races in thousands
	@MACHINE_EXAMPLES=30000 CALENDAR_TIMES=30 QUARTER_CASES=300 TRAVEL_DAYS=350 TRAVEL_TEAMS=1,4 RACE_ROUNDS=2000 VICTIMS=worker,horse \
	REDIS_AWAY_SECONDS=60 CONVERGENCE_REVISIONS=10000 REPORT_ROWS=1000 $(venv) -m pytest -n 2 -m "" --timeout=7200 \
	tests/workflow_rules/test_process_machine.py tests/workflow_rules/test_calendar_against_slow.py tests/reporting/test_quarter.py tests/reporting/test_report_pdf.py tests/cases/test_time_travel.py tests/sp4n \
	tests/races/test_races.py tests/races/test_races_of_every_act.py tests/story/test_killed_deliveries.py \
	tests/story/test_killed_reports.py tests/story/test_redis_away.py

faults: prepare-test ## kill, freeze, fill and cut every part under load; then nothing may be lost or doubled (TIMES=20 KILLS=200)
	@$(venv) -m tests.faults.run
	@VICTIMS=worker,horse $(venv) -m pytest -n 2 -q -m at_length tests/story/test_silent_mail_server.py \
		tests/story/test_redis_away.py tests/story/test_killed_deliveries.py tests/story/test_killed_reports.py \
		tests/launch/test_two_hosts.py tests/launch/test_slow_clients.py

mutants: prepare-test ## change the program in one place after another: does a test fail? (PACKAGE=app/cases, SINCE=main)
	@$(venv) -m tests.mutation.run

mutants-map: prepare-test ## record which test runs which line, for make mutants (TESTS=those that are new)
	@$(venv) -m tests.mutation.record

audit: prepare ## known vulnerabilities of the locked packages, by pip-audit (asks the advisory database)
	@$(venv) -m pip_audit -r requirements.lock --disable-pip --strict

sbom: prepare ## list every package of the program with its licence: sbom.cdx.json (CycloneDX)
	@$(venv) -m cyclonedx_py environment .venv --of JSON --output-reproducible -o sbom.cdx.json

clamav-test: prepare-test ## our scanner client against a real clamd (needs the package clamav-daemon)
	@$(venv) -m tests.files.real_clamd

bench: prepare-test ## what it costs beside a bare limit, on this machine (SIZE=1k, 10k, 100k or 1m; JSON=figures.json)
	@$(venv) -m tests.bench.run --size $(or $(SIZE),100k) $(if $(JSON),--json "$(JSON)")

soak: prepare-test ## an office and its citizens at work for long (SIZE=10k, MINUTES=30, JSON=figures.json)
	@$(venv) -m tests.bench.soak --size $(or $(SIZE),10k) --minutes $(or $(MINUTES),30) $(if $(JSON),--json "$(JSON)")

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

deb: prepare ## the Debian package, into dist (needs Debian's own python3, dpkg-deb and systemd-analyze)
	@$(venv) -m app.packaging.debian_package

image: prepare ## the container image, by buildah (BASE=another Debian 13, IMAGE_OPTIONS="--isolation chroot")
	@$(venv) -m app.packaging.image.build

prepare: ## make or refresh .venv and install missing system libraries
	@$(PYTHON) app/launch/prepare.py run

prepare-test: ## the same, and a browser for the tests
	@$(PYTHON) app/launch/prepare.py test
