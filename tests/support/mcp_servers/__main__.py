"""An MCP server over stdio: `python -m tests.support.mcp_servers FOLDER [mute]`. `mute` reads and never says a word."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from tests.support.mcp_servers.tools import build


def main() -> None:
    folder = Path(sys.argv[1])
    with (folder / "pids").open("a") as file:
        file.write(f"{os.getpid()}\n")
    if "mute" in sys.argv[2:]:
        for _ in sys.stdin:
            pass
        return
    build(folder).run("stdio")


main()
