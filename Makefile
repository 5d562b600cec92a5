# fasttrack: `make run` serves the whole system on this machine, `make test`
# runs all tests. Both need Go alone; `make lint` and `make deploy` bring their
# own tools (see TOOLS).

FUNCTIONS := Request Approve Apply Record Grant Reconcile Digest Notify EndSessions Console Slack Hooks GrantDemo

# The functions that read flows.yaml. It is packed with no others, so that a change of it
# updates these alone (functions.ReadFlows).
READ_FLOWS := Request Approve Apply Record Notify

# Where a function's code is, if not in functions/ under its name.
SOURCE_GrantDemo := examples/grant-demo
source = $(or $(SOURCE_$(1)),functions/$(shell echo $(1) | tr A-Z a-z))

# What everything is built with, so that binaries, vet and tests share what was
# compiled once. A Lambda binary leaves out, by lambda.norpc, the old go1.x
# runtime's RPC, and by -s -w the symbol tables that only a debugger reads.
export CGO_ENABLED := 0
export GOFLAGS := $(GOFLAGS) -trimpath -buildvcs=false
# All packages of all modules (go.work). A pattern ends where another module begins.
PACKAGES := ./... ./e2e/browser/... ./hook/... ./strategy/...
LAMBDA_BUILD := go build -tags lambda.norpc -ldflags='-s -w'
# The processor that `sam build` builds for: the template's Architecture.
# Deploying to x86_64 takes LAMBDA_ARCH=amd64 here and Architecture=x86_64 there.
LAMBDA_OS   ?= linux
LAMBDA_ARCH ?= arm64

# The name of the stack that `make deploy` proposes, and protects from deletion.
STACK ?= fasttrack

# Where pinned tools are kept, outside the tree that `sam build` copies.
TOOLS ?= $(or $(XDG_CACHE_HOME),$(HOME)/.cache)/fasttrack/tools
GOSEC := github.com/securego/gosec/v2/cmd/gosec@v2.30.0
GOVULNCHECK := golang.org/x/vuln/cmd/govulncheck@v1.9.0
STATICCHECK := honnef.co/go/tools/cmd/staticcheck@v0.7.0
OAPI_CODEGEN := github.com/oapi-codegen/oapi-codegen/v2/cmd/oapi-codegen@v2.8.2

.DEFAULT_GOAL := help
.PHONY: help build run test e2e vuln fuzz api-fuzz clients parity-dynamodb parity-statemachine torture lint bench deploy terminal clean tools

help: ## List the targets
	@awk -F':.*## ' '/^[a-z-]+:.*## /{printf "  make %-20s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

# One go command builds them all, side by side. The first time that takes a minute
# or two, so it says how far it is.
build: ## Build the Lambda binaries and the CLI for this machine, into build/
	@mkdir -p build/bin $(FUNCTIONS:%=build/%Function)
	@{ $(LAMBDA_BUILD) -v -o build/bin/ ./cmd/fasttrack $(foreach f,$(FUNCTIONS),./$(call source,$f)) 2>&1; echo "status $$?"; } | \
		awk -v tty="$$([ -t 2 ] && echo 1)" -f tools/progress.awk
	@ln -f build/bin/fasttrack build/fasttrack
	@$(foreach f,$(FUNCTIONS),ln -f build/bin/$(notdir $(call source,$f)) build/$fFunction/bootstrap &&) true
	@rm -f $(FUNCTIONS:%=build/%Function/flows.yaml)
	@$(foreach f,$(READ_FLOWS),cp flows.yaml build/$fFunction/ &&) true

# FLOWS=FILE serves that file. ATTACH='NAME[=PORT] ...' leaves functions to
# processes of your own. DATA=DIR keeps requests. PARAMETERS='NAME=VALUE ...' are
# the template's. ACCOUNT_CONCURRENCY=10 throttles functions as a new AWS account
# does. FASTTRACK_ADDR is where it listens, 127.0.0.1:8080 by default.
run: build ## Serve the whole system on this machine (FLOWS, ATTACH, DATA, PARAMETERS: see the Makefile)
	@exec build/fasttrack local $(if $(FLOWS),--flows '$(FLOWS)') $(if $(DATA),--data '$(DATA)') \
		$(if $(IDENTITIES),--identities '$(IDENTITIES)') $(ATTACH:%=--attach '%') \
		$(if $(ACCOUNT_CONCURRENCY),--account-concurrency '$(ACCOUNT_CONCURRENCY)') $(PARAMETERS:%=--parameter '%')

