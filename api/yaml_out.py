"""A document as YAML text, in the order it was written; what our own reader reads back is the same document."""

from __future__ import annotations

import re
from io import StringIO
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.nodes import ScalarNode
from ruamel.yaml.representer import SafeRepresenter

OLDER = re.compile(r"yes|Yes|YES|no|No|NO|on|On|ON|off|Off|OFF|[-+]?[0-9][0-9_]*(:[0-5]?[0-9])+(\.[0-9_]*)?")
"""Texts that tools of YAML 1.1 take for booleans, or for numbers to the base of 60."""


class _Representer(SafeRepresenter):
    """Quotes what an older tool would not read as the text it is: an option `yes`, a time `09:30`."""

    def text(self, data: str) -> ScalarNode:
        style = "'" if OLDER.fullmatch(data) else None
        return self.represent_scalar("tag:yaml.org,2002:str", data, style=style)


_Representer.add_representer(str, _Representer.text)


def to_yaml(document: dict[str, Any]) -> str:
    """YAML 1.2 in block style, the same to tools of YAML 1.1. Comments of the author are not kept: it is data."""
    writer = YAML(typ="safe", pure=True)
    writer.Representer = _Representer
    writer.default_flow_style = False
    writer.width = 120
    writer.sort_base_mapping_type_on_output = False  # type: ignore[assignment]
    out = StringIO()
    writer.dump(document, out)
    return out.getvalue()
