"""What the engine's own tables say, read from where the engine reads it. Nothing here is a list of its own."""

from __future__ import annotations

import ast
import inspect
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, get_args

import definitions.engine
from api.yaml_text import parse_yaml
from definitions.catalog import template_text
from definitions.checks.edges import PORTS
from definitions.engine import commands, messages, state
from definitions.engine.events import EventType
from definitions.engine.evolve import FOLDS
from definitions.engine.graph import Graph
from definitions.engine.judge import COMMAND_KEYS
from definitions.wire import COMMAND_SIGNALS

ENGINE = Path(definitions.engine.__file__).parent
NEW = "(none)"
"""The name in a drawing of what a table calls None: nothing is there yet."""


def moves() -> dict[str, dict[str, tuple[str, ...]]]:
    """Every table of legal moves of the engine, by its name (`LEGAL`, …): state -> the states it may become."""
    tables = {name: value for name, value in vars(state).items() if name.endswith("LEGAL") and isinstance(value, dict)}
    return {
        name: {_name(source): tuple(_name(target) for target in targets) for source, targets in table.items()}
        for name, table in sorted(tables.items())
    }


def _name(status: Any) -> str:
    return NEW if status is None else str(status)


def told() -> tuple[str, ...]:
    """What a run can be told: the members of `messages.Message`."""
    return tuple(each.__name__ for each in get_args(messages.Message))


def asked() -> tuple[str, ...]:
    """What the engine can ask for: the members of `commands.Command`."""
    return tuple(each.__name__ for each in get_args(commands.Command))


def stages() -> tuple[str, ...]:
    """What follows from every message, in its order: the calls that `advance` makes after it took the message."""
    tree = ast.parse((ENGINE / "advance.py").read_text(encoding="utf-8"))
    functions = {node.name: node for node in tree.body if isinstance(node, ast.FunctionDef)}
    taken = functions["advance"].body
    after = [each for statement in taken[_match(taken) + 1 :] for each in _calls(statement)]
    flat = [inner for name in after for inner in (_called(functions[name]) if name in functions else [name])]
    return tuple(name for name in flat if name.islower())


def explained() -> Iterator[tuple[str, str]]:
    """Every stage with the first paragraph of what its function says of itself."""
    functions = vars(sys.modules[f"{definitions.engine.__name__}.advance"])
    for name in stages():
        words = inspect.getdoc(functions[name]) or ""
        yield name, " ".join(words.partition("\n\n")[0].split()).replace("|", "\\|")


def _match(statements: list[ast.stmt]) -> int:
    return next(place for place, each in enumerate(statements) if isinstance(each, ast.Match))


def _called(function: ast.FunctionDef) -> list[str]:
    return [name for statement in function.body for name in _calls(statement)]


def _calls(statement: ast.stmt) -> list[str]:
    """Functions called by their bare name with the turn, in the order of the text; `tuple(...)` is none of ours."""
    found = [each for each in ast.walk(statement) if isinstance(each, ast.Call) and isinstance(each.func, ast.Name)]
    ours = [each for each in found if each.args and isinstance(each.args[0], ast.Name) and each.args[0].id == "turn"]
    return [each.func.id for each in sorted(ours, key=lambda each: each.lineno) if isinstance(each.func, ast.Name)]


def facts() -> Iterator[tuple[str, str, str]]:
    """Every event: its type, the files of the engine that say it, and the function that folds it."""
    said = _said()
    for kind in EventType:
        fold = FOLDS[kind]
        module = fold.__module__.rpartition(".")[2]
        yield str(kind), ", ".join(said.get(kind.name, ())), f"{module}.{fold.__name__.lstrip('_')}"


def _said() -> dict[str, list[str]]:
    """For each event's name, the files in which the engine emits it; where none does by name, those that name it."""
    trees = {
        path.relative_to(ENGINE).as_posix().removesuffix(".py"): ast.parse(path.read_text(encoding="utf-8"))
        for path in sorted(ENGINE.rglob("*.py"))
        if not path.name.startswith("evolve")
    }
    found: dict[str, list[str]] = {}
    for kind in EventType:
        emitting = [name for name, tree in trees.items() if kind.name in _named(_emissions(tree))]
        found[kind.name] = emitting or [name for name, tree in trees.items() if kind.name in _named([tree])]
    return found


def _emissions(tree: ast.Module) -> list[ast.AST]:
    """The first argument of every call of an `emit`."""
    calls = [each for each in ast.walk(tree) if isinstance(each, ast.Call) and isinstance(each.func, ast.Attribute)]
    return [each.args[0] for each in calls if each.args and getattr(each.func, "attr", "") == "emit"]


def _named(trees: Iterable[ast.AST]) -> set[str]:
    """The names of all events that stand in these trees."""
    inside = [each for tree in trees for each in ast.walk(tree) if isinstance(each, ast.Attribute)]
    return {each.attr for each in inside if isinstance(each.value, ast.Name) and each.value.id == EventType.__name__}


def ports() -> tuple[str, ...]:
    """The ports that every step has."""
    return PORTS


def command_types() -> Iterator[tuple[str, str, tuple[str, ...]]]:
    """Every command: its type, the signal that carries it, and the keys it may have (none: this release has it not)."""
    for kind, signal in COMMAND_SIGNALS.items():
        yield kind, signal, tuple(COMMAND_KEYS[kind]) if kind in COMMAND_KEYS else ("not in this release",)


def walked(template: str) -> Graph:
    """A template of the catalog as the engine walks it, its edges filled in."""
    return Graph.load({"document": parse_yaml(template_text(template).encode())})
