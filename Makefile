# Each target sets up what it needs. On a fresh machine start with `make bench PROFILE=quick` or `make test`.
SHELL := /bin/bash
.NOTPARALLEL:
.DEFAULT_GOAL := help

BIN := .venv/bin
SETUP := orchestrator/setup

# Keeps `find` out of folders that hold no source files. Every target that searches the project uses it.
OWN_FILES = find . \( -path ./.venv -o -path ./.git -o -path ./results \) -prune -o

.PHONY: help
help: ## show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)
	@echo
	@echo '  make bench PROFILE=quick SERVICES="flask sanic" WORKLOADS="json text" REPEATS=3'
	@echo '  make bench RESUME=latest  (goes on with a run that was interrupted)'
	@echo '  ENGINE=skip: never install or start a Docker engine'
	@echo '  make ends with 2 whenever a command fails; to see the exit codes of the lab, run $(BIN)/lab itself'

# --- measuring ------------------------------------------------------------------------------------

.PHONY: bench
bench: $(BIN)/.runtime base-images ## measure a set of services; options: SET= SERVICES= SINCE= WORKLOADS= PYTHON= PROFILE= (cost: all at once; BASES=1) REPEATS= RESUME=
	$(strip $(if $(SINCE),$(touched)) $(BIN)/lab run $(if $(SINCE),$$services,$(SERVICES)) $(if $(SET),--set $(SET)) \
	  $(if $(WORKLOADS),--workload $(WORKLOADS)) $(if $(PYTHON),--python $(PYTHON)) \
	  $(if $(PROFILE),--profile $(PROFILE)) $(if $(BASES),--bases) $(if $(REPEATS),--repeats $(REPEATS)) \
	  $(if $(RESUME),--resume $(RESUME)) $(if $(RESULTS),--results $(RESULTS)))

# SINCE= measures the services that a change touches. If it touches none, stop: `lab run` without names measures the set 2019.
touched = test -z '$(SERVICES)$(SET)' || { echo 'make bench takes SERVICES= or SET= or SINCE=, only one of them' >&2; exit 2; }; \
	services=$$($(BIN)/lab changed --since '$(SINCE)') || exit; \
	test -n "$$services" || { echo 'no change since $(SINCE) touches a service: nothing to measure'; exit 0; };

.PHONY: changed
changed: $(BIN)/.runtime ## list the services that changes since a commit touch: SINCE=
	@$(call need,SINCE,a commit or branch or tag to compare with)
	@$(BIN)/lab changed --since '$(SINCE)'

.PHONY: nanode
nanode: $(BIN)/.runtime base-images ## measure with the profile nanode in a cgroup of 1 CPU and 1 GB (needs root): SERVICES= SET= WORKLOADS= PYTHON= REPEATS=
	$(strip $(BIN)/lab nanode $(SERVICES) $(if $(SET),--set $(SET)) $(if $(WORKLOADS),--workload $(WORKLOADS)) \
	  $(if $(PYTHON),--python $(PYTHON)) $(if $(REPEATS),--repeats $(REPEATS)) $(if $(RESULTS),--results $(RESULTS)))

.PHONY: crosscheck
crosscheck: $(BIN)/.runtime base-images ## compare the lab's client with wrk: SERVICES= SET= PAIRS= PYTHON=
	$(strip $(BIN)/lab crosscheck $(SERVICES) $(if $(SET),--set $(SET)) $(if $(PAIRS),--pairs $(PAIRS)) \
	  $(if $(PYTHON),--python $(PYTHON)))

.PHONY: ab
ab: $(BIN)/.runtime base-images ## say which of two versions is slower: SERVICE= BASE= HEAD= WORKLOAD= BUDGET= FAIL_ABOVE= BY=
	@$(call need,SERVICE,the service to compare)
	@$(call need,BASE,what to compare with (docs/ab.md has the forms of a side))
	@$(call need,HEAD,what to judge (docs/ab.md has the forms of a side))
	@$(call without,PYTHON,a version of Python is a side - such as HEAD=python:3.12)
	$(strip $(BIN)/lab ab '$(SERVICE)' --base '$(BASE)' --head '$(HEAD)' $(if $(WORKLOAD),--workload '$(WORKLOAD)') \
	  $(if $(BUDGET),--budget '$(BUDGET)') $(if $(FAIL_ABOVE),--fail-above '$(FAIL_ABOVE)') $(if $(BY),--by '$(BY)') \
	  $(if $(RESULTS),--results $(RESULTS)))

.PHONY: judge
judge: $(BIN)/.runtime base-images ## say whether a change makes a service slower: SINCE= SERVICES= WORKLOADS= BUDGET= WITHIN= FAIL_ABOVE=
	@$(call need,SINCE,a commit or branch or tag to compare with)
	@$(call without,PYTHON,it compares each service on its own Python)
	$(strip $(BIN)/lab judge $(SERVICES) --since '$(SINCE)' $(if $(WORKLOADS),--workload $(WORKLOADS)) \
	  $(if $(BUDGET),--budget '$(BUDGET)') $(if $(WITHIN),--within '$(WITHIN)') \
	  $(if $(FAIL_ABOVE),--fail-above '$(FAIL_ABOVE)') $(if $(RESULTS),--results $(RESULTS)))

