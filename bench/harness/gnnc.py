"""gnnc's command line, measured."""

import json
import os
import pathlib
import re
import shutil
import subprocess

from . import inputs, machine

PROGRAM = pathlib.Path(os.environ.get("GNNC") or machine.ROOT / ".build" / "release" / "gnnc").resolve()
WORK = machine.BUILD / "gnnc"


def version():
    return ask("--version").stdout.strip()


def ask(*arguments):
    return subprocess.run([PROGRAM, *map(str, arguments)], capture_output=True, text=True)


def has(verb, flag):
    return re.search(rf"^\s*{flag}\b", ask(verb, "--help").stdout, re.MULTILINE) is not None


def passes():
    """Their names, each once, in their order."""
    return list(dict.fromkeys(line.split()[0] for line in ask("passes").stdout.splitlines() if line.strip()))


def orders():
    """The vertex orders of `gnnc partition`, as it lists them to who names one that there isn't."""
    told = ask("partition", machine.BUILD, "-o", WORK / "none", "--order", "?").stderr
    listed = re.search(r"one of: (.*)", told)
    return listed[1].split(", ") if listed else []


def partition(graph, parts=1, method=None, order=None):
    """The directory, and what making it took."""
    out = WORK / "-".join(filter(None, [graph.name, method, order, f"{parts}"]))
    words = [PROGRAM, "partition", inputs.graph(graph), "-o", out, "--force", "--quiet", "--parts", parts]
    words += ["--method", method] if method else []
    words += ["--order", order] if order else []
    return out, machine.run(words)


def compile(model, graph, label="", flags=(), env=None):
    """The compiled model, for a partitioned graph's counts if there is one, and what making it took."""
    out = WORK / f"{model.name}{label}.gnnc"
    shutil.rmtree(out, ignore_errors=True)
    words = [PROGRAM, "compile", source(model), "--weights", inputs.weights(model), "-o", out, "--quiet", *flags]
    return out, machine.run(words + (["--for", graph] if graph else []), env)


def source(model):
    return machine.BENCH / "models" / f"{model.name}.gnn"


def run(model, graph, out=None, repeats=1, flags=(), env=None):
    """What `gnnc run --json` tells, and `seconds` and `peak_bytes` of the process."""
    out = out or WORK / "out"
    words = [PROGRAM, "run", model, graph, "-o", out, "--force", "--json", "--repeat", repeats, *flags]
    outcome = machine.run(words, env)
    return {**json.loads(outcome.output), "seconds": outcome.seconds, "peak_bytes": outcome.peak_bytes}


def stages(model, graph, repeats=4, rounds=1):
    """The least seconds of the stages alone, with prologue and exchange."""
    return min(run(model, graph, repeats=repeats)["stages_seconds"] for _ in range(rounds))


def code(model):
    """The C that a model was compiled to."""
    return "".join(path.read_text() for path in sorted(model.glob("*.c")))


def drop(*directories):
    for directory in directories:
        shutil.rmtree(directory, ignore_errors=True)
