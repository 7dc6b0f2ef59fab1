# The commands of this project. Each is a script that works without make too.
# Values given on the command line reach the scripts through the environment, as they are: $(value …) keeps
# make from expanding them, and no shell ever evaluates them.
override export VIDEO := $(value VIDEO)
override export MODEL := $(value MODEL)
override export ARGS := $(value ARGS)

.PHONY: help setup demo test long check lock format reference docs

help:
	@echo "make setup          .venv with the commands cctv and cctv-edge, and the dashboard"
	@echo "make demo           the whole system with two rendered cameras; VIDEO=file|rtsp-url MODEL=name|path ARGS=..."
	@echo "make test           everything: checks, tests, coverage gate"
	@echo "make check          linters, types, layers, generated pages, dashboard"
	@echo "make long           the long counts: thousands of starts, random kills"
	@echo "make format         format the Python code"
	@echo "make reference      write docs/reference anew from the code"
	@echo "make docs           the documentation as a site that needs no network: build/docs/site"
	@echo "make lock           write requirements/*.txt anew"

setup:
	@scripts/python scripts/setup.py

demo:
	@./demo

test:
	@scripts/python scripts/setup.py --dev
	@.venv/bin/python -m scripts.test

long:
	@scripts/python scripts/setup.py --dev
	@.venv/bin/python -m scripts.test --long

check:
	@scripts/python scripts/setup.py --dev
	@.venv/bin/python -m scripts.check

format:
	@.venv/bin/ruff check --fix-only --quiet .
	@.venv/bin/ruff format .

reference:
	@.venv/bin/python -m scripts.reference

docs:
	@scripts/python scripts/setup.py --dev
	@.venv/bin/python -m scripts.docs

lock:
	@scripts/lock