.PHONY: demo
demo: build ## Serve this machine with flows and requests of a demo, to see the console filled (FASTTRACK_ADDR)
	@go run ./e2e/consoledemo/serve

test: build ## Run all tests
	go vet $(PACKAGES)
	@command -v "$${FASTTRACK_CHROMIUM:-chromium}" >/dev/null || echo 'Chromium is not installed: the tests of the console in a browser are skipped.'
	@ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1 || command -v initdb >/dev/null || echo 'PostgreSQL is not installed: the tests of strategies/postgres are skipped.'
	go test $(PACKAGES)

# What is deployed to the emulator: functions for this machine, on which it runs
# them.
EMULATED = FASTTRACK_EMULATOR='$(abspath $(TOOLS))' FASTTRACK_SAM_BUILD='$(CURDIR)/build/sam'

.PHONY: build-sam
build-sam: build $(TOOLS)/venv/.installed $(TOOLS)/emulator/.installed
	LAMBDA_OS=$$(go env GOOS) LAMBDA_ARCH=$$(go env GOARCH) $(SAM) build --build-dir build/sam

e2e: build-sam ## Deploy to an emulator of AWS with the SAM CLI, and play the transcripts there (docs/e2e.md)
	$(EMULATED) go test -count=1 -timeout 20m -parallel 5 -run '^(TestSamples|TestCases|TestSignedCases|TestDeployed.*)$$' $(E2EFLAGS) ./e2e

# COLD=1 compiles all that a team in Go compiles, which takes minutes. DIST=DIR has
# releases that were made before: DIR/v1.2.0 as with
# `go run ./tools/dist -trial -version v1.2.0 -out DIR/v1.2.0`, and DIR/v1.3.0.
NEWCOMER = FASTTRACK_NEWCOMER='$(abspath $(TOOLS))' FASTTRACK_NEWCOMER_DIST='$(if $(DIST),$(abspath $(DIST)))' FASTTRACK_NEWCOMER_COLD='$(COLD)'
.PHONY: newcomer guides
newcomer: $(TOOLS)/venv/.installed $(TOOLS)/emulator/.installed ## Type the commands of docs/start.md in each language, of kit.md and upgrade.md in Python, with a release of this checkout and the emulator (COLD, DIST: see the Makefile; needs Python and Node.js)
	$(NEWCOMER) go test -count=1 -timeout 30m -v ./e2e/newcomer

guides: $(TOOLS)/venv/.installed $(TOOLS)/emulator/.installed ## Type the commands of docs/start.md, kit.md and upgrade.md in each language (COLD, DIST: see the Makefile; needs Python and Node.js)
	$(NEWCOMER) FASTTRACK_NEWCOMER_LONGER=1 go test -count=1 -timeout 60m -v ./e2e/newcomer

.PHONY: cdk
cdk: build $(TOOLS)/venv/.installed $(TOOLS)/emulator/.installed $(TOOLS)/cdk/.installed ## Synthesise examples/cdk, lint it, and deploy it to the emulator (needs Node.js)
	FASTTRACK_CDK='$(abspath $(TOOLS))' go test -count=1 ./examples/cdk

.PHONY: starters
starters: build $(TOOLS)/venv/.installed $(TOOLS)/emulator/.installed ## Run `fasttrack test` in each starter, and deploy starters to the emulator (needs Python and Node.js)
	FASTTRACK_STARTERS='$(abspath $(TOOLS))' go test -count=1 ./e2e/starters

.PHONY: browser browser-tools
browser: build browser-tools ## Test the console in Chromium; UPDATE=1 takes its pictures anew (needs Debian's chromium and fonts-inter, and Node.js)
	FASTTRACK_BROWSER=full go test -count=1 ./e2e/browser $(if $(UPDATE),-run '^TestPages$$' -args -update)

browser-tools: $(TOOLS)/browser/.installed

.PHONY: screenshots
screenshots: build ## Take the pictures of docs/console.md again (needs Debian's chromium and fonts-inter)
	go test -count=1 -run '^TestScreenshots$$' ./e2e/browser -args -screenshots docs/pictures

