"""Cuts graphs/debian out of Debian's package lists: python3 debian.py PACKAGES, where PACKAGES is an unpacked list of
bookworm/main. The lists change with every point release, so the cut is committed and make.py only reads it.

The first 300 packages that a walk over Depends finds from a few well-known ones; an edge goes from a package to what it
depends on, the first of alternatives."""

import math
import sys
import zlib
from collections import deque
from pathlib import Path

import numpy

import plain

ROOTS = ("gimp", "python3-numpy", "nginx", "git", "vlc")
PRIORITIES = ("required", "important", "standard", "optional")


def read(path):
    packages = {}
    for paragraph in Path(path).read_text().split("\n\n"):
        fields = dict(line.split(": ", 1) for line in paragraph.splitlines() if ": " in line and line[0] != " ")
        if "Package" in fields:
            packages[fields["Package"]] = fields
    return packages


def depends(package):
    entries = [entry.split("|")[0].split() for entry in package.get("Depends", "").split(",")]
    return [words[0].split(":")[0] for words in entries if words]


def walk(packages, count):
    found, queue = [], deque(ROOTS)
    while queue and len(found) < count:
        name = queue.popleft()
        if name in packages and name not in found:
            found.append(name)
            queue.extend(depends(packages[name]))
    return found


def features(package):
    words = [zlib.crc32(word.encode()) % 8 for word in package["Description"].lower().split()]
    return [
        math.log10(int(package["Installed-Size"]) + 1),
        math.log10(int(package["Size"]) + 1),
        len(depends(package)) / 10,
        float(package["Architecture"] == "all"),
        *(float(package["Priority"] == priority) for priority in PRIORITIES),
        *(float(words.count(bucket)) for bucket in range(8)),
    ]


packages = read(sys.argv[1])
names = walk(packages, 300)
number = {name: i for i, name in enumerate(names)}
index = [(number[n], number[d]) for n in names for d in depends(packages[n]) if d in number]
x = numpy.array([features(packages[n]) for n in names], dtype=numpy.float32)
plain.write(
    Path(__file__).parent / "graphs/debian",
    {"package": (len(names), {"x": x})},
    {"depends": ("package", "package", numpy.array(index, dtype=numpy.int32).T.copy(), {})},
)
