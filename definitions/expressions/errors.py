"""What can be wrong with an expression when it is written: each with a code that never changes and a place."""

from __future__ import annotations

EXPRESSION_CODES: dict[str, str] = {
    "expression_empty": "There is nothing after the equals sign or between the braces.",
    "expression_too_long": "An expression is longer than 1 KB.",
    "expression_too_deep": "An expression is nested more than 32 levels deep.",
    "expression_too_costly": "More than two of all, exists, exists_one, map, filter stand inside or behind each other.",
    "expression_syntax": "The text is not a CEL expression.",
    "expression_type": "The types do not fit: an operator or a function does not take what it is given.",
    "unknown_name": "A name is not in scope where the expression stands.",
    "unknown_function": "A function is not one of those the language offers.",
    "attribute_not_allowed": "Not data: names with double underscores, and methods the language does not offer.",
    "unsupported_pattern": "A pattern for `matches` is not in the supported subset of RE2.",
    "template_unclosed": "A `${` has no closing brace.",
}
"""Every code an ExpressionError can carry, with what it means."""


class ExpressionError(Exception):
    """The author's mistake in one expression: `code` of EXPRESSION_CODES, and where (offset in characters, or None)."""

    def __init__(self, code: str, message: str, position: int | None = None) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.position = position
