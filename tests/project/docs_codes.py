"""Every code that people can meet, found in the program's text: the page docs/problems.md is held to it.

There is no registry of codes, on purpose: a refusal is written where it is decided. So the syntax trees are read. A
text is a code where it stands in a code's place: as `code=` of a call, as the argument that the called function or
class names `code`, as the member "code" of a dict, as `default_code` of a class, or in one of the tables below.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import TypeGuard

ROOT = Path(__file__).parents[2]
PACKAGES = ("api", "activities", "workers", "definitions/engine")
TABLES = {"CODES_BY_STATUS": "values", "PYDANTIC_CODES": "values", "OWN_CODES": "members", "CODES": "keys"}
"""Names of module-level tables, and where in them the codes are."""
RAISED = {"PydanticCustomError": 0}
"""Calls of libraries whose argument of that number is a code."""
TYPED = "ApplicationError"
"""Temporal's error, whose `type=` is our code."""
BOTH = "activities/records/"
"""What records refuse is met in answers of the API and on steps alike."""
ASKING = {"ask_a_person", "nobody_came", "EffectFailed", "Shortfall"}
"""Calls whose code stands on a step that asks for a person, and not in an answer."""


@dataclass(slots=True)
class Found:
    """Codes by name, with the places (`file:line`) that say them; `statuses` where the text names one."""

    answers: dict[str, list[str]] = field(default_factory=dict)
    attention: dict[str, list[str]] = field(default_factory=dict)
    statuses: dict[str, set[int]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Signatures:
    """For each function or class: which argument is its `code` (-1: none), and its HTTP status; who inherits whom."""

    places: dict[str, int]
    statuses: dict[str, int]
    bases: dict[str, list[str]]


def collected(added: Mapping[str, str] | None = None) -> Found:
    """All codes of the program, as it would be with `added` (file -> text) at the end of these files."""
    trees = dict(_program())
    for name, text in (added or {}).items():
        trees[name] = ast.Module([*trees[name].body, *ast.parse(text).body], [])
    signatures = {package: _signatures(_last(trees, package)) for package in PACKAGES}
    found = Found()
    for name, tree in trees.items():
        package = next(package for package in PACKAGES if name.startswith(f"{package}/"))
        for code, line, asking, status in _codes(tree, signatures[package]):
            asking = asking or name.startswith("activities/")
            for group in (found.answers,) * (not asking or name.startswith(BOTH)) + (found.attention,) * asking:
                group.setdefault(code, []).append(f"{name}:{line}")
            if status is not None:
                found.statuses.setdefault(code, set()).add(status)
    return found


@cache
def _program() -> dict[str, ast.Module]:
    """The syntax trees of all files, by name."""
    paths = [path for package in PACKAGES for path in sorted((ROOT / package).rglob("*.py"))]
    written = {path.relative_to(ROOT).as_posix(): path for path in paths if "migrations" not in path.parts}
    return {name: ast.parse(path.read_text(encoding="utf-8")) for name, path in written.items()}


def _last(trees: dict[str, ast.Module], package: str) -> list[ast.Module]:
    """All trees, those of one package at the end: where two classes have one name, a package means its own."""
    own = [tree for name, tree in trees.items() if name.startswith(f"{package}/")]
    return [*(tree for tree in trees.values() if tree not in own), *own]


def _signatures(trees: list[ast.Module]) -> Signatures:
    places: dict[str, int] = {}
    statuses = {"Refusal": 409}
    bases: dict[str, list[str]] = {}
    for node in (each for tree in trees for each in ast.walk(tree)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            _place(places, node.name, [argument.arg for argument in node.args.args])
        elif isinstance(node, ast.ClassDef):
            bases[node.name] = [base.id for base in node.bases if isinstance(base, ast.Name)]
            _class(node, places, statuses)
    for name in bases:
        for table in (places, statuses):
            _inherit(name, bases, table)
    return Signatures(places, statuses, bases)


def _class(node: ast.ClassDef, places: dict[str, int], statuses: dict[str, int]) -> None:
    fields = [
        each.target.id for each in node.body if isinstance(each, ast.AnnAssign) and isinstance(each.target, ast.Name)
    ]
    inits = [each for each in node.body if isinstance(each, ast.FunctionDef) and each.name == "__init__"]
    if inits:
        arguments = [argument.arg for argument in inits[0].args.args[1:]]
        places[node.name] = arguments.index("code") if "code" in arguments else -1
    else:
        _place(places, node.name, fields)
    for target, value in _assigned(node.body):
        if target == "status" and isinstance(value, ast.Constant) and isinstance(value.value, int):
            statuses[node.name] = value.value


def _place(places: dict[str, int], name: str, arguments: list[str]) -> None:
    if "code" in arguments:
        places[name] = arguments.index("code")


def _inherit(name: str, bases: dict[str, list[str]], table: dict[str, int]) -> None:
    for base in bases.get(name, ()):
        _inherit(base, bases, table)
        if name not in table and base in table:
            table[name] = table[base]


def _assigned(body: list[ast.stmt]) -> Iterator[tuple[str, ast.expr]]:
    """Names and what is assigned to each, tuples taken apart."""
    for each in body:
        targets = each.targets if isinstance(each, ast.Assign) else [each.target] if _is_annotated(each) else []
        value = getattr(each, "value", None)
        for target in targets:
            if isinstance(target, ast.Name) and value is not None:
                yield target.id, value
            elif isinstance(target, ast.Tuple) and isinstance(value, ast.Tuple):
                pairs = zip(target.elts, value.elts, strict=False)  # a starred one may stand on either side
                yield from ((name.id, part) for name, part in pairs if isinstance(name, ast.Name))


def _is_annotated(each: ast.stmt) -> TypeGuard[ast.AnnAssign]:
    return isinstance(each, ast.AnnAssign)


Code = tuple[str, int, bool, int | None]


def _codes(tree: ast.Module, signatures: Signatures) -> Iterator[Code]:
    """Each code with its line, whether it asks for a person, and the status that its call gives it."""
    for target, value in _assigned(tree.body):
        if target in TABLES:
            yield from ((code, value.lineno, False, None) for code in _table(value, TABLES[target]))
    for scope in ast.walk(tree):
        if isinstance(scope, ast.FunctionDef | ast.AsyncFunctionDef | ast.Module):
            local = _locals(scope)
            for node in _own(scope):
                yield from _of_node(node, signatures, local)


def _own(scope: ast.AST) -> Iterator[ast.AST]:
    """The nodes of a function, without those of functions in it."""
    for child in ast.iter_child_nodes(scope):
        if not isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef):
            yield child
            yield from _own(child)


def _locals(scope: ast.AST) -> dict[str, list[ast.expr]]:
    """What each name is assigned in this function, as `if` and `else` may have it; defaults of a `code` too."""
    found: dict[str, list[ast.expr]] = {}
    for name, value in _assigned([each for each in _own(scope) if isinstance(each, ast.stmt)]):
        found.setdefault(name, []).append(value)
    return found


def _of_node(node: ast.AST, signatures: Signatures, local: dict[str, list[ast.expr]]) -> Iterator[Code]:
    if isinstance(node, ast.ClassDef):
        yield from _of_super(node, signatures)
        values = [value for name, value in _assigned(node.body) if name == "default_code"]
        status = signatures.statuses.get(node.name)
        yield from ((code, node.lineno, False, status) for value in values for code in _texts(value, local))
    elif isinstance(node, ast.Dict):
        names = {
            key.value: value for key, value in zip(node.keys, node.values, strict=True) if isinstance(key, ast.Constant)
        }
        if "code" in names:
            yield from ((code, node.lineno, "reason" in names, None) for code in _texts(names["code"], local))
    elif isinstance(node, ast.Call):
        yield from _of_call(node, signatures, local)


def _of_super(node: ast.ClassDef, signatures: Signatures) -> Iterator[Code]:
    """`super().__init__(code, …)` is a call of the class's base."""
    for call in (
        each for each in ast.walk(node) if isinstance(each, ast.Call) and getattr(each.func, "attr", "") == "__init__"
    ):
        place = next((signatures.places[base] for base in signatures.bases[node.name] if base in signatures.places), -1)
        if 0 <= place < len(call.args):
            yield from ((code, call.lineno, False, None) for code in _texts(call.args[place], {}))


def _of_call(node: ast.Call, signatures: Signatures, local: dict[str, list[ast.expr]]) -> Iterator[Code]:
    called = node.func.id if isinstance(node.func, ast.Name) else getattr(node.func, "attr", "")
    place = RAISED.get(called, signatures.places.get(called, -1))
    word = "type" if called == TYPED else "code"
    given = [each.value for each in node.keywords if each.arg == word]
    if 0 <= place < len(node.args):
        given.append(node.args[place])
    status = _status(node, called, signatures)
    asking = called in ASKING or called == TYPED
    yield from ((code, node.lineno, asking, status) for value in given for code in _texts(value, local))


def _status(node: ast.Call, called: str, signatures: Signatures) -> int | None:
    named = [each.value for each in node.keywords if each.arg == "status"]
    named += node.args[2:3] if called == "Refusal" else []
    for value in named:
        return value.value if isinstance(value, ast.Constant) and isinstance(value.value, int) else None
    return signatures.statuses.get(called)


def _texts(value: ast.expr, local: dict[str, list[ast.expr]]) -> Iterator[str]:
    """The texts an expression may come to: a constant, either side of a choice, or what the name was assigned."""
    match value:
        case ast.Constant(value=str() as text):
            yield text
        case ast.IfExp(body=one, orelse=other):
            yield from (*_texts(one, local), *_texts(other, local))
        case ast.BoolOp(values=values):
            yield from (text for each in values for text in _texts(each, local))
        case ast.Name(id=name):
            yield from (text for each in local.get(name, ()) for text in _texts(each, {}))


def _table(value: ast.expr, where: str) -> Iterator[str]:
    nodes: list[ast.expr | None] = []
    if isinstance(value, ast.Dict):
        nodes = [*(value.keys if where == "keys" else value.values)]
    elif isinstance(value, ast.Set | ast.Tuple | ast.List):
        nodes = [*value.elts]
    yield from (node.value for node in nodes if isinstance(node, ast.Constant) and isinstance(node.value, str))
