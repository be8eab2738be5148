"""How a page is made: a template, the words of the reader's language, and the headers every such page has.

Everything that comes from a definition, a record or a person is escaped by Jinja; markdown is rendered with HTML and
pictures switched off, so that a description can hold a link and nothing that runs or is fetched. Signs that nobody sees
are shown by their code, but for what comes back from the page (`as_written` in a template).
"""

from __future__ import annotations

import hashlib
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markdown_it import MarkdownIt
from markupsafe import Markup
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from api.public.headers import PAGE
from api.public.hidden import as_seen, as_written, shown
from api.public.words import WORDS, language

FOLDER = Path(__file__).parent / "templates"
STYLE = "/public/style.css"


def wants_page(request: Request) -> bool:
    """Whether a browser asks. Whoever names no HTML (a program) is answered in JSON."""
    return "text/html" in request.headers.get("accept", "")


def page(
    request: Request, template: str, status: int = 200, *, headers: dict[str, str] | None = None, **values: Any
) -> Response:
    """A page from a template, in the reader's language."""
    name = language(request.headers.get("accept-language", ""))
    words = WORDS[name]
    text = _templates().get_template(template).render(lang=name, t=words, style=f"{STYLE}?{style_tag()}", **values)
    return HTMLResponse(text, status, {**PAGE, "Content-Language": name, **(headers or {})})


def message(request: Request, title: str, text: str, status: int, headers: dict[str, str] | None = None) -> Response:
    """A page that only says something; `title` and `text` are keys of the words."""
    return page(request, "message.html", status, headers=headers, title=title, text=text)


def markdown(text: str | None) -> Markup:
    """Somebody's markdown as HTML that is safe on our page."""
    return Markup(_markdown().render(shown(text or "")))  # noqa: S704 - the renderer escapes HTML and drops unsafe links


@cache
def _markdown() -> MarkdownIt:
    reader = MarkdownIt("commonmark", {"html": False, "linkify": False}).disable(["image"])
    reader.add_render_rule("link_open", _link)
    return reader


def _link(self: Any, tokens: Any, index: int, options: Any, env: Any) -> str:
    """A link leaves our page, and takes nothing of it along."""
    tokens[index].attrSet("rel", "noopener noreferrer nofollow")
    return str(self.renderToken(tokens, index, options, env))


@cache
def _templates() -> Environment:
    made = Environment(
        loader=FileSystemLoader(FOLDER),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=as_seen,
    )
    made.filters["as_written"] = as_written
    made.filters["markdown"] = markdown
    return made


@cache
def stylesheet() -> str:
    """The one style sheet of these pages."""
    return (FOLDER / "style.css").read_text(encoding="utf-8")


@cache
def style_tag() -> str:
    """Changes with the style sheet, so that it may be kept for ever."""
    return hashlib.sha256(stylesheet().encode()).hexdigest()[:12]
