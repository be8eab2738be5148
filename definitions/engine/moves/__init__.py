"""Every command this release runs, in one table. A type that is not in it is refused by name.

Where to read on: `base.py` what a move is; `answering.py` ending a step; `proposing.py` and `approving.py` what
machines propose; `working.py`, `planning.py`, `escalating.py` and `scheduling.py` what people do around it;
`hearing.py` and `journeys.py` what comes from outside; `pausing.py`, `closing.py`, `revising.py`, `migrating.py` what
they do with the run.
"""

from definitions.engine.moves.answering import ANSWERING
from definitions.engine.moves.approving import APPROVING
from definitions.engine.moves.base import Given, Move, Question, Refusal
from definitions.engine.moves.closing import CLOSING
from definitions.engine.moves.escalating import ESCALATING
from definitions.engine.moves.hearing import HEARING
from definitions.engine.moves.journeys import JOURNEYS
from definitions.engine.moves.migrating import MIGRATING
from definitions.engine.moves.pausing import PAUSING
from definitions.engine.moves.planning import PLANNING
from definitions.engine.moves.revising import REVISING
from definitions.engine.moves.scheduling import SCHEDULING
from definitions.engine.moves.working import WORKING

MOVES: dict[str, Move] = {
    **ANSWERING,
    **APPROVING,
    **WORKING,
    **SCHEDULING,
    **HEARING,
    **JOURNEYS,
    **REVISING,
    **PLANNING,
    **ESCALATING,
    **PAUSING,
    **CLOSING,
    **MIGRATING,
}

__all__ = ["MOVES", "Given", "Move", "Question", "Refusal"]
