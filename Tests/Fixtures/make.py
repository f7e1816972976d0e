"""Makes graphs/ and cases/: what PyG 2.8 computes, layer by layer and option by option.

    python3 make.py            writes everything anew; on one machine the same bytes every time
    python3 make.py --check    writes nothing, and fails where PyG's answer is not the stored one to 1e-12

Needs torch, torch_geometric 2.8, numpy and safetensors. graphs/debian is read, not made: see debian.py."""

import copy
import json
import shutil
import sys
import warnings
import zlib
from pathlib import Path

warnings.filterwarnings("ignore")

import numpy
import safetensors.numpy
import safetensors.torch
import torch
import torch_geometric

import geniepath
import graphs
import plain
import typed_layers
from cases import CASES
from typed_cases import TYPED_CASES, TypedCase

HERE = Path(__file__).parent


def build(layer, options):
    options = dict(options)
    if "nn" in options:
        ((kind, argument),) = options["nn"].items()
        options["nn"] = sequential(argument) if kind == "Sequential" else torch_geometric.nn.MLP(**argument)
    for key, value in options.items():
        if key.endswith("_channels") and isinstance(value, list):
            options[key] = tuple(value)
    for key in {"deg", "alpha"} & options.keys():
        if isinstance(options[key], list):
            options[key] = torch.tensor(options[key])
    home = geniepath if layer.startswith("GeniePath") else torch_geometric.nn
    return getattr(home, layer)(**options)


def sequential(steps):
    return torch.nn.Sequential(*(getattr(torch.nn, name)(*arguments) for name, *arguments in steps))


def randomise(module, seed):
    """Every parameter and statistic gets a value of its own; the zeros and ones that PyG starts from hide mistakes."""
    generator = numpy.random.default_rng(seed)

    def normal(like, scale, centre=0.0):
        values = generator.normal(centre, scale, tuple(like.shape)).astype(numpy.float32)
        like.data.copy_(torch.from_numpy(values))

    for key, value in sorted(module.state_dict(keep_vars=True).items()):
        name = key.rsplit(".", 1)[-1]
        if not value.is_floating_point():
            value.data.fill_(100)
        elif name == "running_var":
            value.data.copy_(torch.from_numpy(generator.uniform(0.4, 2, tuple(value.shape)).astype(numpy.float32)))
        elif name in ("avg_deg_lin", "avg_deg_log", "p"):
            value.data.copy_(torch.from_numpy(generator.uniform(0.8, 3, tuple(value.shape)).astype(numpy.float32)))
        elif name == "weight" and value.dim() == 1:
            normal(value, 0.3, centre=1)
        elif value.dim() == 2:
            normal(value, value.shape[1] ** -0.5)
        else:
            normal(value, 0.4)


def arguments(case, graph, dtype):
    def tensor(name):
        if name is None:
            return None
        value = torch.from_numpy(graph.features[name])
        return value.to(dtype) if value.is_floating_point() else value.long()

    def value(name):
        return tuple(map(tensor, name)) if isinstance(name, list) else tensor(name)

    inputs = {key: value(name) for key, name in case.inputs.items()}
    edges = torch.from_numpy(graph.indices[case.edges])
    if case.options.get("aggr") == "lstm":
        # PyG wants in-edges side by side; their order stays the graph's.
        edges = edges[:, edges[1].argsort(stable=True)]
    return inputs, edges


def run(case, module, graph, dtype):
    """{output name: array}"""
    if isinstance(case, TypedCase):
        return typed_layers.run(case, copy.deepcopy(module), graph, dtype)
    inputs, edges = arguments(case, graph, dtype)
    with torch.no_grad():
        if case.layer == "functional":
            return {name: functional(name)(inputs["x"], **kwargs).numpy() for name, kwargs in case.options.items()}
        module = copy.deepcopy(module).to(dtype).eval()
        return {"y": answer(case.layer, module, inputs, edges).numpy()}


def answer(layer, module, inputs, edges):
    if layer in ("Linear", "MLP", "JumpingKnowledge") or layer.endswith("Norm"):
        return module(**inputs)
    if layer == "LightGCN":
        return module.get_embedding(edges, **inputs)
    first = [inputs.pop(name) for name in ("x", "x_0") if name in inputs]
    return module(*first, edges, **inputs)


