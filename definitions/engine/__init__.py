"""The engine: `advance` decides, `evolve` remembers. Start reading in advance.py."""

from definitions.engine.advance import Step, advance
from definitions.engine.evolve import evolve, fold
from definitions.engine.graph import Graph
from definitions.engine.judge import judge
from definitions.engine.moves import Refusal
from definitions.engine.state import State

__all__ = ["Graph", "Refusal", "State", "Step", "advance", "evolve", "fold", "judge"]
