"""Ask, read, and ask again with what was wrong: at most three requests for one proposal, each paid for before it is
made.

An answer that cannot be used is shown to its author with the problems, twice at most. So is one that lacks fields that
must be there, as long as each round brings more of them; what is lacking in the end is left to a person. Everything
together ends by one deadline, so a server that sends a byte a second gains nothing.
"""

from __future__ import annotations

import asyncio
import re
import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any, Protocol

import structlog

from activities.ai.ports import Budget
from activities.ai.prompt import Prompt, Wrong
from activities.ai.reading import Read, Reader
from activities.ai.replies import Lost, Reply, Unread
from activities.ai.settings import AiSettings
from activities.errors import ActionError, NotDone, Retryable
from definitions.budget import ModelCall, ModelCost, priced
from definitions.wire import EffectCall

log = structlog.get_logger("holdfast.ai")

ROUNDS = 3
KEPT = 64_000
"""Characters of a request and of an answer that are kept in the table."""
SETTLE_DELAYS = (0.1, 0.5, 2.0)
_TOKEN = re.compile(r"\b(sk-[A-Za-z0-9_-]{8,}|Bearer\s+[A-Za-z0-9._~+/=-]{8,})")
_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")


class Asker(Protocol):
    """Whoever can be asked: the provider."""

    @property
    def settings(self) -> AiSettings: ...

    async def ask(self, prompt: Prompt, key: str, deadline: float) -> Reply:
        """As `Provider.ask`."""
        ...


Check = Callable[[dict[str, Any]], tuple[str, ...]]
"""What is wrong with values beyond their schema."""


@dataclass(slots=True)
class Usage:
    """What all requests for one proposal came to."""

    model: str = ""
    input_tokens: int = 0
    output_tokens: int = 0
    micros: int = 0
    requests: int = 0
    request: str = ""
    reply: str = ""
    prompt_hash: str = ""
    began: float = field(default_factory=time.monotonic)

    def to_json(self, shown: int = 4_000) -> dict[str, Any]:
        """As it travels with the answer, with the first request and the last reply as far as `shown` characters."""
        told = {"model": self.model, "input_tokens": self.input_tokens, "output_tokens": self.output_tokens}
        took = {"cost": self.micros / 1_000_000, "seconds": round(time.monotonic() - self.began, 3)}
        kept = {"request": self.request[:shown], "reply": self.reply[:shown]}
        return {**told, **took, "requests": self.requests, "prompt_hash": self.prompt_hash, **kept}


@dataclass(frozen=True, slots=True)
class _End:
    """How one request ended: `ok` or a code, the body that came, the reply where it could be read."""

    outcome: str
    raw: str = ""
    reply: Reply | None = None
    lost: bool = False


