"""Numbers as text, and rows as Markdown tables."""

import dataclasses
from collections.abc import Callable


@dataclasses.dataclass(frozen=True)
class Column:
    heading: str
    cell: Callable  # of a row, to text


def seconds(value):
    if value is None:
        return ""
    return f"{value:.3f} s" if value < 1 else f"{value:.2f} s" if value < 100 else f"{value:.0f} s"


def gigabytes(value):
    return "" if value is None else f"{value / 1e9:.2f} GB"


def ratio(value, of):
    return "" if value is None or of is None else f"{value / of:.2f}x" if value < 10 * of else f"{value / of:.1f}x"


def markdown(columns, rows):
    """A table; a column without any text is left out, and numbers stand to the right."""
    texts = [[column.cell(row) for column in columns] for row in rows]
    shown = [place for place in range(len(columns)) if any(line[place] for line in texts)]
    lines = [[columns[place].heading for place in shown]]
    lines.append(["---" if place == 0 else "---:" for place in shown])
    lines += [[line[place] for place in shown] for line in texts]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)
