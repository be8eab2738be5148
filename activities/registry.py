"""Where developers add to what a workflow can do: an async function with a typed input and output becomes an action.

    @action("shop.ship", title="Ship the parcel")
    async def ship(order: Order, context: ActionContext) -> Parcel: ...

The registry turns it into a Temporal activity of that name and announces its JSON Schemas, so that the API can check a
definition against an action whose code it has never seen. What the function promises (may it be repeated? how long
may it take?) is declared here and nowhere else. A registry is a value: the worker builds one and hands it on; the
module-level `action` of this package writes to a default one, for the ten-line case.
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field, replace
from types import NoneType
from typing import Any, Literal, TypeVar, cast, get_type_hints

from pydantic import BaseModel, ValidationError
from temporalio import activity

from activities.errors import InvalidInput, Unusable
from activities.links import LINK
from definitions import wire
from definitions.contracts import EffectContract, Touches
from definitions.wire import EffectCall

NAME = re.compile(r"[a-z][a-z0-9_]{0,62}(\.[a-z][a-z0-9_]{0,62}){1,4}")
RESERVED = frozenset(
    {
        wire.ACTIVITY_RECORD,
        wire.ACTIVITY_GET_DATA,
        wire.ACTIVITY_UPDATE_DATA,
        wire.ACTIVITY_NOTIFY,
        wire.ACTIVITY_LOAD_RELATED,
        wire.ACTIVITY_PROPOSE,
        wire.ACTIVITY_MCP,
        wire.ACTIVITY_INVITE,
        wire.ACTIVITY_CHILD,
        wire.ACTIVITY_STOP_CHILDREN,
        wire.ACTIVITY_TELL_PARENT,
    }
)

Model = TypeVar("Model", bound=BaseModel)
ActionFunction = Callable[..., Awaitable[BaseModel | None]]


@dataclass(frozen=True, slots=True)
class ActionContext:
    """What an action may know beside its input. `key` is the same for every try: send it as the idempotency key.

    `acting` is the id of the person whose rights hold; `turn` counts how often the run asked (a person's retry asks
    again). `confirm_link` is the address by which somebody outside confirms that it is done, where the step waits for
    that (`confirm:`): hand it to whoever does the work.
    """

    key: str
    acting: str
    run: str
    step: str
    execution: str
    turn: int = 1
    confirm_link: str | None = None

    def heartbeat(self, *details: Any) -> None:
        """Says that the work goes on. Rarely needed: the worker beats by itself as long as the event loop runs."""
        activity.heartbeat(*details)

    @classmethod
    def of(cls, call: EffectCall) -> ActionContext:
        return cls(call.key, call.acting, call.run, call.step, call.execution, call.turn, LINK.get())


class Look(BaseModel):
    """What an action is given that looks what became of another's work: the key it was asked under, its output."""

    key: str
    output: dict[str, Any] | None = None


class Found(BaseModel):
    """What it says: `open` where it is still at work; `output`, where given, is put in the place of the step's."""

    state: Literal["done", "not_done", "open"]
    output: dict[str, Any] | None = None
    message: str | None = None


@dataclass(frozen=True, slots=True)
class Action:
    """One registered action: its announced face and the function behind it."""

    name: str
    title: str
    contract: EffectContract
    undo: str | None
    function: ActionFunction
    input: type[BaseModel]
    output: type[BaseModel] | None
    wants_context: bool
    reconcile: str | None = None

    def info(self) -> dict[str, Any]:
        """What the worker announces: name, title, JSON Schemas of input and output, contract, undo."""
        output = (
            self.output.model_json_schema(mode="serialization") if self.output else {"type": "object", "properties": {}}
        )
        return {
            "name": self.name,
            "title": self.title,
            "input": self.input.model_json_schema(),
            "output": output,
            "contract": self.contract.to_json(),
            "undo": self.undo,
            **({"reconcile": self.reconcile} if self.reconcile else {}),
        }

    def on(self, queue: str) -> Action:
        """The same action, done by the workers of that task queue."""
        return replace(self, contract=replace(self.contract, queue=queue))

    async def perform(self, call: EffectCall) -> dict[str, Any]:
        """Runs the function on the call's input.

        Raises InvalidInput before it, Unusable after it, or what it raises.
        """
        value = parse_input(self.input, call.input)
        result = await (self.function(value, ActionContext.of(call)) if self.wants_context else self.function(value))
        return self._dump(result)

    def _dump(self, result: Any) -> dict[str, Any]:
        expected = self.output or NoneType
        if not isinstance(result, expected):
            found, wanted = type(result).__name__, expected.__name__
            raise Unusable("wrong_output", f"{self.name} returned a {found} where it declares {wanted}.")
        if result is None:
            return {}
        try:  # `warnings="error"`: a model whose attributes were overwritten with another type does not slip through
            return dict(result.model_dump(mode="json", by_alias=True, warnings="error"))
        except Exception as error:
            raise Unusable(
                "wrong_output", f"{self.name} returned a {type(result).__name__} that is no JSON."
            ) from error


