"""Signs that nobody sees, shown by their code: as the console does it (web/src/ui/hidden.ts), in pages made here.

They can change what a text seems to say: one that turns the order of letters round makes of "fdp.exe" a document, one
of no width makes two names look alike. What lies in a field to be changed stays as it was written.
"""

from __future__ import annotations

import re
import unicodedata
from typing import Any

from markupsafe import Markup, escape

_SIGNS = re.compile(
    "(?P<flag>\U0001f3f4[\U000e0020-\U000e007f]+)"
    "|(?P<joiners>[\u200c\u200d]+)"
    "|[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180e\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\u3164\ufeff\uffa0"
    "\U000e0000-\U000e007f]+"
)
"""What turns directions round, has no width or is a tag; which of the first two are in their place is seen after."""

_NEVER_JOINED = ("LATIN ", "GREEK ", "CYRILLIC ")
"""Scripts that have no use for a joiner."""


def shown(text: str) -> str:
    """A text with each sign that nobody sees as [U+202E]."""
    return _SIGNS.sub(_shown, text)


def as_seen(value: Any) -> Any:
    """What a template puts into a page: markup as it is, since it was made of such values; a text as it is shown."""
    return shown(value) if isinstance(value, str) and not isinstance(value, Markup) else value


def as_written(value: Any) -> Markup:
    """For what comes back from the page, in a field or behind a choice: escaped, and otherwise to the letter."""
    return escape(value)


def _shown(found: re.Match[str]) -> str:
    before = found.string[max(found.start() - 1, 0) : found.start()]
    if found["flag"] or (found["joiners"] and _joins(before)):
        return found[0]
    return "".join(f"[U+{ord(sign):04X}]" for sign in found[0])


def _joins(before: str) -> bool:
    """Whether the sign before (or none) is of a script, or a picture, that a joiner belongs to."""
    if not before or unicodedata.category(before)[0] in "NPZ":
        return False
    return not unicodedata.name(before, "").startswith(_NEVER_JOINED)
