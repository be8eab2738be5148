"""Why a run does not move, as `GET /v1/runs/{id}/why` answers it."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict

from api.schemas_out import Out


class WhyReason(BaseModel):
    """One thing that keeps a run where it is. Which members there are depends on the code.

    People: `waiting_for_person`, `waiting_for_confirmation`, `waiting_for_approval`, `attention`, `on_hold`, `saved`,
    `closing` (every step has ended). Time and machines: `timer`, `scheduled`, `waiting_for_outside`,
    `waiting_for_event`, `waiting_for_answer`, `waiting_for_children` (runs it started), `waiting_for_resume`,
    `effect_running`, `retrying`, `errand_queued`, `errand_attention`, `blocked`, `ending`.
    Around it: `not_told` and `command_waits` (taken, not applied), `not_taken_up`, `no_worker`, `action_not_served`,
    `failing_workflow_task`, `temporal_unreachable`, `run_stopped`, `run_vanished`, `out_of_order`; `ended`
    for a run that is over.
    """

    model_config = ConfigDict(extra="allow")

    code: str
    message: str
    step: str | None = None
    execution: str | None = None
    since: str | None = None


class Why(Out):
    """Why a run does not move, what stands in its way first. `temporal`: whether Temporal was asked too."""

    run: str
    status: str
    moving: bool
    temporal: bool
    reasons: list[WhyReason]
