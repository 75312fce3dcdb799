# Everything a contributor needs: `make demo`, `make test`, `make check`.
GO ?= go
BIN := bin/osssync
VERSION ?= $(shell git describe --tags --always --dirty 2>/dev/null || echo dev)
STATICCHECK := honnef.co/go/tools/cmd/staticcheck
PLATFORMS := linux/amd64 linux/arm64 darwin/amd64 darwin/arm64 windows/amd64 windows/arm64

.PHONY: all build generated install uninstall reproducible demo test fuzz chaos churn sabotage bench bench-peers check fmt vet lint tidy cross clean

all: check test build

BUILD = CGO_ENABLED=0 $(GO) build -trimpath -ldflags "-s -w -X main.version=$(VERSION)"

build:
	$(BUILD) -o $(BIN) ./cmd/osssync

# Manual pages and completion scripts, as the program of this machine writes them.
generated: build
	rm -rf bin/man bin/completions
	./$(BIN) man bin/man
	mkdir -p bin/completions
	@for shell in bash zsh fish powershell; do ./$(BIN) completion $$shell >bin/completions/osssync.$$shell || exit 1; done

# Program, manual pages and completions below PREFIX, where the system looks for them.
# DESTDIR is put before all paths, for packages.
PREFIX ?= /usr/local
MAN_DIR := $(DESTDIR)$(PREFIX)/share/man/man1
BASH_DIR := $(DESTDIR)$(PREFIX)/share/bash-completion/completions
ZSH_DIR := $(DESTDIR)$(PREFIX)/share/zsh/site-functions
FISH_DIR := $(DESTDIR)$(PREFIX)/share/fish/vendor_completions.d
install: generated
	install -d "$(DESTDIR)$(PREFIX)/bin" "$(MAN_DIR)" "$(BASH_DIR)" "$(ZSH_DIR)" "$(FISH_DIR)"
	install -m 755 $(BIN) "$(DESTDIR)$(PREFIX)/bin/osssync"
	install -m 644 bin/man/*.1 "$(MAN_DIR)"
	install -m 644 bin/completions/osssync.bash "$(BASH_DIR)/osssync"
	install -m 644 bin/completions/osssync.zsh "$(ZSH_DIR)/_osssync"
	install -m 644 bin/completions/osssync.fish "$(FISH_DIR)/osssync.fish"

uninstall:
	rm -f "$(DESTDIR)$(PREFIX)/bin/osssync" "$(MAN_DIR)"/osssync.1 "$(MAN_DIR)"/osssync-*.1 \
		"$(BASH_DIR)/osssync" "$(ZSH_DIR)/_osssync" "$(FISH_DIR)/osssync.fish"

# The same bytes from two folders, each with a build cache of its own.
reproducible:
	@work=$$(mktemp -d) && trap 'rm -rf "$$work"' EXIT && \
	for place in one other/place; do \
		mkdir -p "$$work/$$place/tree" && git ls-files -z | tar --null -T - -cf - | tar -xf - -C "$$work/$$place/tree" && \
		(cd "$$work/$$place/tree" && GOCACHE="$$work/$$place/cache" $(BUILD) -buildvcs=false -o "$$work/$$place/osssync" ./cmd/osssync) || exit 1; \
	done && \
	cmp "$$work/one/osssync" "$$work/other/place/osssync" && echo "the same bytes"

# Plan, apply and plan again examples/quickstart on the embedded store: no
# account, no network, nothing written outside examples/quickstart/.osssync.
demo: build
	@rm -rf examples/quickstart/.osssync
	@for step in "plan" "apply --auto-approve" "plan --detailed-exitcode"; do \
		echo; echo "\$$ osssync $$step"; \
		./$(BIN) $$step -f examples/quickstart/osssync.yaml --state-dir examples/quickstart/.osssync/state || exit $$?; \
	done

test:
	$(GO) test -race ./...

# Every fuzz target of the module, each for FUZZTIME.
FUZZTIME ?= 30s
fuzz:
	@for pkg in $$($(GO) list ./...); do \
		for target in $$($(GO) test -list '^Fuzz' $$pkg | grep '^Fuzz'); do \
			echo "$$pkg $$target"; \
			$(GO) test -run '^$$' -fuzz "^$$target\$$" -fuzztime $(FUZZTIME) $$pkg || exit 1; \
		done; \
	done

# The parsers of what comes from outside: keys, listings, refusals, specs, patterns, plan
# files, records of transfers, rows of the index, names on a terminal. Deletes go one by
# one, so there is no parser of the answer to a batch of them.
PARSERS := plan/FuzzCheckKey internal/localfs/FuzzCheckPath iter/FuzzPage iter/FuzzDecode internal/listing/FuzzMiddle \
	internal/fault/FuzzRefusal spec/FuzzParse spec/FuzzGlob plan/FuzzReadFile plan/FuzzDecodeAction \
	resumable/FuzzRecords internal/index/FuzzDecode internal/ui/FuzzName

# Executions of each parser; at pr, tests run the seeds.
executions_nightly := 10000000x
executions_release := 100000000x

# Faults, crashes, power losses and hostile texts, drawn from a seed that is printed;
# docs/safety.md tells what the levels are: pr (a few minutes), nightly, release.
CHAOS ?= pr
chaos:
	CHAOS=$(CHAOS) $(GO) test -count=1 -timeout 170m -run 'TestSchedules|TestSingleFaults|TestMachine' ./internal/chaos
	CHAOS=$(CHAOS) $(GO) test -count=1 -timeout 170m -tags failpoint -run 'TestDisk|TestMachine' ./internal/chaos
	CHAOS=$(CHAOS) $(GO) test -count=1 -timeout 170m ./internal/chaos/stage ./internal/chaos/crash ./internal/chaos/resources ./internal/chaos/races
	CHAOS=$(CHAOS) $(GO) test -count=1 -timeout 170m -tags failpoint ./internal/chaos/powerloss ./internal/disk
	CHAOS=$(CHAOS) $(GO) test -count=1 -tags failpoint -run TestL1_PlanFile ./cmd/osssync
	@for parser in $(if $(executions_$(CHAOS)),$(PARSERS)); do \
		echo "$$parser $(executions_$(CHAOS))"; \
		$(GO) test -run '^$$' -fuzz "^$${parser##*/}\$$" -fuzztime $(executions_$(CHAOS)) -timeout 0 "./$${parser%/*}" || exit 1; \
	done

# A watch beside files that change at random and a store that fails: pr for 20 seconds,
# nightly for 5 minutes with 20,000 files, release for an hour with a table of what the
# process uses.
churn:
	CHAOS=$(CHAOS) $(GO) test -count=1 -timeout 170m -v -run TestChurnBesideFaults ./internal/watch

# Each patch of internal/sabotage brings a known bug back; the tests named with it
# must notice.
sabotage:
	SABOTAGE=1 $(GO) test ./internal/sabotage -run TestSabotage -count=1 -timeout 40m -v

# Benchmarks of the hot paths, in the form that benchstat reads. BENCH selects some;
# 100 ms each, six times, are a few minutes for all.
BENCH ?= .
bench:
	$(GO) test -run '^$$' -bench '$(BENCH)' -benchmem -benchtime 100ms -count 6 ./...

# osssync beside the programs that are on PATH, as whole processes, in one table.
# docs/performance.md says what the rows are and what BENCH_DIR, ROWS, TOOLS, ROUNDS,
# SCALE and SEED set.
bench-peers: build
	CGO_ENABLED=0 $(GO) build -trimpath -o bin/peers ./internal/bench/peers
	BENCH_DIR='$(BENCH_DIR)' OSSSYNC=$(BIN) bin/peers

check: fmt vet lint tidy cross

fmt:
	@out=$$(gofmt -l $$(git ls-files '*.go')); test -z "$$out" || { echo "gofmt would change:"; echo "$$out"; exit 1; }

vet:
	$(GO) vet ./...
	$(GO) vet -tags failpoint ./...

lint:
	$(GO) tool $(STATICCHECK) ./...
	$(GO) tool $(STATICCHECK) -tags failpoint ./...

tidy:
	$(GO) mod tidy -diff

cross:
	@for p in $(PLATFORMS); do \
		echo "build $$p"; \
		GOOS=$${p%/*} GOARCH=$${p#*/} CGO_ENABLED=0 $(GO) build -o /dev/null ./... || exit 1; \
		GOOS=$${p%/*} GOARCH=$${p#*/} CGO_ENABLED=0 $(GO) vet ./... || exit 1; \
	done

clean:
	rm -rf bin examples/quickstart/.osssync
