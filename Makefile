# Every command of the project. `make` alone prints them.
SHELL := /bin/bash
.DEFAULT_GOAL := help
python := .venv/bin/python

.PHONY: help environment demo test check unit system bench bench-auth promises protos lock screenshots package clean

help: ## This list
	@echo "Mon compte partenaire"
	@awk -F':.*## ' '/^[a-z-]+:.*## /{printf "  make %-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

environment: ## The Python environment in .venv, from requirements.lock
	@scripts/environment.sh

demo: environment ## Everything on this machine: services, demo extranets, mail inbox, 10 000 dossiers (Ctrl-C ends it)
	@exec $(python) -m onebox

test: environment ## Linters, types, architecture and every test
	@scripts/test.sh

check: environment ## Linters, types and architecture only
	@scripts/check.sh

unit: environment ## Tests without real processes or a browser
	@$(python) -m pytest tests --ignore=tests/system -q

system: environment ## The stories: real processes, mTLS, Chromium
	@$(python) -m pytest tests/system -q

bench: environment ## Benchmarks; prints ratios to a floor of the same run
	@$(python) -m tests.bench

bench-auth: environment ## The token endpoint against node-oidc-provider and floors (needs wrk and node)
	@$(python) -m tests.bench.auth

promises: environment ## The specification of the product: promises, sources, tests, gaps
	@$(python) -m tests.promises

screenshots: environment ## Every page in French at 1280 and 360 px, into screenshots/
	@SCREENSHOTS=screenshots $(python) -m pytest tests/system/test_pages.py -q -p no:randomly

protos: environment ## Regenerate protos/src from protos/schema
	@protos/generate.sh

lock: environment ## Lock the dependencies again after a change of a pyproject.toml
	@scripts/lock.sh

package: environment ## One service for another machine, into dist/SERVICE: make package SERVICE=audit
	@$(python) scripts/package.py $(SERVICE)

clean: ## Remove the environment and the demo's data
	@rm -rf .venv dist demo-data screenshots .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis
