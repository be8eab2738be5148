"""One table, one function: what each built-in role may do, and that nothing is allowed that nobody granted."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.permissions import (
    COMMAND_OPERATIONS,
    OPERATIONS,
    Decision,
    Reach,
    Subject,
    Who,
    decide,
    reaches,
    unknown_grants,
)
from api.store.roles import BUILT_IN_ROLES
from definitions.wire import COMMAND_SIGNALS

ROLES = {role.id: role for role in BUILT_IN_ROLES}
OURS = Subject(teams=("ops", "legal"), owner="somebody")
THEIRS = Subject(teams=("compliance",), owner="somebody")


def person(*roles: str, teams: tuple[str, ...] = ("ops",), deny: tuple[str, ...] = ()) -> Who:
    grants = tuple(grant for role in roles for grant in ROLES[role].grants)
    return Who("me", roles, teams, grants, deny)


def test_every_command_type_has_an_operation_of_the_table() -> None:
    assert set(COMMAND_OPERATIONS) == set(COMMAND_SIGNALS)
    assert set(COMMAND_OPERATIONS.values()) <= set(OPERATIONS)


def test_the_table_is_sound() -> None:
    assert all(operation.name == name for name, operation in OPERATIONS.items())
    assert {operation.sees for operation in OPERATIONS.values()} - {None} <= set(OPERATIONS)
    assert [name for name, operation in OPERATIONS.items() if operation.public] == [
        "health",
        "session",
        "setup",
        "hook.call",
        "mail.stop",
        "calendar.read",
        "confirmation.give",
        "link.use",
    ]


def test_every_grant_of_a_built_in_role_grants_something() -> None:
    assert [unknown_grants((*role.grants, *role.deny)) for role in BUILT_IN_ROLES] == [()] * len(ROLES)
    assert unknown_grants(["run.vew", "run.view.al", "definition.*.all"]) == ("run.vew", "run.view.al")


# Who may do what to something of an own team. Everything that is not in a role's line is forbidden to it.
READS = {"run.view", "definition.view", "actions.view", "source.view", "people.view", "inbox.view"}
EVERYONE = {name for name, operation in OPERATIONS.items() if operation.everyone or operation.public}
WORKS = READS | {
    "source.read", "run.start", "event.send", "run.save", "approve", "file.upload",
    "task.act", "task.assign", "task.date", "task.add", "task.note", "inbox.next",
}  # fmt: skip
DEFINES = {name for name in OPERATIONS if name.startswith("definition.")}
CLOSES = {"run.abort", "run.close", "run.reopen", "run.migrate", "run.verify"}
ALLOWED = {
    "viewer": READS,
    "operator": WORKS | {"run.abort", "run.close"},
    "compliance-officer": WORKS | {"audit.read"},
    "lead": WORKS
    | CLOSES
    | {
        "run.revise",
        "task.amend",
        "definition.validate",
        "audit.read",
        "analytics.view",
        "inbox.figures",
        "team.members",
    },
    "designer": READS | DEFINES | {"secret.view"},
    "auditor": READS
    | {"source.read", "audit.read", "run.verify", "analytics.view", "secret.view", "codec.use", "webhook.view"},
    "admin": READS
    | DEFINES
    | CLOSES
    | {
        "audit.read",
        "event.send",
        "people.manage",
        "team.members",
        "secret.view",
        "secret.manage",
        "policy.manage",
        "token.manage",
        "register.manage",
        "mcp.manage",
        "webhook.view",
        "webhook.manage",
        "analytics.view",
        "inbox.figures",
    },
}


@pytest.mark.parametrize("role", sorted(ROLES))
def test_what_each_role_may_do_to_what_its_team_shares(role: str) -> None:
    allowed = {name for name in OPERATIONS if decide(person(role), name, OURS) is Decision.ALLOW}
    assert allowed == ALLOWED[role] | EVERYONE


@pytest.mark.parametrize("role", sorted(ROLES))
def test_what_another_team_has_does_not_exist_but_for_those_who_see_all(role: str) -> None:
    sees_all = role in ("admin", "auditor")
    for name, operation in OPERATIONS.items():
        if operation.sees in ("run.view", "definition.view") or operation.hides:
            want = decide(person(role), name, OURS) if sees_all else Decision.HIDE
            assert decide(person(role), name, THEIRS) is want, name


def test_the_story_of_the_contract() -> None:
    """API.md's people: who may not see gets 404, who may not do gets 403."""
    secret = Subject(teams=("compliance",), owner="cy", roles=("compliance-officer",))
    ann, cy = person("operator"), person("operator", "compliance-officer", teams=("compliance",))
    oda = person("auditor", teams=())
    assert decide(ann, "run.start", secret) is Decision.HIDE
    assert decide(ann, "task.act", secret) is Decision.HIDE
    assert decide(cy, "run.start", secret) is Decision.ALLOW
    assert decide(oda, "run.view", secret) is Decision.ALLOW
    assert decide(oda, "task.act", secret) is Decision.FORBID


