"""All that can have happened to a run. Past tense, never edited, and the only thing state is made of.

| type | data |
|---|---|
| run_started | definition, version, hash, interpreter, name, record, record_data, inputs, labels, and the rest of
  `advance.started_data` (assignees? of the run as a whole): enough to build the read model from events alone |
| record_read | fields: the record as just read or written |
| step_ready | assignees, before?: a person may act; `before` is the answer of the round it opens again |
| step_started, step_held, step_released | reason?: a person works on it, put it on hold, goes on |
| step_claimed, step_unclaimed | assignees: taken for oneself, given back |
| step_assigned | assignees; step_inboxed: inbox, escalated?, reason? |
| step_amended | output, before, reason?: the answer of a finished step was corrected |
| step_overdue | due: its due date has passed; overdue false: the date was changed |
| step_came_due | the timer fired while the run was saved; it counts when somebody resumes |
| effect_requested | turn, activity, acting, assignees, until?: an activity was asked for |
| effect_late | turn, outcome (done, failed, unknown), detail: an answer nobody waits for any more |
| step_waiting | until |
| step_scheduled | until, assignees?: it begins by itself then, or when somebody says so |
| proposal_requested | turn, activity, acting, what, assignees?: a proposal was asked for |
| proposed | values, confidence, by, explanation?, basis?, usage?, schema_hash?, options?, assignees?, then: what comes
  of it: confirm (a person is asked), act, resume (it is acted on when somebody resumes the run), hold (see attention) |
| proposal_confirmed | values, changed: [names]: exactly these a person wants to be done |
| approval_asked | hash, values, count, by, wait: before it is done others must agree, to just these values |
| approval_given | hash, reason?; approval_refused | hash, reason |
| step_succeeded | ports, done_by, output?, choices?: the machine is done, and a person still presses Done |
| journey_awaited | link, until?: its form is with somebody outside |
| journey_sent | journey, link, to?: a person, or a reminder, sent the link of a form |
| journey_revoked | journey: its link is taken back |
| journey_submitted | journey, output?: a form of the task was answered |
| step_reminded | number: whoever has not answered is reminded |
| event_awaited | until?: it listens for an event, until then |
| event_heard | event: {id, name, data, at}: it happened; noted while the run is saved, else the wait ends by it |
| confirmation_awaited | output, until?: the action ran, and somebody outside is to confirm it |
| step_attention | reason, code, message, errors?: a person is asked |
| step_done | ports, done_by, output?, choices?, trace?, occurred_at?, attention?, bound?, pending?: not run yet; via?,
  journey?: which form |
| children_planned | definition, version?, rows: [{record?, inputs?}], at_once, acting, detach?, alone?, assignees?: the
  child runs of a step, and what each of them is given |
| children_requested | places: [index], turn: these are being started; children_again | acting, turn: a person has those
  started that could not be |
| child_started | index, run, version; child_refused | index, reason, code, message |
| child_told | index, status: open, attention, completed, aborted; outcome?, reason?, reasons?, text?, outputs? |
| step_skipped | reason? |
| step_not_taken | because: dead, guard, purpose, ended, closed, aborted, migrated |
| step_revised | reason?, loops?: somebody went back to this round; loops that count anew |
| step_cancelled | because: revised, sent_back, migrated |
| sent_back | to, option, round, behind: [executions]: a decision sent the run back |
| side_queued, side_requested | kind, name, title, activity, of?, acting, turn, input: an errand beside the steps |
| side_done | output; side_attention | reason, code, message, errors?; side_given_up | reason? |
| due_changed | target, due, fixed: a due date was computed, set by a person, or unset |
| note_added | text, note: its id |
| task_added | task: {step, after, before}: a task for this run only |
| run_yielded | rest: steps still to be looked at; run_went_on |
| run_assigned | assignees |
| run_waiting | for: what keeps a run open whose steps are all finished |
| run_saved | reason?; run_resumed | from; run_taken_over | from |
| run_handed_over | the final step's answers hold |
| run_ending | status, undo, and what the closing says: side effects are taken back first |
| run_completed | outcome?, reason?, reasons?, text?, early? |
| run_aborted | reasons, text |
| run_reopened | again: [executions] that were given up by its end |
| run_migrated | version, hash, from, map, open: steps to be opened whatever their edges say |
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
    STEP_STARTED = "step_started"
    STEP_HELD = "step_held"
    STEP_RELEASED = "step_released"
    STEP_CLAIMED = "step_claimed"
    STEP_UNCLAIMED = "step_unclaimed"
    STEP_ASSIGNED = "step_assigned"
    STEP_INBOXED = "step_inboxed"
    STEP_AMENDED = "step_amended"
    STEP_OVERDUE = "step_overdue"
    STEP_CAME_DUE = "step_came_due"
    EFFECT_REQUESTED = "effect_requested"
    EFFECT_LATE = "effect_late"
    STEP_WAITING = "step_waiting"
    STEP_SCHEDULED = "step_scheduled"
    PROPOSAL_REQUESTED = "proposal_requested"
    PROPOSED = "proposed"
    PROPOSAL_CONFIRMED = "proposal_confirmed"
    APPROVAL_ASKED = "approval_asked"
    APPROVAL_GIVEN = "approval_given"
    APPROVAL_REFUSED = "approval_refused"
    STEP_SUCCEEDED = "step_succeeded"
    JOURNEY_AWAITED = "journey_awaited"
    JOURNEY_SENT = "journey_sent"
    JOURNEY_REVOKED = "journey_revoked"
    JOURNEY_SUBMITTED = "journey_submitted"
    STEP_REMINDED = "step_reminded"
    EVENT_AWAITED = "event_awaited"
    EVENT_HEARD = "event_heard"
    CONFIRMATION_AWAITED = "confirmation_awaited"
    STEP_ATTENTION = "step_attention"
    STEP_DONE = "step_done"
    STEP_SKIPPED = "step_skipped"
    STEP_NOT_TAKEN = "step_not_taken"
    CHILDREN_PLANNED = "children_planned"
    CHILDREN_REQUESTED = "children_requested"
    CHILDREN_AGAIN = "children_again"
    CHILD_STARTED = "child_started"
    CHILD_REFUSED = "child_refused"
    CHILD_TOLD = "child_told"
    STEP_REVISED = "step_revised"
    STEP_CANCELLED = "step_cancelled"
    SENT_BACK = "sent_back"
    SIDE_QUEUED = "side_queued"
    SIDE_REQUESTED = "side_requested"
    SIDE_DONE = "side_done"
    SIDE_ATTENTION = "side_attention"
    SIDE_GIVEN_UP = "side_given_up"
    DUE_CHANGED = "due_changed"
    NOTE_ADDED = "note_added"
    TASK_ADDED = "task_added"
    RUN_YIELDED = "run_yielded"
    RUN_WENT_ON = "run_went_on"
    RUN_ASSIGNED = "run_assigned"
    RUN_WAITING = "run_waiting"
    RUN_SAVED = "run_saved"
    RUN_RESUMED = "run_resumed"
    RUN_TAKEN_OVER = "run_taken_over"
    RUN_HANDED_OVER = "run_handed_over"
    RUN_ENDING = "run_ending"
    RUN_COMPLETED = "run_completed"
    RUN_ABORTED = "run_aborted"
    RUN_REOPENED = "run_reopened"
    RUN_MIGRATED = "run_migrated"
    COMMAND_REFUSED = "command_refused"
