"""Values of the language as JSON: what leaves an expression and is stored, sent or shown."""

from __future__ import annotations

import base64
import json
import math
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from definitions.expressions.equality import keys_in_order
from definitions.expressions.instants import write_duration, write_timestamp
from definitions.expressions.kinds import CelType
from definitions.expressions.limits import RESULT, SAFE_INT, TREE_DEPTH
from definitions.expressions.outcome import Exhausted, Fault, Unknown


def to_json(value: Any) -> Any:
    """A value of the language as JSON, or an Unknown that says why JSON cannot hold it."""
    if isinstance(value, Unknown):
        return value
    try:
        return _Writer().write(value)
    except Fault as fault:
        return Unknown(fault.reason)
    except Exhausted as bound:
        return Unknown(f"limit reached: {bound}")


def json_text(value: Any) -> str:
    """The JSON text of a value, keys in order. Raises Fault and Exhausted."""
    return json.dumps(_Writer().write(value), ensure_ascii=False)


class _Writer:
    """Writes with a budget: a short expression can name one long list ten thousand times."""

    def __init__(self) -> None:
        self.left = RESULT

    def write(self, value: Any, depth: int = 0) -> Any:
        if depth > TREE_DEPTH:
            raise Exhausted("depth of the result")
        self.left -= len(value) + 2 if isinstance(value, str | bytes) else 2
        if self.left < 0:
            raise Exhausted("size of the result")
        match value:
            case None | bool():
                return value
            case str():
                return str(value)
            case int():
                return _safe_int(value)
            case float():
                return _finite(value)
            case Mapping():
                return {self._key(key): self.write(value[key], depth + 1) for key in keys_in_order(value)}
            case list() | tuple():
                return [self.write(each, depth + 1) for each in value]
            case datetime():
                return write_timestamp(value)
            case timedelta():
                return write_duration(value)
            case bytes():
                return base64.b64encode(value).decode()
            case CelType(name):
                return name
            case _:
                raise Fault(f"a {type(value).__name__} is not a value of the language")

    def _key(self, key: Any) -> str:
        return str(self.write(key)).lower() if isinstance(key, bool) else str(self.write(key))


def _safe_int(value: int) -> int:
    if abs(value) > SAFE_INT:
        raise Fault("an integer beyond 2^53 cannot be handed on")
    return int(value)


def _finite(value: float) -> float:
    if not math.isfinite(value):
        raise Fault("not a finite number")
    return value
