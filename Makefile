# Run `make` alone for help. Two commands do it all: `make demo` and `make test`.
.DEFAULT_GOAL := help
SHELL := /bin/bash
PY := .venv/bin/python
PORT ?= 8080
export PYTHONDONTWRITEBYTECODE ?= 1
COUNTED := tests/unit/kit/vc tests/unit/kit/linkeddata

.PHONY: help
help: ## show this help
	@awk 'BEGIN {FS = ":.*## "} /^# ──/ {printf "\n\033[1m%s\033[0m\n", substr($$0, 6)} /^[a-z-]+:.*## / {printf "  make %-14s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

# ── start
.PHONY: install demo run
install: ## build .venv with everything, for work on accredit
	@tools/setup.sh dev
demo: ## play a school's whole year and serve it (PORT=8123 to choose the port)
	@tools/setup.sh runtime
	@$(PY) -m accredit demo --port $(PORT)
run: ## serve this checkout with the settings in the environment
	@tools/setup.sh runtime
	@$(PY) -m accredit migrate && $(PY) -m accredit serve

# ── check
.PHONY: check test coverage slow lint types imports templates browser conformance
check: lint types imports templates ## every check that needs no running service
	@tools/setup.sh dev
	@$(PY) -m pytest -q -n 2 tests/house tests/unit/storage
test: ## everything: all that make check runs, and every test
	@tools/setup.sh dev
	@$(MAKE) --no-print-directory lint types imports templates
	@$(PY) -m pytest -q -n 2 --dist loadfile -m 'not slow' tests $(COUNTED:%=--ignore=%)
	@$(MAKE) --no-print-directory coverage
coverage: ## tests of linked data, proofs and keys: they must run every branch
	@tools/setup.sh dev
	@$(PY) -m coverage erase
	@$(PY) -m coverage run -m pytest -q -n 2 -m 'not slow' $(COUNTED)
	@$(PY) -m coverage combine --quiet && $(PY) -m coverage report
slow: ## the exhaustive runs that make test samples
	@tools/setup.sh dev
	@$(PY) -m pytest -q -m slow tests
lint: ## ruff, codespell, deptry, bandit, vulture
	@tools/setup.sh dev
	@.venv/bin/ruff check . && .venv/bin/ruff format --check .
	@.venv/bin/codespell --quiet-level 3 accredit templates tests docs *.md
	@.venv/bin/deptry accredit
	@.venv/bin/bandit -q -r accredit -ll
	@.venv/bin/vulture accredit --min-confidence 90 --ignore-names case_insensitive
types: ## mypy --strict
	@.venv/bin/mypy
imports: ## the import contracts of the house
	@.venv/bin/lint-imports
templates: ## djlint
	@.venv/bin/djlint --quiet --lint templates
browser: ## only the tests that drive a browser
	@tools/setup.sh dev
	@$(PY) -m pytest -q tests/browser
conformance: ## official test vectors, in one table (TABLE=FILE to write it, DOCUMENTS=20000 for more made at random)
	@tools/setup.sh dev
	@ACCREDIT_GENERATED_DOCUMENTS=$(or $(DOCUMENTS),300) $(PY) -m pytest -q -p tests.conformance.table \
	  $(if $(TABLE),--table $(TABLE)) tests/conformance tests/unit/kit/vc/test_own_vectors.py tests/unit/kit/test_kit_vectors.py

# ── prove
.PHONY: bench mutants fuzz faults attacks properties
bench: ## measure everything beside its baselines and write docs/proof/bench.md (BENCH=page for one; goes on)
	@tools/setup.sh dev
	@$(PY) -m accredit bench $(or $(BENCH),all) --write docs/proof/bench.md --commit "$$(git rev-parse --short HEAD)"
mutants: ## does a test notice each small change of the kit? (hours; goes on; SAMPLE=40 of each file, ONLY=status_list)
	@tools/setup.sh dev
	@$(PY) -m tests.mutation $(if $(SAMPLE),--sample $(SAMPLE)) $(ONLY)
fuzz: ## hostile input for each reader, ten minutes of processor time each (FUZZ_SECONDS=, TARGETS=json,png; goes on)
	@tools/setup.sh dev
	@$(PY) -m tests.fuzz run --seconds $(or $(FUZZ_SECONDS),600) $(if $(TARGETS),--targets $(TARGETS)) \
	  --report docs/proof/fuzz.md
attacks: ## every attack of the catalogue that tests show (ONLY=VX,VC05 for some; goes on)
	@tools/setup.sh dev
	@$(PY) -m tests.attacks $(if $(ONLY),--only $(ONLY),--report docs/proof/attacks.md)
properties: ## everything in random order on both databases (STEPS=10000, SEED=; goes on; REPLAY='sqlite 17' for one)
	@tools/setup.sh dev
	@$(PY) -m tests.properties $(if $(REPLAY),replay $(REPLAY),run --steps $(or $(STEPS),10000) \
	  $(if $(SEED),--seed $(SEED)) --report docs/proof/properties.md)
faults: ## every misfortune of the fault matrix, on both databases (FAULTS=R17,R05-sqlite for some; KEEP=1 of older code; goes on)
	@tools/setup.sh dev
	@$(PY) -m tests.faults run --seed $(or $(SEED),1) $(if $(KEEP),--keep) $(if $(FAULTS),--only $(FAULTS),--report docs/proof/faults.md)

# ── words and pictures
.PHONY: screenshots translations reference access
screenshots: ## write the main pages and the certificate into docs/img
	@tools/setup.sh dev
	@$(PY) -m tests.screenshots docs/img
reference: ## write docs/reference.md and docs/refusals.md anew from the code
	@tools/setup.sh dev
	@$(PY) -m tests.house.reference_tables
access: ## play who gets what at every address, and write tests/house/access and docs/access.md anew
	@tools/setup.sh dev
	@$(PY) -m tests.house.access_matrix
translations: ## bring the catalogues up to date with the words in code and templates
	@tools/translations.sh

# ── release
.PHONY: lock assets verifier wheel
lock: ## resolve requirements.lock and requirements-dev.lock anew (names, versions and hashes only)
	@tools/lock.sh
assets: ## rebuild the stylesheet, scripts and fonts (needs node 20; take "funding" out of a new package-lock.json)
	@tools/setup.sh dev
	@$(PY) assets/fonts.py && $(PY) assets/badges.py
	@cd assets && npm ci --silent && npm run --silent build
verifier: ## rebuild the single file that checks certificates without us (needs node 20)
	@cd verifier && npm ci --silent && npm run --silent build
wheel: ## build the wheel into dist/
	@tools/setup.sh dev
	@$(PY) -m build --wheel --no-isolation --outdir dist
