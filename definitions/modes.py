"""Who does a machine's step: a person (`manual`), a machine (`automatic`), or both (`assisted`).

What the author says holds. Where nothing is said, a step that only reads is automatic, and so is one that is wholly
pinned and touches nothing outside; everything else is assisted, so that nothing happens that nobody saw.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from definitions.model import Step

PROPOSED = ("action", "update_data", "get_data", "load_related", "mcp", "ai", "decision")
ASSISTED_BY_DEFAULT = ("action", "update_data", "mcp", "ai")


def mode_of(step: Step, action: Mapping[str, Any]) -> str:
    """manual, assisted or automatic. `action` is what is known of the action it names ({contract, …}), else empty.

    Decisions by a person or by rules, tasks and all that no machine proposes for are automatic here: nothing is asked,
    and what `execute` says is ignored.
    """
    if step.kind not in PROPOSED or (step.kind == "decision" and step.by != "ai"):
        return "automatic"
    if step.execute is not None:
        return step.execute
    match step.kind:
        case "action":
            return "automatic" if is_harmless(step, action) else "assisted"
        case "load_related":
            return "assisted" if step.choose == "ai" else "automatic"
        case "decision":
            return "assisted"
        case _:
            return "assisted" if step.kind in ASSISTED_BY_DEFAULT else "automatic"


def is_harmless(step: Step, action: Mapping[str, Any]) -> bool:
    """Whether an action touches nothing outside, and there is nothing to ask of anybody."""
    touches = (action.get("contract") or {}).get("touches")
    return touches == "nothing" and getattr(step, "instruction", None) is None


def can_be_asked(step: Step, action: Mapping[str, Any]) -> bool:
    """Whether some of the step's values may have to be proposed: then a version keeps what they may look like."""
    if step.kind not in ("action", "update_data", "get_data"):
        return False
    if step.kind == "get_data":
        return step.instruction is not None
    return step.instruction is not None or mode_of(step, action) == "assisted"
