# The verbs of this repository. CI (.ci/run) calls the same ones.
# Tools are pinned in tools/go.mod and built there: nothing is installed.

TOOL := go tool -modfile=tools/go.mod

.PHONY: help
help: ## list the verbs
	@sed -n 's/^\([a-z-]*\):.*## /\1\t/p' Makefile | expand -t 22

.PHONY: quickstart
quickstart: ## the main job, on the embedded server
	go run ./examples/quickstart

.PHONY: test
test: ## everything that needs only Go
	go test ./...

.PHONY: libraries
libraries: ## all but the programs: these are compiled with their tests
	go build $$(go list -f '{{if and .GoFiles (ne .Name "main")}}{{.ImportPath}}{{end}}' ./...)

# Packages that start no goroutine, and those that ask or start a whole server: a race in
# what they call shows in the tests of that.
UNRACED := isoaudit-go(|/(conformance|conformance/embedded|conformance/travel|cloud|docs|doctor|dump|gen|internal/contract|parse/parsetest|policy|promptschema|quality|quality/report|schema|trail/event|cmd/isoaudit|cmd/auditserver|cmd/auditserver/workflow|cmd/auditserver/workflow/prompt|auditserver/playground|examples/quickstart|examples/backup|examples/harness|examples/importer))$$

.PHONY: registers
registers: ## the tests of the module registers
	cd registers && go test ./...

.PHONY: tracing
tracing: ## the example of tracing with OpenTelemetry
	cd examples/tracing && go test ./...

.PHONY: libreoffice
libreoffice:
	command -v soffice >/dev/null || { apt-get update -qq && apt-get install -y -qq --no-install-recommends libreoffice-calc-nogui; }

.PHONY: registers-libreoffice
registers-libreoffice: libreoffice ## the same, and what it exports opens in LibreOffice (installed if it is missing, on Debian)
	cd registers && go test -count=1 -tags libreoffice ./...

# SQLite is C that was translated to Go, and blowfish is the arithmetic below password hashes.
# Neither starts a goroutine, and instrumented they take most of the time. The packages that call
# them with our values stay instrumented.
UNINSTRUMENTED := $(foreach package,modernc.org/sqlite/lib modernc.org/libc/... golang.org/x/crypto/blowfish,-gcflags=$(package)=-race=false)

.PHONY: race
race: ## the same under the race detector (needs a C compiler); what repeats one thing for long does so less often
	go test -race -short $(UNINSTRUMENTED) $(GOTESTFLAGS) $$(go list ./... | grep -vE '$(UNRACED)')

.PHONY: fmt
fmt: ## nothing that gofmt would change
	@out=$$(gofmt -l $$(git ls-files '*.go')); test -z "$$out" || { echo "gofmt would change:"; echo "$$out"; exit 1; }

.PHONY: vet
vet: vet-modules ## go vet, in every module
	go vet ./...

.PHONY: vet-modules
vet-modules: ## the same in the modules below this one
	cd bench && go vet ./...
	cd conformance/mongodb && go vet ./...
	cd examples/tracing && go vet ./...
	cd registers && go vet -tags libreoffice ./...

.PHONY: tidy
tidy: ## go.mod and go.sum say what the code needs, no more
	go mod tidy -diff
	cd bench && go mod tidy -diff
	cd conformance/mongodb && go mod tidy -diff
	cd examples/tracing && go mod tidy -diff
	cd registers && go mod tidy -diff

.PHONY: lint
lint: ## golangci-lint, as .golangci.yml says
	$(TOOL) golangci-lint run ./...

.PHONY: vuln
vuln: ## known vulnerabilities in what we call
	tools/vuln.sh ./...

.PHONY: vectors
vectors: ## the test vectors of rules and events in the Cloud Code of a Parse Server (needs Node.js)
	node cloud/vectors.js policy/testdata/vectors.json
	set -e; dir=$$(mktemp -d); trap 'rm -rf "$$dir"' EXIT; go run ./cmd/isoaudit cloud -contract prompt "$$dir"; \
		node cloud/vectors.js policy/testdata/promptvectors.json "$$dir"
	node cloud/eventvectors.js trail/event/testdata/vectors.json

