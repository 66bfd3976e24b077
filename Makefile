# The commands of the project. Each installs what it needs; after the first run they work offline.
# PYTHON=/path/to/python3.12 chooses the interpreter of the virtual environments.

.DEFAULT_GOAL := help
.PHONY: help install install-client install-dev baseline demo serve test test-sdks sdks test-ocr test-browser test-production browser \
	pictures test-all test-others check coverage lock openapi reasoning fuzz test-fuzz audit \
	check-image check-host bundle check-bundle docs \
	bench bench-profile bench-accuracy bench-examples bench-learning bench-hostile bench-parsing bench-reading \
	bench-words bench-soak bench-api bench-auth bench-uploads bench-blobs \
	bench-queue bench-webhooks bench-chaos bench-logs bench-console

VENV := .venv
BIN := $(VENV)/bin
FUZZ_VENV := .venv-fuzz
PYTHON_SDKS := services 1.0.0 1.6.0 2.15.0 2.19.0
NODE_SDKS := 1.6.0 2.15.0 2.16.0 services-0.5.4
ARGS ?=
BASE ?=
CORPUS ?=

# Servers and clients of the tests are on this machine: use no proxy.
comma := ,
export NO_PROXY := 127.0.0.1,localhost,::1$(if $(NO_PROXY),$(comma)$(NO_PROXY))
export no_proxy := $(NO_PROXY)
# Where the shell forbids Python to store what it compiles, each of the hundreds of processes of the
# tests would compile everything again.
unexport PYTHONDONTWRITEBYTECODE

help: ## Show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-15s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

# Each adds to the same environment; the developers' lock has all of it.
RUNTIME := requirements/runtime.txt requirements/build.txt

install: ## Make .venv with what the server needs
	@requirements/install.sh $(VENV) $(RUNTIME) project

install-client: ## Add the official client of the demo to .venv
	@requirements/install.sh $(VENV) $(RUNTIME) requirements/sdk-2.15.0.txt project

install-dev: ## Add what tests, checks and benchmarks need to .venv
	@requirements/install.sh $(VENV) requirements/dev.txt project

baseline: ## Make .venv-baseline with what the script that a user writes needs (for make bench; 1 GB)
	@requirements/install-baseline.sh .venv-baseline requirements/baseline.in

demo: install-client ## Start a server, classify the samples with the official client, show the results
	@$(BIN)/pigeonhole demo $(ARGS)

serve: install ## Start the server (ARGS="--port 9000 --data-dir data")
	@$(BIN)/pigeonhole serve $(ARGS)

# Each test process has its own databases and servers and takes about a gigabyte, so there are four
# at most.
PARALLEL := --numprocesses auto --maxprocesses 4
PYTEST := $(BIN)/pytest --ignore=tests/sdks --ignore=tests/ocr --ignore=tests/browser --ignore=tests/production --durations 20

test: install-dev ## Run the tests (part of them: ARGS="tests/unit -k pages")
	@$(PYTEST) $(or $(ARGS),$(PARALLEL))

# Measuring coverage doubles the processor time, so only test-all, and with it .ci/run, does it.
coverage: install-dev ## Run the tests, fail under 90% of lines, write the missed lines to htmlcov/
	@$(PYTEST) $(PARALLEL) --cov --cov-report term --cov-report html --cov-fail-under=90

test-sdks: install-dev sdks ## Run nine generations of the official SDKs against a server (needs Node.js 20)
	@$(BIN)/pytest tests/sdks $(ARGS)

# Other releases of the same packages cannot share an environment.
sdks: ## Install the nine SDKs, each in its own environment
	@for sdk in $(PYTHON_SDKS); do requirements/install.sh .venv-sdk-$$sdk requirements/sdk-$$sdk.txt || exit; done
	@for sdk in $(NODE_SDKS); do requirements/install-node.sh .node-sdk/$$sdk requirements/node/$$sdk || exit; done

test-ocr: install-dev ## Run the tests of OCR in 19 languages (they name the Debian packages they need)
	@$(BIN)/pytest tests/ocr $(ARGS)

test-browser: install-dev browser ## Run the tests of the console in Chromium (they name the Debian package they need)
	@$(BIN)/pytest tests/browser $(ARGS)

test-production: install-dev ## Run the tests of alerts, units and upgrades (they name the Debian packages they need)
	@$(BIN)/pytest tests/production $(ARGS)

browser: ## Install the driver of Chromium, and axe-core, which looks at pages (needs Node.js with npm)
	@requirements/install.sh .venv-browser requirements/browser.txt
	@requirements/install-node.sh .node-axe requirements/node/axe

pictures: install-dev browser ## Take the pictures of the console for the README
	@$(BIN)/python -m docs.pictures

# The same requests each time: one worker, one seed. A made-up request that once broke the server
# becomes a separate test; this budget finds new ones.
test-fuzz: install-dev ## Send 1,500 generated requests, always the same, to a server
	@requirements/install.sh $(FUZZ_VENV) requirements/fuzz.txt
	@$(BIN)/python -m tests.fuzz.run --requests 1500 --examples 42 --workers 1

# Each of the others occupies one processor at most: two at a time, the output of each in one piece.
test-all: coverage ## Run every test, with coverage
	@$(MAKE) --jobs 2 --output-sync=target test-others

test-others: test-sdks test-fuzz test-browser test-ocr test-production ## Run what make test leaves out

check: install-dev ## Lint, format, types, import layers and cycles, sizes of modules and folders
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports --no-logo
	@$(BIN)/python -m devtools.check_layout

