"""The people: many at once, each with runs of their own to look after, who write down every answer they got.

They behave as a good client does: what got no answer, or a 5xx, is asked again under the same id until it is answered.
Now and then two of them want the same thing, somebody asks twice, goes back, saves, or aborts. Nothing of what they do
depends on anything but their seed and what they are told.
"""

from __future__ import annotations

import asyncio
import json
import random
import time
import uuid
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TextIO

import httpx2

KEY = "chaos"
DOCUMENT: dict[str, Any] = {
    "holdfast": 1,
    "key": KEY,
    "name": "Chaos",
    "steps": [
        {"id": "look", "kind": "task", "fields": [{"id": "n", "type": "number", "required": True}]},
        {"id": "pay", "kind": "action", "action": "chaos.pay", "execute": "automatic", "with": {"amount": 5}},
        {"id": "left", "kind": "task", "after": "pay"},
        {"id": "right", "kind": "task", "after": "pay"},
        {"id": "way", "kind": "decision", "options": [{"id": "go"}, {"id": "stay"}], "after": ["left", "right"]},
        {"id": "once", "kind": "action", "action": "chaos.once", "execute": "automatic", "with": {"amount": 7},
         "after": "way:go"},
        {"id": "pause", "kind": "wait", "for": "1 second", "after": "way:stay"},
        {"id": "last", "kind": "task", "after": ["once", "pause"]},
    ],
}  # fmt: skip
WHO = ("ann", "ben", "lea")
PATIENCE = 90.0
"""Seconds over which one thing is asked again until it is answered."""


@dataclass
class Diary:
    """Every answer, and every one that did not come, as JSON lines in the order in which they came."""

    file: TextIO
    acked: int = 0
    unanswered: int = 0
    silences: list[float] = field(default_factory=list)

    def write(self, **row: Any) -> None:
        self.file.write(json.dumps({"at": time.time(), **row}) + "\n")


@dataclass
class Crowd:
    """All of them. `tokens` are those of the demo people."""

    url: str
    tokens: dict[str, str]
    diary: Diary
    seed: int
    over: asyncio.Event = field(default_factory=asyncio.Event)

    async def work(self, runs: int) -> None:
        """Look after so many runs until it is over; a run that has ended is followed by another."""
        limits = httpx2.Limits(max_connections=60)
        async with httpx2.AsyncClient(base_url=self.url, timeout=10.0, limits=limits) as client:
            await asyncio.gather(*(self._one(client, number) for number in range(runs)))

    async def _one(self, client: httpx2.AsyncClient, number: int) -> None:
        chance = random.Random(self.seed * 100_003 + number)
        await asyncio.sleep(chance.uniform(0, 5))
        while not self.over.is_set():
            run = await self._started(client, chance)
            while run is not None and not self.over.is_set():
                await asyncio.sleep(chance.uniform(0.5, 4.0))
                run = await self._move(client, chance, run)

    async def _started(self, client: httpx2.AsyncClient, chance: random.Random) -> str | None:
        key = uuid.UUID(int=chance.getrandbits(128)).hex
        who = chance.choice(WHO)
        body = {"definition": KEY}
        answer = await self._ask(client, who, "/v1/runs", body, {"kind": "start", "id": key}, {"Idempotency-Key": key})
        return str(answer["id"]) if answer and "id" in answer else None

    async def _move(self, client: httpx2.AsyncClient, chance: random.Random, run: str) -> str | None:
        """One thing that can be done now; None once the run has ended."""
        who = chance.choice(WHO)
        view = await self._seen(client, who, run)
        if view is None:
            return run
        if view["status"] in ("completed", "aborted"):
            return None
        if (command := _wanted(chance, view)) is None:
            return run
        command["id"] = uuid.UUID(int=chance.getrandbits(128)).hex
        given = [self._give(client, who, run, command)]
        if chance.random() < 0.15:
            given.append(self._give(client, who, run, command))
        if chance.random() < 0.1:
            other = {**command, "id": uuid.UUID(int=chance.getrandbits(128)).hex}
            given.append(self._give(client, chance.choice(WHO), run, other))
        await asyncio.gather(*given)
        return run

    async def _give(self, client: httpx2.AsyncClient, who: str, run: str, command: dict[str, Any]) -> None:
        about = {"kind": "command", "id": command["id"], "run": run, "type": command["type"]}
        await self._ask(client, who, f"/v1/runs/{run}/commands", command, about)

    async def _seen(self, client: httpx2.AsyncClient, who: str, run: str) -> dict[str, Any] | None:
        try:
            answer = await client.get(f"/v1/runs/{run}", headers=self._as(who))
        except httpx2.HTTPError:
            return None
        return dict(answer.json()) if answer.status_code == 200 else None

    def _as(self, who: str) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.tokens[who]}"}

    async def _ask(
        self,
        client: httpx2.AsyncClient,
        who: str,
        path: str,
        body: dict[str, Any],
        about: dict[str, Any],
        headers: dict[str, str] | None = None,
    ) -> dict[str, Any] | None:
        """Until there is an answer. Each try is a line of the diary; so is that nobody ever answered."""
        begun = time.monotonic()
        while time.monotonic() < begun + PATIENCE:
            try:
                answer = await client.post(path, json=body, headers={**self._as(who), **(headers or {})})
                told = answer.json()
            except (httpx2.HTTPError, ValueError) as error:
                self.diary.write(**about, who=who, status=None, error=type(error).__name__)
            else:
                code = told.get("code") or told.get("outcome")
                self.diary.write(**about, who=who, status=answer.status_code, said=code, run_told=_run_of(told))
                if answer.status_code < 500 and answer.status_code != 429:
                    self.diary.acked += answer.status_code < 300
                    self.diary.silences.append(time.monotonic() - begun)
                    return dict(told)
            await asyncio.sleep(0.5)
        self.diary.unanswered += 1
        return None


def _run_of(told: dict[str, Any]) -> str | None:
    run = told.get("run", told.get("id"))
    return run.get("id") if isinstance(run, dict) else run


def _wanted(chance: random.Random, view: dict[str, Any]) -> dict[str, Any] | None:
    """A command that the run offers; mostly one that takes it further."""
    if view["status"] == "saved":
        return {"type": "resume"} if "resume" in view["can"] else None
    draw = chance.random()
    if draw < 0.03 and "save" in view["can"]:
        return {"type": "save", "reason": "Lunch"}
    if draw < 0.04 and "abort" in view["can"]:
        return {"type": "abort", "reasons": ["other"], "text": "Enough"}
    if draw < 0.08:
        back = [step for step in view["steps"] if step["id"] in ("look", "left") and "revise" in step["can"]]
        if back:
            return {"type": "revise", "step": back[0]["id"], "reason": "Once more"}
    for step in chance.sample(view["steps"], len(view["steps"])):
        if (found := _on_a_step(chance, step)) is not None:
            return {**found, "step": step["id"], "execution": step["execution"]}
    return None


def _on_a_step(chance: random.Random, step: dict[str, Any]) -> dict[str, Any] | None:
    if step["status"] == "attention" and "handle_manually" in step["can"]:
        return {"type": "handle_manually", "reason": "Somebody looked"}
    if "complete" not in step["can"]:
        return None
    if step["id"] == "way":
        return {"type": "complete", "choice": chance.choice(["go", "stay"])}
    return {"type": "complete", "output": {"n": chance.randrange(100)} if step["id"] == "look" else {}}


def open_diary(path: Path) -> Diary:
    """A new one; what is in the file is overwritten."""
    return Diary(path.open("w", buffering=1))
