"""Definitions, what is found in them, and the catalogue, as they go out."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict

from api.schemas_out import Out
from api.schemas_triggers import Hook


class Finding(BaseModel):
    """Something wrong in a document."""

    code: str
    path: str
    message: str
    hint: str
    severity: str = "error"


class Checked(Out):
    """What the checks say of a document."""

    valid: bool
    findings: list[Finding]
    warnings: list[Finding]


class DraftSaved(Out):
    """A draft as it was saved. `draft_etag` goes into `If-Match` of the next change."""

    key: str
    draft_etag: str
    findings: list[Finding]
    warnings: list[Finding]


class PublishedVersion(Out):
    """An immutable version. `hooks` are those that were made for it, with their secrets."""

    key: str
    version: int
    hash: str
    warnings: list[Finding] = []
    hooks: list[Hook] = []


class VersionSummary(Out):
    """A version as lists show it."""

    key: str
    version: int
    hash: str
    published_by: str
    published_at: str


class VersionDetail(VersionSummary):
    """A version with its document as it was given."""

    document: dict[str, Any]


class DefinitionSummary(Out):
    """A definition as lists show it. `version` 0: never published. `draft` says whether there is one."""

    key: str
    name: str
    record: str | None
    teams: list[str]
    version: int
    draft: bool
    archived: bool


class DefinitionDetail(DefinitionSummary):
    """A definition with its newest published document, and its draft for those who may edit it.

    `draft_by` is who saved the draft last, `draft_at` when.
    """

    document: dict[str, Any] | None
    draft_document: dict[str, Any] | None
    draft_etag: str | None
    draft_by: str | None
    draft_at: str | None


class Change(Out):
    """One difference between two versions."""

    path: str
    change: Literal["added", "removed", "changed"]
    before: Any
    after: Any


class Export(Out):
    """Definitions, and by name what they need to be there."""

    holdfast: Literal[1]
    definitions: list[dict[str, Any]]
    needs: dict[str, list[str]]


class Import(Out):
    """Under which key each definition stands now."""

    map: dict[str, str]


class Snippet(Out):
    """Ready steps: to be put into `steps` one after the other; their ids must be free in the definition."""

    id: str
    name: str
    description: str
    group: Literal["order", "work", "forms", "finish", "time"]
    steps: list[dict[str, Any]]


class Template(Out):
    """A definition to begin with."""

    id: str
    name: str
    description: str | None
    document: dict[str, Any]


class StepKind(Out):
    """A kind of step with the JSON Schema of its keys; `available`: whether this release runs it."""

    kind: str
    title: str
    available: bool
    json_schema: dict[str, Any]


class ServedBy(BaseModel):
    """A live worker: `name` is its process, `queue` the task queue it does the action from, `seen` its last word."""

    id: str
    name: str
    queue: str
    build_id: str
    seen: str


class Action(BaseModel):
    """A registered action with its JSON Schemas, and the workers that serve it now; none: `served` is false."""

    model_config = ConfigDict(extra="allow")

    name: str
    title: str
    input: dict[str, Any]
    output: dict[str, Any]
    served: bool
    workers: list[ServedBy]
