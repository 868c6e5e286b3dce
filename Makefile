# aftercall: `make help` lists what there is.
export CGO_ENABLED := 0
GO ?= go
LINT_VERSION := v2.15.0
VERSION ?= $(shell git describe --tags --always --dirty 2>/dev/null || echo dev)
LDFLAGS := -X main.version=$(VERSION)
export PATH := $(shell $(GO) env GOPATH)/bin:$(PATH)

.DEFAULT_GOAL := help
.PHONY: help run build test race lint fmt bench deps fuzz property claims soak chaos clean

help: ## List the targets
	@awk -F ':.*## ' '/^[a-z]+:.*## /{printf "  make %-8s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

run: ## Start a demo centre on http://127.0.0.1:8080 (SQLite under data/, nothing else needed)
	@echo "building aftercall; the first build on a new machine takes a few minutes"
	@$(GO) build -ldflags '$(LDFLAGS)' -o bin/aftercall ./cmd/aftercall
	@exec bin/aftercall serve --demo

build: ## Build bin/aftercall, stripped, for this machine
	$(GO) build -trimpath -ldflags '-s -w $(LDFLAGS)' -o bin/aftercall ./cmd/aftercall

test: ## Run every test, on the databases, Redis and browser that are installed
	@scripts/test

race: ## Run the tests of what several do at once under the race detector (PACKAGES narrows; needs a C compiler)
	@scripts/race $(PACKAGES)

lint: ## Check style and architecture (installs the pinned linter on first use)
	@scripts/lint $(LINT_VERSION)

fmt: ## Format the code
	@scripts/lint $(LINT_VERSION) fmt

bench: ## Print the promised figures beside their bare limits, tab-separated (BENCH=name narrows)
	@scripts/bench $(BENCH)

deps: ## Install MariaDB, Redis, Chromium, CJK fonts and a C compiler on Debian, for the tests that use them
	@scripts/deps

fuzz: ## Fuzz every parser of outside bytes for a minute each
	@scripts/fuzz

property: ## Hold the rules on contact against a naive reading of them: a million drawn cases of each property (CASES)
	$(GO) test ./internal/permission -run '^TestAlways' -rapid.checks=$(or $(CASES),1000000) -timeout 2h

claims: ## Let 1,000 callers at once work on 100,000 open callbacks in MariaDB, and check that nobody is held twice
	@AFTERCALL_TEST_BIG=1 scripts/test -run '^TestNoPersonIsHeldTwiceByACrowd$$' ./tasks/callback

soak: ## Live through days of a centre in minutes, and look every minute whether its promises hold (DAYS=7, SEED)
	$(GO) test ./internal/soak -count=1 -v -timeout 4h -days $(or $(DAYS),7) -seed $(or $(SEED),0)

chaos: ## Kill, pause and empty the parts of a production set-up for two minutes and check the sums (SEED, FOR=30s)
	@scripts/chaos $(if $(SEED),-seed $(SEED)) -for $(or $(FOR),2m)

clean: ## Remove what was built; the demo's data stays in data/
	rm -rf bin
