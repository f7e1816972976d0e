#!/usr/bin/env python3
"""Puts what was measured last into the documentation: docs/bench.svg, docs/measurements.md, and the table of README.md.

    bench/publish.py        after bench/run.py
"""

import sys

sys.dont_write_bytecode = True

from harness import catalog, machine
from harness.tables import Column, gigabytes, markdown, ratio
from report import floors, plot
from report.results import Results
from sections import SECTIONS, forward

BEGIN, END = "<!-- bench/publish.py writes from here -->\n", "<!-- to here -->\n"

SHORT = [
    Column("", lambda row: f"{catalog.MODELS[row['model']].title}; {row['graph']}"),
    Column("gnnc", lambda row: forward.told(row, "gnnc")),
    Column("whole run", lambda row: forward.told(row, "gnnc, whole run")),
    Column("PyG", forward.told_pyg),
    Column("DGL", lambda row: forward.told(row, "DGL")),
    Column("sampled", lambda row: forward.told(row, "sampled")),
    Column("faster", lambda row: ratio(forward.seconds_of(row, forward.better_peer(row)), forward.seconds_of(row, "gnnc"))),
    Column("memory: gnnc", lambda row: gigabytes(forward.peak_of(row, "gnnc, whole run"))),
    Column("PyG", lambda row: gigabytes(forward.peak_of(row, forward.best_pyg(row)))),
    Column("DGL", lambda row: gigabytes(forward.peak_of(row, "DGL"))),
]

PICTURE = """![Seconds and peak memory of the programs by hand, PyTorch Geometric, DGL and sampled sub-graphs, as multiples of gnnc's](docs/bench.svg)

"""
LEGEND = """
"gnnc" is the seconds of its stages, "whole run" those of a process of `gnnc run` from its start to files on disk; "faster" is how
many times as long the better of PyG and DGL takes. [docs/measurements.md](docs/measurements.md) has all that was measured.
"""

HEAD = """# Measurements

One run of `make bench`; [bench/README.md](../bench/README.md) says what is measured and how, and how to repeat it.

![gnnc beside PyTorch Geometric, DGL and sampled sub-graphs: time and memory of each model](bench.svg)

"""


def main():
    results = Results(machine.BUILD)
    rows = forward.ordered(results.rows("forward"))
    if not rows:
        sys.exit("publish: nothing is measured yet; run bench/run.py first")
    docs = machine.ROOT / "docs"
    (docs / "bench.svg").write_text(plot.draw(results))
    (docs / "measurements.md").write_text(HEAD + results.markdown(SECTIONS, floors.FLOORS) + "\n")
    readme = machine.ROOT / "README.md"
    before, rest = readme.read_text().split(BEGIN)
    after = rest.split(END)[1]
    readme.write_text(f"{before}{BEGIN}{PICTURE}{markdown(SHORT, rows)}\n{LEGEND}{END}{after}")


main()
