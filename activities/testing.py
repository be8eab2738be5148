"""The ports in memory, for tests and for trying an action out: they refuse exactly what the tables refuse.

A fake that is kinder than the real thing hides faults. So events must come without a gap, a row that is there is never
written twice, an effect begins by the same `judge_begin`, and the outcome of an older turn changes nothing.

`run_action` is all of it around one action: what a run would get of it, without a server.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from pydantic import BaseModel
from temporalio.exceptions import ApplicationError
from temporalio.testing import ActivityEnvironment

from activities import default_registry
from activities.effect import EffectGate
from activities.errors import ActionError
from activities.ports import BlobMissing, Outcome
from activities.registry import Action, ActionFunction, Registry
from definitions.effects import Begun, EffectState, Intent, Scopes, Verdict, judge_begin
from definitions.taken import Tail, Taken, follow
from definitions.wire import EffectCall


@dataclass(frozen=True, slots=True)
class EffectRow:
    """The row of one effect key. `tries` counts how often it was told to go."""

    run: str
    execution: str
    action: str
    intent: Intent
    tries: int = 1
    error: dict[str, Any] | None = None


@dataclass(slots=True)
class InMemoryLedger:
    """A `Ledger` of plain dicts. `down` makes every call fail as an unreachable database would."""

    events: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    effects: dict[str, EffectRow] = field(default_factory=dict)
    tails: dict[str, Tail | None] = field(default_factory=dict)
    down: bool = False

    async def append(self, run: str, events: Sequence[dict[str, Any]], taken: Taken | None = None) -> None:
        """Appends what is missing. Raises ValueError for a gap; then nothing is stored, as in a transaction."""
        self._reach()
        stored = list(self.events.get(run, ()))
        tail, seqs = self.tails.get(run), [event["seq"] for event in events]
        other = next((seq for seq, event in zip(seqs, events, strict=True) if stored[seq - 1 : seq] != [event]), 0)
        if taken and tail and 0 < other <= len(stored) and tail.gives_way(taken, other):
            del stored[other - 1 :]
        for event in sorted(events, key=lambda each: each["seq"]):
            if event["seq"] <= len(stored):
                continue
            if event["seq"] != len(stored) + 1:
                raise ValueError(f"run {run} has {len(stored)} events; event {event['seq']} leaves a gap")
            stored.append(_copy(event))
        if len(stored) > len(self.events.get(run, ())) or stored[-1:] != self.events.get(run, [])[-1:]:
            self.tails[run] = follow(tail, taken, other)
        self.events[run] = stored

    async def begin(self, call: EffectCall, at: datetime | None = None) -> Begun:
        """Events and intent together or neither, decided by `judge_begin`."""
        await self.append(call.run, call.events, call.taken)
        row = self.effects.get(call.key)
        before = row.intent if row else None
        begun = judge_begin(before, call.turn, bool(call.contract.get("repeatable")), at)
        if begun.verdict is Verdict.GO and not (before and before.is_of(call.turn, at)):
            tries = row.tries + 1 if row else 1
            intent = Intent(call.turn, EffectState.BEGUN, at=at)
            self.effects[call.key] = EffectRow(call.run, call.execution, call.activity, intent, tries)
        return Begun(begun.verdict, _copy(begun.result))

    async def finish(
        self,
        call: EffectCall,
        state: Outcome,
        result: dict[str, Any] | None = None,
        error: dict[str, Any] | None = None,
    ) -> None:
        """Writes the outcome of the turn that began. An older turn changes nothing, and what is done stays done."""
        self._reach()
        row = self.effects.get(call.key)
        if row is None or call.turn != row.intent.turn or row.intent.state is EffectState.DONE:
            return
        intent = replace(row.intent, state=EffectState(state), result=_copy(result))
        self.effects[call.key] = replace(row, intent=intent, error=_copy(error))

    def _reach(self) -> None:
        if self.down:
            raise ConnectionError("the database does not answer")


@dataclass(slots=True)
class InMemoryNotices:
    """`Notices` in a dict. `people` maps an id to (e-mail or None, teams), `inboxes` an id to its teams."""

    people: dict[str, tuple[str | None, tuple[str, ...]]] = field(default_factory=dict)
    inboxes: dict[str, tuple[str, ...]] = field(default_factory=dict)
    kept: dict[tuple[str, str], dict[str, Any]] = field(default_factory=dict)
    down: bool = False

    async def tell(
        self,
        users: Sequence[str],
        teams: Sequence[str],
        notice: Mapping[str, Any],
        key: str,
        inboxes: Sequence[str] = (),
    ) -> int:
        """Keeps it once for each person and key."""
        if self.down:
            raise ConnectionError("the database does not answer")
        teams = [*teams, *(team for inbox in inboxes for team in self.inboxes.get(inbox, ()))]
        meant = [user for user, (_, of) in self.people.items() if user in users or set(of) & set(teams)]
        for user in meant:
            self.kept.setdefault((user, key), dict(notice))
        return len(meant)


@dataclass(slots=True)
class InMemoryBlobs:
    """`Blobs` in a dict. `down` makes every call fail as a store that is away would."""

    kept: dict[tuple[str, str], bytes] = field(default_factory=dict)
    down: bool = False

    async def put(self, run: str, content: bytes) -> str:
        """Keeps the bytes under their digest."""
        self._reach()
        sha256 = hashlib.sha256(content).hexdigest()
        self.kept[run, sha256] = bytes(content)
        return sha256

    async def get(self, run: str, sha256: str) -> bytes:
        """The bytes. Raises BlobMissing, also for bytes that are no longer what they were."""
        self._reach()
        content = self.kept.get((run, sha256))
        if content is None or hashlib.sha256(content).hexdigest() != sha256:
            raise BlobMissing(run, sha256)
        return content

    def _reach(self) -> None:
        if self.down:
            raise ConnectionError("the blob store does not answer")


@dataclass(slots=True)
class InMemoryPeople:
    """`People` from dicts: who is in `known` exists; without an entry in `limits` nothing is limited."""

    known: dict[str, dict[str, Any]] = field(default_factory=dict)
    limits: dict[str, Scopes] = field(default_factory=dict)
    down: bool = False

    async def scopes(self, actor_id: str) -> Scopes:
        """The person's limits. Raises LookupError for a stranger."""
        await self.me(actor_id)
        return self.limits.get(actor_id, Scopes())

    async def me(self, actor_id: str) -> dict[str, Any]:
        """`{id, roles, teams, …}`. Raises LookupError for a stranger."""
        if self.down:
            raise ConnectionError("the database does not answer")
        return {"id": actor_id, "roles": [], "teams": [], **self.known[actor_id]}

    async def rights(self, actor_id: str) -> tuple[Scopes, dict[str, Any]]:
        """Both. Raises LookupError for a stranger."""
        return await self.scopes(actor_id), await self.me(actor_id)


