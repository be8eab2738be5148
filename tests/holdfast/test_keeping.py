"""The first administrator, and a change of the key that secrets are sealed with."""

from __future__ import annotations

import base64
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Column, Connection, Table, insert

from api.store import secrets as kept_secrets
from api.store.columns import Instant, Json
from api.store.migrations import migrate
from api.store.row import Row
from api.store.sealed import SEALED, seal_anew
from api.store.secrets import SqlSecrets
from api.store.secrets_box import KEY_FILE, SecretsBox
from api.store.seed import seed, seed_demo
from api.store.store import Store
from holdfast.keeping import CannotKeep, first_admin, rotate_secrets
from holdfast.settings import Settings

ONE, TWO = (base64.b64encode(bytes(range(n, n + 32))).decode() for n in (0, 100))


@pytest.fixture
async def settings(tmp_path: Path) -> Settings:
    found = Settings(home=tmp_path / "home", database_url=f"sqlite:///{tmp_path / 'h.db'}")
    migrate(found.database)
    async with Store(found.database) as store:
        await seed(store)
    return found


async def test_the_first_administrator_is_made_once(settings: Settings) -> None:
    said = await first_admin(settings, "root", again=False)
    assert said.startswith("http://127.0.0.1:8080/#setup=")
    with pytest.raises(CannotKeep, match="root"):
        await first_admin(settings, "other", again=False)
    assert await first_admin(settings, "root", again=True) != said, "a new link; the one before leads nowhere"


async def test_somebody_who_is_there_does_not_become_administrator(settings: Settings) -> None:
    async with Store(settings.database) as store:
        await seed_demo(store, {})
    with pytest.raises(CannotKeep, match="admin"):
        await first_admin(settings, "ann", again=False)
    with pytest.raises(CannotKeep, match="may not manage"):
        await first_admin(settings, "ann", again=True)


def test_from_the_command_line(settings: Settings, tmp_path: Path) -> None:
    env = {"HOLDFAST_DATABASE_URL": settings.database, "HOLDFAST_HOME": str(settings.home), "PATH": ""}
    command = [sys.executable, "-m", "holdfast", "admin", "create", "root"]
    first = subprocess.run(command, capture_output=True, text=True, check=False, env=env, timeout=60)
    assert (first.returncode, "#setup=" in first.stdout) == (0, True), first.stderr
    second = subprocess.run(command, capture_output=True, text=True, check=False, env=env, timeout=60)
    assert (second.returncode, second.stdout) == (1, "")
    assert "there is an administrator already" in second.stderr and "Traceback" not in second.stderr


async def planted(settings: Settings, box: SecretsBox) -> None:
    async with Store(settings.database) as store:
        secrets = SqlSecrets(store, box)
        row = {"name": "SHOP", "teams": [], "hosts": []}
        await store.transact(lambda connection: secrets.keep(connection, row, "the-old-value", "root"))


async def value(settings: Settings, box: SecretsBox) -> str | None:
    async with Store(settings.database) as store:
        found = (await SqlSecrets(store, box).named(["SHOP"])).get("SHOP")
    return found.value if found else None


async def test_a_key_in_a_file_is_changed_and_the_old_one_forgotten(settings: Settings) -> None:
    box = SecretsBox.load(settings.home)
    await planted(settings, box)
    before = (settings.home / KEY_FILE).read_text()
    said, code = await rotate_secrets(settings, forget=False)
    assert (code, said) == (0, "1 secrets are sealed with the new key")
    assert (settings.home / KEY_FILE).read_text().split()[1:] == before.split()
    assert (settings.home / KEY_FILE).stat().st_mode & 0o777 == 0o600
    assert await value(settings, box) == "the-old-value", "a process that runs reads the file anew"
    await rotate_secrets(settings, forget=True)
    assert len((settings.home / KEY_FILE).read_text().split()) == 1
    assert await value(settings, box) == "the-old-value"
    stolen = SecretsBox.load(settings.home / "elsewhere", before.strip())
    assert await value(settings, stolen) is None, "the key of before opens nothing"


async def test_keys_that_are_set_are_changed_by_putting_one_first(settings: Settings) -> None:
    await planted(settings, SecretsBox.load(settings.home, ONE))
    both = settings.model_copy(update={"secret_key": Settings(secret_key=f"{TWO},{ONE}").secret_key})
    assert (await rotate_secrets(both, forget=True))[1] == 0
    assert await value(settings, SecretsBox.load(settings.home, TWO)) == "the-old-value"
    assert await value(settings, SecretsBox.load(settings.home, ONE)) is None
    assert not (settings.home / KEY_FILE).exists()


async def test_what_no_key_opens_is_named_and_left(settings: Settings) -> None:
    await planted(settings, SecretsBox.fresh())
    said, code = await rotate_secrets(settings, forget=True)
    assert (code, "secret/SHOP: no key opens it" in said) == (1, True)
    assert len((settings.home / KEY_FILE).read_text().split()) == 1


async def test_every_sealed_column_is_sealed_anew(settings: Settings) -> None:
    """Each of the list: opened by the key of before, sealed by the one of now, bound to the same thing."""
    before, newer, only = (SecretsBox.load(settings.home, keys) for keys in (ONE, f"{TWO},{ONE}", TWO))
    async with Store(settings.database) as store:
        await store.transact(lambda connection: plant_all(connection, before))
        done, shut = await store.transact(lambda connection: seal_anew(connection, newer))
        assert (done, shut) == (len(SEALED), [])
        for each in SEALED:
            query = Row.metadata.tables[each.table].select()
            (row,) = await store.look(lambda connection, query=query: connection.execute(query).mappings().all())
            assert only.open(row[each.name], each.about(row)) == {"of": each.table}


def plant_all(connection: Connection, box: SecretsBox) -> None:
    """A row in each of the tables, with whatever they refer to."""
    done: set[str] = set()
    for each in SEALED:
        plant(connection, Row.metadata.tables[each.table], box, done)


def plant(connection: Connection, table: Table, box: SecretsBox, done: set[str]) -> None:
    if table.name in done:
        return
    done.add(table.name)
    for key in table.foreign_keys:
        plant(connection, key.column.table, box, done)
    row = {column.name: _any(column) for column in table.columns if not column.nullable}
    row |= {each.name: box.seal({"of": table.name}, each.about(row)) for each in SEALED if each.table == table.name}
    connection.execute(insert(table), row)


def test_a_column_that_is_sealed_is_in_the_list() -> None:
    known = {(each.table, each.name) for each in SEALED}
    found = {
        (table.name, column.name)
        for table in Row.metadata.tables.values()
        for column in table.columns
        if column.name in ("sealed", "secret") and column.type.python_type is str
    }
    assert found <= known and kept_secrets.about("x") == "secret/x"


def _any(column: Column[Any]) -> Any:
    """Some value of the column's kind."""
    if isinstance(column.type, Instant):
        return datetime.now(UTC)
    return [] if isinstance(column.type, Json) else {bool: False, int: 0}.get(column.type.python_type, "x")
