"""What a worker's effects work with, handed in at its start; and the activities, interceptor and catalogue made of it.

Nothing here is found through the process: two workers in one test have two sets of everything.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from activities.ai import Model, Proposer, propose_activity
from activities.children import family_activities
from activities.data import data_activities
from activities.demo import SOURCE as DEMO
from activities.demo import register_demo
from activities.fire import fire_activity
from activities.http import HttpPolicy, register_http
from activities.interceptor import EffectInterceptor, unregistered
from activities.invite import invite_activity
from activities.links import Links
from activities.listen import listen_activity
from activities.mail import MailSettings, register_mail
from activities.mcp.call import mcp_activity
from activities.mcp.catalogue import Catalogue
from activities.mcp.reach import Mcp
from activities.notify import notify_activity
from activities.ports import Blobs, Firing, Ledger, Listening, Notices, People, Runs
from activities.record import record_activity
from activities.records import Records
from activities.registry import Action, Registry
from activities.secrets import Secrets
from activities.starting import register_starting


@dataclass(frozen=True, slots=True)
class Resources:
    """The store's three ports, the records, the two ways out of the house, and where large values go.

    `model` is there where one is set up, `mcp` where tools of MCP servers may be called; `links` makes those by which
    somebody outside confirms, or fills in a form; `secrets` are what requests may send by name.
    """

    ledger: Ledger
    people: People
    records: Records
    mail: MailSettings
    http: HttpPolicy
    blobs: Blobs
    notices: Notices
    model: Model | None = None
    mcp: Mcp | None = None
    links: Links | None = None
    secrets: Secrets | None = None
    runs: Runs | None = None
    listening: Listening | None = None
    firing: Firing | None = None


@dataclass(frozen=True, slots=True)
class Effects:
    """What the worker needs: activities to register, the interceptor around them, the catalogue to announce.

    `elsewhere`: by task queue, the activities that are done from one of their own; `activities` has them too, for runs
    that were started before they moved there.
    """

    activities: list[Callable[..., Any]]
    interceptor: EffectInterceptor
    catalogue: list[dict[str, Any]]
    elsewhere: dict[str, list[Callable[..., Any]]] = field(default_factory=dict)


def assemble(resources: Resources, *registries: Registry, queue_of: Callable[[Action], str] | None = None) -> Effects:
    """The built-in effects and those of the given registries (of developers' modules).

    `queue_of` says which task queue an action is done from, where that is not as it was declared. Raises ValueError
    when a name is taken twice, or an `undo` names an action that nobody registered.
    """
    registry = builtin_actions(resources)
    for other in registries:
        registry.include(other)
    for entry in registry.actions.values():
        if entry.undo is not None and entry.undo not in registry.actions:
            raise ValueError(f"{entry.name} is undone by {entry.undo!r}, which is not registered")
        if entry.reconcile is not None and entry.reconcile not in registry.actions:
            raise ValueError(f"{entry.name} is looked after by {entry.reconcile!r}, which is not registered")
    registry = registry.placed(queue_of) if queue_of else registry
    tools = Catalogue(resources.mcp.servers) if resources.mcp else None
    activities = [
        record_activity(resources.ledger),
        *data_activities(resources.records, resources.people),
        notify_activity(resources.notices),
        propose_activity(Proposer(resources.people, resources.blobs, tools, resources.model)),
        *([invite_activity(resources.links.kept, resources.mail, resources.links.url)] if resources.links else []),
        *([listen_activity(resources.listening)] if resources.listening else []),
        *([fire_activity(resources.firing)] if resources.firing else []),
        *([mcp_activity(resources.mcp.servers, resources.people, resources.mcp.reach)] if resources.mcp else []),
        *(family_activities(resources.runs) if resources.runs else []),
        *registry.activities(),
        unregistered,
    ]
    gate = (resources.ledger, resources.people, resources.blobs, resources.links, resources.secrets)
    interceptor = EffectInterceptor(*gate)
    elsewhere = {queue: [*of.activities(), unregistered] for queue, of in registry.queues().items()}
    return Effects(activities, interceptor, registry.catalogue(), elsewhere)


def builtin_actions(resources: Resources) -> Registry:
    """The actions that are there from the start; those of the demo where its source is configured."""
    registry = Registry()
    register_http(registry, resources.http)
    register_mail(registry, resources.mail)
    if resources.runs is not None:
        register_starting(registry, resources.runs)
    if any(source["id"] == DEMO for source in resources.records.sources()):
        register_demo(registry, resources.records)
    return registry
