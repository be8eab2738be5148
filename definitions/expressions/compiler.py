"""Expressions when they are written: parsed, type-checked, refused or frozen. Used by the checks, never by the
engine.

The native compiler is shown a source twice. Once to parse it only: that gives the tree, in which a path is a path and
`has()` a presence test. And once with the declared types of the dotted names, which gives the type errors.
The second source differs in two harmless ways, at the same length so that positions stay true: `has(path)` reads
`true`, because a dotted declaration makes the compiler take the path for one variable, and `null` reads `nul_`, a
dynamic variable, because any field of a record may be compared with null though CEL's checker knows only typed
wrappers for that.

Native code is shown nothing that is longer than 1 KB or nested deeper than 32; its answer is a tree and nothing is
run.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from cel_expr_python import cel
from cel_expr_python.ext import ext_math, ext_strings

from definitions.expressions import templates
from definitions.expressions.celproto import read_parsed
from definitions.expressions.diagnostics import errors_of, only_mixes_numbers
from definitions.expressions.errors import ExpressionError
from definitions.expressions.limits import COMPREHENSIONS, DEPTH, SOURCE_BYTES, TREE_DEPTH
from definitions.expressions.names import Names
from definitions.expressions.pattern_automaton import build
from definitions.expressions.pattern_syntax import PatternError
from definitions.expressions.translate import Read, Translation
from definitions.expressions.tree import BOOLEAN, Node, Tree, depth, expression, stacked, template
from definitions.expressions.values import is_expression, member

_TYPES: dict[str, Any] = {
    "int": cel.Type.INT,
    "double": cel.Type.DOUBLE,
    "string": cel.Type.STRING,
    "bool": cel.Type.BOOL,
    "bytes": cel.Type.BYTES,
    "timestamp": cel.Type.TIMESTAMP,
    "date": cel.Type.TIMESTAMP,
    "duration": cel.Type.DURATION,
    "list": cel.Type.LIST,
    "map": cel.Type.MAP,
    "null": cel.Type.NULL,
    "dyn": cel.Type.DYN,
}
_TYPE_NAME = re.compile(r"[A-Za-z]+")
_TOKENS = re.compile(r"""//[^\n]*|[rRbB]{0,2}('''|\"\"\"|'|")|[(\[{]|[)\]}]|__\w*|\w+""", re.ASCII)


@dataclass(frozen=True, slots=True)
class Compiled:
    """A checked expression: the tree to freeze, the type it gives, and the dotted paths it reads, in order."""

    tree: Tree
    type: str
    references: tuple[str, ...]


def compile_expression(source: str, declarations: Mapping[str, str]) -> Compiled:
    """Check one CEL source (without the `=`) against the names in scope, and freeze it. Raises ExpressionError.

    `declarations` maps dotted names to int, double, string, bool, bytes, timestamp, date, duration, list, map, null or
    dyn. A date that is all there is to the expression stays as it is written: a day has no zone, and begins where the
    workflow is at home.
    """
    names = Names(declarations)
    node, translation = _translate(source, names)
    references = sorted({".".join(read.path) for read in translation.reads})
    frozen = ["read", "", *node[2:]] if names.is_date(node) else node
    return Compiled(expression(frozen), _type(source, node, translation, names), tuple(references))


def parse_expression(source: str, names: tuple[str, ...]) -> Tree:
    """The tree without a type check, as if every name were dynamic. Raises ExpressionError for everything else."""
    node, _ = _translate(source, Names(dict.fromkeys(names, "dyn")))
    return expression(node)


def compile_template(text: str, declarations: Mapping[str, str]) -> Compiled:
    """Check and freeze a string with `${…}` in it. Positions in errors count from the start of the string."""
    parts: list[str | Node] = []
    references: set[str] = set()
    for part in templates.split(text):
        if isinstance(part, str):
            parts.append(part)
            continue
        try:
            compiled = compile_expression(part.source, declarations)
        except ExpressionError as error:
            raise ExpressionError(error.code, error.message, part.position + (error.position or 0)) from None
        parts.append(compiled.tree["node"])
        references.update(compiled.references)
    return Compiled(template(parts), "string", tuple(sorted(references)))


def compile_text(text: str, declarations: Mapping[str, str]) -> Compiled:
    """A string of a document that `is_expression`: `= …` or a template."""
    if not text.startswith("="):
        return compile_template(text, declarations)
    source = text[1:]
    try:
        return compile_expression(source, declarations)
    except ExpressionError as error:
        position = None if error.position is None else error.position + 1
        raise ExpressionError(error.code, error.message, position) from None


def compile_value(
    value: Any, pointer: str, declarations: Mapping[str, str]
) -> tuple[dict[str, Tree], list[tuple[str, ExpressionError]]]:
    """Every expression in a value: (trees by JSON pointer, errors with their pointer), both in document order."""
    trees: dict[str, Tree] = {}
    errors: list[tuple[str, ExpressionError]] = []
    for place, text in _texts(value, pointer):
        try:
            trees[place] = compile_text(text, declarations).tree
        except ExpressionError as error:
            errors.append((place, error))
    return trees, errors


