#!/usr/bin/env python3
"""DGL's forward pass over a whole graph.

    dgl_full.py MODEL GRAPH [--threads N] [--passes N] [--budget SECONDS]

Prints one line of JSON: the least seconds of a pass after a warm-up, and the peak memory of the process. The weights are
random: what they are changes no time.
"""

import argparse

import dgl
import torch

from common import best_pass, report
from dgl_graphs import open_graph
from dgl_models import MODELS, layers


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("model", choices=MODELS)
    parser.add_argument("graph")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--passes", type=int, default=4)
    parser.add_argument("--budget", type=float, default=20)
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    torch.manual_seed(1)
    dgl.use_libxsmm(True)
    model = MODELS[options.model]().eval()
    graph, x, answered = open_graph(options.model, options.graph)
    presorted = {"presorted": True} if options.model in ("rgcn", "hgt") else {}
    with torch.no_grad():
        _, seconds, passes = best_pass(
            lambda: model([graph] * layers(options.model), x, **presorted), options.passes, options.budget
        )
    report(
        peer="DGL", version=f"DGL {dgl.__version__}, torch {torch.__version__}", model=options.model,
        mode="libxsmm" if dgl.is_libxsmm_enabled() else "no libxsmm", seconds=seconds, passes=passes,
    )


main()
