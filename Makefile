# `make` alone prints what there is to do. Everything is installed into .venv; nothing else on the machine is touched.
.DEFAULT_GOAL := help
.PHONY: help demo up down test check bench docs lock sbom audit clean tools

VENV := .venv
BIN := $(VENV)/bin
# The first Python that is new enough, unless PYTHON names one.
PYTHON ?= $(shell for p in python3 python3.14 python3.13 python3.12 python3.11 python; do \
	$$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$p && break; done)

help: ## this list
	@awk -F ':.*## ' '/^[a-z]+:.*## / {printf "  make %-7s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

$(VENV)/.installed: pyproject.toml $(wildcard requirements/*.lock)
	@test -n "$(PYTHON)" || { echo "Tocsin needs Python 3.11 or newer, and found none. Install one, or: make PYTHON=/path/to/python"; exit 1; }
	@echo "installing into $(VENV) (once) ..."
	@$(PYTHON) -m venv $(VENV) || { echo "$(PYTHON) cannot make virtual environments. On Debian: apt install python3-venv"; exit 1; }
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/uv.lock
	@$(BIN)/uv pip install --quiet --python $(BIN)/python --require-hashes -r requirements/dev.lock
	@$(BIN)/uv pip install --quiet --python $(BIN)/python --no-deps --no-build-isolation -e .
	@$(BIN)/python -m tocsin.kafka.java >/dev/null 2>&1 || [ -n "$(KAFKA_BOOTSTRAP)" ] || \
		{ echo "no Java 17 or newer here: installing one into $(VENV)"; \
		$(BIN)/uv pip install --quiet --python $(BIN)/python --require-hashes -r requirements/java.lock; }
	@touch $@

demo: $(VENV)/.installed ## a simulated world on real Kafka: crises open before your eyes (2 minutes)
	@$(BIN)/python -m tocsin.demo

up: $(VENV)/.installed ## broker, streams, workers and notifier, until Ctrl-C
	@test -e watchlist.yaml || $(BIN)/tocsin init
	@$(BIN)/tocsin up

down: $(VENV)/.installed ## stop a broker that `tocsin kafka start` left running
	@$(BIN)/tocsin kafka stop

test: $(VENV)/.installed ## all tests, on a real broker (under 10 minutes on 2 cores)
	@$(BIN)/python -m pytest --numprocesses 2 --dist loadfile $(TESTS)

check: $(VENV)/.installed ## format, lint, strict types, import layers, documents = code, bill of materials, audit
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports
	@$(BIN)/python -m pytest -rs tests/house
	@$(MAKE) --no-print-directory sbom audit

bench: $(VENV)/.installed ## every figure that the documents quote
	@$(BIN)/python -m bench

tools: $(VENV)/.installed ## unpack promtool, Prometheus and amtool into .venv/tools (Debian and its kin; no root needed)
	@mkdir -p $(VENV)/tools && cd $(VENV)/tools && apt-get download -q prometheus prometheus-alertmanager \
		&& for package in *.deb; do dpkg-deb --extract $$package . && rm $$package; done
	@ls $(VENV)/tools/usr/bin

docs: $(VENV)/.installed ## write the generated documents: schemas, AsyncAPI, commands, metrics, dashboard, lifecycle
	@$(BIN)/python -m tocsin.schema_documents
	@$(BIN)/python -m tocsin.command_documents
	@$(BIN)/python -m tocsin.lifecycle_documents
	@$(BIN)/python -m tocsin.chart_documents
	@$(BIN)/python -m tocsin.metric_documents
	@$(BIN)/python -m tocsin.dashboard_documents

lock: $(VENV)/.installed ## write requirements/*.lock again from pyproject.toml
	@sh requirements/lock.sh $(BIN)/uv

sbom: $(VENV)/.installed ## write the software bill of materials (CycloneDX), build/tocsin.cdx.json
	@$(BIN)/python requirements/sbom.py build/tocsin.cdx.json

audit: $(VENV)/.installed ## known vulnerabilities of what is locked (needs a network)
	@$(BIN)/python requirements/audit.py

clean: ## remove .venv, caches and local state
	@rm -rf $(VENV) .tocsin .mypy_cache .ruff_cache .hypothesis .import_linter_cache build *.egg-info
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +
