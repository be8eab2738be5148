"""Effects: what a run does to the world, one file each, and the registry that developers extend.

    from activities import action

    @action("shop.ship", title="Ship the parcel")
    async def ship(order: Order) -> Parcel: ...

`holdfast worker --import my_module` makes it an activity type that definitions may name.
"""

from __future__ import annotations

from activities.errors import ActionError, NotDone, Retryable
from activities.registry import ActionContext, Found, Look, Registry

default_registry = Registry()
"""Where the module-level `action` registers; the worker includes it in the registry it builds."""

action = default_registry.action

__all__ = [
    "ActionContext",
    "ActionError",
    "Found",
    "Look",
    "NotDone",
    "Registry",
    "Retryable",
    "action",
    "default_registry",
]