def functional(name):
    for end in ("_steep", "_half", "_tanh"):
        name = name.removesuffix(end)
    return getattr(torch.nn.functional, name)


def error(found, wanted):
    """The largest |found - wanted| / max(row's largest value, 1e-3 of the median row's), where both are finite."""
    finite = numpy.isfinite(wanted)
    if not finite.any():
        return 0.0
    largest = numpy.where(finite, numpy.abs(wanted), 0).max(axis=1)
    scale = numpy.maximum(largest, 1e-3 * numpy.median(largest[finite.any(axis=1)]))
    finite &= numpy.isfinite(found)
    return float((numpy.abs(found - wanted) / scale[:, None])[finite].max())


def same_specials(found, wanted):
    """Whether NaN and infinities stand at the same places."""
    return numpy.array_equal(found[~numpy.isfinite(found)], wanted[~numpy.isfinite(wanted)], equal_nan=True) and (
        numpy.isfinite(found) == numpy.isfinite(wanted)
    ).all()


def make(case, graph):
    """The module with its weights (none for a function), and {output: (double, float32 error)}."""
    module = None
    if case.layer != "functional":
        torch.manual_seed(0)
        module = typed_layers.build(case) if isinstance(case, TypedCase) else build(case.layer, case.options)
        randomise(module, zlib.crc32(case.name.encode()))
    exact = run(case, module, graph, torch.float64)
    single = run(case, module, graph, torch.float32)
    for name in exact:
        # torch's vectorised float32 erf takes infinity to NaN; its double one gives 1, as it should.
        assert name == "gelu" or same_specials(single[name], exact[name]), f"{case.name}/{name}: float32 has other NaNs"
    return module, {name: (exact[name], error(single[name].astype(float), exact[name])) for name in exact}


def write(case, module, outputs):
    folder = HERE / "cases" / case.name
    folder.mkdir(parents=True, exist_ok=True)
    for old in [*folder.glob("*.npy"), *folder.glob("*.safetensors")]:
        old.unlink()
    for name, (exact, _) in outputs.items():
        numpy.save(folder / f"{name}.npy", exact)
    if module is not None and module.state_dict():
        # Copies, because two keys may stand for one tensor.
        weights = {key: value.contiguous().clone() for key, value in module.state_dict().items()}
        safetensors.torch.save_file(weights, folder / "weights.safetensors")
    description = {
        "graph": case.graph,
        "layer": case.layer,
        "options": case.options,
        **({"edges": case.edges} if isinstance(case, TypedCase) else {}),
        "inputs": case.inputs,
        "float32_error": {name: float(f"{worst:.3g}") for name, (_, worst) in outputs.items()},
    }
    (folder / "case.json").write_text(json.dumps(description, indent=2) + "\n")


def check(case, module, outputs):
    for name, (exact, _) in outputs.items():
        stored = numpy.load(HERE / "cases" / case.name / f"{name}.npy")
        fits = stored.shape == exact.shape and same_specials(exact, stored) and error(exact, stored) < 1e-12
        assert fits, f"{case.name}/{name}.npy differs"


def main():
    numpy.seterr(invalid="ignore")
    assert torch_geometric.__version__.startswith("2.8."), "the fixtures stand for PyG 2.8"
    torch.set_num_threads(1)  # with more, which of several self-loops lends its weight is left to chance
    torch_geometric.backend.use_segment_matmul = False
    finish = check if sys.argv[1:] == ["--check"] else write
    if finish is write:
        for graph in (graphs.nasty, graphs.hub, graphs.bipartite, graphs.typed):
            shutil.rmtree(HERE / "graphs" / graph.__name__, ignore_errors=True)
            graph(HERE / "graphs" / graph.__name__)
    loaded = {folder.name: plain.Graph(folder) for folder in sorted((HERE / "graphs").iterdir())}
    for case in [*CASES, *TYPED_CASES]:
        module, outputs = make(case, loaded[case.graph])
        finish(case, module, outputs)
        worst = max(worst for _, worst in outputs.values())
        finite = min(numpy.isfinite(exact).mean() for exact, _ in outputs.values())
        print(f"{case.name:28} float32 error {worst:.1e}   {finite:4.0%} finite")


main()
