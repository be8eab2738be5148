"""How much one expression may cost. The numbers are those of RELIABILITY.md, rule 15, or smaller.

They are part of the language: an expression that was within them when it was published must stay within them, so a
number here may grow and never shrink.
"""

from __future__ import annotations

SOURCE_BYTES = 1024
"""Bytes of UTF-8 one expression may have. The compiler's parser is native code: it is shown nothing longer."""

DEPTH = 32
"""Levels of nesting; the native parser has the same bound, so that both say no at the same place."""

TREE_DEPTH = 64
"""Levels of a frozen tree: macros and balanced `&&` put a few more than the source has."""

COMPREHENSIONS = 2
"""Of all, exists, exists_one, map, filter: how many may stand inside or behind each other."""

OPERATIONS = 10_000
"""Nodes computed plus what long strings, lists and patterns are charged, per evaluation."""

STRING = 64 * 1024
"""Characters of a string, bytes of a bytes value."""

ITEMS = 10_000
"""Members of a list or map that an expression builds."""

CHARACTERS_PER_OPERATION = 256
"""What a string function is charged by: one operation per this many characters it walks."""

PATTERN = 200
"""Characters of a pattern for `matches`."""

PATTERN_STATES = 1000
"""States of the automaton a pattern becomes; counted repeats such as `a{50}` are written out."""

PATTERN_PARTS = 2 * PATTERN_STATES
"""Parts of a pattern, counted with every repeat written out."""

PATTERN_STATES_PER_OPERATION = 4
"""States of an automaton per operation charged for building it, whether or not it was built before."""

PATTERN_STEPS_PER_OPERATION = 8
"""Steps of that automaton per operation charged: keeps the worst pattern within the same tenth of a second."""

SAFE_INT = 2**53
"""Beyond it JSON readers disagree about an integer: such a result is never handed out as a value."""

INT_MIN, INT_MAX = -(2**63), 2**63 - 1
UINT_MAX = 2**64 - 1
DURATION_SECONDS = 315_576_000_000
"""The longest duration CEL knows, either way: ten thousand years."""

RESULT = 256 * 1024
"""Characters of JSON one expression may come to: what a value in a history may have (definitions/wire.py)."""