.PHONY: kit
kit: build $(TOOLS)/venv/.installed ## Test the starters, pack what a team's functions require, lint merged templates, replace versions under load and measure that (needs Python with pip, and Node.js)
	FASTTRACK_KIT=1 FASTTRACK_EMULATOR='$(abspath $(TOOLS))' go test -count=1 ./internal/kit/...
	FASTTRACK_STARTERS='$(abspath $(TOOLS))' go test -count=1 -run '^TestStarters$$' ./e2e/starters
	go test -run '^$$' -bench Reload -benchtime 8x ./internal/kit/watch

# What is deployed: the application, and each strategy that comes with it.
TEMPLATES := template.yaml $(wildcard strategies/*/template.yaml)

lint: tools ## Check format, English, code, template and state machine
	@unformatted=$$(gofmt -l $$(git ls-files '*.go')); if [ -n "$$unformatted" ]; then echo "not gofmt'ed:"; echo "$$unformatted"; exit 1; fi
	go vet $(PACKAGES)
	tools/modules/tidy -diff
	go run ./tools/words
	go run $(STATICCHECK) $(PACKAGES)
	go run $(GOSEC) $(GOSEC_FLAGS) ./...
	$(TOOLS)/venv/bin/cfn-lint -t $(TEMPLATES)
	$(TOOLS)/checkov/bin/checkov --config-file tools/checkov.yaml -f $(TEMPLATES)
	for template in $(TEMPLATES); do $(SAM) validate --lint --region us-east-1 --template $$template || exit 1; done
	@mkdir -p build; for partition in aws aws-us-gov aws-cn; do for machine in statemachine lifecycle; do \
		sed "s/\$${Partition}/$$partition/" $$machine.asl.json >build/$$machine.$$partition.json && \
		$(TOOLS)/npm/node_modules/.bin/asl-validator --json-path build/$$machine.$$partition.json || exit 1; \
	done; done

# What gosec looks for: everything in what is deployed, served and given to people.
# Folders that only tests and benchmarks run are left out, and G304: a command
# reads the files that its user names, a function no file but flows.yaml. Each
# other exception stands in its line of code, with its rule and its reason.
GOSEC_FLAGS := -quiet -exclude G304 -nosec-require-rules -nosec-require-justification \
	-exclude-dir bench -exclude-dir e2e -exclude-dir testdata -exclude-dir localaws/pypi -exclude-dir internal/strategy/mototest \
	-exclude-dir localaws/asl/parity -exclude-dir tools \
	-exclude-dir strategies/okta-group/oktatest -exclude-dir strategies/google-group/googletest -exclude-dir strategies/github/githubtest \
	-exclude-dir strategies/postgres/postgrestest

# Where govulncheck finds what is known: https://vuln.go.dev, unless GOVULNDB names
# a mirror, or a copy in a folder (file:///DIR).
vuln: ## Check for known vulnerabilities in what is called (needs the Go vulnerability database: GOVULNDB)
	go run $(GOVULNCHECK) $(if $(GOVULNDB),-db '$(GOVULNDB)') $(PACKAGES)

# How long each target is fuzzed. Making an input that is found small is bounded:
# by default it may take a minute, each.
FUZZTIME ?= 60s

fuzz: ## Fuzz each parser of outside bytes for FUZZTIME (60s each)
	@grep -roE --include='*_test.go' '^func Fuzz[A-Za-z0-9_]+' . | sed -E 's|/[^/]*:func |\t|' | sort | while read -r dir target; do \
		echo "$$dir $$target"; \
		go test "$$dir" -run '^$$' -fuzz "^$$target\$$" -fuzztime $(FUZZTIME) -fuzzminimizetime 50x -parallel 2 || exit 1; \
	done

# How many calls of a kind schemathesis makes up for each operation, as each kind
# of person.
EXAMPLES ?= 300

api-fuzz: build $(TOOLS)/schemathesis/.installed ## Test the API with schemathesis by its OpenAPI document, as five people (EXAMPLES of each operation)
	tools/schemathesis/run $(TOOLS)/schemathesis/bin/schemathesis $(EXAMPLES)

clients: build $(TOOLS)/clients-python/.installed $(TOOLS)/clients-npm/.installed $(TOOLS)/clients-java/.installed ## Generate clients from the OpenAPI document with four generators, compile them, file and approve a request with each (needs Java, Maven, Node.js and Python)
	tools/clients/run $(TOOLS) $(OAPI_CODEGEN)

.PHONY: node-types
node-types: $(TOOLS)/clients-npm/.installed ## Check the types of the Node.js SDK, and that they refuse what a hook may not return (needs Node.js)
	FASTTRACK_TSC='$(abspath $(TOOLS))/clients-npm/node_modules/.bin/tsc' go test -count=1 -run '^TestNodeTypes' ./sdk

# The interpreters of `make python-versions`: those of pyenv, from 3.9 on.
PYTHONS ?= $(wildcard $(HOME)/.pyenv/versions/3.*/bin/python3)

