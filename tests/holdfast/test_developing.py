"""`holdfast new action` writes what works as it stands; `holdfast actions` says who serves what."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from activities import Registry
from activities.records import Records
from api.store.migrations import migrate
from api.store.store import Store
from api.yaml_text import parse_yaml
from definitions.checks import Known, check
from holdfast.compose import announce, effects_of
from holdfast.crew import present
from holdfast.developing import CannotWrite, actions_listed, new_action
from holdfast.settings import Settings

ROOT = Path(__file__).parents[2]


def run(*argv: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "-m", *argv], cwd=cwd, capture_output=True, text=True, timeout=120)


def test_what_is_written_works_as_it_stands(tmp_path: Path) -> None:
    """Its own test passes, in a process that knows nothing but where Holdfast is; the format is ours."""
    said = new_action("shop.ship_parcel", tmp_path)
    assert said[0].endswith("shop_ship_parcel.py") and said[1].endswith("test_shop_ship_parcel.py")
    (tmp_path / "pytest.ini").write_text(f"[pytest]\nasyncio_mode = auto\npythonpath = {ROOT} .\n")
    tested = run("pytest", "-q", "-p", "no:cacheprovider", cwd=tmp_path)
    assert tested.returncode == 0 and "2 passed" in tested.stdout, tested.stdout
    formatted = run("ruff", "format", "--check", "--config", str(ROOT / "pyproject.toml"), ".", cwd=tmp_path)
    assert formatted.returncode == 0, formatted.stdout


def test_a_test_that_would_fail_is_noticed(tmp_path: Path) -> None:
    """The written test is a test: with another answer it fails."""
    new_action("shop.ship", tmp_path)
    module = tmp_path / "shop_ship.py"
    module.write_text(module.read_text().replace("{context.key}", "{id(context)}"))
    (tmp_path / "pytest.ini").write_text(f"[pytest]\nasyncio_mode = auto\npythonpath = {ROOT} .\n")
    assert "1 failed" in run("pytest", "-q", "-p", "no:cacheprovider", cwd=tmp_path).stdout


def test_the_step_it_proposes_is_right(tmp_path: Path) -> None:
    step = next(line for line in new_action("shop.ship", tmp_path) if line.startswith("use it:")).partition(":")[2]
    document = {"holdfast": 1, "key": "shop", "name": "Shop", "record": "demo.orders"}
    schema = {"type": "object", "properties": {"subject": {"type": "string"}}, "required": ["subject"]}
    known = Known(actions={"shop.ship": {"name": "shop.ship", "input": schema}})
    assert check({**document, "steps": parse_yaml(step.strip().encode())}, known).findings == ()


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("ship", "with a dot"),
        ("Shop.Ship", "lower case"),
        ("shop.import", "a word of Python"),
        ("holdfast.get_data", "one of our own"),
    ],
)
def test_a_name_that_cannot_be_is_refused(tmp_path: Path, name: str, said: str) -> None:
    with pytest.raises(CannotWrite, match=said):
        new_action(name, tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_nothing_is_overwritten(tmp_path: Path) -> None:
    """Neither of the two files, where one of them is there."""
    mine = tmp_path / "test_shop_ship.py"
    mine.write_text("mine")
    done = subprocess.run(
        [sys.executable, "-m", "holdfast", "new", "action", "shop.ship", "--in", str(tmp_path)],
        cwd=ROOT, capture_output=True, text=True, timeout=60,
    )  # fmt: skip
    assert done.returncode == 1 and "nothing was written" in done.stderr and "Traceback" not in done.stderr
    assert mine.read_text() == "mine" and list(tmp_path.iterdir()) == [mine]


def test_a_folder_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(CannotWrite, match="file"):
        new_action("shop.ship", tmp_path / "file" / "below")


async def test_the_list_says_who_serves_what(tmp_path: Path) -> None:
    settings = Settings(home=tmp_path, demo=False, build_id="release-7", queues={"email": "mail"})
    migrate(settings.database)
    assert await actions_listed(settings) == ["no worker has announced an action yet"]
    async with Store(settings.database) as store:
        catalogue = effects_of(settings, store, Records({}), Registry()).catalogue
        await announce(store, catalogue)
        (line,) = [each for each in await actions_listed(settings) if each.startswith("email.send")]
        assert "NOT SERVED" in line
        async with present(store, settings, catalogue, runs=True):
            lines = await actions_listed(settings)
            (mail,) = [each for each in lines if each.startswith("email.send")]
            assert "mail: " in mail and "build release-7" in mail
            assert not any("NOT SERVED" in each for each in lines)
        assert "NOT SERVED" in "\n".join(await actions_listed(settings)), "it said that it ends"