.PHONY: instructions
instructions: $(BIN)/.runtime base-images ## count CPU instructions for a request: SERVICES= SET= BASES=1 WORKLOAD= SEEDS= PYTHON=
	$(strip $(BIN)/lab instructions $(SERVICES) $(if $(SET),--set $(SET)) $(if $(BASES),--bases) $(if $(WORKLOAD),--workload $(WORKLOAD)) \
	  $(if $(SEEDS),--seeds $(SEEDS)) $(if $(PYTHON),--python $(PYTHON)))

.PHONY: size
size: $(BIN)/.runtime base-images ## find the highest rate that keeps a promise: SERVICES= SET= WORKLOAD= P99= ERRORS= PRICE= PYTHON=
	$(strip $(BIN)/lab size $(SERVICES) $(if $(SET),--set $(SET)) $(if $(WORKLOAD),--workload $(WORKLOAD)) \
	  $(if $(P99),--p99 '$(P99)') $(if $(ERRORS),--errors '$(ERRORS)') $(if $(PRICE),--price '$(PRICE)') \
	  $(if $(PYTHON),--python $(PYTHON)) $(if $(RESULTS),--results $(RESULTS)))

.PHONY: report
report: $(BIN)/.runtime ## rebuild all reports and the page that lists them, or one report: RUN= (no Docker needed)
	$(strip $(BIN)/lab report $(RUN))

.PHONY: compare
compare: $(BIN)/.runtime ## say row by row which of two runs is faster: BASE= HEAD= ANYWAY=1 (no Docker needed)
	@$(call need,BASE,the run to compare with: the name of its folder or latest)
	@$(call need,HEAD,the run to judge: the name of its folder or latest)
	$(strip $(BIN)/lab compare '$(BASE)' '$(HEAD)' $(if $(ANYWAY),--anyway) $(if $(RESULTS),--results $(RESULTS)))

.PHONY: summary
summary: $(BIN)/.runtime ## show a run or a judgement on one screen, as Markdown: RUN= (default: the latest)
	@$(strip $(BIN)/lab summary $(RUN) $(if $(RESULTS),--results $(RESULTS)))

.PHONY: history
history: $(BIN)/.runtime ## show each service's numbers over time and their change points: SERVICE= QUANTITY= PAGE= (no Docker needed)
	@$(strip $(BIN)/lab history $(if $(SERVICE),--service $(SERVICE)) $(if $(QUANTITY),--quantity $(QUANTITY)) \
	  $(if $(PAGE),--page '$(PAGE)') $(if $(RESULTS),--results $(RESULTS)))

.PHONY: history-add
history-add: $(BIN)/.runtime ## add a run to the history, and show it as Markdown: RUN=
	@$(call need,RUN,the folder of a run or the word latest)
	@$(strip $(BIN)/lab history add $(RUN) $(if $(RESULTS),--results $(RESULTS))) --file results/history.jsonl >&2
	@$(BIN)/lab history --file results/history.jsonl

