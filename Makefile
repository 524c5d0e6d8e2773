# Everything a newcomer, a developer and CI call. `make demo` and `make test` need Python 3.11 and make, nothing else.
PYTHON ?= python3.11
BIN := .venv/bin
READY := .venv/.ready
# A file of tests stays in one process; the order is that of tests/conftest.py.
TESTS := $(BIN)/python -m pytest --numprocesses 2 --dist loadfile --no-loadscope-reorder
# Public data for benchmarks, training and a few tests; they are skipped where it is absent.
VOC_PUBLIC_DATA ?= ../shared/data
export VOC_PUBLIC_DATA
export OMP_NUM_THREADS ?= 1

.PHONY: help setup demo run serve test test-core faults histories check format model bench screenshots lock clean

help:            ## list the targets
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*##/ —/'

setup: $(READY)  ## create .venv from requirements.lock

$(READY): requirements.lock pyproject.toml
	@command -v $(PYTHON) >/dev/null || { echo "需要 Python 3.11（$(PYTHON)）。"; exit 1; }
	@echo "正在创建环境并安装依赖，约需三分钟……"
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --requirement requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $(READY)

demo: $(READY)   ## play the simulated company through the whole loop
	$(BIN)/voc demo

serve: $(READY)  ## Prefect server, worker and dispatcher on this machine
	$(BIN)/voc serve

test: $(READY)   ## all tests
	$(TESTS)

test-core: $(READY)  ## tests of the pure core, without database and Prefect
	$(BIN)/python -m pytest tests/voc

faults: $(READY) ## kill every part of a running house, at every boundary, and compare (most of an hour)
	$(BIN)/python -m pytest -s tests/faults -m "faults or house"

histories: $(READY) ## ten thousand random histories of each promise (minutes)
	$(BIN)/python -m pytest tests/voc/sla -m histories

check: $(READY)  ## what CI runs: format, lint, types, import contracts, migrations, tests
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(TESTS)

format: $(READY) ## format and mend what can be mended
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

model: $(READY)  ## train the shipped models from public data (pairs and the second reader of names only where torch is installed)
	$(BIN)/python -m benchmarks.train_spam
	$(BIN)/python -m benchmarks.train_names
	$(BIN)/python -m benchmarks.train_model
	$(BIN)/python -m benchmarks.train_pairs

bench: $(READY)  ## measure quality and speed; tables go to standard output
	$(BIN)/python -m benchmarks.quality_tone
	$(BIN)/python -m benchmarks.quality
	$(BIN)/python -m benchmarks.topics
	$(BIN)/python -m benchmarks.contrasts
	$(BIN)/python -m benchmarks.first_try
	$(BIN)/python -m benchmarks.privacy
	$(BIN)/python -m benchmarks.strangers
	$(BIN)/python -m benchmarks.rejection
	$(BIN)/python -m benchmarks.copies
	$(BIN)/python -m benchmarks.pairs
	$(BIN)/python -m benchmarks.evidence
	$(BIN)/python -m benchmarks.priority
	$(BIN)/python -m benchmarks.learning
	$(BIN)/python -m benchmarks.false_effective
	$(BIN)/python -m benchmarks.spikes
	$(BIN)/python -m benchmarks.quiet
	$(BIN)/python -m benchmarks.alarms
	$(BIN)/python -m benchmarks.planted_incidents
	$(BIN)/python -m benchmarks.registry
	$(BIN)/python -m benchmarks.recurrence
	$(BIN)/python -m benchmarks.registry_growth
	$(BIN)/python -m benchmarks.causes
	$(BIN)/python -m benchmarks.bursts
	$(BIN)/python -m benchmarks.themes
	$(BIN)/python -m benchmarks.needs
	$(BIN)/python -m benchmarks.audit
	$(BIN)/python -m benchmarks.effect_ladder
	$(BIN)/python -m benchmarks.golden
	$(BIN)/python -m benchmarks.verification_designs
	$(BIN)/python -m benchmarks.seasons
	$(BIN)/python -m benchmarks.calibration
	$(BIN)/python -m benchmarks.relapse
	$(BIN)/python -m benchmarks.verifications
	$(BIN)/python -m benchmarks.knowledge
	$(BIN)/python -m benchmarks.sla
	$(BIN)/python -m benchmarks.dispatch_kills
	$(BIN)/python -m benchmarks.tracking_guesses
	$(BIN)/python -m benchmarks.campaign
	$(BIN)/python -m benchmarks.portal_load
	$(BIN)/python -m benchmarks.speed
	$(BIN)/python -m benchmarks.speed_prefect
	$(BIN)/python -m benchmarks.speed_growth

screenshots: $(READY) ## pictures of the portal for docs/portal.md, of the house in VOC_HOME (after make demo)
	$(BIN)/python -m benchmarks.screenshots

lock:            ## resolve requirements.in into requirements.lock (needs uv)
	uv pip compile requirements.in --output-file requirements.lock --python-version 3.11

clean:           ## remove what the tools left (not your data)
	rm -rf .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache
