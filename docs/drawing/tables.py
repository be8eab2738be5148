"""The page of tables: docs/tables.md, written whole from the engine's own tables."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from docs.drawing import engine

HEAD = """# The engine's tables

This page is written by `make docs` from the tables that the engine itself runs by; do not edit it.
[How the engine thinks](engine.md) explains them."""


def page() -> str:
    """The whole page."""
    return "\n".join(_lines()) + "\n"


def _lines() -> Iterator[str]:
    yield HEAD
    for name, moves in engine.moves().items():
        yield from _section(f"Moves: `{name}`", "A state without moves is where it ends.", _becomes(moves))
    yield from _section(
        "Stages",
        "What follows from every message, in this order, until nothing moves by itself.",
        _table(("stage", "does"), ([f"`{name}`", what] for name, what in engine.explained())),
    )
    yield from _section(
        "Events",
        "All that can have happened to a run; *said in* are the engine's files that say it, *folded by* is what "
        "changes the state.",
        _table(("event", "said in", "folded by"), ([f"`{a}`", b, f"`{c}`"] for a, b, c in engine.facts())),
    )
    yield from _section(
        "Commands",
        "What people can ask of a run, the Temporal signal that carries it, and its keys beside `id`, `type`, `step`, "
        "`execution` and `occurred_at`.",
        _table(
            ("command", "signal", "keys"),
            ([f"`{a}`", f"`{b}`", ", ".join(keys)] for a, b, keys in engine.command_types()),
        ),
    )
    yield from _section(
        "Ports",
        "The ways out of every step. A decision has one more for each option.",
        _table(("port",), ([f"`{port}`"] for port in engine.ports())),
    )


def _section(heading: str, *paragraphs: str) -> Iterator[str]:
    yield from ("", f"## {heading}")
    for paragraph in paragraphs:
        yield from ("", paragraph) if paragraph else ()


def _becomes(moves: dict[str, tuple[str, ...]]) -> str:
    rows = ([f"`{source}`", ", ".join(f"`{each}`" for each in targets)] for source, targets in moves.items())
    return _table(("state", "may become"), rows)


def _table(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [heads, ["---"] * len(heads), *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)
