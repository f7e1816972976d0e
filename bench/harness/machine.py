"""Where things are, this machine, and how a command is run so that its seconds and peak memory are known."""

import dataclasses
import os
import pathlib
import resource
import shlex
import subprocess
import time

BENCH = pathlib.Path(__file__).resolve().parents[1]
ROOT = BENCH.parent
BUILD = ROOT / "build" / "bench"
TOOLS = BUILD / "tools"
THREADS = os.cpu_count()
SPARED = 3 << 30  # bytes that a command must leave to the rest of the machine


class Failure(Exception):
    """A command that did not end well; its text is the last thing that it said."""


@dataclasses.dataclass
class Outcome:
    seconds: float
    peak_bytes: int
    output: str


def say(text):
    print(text, flush=True)


def total_memory():
    return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")


def limit_memory():
    """Lets a command that wants more memory than there is fail by itself, before the kernel ends something else."""
    bound = total_memory() - SPARED
    resource.setrlimit(resource.RLIMIT_DATA, (bound, bound))


def run(command, env=None):
    """Runs a command under limits/child.c, behind what PREFIX names (`PREFIX="taskset -c 0,1"`)."""
    report = BUILD / "child"
    words = [*shlex.split(os.environ.get("PREFIX", "")), TOOLS / "child", report, *map(str, command)]
    done = subprocess.run(
        words, env={**os.environ, **(env or {})}, capture_output=True, text=True, errors="replace", preexec_fn=limit_memory
    )
    if done.returncode != 0:
        raise Failure(reason(done))
    seconds, peak = report.read_text().split()
    return Outcome(float(seconds), int(peak), done.stdout)


def reason(done):
    lines = [line for line in done.stderr.splitlines() if line.strip()] or [f"exit status {done.returncode}"]
    out_of_memory = any(word in done.stderr for word in ("can't allocate memory", "MemoryError", "bad_alloc", "Cannot allocate"))
    if out_of_memory or done.returncode in (-9, 137):
        return "out of memory"
    errors = [line for line in lines if line.startswith("error")]
    return (errors or lines[-1:])[0]


def build_tools():
    """The C programs of limits/ and orders/; a C compiler is named by CC."""
    for folder in (TOOLS, BUILD / "gnnc", BUILD / "answers"):
        folder.mkdir(parents=True, exist_ok=True)
    flags = "-O3 -march=native -ffp-contract=off -fopenmp -Wall -Wextra".split()
    programs = [f"limits/{name}.c" for name in ("child", "make-inputs", "compare", "gcn", "gat")]
    for source in map(BENCH.joinpath, [*programs, "orders/make-communities.c"]):
        subprocess.run([os.environ.get("CC", "gcc"), *flags, source, "-o", TOOLS / source.stem, "-lm"], check=True)


def describe():
    processor = "unknown processor"
    for line in pathlib.Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            processor = line.split(":", 1)[1].strip()
            break
    return {
        "processor": processor, "cores": THREADS, "memory_bytes": total_memory(), "threads": THREADS,
        "date": time.strftime("%Y-%m-%d %H:%M"),
    }
