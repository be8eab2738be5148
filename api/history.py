"""Temporal's histories of a run, as they are: in pieces, of which each is what one workflow run of it did.

A run that continues as new, or is opened again after its end, has several; one that was reset in Temporal has one that
replaces another. `lineage` puts those that count in their order. The raw service is asked throughout: the SDK's own
`describe` and `list` fail for a workflow that was paused from outside, whose status is newer than the SDK.
"""

from __future__ import annotations

import base64
import json
from collections.abc import AsyncIterator, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, timedelta
from typing import Any, Protocol

from google.protobuf.json_format import MessageToDict, ParseDict
from temporalio.api.common.v1 import Payload, WorkflowExecution
from temporalio.api.history.v1 import History, HistoryEvent
from temporalio.api.workflow.v1 import WorkflowExecutionInfo
from temporalio.api.workflowservice.v1 import (
    DescribeWorkflowExecutionRequest,
    GetWorkflowExecutionHistoryRequest,
    GetWorkflowExecutionHistoryResponse,
    ListWorkflowExecutionsRequest,
)
from temporalio.client import Client
from temporalio.converter import PayloadCodec

from api.engine import Gone, ask, within
from api.engine_look import Look, glance, status_name
from definitions.times import rfc3339

DEADLINE = 5.0
"""Seconds for one answer of Temporal."""

PAGE = 500
"""Events asked for at a time."""

Event = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Piece:
    """One workflow run of a run. `after` is the piece it continues, `instead` the one it replaces since a reset.

    `status` is Temporal's in small letters (`running`, `completed`, `continued_as_new`, `terminated`, …). `sha256`
    names the blob that it is stored in; None for one that is Temporal's.
    """

    id: str
    began_at: str
    status: str
    events: int
    after: str | None = None
    instead: str | None = None
    sha256: str | None = None

    @property
    def ended(self) -> bool:
        """Whether nothing more can come to it."""
        return self.status not in ("running", "paused")


class Histories(Protocol):
    """What the record needs of Temporal. Each raises Gone for an unknown run, Unreachable where nobody knows."""

    async def pieces(self, run: str) -> list[Piece]:
        """Every piece that Temporal still has, in no order."""
        ...

    def pages(self, run: str, piece: str) -> AsyncIterator[list[Event]]:
        """The events of a piece as JSON, some at a time."""
        ...

    async def glance(self, run: str) -> Look:
        """How the run stands in Temporal now."""
        ...


@dataclass(frozen=True, slots=True)
class TemporalHistories:
    """`Histories` over a Temporal client."""

    client: Client

    async def pieces(self, run: str) -> list[Piece]:
        """See `Histories`. Visibility may be late: what continues what is followed back by the histories themselves."""
        current = await describe(self.client, run)
        infos = {current.execution.run_id: current, **{i.execution.run_id: i for i in await self._listed(run)}}
        found: dict[str, Piece] = {}
        waiting = list(infos)
        while waiting:
            if (name := waiting.pop()) in found:
                continue
            try:
                info = infos.get(name) or await describe(self.client, run, name)
                found[name] = await self._piece(run, info)
            except Gone:  # its retention is over
                continue
            waiting += [found[name].after or name]
        return list(found.values())

    async def pages(self, run: str, piece: str) -> AsyncIterator[list[Event]]:
        """See `Histories`."""
        token = b""
        while True:
            page = await self._page(run, piece, PAGE, token)
            yield events_json(page.history.events)
            if not (token := page.next_page_token):
                return

    async def glance(self, run: str) -> Look:
        """See `Histories`."""
        return await within(DEADLINE, glance(self.client, run, timedelta(seconds=DEADLINE)))

    async def _listed(self, run: str) -> list[WorkflowExecutionInfo]:
        asked = ListWorkflowExecutionsRequest(
            namespace=self.client.namespace, page_size=1000, query=f"WorkflowId = '{run.replace(chr(39), '')}'"
        )
        return list((await ask(self.client.workflow_service.list_workflow_executions, asked, DEADLINE)).executions)

    async def _piece(self, run: str, info: WorkflowExecutionInfo) -> Piece:
        name = info.execution.run_id
        first = (await self._page(run, name, 1)).history.events[0]
        started = first.workflow_execution_started_event_attributes
        return Piece(
            id=name,
            began_at=rfc3339(first.event_time.ToDatetime(tzinfo=UTC)),
            status=status_name(info.status),
            events=info.history_length,
            after=started.continued_execution_run_id or None,
            instead=origin if (origin := started.original_execution_run_id) != name else None,
        )

    async def _page(self, run: str, piece: str, size: int, token: bytes = b"") -> GetWorkflowExecutionHistoryResponse:
        asked = GetWorkflowExecutionHistoryRequest(
            namespace=self.client.namespace,
            execution=WorkflowExecution(workflow_id=run, run_id=piece),
            maximum_page_size=size,
            next_page_token=token,
        )
        return await ask(self.client.workflow_service.get_workflow_execution_history, asked, DEADLINE)


async def describe(client: Client, run: str, piece: str = "") -> WorkflowExecutionInfo:
    """What Temporal says of a run, or of one piece of it. Raises Gone, Unreachable."""
    asked = DescribeWorkflowExecutionRequest(
        namespace=client.namespace, execution=WorkflowExecution(workflow_id=run, run_id=piece)
    )
    return (await ask(client.workflow_service.describe_workflow_execution, asked, DEADLINE)).workflow_execution_info


def lineage(pieces: Iterable[Piece]) -> list[Piece]:
    """The pieces that make up the run, in order: without those that a reset replaced and what followed on them."""
    known = sorted(pieces, key=lambda piece: (piece.began_at, piece.id))
    gone = {piece.instead for piece in known if piece.instead}
    while more := {piece.id for piece in known if piece.after in gone} - gone:
        gone |= more
    return [piece for piece in known if piece.id not in gone]


def events_json(events: Iterable[HistoryEvent]) -> list[Event]:
    """Events as `temporal workflow show --output json` has them."""
    return list(MessageToDict(History(events=events)).get("events", []))


async def readable(value: Any, codec: PayloadCodec | None = None) -> Any:
    """The same with every payload that is JSON put in place of its bytes; what nobody can read stays as it is.

    `codec` opens what was sealed before Temporal had it (api/codec.py).
    """
    if isinstance(value, list):
        return [await readable(each, codec) for each in value]
    if not isinstance(value, dict):
        return value
    if isinstance(value.get("metadata"), dict) and "encoding" in value["metadata"]:
        return _payload(await _opened(value, codec) if codec else value)
    return {key: await readable(each, codec) for key, each in value.items()}


async def _opened(payload: dict[str, Any], codec: PayloadCodec) -> dict[str, Any]:
    try:
        (found,) = await codec.decode([ParseDict(payload, Payload())])
    except Exception:  # none of the keys opens it, or it is no payload
        return payload
    return MessageToDict(found)


def _payload(payload: dict[str, Any]) -> Any:
    encoding = base64.b64decode(payload["metadata"]["encoding"]).decode(errors="replace")
    if encoding == "binary/null":
        return None
    if encoding != "json/plain":
        return payload
    try:
        return json.loads(base64.b64decode(payload.get("data", "")))
    except ValueError:
        return payload


def whole(events: Sequence[Event]) -> bytes:
    """A piece as it is stored and replayed: one JSON object with its events."""
    return json.dumps({"events": list(events)}, separators=(",", ":")).encode()
