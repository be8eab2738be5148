"""Every name that crosses a process, written once. A test pins them as literals: they stand in somebody's history.

The values here travel as JSON: between API and workflow (signals, query), workflow and activity (calls), and activity
and database (events). Temporal's converter carries plain dicts, so each class says how it becomes one and comes back.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from definitions.taken import Taken

INTERPRETER_VERSION = 6
"""The line of behaviour a run started now follows for life. See workers/versions.py for what each number changed."""

QUERY_STATE = "state"

COMMAND_SIGNALS = {
    "complete": "complete_step",
    "revise": "revise_step",
    "abort": "abort",
    "start": "start_step",
    "hold": "hold_step",
    "release": "release_step",
    "skip": "skip_step",
    "claim": "claim_step",
    "unclaim": "unclaim_step",
    "decline": "decline_step",
    "handle_manually": "handle_manually",
    "retry": "retry_step",
    "run_now": "run_now",
    "cancel_schedule": "cancel_schedule",
    "reconcile": "reconcile",
    "confirm": "confirm_step",
    "event": "event",
    "resend": "resend",
    "revoke": "revoke",
    "approve": "approve",
    "reject": "reject",
    "automation": "automation",
    "amend": "amend_step",
    "assign": "assign",
    "set_due": "set_due",
    "note": "note",
    "add_task": "add_task",
    "save": "save",
    "resume": "resume",
    "take_over": "take_over",
    "close": "close",
    "reopen": "reopen",
    "escalate": "escalate",
    "migrate": "migrate",
}
"""Command type -> name of the signal that carries it."""

ACTIVITY_RECORD = "holdfast.record"
ACTIVITY_GET_DATA = "holdfast.get_data"
ACTIVITY_UPDATE_DATA = "holdfast.update_data"
ACTIVITY_NOTIFY = "holdfast.notify"
ACTIVITY_LOAD_RELATED = "holdfast.load_related"
ACTIVITY_PROPOSE = "holdfast.propose"
ACTIVITY_MCP = "holdfast.mcp"
ACTIVITY_FIRE = "holdfast.fire"
"""One page of what a schedule starts: {definition, place, fire, at, cursor} -> {cursor, started, refused}."""
WORKFLOW_SCHEDULE = "holdfast.schedule"
"""What Temporal's schedules start: {definition, place}. No key of a definition has a dot."""
ACTIVITY_LISTEN = "holdfast.listen"
"""Registers a wait for an event: {name, until?} -> {events: [{id, name, data, at}]}, those that are still alive."""
ACTIVITY_INVITE = "holdfast.invite"
"""Makes or sends a link to a form: {to, title, step, execution, journey?, expires?, again?} -> {link, expires?}."""

ACTIVITY_CHILD = "holdfast.child"
"""Makes a child run: {definition, version?, record?, inputs?, child, chain} -> {run, version, start: packed RunStart}.
The workflow starts it; made a second time it is the same one."""
ACTIVITY_STOP_CHILDREN = "holdfast.stop_children"
"""Stops child runs: {runs, reasons, text} -> {stopped}."""
ACTIVITY_TELL_PARENT = "holdfast.tell_parent"
"""Tells the run that waits for this one: {run, execution, index, status, said} -> {}."""

SIGNAL_CHILD_TOLD = "child_told"
"""A child run says how it stands: {execution, index, status, said}. Believed of SYSTEM_ACTOR alone, and no command."""
SIGNAL_STOP = "stop_run"
"""Whoever started this run has given it up: {by, reasons, text}. Believed of SYSTEM_ACTOR alone, and no command."""

STORE_NOW = "holdfast_store_now"
"""What workflow code finds the worker's own recording under: a call and no activity, so it stands in no history."""

SEARCH_ATTRIBUTES = {
    "HoldfastDefinition": "keyword",
    "HoldfastVersion": "int",
    "HoldfastStatus": "keyword",
    "HoldfastRecord": "keyword",
    "HoldfastWaitingFor": "keyword_list",
    "HoldfastAttention": "bool",
    "HoldfastDue": "datetime",
}

