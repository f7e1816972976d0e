#!/usr/bin/env python3
"""The bench: gnnc beside PyTorch Geometric, DGL, sampled sub-graphs and programs written by hand, on this machine.

    GNNC=path/to/gnnc bench/run.py [--models "gcn gat"] [--graphs "arxiv typed"] [--sections "forward start"]

Each section stands in bench/sections, and says at its head what it measures and how. What is measured replaces what an
earlier run found for the same model and graph in build/bench/results.json; results.md and bench.svg beside it are written
anew after each row.
"""

import argparse
import pathlib
import sys

sys.dont_write_bytecode = True

from harness import catalog, machine
from harness.choice import Choice
from report import floors, plot
from report.results import Results
from sections import SECTIONS

EVERYDAY = ("forward", "roofline", "start", "partitions", "orders", "ablation")  # the other sections take the largest graph


def names(text, known, usual, what):
    """A list of names as an option gives it; `all` is all of them."""
    chosen = text.replace(",", " ").split()
    for name in chosen:
        if name not in known and name != "all":
            sys.exit(f"bench: there is no {what} {name}; there are {', '.join(known)}")
    return tuple(known) if "all" in chosen else tuple(name for name in known if name in (chosen or usual))


def parse():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    everyday = [graph.name for graph in catalog.GRAPHS.values() if not graph.long]
    parser.add_argument("--models", default="", help=f"of {', '.join(catalog.MODELS)}; all by default")
    parser.add_argument("--graphs", default="", help=f"of {', '.join(catalog.GRAPHS)}; {', '.join(everyday)} by default")
    parser.add_argument("--sections", default="", help=f"of {', '.join(SECTIONS)}; {', '.join(EVERYDAY)} by default")
    parser.add_argument("--rounds", type=int, default=2, help="turns of each contestant; the least counts (2)")
    parser.add_argument("--results", type=pathlib.Path, default=machine.BUILD, help="where results are kept (build/bench)")
    parser.add_argument("--no-peers", action="store_true", help="gnnc and the hand-written programs alone")
    options = parser.parse_args()
    choice = Choice(
        names(options.models, catalog.MODELS, catalog.MODELS, "model"),
        names(options.graphs, catalog.GRAPHS, everyday, "graph"),
        max(options.rounds, 1),
        not options.no_peers,
    )
    return choice, names(options.sections, SECTIONS, EVERYDAY, "section"), Results(options.results)


def main():
    choice, chosen, results = parse()
    machine.build_tools()
    for name in chosen:
        section = SECTIONS[name]
        machine.say(f"== {section.TITLE}")
        for row in section.measure(choice):
            results.put(name, row)
            results.write(SECTIONS, floors.FLOORS, plot.draw)
    print(results.markdown(SECTIONS, floors.FLOORS))
    machine.say(f"also in {results.folder}: results.json, results.md, bench.svg")
    apart = results.disagreements()
    for sentence in apart:
        print(f"bench: {sentence}", file=sys.stderr)
    sys.exit(1 if apart else 0)


try:
    main()
except machine.Failure as failure:
    sys.exit(f"bench: {failure}")
except KeyboardInterrupt:
    sys.exit(130)