.PHONY: audit
audit: $(BIN)/.runtime ## look for numbers that cannot be right in a run, a table or Locust CSV: FILE=
	@$(call need,FILE,a run's folder, a table as Markdown or CSV, or a folder of Locust CSV files)
	$(BIN)/lab audit $(FILE)

.PHONY: doctor
doctor: $(BIN)/.runtime ## say what this host can and cannot measure, and how to fix it
	$(BIN)/lab doctor

.PHONY: new
new: $(BIN)/.runtime ## add a framework, or another way to serve one: NAME= WAY=
	@$(call need,NAME,the name of the framework)
	$(strip $(BIN)/lab new $(NAME) $(if $(WAY),--way $(WAY)))

# --- staying current ------------------------------------------------------------------------------

# The new locks stay even if a service breaks the contract with them (exit code 1), so that a person can look. Then
# committed reports are made again, since a raised lock makes rows stale, and the tests that need no Docker run.
.PHONY: update
update: $(BIN)/.dev $(if $(CHECK),,base-images) ## raise locks to the newest stable releases, verify, test: SERVICES= SET= SUMMARY= CHECK=1
	@$(strip $(BIN)/lab update $(SERVICES) $(if $(SET),--set $(SET)) $(if $(SUMMARY),--summary '$(SUMMARY)') \
	  $(if $(CHECK),--check)); code=$$?; \
	if test -n '$(CHECK)' || test $$code -gt 1 || git diff --quiet HEAD -- '*/requirements.txt'; then exit $$code; fi; \
	for report in $$(git ls-files 'results/*/report/report.md'); do \
	  $(BIN)/lab report "$$(basename "$$(dirname "$$(dirname "$$report")")")" > /dev/null || code=1; done; \
	$(BIN)/python -m pytest -q --numprocesses=auto tests/unit tests/test_repo.py || code=1; exit $$code

.PHONY: update-take
update-take: ## take raised locks and their reports out of a copy of this checkout: FROM=
	@$(call need,FROM,the folder of the copy)
	@bash .github/take_raised.sh '$(FROM)'

.PHONY: update-pull-request
update-pull-request: ## propose the raised locks in one pull request (needs gh and GH_TOKEN): FILES= DRY=1
	@bash .github/update_pull_request.sh $(if $(DRY),--dry) $(FILES)

# --- checking -------------------------------------------------------------------------------------

# Only one process may use the engine. Beside it run the tests that need none; then, alone, those that measure.
NEED_ENGINE := tests/contract tests/browser/test_interactive_page.py
MEASURE := tests/docker tests/e2e tests/integration/test_arrival_rate.py
PYTEST := $(BIN)/python -m pytest --durations=15 --durations-min=10

.PHONY: test
test: $(BIN)/.dev base-images browser ## run all tests, with real containers and a real browser
	bash tests/beside.sh \
	  $(PYTEST) --numprocesses=auto --dist=loadfile $(addprefix --ignore=,$(NEED_ENGINE) $(MEASURE)) tests \
	  -- $(PYTEST) $(NEED_ENGINE)
	$(PYTEST) $(MEASURE)

.PHONY: vm
vm: ## try the first steps on a new Debian 13, in a virtual machine: CHECKS= (docs/vm.md; not part of make test)
	@bash tests/vm/vm.sh all $(CHECKS)

.PHONY: check
check: $(BIN)/.dev ## run linters, type checks, layer checks and unit tests (no Docker needed, under a minute)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	PYTHONPATH=loadgen $(BIN)/lint-imports
	$(OWN_FILES) -name Dockerfile -print0 | xargs -0 $(BIN)/hadolint
	$(BIN)/compose-lint docker-compose.yml
	$(OWN_FILES) -name '*.sh' -print0 | xargs -0 $(BIN)/shellcheck -x .ci/run
	$(BIN)/check-jsonschema --builtin-schema vendor.github-workflows .github/workflows/*.yml
	$(BIN)/zizmor --offline --pedantic --strict-collection --quiet .github
	$(BIN)/python -m pytest --collect-only -qq tests > /dev/null # every test file can be imported
	$(BIN)/python -m pytest -q --numprocesses=auto tests/unit tests/test_repo.py

# --- setting up -----------------------------------------------------------------------------------

.PHONY: engine
engine: ## install (Debian, Ubuntu) and start a Docker engine with Compose v2 where there is none
	@bash $(SETUP)/engine.sh

.PHONY: engine-stop
engine-stop: ## stop the engine if the lab started it
	@bash $(SETUP)/engine-stop.sh

.PHONY: base-images
base-images: engine ## get the Python base images, and find the limits that this host grants to a container
	@bash $(SETUP)/base_images.sh
	@bash $(SETUP)/nofile.sh

.PHONY: browser
browser: ## install Chromium, for the tests of the pages
	@bash $(SETUP)/browser.sh

.PHONY: images
images: $(BIN)/.runtime base-images ## build the images of a set of services: SET= PYTHON=
	$(strip $(BIN)/lab images $(if $(SET),--set $(SET)) $(if $(PYTHON),--python $(PYTHON)))

.PHONY: images-save
images-save: $(BIN)/.runtime base-images ## build the images of a set and write them to one file: FILE= SET= PYTHON=
	@$(call need,FILE,the archive to write)
	$(strip $(BIN)/lab images-save $(FILE) $(if $(SET),--set $(SET)) $(if $(PYTHON),--python $(PYTHON)))

.PHONY: images-load
images-load: $(BIN)/.runtime engine ## load images that another host saved: FILE= PYTHON=
	@$(call need,FILE,an archive that make images-save has written)
	$(strip $(BIN)/lab images-load $(FILE) $(if $(PYTHON),--python $(PYTHON)))
	@$(MAKE) --no-print-directory base-images

.PHONY: clean
clean: ## remove .venv, caches, and the lab's containers and networks; results and images stay
	@bash $(SETUP)/clean.sh

# Each stamp file says when packages were installed. If a lock file is newer, its packages are installed again.
$(BIN)/.runtime: orchestrator/requirements.txt $(SETUP)/venv.sh
	@bash $(SETUP)/venv.sh runtime
	@touch $@

$(BIN)/.dev: orchestrator/requirements.txt tests/requirements.txt $(SETUP)/venv.sh
	@bash $(SETUP)/venv.sh dev
	@touch $@ $(BIN)/.runtime

need = test -n '$($(1))' || { echo 'make $@ needs $(1)=: $(2)' >&2; exit 2; }
without = test -z '$($(1))' || { echo 'make $@ takes no $(1)=: $(2)' >&2; exit 2; }
