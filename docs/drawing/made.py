"""Every file that `make docs` writes into docs/, and what it must say."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from docs.drawing import columns, engine, lanes, tables
from docs.drawing.columns import Column

DOCS = Path(__file__).parents[1]


def made() -> Iterator[tuple[str, str]]:
    """Path inside docs/ and content. The same tables give the same bytes on every machine."""
    for name, moves in engine.moves().items():
        yield f"diagrams/moves-{name.lower().replace('_', '-')}.svg", lanes.draw(f"Legal moves: {name}", moves)
    yield "diagrams/message.svg", _message()
    yield "diagrams/ports.svg", _ports()
    yield "diagrams/refund.svg", _definition("refund")
    yield "tables.md", tables.page()


def _message() -> str:
    """One message on its way through the engine."""
    parts = [
        Column("a run is told", engine.told()),
        Column("advance goes on with", engine.stages(), ordered=True),
        Column("and asks for", engine.asked()),
    ]
    return columns.draw("One message on its way through the engine", parts)


def _ports() -> str:
    """The ways out of a step that decides: one per option, and those of every step."""
    walked = engine.walked("refund")
    decision = next(node.step for node in walked.nodes.values() if node.step.kind == "decision")
    options = [option.id for option in decision.options]
    parts = [Column("a step", [decision.id]), Column("its ports", [*options, *engine.ports()])]
    return columns.draw("The ports of a decision", parts)


def _definition(template: str) -> str:
    """A definition of the catalog: who follows whom, by which port."""
    walked = engine.walked(template)
    edges = [(edge.source, node.id, edge.port or "") for node in walked.nodes.values() for edge in node.edges]
    moves = {step: [target for source, target, _ in edges if source == step] for step in walked.nodes}
    labels = {(source, target): port for source, target, port in edges}
    return lanes.draw(f"The definition {template} as the engine walks it", moves, labels)
