#!/usr/bin/env python3
"""Sampled sub-graph inference over all vertices, by DGL's sampler and loader: batches of 1024 vertices, fan-outs 15-10-5
(15-10 for two layers, 15-10-5-5 for four) in the order in which DGL's sampler takes them: that of the layers, so that the
answered vertices themselves have the last one. The other way round it takes longer, and longer still with processes
that sample beside the one that computes, on two cores.

    dgl_sampled.py MODEL GRAPH [--threads N]

Prints one line of JSON: the seconds for every vertex's answer, and the peak memory of the process.
"""

import argparse
import time

import dgl
import torch

from common import BATCH, FANOUTS, WARM_BATCHES, forget_peak, report
from dgl_graphs import open_graph
from dgl_models import MODELS, layers


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("model", choices=MODELS)
    parser.add_argument("graph")
    parser.add_argument("--threads", type=int, default=2)
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    torch.manual_seed(1)
    dgl.seed(1)
    model = MODELS[options.model]().eval()
    graph, x, answered = open_graph(options.model, options.graph)
    fanouts = FANOUTS[layers(options.model)]
    sampler = dgl.dataloading.NeighborSampler(fanouts)

    def answer(vertices):
        loader = dgl.dataloading.DataLoader(graph, vertices, sampler, batch_size=BATCH, shuffle=False, num_workers=0)
        rows = []
        for inputs, _, blocks in loader:
            rows.append(model(blocks, x[inputs]))
        return torch.cat(rows)

    forget_peak()
    with torch.no_grad():
        answer(answered[: WARM_BATCHES * BATCH])
        start = time.perf_counter()
        rows = answer(answered)
        seconds = time.perf_counter() - start
    assert len(rows) == len(answered)
    report(
        peer="sampled", version=f"DGL {dgl.__version__}, torch {torch.__version__}", model=options.model,
        mode="-".join(map(str, fanouts)), seconds=seconds, passes=1,
    )


main()
