"""What one run of the bench is to measure."""

import dataclasses

from . import catalog


@dataclasses.dataclass(frozen=True)
class Choice:
    models: tuple
    graphs: tuple
    rounds: int
    peers: bool

    def pairs(self):
        """Each chosen graph with each chosen model that runs over it."""
        for graph in map(catalog.GRAPHS.get, self.graphs):
            for model in map(catalog.MODELS.get, graph.models):
                if model.name in self.models:
                    yield graph, model
