"""Which actions a worker of this process has: those of the modules it is told to import, and of installed packages.

A package offers its actions by an entry point of the group `holdfast.actions`, which names a module whose `@action`
functions register by themselves, or a `Registry` of its own:

    [project.entry-points."holdfast.actions"]
    shop = "shop.actions"
"""

from __future__ import annotations

import importlib
import sys
from collections.abc import Sequence
from importlib.metadata import EntryPoint, entry_points
from pathlib import Path
from types import ModuleType

from activities import Registry, default_registry

GROUP = "holdfast.actions"


class CannotOffer(Exception):
    """A module or package whose actions cannot be had; the message names it and says why."""


def registry_of(modules: Sequence[str] = (), queue: str = "") -> Registry:
    """The actions of these modules and of every installed package. Raises CannotOffer.

    `queue` becomes the task queue of those that the modules register and that declare none.
    """
    if modules and (here := str(Path.cwd())) not in sys.path:  # where a developer's module lies, mostly
        sys.path.insert(0, here)
    for module in modules:
        _imported(module)
    ours = set(default_registry.actions)
    registry = Registry()
    others = [found for each in packages() if (found := _offer(each)) is not None]
    for other in (default_registry, *{id(each): each for each in others}.values()):
        try:
            registry.include(other)
        except ValueError as error:
            raise CannotOffer(f"two packages offer the same: {error}") from None
    if not queue:
        return registry
    return registry.placed(lambda each: each.contract.queue or (queue if each.name in ours else ""))


def packages() -> list[EntryPoint]:
    """The entry points of installed packages that offer actions, by name."""
    return sorted(entry_points(group=GROUP), key=lambda each: (each.name, each.value))


def _imported(module: str) -> None:
    try:
        importlib.import_module(module)
    except Exception as error:
        raise CannotOffer(f"--import {module}: {_said(error)}") from error


def _offer(entry: EntryPoint) -> Registry | None:
    """The registry that a package names; None where it names a module, which has registered by being imported."""
    package = entry.dist.name if entry.dist else "a package"
    try:
        found = entry.load()
    except Exception as error:
        raise CannotOffer(f"the actions {entry.name!r} of {package} ({entry.value}): {_said(error)}") from error
    if isinstance(found, ModuleType) or found is default_registry:
        return None
    if not isinstance(found, Registry):
        kind = type(found).__name__
        raise CannotOffer(f"the actions {entry.name!r} of {package} ({entry.value}): a {kind}, not a Registry")
    return found


def _said(error: BaseException) -> str:
    return f"{type(error).__name__}: {error}"
