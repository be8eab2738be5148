"""What the label printer does for a run. The printer is a folder: a file that lies there has been printed.

The actions are done from the task queue `labels`, so only a worker that stands beside the printer serves them, and a
printer that is slow keeps nobody waiting but those who want a label.
"""

from __future__ import annotations

import os
from hashlib import sha256
from pathlib import Path

from pydantic import BaseModel, Field

from activities import ActionContext, ActionError, action

FOLDER = "LABELS_FOLDER"
"""Environment variable: where the printer takes its files from."""


class Label(BaseModel):
    """What to print."""

    order: str = Field(min_length=1, max_length=100)
    address: str = Field(min_length=1, max_length=500)


class Printed(BaseModel):
    """Which label it became."""

    label: str


class Void(BaseModel):
    """Which label not to use."""

    label: str


@action("labels.print", title="Print the label", undo="labels.void", repeatable=True, queue="labels")
async def print_label(wanted: Label, context: ActionContext) -> Printed:
    """One label for one key, however often it is tried: the key gives the file its name."""
    name = sha256(context.key.encode()).hexdigest()[:16]
    (_folder() / f"{name}.txt").write_text(f"{wanted.order}\n{wanted.address}\n", encoding="utf-8")
    return Printed(label=name)


@action("labels.void", title="Void the label", repeatable=True, queue="labels")
async def void_label(unwanted: Void) -> None:
    """Takes the label away, once it is there."""
    path = _folder() / f"{Path(unwanted.label).name}.txt"
    if not path.exists():
        raise ActionError("no_such_label", f"There is no label {unwanted.label}.")
    path.unlink()


def _folder() -> Path:
    folder = Path(os.environ.get(FOLDER, "printed"))
    folder.mkdir(parents=True, exist_ok=True)
    return folder
