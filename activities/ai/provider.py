"""One request to a model's API, in the style that its server speaks, and what each of its failures means.

Every request is one HTTP request: trying again is Temporal's affair, which knows how often and how long. What a server
says about an error is not passed on, since it may repeat the key or the prompt; its status says enough.

The library takes more than a second to import, so only what has a provider imports this file.
"""

from __future__ import annotations

import asyncio
import json
import math
import time
from collections.abc import Mapping
from typing import Any

import httpx2
import openai

from activities.ai.breaker import Breaker
from activities.ai.prompt import Prompt
from activities.ai.replies import Lost, Reply, Unread, reply_of
from activities.ai.settings import AiSettings
from activities.ai.transport import BoundedTransport, ReplyTooLarge
from activities.errors import ActionError, Retryable

CONNECT = 5.0
LONGEST_WAIT = 120.0
"""Seconds a server may ask to wait; where it asks for more, a person is asked instead."""


class Provider:
    """A client of one API. One per worker and event loop; `close` it."""

    def __init__(self, settings: AiSettings) -> None:
        self.settings = settings
        self._breaker = Breaker()
        timeout = httpx2.Timeout(settings.timeout, connect=CONNECT)
        http = httpx2.AsyncClient(
            transport=BoundedTransport(settings.max_reply), timeout=timeout, follow_redirects=False
        )
        self._client = openai.AsyncOpenAI(
            api_key=settings.api_key or "none",
            base_url=settings.base_url,
            max_retries=0,
            timeout=timeout,
            http_client=http,
        )

    async def close(self) -> None:
        """Gives back its connections."""
        await self._client.close()

    async def ask(self, prompt: Prompt, key: str, deadline: float) -> Reply:
        """The answer, by `deadline` (of `time.monotonic`); `key` is sent as the idempotency key.

        Raises Unread, ActionError `ai_rejected` or `ai_unreadable`, Retryable `ai_unavailable` or `timeout`.
        """
        if (wait := self._breaker.wait()) is not None:
            text = "The model's server has not answered for a while."
            raise Retryable(text, code="ai_unavailable", after=math.ceil(wait))
        try:
            async with asyncio.timeout(max(deadline - time.monotonic(), 0.0)):
                raw = await self._send(prompt, {"Idempotency-Key": key})
        except Exception as error:
            self._breaker.ended(_said_something(error))
            raise failure_of(error) from None
        self._breaker.ended(True)
        return reply_of(raw, self.settings.style)

    async def _send(self, prompt: Prompt, headers: dict[str, str]) -> str:
        """The body of the answer, as it came."""
        asked: dict[str, Any] = request_of(prompt, self.settings)
        if self.settings.style == "responses":
            answer = await self._client.responses.with_raw_response.create(**asked, extra_headers=headers)
        else:
            answer = await self._client.chat.completions.with_raw_response.create(**asked, extra_headers=headers)
        return str(answer.http_response.content, "utf-8", "replace")


def request_of(prompt: Prompt, settings: AiSettings) -> dict[str, Any]:
    """The request in the server's style."""
    if settings.style == "responses":
        text = {"type": "json_schema", "name": "proposal", "schema": prompt.envelope.wire}
        return {
            "model": prompt.model,
            "instructions": prompt.rules,
            "input": _messages(prompt, _responses_part),
            "text": {"format": {**text, "strict": prompt.envelope.strict}},
            "max_output_tokens": settings.max_output,
            "store": False,
        }
    plain = settings.style == "json"
    rules = f"{prompt.rules}\nYour whole answer has this JSON Schema:\n{json.dumps(prompt.envelope.wire)}"
    schema = {"name": "proposal", "schema": prompt.envelope.wire, "strict": prompt.envelope.strict}
    limit = "max_tokens" if plain else "max_completion_tokens"
    return {
        "model": prompt.model,
        "messages": [
            {"role": "system", "content": rules if plain else prompt.rules},
            *_messages(prompt, _chat_part),
        ],
        "response_format": {"type": "json_object"} if plain else {"type": "json_schema", "json_schema": schema},
        limit: settings.max_output,
    }


def _messages(prompt: Prompt, part: Any) -> list[dict[str, Any]]:
    """The conversation; what goes along stands in its first message, with whose answer it is."""
    made: list[dict[str, Any]] = []
    for role, text in prompt.turns():
        parts = [part(each) for each in prompt.enclosed if each.data] if not made else []
        made.append({"role": role, "content": [*parts, part(text)] if parts else text})
    return made


def _responses_part(each: Any) -> dict[str, Any]:
    if isinstance(each, str):
        return {"type": "input_text", "text": each}
    if each.is_picture:
        return {"type": "input_image", "image_url": each.url, "detail": "auto"}
    return {"type": "input_file", "filename": f"{each.label}.pdf", "file_data": each.url}


def _chat_part(each: Any) -> dict[str, Any]:
    if isinstance(each, str):
        return {"type": "text", "text": each}
    return {"type": "image_url", "image_url": {"url": each.url}}


def failure_of(error: Exception) -> Exception:
    """What went wrong, in our words; an error that is not the library's as it is."""
    match error:
        case openai.APIConnectionError() if isinstance(error.__cause__, httpx2.ConnectError | httpx2.ConnectTimeout):
            return Retryable("The model's server cannot be reached.", code="ai_unavailable")
        case TimeoutError() | openai.APITimeoutError():
            return Retryable("The model did not answer in time.", code="timeout")
        case ReplyTooLarge():
            return ActionError("ai_unreadable", "The model's answer is too large.")
        case openai.APIStatusError():
            return _refused(error)
        case openai.APIConnectionError() | httpx2.HTTPError():
            return Lost()
        case openai.OpenAIError():
            return Unread("The model's server sent what is no answer.", type(error).__name__)
        case _:
            return error


def _said_something(error: Exception) -> bool:
    """Whether the server is there and does its work, if only to say no."""
    if isinstance(error, openai.APIStatusError):
        return error.status_code < 500
    return isinstance(error, openai.OpenAIError) and not isinstance(error, openai.APIConnectionError)


def _refused(error: openai.APIStatusError) -> ActionError:
    """What a status means: too many and overloaded may be tried again; anything else says that the request is wrong."""
    status = error.status_code
    text = f"The model's server answered {status}."
    if status not in (408, 409, 425, 429) and status < 500:
        return ActionError("ai_rejected", text)
    wait = retry_after(error.response.headers)
    if (status == 429 and error.code == "insufficient_quota") or (wait or 0.0) > LONGEST_WAIT:
        return ActionError("ai_rejected" if error.code == "insufficient_quota" else "ai_unavailable", text)
    return Retryable(text, code="ai_unavailable", after=wait)


def retry_after(headers: Mapping[str, str]) -> float | None:
    """Seconds that the server asks to wait; its other form, a date, is not worth trusting a clock for."""
    text = headers.get("retry-after", "").strip()
    return float(text) if text.isascii() and text.replace(".", "", 1).isdigit() and len(text) < 9 else None
