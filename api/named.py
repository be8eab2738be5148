"""At the door: do the files and records that an answer names exist, and are they for the eyes of who answers?

The run itself cannot ask: it is deterministic, and reads nothing. So the answer is looked through before it is sealed,
what is known of each file is written into it, and the run is remembered as one that refers to the file, so that
whoever sees the run may read it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, Table

from api import sniffing
from api.files import readable, reference
from api.permissions import Who
from api.problems import Invalid
from api.record_errors import as_problems, rights
from api.store.file_tables import FileLinkRow, FileRow
from api.store.statements import insert_new
from definitions.forms import Problem
from definitions.model import FormField
from definitions.named import Named, Place, filled, named, told
from definitions.wire import JOURNEY_ACTOR

if TYPE_CHECKING:
    from api.doors import Caller

LOOKED_UP = 200
"""Records, and files, that one answer may name."""

_LINKS: Table = FileLinkRow.__table__  # type: ignore[attr-defined]


@dataclass(frozen=True, slots=True)
class Found:
    """An answer with its files told of, the files it refers to, and what is wrong with what it names."""

    answer: Any
    files: tuple[str, ...] = ()
    problems: list[dict[str, str]] = field(default_factory=list)


async def look(
    caller: Caller, fields: Sequence[FormField], answer: Any, collection: str | None, base: str = "/output"
) -> Found:
    """What an answer names, looked up for this caller; `collection` is that of the run's own record.

    Raises Invalid for an answer that names more than anybody would, and Unavailable.
    """
    names = named(fields, answer, base)
    if not names:
        return Found(answer)
    if len({each.id for each in names}) > LOOKED_UP:
        raise Invalid(f"An answer names at most {LOOKED_UP} files and records.", code="too_many")
    files = await _files(caller, [each for each in names if each.is_file])
    problems = [_of_file(each, files.get(each.id)) for each in names if each.is_file]
    problems += [await _of_record(caller, each, collection) for each in names if not each.is_file]
    known: dict[Place, Mapping[str, Any]] = {
        each.place: told(each, reference(files[each.id])) for each in names if each.is_file and each.id in files
    }
    return Found(filled(answer, known), tuple(files), [each.to_json() for each in problems if each is not None])


async def _files(caller: Caller, names: Sequence[Named]) -> dict[str, FileRow]:
    if not names:
        return {}
    async with caller.house.store.reading() as session:
        return await readable(session, _eyes(caller.who), sorted({each.id for each in names}))


def _eyes(who: Who) -> Who:
    """Who acts by a link sees the files that came by that link, whatever of the run it may touch."""
    return Who(who.id) if _by_link(who) else who


def _by_link(who: Who) -> bool:
    return who.id.startswith(JOURNEY_ACTOR)


def _of_file(each: Named, row: FileRow | None) -> Problem | None:
    name = each.field.label or each.field.id
    if row is None:
        return Problem(f"{each.path}/file", "no_such_file", f"{name}: there is no file {each.id[:80]!r}")
    if each.must_be_picture and row.type not in sniffing.PICTURES:
        return Problem(f"{each.path}/file", "not_a_picture", f"{name}: {row.name!r} is no picture")
    return None


async def _of_record(caller: Caller, each: Named, own: str | None) -> Problem | None:
    """Within the caller's own scopes: a record outside of them is none."""
    collection = each.field.collection or own
    if collection is None:
        return None
    if _by_link(caller.who):
        return Problem(each.path, "no_such_record", f"{each.field.label or each.field.id} is nothing to look up here")
    scopes, me = await rights(caller)
    with as_problems():
        row = await caller.house.records.get(collection, each.id, scopes=scopes, me=me)
    if row is not None:
        return None
    text = f"{each.field.label or each.field.id}: there is no {collection} {each.id[:80]!r}"
    return Problem(each.path, "no_such_record", text)


def link(connection: Connection, run: str, files: Sequence[str]) -> None:
    """Remembers that a run refers to these files. Doing it again changes nothing."""
    for file in files:
        insert_new(connection, _LINKS, {"file": file, "run": run})