lock: ## Resolve the dependencies and write the locks (needs uv)
	@requirements/lock.sh $(ARGS)

check-image: ## Build the image and run it as production does (needs root, buildah and podman, no Docker)
	@BASE="$(BASE)" deploy/check-image

check-host: ## Install on a fresh Debian as the pages say, and classify the samples (needs root, debootstrap)
	@deploy/check-host

bundle: install-dev ## Pack everything for machines without a network (ARGS="--languages en,de,fr")
	@$(BIN)/python deploy/bundle.py $(ARGS)

check-bundle: ## Install the bundle without a network and classify the samples
	@deploy/check-bundle dist/pigeonhole-*.tar

# The folder docs/ has the name of the verb, which is phony.
docs: install ## Write the documentation as a static site to site/ (a server shows it at /help)
	@$(BIN)/python -m docs.site

openapi: install-dev ## Generate the pages of the reference that come from the program
	@$(BIN)/python -m docs.generate

reasoning: install-dev ## Generate the page of what the reasoning says, about 10 s of CPU
	@$(BIN)/python -m docs.reasoning_page

fuzz: install-dev ## Send 20,000 generated requests to a server (ARGS="--requests 1000 --seed 7")
	@requirements/install.sh $(FUZZ_VENV) requirements/fuzz.txt
	@$(BIN)/python -m tests.fuzz.run $(ARGS)

audit: install-dev ## Look up known vulnerabilities of the locked packages (needs a network)
	@requirements/install.sh $(FUZZ_VENV) requirements/fuzz.txt
	@$(BIN)/python requirements/audit.py $(FUZZ_VENV)/bin/pip-audit requirements/runtime.txt

need_corpus = @test -n "$(CORPUS)" || { echo "Say where the documents are: make $@ CORPUS=folder" >&2; exit 2; }

bench: install-dev baseline ## Measure speed, latency, growth, memory, start (CORPUS=folder, ARGS=--quick)
	@$(BIN)/python -m benchmarks.speed $(if $(CORPUS),--corpus "$(CORPUS)") $(ARGS)

bench-profile: install-dev ## Measure the processor time of the main job by part (CORPUS=folder)
	@$(BIN)/python -m benchmarks.speed.profile $(if $(CORPUS),--corpus "$(CORPUS)") $(ARGS)

bench-accuracy: install-dev ## Measure the accuracy of verdicts on labelled documents (CORPUS="folder ...")
	$(need_corpus)
	@$(BIN)/python -m benchmarks.accuracy --corpus $(CORPUS) $(ARGS)

bench-examples: install-dev ## Measure the gain from examples of each rule (CORPUS=folder)
	$(need_corpus)
	@$(BIN)/python -m benchmarks.accuracy.examples --corpus "$(CORPUS)" $(ARGS)

bench-learning: install-dev ## Measure what labels are worth (CORPUS="folder ...", ARGS="--half A")
	$(need_corpus)
	@$(BIN)/python -m benchmarks.accuracy.learning --corpus $(CORPUS) $(ARGS)

bench-hostile: install-dev ## Measure the effect of files that break readers (CORPUS=folder)
	$(need_corpus)
	@$(BIN)/python -m benchmarks.parsing.hostile --corpus "$(CORPUS)" $(ARGS)

bench-parsing: install-dev ## Measure reading by format against the bare libraries (CORPUS=folder too)
	@$(BIN)/python -m benchmarks.parsing $(if $(CORPUS),--corpus "$(CORPUS)") $(ARGS)

bench-reading: install-dev ## Check what is read in files with known texts (CORPUS=folder with cases.csv)
	$(need_corpus)
	@$(BIN)/python -m benchmarks.parsing.reading --corpus "$(CORPUS)" $(ARGS)

bench-words: install-dev ## Measure the words that only other readers find (CORPUS=folder)
	$(need_corpus)
	@$(BIN)/python -m benchmarks.parsing.words --corpus "$(CORPUS)" $(ARGS)

bench-soak: install-dev ## Measure memory, zombies and files left after thousands of files
	@$(BIN)/python -m benchmarks.parsing.soak $(ARGS)

bench-api: install-dev ## Measure requests and jobs per second
	@$(BIN)/python -m benchmarks.server.api $(ARGS)

bench-auth: install-dev ## Measure the cost of a flood of bad keys
	@$(BIN)/python -m benchmarks.server.auth $(ARGS)

bench-uploads: install-dev ## Measure the effect of endless and slow uploads
	@$(BIN)/python -m benchmarks.server.uploads $(ARGS)

bench-blobs: install-dev ## Measure storing and opening files in a directory and in a bucket
	@$(BIN)/python -m benchmarks.server.blobs

bench-webhooks: install-dev ## Measure deliveries to bad receivers, and files per second meanwhile
	@$(BIN)/python -m benchmarks.server.webhooks $(ARGS)

bench-queue: install-dev ## Measure the queue: a million jobs, large jobs beside small ones, two worker hosts
	@$(BIN)/python -m benchmarks.server.queue $(ARGS)

bench-chaos: install-dev ## Kill workers, Redis and Postgres during 40 jobs and count the outcomes
	@$(BIN)/python -m benchmarks.server.chaos $(ARGS)

bench-logs: install-dev ## Count the log lines of a run with outages: all JSON, few that tell of them
	@$(BIN)/python -m benchmarks.server.log_lines $(ARGS)

bench-console: install-dev browser ## Measure the console in Chromium: a job of 500 files, new verdicts on 100
	@$(BIN)/python -m benchmarks.server.console $(ARGS)
