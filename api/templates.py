"""The templates and ready steps of the catalog as documents."""

from __future__ import annotations

from functools import cache
from typing import Any

from api.problems import NotFound
from api.yaml_text import parse_yaml
from definitions.catalog import snippet_ids, snippet_text, template_ids, template_text


@cache
def _parsed(template: str) -> dict[str, Any]:
    document = parse_yaml(template_text(template).encode())
    assert isinstance(document, dict)
    return document


def template_document(template: str) -> dict[str, Any]:
    """The document of a template. 404."""
    if template not in template_ids():
        raise NotFound("template")
    return dict(_parsed(template))


def templates() -> list[dict[str, Any]]:
    """All templates: {id, name, description, document}."""
    found = [(name, template_document(name)) for name in template_ids()]
    return [
        {"id": name, "name": body.get("name", name), "description": body.get("description"), "document": body}
        for name, body in found
    ]


@cache
def snippets() -> list[dict[str, Any]]:
    """The ready steps of the work-order palette: {id, name, description, group, steps}."""
    found = [(name, parse_yaml(snippet_text(name).encode())) for name in snippet_ids()]
    return [{"id": name, **body} for name, body in found if isinstance(body, dict)]