class Conversation:
    """The requests for one proposal. Use: `await Conversation(...).values(prompt, reader)`, then `usage`."""

    def __init__(self, provider: Asker, budget: Budget, call: EffectCall, what: str) -> None:
        self._provider, self._budget, self._call, self._what = provider, budget, call, what
        self._settings = provider.settings
        self._deadline = time.monotonic() + self._settings.timeout
        self.usage = Usage()

    async def values(self, prompt: Prompt, reader: Reader, check: Check = lambda values: ()) -> Read:
        """What the model answers in the end.

        Raises ActionError `ai_unreadable`, `ai_refused`, `ai_rejected`, `ai_unavailable`, `budget_spent`,
        `input_too_large`; Retryable `ai_unavailable`, `timeout`; NotDone `ledger_unavailable`.
        """
        best: Read | None = None
        for _ in range(ROUNDS):
            text, problems = await self._round(prompt)
            read = reader.read(text) if not problems else Read(problems=problems)
            problems = read.problems or check(read.values)
            lacking = [each for each in prompt.envelope.required if each not in read.values]
            if not problems and not lacking:
                return _joined(best, read)
            if not problems and best is not None and len(_joined(best, read).values) == len(best.values):
                return _joined(best, read)
            if not problems:
                best = _joined(best, read)
                problems = (f"nothing is said of {', '.join(lacking)}; leave them out again only if no data says it",)
            prompt = replace(prompt, wrong=(*prompt.wrong, Wrong(text, problems)))
        if best is not None:
            return best
        raise ActionError("ai_unreadable", "The model's answers cannot be used.")

    async def _round(self, prompt: Prompt) -> tuple[str, tuple[str, ...]]:
        """The text of one answer, or why there is none that can be read."""
        try:
            reply = await self._paid(prompt)
        except Unread as error:
            return error.raw, (error.message,)
        if reply.text is None:
            raise ActionError("ai_refused", "The model refused to answer.")
        if reply.cut:
            return reply.text, ("the answer was cut off because it was too long: say less",)
        return reply.text, () if reply.text.strip() else ("the answer was empty",)

    async def _paid(self, prompt: Prompt) -> Reply:
        """One request, set aside before and settled after, whatever becomes of it."""
        number = await self._reserved(prompt)
        began = time.monotonic()
        end = _End("cancelled")
        key = f"{self._call.key}:propose:{self._call.turn}:{self.usage.requests}"
        try:
            reply = await self._provider.ask(prompt, key, self._deadline)
            end = _End("ai_refused" if reply.text is None else "ok", reply.raw, reply)
            return reply
        except ActionError as error:
            raw, lost = error.raw if isinstance(error, Unread) else "", isinstance(error, Lost)
            end = _End(error.code, raw, lost=lost)
            raise
        finally:
            await asyncio.shield(self._settled(number, prompt, end, time.monotonic() - began))

    async def _reserved(self, prompt: Prompt) -> int:
        settings, call = self._settings, self._call
        if time.monotonic() > self._deadline:  # nothing is paid for that could not be waited for
            raise Retryable("The model did not answer in time.", code="timeout")
        if prompt.size > settings.max_input:
            text = f"A model would be told {prompt.size} characters; at most {settings.max_input} are."
            raise ActionError("input_too_large", text)
        request = self._clean(prompt.kept())
        if not self.usage.request:
            self.usage.request, self.usage.prompt_hash = request, prompt.hash
        where = (call.run, call.step, call.execution, call.turn, call.acting, self._what)
        micros = priced(prompt.tokens, 0, settings.price_input, settings.price_output)
        asked = ModelCall(*where, prompt.model, prompt.hash, request[:KEPT], prompt.tokens, micros)
        try:
            made = await self._budget.reserve(asked, settings.limits)
        except Exception:
            raise NotDone("What models cost cannot be counted at the moment.", code="ledger_unavailable") from None
        if isinstance(made, str):
            raise ActionError("budget_spent", made)
        self.usage.requests += 1
        return made

    async def _settled(self, number: int, prompt: Prompt, end: _End, seconds: float) -> None:
        cost = self._cost(prompt, end, seconds)
        self.usage.input_tokens += cost.input_tokens
        self.usage.output_tokens += cost.output_tokens
        self.usage.micros += cost.micros
        self.usage.model = (end.reply.model if end.reply else "") or prompt.model
        self.usage.reply = cost.reply
        log.info("model_asked", model=self.usage.model, outcome=end.outcome, seconds=round(seconds, 3), what=self._what,
                 input_tokens=cost.input_tokens, output_tokens=cost.output_tokens)  # fmt: skip
        for delay in (*SETTLE_DELAYS, None):
            try:
                return await self._budget.settle(number, cost)
            except Exception as error:
                log.warning("model_cost_not_stored", error=type(error).__name__, last=delay is None)
            if delay is not None:
                await asyncio.sleep(delay)

    def _cost(self, prompt: Prompt, end: _End, seconds: float) -> ModelCost:
        """What it took: as the server says; what was set aside where it may have worked and nobody says; else nothing.

        A request that was turned away costs nothing.
        """
        said: tuple[int | None, int | None] = (0, 0)
        if end.lost or end.outcome not in ("ai_rejected", "ai_unavailable"):
            said = (end.reply.input_tokens, end.reply.output_tokens) if end.reply else (None, None)
        guessed = (prompt.tokens, len(end.raw) // 4)
        taken, written = [guess if each is None else each for each, guess in zip(said, guessed, strict=True)]
        micros = priced(taken, written, self._settings.price_input, self._settings.price_output)
        raw = self._clean(end.raw)[:KEPT]
        return ModelCost(end.outcome, raw, taken, written, micros, round(seconds, 3), None in said)

    def _clean(self, text: str) -> str:
        """Without the key, what looks like one, and what a database cannot hold."""
        key = self._settings.api_key
        shown = text.replace(key, "[redacted]") if key else text
        return _UNSTORABLE.sub("\ufffd", _TOKEN.sub("[redacted]", shown))


def _joined(before: Read | None, after: Read) -> Read:
    """What both rounds say; of a field that both name, the later."""
    return after if before is None else replace(after, values={**before.values, **after.values})
