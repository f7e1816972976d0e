"""Reading and writing plain graph directories (docs/graph-format.md)."""

import json
from pathlib import Path

import numpy


def write(folder, vertices, edges):
    """vertices: {type: (count, {feature: array})}
    edges: {type: (source type, target type, index, {feature: array})}"""
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    description = {"vertices": {}, "edges": {}}
    for name, (count, features) in vertices.items():
        description["vertices"][name] = {"count": count, "features": save(folder, name, features)}
    for name, (source, target, index, features) in edges.items():
        numpy.save(folder / f"{name}.npy", index)
        description["edges"][name] = {
            "from": source,
            "to": target,
            "index": f"{name}.npy",
            "features": save(folder, name, features),
        }
    (folder / "graph.json").write_text(json.dumps(description, indent=2) + "\n")


def save(folder, owner, features):
    for feature, values in features.items():
        numpy.save(folder / f"{owner}.{feature}.npy", values)
    return {feature: f"{owner}.{feature}.npy" for feature in features}


class Graph:
    """One directory in memory: counts, indices as int64, features as stored."""

    def __init__(self, folder):
        folder = Path(folder)
        description = json.loads((folder / "graph.json").read_text())
        self.counts = {name: entry["count"] for name, entry in description["vertices"].items()}
        self.indices, self.ends, self.features = {}, {}, {}
        for name, entry in description["edges"].items():
            self.indices[name] = numpy.load(folder / entry["index"]).astype(numpy.int64)
            self.ends[name] = (entry["from"], entry["to"])
        for name, entry in {**description["vertices"], **description["edges"]}.items():
            for feature, file in entry["features"].items():
                self.features[f"{name}.{feature}"] = numpy.load(folder / file)
