"""A document as YAML text, in the order it was written; what our own reader reads back is the same document."""

from __future__ import annotations

from io import StringIO
from typing import Any

from ruamel.yaml import YAML


def to_yaml(document: dict[str, Any]) -> str:
    """YAML 1.2 in block style. Comments of the author are not kept: a document is data."""
    writer = YAML(typ="safe", pure=True)
    writer.default_flow_style = False
    writer.width = 120
    writer.sort_base_mapping_type_on_output = False  # type: ignore[assignment]
    out = StringIO()
    writer.dump(document, out)
    return out.getvalue()
