"""The three ways to the same job: Holdfast by signal and query, Holdfast through its HTTP API, and written by hand.

Each starts runs of a chain of steps, answers the step that waits and asks how far the run is. The first two differ only
in the door: the API checks, stores and seals, then does what the first one does.
"""

from __future__ import annotations

import uuid
from typing import Any, Protocol

import httpx2
from sqlalchemy import select
from temporalio.client import Client, WorkflowHandle
from temporalio.common import SearchAttributeKey, SearchAttributePair, TypedSearchAttributes

from api.answers import now_text
from api.signing import Signer
from api.store.store import Store
from api.store.tables import Row
from bench import documents
from bench.stage import Stage
from definitions.wire import COMMAND_SIGNALS, QUERY_STATE, ROLL_AFTER, Actor, RunStart

Handle = WorkflowHandle[Any, Any]

ANN = Actor("ann", ("operator",), ("ops",))
KEPT_WHOLE = 1_000_000
"""A threshold that no run here reaches, where continue-as-new would end the measure."""


class Side(Protocol):
    """What a measurement needs. `worker` names the worker process whose cost it is."""

    name: str
    worker: str

    async def start(self, kind: str, steps: int, roll_after: int = KEPT_WHOLE) -> Handle:
        """A new run of `automatic` or `human` steps."""

    async def step(self, run: Handle, n: int) -> None:
        """Answer step `n`, and know that it was taken."""

    async def nudge(self, run: Handle) -> None:
        """A message that makes the history longer and nothing else."""

    async def ask(self, run: Handle) -> Any:
        """The state of the run."""


class ByHand:
    """A workflow of one's own."""

    name = worker = "by-hand"

    def __init__(self, client: Client) -> None:
        self._client = client

    async def start(self, kind: str, steps: int, roll_after: int = KEPT_WHOLE) -> Handle:
        name = f"hand-{uuid.uuid4()}"
        return await self._client.start_workflow(f"by-hand-{kind}", steps, id=name, task_queue=self.worker)

    async def step(self, run: Handle, n: int) -> None:
        await run.signal("complete", {"note": f"note {n}"})
        await run.query("state")

    async def nudge(self, run: Handle) -> None:
        await run.signal("nudge")
        await run.query("state")

    async def ask(self, run: Handle) -> Any:
        return await run.query("state")


class ByHandBare(ByHand):
    """The same, run as ours is: no sandbox, the same event loop."""

    name = worker = "by-hand-bare"


class Ours:
    """Holdfast without its HTTP door: what the API does with Temporal, done here."""

    name = worker = "ours"

    def __init__(self, client: Client, stage: Stage, versions: dict[str, tuple[str, dict[str, Any]]]) -> None:
        self._client, self._versions = client, versions
        self._signer = Signer.load(stage.home)

    async def start(self, kind: str, steps: int, roll_after: int = KEPT_WHOLE) -> Handle:
        key, run = f"bench-{kind}-{steps}", f"run-{uuid.uuid4()}"
        digest, frozen = self._versions[key]
        request = {"by": ANN.to_json(), "at": now_text(), "inputs": {}, "labels": [], "source": "api"}
        keys = self._signer.public_keys
        start = RunStart(run, key, 1, digest, frozen, request, keys=keys, roll_after=roll_after)
        attributes: list[SearchAttributePair[Any]] = [
            SearchAttributePair(SearchAttributeKey.for_keyword("HoldfastDefinition"), key),
            SearchAttributePair(SearchAttributeKey.for_int("HoldfastVersion"), 1),
        ]
        return await self._client.start_workflow(
            key,
            start.to_json(),
            id=run,
            task_queue=self.worker,
            static_summary=key,
            search_attributes=TypedSearchAttributes(attributes),
        )

    async def step(self, run: Handle, n: int) -> None:
        answer = await self._give(run, f"s{n}")
        assert answer["command"]["outcome"] == "applied", answer["command"]

    async def nudge(self, run: Handle) -> None:
        answer = await self._give(run, "s9999")
        assert answer["command"]["outcome"] == "refused", answer["command"]

    async def ask(self, run: Handle) -> Any:
        return await run.query(QUERY_STATE, None)

    async def _give(self, run: Handle, step: str) -> dict[str, Any]:
        command = {"id": uuid.uuid4().hex, "type": "complete", "step": step, "output": {"note": f"note {step}"}}
        envelope = self._signer.seal(run.id, command, ANN, now_text())
        await run.signal(COMMAND_SIGNALS["complete"], envelope.to_json())
        while True:  # a run that is continuing as new may be asked before it has come to the command, as in the API
            answer: dict[str, Any] = await run.query(QUERY_STATE, command["id"])
            if answer["command"]["outcome"] != "unknown":
                return answer


class OverHttp(Ours):
    """Holdfast as a client sees it: one HTTP call per step, answered with the state after it."""

    name = "ours over HTTP"

    def __init__(self, client: Client, stage: Stage, versions: dict[str, tuple[str, dict[str, Any]]]) -> None:
        super().__init__(client, stage, versions)
        headers = {"Authorization": f"Bearer {stage.tokens()['ann']}"}
        self._http = httpx2.AsyncClient(base_url=stage.url, headers=headers, timeout=30, trust_env=False)

    async def start(self, kind: str, steps: int, roll_after: int = ROLL_AFTER) -> Handle:
        reply = await self._http.post("/v1/runs", json={"definition": f"bench-{kind}-{steps}"})
        assert reply.status_code == 201, reply.text
        return self._client.get_workflow_handle(reply.json()["id"])

    async def step(self, run: Handle, n: int) -> None:
        body = {"id": uuid.uuid4().hex, "type": "complete", "step": f"s{n}", "output": {"note": f"note s{n}"}}
        reply = await self._http.post(f"/v1/runs/{run.id}/commands", json=body)
        assert reply.status_code == 200, reply.text


async def publish(stage: Stage, lengths: dict[str, list[int]]) -> dict[str, tuple[str, dict[str, Any]]]:
    """Publishes the definitions through the API; `{key: (hash, frozen)}` as the database has them."""
    headers = {"Authorization": f"Bearer {stage.tokens()['admin']}"}
    async with httpx2.AsyncClient(base_url=stage.url, headers=headers, timeout=30, trust_env=False) as http:
        for kind, steps in ((kind, steps) for kind, found in lengths.items() for steps in found):
            document = getattr(documents, kind)(steps)
            for path, body in (("", document), (f"/{document['key']}/publish", {})):
                reply = await http.post(f"/v1/definitions{path}", json=body)
                assert reply.status_code in (200, 201), reply.text
    table = Row.metadata.tables["versions"]
    async with Store(f"sqlite:///{stage.home / 'holdfast.db'}") as store:
        rows = await store.look(lambda connection: connection.execute(select(table)).mappings().all())
    return {row["key"]: (row["hash"], row["frozen"]) for row in rows}