def _texts(value: Any, pointer: str) -> list[tuple[str, str]]:
    match value:
        case str():
            return [(pointer, value)] if is_expression(value) else []
        case Mapping():
            return [found for key, each in value.items() for found in _texts(each, member(pointer, key))]
        case list() | tuple():
            return [found for at, each in enumerate(value) for found in _texts(each, member(pointer, at))]
        case _:
            return []


def _guard(source: str) -> None:
    """What is looked at before native code is: length, half characters, nesting, names that reach for insides."""
    if not source.strip():
        raise ExpressionError("expression_empty", "there is no expression here", 0)
    if len(source) > SOURCE_BYTES or len(source.encode(errors="replace")) > SOURCE_BYTES:
        raise ExpressionError("expression_too_long", f"an expression has at most {SOURCE_BYTES} bytes")
    for at, character in enumerate(source):
        if "\ud800" <= character <= "\udfff":
            raise ExpressionError("expression_syntax", "half a character (a lone surrogate)", at)
    _guard_tokens(source)


def _guard_tokens(source: str) -> None:
    opened = at = 0
    while match := _TOKENS.search(source, at):
        word, at = match.group(), match.end()
        if match[1]:
            at = _after_string(source, at, match[1], "r" in word.lower())
        elif word.startswith("__") or word.endswith("__"):
            raise ExpressionError("attribute_not_allowed", f"attribute not allowed: {word}", match.start())
        opened += (word in "([{") - (word in ")]}")
        if opened > DEPTH:
            raise ExpressionError("expression_too_deep", f"nested more than {DEPTH} levels deep", match.start())


def _after_string(source: str, at: int, quote: str, raw: bool) -> int:
    """Where a string literal ends; the end of the source if it does not."""
    while at < len(source) and not source.startswith(quote, at):
        at += 2 if source[at] == "\\" and not raw else 1
    return at + len(quote)


def _parse(source: str) -> bytes:
    try:
        serialised: bytes = _environment(()).compile(source, disable_check=True).serialize()
        return serialised
    except RuntimeError as failure:
        raise errors_of(failure, source)[0] from None


@lru_cache(maxsize=256)
def _environment(variables: tuple[tuple[str, str], ...]) -> Any:
    """An environment with these names; a document declares the same ones again and again."""
    types = {name: _TYPES[declared] for name, declared in variables}
    return cel.NewEnv(variables=types, extensions=[ext_strings.ExtStrings(), ext_math.ExtMath()])


def _translate(source: str, names: Names) -> tuple[Node, Translation]:
    _guard(source)
    parsed = read_parsed(_parse(source))
    translation = Translation(parsed.positions, names.read_as)
    node = translation.node(parsed.root)
    _check_tree(node, translation, names)
    return node, translation


def _check_tree(node: Node, translation: Translation, names: Names) -> None:
    for read in translation.reads:
        names.check(read)
    if stacked(node) > COMPREHENSIONS:
        message_ = f"more than {COMPREHENSIONS} of all, exists, exists_one, map, filter inside or behind each other"
        raise ExpressionError("expression_too_costly", message_)
    if depth(node) > TREE_DEPTH:
        raise ExpressionError("expression_too_deep", f"nested more than {TREE_DEPTH} levels deep")
    for pattern, position in translation.patterns:
        try:
            build(pattern)
        except PatternError as wrong:
            raise ExpressionError("unsupported_pattern", f"unsupported pattern: {wrong}", position) from None


def _type(source: str, node: Node, translation: Translation, names: Names) -> str:
    """The type of the whole, by the declared types. Raises ExpressionError(expression_type)."""
    if node[0] == "null":
        return "null"
    typed = {"nul_": "dyn", **names.around(translation.reads)}
    try:
        result = _environment(tuple(sorted(typed.items()))).compile(_for_types(source, translation))
    except RuntimeError as failure:
        if not only_mixes_numbers(failure):
            raise errors_of(failure, source)[0] from None
        return "bool" if node[0] in BOOLEAN else "dyn"
    name = _TYPE_NAME.match(str(result.return_type()))
    return name.group().lower() if name else "dyn"


def _for_types(source: str, translation: Translation) -> str:
    """The source as the type check sees it: same length, `has(path)` as `true`, `null` as `nul_`."""
    text = list(source)
    for at in translation.nulls:
        text[at : at + 4] = "nul_"
    for read in translation.reads:
        if read.tested:
            _blank_has(source, text, read)
    return "".join(text)


def _blank_has(source: str, text: list[str], read: Read) -> None:
    """`read.position` is where the parenthesis of `has(` opens."""
    start, end = source.rfind("has", 0, (read.position or 0) + 1), source.find(")", read.position or 0)
    if 0 <= start < end:
        text[start : end + 1] = [*"true", *("\n" if each == "\n" else " " for each in source[start + 4 : end + 1])]
