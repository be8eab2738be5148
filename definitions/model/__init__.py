"""The whole language as types: what LANGUAGE.md describes, one file per group of kinds.

Attribute names are the keys of the document; where a key is a word of Python it has an underscore (`with_`, `from_`,
`for_`, `in_`, `as_`, `self_`). Values that may be expressions stay as written: nothing is computed here.
"""

from definitions.model.base import Part
from definitions.model.common import (
    Approval,
    Assign,
    Audience,
    AudienceView,
    Automation,
    BaseStep,
    Due,
    OnOverdue,
    Retry,
    Schedule,
    UndoAction,
)
from definitions.model.decisions import DecisionStep, Option
from definitions.model.document import KINDS, LANGUAGE_VERSION, AnyStep, ClosingReasons, Document, Phase, Step, Sync
from definitions.model.fields import FIELD_TYPES, FieldType, FormField
from definitions.model.flow import EndStep, EventWait, WaitStep, WorkflowStep
from definitions.model.machines import ActionStep, AiStep, Confirm, McpStep
from definitions.model.parse import parse
from definitions.model.people import Draft, EscalateStep, Journey, JourneyStep, TaskStep
from definitions.model.records import GetDataStep, LoadRelatedStep, UpdateDataStep
from definitions.model.start import (
    EventTrigger,
    JourneyTrigger,
    ManualTrigger,
    McpTrigger,
    OpenedTrigger,
    Over,
    ScheduleTrigger,
    Start,
    Trigger,
    WebhookTrigger,
)

__all__ = [
    "FIELD_TYPES",
    "KINDS",
    "LANGUAGE_VERSION",
    "ActionStep",
    "AiStep",
    "AnyStep",
    "Approval",
    "Assign",
    "Audience",
    "AudienceView",
    "Automation",
    "BaseStep",
    "ClosingReasons",
    "Confirm",
    "DecisionStep",
    "Document",
    "Draft",
    "Due",
    "EndStep",
    "EscalateStep",
    "EventTrigger",
    "EventWait",
    "FieldType",
    "FormField",
    "GetDataStep",
    "Journey",
    "JourneyStep",
    "JourneyTrigger",
    "LoadRelatedStep",
    "ManualTrigger",
    "McpStep",
    "McpTrigger",
    "OnOverdue",
    "OpenedTrigger",
    "Option",
    "Over",
    "Part",
    "Phase",
    "Retry",
    "Schedule",
    "ScheduleTrigger",
    "Start",
    "Step",
    "Sync",
    "TaskStep",
    "Trigger",
    "UndoAction",
    "UpdateDataStep",
    "WaitStep",
    "WebhookTrigger",
    "WorkflowStep",
    "parse",
]
