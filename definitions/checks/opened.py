"""Two definitions that the same record would start at once: what of that can be decided, publishing refuses.

Where they differ by `start.when`, opening the record decides: if both hold none starts, and both are offered.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from definitions.checks.subject import Subject
from definitions.findings import Finding
from definitions.model import Document
from definitions.model.start import OpenedTrigger

HINT = "Give the two different work types, or different conditions under 'start.when'."


def check_opened(subject: Subject) -> Iterator[Finding]:
    """A finding for each definition that opening a record would start whenever it starts this one."""
    if "start" in subject.lost:
        return
    document, mine = subject.document, _plain(subject.document)
    for key, other in sorted((subject.known.opened or {}).items()):
        if key != document.key and (name := _overlap(mine, other)) is not None:
            triggers = document.start.triggers
            place = next(i for i, each in enumerate(triggers) if name in getattr(each, "work_types", ()))
            message = f"opening a record of the work type {name!r} starts {key} too"
            yield Finding("opened_overlap", f"/start/triggers/{place}/work_types", message, HINT)


def _plain(document: Document) -> dict[str, Any]:
    """As much of a document as is compared, in its own form; what could not be read is left out."""
    start = document.start
    triggers = [each.model_dump() for each in start.triggers if isinstance(each, OpenedTrigger)]
    when = {} if start.when is None else {"when": start.when}
    return {
        "record": document.record,
        "teams": list(document.teams),
        "start": {**when, "roles": list(start.roles), "triggers": triggers},
    }


def _overlap(mine: Mapping[str, Any], other: Mapping[str, Any]) -> str | None:
    """A work type that both documents would start by themselves whatever the record says, or None.

    Two that differ by `start.when` cannot be told apart here, nor two for other teams or roles.
    """
    if not _same(mine, other):
        return None
    pairs = ((one, two) for one in _opened(mine) for two in _opened(other) if _field(one) == _field(two))
    both = (name for one, two in pairs for name in one["work_types"] if name in two["work_types"])
    return next(both, None)


def _same(mine: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    """Whether the two hold for the same records and people."""
    starts = [document.get("start") or {} for document in (mine, other)]
    whens = [start.get("when", True) for start in starts]
    apart = _apart(mine.get("teams"), other.get("teams")) or _apart(*(start.get("roles") for start in starts))
    return mine.get("record") == other.get("record") and whens[0] == whens[1] is not False and not apart


def _apart(mine: Iterable[str] | None, other: Iterable[str] | None) -> bool:
    """Whether two lists name something and share nothing; one that names nothing means everybody."""
    return bool(mine) and bool(other) and not set(mine or ()) & set(other or ())


def _opened(document: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    triggers = (document.get("start") or {}).get("triggers") or ()
    return [each for each in triggers if each.get("type") == "opened"]


def _field(trigger: Mapping[str, Any]) -> str:
    return str(trigger.get("field", "work_type"))
