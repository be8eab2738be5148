"""What is said of a run's history, and of its proof."""

from __future__ import annotations

from typing import Any

from api.schemas_out import Out


class PieceView(Out):
    """What one workflow run of a run did. `stored`: it is read from the blob store and not from Temporal."""

    id: str
    began_at: str
    status: str
    stored: bool


class HistoryView(Out):
    """Temporal's history as its own tools write it, the pieces after each other; each begins with event 1."""

    run: str
    pieces: list[PieceView]
    events: list[dict[str, Any]]


class ProblemView(Out):
    """One thing that is wrong, and the event of the run or the piece of the history where it shows."""

    code: str
    message: str
    seq: int | None
    piece: str | None


class ProofView(Out):
    """`replays`: the history replays on today's code and says the same events. `chain`: the events are whole and
    unchanged. `seq` is the last event. The codes of `problems` stand in docs/record.md."""

    replays: bool
    chain: bool
    seq: int
    problems: list[ProblemView]
