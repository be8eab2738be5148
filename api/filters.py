"""What work lists and run lists can be filtered by: query parameters of the lists, and what a saved view keeps.

A filter that is not given does not filter. Where a filter takes several values, one of them is enough; different
filters must all hold.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal, get_args

from pydantic import AfterValidator, BaseModel, ConfigDict, Field
from pydantic_core import PydanticCustomError

from api.paging import WORDS
from api.schemas import Instant
from definitions.engine.state import StepStatus

RunStatus = Literal["running", "waiting", "saved", "completed", "aborted"]
RUN_STATUSES: tuple[RunStatus, ...] = get_args(RunStatus)
TaskSort = Literal["due", "title", "entered"]
RunSort = Literal["-started_at", "started_at"]


def _of_a_step(value: str) -> str:
    """A status that steps have; another would silently leave nothing."""
    if value not in tuple(StepStatus):
        raise PydanticCustomError(
            "not_an_option", "No step has this status. Give {known}.", {"known": ", ".join(StepStatus)}
        )
    return value


Status = Annotated[str, Field(max_length=20), AfterValidator(_of_a_step)]
Text = Annotated[str, Field(max_length=255)]
Several = Annotated[list[Text], Field(max_length=50)]
Person = Annotated[Text | None, Field(description="`me`, or the id of a person.")]
Teams = Annotated[Several | None, Field(description="A team; several are joined, each task or run once.")]
Record = Annotated[str | None, Field(max_length=401, description="`source.collection/id`, or an id.")]


class Filters(BaseModel):
    """The base of both; an unknown name is refused in a view, and passed over in a query."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    def given(self) -> dict[str, Any]:
        """Only what filters, as JSON: what a view keeps."""
        return self.model_dump(mode="json", exclude_none=True, exclude_defaults=True)


class TaskFilters(Filters):
    """Filters of `GET /v1/tasks`."""

    assignee: Person = None
    team: Teams = None
    status: Annotated[list[Status] | None, Field(max_length=20)] = None
    definition: Annotated[str | None, Field(max_length=100)] = None
    record: Record = None
    overdue: Annotated[bool | None, Field(description="Whether the due date has passed.")] = None
    manual: Annotated[
        bool | None,
        Field(description="true: steps that people do. false: automatic steps, running, waiting or in attention."),
    ] = None
    current_only: Annotated[
        bool, Field(description="Only what can be done now: the run is open and not saved, the step not blocked.")
    ] = False
    q: Annotated[
        str | None, Field(max_length=200, description=f"{WORDS} the title, the run's name or the record's id.")
    ] = None
    sort: TaskSort = "due"


class RunFilters(Filters):
    """Filters of `GET /v1/runs`."""

    status: Annotated[list[RunStatus] | None, Field(max_length=20)] = None
    definition: Annotated[str | None, Field(max_length=100)] = None
    record: Record = None
    assignee: Annotated[Text | None, Field(description="Has an open step of this person, `me` or an id.")] = None
    team: Annotated[Several | None, Field(description="Has an open step of this team, or of one of these.")] = None
    holder: Annotated[Text | None, Field(description="Who holds the run, `me` or an id.")] = None
    label: Annotated[str | None, Field(max_length=200)] = None
    attention: bool | None = None
    saved: bool | None = None
    engine: Annotated[bool | None, Field(description="Whether something is wrong with the run in Temporal.")] = None
    started_after: Instant | None = None
    q: Annotated[
        str | None, Field(max_length=200, description=f"{WORDS} the run's name or the record's id; or a run's id.")
    ] = None
    sort: Annotated[RunSort, Field(description="A minus sign: newest first.")] = "-started_at"


class Paged(BaseModel):
    """The page that is asked for."""

    limit: Annotated[int, Field(ge=1, le=200, description="How many at most.")] = 50
    cursor: Annotated[str | None, Field(max_length=1000, description="The `next` of the page before.")] = None


class TasksAsked(TaskFilters, Paged):
    """The query of `GET /v1/tasks`."""

    model_config = ConfigDict(extra="ignore", frozen=True)


class RunsAsked(RunFilters, Paged):
    """The query of `GET /v1/runs`."""

    model_config = ConfigDict(extra="ignore", frozen=True)


def me(person: str | None, caller: str) -> str | None:
    """The id that `me` stands for."""
    return caller if person == "me" else person
