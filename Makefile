# Every target works in a path with spaces, a second time, and offline once installed.
PYTHON ?= python3
.PHONY: help demo test fix lock wheel bench clean

help:
	@echo "make demo    a sample newsletter in ./demo, shown in the browser"
	@echo "make test    every check: format, lint, types, import contracts, scripts and styles, tests with coverage"
	@echo "make fix     format, and mend what the linter can mend"
	@echo "make bench   measure speed and quality, as docs/benchmarks.md tells"
	@echo "make lock    pin the dependencies again; ARGS=--upgrade takes the newest of each"
	@echo "make wheel   the program as one file in ./dist, to install on any machine"
	@echo "make clean   remove .venv, ./demo, ./dist and caches"

demo:
	@PYTHON="$(PYTHON)" .ci/install runtime
	@.venv/bin/python -m newsletter demo $(ARGS)

test:
	@PYTHON="$(PYTHON)" .ci/install dev
	@.ci/packages
	@.venv/bin/python .ci/test.py

fix:
	@PYTHON="$(PYTHON)" .ci/install dev
	@.venv/bin/python -m ruff format . && .venv/bin/python -m ruff check --fix .
	@.venv/bin/python .ci/web/biome.py fix

bench:
	@PYTHON="$(PYTHON)" .ci/install dev
	@.venv/bin/python bench/run.py $(ARGS)

lock:
	@requirements/lock.sh $(ARGS)

wheel:
	@PYTHON="$(PYTHON)" .ci/install runtime
	@.venv/bin/python -m hatchling build -t wheel

clean:
	@rm -rf .venv .ci/web/node_modules demo dist .mypy_cache .ruff_cache .import_linter_cache .hypothesis .coverage*
