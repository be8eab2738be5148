"""The activity `holdfast.propose`: a question in, an answer out, of a model where there is one and else of the matcher.

It touches nothing, so it may be tried again at will; its answer is kept with the effect, so that nobody asks twice and
a replay never does. What an answer comes to is for the engine to say. Without a provider the matcher proposes what can
be proposed by comparing names; an answer or a choice of options needs a model, so `no_provider` asks a person.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from typing import Any

from temporalio import activity

from activities.ai.asking import Asker, Conversation
from activities.ai.envelope import envelope_of
from activities.ai.files import Enclosing, Enclosures
from activities.ai.ports import Budget, Files, Tools
from activities.ai.prompt import prompt_of
from activities.ai.reading import Read, Reader
from activities.ai.sight import rows_seen_by, seen_by
from activities.data import rights
from activities.errors import ActionError
from activities.ports import Blobs, People
from definitions import wire
from definitions.effects import Scopes
from definitions.matcher import propose as match
from definitions.matcher.candidates import candidates_of
from definitions.proposing import NO_PROVIDER, Answer, Asked, Question
from definitions.wire import EffectCall

AI = "ai"
NEEDS_MODEL = (Asked.ANSWER, Asked.CHOICE)


@dataclass(frozen=True, slots=True)
class Model:
    """A model to ask, with what it may cost and the files that may be shown to it."""

    provider: Asker
    budget: Budget
    files: Files


@dataclass(frozen=True, slots=True)
class Proposer:
    """What proposing works with. `model` is None where none is set up, `tools` where there are no MCP servers."""

    people: People
    blobs: Blobs
    tools: Tools | None = None
    model: Model | None = None

    async def answer(self, call: EffectCall) -> Answer:
        """What is proposed for the question in the call's input.

        Raises ActionError: `no_provider`, `unknown_server`, and the codes of `Conversation.values` and
        `Enclosing.enclose`; Refused and NotDone as `rights` does.
        """
        question = Question.from_json(call.input)
        if self.model is None and question.what in NEEDS_MODEL:
            raise ActionError(NO_PROVIDER, "No model is set up that could answer this.")
        scopes, me = await rights(self.people, call.acting)
        seen = seen_by(question.context, scopes, me)
        question = replace(question, context=seen, pinned=rows_seen_by(question.pinned, scopes))
        tools = await self._tools(question, scopes)
        if self.model is None:
            return match(question, tools)
        return await self._ask(self.model, call, question, tools)

    async def _tools(self, question: Question, scopes: Scopes) -> list[dict[str, Any]]:
        """Those that may be used; of a given one only that. Raises ActionError where there is none."""
        if question.what is not Asked.TOOL:
            return []
        if self.tools is None or question.server is None:
            raise ActionError("unknown_server", "No MCP servers are set up here.")
        found = await self.tools.tools_of(question.server, question.tools, scopes)
        offered = [each for each in found if question.tool in (None, each["name"])]
        if not offered:
            raise ActionError("no_tool", f"{question.server} has no tool that may be used here.")
        return offered

    async def _ask(self, model: Model, call: EffectCall, question: Question, tools: list[dict[str, Any]]) -> Answer:
        settings = model.provider.settings
        envelope = envelope_of(_schema(question, tools))
        enclosures = Enclosures()
        if question.files:
            enclosures = await Enclosing(model.files, self.blobs, settings).enclose(question.files, call.acting)
        prompt = prompt_of(question, envelope, question.model or settings.model, enclosures, tools)
        conversation = Conversation(model.provider, model.budget, call, str(question.what))
        readers = {each["name"]: Reader(envelope_of(_arguments(each, question))) for each in tools}
        read = await conversation.values(prompt, Reader(envelope), lambda values: _wrong(values, readers))
        return _answer(question, read, tools, conversation.usage.to_json())


def _schema(question: Question, tools: list[dict[str, Any]]) -> dict[str, Any]:
    """The schema of the values, as it is asked: of a choice also none, of a tool what servers say."""
    match question.what:
        case Asked.CHOICE:
            choice = dict(question.schema.get("properties", {}).get("choice", {}))
            return {**question.schema, "properties": {"choice": choice}, "required": []}
        case Asked.TOOL:
            names = [each["name"] for each in tools]
            arguments = _arguments(tools[0], question) if len(tools) == 1 else {"type": "object"}
            arguments.pop("required", None)  # what is lacking is for a person to add, and no reason to refuse the rest
            properties = {"tool": {"type": "string", "enum": names}, "arguments": arguments}
            more = {"$defs": arguments.pop("$defs")} if "$defs" in arguments else {}
            return {"type": "object", "properties": properties, "required": ["tool", "arguments"], **more}
        case _:
            return question.schema


def _arguments(tool: dict[str, Any], question: Question) -> dict[str, Any]:
    """A tool's schema without what stands already."""
    schema = {"type": "object", **tool["input_schema"]}
    properties = {key: value for key, value in (schema.get("properties") or {}).items() if key not in question.pinned}
    required = [key for key in schema.get("required", ()) if key not in question.pinned]
    return {**schema, "properties": properties, "required": required}


def _wrong(values: dict[str, Any], readers: dict[str, Reader]) -> tuple[str, ...]:
    """What is wrong with the arguments of the tool that was chosen, beyond that some are lacking."""
    tool, arguments = values.get("tool"), values.get("arguments")
    if not readers or not isinstance(tool, str) or tool not in readers or not isinstance(arguments, dict):
        return ()
    return readers[tool].problems(arguments)


def _answer(question: Question, read: Read, tools: list[dict[str, Any]], usage: dict[str, Any]) -> Answer:
    basis = tuple(_known(read.basis, question))
    match question.what:
        case Asked.CHOICE:
            chosen = read.values.get("choice")
            sure = 0.0 if chosen is None else read.confidence
            return Answer({"choice": chosen}, sure, AI, read.explanation, basis, usage)
        case Asked.TOOL:
            values, sure = _of_tool(question, read, tools)
            return Answer(values, sure, AI, read.explanation, basis, usage)
        case _:
            lacking = any(each not in read.values for each in question.schema.get("required", ()))
            return Answer(read.values, 0.0 if lacking else read.confidence, AI, read.explanation, basis, usage)


def _of_tool(question: Question, read: Read, tools: list[dict[str, Any]]) -> tuple[dict[str, Any], float]:
    tool = next((each for each in tools if each["name"] == read.values.get("tool")), None)
    if tool is None:
        return {}, 0.0
    arguments = {**(read.values.get("arguments") or {}), **question.pinned}
    lacking = any(each not in arguments for each in tool["input_schema"].get("required", ()))
    values = {"tool": tool["name"], "arguments": arguments, "schema_hash": tool["schema_hash"]}
    return values, 0.0 if lacking else read.confidence


def _known(names: Iterable[str], question: Question) -> Iterable[str]:
    """Of the names that an answer says it rests on, those that there are: a model may make some up."""
    known = {each.name for each in candidates_of(question.context)}
    steps = {f"steps.{each.get('id')}.output" for each in question.context.get("steps") or []}
    return (name for name in names if name in known or name in steps)


def propose_activity(proposer: Proposer) -> Callable[..., Any]:
    """The activity over that. Its result is `Answer.to_json()`."""

    @activity.defn(name=wire.ACTIVITY_PROPOSE)
    async def propose(call: dict[str, Any]) -> dict[str, Any]:
        return (await proposer.answer(EffectCall.from_json(call))).to_json()

    return propose