OUTSIDE_ACTOR = "outside"
"""Who confirms by the link that an action gave away."""

SYSTEM_ACTOR = "system"
"""Who hands an event to a run that waits for it."""

JOURNEY_ACTOR = "journey:"
"""With what the actor begins who fills in a form outside, by a link; the link's id follows."""

CLI_ACTOR = "temporal-cli"
"""Who a signal without a valid seal comes from, whatever it claims."""

ROLL_AFTER = 400
"""Events of history beyond which a run at rest continues as new: waking replays them all (0.33 ms each, measured)."""

INLINE_LIMIT = 64 * 1024
"""Bytes of JSON above which a value of an effect's result goes to the blob store, and a reference into the history."""

VALUE_LIMIT = 256 * 1024
"""Bytes of JSON a command, or a result with its references, may have inside a history (RELIABILITY.md, rule 10)."""

RESULT_LIMIT = 2 * 1024 * 1024
"""Bytes of JSON an effect's result may have before its large values are stored apart."""


@dataclass(frozen=True, slots=True)
class Actor:
    """Who gives a command, with the roles, teams and policy switches the door found at that moment."""

    id: str
    roles: tuple[str, ...] = ()
    teams: tuple[str, ...] = ()
    policy: dict[str, Any] = field(default_factory=dict, hash=False)

    def to_json(self) -> dict[str, Any]:
        row: dict[str, Any] = {"id": self.id, "roles": list(self.roles), "teams": list(self.teams)}
        return {**row, "policy": self.policy} if self.policy else row

    @classmethod
    def from_json(cls, value: dict[str, Any]) -> Actor:
        policy = value.get("policy")
        return cls(
            str(value["id"]),
            tuple(value.get("roles", ())),
            tuple(value.get("teams", ())),
            policy if isinstance(policy, dict) else {},
        )


@dataclass(frozen=True, slots=True)
class Event:
    """One fact of one run. `seq` counts from 1 without a gap; `data` holds what its type says (engine/events.py).

    `actor` and `command` name the person's command that caused it, where one did; `at` is RFC 3339 in UTC.
    """

    seq: int
    type: str
    at: str
    step: str | None = None
    execution: str | None = None
    actor: str | None = None
    command: str | None = None
    data: dict[str, Any] = field(default_factory=dict)

    def to_json(self) -> dict[str, Any]:
        """The event as it stands in the event table and in a history; empty parts are left out."""
        row: dict[str, Any] = {"seq": self.seq, "type": self.type, "at": self.at}
        for key in ("step", "execution", "actor", "command"):
            if (value := getattr(self, key)) is not None:
                row[key] = value
        if self.data:
            row["data"] = self.data
        return row

    @classmethod
    def from_json(cls, row: dict[str, Any]) -> Event:
        return cls(
            row["seq"],
            row["type"],
            row["at"],
            row.get("step"),
            row.get("execution"),
            row.get("actor"),
            row.get("command"),
            row.get("data") or {},
        )