async def run_action(
    action: str | ActionFunction,
    given: BaseModel | Mapping[str, Any],
    *,
    key: str = "run-1:step#1",
    acting: str = "ann",
    turn: int = 1,
    registry: Registry = default_registry,
    ledger: InMemoryLedger | None = None,
    scopes: Scopes | None = None,
) -> dict[str, Any]:
    """What a step gets of the action, by the way every effect takes: input, rights, time limit and result are checked.

    `action` is its name or its function, `given` what a definition gives under `with`. Two calls with one `ledger` and
    one `key` are two tries of one effect. Raises ActionError with the code that the run would get, and LookupError for
    an action that is not in `registry`.
    """
    entry = _entry(registry, action)
    values = given.model_dump(mode="json", by_alias=True) if isinstance(given, BaseModel) else dict(given)
    people = InMemoryPeople({acting: {}}, {acting: scopes or Scopes()})
    gate = EffectGate(ledger or InMemoryLedger(), people, InMemoryBlobs())
    call = _call(entry, values, key, acting, turn)
    raised: list[ActionError] = []

    async def body(call: EffectCall) -> dict[str, Any]:
        try:
            return await entry.perform(call)
        except ActionError as error:
            raised.append(error)
            raise

    try:
        return dict(await ActivityEnvironment().run(gate.perform, call, body))
    except ApplicationError as error:
        raise raised[-1] if raised else ActionError(error.type or "error", error.message) from error


def _entry(registry: Registry, action: str | ActionFunction) -> Action:
    for entry in registry.actions.values():
        if action in (entry.name, entry.function):
            return entry
    raise LookupError(f"{action} is no registered action; there are {', '.join(sorted(registry.actions)) or 'none'}")


def _call(entry: Action, values: dict[str, Any], key: str, acting: str, turn: int) -> EffectCall:
    run, _, execution = key.partition(":")
    return EffectCall(
        run=run,
        definition="tried-out",
        version=1,
        step=execution.partition("#")[0],
        execution=execution,
        activity=entry.name,
        title=entry.title,
        acting=acting,
        key=key,
        turn=turn,
        contract=entry.contract.to_json(),
        input=values,
    )


def _copy(value: Any) -> Any:
    """What a JSON column gives back: equal, and nobody else's object. Raises for what JSON cannot hold."""
    return json.loads(json.dumps(value, allow_nan=False))
