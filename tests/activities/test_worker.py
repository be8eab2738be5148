"""The effects on a real worker of a real Temporal server: what the run gets, and that Temporal tries as it is told."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from pydantic import BaseModel
from temporalio import workflow
from temporalio.client import Client, WorkflowFailureError
from temporalio.common import RetryPolicy
from temporalio.exceptions import ActivityError, ApplicationError
from temporalio.worker import UnsandboxedWorkflowRunner, Worker

from activities import ActionContext, NotDone, Registry
from activities.clients import Resources, assemble
from activities.http import HttpPolicy
from activities.mail import MailSettings
from activities.records import Records
from activities.testing import InMemoryBlobs, InMemoryLedger, InMemoryNotices, InMemoryPeople
from definitions.contracts import EffectContract
from tests.activities.house import a_call


class Empty(BaseModel):
    pass


class Told(BaseModel):
    key: str
    tries: int


class Shop:
    """Two actions, and what happened to them."""

    def __init__(self) -> None:
        self.tries = 0
        self.registry = Registry()
        self.registry.action("shop.third_time", repeatable=False)(self.third_time)
        self.registry.action("shop.slow", repeatable=False)(self.slow)

    async def third_time(self, asked: Empty, context: ActionContext) -> Told:
        self.tries += 1
        if self.tries < 3:
            raise NotDone("The shop is closed.", after=0.01)
        return Told(key=context.key, tries=self.tries)

    async def slow(self, asked: Empty, context: ActionContext) -> Told:
        """Longer than Temporal waits for a heartbeat: without the pulse it would be taken for dead."""
        self.tries += 1
        await asyncio.sleep(1.5)
        return Told(key=context.key, tries=self.tries)


@workflow.defn(name="one-effect")
class OneEffect:
    @workflow.run
    async def run(self, activity: str, argument: Any, heartbeat: float) -> Any:
        return await workflow.execute_activity(
            activity,
            argument,
            start_to_close_timeout=timedelta(seconds=30),
            heartbeat_timeout=timedelta(seconds=heartbeat),
            retry_policy=RetryPolicy(maximum_attempts=5),
        )


@pytest.fixture
async def house(temporal_client: Client, task_queue: str, tmp_path: Path) -> AsyncIterator[tuple[Shop, Any]]:
    shop = Shop()
    people = InMemoryPeople(known={"ann": {}})
    resources = Resources(
        InMemoryLedger(), people, Records({}), MailSettings(tmp_path), HttpPolicy(), InMemoryBlobs(), InMemoryNotices()
    )
    effects = assemble(resources, shop.registry)

    async def perform(activity: str, argument: Any, heartbeat: float = 10.0) -> Any:
        given = [activity, argument, heartbeat]
        return await temporal_client.execute_workflow(
            "one-effect", args=given, id=f"test-{uuid.uuid4()}", task_queue=task_queue
        )

    async with Worker(
        temporal_client,
        task_queue=task_queue,
        workflows=[OneEffect],
        activities=effects.activities,
        interceptors=[effects.interceptor],
        workflow_runner=UnsandboxedWorkflowRunner(),
    ):
        yield shop, perform


def cause_of(error: WorkflowFailureError) -> ApplicationError:
    assert isinstance(error.cause, ActivityError)
    assert isinstance(error.cause.cause, ApplicationError)
    return error.cause.cause


async def test_what_was_not_done_is_tried_again_as_soon_as_asked(house: tuple[Shop, Any]) -> None:
    _, perform = house
    assert await perform("shop.third_time", a_call("shop.third_time").to_json()) == {"key": "run-1:pay#1", "tries": 3}


async def test_a_long_effect_beats_by_itself(house: tuple[Shop, Any]) -> None:
    _, perform = house
    call = a_call("shop.slow", contract=EffectContract(heartbeat=0.5, timeout=20).to_json())
    assert (await perform("shop.slow", call.to_json(), heartbeat=0.5))["tries"] == 1


@pytest.mark.parametrize(
    ("activity", "argument", "code"),
    [
        ("shop.nobody_registered", a_call("shop.nobody_registered").to_json(), "action_not_registered"),
        ("shop.third_time", {"not": "a call"}, "malformed_call"),
        ("shop.nobody_registered", 17, "malformed_call"),
        ("email.send", a_call("email.send", input={"to": "x"}).to_json(), "invalid_input"),
    ],
)
async def test_what_cannot_work_fails_at_once(house: tuple[Shop, Any], activity: str, argument: Any, code: str) -> None:
    _, perform = house
    with pytest.raises(WorkflowFailureError) as caught:
        await perform(activity, argument)
    error = cause_of(caught.value)
    assert (error.type, error.non_retryable) == (code, True)


def test_an_undo_that_nobody_registered_is_said_at_the_start(tmp_path: Path) -> None:
    registry = Registry()
    registry.action("shop.once", undo="shop.never")(Shop().third_time)
    resources = Resources(
        InMemoryLedger(),
        InMemoryPeople(),
        Records({}),
        MailSettings(tmp_path),
        HttpPolicy(),
        InMemoryBlobs(),
        InMemoryNotices(),
    )
    with pytest.raises(ValueError, match=r"shop\.never"):
        assemble(resources, registry)
    names = [entry["name"] for entry in assemble(resources, Shop().registry).catalogue]
    assert names == ["email.send", "http.request", "shop.slow", "shop.third_time"]
