"""What the documents name exists: routes of the API, settings, verbs of the program and of make."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from typer.main import get_command

from holdfast.__main__ import cli
from holdfast.settings import Settings

ROOT = Path(__file__).parents[2]
DOCUMENTS = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
ROUTE = re.compile(r"\b(GET|POST|PUT|PATCH|DELETE) (/v1/[\w/{}.-]*\w\}?)")
SETTING = re.compile(r"\b(HOLDFAST_[A-Z_]+[A-Z])\b")
OUTSIDE = {"HOLDFAST_TOKEN": "read by `holdfast publish`, which is a client"}
"""Variables that are no setting of a server."""
PARAMETER = re.compile(r"\{\w+\}")

ids = pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)


def routes_missing(text: str) -> list[str]:
    paths = json.loads((ROOT / "openapi.json").read_text(encoding="utf-8"))["paths"]
    known = {(method.upper(), PARAMETER.sub("{}", path)) for path, methods in paths.items() for method in methods}
    return [f"{m} {path}" for m, path in ROUTE.findall(text) if (m, PARAMETER.sub("{}", path)) not in known]


def settings_missing(text: str) -> list[str]:
    prefix = str(Settings.model_config.get("env_prefix", "")).upper()
    aliases = {str(field.validation_alias or "").upper() for field in Settings.model_fields.values()}
    known = {f"{prefix}{name.upper()}" for name in Settings.model_fields} | aliases | set(OUTSIDE)
    return [name for name in SETTING.findall(text) if name not in known]


def verbs_missing(text: str) -> list[str]:
    known = set(getattr(get_command(cli), "commands", {}))
    made = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    unknown = [f"holdfast {verb}" for verb in re.findall(r"`holdfast ([a-z]+)", text) if verb not in known]
    return unknown + [f"make {verb}" for verb in re.findall(r"`make ([a-z-]+)`", text) if verb not in made]


@ids
def test_routes_settings_and_verbs_exist(document: Path) -> None:
    text = document.read_text(encoding="utf-8")
    assert routes_missing(text) + settings_missing(text) + verbs_missing(text) == []


def test_enough_is_named_to_be_tested() -> None:
    text = "".join(document.read_text(encoding="utf-8") for document in DOCUMENTS)
    assert len(ROUTE.findall(text)) > 5 and len(SETTING.findall(text)) > 15


def test_what_does_not_exist_is_noticed() -> None:
    """The alarm is seen."""
    assert routes_missing("`GET /v1/nothing/{id}`") and not routes_missing("`GET /v1/runs/{run}`")
    assert settings_missing("`HOLDFAST_NOTHING`") and not settings_missing("`HOLDFAST_HOME`")
    assert verbs_missing("`holdfast dance`") and verbs_missing("`make tea`") and not verbs_missing("`make run`")
