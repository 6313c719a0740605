# simscope. `make run` shows the dashboard on sample-data, `make test` runs all tests; both set up what they need.

SWIFT ?= swift
PREFIX ?= /usr/local
PACKAGES = libncursesw5-dev libopenblas-dev libpng-dev libturbojpeg0 pkg-config
SOURCES = Sources Tests Package.swift
PROGRAM = .build/release/simscope
# Tests that run in one process.
SANITIZED = (Basics|Tensors|Networks|Images|Telemetry|Training|Canvas|Dashboard|Curses)Tests
# What the build needs to be there; without one of these, `make run` and `make test` set up first.
NEEDED = /usr/include/curses.h /usr/include/png.h

.PHONY: run test test-sanitize soak build setup setup-when-needed bench bench-against-torch lint format install clean

run: build
	$(PROGRAM)

test: setup-when-needed
	$(SWIFT) test -c release --disable-xctest

# Address and undefined-behaviour sanitizers, on each instruction set in ISAS; in a build folder of its own.
# FILTER=ImagesTests picks tests. Leaks are left out: Foundation's own would fail the run.
test-sanitize: setup-when-needed
	for isa in $(or $(ISAS),default avx2 baseline); do \
	  SIMSCOPE_ISA=$${isa#default} ASAN_OPTIONS=detect_leaks=0 $(SWIFT) test -c release --disable-xctest \
	    --scratch-path .build/sanitize --sanitize=address -Xcc -fsanitize=undefined \
	    -Xcc -fno-sanitize-recover=undefined --filter '$(or $(FILTER),$(SANITIZED))' || exit 1; \
	done

# Trains for MINUTES under random changes, resizes, attaches and evaluations; fails when memory grows or a step is lost.
soak: build
	Tools/soak --minutes $(or $(MINUTES),60) $(PROGRAM)

build: setup-when-needed
	$(SWIFT) build -c release --product simscope

bench: build
	$(PROGRAM) bench

# PYTHON has torch; PEER is a simclr_torch_bench.py; DATA its CIFAR-10 as pictures; ROWS=resnet20,loss picks rows.
bench-against-torch: build
	Tools/bench-against-torch --python "$(or $(PYTHON),python3)" --peer "$(PEER)" $(if $(DATA),--data "$(DATA)") \
	  $(if $(ROWS),--rows "$(ROWS)") $(if $(ROUNDS),--rounds $(ROUNDS)) --simscope $(PROGRAM)

lint:
	$(SWIFT) format lint --strict -r $(SOURCES)

format:
	$(SWIFT) format -i -r $(SOURCES)

setup-when-needed:
	@if ls $(NEEDED) >/dev/null 2>&1 && pkg-config --exists openblas 2>/dev/null && command -v $(SWIFT) >/dev/null; \
	then :; else $(MAKE) --no-print-directory setup; fi

setup:
	@if command -v apt-get >/dev/null; then \
	  if [ "$$(id -u)" = 0 ]; then sudo=; elif command -v sudo >/dev/null; then sudo=sudo; else \
	    echo "simscope: installing packages needs root; run as root: apt-get install $(PACKAGES)" >&2; exit 1; fi; \
	  $$sudo apt-get update -q && DEBIAN_FRONTEND=noninteractive $$sudo apt-get install -q -y $(PACKAGES); \
	else \
	  echo "simscope: no apt here; install the development files of ncursesw, OpenBLAS and libpng, and TurboJPEG," >&2; \
	  echo "simscope: by this system's package manager (on Debian: $(PACKAGES)), then run make again" >&2; exit 1; \
	fi
	@command -v $(SWIFT) >/dev/null || { \
	  echo "simscope: no Swift toolchain found; install Swift 6.1 or newer from swift.org and put it on PATH" >&2; exit 1; }
	@$(SWIFT) --version 2>/dev/null | grep -Eq 'Swift version (6\.[1-9]|[7-9]|[1-9][0-9])' || { \
	  echo "simscope: Swift 6.1 or newer is needed; this is: $$($(SWIFT) --version 2>/dev/null | head -n 1)" >&2; exit 1; }

install: build
	install -d $(DESTDIR)$(PREFIX)/bin $(DESTDIR)$(PREFIX)/share/simscope
	install -m 755 $(PROGRAM) $(DESTDIR)$(PREFIX)/bin/simscope
	cp -R themes sample-data $(DESTDIR)$(PREFIX)/share/simscope/

clean:
	$(SWIFT) package clean
