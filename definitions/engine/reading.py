"""An answer to a question, read with distrust: what of it counts, and what keeps it from being acted on by itself.

Only what was asked is taken; what stands pinned stays. Values are judged by the rules of a form, as a person's would
be, and kept in the form that they would be kept in.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from definitions.engine.asking import plan_of
from definitions.engine.confirming import checked, values_schema
from definitions.engine.graph import Node
from definitions.engine.scope import Seen, met
from definitions.engine.turn import Turn
from definitions.model import AiStep, LoadRelatedStep, UpdateDataStep
from definitions.proposing import CONFIDENT, Answer
from definitions.schemas import is_open, properties

KEPT_OF_USAGE = ("model", "input_tokens", "output_tokens", "cost", "seconds", "prompt_hash", "request", "reply")
TEXT_LIMIT = 4_000


@dataclass(frozen=True, slots=True)
class Read:
    """An answer as it counts: `values` are all of the step's, pinned and proposed; `problems` what is wrong in them."""

    answer: Answer
    values: dict[str, Any]
    problems: list[dict[str, str]] = field(default_factory=list)
    more: dict[str, Any] = field(default_factory=dict)

    def said(self) -> dict[str, Any]:
        """What `proposed` says of it."""
        answer = self.answer
        usage = {key: value for key, value in answer.usage.items() if key in KEPT_OF_USAGE}
        found = {
            "explanation": answer.explanation[:TEXT_LIMIT],
            "basis": list(answer.basis),
            "usage": usage,
            **self.more,
        }
        kept = {key: value for key, value in found.items() if value not in (None, "", [], {})}
        return {"values": self.values, "confidence": answer.confidence, "by": answer.by, **kept}


def read_answer(turn: Turn, node: Node, execution: str, result: Mapping[str, Any]) -> Read | None:
    """The answer, or None for what is none. Raises Unresolved where what is pinned cannot be worked out any more."""
    answer = _answer(result)
    if answer is None:
        return None
    if isinstance(node.step, LoadRelatedStep):
        options = (turn.execution(execution).proposal or {}).get("options", [])
        values = {key: value for key, value in answer.values.items() if key == "row" and value is not None}
        kept, problems = checked(turn, node, values, options)
        return Read(answer, kept, problems, {"options": options})
    pinned, asked = plan_of(turn, node).pinned, answer.values
    more: dict[str, Any] = {}
    if node.step.kind == "mcp":
        more = {"schema_hash": asked.get("schema_hash")}
        arguments = asked.get("arguments") if isinstance(asked.get("arguments"), dict) else {}
        tool = pinned.get("tool") or asked.get("tool")
        values = {"tool": tool, "arguments": {**(arguments or {}), **pinned.get("arguments", {})}}
    else:
        schema = values_schema(turn, node)
        known = {key: value for key, value in asked.items() if is_open(schema) or key in properties(schema)}
        known = _differing(turn, node, known)
        values = {**known, **pinned}
    kept, problems = checked(turn, node, values)
    return Read(answer, kept, problems, more)


def _differing(turn: Turn, node: Node, values: dict[str, Any]) -> dict[str, Any]:
    """Of what is to be written to the run's own record, what the record does not hold already: the rest is no change,
    and would overwrite what somebody else wrote meanwhile.
    """
    step = node.step
    if not isinstance(step, UpdateDataStep) or step.create or step.record is not None:
        return values
    held = turn.state.record_data if step.collection in (None, turn.graph.document.record) else {}
    return {key: value for key, value in values.items() if key not in held or held[key] != value}


def _answer(result: Mapping[str, Any]) -> Answer | None:
    """An answer of the right shape, its confidence within bounds."""
    values, sure, by = result.get("values"), result.get("confidence"), result.get("by")
    sound = isinstance(values, dict) and isinstance(sure, int | float) and not isinstance(sure, bool)
    if not sound or by not in ("ai", "matcher"):
        return None
    basis = result.get("basis")
    usage = result.get("usage")
    return Answer(
        dict(values or {}),
        min(1.0, max(0.0, float(sure or 0.0))),
        str(by),
        str(result.get("explanation") or ""),
        tuple(str(each)[:200] for each in basis[:50]) if isinstance(basis, list) else (),
        dict(usage) if isinstance(usage, dict) else {},
    )


def malformed(result: Mapping[str, Any]) -> str:
    """What is said of something that is no answer; nothing of it is repeated."""
    return f"what came back is no proposal: it has {', '.join(sorted(map(str, result)))[:200] or 'nothing'}"


@dataclass(frozen=True, slots=True)
class Shortfall:
    """Why an answer is not used by itself: what a person is told, and every item that is missing or wrong."""

    code: str
    message: str
    errors: list[dict[str, str]] = field(default_factory=list)

    def to_json(self) -> dict[str, Any]:
        """As it stands in the step's attention."""
        said: dict[str, Any] = {"code": self.code, "message": self.message}
        return {**said, "errors": self.errors} if self.errors else said


def shortfall(turn: Turn, node: Node, read: Read) -> Shortfall | None:
    """Why the answer is not used by itself; None where nothing is wrong with it."""
    if node.step.kind == "decision" and read.answer.values.get("choice") is None:
        return Shortfall("no_choice", "none of the options was chosen")
    if read.problems and all(each["code"] == "missing" for each in read.problems):
        return Shortfall("incomplete", read.problems[0]["message"], read.problems)
    if read.problems:
        return Shortfall("invalid_values", read.problems[0]["message"], read.problems)
    if isinstance(node.step, UpdateDataStep) and not read.values:
        return Shortfall("incomplete", "nothing is proposed that the record does not hold already")
    if _is_held(turn, node, read.values):
        return Shortfall("held", "by its own answer this is not really done")
    wanted = CONFIDENT if node.step.confidence is None else node.step.confidence
    if read.answer.confidence < wanted:
        sure = f"{read.answer.by} is {read.answer.confidence:.0%} sure, and {wanted:.0%} is asked for"
        return Shortfall("low_confidence", sure)
    return None


def _is_held(turn: Seen, node: Node, output: dict[str, Any]) -> bool:
    if not isinstance(node.step, AiStep) or node.step.hold_when is None:
        return False
    return met(turn.graph, node.step.hold_when, f"{node.pointer}/hold_when", {**turn.scope(), "output": output})
