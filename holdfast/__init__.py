"""The program: settings, command line, the embedded stack, and the one place where the parts are put together.

Every other package is given what it needs; only this one knows them all. See `holdfast.settings` for what an
installation may set, `holdfast.stack` for what `make run` starts, and `holdfast.compose` for how the parts meet.
"""

__version__ = "0.1.0"