def parse_input(model: type[Model], value: Mapping[str, Any]) -> Model:
    """`value` as `model`; names that it does not have are refused too.

    Raises InvalidInput with every field's problem.
    """
    try:
        return model.model_validate(dict(value), extra="forbid")
    except ValidationError as error:
        problems = error.errors(include_url=False, include_context=False, include_input=False)
        raise InvalidInput(
            [
                {
                    "path": "/" + "/".join(str(part) for part in each["loc"]),
                    "code": each["type"],
                    "message": each["msg"],
                }
                for each in problems
            ]
        ) from None


@dataclass(slots=True)
class Registry:
    """The actions of one worker, by name.

    A second action of the same name is an error at import, not a surprise later.
    """

    actions: dict[str, Action] = field(default_factory=dict)

    def action(
        self,
        name: str,
        *,
        title: str = "",
        undo: str | None = None,
        reconcile: str | None = None,
        repeatable: bool = False,
        touches: Touches = Touches.WORLD,
        timeout: float = 60.0,
        within: float = 900.0,
        attempts: int = 3,
        heartbeat: float = 10.0,
        queue: str = "",
    ) -> Callable[[ActionFunction], ActionFunction]:
        """Registers an async function `(Input) -> Output` or `(Input, ActionContext) -> Output`; returns it unchanged.

        `title` defaults to the first line of its docstring; `undo` names the action that takes it back,
        `reconcile` the one that looks what became of it (`Look` -> `Found`); times are in seconds: `timeout`
        for one try, `within` for all. `queue`: the task queue of the workers that do it; empty is that of the
        runs. Raises ValueError or TypeError for what cannot be an action.
        """
        contract = EffectContract(Touches(touches), repeatable, timeout, within, attempts, heartbeat, queue)

        def register(function: ActionFunction) -> ActionFunction:
            self.add(replace(_action(name, title, contract, undo, function), reconcile=reconcile))
            return function

        return register

    def add(self, entry: Action) -> None:
        """Adds one action. Raises ValueError when the name is taken, reserved, or not of the form `family.verb`."""
        if not NAME.fullmatch(entry.name):
            raise ValueError(f"an action is named like shop.ship (lower case, with a dot), not {entry.name!r}")
        if entry.name in RESERVED or entry.name in self.actions:
            raise ValueError(f"an action named {entry.name!r} is already registered")
        self.actions[entry.name] = entry

    def include(self, other: Registry) -> Registry:
        """Adds all of `other`'s actions and returns itself. Raises ValueError for a name that both have."""
        for name in sorted(other.actions):
            self.add(other.actions[name])
        return self

    def placed(self, queue_of: Callable[[Action], str]) -> Registry:
        """The same actions, each on the task queue that `queue_of` says; empty is that of the runs."""
        return Registry({name: entry.on(queue_of(entry)) for name, entry in self.actions.items()})

    def queues(self) -> dict[str, Registry]:
        """The actions by task queue, those without one left out."""
        found: dict[str, Registry] = {}
        for name in sorted(self.actions):
            if queue := self.actions[name].contract.queue:
                found.setdefault(queue, Registry()).add(self.actions[name])
        return found

    def catalogue(self) -> list[dict[str, Any]]:
        """What the worker announces, sorted by name."""
        return [self.actions[name].info() for name in sorted(self.actions)]

    def activities(self) -> list[Callable[..., Any]]:
        """One Temporal activity for each action, sorted by name; each takes one `EffectCall.to_json()`."""
        return [_activity(self.actions[name]) for name in sorted(self.actions)]


def _activity(entry: Action) -> Callable[..., Any]:
    @activity.defn(name=entry.name)
    async def perform(call: dict[str, Any]) -> dict[str, Any]:
        return await entry.perform(EffectCall.from_json(call))

    return perform


def _action(name: str, title: str, contract: EffectContract, undo: str | None, function: ActionFunction) -> Action:
    if not inspect.iscoroutinefunction(function):
        raise TypeError(f"{name}: an action is an async function; a blocking one would stop its whole worker")
    try:
        hints = get_type_hints(function)
    except NameError as error:
        raise TypeError(f"{name}: the annotations name {error.name}, which is not defined at module level") from None
    parameters = [
        each for each in inspect.signature(function).parameters.values() if each.kind is not each.KEYWORD_ONLY
    ]
    if not 1 <= len(parameters) <= 2:
        raise TypeError(f"{name}: an action takes its input, and optionally an ActionContext")
    given, answer = hints.get(parameters[0].name), hints.get("return")
    if not (isinstance(given, type) and issubclass(given, BaseModel)):
        raise TypeError(f"{name}: the input is annotated with a pydantic model")
    if answer is not NoneType and not (isinstance(answer, type) and issubclass(answer, BaseModel)):
        raise TypeError(f"{name}: the answer is annotated with a pydantic model, or None")
    if len(parameters) == 2 and hints.get(parameters[1].name) is not ActionContext:
        raise TypeError(f"{name}: the second parameter is annotated with ActionContext")
    output: type[BaseModel] | None = None if answer is NoneType else cast(type[BaseModel], answer)
    shown = title or (inspect.getdoc(function) or name).splitlines()[0]
    return Action(name, shown, contract, undo, function, given, output, len(parameters) == 2)
