"""The language and the engine: pure, synchronous, and installable without anything else of ours.

Nothing here does I/O, reads a clock, draws a random number or awaits. Time and ids arrive inside messages. Only
`definitions.expressions.compiler` touches a native library, and only when a definition is checked.
"""
