"""Steps that a machine does: actions, tools of an MCP server, models."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from definitions.model.base import ActionName, Condition, Name, Names, Part, Text, Value, Values
from definitions.model.common import BaseStep
from definitions.model.fields import FormFields


class Confirm(Part):
    """The step waits, after its action ran, until an outside confirmation arrives."""

    expires: Name | None = None
    remind: Value = None


class ActionStep(BaseStep):
    """Runs a registered action."""

    kind: Literal["action"] = "action"
    action: ActionName
    with_: Values = Field(default_factory=dict, alias="with")
    instruction: Text | None = None
    confirm: Confirm | None = None


class McpStep(BaseStep):
    """Calls a pinned tool of one MCP server, or lets AI pick one of those allowed."""

    kind: Literal["mcp"] = "mcp"
    server: Name
    tools: Names = ()
    tool: Name | None = None
    with_: Values = Field(default_factory=dict, alias="with")
    instruction: Text | None = None


class AiStep(BaseStep):
    """A model call with a typed answer."""

    kind: Literal["ai"] = "ai"
    instruction: Text
    output: FormFields = ()
    model: Name | None = None
    sees: Names = ()
    hold_when: Condition | None = None
