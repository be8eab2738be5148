"""The command that moves a run to another version. The API puts the frozen version beside what the person asked for."""

from __future__ import annotations

from definitions.engine import migrate as moving
from definitions.engine.graph import Graph
from definitions.engine.moves.base import Given, Move, Question, Refusal, malformed
from definitions.wire import CLI_ACTOR

FROZEN = "frozen"
"""What the API adds to a `migrate`: `{hash, version}` of the target. No person may bring their own."""


def _judge_migrate(asked: Question) -> Refusal | None:
    command = asked.command
    frozen = command.get(FROZEN)
    if not isinstance(command.get("version"), int) or isinstance(command["version"], bool):
        return malformed("/version", "say to which version")
    mapping = command.get("map") or {}
    if not all(isinstance(key, str) and isinstance(value, str) for key, value in mapping.items()):
        return malformed("/map", "map names steps by steps")
    if asked.actor.id == CLI_ACTOR or not isinstance(frozen, dict):
        return Refusal("malformed", "a run is moved through the API, which knows the versions", 422)
    if command["version"] == asked.state.version:
        return Refusal("same_version", f"the run is at version {asked.state.version} already")
    new = Graph.load(frozen["version"]).grown(asked.state.added)
    moved = moving.look_ahead(asked.graph, new, asked.state, command["version"], mapping)
    if command.get("fingerprint") is not None and command["fingerprint"] != moved.fingerprint:
        return Refusal("fingerprint_changed", "the run has moved since the preview: look at it again")
    if moved.verdict != "safe":
        details = {"verdict": moved.verdict, "reasons": list(moved.reasons)}
        return Refusal("migration_blocked", moved.reasons[0]["message"], details=details)
    return None


def _migrate(given: Given) -> None:
    frozen, command = given.command[FROZEN], given.command
    new = Graph.load(frozen["version"])
    moving.migrate(given.turn, new, command["version"], frozen["hash"], command.get("map") or {})


MIGRATING: dict[str, Move] = {
    "migrate": Move(
        {"version": int, "map": dict, "fingerprint": str, "reason": str, FROZEN: dict},
        _judge_migrate,
        _migrate,
        lambda asked: True,
        on="run",
        saved=True,
        holder=False,
    ),
}