@dataclass(frozen=True, slots=True)
class RunStart:
    """The one argument of the workflow: with it a history explains itself.

    A run that continues as new gets the same argument again with `carried`: state, events not known to be stored, and
    commands not carried out yet (workers/carry.py). It does so at rest beyond `roll_after` events of history.

    `frozen` is the published version (definitions/freeze.py), `request` what was asked for at the start:
    {by: Actor, at, record: id|None, record_data: {..}|None, inputs, labels, source, name, purposes, assign}.
    `keys` are the public keys (base64 Ed25519) whose seal on a command is believed; `cli_roles` are the roles the
    installation grants to signals sent with Temporal's own tools.
    """

    run: str
    definition: str
    version: int
    hash: str
    frozen: dict[str, Any]
    request: dict[str, Any]
    interpreter: int = INTERPRETER_VERSION
    keys: tuple[str, ...] = ()
    cli_roles: tuple[str, ...] = ()
    roll_after: int = ROLL_AFTER
    carried: dict[str, Any] | None = None
    trace: str = ""
    """The trace id of the request that started the run, for log lines; left out where there is none."""

    def to_json(self) -> dict[str, Any]:
        return {
            "run": self.run,
            "definition": self.definition,
            "version": self.version,
            "hash": self.hash,
            "frozen": self.frozen,
            "request": self.request,
            "interpreter": self.interpreter,
            "keys": list(self.keys),
            "cli_roles": list(self.cli_roles),
            "roll_after": self.roll_after,
            **({"carried": self.carried} if self.carried else {}),
            **({"trace": self.trace} if self.trace else {}),
        }

    @classmethod
    def from_json(cls, value: dict[str, Any]) -> RunStart:
        return cls(
            value["run"],
            value["definition"],
            value["version"],
            value["hash"],
            value["frozen"],
            value["request"],
            value["interpreter"],
            tuple(value.get("keys", ())),
            tuple(value.get("cli_roles", ())),
            value.get("roll_after", ROLL_AFTER),
            value.get("carried"),
            value.get("trace", ""),
        )


@dataclass(frozen=True, slots=True)
class Envelope:
    """What a signal carries: the command, who gave it, when the door took it, and the door's seal over all of that.

    `command` is the body of `POST /v1/runs/{id}/commands` with its `id`. The seal is base64 Ed25519 over
    `seal_text(run, envelope)`. A signal whose payload is no envelope is a bare command of CLI_ACTOR.
    `trace` is the trace id of the request, for log lines: it stands outside of the seal and decides nothing.
    """

    command: dict[str, Any]
    actor: Actor
    at: str
    seal: str = ""
    trace: str = ""

    def to_json(self) -> dict[str, Any]:
        row = {"command": self.command, "actor": self.actor.to_json(), "at": self.at, "seal": self.seal}
        return {**row, "trace": self.trace} if self.trace else row


@dataclass(frozen=True, slots=True)
class EffectCall:
    """The one argument of every activity that has an effect.

    `input` is what the step names and nothing else; `key` is the idempotency key, the same for every try of one
    execution; `turn` counts how often the run asked for it (a person's retry asks again, and is allowed to repeat).
    `events` are the run's events that are not known to be stored yet: they are appended before the effect begins.
    `trace` is the trace id of the request that led to it, where one did. `taken` is the turn that asks.
    """

    run: str
    definition: str
    version: int
    step: str
    execution: str
    activity: str
    title: str
    acting: str
    key: str
    turn: int
    contract: dict[str, Any]
    input: dict[str, Any]
    events: tuple[dict[str, Any], ...] = ()
    trace: str = ""
    taken: Taken | None = None

    def to_json(self) -> dict[str, Any]:
        row = {name: getattr(self, name) for name in self.__slots__ if name not in ("trace", "taken")}
        return {**row, "events": list(self.events), **_whence(self.trace, self.taken)}

    @classmethod
    def from_json(cls, value: dict[str, Any]) -> EffectCall:
        return cls(**{**value, "events": tuple(value.get("events", ())), "taken": _taken(value)})


@dataclass(frozen=True, slots=True)
class RecordCall:
    """The one argument of `holdfast.record`: events of a run that came to rest, and the turn that says them."""

    run: str
    events: tuple[dict[str, Any], ...]
    trace: str = ""
    taken: Taken | None = None

    def to_json(self) -> dict[str, Any]:
        return {"run": self.run, "events": list(self.events), **_whence(self.trace, self.taken)}

    @classmethod
    def from_json(cls, value: dict[str, Any]) -> RecordCall:
        return cls(value["run"], tuple(value["events"]), value.get("trace", ""), _taken(value))


def _whence(trace: str, taken: Taken | None) -> dict[str, Any]:
    """What says where a call comes from, as far as it is known: older histories hold calls without."""
    return {**({"trace": trace} if trace else {}), **({"taken": taken.to_json()} if taken else {})}


def _taken(value: dict[str, Any]) -> Taken | None:
    return Taken.from_json(value["taken"]) if "taken" in value else None
