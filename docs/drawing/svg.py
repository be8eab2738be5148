"""The few marks the diagrams are made of, as SVG text: boxes, lines, arrows, words.

A picture needs no font, script or style from elsewhere. Lengths are in pixels; coordinates are whole numbers, so that
two machines write the same file. Text is measured by a fixed width per letter, which holds for a monospaced font.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from html import escape

LETTER = 8
"""Width of one letter at the size used, rounded up: a box is rather too wide than too narrow."""
LINE = 18
INK, PAPER, EDGE = "#1f2933", "#ffffff", "#7b8794"


def width_of(words: Iterable[str]) -> int:
    """Width of a box that holds any of these words."""
    return max((len(word) for word in words), default=0) * LETTER + 20


def colour(index: int, count: int) -> str:
    """The index-th of `count` colours around the wheel, dark enough for a thin line on white."""
    return f"hsl({index * 360 // max(count, 1)} 65% 38%)"


@dataclass(slots=True)
class Picture:
    """One drawing. `title` is what a screen reader says; the size grows with what is drawn."""

    title: str
    marks: list[str] = field(default_factory=list)
    width: int = 0
    height: int = 0

    def reach(self, x: int, y: int) -> None:
        """Make room for a point."""
        self.width, self.height = max(self.width, x + 12), max(self.height, y + 12)

    def box(self, corner: tuple[int, int], size: tuple[int, int], words: str, fill: str = "#eef2f6") -> None:
        """A rounded box with words in its middle; `corner` is its upper left, `size` width and height."""
        (x, y), (width, height) = corner, size
        self.reach(x + width, y + height)
        self.marks.append(
            f'<rect x="{x}" y="{y}" width="{width}" height="{height}" rx="6" fill="{fill}" stroke="{EDGE}"/>'
        )
        self.text(x + width // 2, y + height // 2 + 5, words, anchor="middle")

    def text(self, x: int, y: int, words: str, *, anchor: str = "start", ink: str = INK, bold: bool = False) -> None:
        """Words whose baseline is at y."""
        self.reach(x + (len(words) * LETTER if anchor == "start" else 0), y)
        weight = ' font-weight="bold"' if bold else ""
        self.marks.append(f'<text x="{x}" y="{y}" text-anchor="{anchor}" fill="{ink}"{weight}>{escape(words)}</text>')

    def line(self, points: Iterable[tuple[int, int]], ink: str = EDGE) -> None:
        """A line through these points."""
        places = list(points)
        for x, y in places:
            self.reach(x, y)
        path = " ".join(f"{x},{y}" for x, y in places)
        self.marks.append(f'<polyline points="{path}" fill="none" stroke="{ink}" stroke-width="1.5"/>')

    def arrow(self, points: Iterable[tuple[int, int]], ink: str = EDGE) -> None:
        """A line with a head at its end, which lies level with the point before it."""
        places = list(points)
        (fx, _), (x, y) = places[-2], places[-1]
        back = 7 if fx > x else -7
        self.line([*places[:-1], (x + back, y)], ink)
        self.marks.append(f'<polygon points="{x},{y} {x + back},{y - 4} {x + back},{y + 4}" fill="{ink}"/>')

    def dot(self, x: int, y: int, ink: str) -> None:
        """Where a line begins."""
        self.marks.append(f'<circle cx="{x}" cy="{y}" r="3" fill="{ink}"/>')

    def write(self) -> str:
        """The whole file."""
        head = (
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {self.width} {self.height}" '
            f'width="{self.width}" height="{self.height}" role="img" font-family="monospace" font-size="13">'
        )
        paper = f'<rect width="{self.width}" height="{self.height}" fill="{PAPER}"/>'
        return "\n".join([head, f"<title>{escape(self.title)}</title>", paper, *self.marks, "</svg>", ""])
