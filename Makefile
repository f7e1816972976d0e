# make build    the program, at .build/release/gnnc
# make test     everything that CI checks
# make demo     the Debian sample, from packages to accuracy
# make limits   gnnc beside hand-written programs, on this machine
# make fuzz     random programs, compiled against interpreted, until a difference or SECONDS have passed
# Each installs what is missing first.

SWIFT_FLAGS ?=
SECONDS ?= 300
GNNC = .build/release/gnnc

build: dependencies
	@swift build -c release --product gnnc $(SWIFT_FLAGS)

test: dependencies
	@scripts/test.sh

demo: build
	@GNNC=$(CURDIR)/$(GNNC) samples/debian/demo.sh

limits: build
	@GNNC=$(CURDIR)/$(GNNC) bench/limits/run.sh

fuzz: dependencies
	@scripts/fuzz.sh $(SECONDS)

format:
	@swift format format --in-place --parallel --recursive Package.swift Sources Tests

dependencies:
	@scripts/install-dependencies.sh

clean:
	@rm -rf .build build

.PHONY: build test demo limits fuzz format dependencies clean
