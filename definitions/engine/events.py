"""All that can have happened to a run. Past tense, never edited, and the only thing state is made of.

| type | data |
|---|---|
| run_started | definition, version, hash, interpreter, name, record, record_data, inputs, labels, and the rest of
  `advance.started_data`: enough to build the read model from events alone |
| record_read | fields: the record as just read or written |
| step_ready | assignees: a person may act |
| effect_requested | turn, activity, acting, assignees: an activity was asked for |
| effect_late | turn, outcome (done, failed, unknown), detail: an answer nobody waits for any more |
| step_waiting | until |
| step_attention | reason, code, message, errors?: a person is asked |
| step_done | ports, done_by, output?, choices?, trace?, occurred_at?, attention? |
| step_skipped | reason? |
| step_not_taken | because: dead, guard, purpose, ended, closed, aborted |
| run_waiting | for: what keeps a run open whose steps are all finished |
| run_completed | outcome?, reason?, reasons?, text?, early? |
| run_aborted | reasons, text |
| command_refused | code, message, status, type, and what the refusal carries |

`actor` and `command` stand on the events that a person's command is itself the cause of; what follows from those in the
same turn carries neither.
"""

from __future__ import annotations

from enum import StrEnum


class EventType(StrEnum):
    """The closed list of facts. `evolve` and the table above cover each of them; a test compares."""

    RUN_STARTED = "run_started"
    RECORD_READ = "record_read"
    STEP_READY = "step_ready"
    EFFECT_REQUESTED = "effect_requested"
    EFFECT_LATE = "effect_late"
    STEP_WAITING = "step_waiting"
    STEP_ATTENTION = "step_attention"
    STEP_DONE = "step_done"
    STEP_SKIPPED = "step_skipped"
    STEP_NOT_TAKEN = "step_not_taken"
    RUN_WAITING = "run_waiting"
    RUN_COMPLETED = "run_completed"
    RUN_ABORTED = "run_aborted"
    COMMAND_REFUSED = "command_refused"
