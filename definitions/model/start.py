"""How a run comes to be: who may start it, on which condition, and what starts it by itself."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from definitions.model.base import CollectionName, Condition, Flag, Name, Names, Part, Values, Written
from definitions.model.fields import FormFields


class ManualTrigger(Part):
    """A person starts it."""

    type: Literal["manual"] = "manual"


class OpenedTrigger(Part):
    """Opening a record of one of these work types starts it."""

    type: Literal["opened"] = "opened"
    field: Name = "work_type"
    work_types: Annotated[Names, Field(min_length=1)]


class WebhookTrigger(Part):
    """A signed call from outside starts it."""

    type: Literal["webhook"] = "webhook"


class McpTrigger(Part):
    """It is offered as a tool of Holdfast's own MCP server."""

    type: Literal["mcp"] = "mcp"


class JourneyTrigger(Part):
    """A public form starts it."""

    type: Literal["journey"] = "journey"
    fields: FormFields = ()


class EventTrigger(Part):
    """An event starts it; `as` names whose rights the run acts with."""

    type: Literal["event"] = "event"
    event: Name
    record: Written | None = None
    when: Condition | None = None
    as_: Name | None = Field(default=None, alias="as")


class Over(Part):
    """The records a schedule starts one run each for."""

    collection: CollectionName
    where: Values = Field(default_factory=dict)


class ScheduleTrigger(Part):
    """The clock starts it."""

    type: Literal["schedule"] = "schedule"
    cron: Name
    timezone: Name | None = None
    over: Over | None = None
    as_: Name | None = Field(default=None, alias="as")


Trigger = Annotated[
    ManualTrigger | OpenedTrigger | WebhookTrigger | McpTrigger | JourneyTrigger | EventTrigger | ScheduleTrigger,
    Field(discriminator="type"),
]


class Start(Part):
    """Who may start the run, when it is offered, and what starts it without being asked."""

    roles: Names = ()
    when: Condition | None = None
    triggers: tuple[Trigger, ...] = (ManualTrigger(),)
    one_per_record: Flag = True
    fallback_inbox: Name | None = None
