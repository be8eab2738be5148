"""A table of moves (from one state to several) as a drawing in which no line can be mistaken for another.

States stand under each other in the order of the table. Each state that leads anywhere has a lane of its own beside
them, in its own colour: its line goes out to the lane (a dot), along it, and from it an arrow into every state it may
become. Such a drawing stays readable for any table, where a free layout of fifty moves does not. A definition is drawn
the same way: its steps are the states, its edges the moves, and the port stands above the arrow.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from docs.drawing.svg import LETTER, LINE, Picture, colour, width_of

LEFT, TOP, GAP, LANE = 12, 12, 12, 18


@dataclass(frozen=True, slots=True)
class Row:
    """A state's place: its box, and the height of each arrow into it and of its own line out."""

    y: int
    height: int
    into: dict[str, int]
    out: int


Labels = Mapping[tuple[str, str], str]


def draw(title: str, moves: Mapping[str, Sequence[str]], labels: Labels | None = None) -> str:
    """The table as SVG; `labels` stand on the arrows, by (from, to).

    Every target must be a key of the table too; raises KeyError where one is not.
    """
    picture = Picture(title)
    rows, labels = _rows(moves), labels or {}
    width = width_of(moves)
    for state, row in rows.items():
        picture.box((LEFT, row.y), (width, row.height), state, "#eef2f6" if moves[state] else "#dde5ec")
    leading = [state for state, targets in moves.items() if targets]
    right = LEFT + width
    first = right + 30 + max((len(label) for label in labels.values()), default=0) * LETTER
    for index, state in enumerate(leading):
        lane, ink = (right, first + LANE * index), colour(index, len(leading))
        _lane(picture, rows, state, moves[state], between=lane, ink=ink, labels=labels)
    return picture.write()


def _rows(moves: Mapping[str, Sequence[str]]) -> dict[str, Row]:
    """Boxes high enough for all that leads into them, one line each, and their own line out below."""
    rows, y = {}, TOP
    for state in moves:
        sources = [source for source, targets in moves.items() if state in targets]
        lines = max(len(sources) + bool(moves[state]), 1)
        into = {source: y + LINE * index + LINE // 2 for index, source in enumerate(sources)}
        rows[state] = Row(y, LINE * lines, into, y + LINE * lines - LINE // 2)
        y += LINE * lines + GAP
    return rows


def _lane(
    picture: Picture,
    rows: Mapping[str, Row],
    state: str,
    targets: Sequence[str],
    *,
    between: tuple[int, int],
    ink: str,
    labels: Labels,
) -> None:
    """The line out of one state, along its lane, and into each of its targets."""
    (right, x), out = between, rows[state].out
    heights = [rows[target].into[state] for target in targets]
    picture.line([(right, out), (x, out)], ink)
    picture.dot(right, out, ink)
    picture.line([(x, min(out, *heights)), (x, max(out, *heights))], ink)
    for target, height in zip(targets, heights, strict=True):
        picture.arrow([(x, height), (right, height)], ink)
        if label := labels.get((state, target)):
            picture.text(right + 14, height - 3, label, ink=ink)
