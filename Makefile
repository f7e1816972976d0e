# make build    the program, at .build/release/gnnc
# make test     everything that CI checks
# make demo     the Debian sample, from packages to accuracy
# make bench    gnnc beside PyTorch Geometric, DGL and sampling: MODELS="gcn gat" GRAPHS=arxiv SECTIONS=forward choose
# make limits   gnnc beside hand-written programs alone
# make fuzz     random programs, compiled against interpreted, until a difference or SECONDS have passed
# Each installs what is missing first.

SWIFT_FLAGS ?=
SECONDS ?= 300
ROUNDS ?= 2
GNNC = .build/release/gnnc

build: dependencies
	@swift build -c release --product gnnc $(SWIFT_FLAGS)

test: dependencies
	@scripts/test.sh

demo: build
	@GNNC=$(CURDIR)/$(GNNC) samples/debian/demo.sh

bench: build bench-dependencies
	@GNNC=$(CURDIR)/$(GNNC) bench/run.py --models "$(MODELS)" --graphs "$(GRAPHS)" --sections "$(SECTIONS)" --rounds $(ROUNDS)

limits: build bench-dependencies
	@GNNC=$(CURDIR)/$(GNNC) bench/run.py --models "gcn gat" --graphs arxiv --sections forward --rounds $(ROUNDS) \
	  --no-peers --results build/limits

# The peers that `make bench` compares with, in virtual environments under build/bench; several gigabytes.
peers: bench-dependencies
	@bench/peers/install.sh

bench-dependencies:
	@scripts/install-dependencies.sh python3 python3-venv g++

fuzz: dependencies
	@scripts/fuzz.sh $(SECONDS)

format:
	@swift format format --in-place --parallel --recursive Package.swift Sources Tests

dependencies:
	@scripts/install-dependencies.sh

clean:
	@rm -rf .build build

.PHONY: build test demo bench limits peers bench-dependencies fuzz format dependencies clean