.PHONY: python-versions
python-versions: ## Test the Python SDK with each version of Python on this machine (PYTHONS: paths of interpreters)
	@[ -n '$(PYTHONS)' ] || echo 'no other version of Python was found: only python3 is tested'
	FASTTRACK_PYTHONS='$(PYTHONS)' go test -count=1 -run '^TestPythonTests$$' ./sdk

.PHONY: python-types
python-types: $(TOOLS)/clients-python/.installed $(TOOLS)/clients-npm/.installed ## Check the types of the Python SDK with mypy and pyright, and that they refuse what a hook may not return (needs Python and Node.js)
	FASTTRACK_MYPY='$(abspath $(TOOLS))/clients-python/bin/mypy' FASTTRACK_PYRIGHT='$(abspath $(TOOLS))/clients-npm/node_modules/.bin/pyright' \
		go test -count=1 -run '^TestPythonTypes$$' ./sdk

parity-dynamodb: $(TOOLS)/dynamodb-local/.installed ## Compare the store and the local table with AWS's own DynamoDB Local (needs Java and Maven)
	localaws/dynamodb/dynamodb-local/with $(TOOLS)/dynamodb-local go test -count=1 ./internal/store ./localaws/dynamodb
	localaws/dynamodb/dynamodb-local/with $(TOOLS)/dynamodb-local go run ./bench -strict lists
	go run ./bench -strict lists

parity-statemachine: $(TOOLS)/npm/.installed ## Compare the state machine's interpreter with three others and asl-validator (needs Node.js and Python)
	go test -count=1 ./localaws/asl ./internal/local
	LOCALAWS_PARITY_TOOLS='$(abspath $(TOOLS))' LOCALAWS_PARITY_CORPUS='$(CURDIR)/internal/local/testdata/parity' go test -count=1 -v ./localaws/asl/parity

torture: build ## Crash functions at each AWS call, race, restart (about an hour), then plant each bug (some hours)
	@rm -f build/torture.txt
	@FASTTRACK_TORTURE='$(abspath build/torture.txt)' go test ./e2e/torture ./e2e ./strategies/... ./bench -p 1 -count=1 -parallel 4 -timeout 2h && \
		FASTTRACK_TORTURE='$(abspath build/torture.txt)' go test ./e2e/planted -count=1 -timeout 12h; \
		status=$$?; cat build/torture.txt; exit $$status

bench: build-sam ## Measure the budgets of docs/performance.md and the cost of a million requests (about 6 minutes)
	go run ./bench
	$(EMULATED) go test -run '^$$' -bench BesideTheEmulator -benchtime 5x ./e2e

# The template's Architecture for LAMBDA_ARCH. It is proposed once: after that
# samconfig.toml has it, and parameters on the command line would take the place of all
# that it has.
ARCHITECTURE = $(if $(filter amd64,$(LAMBDA_ARCH)),x86_64,arm64)
DEPLOY_STACK = $(TOOLS)/venv/bin/python tools/deploy/stack.py

deploy: deploy-name build $(TOOLS)/venv/.installed ## Check names, flows and hooks, then build and deploy to AWS with the SAM CLI as STACK (fasttrack)
	build/fasttrack flows check --binary build/HooksFunction/bootstrap
	@build/fasttrack flows check --strict || echo 'WARNING: the above is deployed as it is. Fix flows.yaml before people use it.'
	@$(DEPLOY_STACK) before '$(STACK)' $(ARCHITECTURE)
	$(SAM) build
	@touch build/deploy.started
	$(SAM) deploy --guided --stack-name '$(STACK)' --capabilities CAPABILITY_IAM $(if $(wildcard samconfig.toml),,--parameter-overrides Architecture=$(ARCHITECTURE)) || \
		{ $(DEPLOY_STACK) failed '$(STACK)' build/deploy.started; exit 1; }
	@$(DEPLOY_STACK) after '$(STACK)' build/deploy.started

