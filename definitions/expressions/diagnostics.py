"""What the native compiler says, in the words and codes of this language."""

from __future__ import annotations

import re
from collections.abc import Iterator

from definitions.expressions.errors import ExpressionError
from definitions.expressions.translate import OPERATORS, not_offered

_ERROR = re.compile(r"ERROR: <input>:(-?\d+):(-?\d+): (.*)")
_OVERLOAD = re.compile(r"found no matching overload for '(.+?)' applied to '(.*)'")
_UNDECLARED = re.compile(r"undeclared reference to '(.+?)'")
_COMPARISONS = ("_==_", "_!=_", "_<_", "_<=_", "_>_", "_>=_", "@in")
_NUMBERS = re.compile(r"\((int|uint|double), (list\()?(int|uint|double)\)?\)")


def errors_of(failure: Exception, source: str) -> list[ExpressionError]:
    """Every error in the compiler's text, in order; at least one."""
    said = str(failure)
    if "recursion" in said:
        return [ExpressionError("expression_too_deep", "the expression is nested more than 32 levels deep")]
    return list(_each(said, source)) or [ExpressionError("expression_syntax", said.partition(":")[2].strip() or said)]


def _each(said: str, source: str) -> Iterator[ExpressionError]:
    for line, column, text in _ERROR.findall(said):
        position = _offset(source, int(line), int(column))
        yield _error(text.removesuffix(" [INVALID_ARGUMENT]"), source, position)


def _offset(source: str, line: int, column: int) -> int | None:
    if line < 1 or column < 1:
        return None
    return sum(len(each) for each in source.splitlines(keepends=True)[: line - 1]) + column - 1


def _error(text: str, source: str, position: int | None) -> ExpressionError:
    if match := _OVERLOAD.match(text):
        return ExpressionError("expression_type", _mismatch(match[1], match[2]), position)
    if match := _UNDECLARED.match(text):
        return _undeclared(match[1], source, position)
    if text.startswith("Syntax error: "):
        plain = text.removeprefix("Syntax error: ").partition(" expecting ")[0]
        return ExpressionError("expression_syntax", f"not a CEL expression: {plain}", position)
    code = "expression_syntax" if "unsupported syntax" in text or "literal" in text else "expression_type"
    return ExpressionError(code, text, position)


def _mismatch(function: str, applied: str) -> str:
    symbol = OPERATORS.get(function, f"{function}()")
    hint = "; int and double do not mix, write 2.0 or double(x)" if _NUMBERS.fullmatch(applied) else ""
    plain = re.sub(r"google\.protobuf\.(\w+)", lambda match: match[1].lower(), applied)
    return f"{'-' if symbol == 'neg' else symbol} does not take {plain}{hint}"


def _undeclared(name: str, source: str, position: int | None) -> ExpressionError:
    """A function is pointed at by its opening parenthesis, a name by its first letter."""
    if position is not None and source[position : position + 1] == "(":
        method = re.search(r"\.\s*\w+\s*$", source[:position]) is not None
        return not_offered(name, method=method, at=position)
    return ExpressionError("unknown_name", f"{name} is not in scope here", position)


def only_mixes_numbers(failure: Exception) -> bool:
    """Whether all that is wrong is that int and double are compared, which CEL does by value, and its checker not."""
    found = _ERROR.findall(str(failure))
    return bool(found) and all(_compares_numbers(text) for _, _, text in found)


def _compares_numbers(text: str) -> bool:
    match = _OVERLOAD.match(text)
    return match is not None and match[1] in _COMPARISONS and _NUMBERS.fullmatch(match[2]) is not None
