"""Where the built console lies: inside an installed package, or in `web/dist` of the source."""

from __future__ import annotations

from pathlib import Path

INSTALLED = Path(__file__).parent / "console"
BUILT = Path(__file__).parents[1] / "web" / "dist"


def folder() -> Path | None:
    """The folder with its `index.html`, or None where the console was not built: the API then answers without one."""
    return next((place for place in (INSTALLED, BUILT) if (place / "index.html").is_file()), None)