.PHONY: deploy-name deploy-cleanup
deploy-name:
	@tools/deploy/name '$(STACK)'

deploy-cleanup: deploy-name $(TOOLS)/venv/.installed ## Remove the remains of a failed first deployment of STACK
	@$(DEPLOY_STACK) cleanup '$(STACK)'

# TRIAL=1 also takes changes that are not committed, and a version that no step of
# CONTRIBUTING.md prepared.
.PHONY: dist
dist: ## Make the files of a release, VERSION=v1.2.3, into build/dist (PLATFORMS=linux/amd64,... for some; TRIAL=1 to try)
	rm -rf build/dist
	go run ./tools/dist -version '$(VERSION)' -platforms '$(PLATFORMS)' $(if $(TRIAL),-trial) -out build/dist

# COLD=1 compiles everything for the second build, which takes ten minutes.
.PHONY: dist-check
dist-check: $(TOOLS)/dist/.installed ## Make a release of the last commit twice, compare, install it by archive, pip and npm (COLD=1: see the Makefile)
	FASTTRACK_DIST='$(abspath $(TOOLS))' FASTTRACK_DIST_COLD='$(COLD)' go test -count=1 -timeout 60m -v -run '^TestRelease$$' ./tools/dist

# What a change does not wait for, and a release does. REQUESTS is how many are in flight
# when the second release is deployed. The rest is what .ci/run samples, in full.
REQUESTS ?= 1000
.PHONY: release-check
release-check: $(TOOLS)/venv/.installed $(TOOLS)/emulator/.installed ## Upgrade and go back with REQUESTS (1000) in flight on the emulator; then a storm of Slack, all its stories, dist-check, guides, starters, browser, fuzz and torture in full (needs Python and Node.js)
	FASTTRACK_RELEASE_CHECK='$(REQUESTS)' FASTTRACK_EMULATOR='$(abspath $(TOOLS))' go test -count=1 -timeout 120m -v -run '^TestUpgrade$$' ./e2e/release
	FASTTRACK_STORM='$(REQUESTS)' go test -count=1 -timeout 30m -v -run '^TestStorm$$' ./functions/notify/notify
	$(MAKE) dist-check
	$(MAKE) guides
	$(MAKE) starters
	$(MAKE) build-sam
	FASTTRACK_STORIES=all $(EMULATED) go test -count=1 -timeout 20m -v -run '^TestDeployedSlack$$' ./e2e
	$(MAKE) browser
	$(MAKE) fuzz FUZZTIME=10s
	$(MAKE) torture

# The toolchain comes from the module proxy.
.PHONY: lowest-go
lowest-go: ## Test the modules hook and strategy with the lowest Go that their go.mod names
	@for module in hook strategy; do \
		version=go$$(awk '$$1 == "go" { print $$2 (split($$2, part, ".") < 3 ? ".0" : "") }' $$module/go.mod); \
		echo "$$module: $$version"; \
		(cd $$module && GOTOOLCHAIN=$$version GOWORK=off go test ./...) || exit 1; \
	done

terminal: build $(TOOLS)/termtosvg/.installed ## Record the README's terminal again
	tools/pictures/record $(TOOLS)/termtosvg/bin/termtosvg </dev/null

clean: ## Remove built files
	rm -rf build .aws-sam

# What `sam build` calls, once for each function, with ARTIFACTS_DIR set.
.PHONY: $(FUNCTIONS:%=build-%Function)
$(FUNCTIONS:%=build-%Function): build-%Function:
	@mkdir -p $(ARTIFACTS_DIR)
	GOOS=$(LAMBDA_OS) GOARCH=$(LAMBDA_ARCH) $(LAMBDA_BUILD) -o $(ARTIFACTS_DIR)/bootstrap ./$(call source,$*)
	$(if $(filter $*,$(READ_FLOWS)),@cp flows.yaml $(ARTIFACTS_DIR)/)

