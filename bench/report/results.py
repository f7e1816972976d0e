"""What was measured, by section: kept as JSON, shown as Markdown and as a picture."""

import json

from harness import gnnc, machine
from harness.tables import markdown

FORMAT = 1  # of results.json: a file of another one is made afresh


class Results:
    def __init__(self, folder):
        self.folder = folder
        folder.mkdir(parents=True, exist_ok=True)
        path = folder / "results.json"
        kept = json.loads(path.read_text()) if path.exists() else {}
        if kept.get("format") != FORMAT:
            kept = {"sections": {}}
        self.sections, self.about = kept["sections"], kept.get("about")

    def put(self, section, row):
        """Keeps a row, in place of an older one with its key."""
        self.about = {**machine.describe(), "gnnc": gnnc.version()}
        row = {**row, "measured": self.about["date"]}
        rows = self.sections.setdefault(section, [])
        kept = [other for other in rows if other["key"] != row["key"]]
        self.sections[section] = kept + [row]

    def rows(self, section):
        return self.sections.get(section, [])

    def write(self, sections, floors, draw):
        everything = {
            "format": FORMAT, "about": self.about, "floors": [floor.judged(self) for floor in floors],
            "sections": self.sections,
        }
        self.replace("results.json", json.dumps(everything, indent=1) + "\n")
        self.replace("results.md", self.markdown(sections, floors) + "\n")
        self.replace("bench.svg", draw(self))

    def replace(self, name, text):
        beside = self.folder / (name + ".new")
        beside.write_text(text)
        beside.replace(self.folder / name)

    def markdown(self, sections, floors):
        parts = [self.circumstances()] if self.about else []
        for name, section in sections.items():
            if not self.rows(name):
                continue
            parts.append(f"## {section.TITLE}")
            for heading, columns, rows in section.tables(self.rows(name)):
                parts += filter(None, [heading, markdown(columns, rows)])
        judged = [floor.judged(self) for floor in floors]
        shown = [entry for entry in judged if entry["value"] is not None]
        if shown:
            parts += ["## Aims", floors_table(shown)]
        return "\n\n".join(parts)

    def circumstances(self):
        here = self.about
        return (
            f"{here['processor']}, {here['cores']} cores, {here['memory_bytes'] / 2**30:.0f} GB of memory; "
            f"{here['threads']} threads for everyone; {'; '.join([here['gnnc'], *self.versions()])}; {here['date']}."
        )

    def versions(self):
        """The peers' own, each once."""
        figures = [figure for row in self.rows("forward") for figure in row["figures"].values()]
        return list(dict.fromkeys(figure["version"] for figure in figures if "version" in figure))

    def disagreements(self):
        """A sentence for each answer of gnnc's that lies too far from another's."""
        return [
            f"{row['model']} over {row['graph']}: gnnc and {name} differ: {told['told']}"
            for row in self.rows("forward")
            for name, told in row["differences"].items()
            if not told["agrees"]
        ]


def floors_table(judged):
    lines = ["| | aim | measured | |", "| --- | ---: | ---: | --- |"]
    lines += [
        f"| {entry['what']} | {entry['aim']} | {entry['told']} | {'reached' if entry['reached'] else '**not reached**'} |"
        for entry in judged
    ]
    return "\n".join(lines)
