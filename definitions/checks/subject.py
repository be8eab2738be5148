"""What the checks look at: the document, or what can be read of it where its shape is wrong.

A definition with ten mistakes gives ten findings at once. So where a value has the wrong shape it is left out and the
rest is read without it; a step that cannot be read stands in as a bare one under its own id, and is not judged further.
What was left out is remembered, so that nothing is reported that only follows from the gap.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from copy import copy
from dataclasses import dataclass, field
from typing import Any

from definitions.checks.known import NOTHING_KNOWN, Known
from definitions.findings import Finding
from definitions.model import Document, Phase, Step, parse
from definitions.model.base import STEP_ID

STAND_INS = {"holdfast": 1, "key": "unnamed", "name": "Unnamed"}
PASSES = 12


@dataclass(frozen=True, slots=True)
class Subject:
    """A readable document, and what of the author's it lacks.

    `broken` are indices of steps that only stand in, `gaps` of those and of steps that lack something, `lost` are
    top-level keys that lack something. `raw` is the document as data, without what was left out.
    """

    document: Document
    known: Known = NOTHING_KNOWN
    broken: frozenset[int] = frozenset()
    gaps: frozenset[int] = frozenset()
    lost: frozenset[str] = frozenset()
    raw: Any = None
    ids: dict[str, int] = field(init=False)
    phases: dict[str, int] = field(init=False)

    def __post_init__(self) -> None:
        steps = {step.id: index for index, step in reversed(list(enumerate(self.document.steps)))}
        phases = {phase.id: index for index, phase in reversed(list(enumerate(self.document.phases)))}
        object.__setattr__(self, "ids", steps)
        object.__setattr__(self, "phases", phases)

    @property
    def unreadable(self) -> bool:
        """Whether a step has an id that could not be read, so that an unknown name may be that step's."""
        return "unreadable" in self.lost

    def steps(self) -> Iterator[tuple[int, str, Step]]:
        """Every step that could be read: its index, its pointer, itself."""
        for index, step in enumerate(self.document.steps):
            if index not in self.broken:
                yield index, f"/steps/{index}", step

    def phase_of(self, step: Step) -> Phase | None:
        """The phase the step names, if there is one."""
        index = self.phases.get(step.phase or "")
        return None if index is None else self.document.phases[index]


def read(raw: Any, known: Known) -> tuple[Document | None, Subject | None, list[Finding]]:
    """The document where its shape is right; what the other checks may look at; what is wrong with the shape."""
    document, findings = parse(raw)
    if document is not None:
        return document, Subject(document, known, raw=raw), []
    return None, _salvaged(raw, known, findings), findings


def _salvaged(raw: Any, known: Known, findings: list[Finding]) -> Subject | None:
    """The document without what is wrong in it. None where nothing is left to look at."""
    if not isinstance(raw, dict):
        return None
    salvage = _Salvage(_copied(raw))
    for _ in range(PASSES):
        for finding in findings:
            salvage.leave_out(finding)
        document, findings = parse(salvage.rest)
        if document is not None:
            return salvage.subject(document, known)
    return None


def _copied(value: Any) -> Any:
    match value:
        case dict():
            return {key: _copied(each) for key, each in value.items()}
        case list() | tuple():
            return [_copied(each) for each in value]
        case _:
            return copy(value)


@dataclass(slots=True)
class _Salvage:
    """The document on its way to what can be read of it."""

    rest: dict[str, Any]
    broken: set[int] = field(default_factory=set)
    gaps: set[int] = field(default_factory=set)
    lost: set[str] = field(default_factory=set)

    def subject(self, document: Document, known: Known) -> Subject:
        return Subject(document, known, frozenset(self.broken), frozenset(self.gaps), frozenset(self.lost), self.rest)

    def leave_out(self, finding: Finding) -> None:
        """Take out what the finding is about."""
        parts = [part.replace("~1", "/").replace("~0", "~") for part in finding.path.split("/")[1:]]
        if parts[:1] == ["steps"] and len(parts) > 1:
            self._of_step(int(parts[1]), parts[2:], finding)
        elif parts:
            self._of_top(parts, finding)

    def _of_top(self, parts: list[str], finding: Finding) -> None:
        """Of a value with a mistake inside only that goes, or all of it where a part that must be there is missing."""
        top, inside = parts[0], len(parts) > 1
        if finding.code != "unknown_key":
            self.lost.add(top)
        if (finding.code == "missing" and inside) or not _remove(self.rest, parts):
            self.rest.pop(top, None)
        if top in STAND_INS:
            self.rest[top] = STAND_INS[top]
        if top == "steps":
            self.rest["steps"] = [{"id": "nothing", "kind": "task"}]
            self.broken.add(0)

    def _of_step(self, index: int, parts: list[str], finding: Finding) -> None:
        steps = self.rest["steps"]
        gone = not parts or finding.code == "missing" or parts in (["id"], ["kind"])
        if finding.code != "unknown_key":
            self.gaps.add(index)
        if gone or not _remove(steps[index], parts):
            steps[index] = _stand_in(steps[index], index)
            self.broken.add(index)
            if steps[index]["id"] == f"unreadable_{index}":
                self.lost.add("unreadable")


def _stand_in(given: Any, index: int) -> dict[str, Any]:
    """A bare step under the same id and at the same place of the graph, as far as these can be read."""
    step = given if isinstance(given, dict) else {}
    name = step.get("id")
    readable = isinstance(name, str) and re.fullmatch(STEP_ID, name)
    bare: dict[str, Any] = {"id": name if readable else f"unreadable_{index}", "kind": "task"}
    after, phase = step.get("after"), step.get("phase")
    if isinstance(after, str) or (isinstance(after, list) and all(isinstance(each, str) and each for each in after)):
        bare["after"] = after
    if isinstance(phase, str) and re.fullmatch(STEP_ID, phase):
        bare["phase"] = phase
    return bare


def _remove(value: Any, parts: list[str]) -> bool:
    """Takes out the member at a place of maps; False where it stands in a list, whose other places would move.

    What is gone already, with something around it, is taken out too.
    """
    for part in parts[:-1]:
        value = value[int(part)] if isinstance(value, list) else value.get(part) if isinstance(value, dict) else None
    if isinstance(value, dict):
        value.pop(parts[-1], None)
    return not isinstance(value, list)
