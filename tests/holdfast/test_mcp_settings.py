"""Settings of MCP servers as an installation gives them, in its environment."""

from __future__ import annotations

import base64
import json
import subprocess
import sys
from pathlib import Path

import pytest

from api.store.store import Store
from holdfast.settings import Settings
from holdfast.tools import reach_of, servers_of, tools_of_api


def test_programs_and_addresses_of_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    program = {"command": ["crm-mcp", "--quiet"], "env": {"LANG": "C"}, "secrets": ["CRM_TOKEN"], "folder": "/srv"}
    monkeypatch.setenv("HOLDFAST_MCP_PROGRAMS", json.dumps({"crm": program}))
    monkeypatch.setenv("HOLDFAST_MCP_ALLOWED", '["127.0.0.1:9000"]')
    monkeypatch.setenv("CRM_TOKEN", "of-the-environment")
    reach = reach_of(Settings())
    crm = reach.programs["crm"]
    assert (crm.command, crm.folder) == (("crm-mcp", "--quiet"), "/srv")
    assert crm.environment({}) == {"LANG": "C", "CRM_TOKEN": "of-the-environment"}
    assert crm.environment({"CRM_TOKEN": "kept", "PATH": "/tmp"}) == {"LANG": "C", "CRM_TOKEN": "kept"}
    assert reach.http.allowed_hosts == {"127.0.0.1:9000"}
    assert not reach.http.allow_private


def test_nothing_may_be_started_where_nothing_is_set() -> None:
    assert dict(reach_of(Settings(mcp_programs={})).programs) == {}


async def test_the_key_of_secrets(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async with Store(f"sqlite:///{tmp_path / 'holdfast.db'}") as store:
        tools_of_api(Settings(home=tmp_path), store)
        assert not (tmp_path / "secret.key").exists(), "made when the first secret is met"
        monkeypatch.setenv("HOLDFAST_SECRET_KEY", base64.b64encode(b"k" * 32).decode())
        settings = Settings(home=tmp_path)
        assert "kkkk" not in repr(settings) and base64.b64encode(b"k" * 32).decode() not in repr(settings)
        servers_of(settings, store)
        monkeypatch.setenv("HOLDFAST_SECRET_KEY", "short")
        with pytest.raises(ValueError, match="32 bytes"):
            servers_of(Settings(home=tmp_path), store)


def test_a_process_pays_for_the_sdk_when_it_first_speaks_to_a_server() -> None:
    code = "import holdfast.compose, sys; print('mcp' in sys.modules, 'activities.mcp.call' in sys.modules)"
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=True)
    assert said.stdout.split() == ["False", "True"]
