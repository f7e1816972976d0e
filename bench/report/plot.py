"""The forward passes as a picture: how many times gnnc's time and memory the others take, for each model."""

import math

from harness import catalog
from harness.tables import gigabytes, seconds
from sections import forward

WIDTH, LABELS, GAP, MARGIN = 1100, 190, 70, 24
BAR, SPACE, HEAD = 15, 14, 92
LARGEST = 100  # where the axis ends, unless a bar goes further
SERIES = [  # what is drawn, its colour, and its name in a row of the results
    ("hand-written C", "#8c8c8c", lambda row: "hand-written" if "hand-written" in row["figures"] else None),
    ("PyTorch Geometric, its best way", "#d1495b", forward.best_pyg),
    ("DGL", "#edae49", lambda row: "DGL"),
    ("sampled sub-graphs (DGL)", "#30638e", lambda row: "sampled"),
]


class Panel:
    """One chart: its left edge, its width, and what it shows of a contestant."""

    def __init__(self, left, width, title, value, base, told, largest):
        self.left, self.width, self.title, self.value, self.base, self.told = left, width, title, value, base, told
        self.largest = largest

    def place(self, ratio):
        """Logarithmic, from a half."""
        return self.left + self.width * math.log(max(ratio, 0.5) / 0.5) / math.log(self.largest / 0.5)


def text(x, y, words, size=13, anchor="start", colour="#222", weight="normal"):
    words = str(words).replace("&", "&amp;").replace("<", "&lt;")
    return (
        f'<text x="{x:.1f}" y="{y:.1f}" font-size="{size}" text-anchor="{anchor}" fill="{colour}" '
        f'font-weight="{weight}">{words}</text>'
    )


def line(x, top, bottom, colour, width):
    return f'<line x1="{x:.1f}" y1="{top:.1f}" x2="{x:.1f}" y2="{bottom:.1f}" stroke="{colour}" stroke-width="{width}"/>'


def bars_of(row):
    """The series that a row has numbers for."""
    return [(colour, find(row)) for _, colour, find in SERIES if find(row) and forward.seconds_of(row, find(row))]


def ordered(rows):
    keys = [(graph.name, model) for graph in catalog.GRAPHS.values() for model in graph.models]
    return sorted(rows, key=lambda row: keys.index((row["graph"], row["model"])))


def draw(results):
    rows = [row for row in ordered(results.rows("forward")) if forward.seconds_of(row, "gnnc") and bars_of(row)]
    heights = [len(bars_of(row)) * BAR + SPACE for row in rows]
    bottom = HEAD + sum(heights)
    panels = panels_of(rows)
    parts = [legend()]
    for panel in panels:
        parts += grid(panel, bottom)
    top = HEAD
    for row, height in zip(rows, heights):
        middle = top + (height - SPACE) / 2
        parts.append(text(LABELS - 8, middle + 2, row["model"], 14, "end", weight="bold"))
        parts.append(text(LABELS - 8, middle + 17, row["graph"], 11, "end", "#666"))
        for panel in panels:
            parts += bars(panel, row, top)
        top += height
    height = bottom + MARGIN
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" width="{WIDTH}" height="{height}" '
        f'font-family="Helvetica, Arial, sans-serif">\n<rect width="{WIDTH}" height="{height}" fill="#fdfdfb"/>\n'
        + "\n".join(parts) + "\n</svg>\n"
    )


def panels_of(rows):
    room = WIDTH - LABELS - GAP - MARGIN - 80
    shares = (
        ("time: times gnnc's stages", forward.seconds_of, "gnnc", seconds, room * 0.6),
        ("peak memory: times gnnc's", forward.peak_of, "gnnc, whole run", gigabytes, room * 0.4),
    )
    left, panels = LABELS, []
    for title, value, base, told, width in shares:
        ratios = [value(row, name) / value(row, base) for row in rows for _, name in bars_of(row)]
        panels.append(Panel(left, width, title, value, base, told, max([LARGEST, *ratios])))
        left += width + GAP
    return panels


def legend():
    parts, x = [], LABELS
    for name, colour, _ in SERIES:
        parts.append(f'<rect x="{x}" y="{MARGIN}" width="13" height="13" fill="{colour}"/>')
        parts.append(text(x + 18, MARGIN + 11, name))
        x += 52 + 7 * len(name)
    return "\n".join(parts)


def grid(panel, bottom):
    parts = [text(panel.left, HEAD - 32, panel.title, 14, weight="bold")]
    for tick in (1, 2, 5, 10, 20, 50, 100, 200, 500, 1000):
        if tick > panel.largest:
            break
        x = panel.place(tick)
        parts.append(line(x, HEAD - 8, bottom - SPACE / 2, "#222" if tick == 1 else "#e2e2dd", 1.5 if tick == 1 else 1))
        parts.append(text(x, HEAD - 13, "gnnc" if tick == 1 else f"{tick}x", 11, "middle", "#222" if tick == 1 else "#777"))
    return parts


def bars(panel, row, top):
    parts = []
    for number, (colour, name) in enumerate(bars_of(row)):
        ratio = panel.value(row, name) / panel.value(row, panel.base)
        y, right, start = top + number * BAR, panel.place(ratio), panel.place(1)
        left, width = min(start, right), abs(right - start)
        parts.append(f'<rect x="{left:.1f}" y="{y:.1f}" width="{width:.1f}" height="{BAR - 3}" fill="{colour}"/>')
        words = f"{ratio:.2f}x" if ratio < 2 else f"{ratio:.1f}x" if ratio < 100 else f"{ratio:.0f}x"
        words += f"   {panel.told(panel.value(row, name))}"
        parts.append(text(max(start, right) + 5, y + BAR - 5, words, 11, colour="#444"))
    return parts
