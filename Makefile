# Everything a person or a machine does here; needs only make and Python 3.11 or newer.
PYTHON ?= python3
BIN := .venv/bin

# What is installed is named by what it came from: the lock, the interpreter and the place of this folder.
sum = $(shell { cat $(1); $(PYTHON) -V; pwd; } 2>&1 | cksum | cut -d ' ' -f 1)
RUN := .venv/run-$(call sum,requirements.lock)
DEV := .venv/dev-$(call sum,requirements-dev.lock)

define install
@$(PYTHON) -c 'import sys; sys.version_info >= (3, 11) or sys.exit("Voronka needs Python 3.11 or newer, and $(PYTHON) is " + sys.version.split()[0] + ". Name another one: make PYTHON=python3.12 $(MAKECMDGOALS)")'
@echo "Installing what $(1) lists ..."
@$(PYTHON) -m venv .venv
@rm -f .venv/run-* .venv/dev-*
@$(BIN)/python -m pip install -qq --disable-pip-version-check --no-input --require-hashes -r $(1)
@printf '#!/bin/sh\nPYTHONPATH="%s" exec "%s/$(BIN)/python" -m app "$$@"\n' '$(CURDIR)' '$(CURDIR)' > $(BIN)/voronka
@chmod +x $(BIN)/voronka
@touch $(2)
endef

.PHONY: run demo test browser lint bench soak texts lock clean
.NOTPARALLEL:

run: $(RUN)
	@exec $(BIN)/python -m app run

# A lived-in shop on a folder that is removed at the end.
demo: $(RUN)
	@exec $(BIN)/python -m app demo $(ARGS)

test: lint browser
	$(BIN)/python -m pytest -q -n 2 --dist loadfile

lint: $(DEV)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

# The pages are tried in a real browser.
browser:
	@command -v chromium >/dev/null || { echo "Installing Chromium ..."; apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends chromium fonts-dejavu-core >/dev/null; } || { echo "The tests need the command chromium: install it and try again."; exit 1; }

bench: $(DEV)
	@$(BIN)/python -m benchmarks $(ARGS)

soak: $(DEV)
	@$(BIN)/python -m tests.soak $(ARGS)

# Bring the catalogues up to date with the texts in the source.
texts: $(DEV)
	@$(BIN)/python -m tests.catalogues

lock:
	uv pip compile pyproject.toml --universal --generate-hashes -q -o requirements.lock --custom-compile-command "make lock"
	uv pip compile pyproject.toml --group dev -c requirements.lock --universal --generate-hashes -q -o requirements-dev.lock --custom-compile-command "make lock"
	for peer in arq celery huey; do uv pip compile benchmarks/peers/$${peer}_.py --universal --generate-hashes -q -o benchmarks/peers/$$peer.txt --custom-compile-command "make lock" || exit; done

clean:
	rm -rf .venv build dist .mypy_cache .pytest_cache .ruff_cache .import_linter_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

$(RUN):
	$(call install,requirements.lock,$@)

# The development lock holds all of the other one, so `run` is served as well.
$(DEV):
	$(call install,requirements-dev.lock,$@ $(RUN))
