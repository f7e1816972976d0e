"""The forward passes as a picture: how many times gnnc's time and memory the others take, for each model."""

import math

from harness.tables import gigabytes, seconds
from sections import forward

WIDTH, LABELS, GAP, MARGIN = 1100, 190, 110, 24
BAR, SPACE, HEAD = 15, 14, 118
SMALLEST = 0.5  # where the axes begin
SERIES = [  # what is drawn, its colour, and its name in a row of the results
    ("hand-written C", "#8c8c8c", lambda row: "hand-written"),
    ("PyTorch Geometric, its best way", "#d1495b", forward.pyg_shown),
    ("DGL", "#edae49", lambda row: "DGL"),
    ("sampled sub-graphs (DGL)", "#30638e", lambda row: "sampled"),
]


class Panel:
    """One chart: its left edge, its width, and what it shows of a contestant."""

    def __init__(self, left, width, title, value, base, told, largest):
        self.left, self.width, self.title, self.value, self.base, self.told = left, width, title, value, base, told
        self.largest = largest

    def place(self, ratio):
        """Where a ratio stands on the logarithmic axis."""
        return self.left + self.width * math.log(max(ratio, SMALLEST) / SMALLEST) / math.log(self.largest / SMALLEST)


def text(x, y, words, size=13, anchor="start", colour="#222", weight="normal"):
    words = str(words).replace("&", "&amp;").replace("<", "&lt;")
    return (
        f'<text x="{x:.1f}" y="{y:.1f}" font-size="{size}" text-anchor="{anchor}" fill="{colour}" '
        f'font-weight="{weight}">{words}</text>'
    )


def line(x, top, bottom, colour, width):
    return f'<line x1="{x:.1f}" y1="{top:.1f}" x2="{x:.1f}" y2="{bottom:.1f}" stroke="{colour}" stroke-width="{width}"/>'


def bars_of(row):
    """The series that a row knows: with numbers, or with what kept it from having any."""
    return [(colour, find(row)) for _, colour, find in SERIES if find(row) in row["figures"]]


def draw(results):
    rows = [row for row in forward.ordered(results.rows("forward")) if forward.seconds_of(row, "gnnc") and bars_of(row)]
    heights = [len(bars_of(row)) * BAR + SPACE for row in rows]
    bottom = HEAD + sum(heights)
    panels = panels_of(rows)
    parts = [text(MARGIN, MARGIN + 8, "One pass over the whole graph, every vertex's answer", 17, weight="bold"), legend()]
    for panel in panels:
        parts += grid(panel, bottom)
    top = HEAD
    for row, height in zip(rows, heights):
        middle = top + (height - SPACE) / 2
        own = f"{seconds(forward.seconds_of(row, 'gnnc'))}, {gigabytes(forward.peak_of(row, 'gnnc, whole run'))}"
        parts.append(text(LABELS - 10, middle - 3, f"{row['model']}, {row['graph']}", 13, "end", weight="bold"))
        parts.append(text(LABELS - 10, middle + 13, f"gnnc: {own}", 11, "end", "#555"))
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
    room = WIDTH - LABELS - 2 * GAP - MARGIN
    shares = (
        ("seconds, as multiples of gnnc's stages", forward.seconds_of, "gnnc", seconds, room * 0.6),
        ("peak memory, as multiples of gnnc's", forward.peak_of, "gnnc, whole run", gigabytes, room * 0.4),
    )
    left, panels = LABELS, []
    for title, value, base, told, width in shares:
        pairs = [(value(row, name), value(row, base)) for row in rows for _, name in bars_of(row)]
        ratios = [of_peer / own for of_peer, own in pairs if of_peer]
        panels.append(Panel(left, width, title, value, base, told, max([2, *ratios])))
        left += width + GAP
    return panels


def legend():
    parts, x = [], MARGIN
    for name, colour, _ in SERIES:
        parts.append(f'<rect x="{x}" y="{MARGIN + 24}" width="13" height="13" fill="{colour}"/>')
        parts.append(text(x + 18, MARGIN + 35, name))
        x += 52 + 7 * len(name)
    return "\n".join(parts)


def grid(panel, bottom):
    parts = [text(panel.left, HEAD - 31, panel.title, 13, weight="bold")]
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
        y, start, value = top + number * BAR, panel.place(1), panel.value(row, name)
        if value is None:
            parts.append(text(start + 5, y + BAR - 5, row["figures"][name]["failed"], 11, colour=colour))
            continue
        ratio = value / panel.value(row, panel.base)
        left, right = sorted((start, panel.place(ratio)))
        parts.append(f'<rect x="{left:.1f}" y="{y:.1f}" width="{right - left:.1f}" height="{BAR - 3}" fill="{colour}"/>')
        words = f"{ratio:.2f}x" if ratio < 2 else f"{ratio:.1f}x" if ratio < 100 else f"{ratio:.0f}x"
        parts.append(text(right + 5, y + BAR - 5, f"{words}, {panel.told(value)}", 11, colour="#444"))
    return parts
