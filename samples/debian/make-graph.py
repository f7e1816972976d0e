#!/usr/bin/env python3
"""Makes the package graph from the package lists of a Debian machine.

    ./make-graph.py --into fresh          writes fresh/packages.tsv, then unpacks it: fresh is a plain graph directory
    ./make-graph.py --snapshot            replaces packages.tsv.xz and origins.tsv.xz, the frozen copy beside this script

Two steps, so that the second needs no Python: this script turns the lists into one table of text, a line for each
package, and unpack.c turns the table into numpy files. Python's standard library is enough.

What a package says of itself becomes features; what it says of others becomes edges; its section is the label. Nothing
but the label is taken from the field Section, and debtags (Tag) and Filename are not read. Of the fields Source and
Maintainer a number is kept, which says what has the same source and the same maintainer, and not who that is.
"""

import argparse
import hashlib
import lzma
import math
import pathlib
import re
import subprocess
import sys
import zlib

HERE = pathlib.Path(__file__).resolve().parent
WORD_COLUMNS = 512

# One column of the table for each, with raw names in it, virtual ones too. Which of them are edges, and of which type,
# is for unpack.c to say.
RELATIONS = ["Pre-Depends", "Depends", "Recommends", "Suggests", "Enhances", "Provides", "Breaks", "Replaces",
             "Conflicts", "Built-Using"]

COUNTED = ["Depends", "Pre-Depends", "Recommends", "Suggests", "Provides", "Breaks", "Conflicts"]


def package_lists(codename):
    """The files of main's package list for one release, as apt knows them; updates and security are left out."""
    found = subprocess.run(
        ["apt-get", "indextargets", "--format", "$(FILENAME)", "Created-By: Packages", "Origin: Debian",
         "Component: main", f"Codename: {codename}"], check=True, capture_output=True, text=True).stdout.split()
    if not found:
        sys.exit(f"apt has no package list of {codename}/main: run `apt-get update` on a {codename} machine")
    return found


def read_list(path):
    """The text of a list, whichever way apt compressed it."""
    helper = "/usr/lib/apt/apt-helper"
    return subprocess.run([helper, "cat-file", path], check=True, capture_output=True).stdout.decode("utf-8")


def stanzas(text):
    """Each paragraph of a list as a dictionary of its fields."""
    for paragraph in text.split("\n\n"):
        fields, name = {}, None
        for line in paragraph.split("\n"):
            if line[:1] in (" ", "\t"):
                fields[name] += " " + line.strip()
            elif line:
                name, _, value = line.partition(":")
                fields[name] = value.strip()
        if fields:
            yield fields


def named_by(package, relation):
    """The names in a relation, each once: alternatives count alike, versions and architectures are dropped."""
    names = {}
    for alternative in re.split(r"[,|]", package.get(relation, "")):
        name = re.split(r"[ (:\[]", alternative.strip(), maxsplit=1)[0]
        if name:
            names[name] = None
    return list(names)


def words(package):
    """The words of a package's name, marked as such, and of its one-line description."""
    parts = re.split(r"[-.+]|(?<=[a-z])(?=\d)|(?<=\d)(?=[a-z])", package["Package"])
    parts = [part for part in parts if part and not part.isdigit()] or [""]
    name = ["name:" + part for part in parts]
    name += ["first:" + parts[0], "last:" + parts[-1], "start:" + package["Package"][:3]]
    return name + description_words(package)


def description_words(package):
    return re.findall(r"[a-z][a-z0-9+#]*", package["Description"].lower())


def word_columns(package):
    """Which of the 512 word features are 1."""
    return sorted({zlib.crc32(word.encode()) % WORD_COLUMNS for word in words(package)})


def numbers(package):
    """The features beside the words, each between 0 and about 1, in thousandths."""
    values = [math.log1p(int(package["Size"])) / 20, math.log1p(int(package.get("Installed-Size", 0))) / 16]
    values += [math.log1p(len(named_by(package, relation))) / 3 for relation in COUNTED]
    values += [
        package["Architecture"] == "all",
        package.get("Multi-Arch") == "same",
        package.get("Multi-Arch") == "foreign",
        package["Priority"] == "optional",
        package["Priority"] in ("required", "important", "standard"),
        package.get("Essential") == "yes",
        "Homepage" in package,
        len(package["Package"]) / 40,
        len(description_words(package)) / 16,
    ]
    return [round(1000 * value) for value in values]


def part(name):
    """Kept out of training by a hash of the name, so that a package stays where it is when the graph is made again."""
    tenth = int.from_bytes(hashlib.sha256(name.encode()).digest()[:4], "big") % 10
    return {0: "kept-out", 1: "validation"}.get(tenth, "training")


def package_rows(packages):
    yield ["package", "section", "part", "numbers", "words"] + [relation.lower() for relation in RELATIONS]
    for name, package in sorted(packages.items()):
        row = [name, package["Section"], part(name)]
        row += [" ".join(map(str, values)) for values in (numbers(package), word_columns(package))]
        yield row + [" ".join(named_by(package, relation)) for relation in RELATIONS]


def origin_rows(packages):
    """What a package is built from and who maintains it, as numbers in the order of first appearance."""
    sources, maintainers = {}, {}
    yield ["source", "maintainer"]
    for name, package in sorted(packages.items()):
        source = package.get("Source", name).split(" ")[0]  # a version may follow
        yield [str(sources.setdefault(source, len(sources))),
               str(maintainers.setdefault(package["Maintainer"], len(maintainers)))]


def table(rows):
    return "".join("\t".join(row) + "\n" for row in rows).encode()


def freeze(name, text):
    (HERE / name).write_bytes(lzma.compress(text, preset=9 | lzma.PRESET_EXTREME))


def main():
    parser = argparse.ArgumentParser(description="Makes the package graph from the package lists of a Debian machine.")
    parser.add_argument("--codename", default="bookworm", help="the release to read (default: bookworm)")
    parser.add_argument("--into", type=pathlib.Path, help="the plain graph directory to make")
    parser.add_argument("--snapshot", action="store_true", help="replace packages.tsv.xz and origins.tsv.xz")
    options = parser.parse_args()
    if not options.into and not options.snapshot:
        parser.error("say --into DIRECTORY or --snapshot")

    # The trained models number their classes as sections.txt does.
    known = set((HERE / "sections.txt").read_text().split())
    packages, unknown = {}, 0
    for path in package_lists(options.codename):
        for package in stanzas(read_list(path)):
            if package["Section"] in known:
                packages[package["Package"]] = package  # a later version stands after an earlier one
            else:
                unknown += 1
    if unknown:
        print(f"left out {unknown} packages of sections that are not in sections.txt", file=sys.stderr)

    if options.snapshot:
        freeze("packages.tsv.xz", table(package_rows(packages)))
        freeze("origins.tsv.xz", table(origin_rows(packages)))
    if options.into:
        text = table(left + right for left, right in zip(package_rows(packages), origin_rows(packages)))
        options.into.mkdir(parents=True, exist_ok=True)
        (options.into / "packages.tsv").write_bytes(text)
        unpack = options.into / "unpack"
        subprocess.run(["cc", "-O2", "-o", unpack, HERE / "unpack.c", "-lm"], check=True)
        subprocess.run([unpack, HERE / "sections.txt", options.into], input=text, check=True)
        unpack.unlink()


main()
