"""Lists side by side, each under its heading, with one arrow from each to the next: what goes in, through and out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from docs.drawing.svg import LINE, Picture, width_of

TOP, GAP, SPACE, HEIGHT, NUMBER = 36, 8, 56, 28, 16


@dataclass(frozen=True, slots=True)
class Column:
    """`items` from top to bottom. `ordered` draws them as steps that follow on each other."""

    heading: str
    items: Sequence[str]
    ordered: bool = False


def draw(title: str, columns: Sequence[Column]) -> str:
    """The columns as SVG, from left to right."""
    picture = Picture(title)
    tallest = max(len(column.items) for column in columns)
    middle = TOP + tallest * (HEIGHT + GAP) // 2
    x = 12
    for index, column in enumerate(columns):
        width = width_of([*column.items, column.heading]) + NUMBER * column.ordered
        if index:
            picture.arrow([(x - SPACE + 8, middle), (x - 8, middle)])
        _column(picture, column, x, width)
        x += width + SPACE
    return picture.write()


def _column(picture: Picture, column: Column, x: int, width: int) -> None:
    picture.text(x + width // 2, LINE + 4, column.heading, anchor="middle", bold=True)
    for index, item in enumerate(column.items):
        words = f"{index + 1} {item}" if column.ordered else item
        picture.box((x, TOP + index * (HEIGHT + GAP)), (width, HEIGHT), words)
