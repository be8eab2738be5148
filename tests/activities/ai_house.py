"""What the stories about models share: the activity as a worker performs it, over a server that says what it must."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from activities.ai import AiSettings, Model, Proposer, propose_activity
from activities.ai.provider import Provider
from definitions import wire
from definitions.budget import Limits, ModelCall, ModelCost, Used, over
from definitions.contracts import EffectContract, Touches
from definitions.effects import Scopes, allows_tool
from definitions.proposing import Answer, Asked, Question
from tests.activities.house import Stage, a_call
from tests.support.openai_server import OpenAiServer

SECRET = "sk-test-very-secret-key"
CONTRACT = EffectContract(touches=Touches.NOTHING, repeatable=True, timeout=20)
FIELDS = {
    "type": "object",
    "properties": {
        "summary": {"type": "string"},
        "level": {"type": "string", "enum": ["low", "medium", "high"]},
        "score": {"type": "integer"},
        "note": {"type": ["string", "null"]},
    },
    "required": ["summary", "level"],
}
GOOD = {"summary": "Cash turnover.", "level": "high", "score": None, "note": None}


@dataclass
class KeptBudget:
    """`Budget` in memory, judged by the same rule as the table."""

    calls: list[tuple[ModelCall, ModelCost | None]] = field(default_factory=list)
    down: bool = False

    async def reserve(self, call: ModelCall, limits: Limits) -> int | str:
        if self.down:
            raise ConnectionError("the database does not answer")
        if (why := over(limits, self.used, call.tokens, call.micros)) is not None:
            return why
        self.calls.append((call, None))
        return len(self.calls) - 1

    async def settle(self, number: int, cost: ModelCost) -> None:
        self.calls[number] = (self.calls[number][0], cost)

    @property
    def used(self) -> Used:
        tokens = sum(cost.input_tokens + cost.output_tokens if cost else call.tokens for call, cost in self.calls)
        micros = sum(cost.micros if cost else call.micros for call, cost in self.calls)
        return Used(tokens, micros, tokens, micros)

    @property
    def outcomes(self) -> list[str]:
        return [cost.outcome if cost else "open" for _, cost in self.calls]


@dataclass(frozen=True)
class AFile:
    id: str
    name: str
    type: str
    size: int
    sha256: str


@dataclass
class KeptFiles:
    """`Files` in memory: everybody but those in `hidden_from` sees all."""

    kept: dict[str, AFile] = field(default_factory=dict)
    hidden_from: set[str] = field(default_factory=set)

    async def readable(self, actor: str, ids: Sequence[str]) -> dict[str, AFile]:
        return {} if actor in self.hidden_from else {id: self.kept[id] for id in ids if id in self.kept}


@dataclass
class KeptTools:
    """`Tools` from a list."""

    tools: list[dict[str, Any]] = field(default_factory=list)

    async def tools_of(
        self, server: str, allowed: Sequence[str] = (), scopes: Scopes | None = None
    ) -> list[dict[str, Any]]:
        names = [each for each in self.tools if not allowed or each["name"] in allowed]
        return [each for each in names if scopes is None or allows_tool(scopes, server, each["name"])]


class Ai:
    """The activity over one server. `settings` may be changed before the first question."""

    def __init__(self, stage: Stage, server: OpenAiServer | None, **settings: Any) -> None:
        self.stage, self.server = stage, server
        self.budget, self.files, self.tools = KeptBudget(), KeptFiles(), KeptTools()
        self.provider: Provider | None = None
        if server is not None:
            told = {"base_url": server.url, "model": "m-1", "api_key": SECRET, "timeout": 15.0, **settings}
            self.provider = Provider(AiSettings(**told))
        model = Model(self.provider, self.budget, self.files) if self.provider else None
        self._activity = propose_activity(Proposer(stage.people, stage.blobs, self.tools, model))
        self._asked = 0

    async def put(self, content: bytes, type_: str, name: str = "a file") -> dict[str, Any]:
        """Uploads a file; as a question names it."""
        id_ = f"file-{len(self.files.kept)}"
        sha256 = await self.stage.blobs.put(id_, content)
        self.files.kept[id_] = AFile(id_, name, type_, len(content), sha256)
        return {"id": id_, "name": name, "step": "survey", "field": "photo"}

    async def answer(self, question: Question) -> Answer:
        return Answer.from_json(await self.stage.perform(self._activity, self._call(question)))

    async def refused(self, question: Question) -> Any:
        return await self.stage.refused(self._activity, self._call(question))

    def _call(self, question: Question) -> Any:
        self._asked += 1
        given = {"contract": CONTRACT.to_json(), "input": question.to_json(), "key": f"run-1:flags#{self._asked}"}
        return a_call(wire.ACTIVITY_PROPOSE, **given)

    async def close(self) -> None:
        if self.provider is not None:
            await self.provider.close()


def a_question(what: Asked = Asked.ANSWER, **changes: Any) -> Question:
    """What speaks against this customer?"""
    context = {
        "collection": "demo.customers",
        "record": {"id": "c4", "name": "Ajax Trading", "iban": "NL91ABNA0417164300"},
        "steps": [{"id": "docs", "title": "Documents", "kind": "task", "status": "done", "output": {"body": "cash"}}],
    }
    question = Question(what, "Red flags", "List what speaks against this customer", schema=FIELDS, context=context)
    return replace(question, **changes)
