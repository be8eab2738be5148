"""Settings come from the environment, agree between parent and children, and are refused with their name."""

from __future__ import annotations

import socket
import subprocess
import sys
from pathlib import Path

import pytest
from pydantic import ValidationError

from holdfast import stack
from holdfast.compose import api_of
from holdfast.settings import Settings, Source
from holdfast.stack import CannotRun, Stack
from tests.support.servers import free_port


@pytest.fixture(autouse=True)
def _bare(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in ("HOME", "PORT", "HOST", "DEMO", "DATABASE_URL", "SOURCES", "TEMPORAL_PORT", "TEMPORAL_UI_PORT"):
        monkeypatch.delenv(f"HOLDFAST_{name}", raising=False)
    monkeypatch.chdir(tmp_path)


def test_without_any_it_lives_in_this_folder_and_on_this_machine(tmp_path: Path) -> None:
    settings = Settings()
    assert settings.loopback
    assert (settings.port, settings.temporal_port, settings.temporal_ui_port) == (8080, 7233, 8233)
    assert settings.database == f"sqlite:///{tmp_path}/.holdfast/holdfast.db"
    assert set(settings.record_sources()) == {"demo"}


def test_sources_are_named_in_one_variable(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOLDFAST_SOURCES", '{"shop": {"url": "postgresql://shop@db/shop", "read_only": true}}')
    monkeypatch.setenv("HOLDFAST_DEMO", "false")
    assert Settings().record_sources() == {"shop": Source(url="postgresql://shop@db/shop", read_only=True)}


def test_an_empty_variable_is_as_good_as_none(monkeypatch: pytest.MonkeyPatch) -> None:
    """Compose files pass variables on that nobody set."""
    monkeypatch.setenv("HOLDFAST_SOURCES", "")
    monkeypatch.setenv("HOLDFAST_DATABASE_URL", "")
    assert Settings().sources == {}


def test_a_secret_is_not_printed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOLDFAST_SMTP_URL", "smtps://me:hunter2@mail.example")
    assert "hunter2" not in repr(Settings())


@pytest.mark.parametrize("port", ["0", "65536", "http"])
def test_what_cannot_be_read_is_refused(monkeypatch: pytest.MonkeyPatch, port: str) -> None:
    monkeypatch.setenv("HOLDFAST_PORT", port)
    with pytest.raises(ValidationError):
        Settings()


def test_the_command_line_names_the_variable(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOLDFAST_PORT", "http")
    done = subprocess.run([sys.executable, "-m", "holdfast", "run"], capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert "HOLDFAST_PORT: " in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("host", ["0.0.0.0", "192.0.2.1", "::", "holdfast.example"])
def test_demo_people_are_refused_on_any_other_address(tmp_path: Path, host: str) -> None:
    with pytest.raises(CannotRun, match="demo people"):
        Stack(Settings(home=tmp_path / "home", host=host), {}).run()


def test_a_port_that_is_taken_is_named_with_its_variable(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stack, "PORT_WITHIN", 0.1)
    with socket.create_server(("127.0.0.1", 0)) as taken:
        settings = Settings(home=tmp_path / "home", port=taken.getsockname()[1], temporal_port=free_port())
        with pytest.raises(CannotRun, match="HOLDFAST_PORT"):
            Stack(settings, {"TEMPORAL_ADDRESS": "127.0.0.1:1"}).run()


def test_two_stacks_do_not_share_a_home(tmp_path: Path) -> None:
    settings = Settings(home=tmp_path / "home")
    with Stack(settings, {})._lock(), pytest.raises(CannotRun, match="HOLDFAST_HOME"):
        Stack(settings, {}).run()


async def test_how_large_a_file_may_be_is_a_setting_of_the_api(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("HOLDFAST_FILE_LIMIT", "2048")
    monkeypatch.setenv("HOLDFAST_PICTURE_PIXELS", "20000")
    async with api_of(Settings(home=tmp_path)) as app:
        config = app.state.house.config
    assert (config.file_limit, config.picture_pixels) == (2048, 20_000)
