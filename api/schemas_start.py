"""What a start asks for, before there is a run, as it goes out."""

from __future__ import annotations

from api.schemas_out import Out
from api.schemas_runs import Form, RunSummary


class StepName(Out):
    """A step by its id and title."""

    id: str
    title: str


class StartForm(Out):
    """What a start asks for. `record`: the collection it works on. `offered`: whether `start.when` holds now.

    `open` is the run that stands on the record already, where there may be one; `steps` those that may be assigned.
    """

    definition: str
    version: int
    name: str
    description: str | None
    record: str | None
    offered: bool
    open: RunSummary | None
    purposes: list[str]
    steps: list[StepName]
    form: Form