# The tools, at the versions that tools/ pins.
SAM := SAM_CLI_TELEMETRY=0 $(TOOLS)/venv/bin/sam
tools: $(TOOLS)/venv/.installed $(TOOLS)/checkov/.installed $(TOOLS)/npm/.installed

$(TOOLS)/venv/.installed: tools/requirements.txt
	@python3 -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || { echo 'python3 is missing, or older than 3.11: the SAM CLI is installed with it, into $(TOOLS)' >&2; exit 1; }
	python3 -m venv $(TOOLS)/venv
	$(TOOLS)/venv/bin/pip install --quiet --disable-pip-version-check -r tools/requirements.txt
	@touch $@

$(TOOLS)/dynamodb-local/.installed: localaws/dynamodb/dynamodb-local/pom.xml
	mvn --quiet --batch-mode --file localaws/dynamodb/dynamodb-local/pom.xml dependency:copy-dependencies -DoutputDirectory='$(abspath $(TOOLS))/dynamodb-local'
	@touch $@

$(TOOLS)/emulator/.installed: tools/requirements-emulator.txt
	python3 -m venv $(TOOLS)/emulator
	$(TOOLS)/emulator/bin/pip install --quiet --disable-pip-version-check -r tools/requirements-emulator.txt
	@touch $@

$(TOOLS)/checkov/.installed: tools/requirements-checkov.txt
	python3 -m venv $(TOOLS)/checkov
	$(TOOLS)/checkov/bin/pip install --quiet --disable-pip-version-check -r tools/requirements-checkov.txt
	@touch $@

$(TOOLS)/schemathesis/.installed: tools/requirements-schemathesis.txt
	python3 -m venv $(TOOLS)/schemathesis
	$(TOOLS)/schemathesis/bin/pip install --quiet --disable-pip-version-check -r tools/requirements-schemathesis.txt
	@touch $@

$(TOOLS)/dist/.installed: tools/requirements-dist.txt
	python3 -m venv $(TOOLS)/dist
	$(TOOLS)/dist/bin/pip install --quiet --disable-pip-version-check -r tools/requirements-dist.txt
	@touch $@

$(TOOLS)/termtosvg/.installed: tools/requirements-termtosvg.txt
	python3 -m venv $(TOOLS)/termtosvg
	$(TOOLS)/termtosvg/bin/pip install --quiet --disable-pip-version-check -r tools/requirements-termtosvg.txt
	@touch $@

$(TOOLS)/clients-python/.installed: tools/requirements-clients.txt
	python3 -m venv $(TOOLS)/clients-python
	$(TOOLS)/clients-python/bin/pip install --quiet --disable-pip-version-check -r tools/requirements-clients.txt
	@touch $@

$(TOOLS)/clients-npm/.installed: tools/clients/package.json tools/clients/package-lock.json
	@mkdir -p $(TOOLS)/clients-npm
	cp tools/clients/package.json tools/clients/package-lock.json $(TOOLS)/clients-npm/
	npm ci --silent --prefix $(TOOLS)/clients-npm
	@touch $@

$(TOOLS)/clients-java/.installed: tools/clients/pom.xml
	rm -rf $(TOOLS)/clients-java
	mvn --quiet --batch-mode --file tools/clients/pom.xml dependency:copy-dependencies -DoutputDirectory='$(abspath $(TOOLS))/clients-java'
	@touch $@

$(TOOLS)/cdk/.installed: examples/cdk/package.json examples/cdk/package-lock.json
	@mkdir -p $(TOOLS)/cdk
	cp examples/cdk/package.json examples/cdk/package-lock.json $(TOOLS)/cdk/
	npm ci --silent --prefix $(TOOLS)/cdk
	@touch $@

$(TOOLS)/browser/.installed: e2e/browser/package.json e2e/browser/package-lock.json
	@mkdir -p $(TOOLS)/browser
	cp e2e/browser/package.json e2e/browser/package-lock.json $(TOOLS)/browser/
	npm ci --silent --prefix $(TOOLS)/browser
	@touch $@

$(TOOLS)/npm/.installed: tools/package.json tools/package-lock.json
	@mkdir -p $(TOOLS)/npm
	cp tools/package.json tools/package-lock.json $(TOOLS)/npm/
	npm ci --silent --prefix $(TOOLS)/npm
	@touch $@