.PHONY: js
js: ## the Parse JavaScript SDK, unchanged, against auditserver (needs Node.js)
	test -d conformance/parse/node_modules || npm ci --prefix conformance/parse --ignore-scripts --no-audit --no-fund --loglevel=error
	go run ./conformance/embedded node conformance/parse/check.js

browser/node_modules:
	npm ci --prefix browser --ignore-scripts --no-audit --no-fund --loglevel=error

.PHONY: chromium
chromium:
	test -x "$${CHROMIUM:-/usr/bin/chromium}" || { apt-get update -qq && apt-get install -y -qq --no-install-recommends chromium fonts-liberation; }

.PHONY: browser
browser: chromium browser/node_modules ## everything people look at, in Chromium (installed if it is missing, on Debian): it works, it is accessible, it asks nobody else
	node browser/check.mjs

.PHONY: pictures
pictures: chromium browser/node_modules ## the same, and the pictures of the documentation
	set -e; dir=$$(mktemp -d); trap 'rm -rf "$$dir"' EXIT; node browser/check.mjs "$$dir"; \
		cp "$$dir/refused-1280-light.png" docs/images/dashboard-refused.png; \
		cp "$$dir/figures-1280-dark.png" docs/images/dashboard-figures.png; \
		cp "$$dir/playground-1280-light.png" docs/images/playground.png

.PHONY: openapi
openapi: ## a client made from the OpenAPI document goes through the workflow (needs Node.js)
	go run ./conformance/embedded conformance/openapi.sh

.PHONY: stacks
stacks: ## the cards of docs/stacks.md that can be run here (needs Node.js and curl)
	go run ./conformance/embedded conformance/stacks.sh

.PHONY: bench
bench: ## benchmarks of the library; bench/README.md has the comparison with Parse Server
	go test -run '^$$' -bench . -benchmem ./...

# What is asked of a real server: the steps of docs/deploy.md as written, and the suite.
# First come the tests that need a new application: the generated questions, and the
# script of the JavaScript SDK, and those of the trail: FerretDB reads a whole class for each
# look-up, so that they last the longer the more events there are.
# WITHOUT names tests to leave out: CI has asked auditserver alone by then.
NEW := ^(TestGenerated|TestJavaScriptSDK|TestA?Trail.*)$$
ASKED = sh -c 'conformance/deploy.sh && go test -count=1 -timeout 20m -run "$(NEW)" ./conformance && \
	go test -count=1 -timeout 20m -skip "$(NEW)$(addprefix |,$(WITHOUT))" ./conformance'

.PHONY: conformance
conformance: ## docs/deploy.md and the suite on a real Parse Server with PostgreSQL, and the second contract
	conformance/run.sh $(ASKED)
	conformance/run.sh -contract prompt go test -count=1 -run '^TestPrompt' ./conformance

.PHONY: conformance-tools
conformance-tools: ## what isoaudit gen, doctor, dump and restore do with a real Parse Server; dump and restore on MongoDB's adapter too
	conformance/run.sh sh -c 'conformance/openapi.sh && conformance/doctor.sh && conformance/dump.sh'
	conformance/run.sh -server mongodb conformance/dump.sh

.PHONY: conformance-cluster
conformance-cluster: ## the suite on two Parse Servers sharing PostgreSQL and Redis, and crashes
	conformance/run.sh -nodes 2 go test -count=1 ./conformance/...

.PHONY: conformance-mongodb
conformance-mongodb: ## the same on Parse Server's MongoDB adapter, with FerretDB below it
	conformance/run.sh -server mongodb $(ASKED)

.PHONY: generated
generated: ## all generated questions to Parse Server 9 on both databases; the verbs above ask a sample
	conformance/run.sh go test -count=1 -timeout 20m -run '^TestGenerated$$' ./conformance -args -whole
	conformance/run.sh -server mongodb go test -count=1 -timeout 20m -run '^TestGenerated$$' ./conformance -args -whole

VERSIONS := 8 7 6 5

.PHONY: conformance-versions
conformance-versions: ## the same on the newest Parse Server 8, 7, 6 and 5, or VERSIONS=7
	set -e; for version in $(VERSIONS); do conformance/run.sh -server $$version $(ASKED); done
