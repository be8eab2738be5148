"""What a developer of actions types: `holdfast new action`, which writes one that works, and `holdfast actions`.

What is written is no skeleton: the action does something, its test passes, and both stand in the style of the rest.
"""

from __future__ import annotations

import keyword
from pathlib import Path

from sqlmodel import col, select

from activities.registry import NAME, RESERVED
from api.store.store import Store
from api.store.tables import ActionRow
from api.store.workers_seen import Serving, living, serving
from holdfast.settings import Settings

ACTION = '''"""{title}: an action of {family} that definitions may name.

A worker offers it that is started with `holdfast worker --import {module}`.
"""

from __future__ import annotations

from pydantic import BaseModel, Field

from activities import ActionContext, ActionError, action


class {kind}Input(BaseModel):
    """What a definition gives under `with:`."""

    subject: str = Field(min_length=1, max_length=200)
    copies: int = Field(default=1, ge=1, le=100)


class {kind}Output(BaseModel):
    """What later steps read as `steps.<id>.output`."""

    reference: str
    copies: int


@action("{name}", title="{title}", repeatable=True, timeout=30.0)
async def {verb}(asked: {kind}Input, context: ActionContext) -> {kind}Output:
    """Answers a reference that is the same for every try: `context.key` is. Call what you like here, and await it."""
    if asked.subject.isspace():
        raise ActionError("empty_subject", "The subject is empty.")
    return {kind}Output(reference=f"{{asked.subject}}/{{context.key}}", copies=asked.copies)
'''

TEST = '''"""The action {name}, tried without a server."""

from __future__ import annotations

import pytest
from {module} import {kind}Input, {verb}

from activities import ActionError
from activities.testing import run_action


async def test_a_second_try_answers_the_same() -> None:
    first = await run_action({verb}, {kind}Input(subject="o1", copies=2), key="run-1:step#1")
    again = await run_action({verb}, {kind}Input(subject="o1", copies=2), key="run-1:step#1")
    assert first == again
    assert first["reference"].startswith("o1/") and first["copies"] == 2


async def test_an_empty_subject_asks_a_person() -> None:
    with pytest.raises(ActionError) as refused:
        await run_action({verb}, {{"subject": " "}})
    assert refused.value.code == "empty_subject"
'''

STEP = (
    "- {{id: {verb}, kind: action, action: {name}, title: {title}, execute: automatic, "
    'with: {{subject: "= record.id"}}}}'
)


class CannotWrite(Exception):
    """Nothing was written; the message says why."""


def new_action(name: str, folder: Path) -> list[str]:
    """Writes the action's file and its test into the folder; lines that say what comes next. Raises CannotWrite.

    Nothing is ever overwritten.
    """
    if not NAME.fullmatch(name):
        raise CannotWrite(f"an action is named like shop.ship (lower case, with a dot), not {name!r}")
    family, verb = name.split(".", maxsplit=1)[0], name.rpartition(".")[2]
    if name in RESERVED or family == "holdfast":
        raise CannotWrite(f"{name} is one of our own: choose another family than {family!r}")
    if keyword.iskeyword(verb):
        raise CannotWrite(f"{verb!r} is a word of Python: call the action something else")
    module = name.replace(".", "_")
    words = {"name": name, "family": family, "verb": verb, "module": module, "title": _title(verb), "kind": _kind(name)}
    files = {folder / f"{module}.py": ACTION, folder / f"test_{module}.py": TEST}
    _write({path: text.format(**words) for path, text in files.items()})
    return [*(f"wrote {path}" for path in files), *_next(words, folder)]


def _title(verb: str) -> str:
    return verb.replace("_", " ").capitalize()


def _kind(name: str) -> str:
    return "".join(part.capitalize() for part in name.replace(".", "_").split("_") if part)


def _write(files: dict[Path, str]) -> None:
    """All of them, or none: what is there is somebody's work."""
    if there := [str(path) for path in files if path.exists()]:
        raise CannotWrite(f"{', '.join(there)}: there already; nothing was written")
    done: list[Path] = []
    try:
        for path, text in files.items():
            path.parent.mkdir(parents=True, exist_ok=True)
            with path.open("x", encoding="utf-8") as file:
                done.append(path)
                file.write(text)
    except OSError as error:
        for path in done:
            path.unlink(missing_ok=True)
        raise CannotWrite(f"{error.filename}: {error.strerror}") from None


def _next(words: dict[str, str], folder: Path) -> list[str]:
    where = "" if folder.resolve() == Path.cwd() else f"cd {folder} && "
    return [
        f"test it:    {where}python -m pytest test_{words['module']}.py",
        f"serve it:   {where}holdfast worker --import {words['module']} --queue {words['family']}",
        f"use it:     {STEP.format(**words)}",
    ]


async def actions_listed(settings: Settings) -> list[str]:
    """One line for each action that was ever announced: its name, task queue, title, and who serves it now."""
    async with Store(settings.database) as store:
        async with store.reading() as session:
            rows = (await session.exec(select(ActionRow).order_by(col(ActionRow.name)))).all()
        workers = await store.look(living)
    width = max((len(row.name) for row in rows), default=0)
    lines = [f"{row.name:{width}}  {_served(row, workers)}  ({row.info.get('title') or row.name})" for row in rows]
    return lines or ["no worker has announced an action yet"]


def _served(row: ActionRow, workers: list[Serving]) -> str:
    found = serving(workers, row.name)
    if not found:
        return f"NOT SERVED, announced {row.announced_at:%Y-%m-%d %H:%M}"
    return ", ".join(f"{each.actions[row.name]}: {each.name} build {each.build_id[:12]}" for each in found)
