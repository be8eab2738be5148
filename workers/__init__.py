"""Temporal's side of Holdfast: one workflow that interprets any definition, and the process that serves it."""
