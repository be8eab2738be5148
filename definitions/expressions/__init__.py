"""Expressions: CEL is the language, a frozen tree is what a version keeps, and this package computes it.

A run that wakes after a month must compute what it would have computed the day it started. So the native compiler
parses and type-checks once, when a definition is checked (`compiler.py`, and nothing else, touches it); the tree it
gives is frozen into the version (`tree.py` is that format); and `evaluate.py` computes the tree in plain Python: in a
fixed order, within fixed bounds, without a clock, and without ever raising to its caller.

Reading order: tree.py, outcome.py, evaluate.py, values.py; then compiler.py for how a tree comes about.
"""

from definitions.expressions.errors import EXPRESSION_CODES, ExpressionError
from definitions.expressions.evaluate import evaluate, truth
from definitions.expressions.outcome import ABSENT, Unknown
from definitions.expressions.values import Problem, is_expression, resolve, resolve_with_problems

__all__ = [
    "ABSENT",
    "EXPRESSION_CODES",
    "ExpressionError",
    "Problem",
    "Unknown",
    "evaluate",
    "is_expression",
    "resolve",
    "resolve_with_problems",
    "truth",
]