def test_a_step_asks_for_a_role_of_its_own() -> None:
    step = Subject(teams=("ops",), roles=("lead",))
    assert decide(person("operator"), "task.act", step) is Decision.FORBID
    assert decide(person("operator"), "task.note", step) is Decision.ALLOW
    assert decide(person("lead"), "task.act", step) is Decision.ALLOW


def test_an_operator_takes_back_only_what_was_one_s_own() -> None:
    mine = Subject(teams=("ops",), owner="me")
    assert decide(person("operator"), "run.revise", mine) is Decision.ALLOW
    assert decide(person("operator"), "run.revise", OURS) is Decision.FORBID
    assert decide(person("operator"), "run.revise", Subject(teams=("legal",), owner="me")) is Decision.HIDE
    assert decide(person("lead"), "run.revise", OURS) is Decision.ALLOW


def test_act_if_assigned() -> None:
    who = Who("me", (), ("ops",), ("run.view", "task.act.assigned"))
    assert decide(who, "task.act", Subject(users=("me", "you"))) is Decision.ALLOW
    assert decide(who, "task.act", Subject(assigned_teams=("ops",))) is Decision.ALLOW
    assert decide(who, "task.act", Subject(users=("you",), assigned_teams=("legal",))) is Decision.FORBID


def test_deny_wins_whatever_grants() -> None:
    assert decide(person("admin", "lead", deny=("run.abort",)), "run.abort", OURS) is Decision.FORBID
    assert decide(person("admin", deny=("run.*",)), "run.view", OURS) is Decision.HIDE
    assert decide(person("operator", deny=("me.view",)), "me.view") is Decision.FORBID
    narrowed = person("admin", "operator", deny=("run.view.all",))
    assert reaches(narrowed, "run.view") == {Reach.TEAM}
    assert decide(narrowed, "run.view", THEIRS) is Decision.HIDE


def test_a_token_may_what_it_was_made_for_and_never_more_than_its_owner() -> None:
    lead = person("lead")
    narrow = replace(lead, only=("run.view", "task.*"))
    for name, operation in OPERATIONS.items():
        asked = decide(narrow, name, OURS)
        named = operation.public or name in ("me.view", "run.view") or name.startswith("task.")
        assert (asked is Decision.ALLOW) == (named and decide(lead, name, OURS) is Decision.ALLOW), name
    assert decide(replace(lead, only=("task.*",)), "task.act", OURS) is Decision.HIDE, "what is not seen"
    assert decide(replace(person("viewer"), only=("*",)), "task.act", OURS) is Decision.FORBID
    assert decide(replace(lead, only=()), "run.view", OURS) is Decision.HIDE


def test_nobody_and_nothing_known() -> None:
    nobody, roleless = None, Who("me", teams=("ops",))
    for name, operation in OPERATIONS.items():
        assert (decide(nobody, name, OURS) is Decision.ALLOW) == operation.public
        assert (decide(roleless, name, OURS) is Decision.ALLOW) == (operation.public or operation.everyone)
    assert decide(person("admin"), "no.such.operation") is Decision.FORBID
    assert decide(roleless, "run.view") is Decision.HIDE
    assert decide(roleless, "people.view") is Decision.FORBID


names = st.sampled_from(sorted(OPERATIONS))
patterns = st.builds(
    lambda head, tail: head + tail,
    names | st.sampled_from(["*", "run.*", "task.*", "*.view", "definition.*"]),
    st.sampled_from(["", "", ".all", ".own", ".assigned", ".team"]),
)
teams = st.lists(st.sampled_from(["ops", "legal", "compliance"]), unique=True).map(tuple)
subjects = st.builds(
    Subject, teams=teams, owner=st.sampled_from([None, "me", "you"]), users=st.sampled_from([(), ("me",), ("you",)])
)
people = st.builds(
    Who, id=st.just("me"), teams=teams, grants=st.lists(patterns, max_size=4).map(tuple),
    deny=st.lists(patterns, max_size=2).map(tuple),
)  # fmt: skip


@given(people, names, subjects, patterns)
def test_a_grant_never_takes_away_and_a_denial_never_gives(who: Who, name: str, subject: Subject, pattern: str) -> None:
    before = decide(who, name, subject)
    more = decide(Who("me", (), who.teams, (*who.grants, pattern), who.deny), name, subject)
    less = decide(Who("me", (), who.teams, who.grants, (*who.deny, pattern)), name, subject)
    order = [Decision.HIDE, Decision.FORBID, Decision.ALLOW]
    assert order.index(more) >= order.index(before) >= order.index(less)


@given(people, names, subjects)
def test_what_is_allowed_is_seen(who: Who, name: str, subject: Subject) -> None:
    sees = OPERATIONS[name].sees
    if sees and decide(who, name, subject) is Decision.ALLOW:
        assert decide(who, sees, subject) is Decision.ALLOW


@given(people, subjects)
def test_another_team_s_things_need_a_reach_of_all(who: Who, subject: Subject) -> None:
    foreign = bool(subject.teams) and not set(subject.teams) & set(who.teams)
    if foreign and Reach.ALL not in reaches(who, "run.view"):
        assert decide(who, "run.view", subject) is Decision.HIDE
