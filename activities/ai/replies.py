"""The body of an answer, as responses and chat completions write it, read without believing that it is as it should be.

The library's own types are made without looking at what came; a server that is only nearly compatible, or broken,
would be found out somewhere far from here.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from activities.errors import ActionError, Retryable


@dataclass(frozen=True, slots=True)
class Reply:
    """What came back: the answer's text (None for a refusal), whether it was cut off, and what it took where said."""

    text: str | None
    cut: bool
    raw: str
    model: str
    input_tokens: int | None
    output_tokens: int | None


class Unread(ActionError):
    """Something came back that is no answer; `raw` is what. Asking once more may help."""

    def __init__(self, message: str, raw: str) -> None:
        super().__init__("ai_unreadable", message)
        self.raw = raw


class Lost(Retryable):
    """The server had the request, and its answer did not arrive: it may have worked, and may charge for it."""

    def __init__(self) -> None:
        super().__init__("The model's answer was lost on the way.", code="ai_unavailable")


def reply_of(raw: str, style: str) -> Reply:
    """What the body of an answer says. Raises Unread, Retryable where the server says that it failed itself."""
    try:
        body = json.loads(raw)
    except (ValueError, RecursionError):
        raise Unread("The model's server sent what is no JSON.", raw) from None
    if not isinstance(body, dict):
        raise Unread("The model's server sent what is no answer.", raw)
    return _of_responses(body, raw) if style == "responses" else _of_chat(body, raw)


def _of_responses(body: dict[str, Any], raw: str) -> Reply:
    if body.get("status") == "failed":
        raise Retryable("The model's server failed.", code="ai_unavailable")
    parts = [part for item in _dicts(body.get("output")) for part in _dicts(item.get("content"))]
    refused = any(part.get("type") == "refusal" for part in parts) or _reason(body) == "content_filter"
    texts = [part["text"] for part in parts if isinstance(part.get("text"), str) and part.get("type") == "output_text"]
    text = None if refused else "".join(texts)
    return _reply(body, raw, text, body.get("status") == "incomplete", ("input_tokens", "output_tokens"))


def _of_chat(body: dict[str, Any], raw: str) -> Reply:
    choices = _dicts(body.get("choices"))
    if not choices:
        raise Unread("The model's server sent no answer.", raw)
    message = choices[0].get("message")
    message = message if isinstance(message, dict) else {}
    reason = choices[0].get("finish_reason")
    refused = bool(message.get("refusal")) or reason == "content_filter"
    content = message.get("content")
    text = None if refused else content if isinstance(content, str) else ""
    return _reply(body, raw, text, reason == "length", ("prompt_tokens", "completion_tokens"))


def _reply(body: dict[str, Any], raw: str, text: str | None, cut: bool, names: tuple[str, str]) -> Reply:
    usage = body.get("usage")
    taken = [_count(usage.get(name)) if isinstance(usage, dict) else None for name in names]
    return Reply(text, cut, raw, str(body.get("model") or "")[:200], taken[0], taken[1])


def _count(value: Any) -> int | None:
    """A number of tokens that can be true."""
    return value if isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 10**9 else None


def _dicts(value: Any) -> list[dict[str, Any]]:
    return [each for each in value if isinstance(each, dict)] if isinstance(value, list) else []


def _reason(body: Mapping[str, Any]) -> Any:
    details = body.get("incomplete_details")
    return details.get("reason") if isinstance(details, dict) else None
