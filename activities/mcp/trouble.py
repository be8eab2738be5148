"""What went wrong between us and an MCP server, in our words.

The SDK reports little: a refused address comes as an error inside a group of groups, an answer of 401 as "an error
response". So whatever is nearer to the wire writes down here what it saw, and `judged` reads it together with the
exception. What decides is one question: may the tool have acted?
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field

import httpx2
from mcp import MCPError
from mcp_types import CONNECTION_CLOSED, INTERNAL_ERROR, PARSE_ERROR, REQUEST_TIMEOUT

from activities.errors import ActionError, NotDone, Retryable, Uncertain, Unusable
from activities.result import shown_size

SHOWN = 2000
"""Characters of a server's own text that are shown to people."""
LOST = frozenset({CONNECTION_CLOSED, INTERNAL_ERROR, PARSE_ERROR})
"""Codes that the SDK makes up where no answer came, or none that could be read."""


@dataclass(slots=True)
class Trouble:
    """Of one connection: the first thing that went wrong, the status of the last answer, whether the tool was called.

    `secrets` are hidden in every text of the server that is shown.
    """

    error: ActionError | None = None
    status: int | None = None
    after: float | None = None
    acting: bool = False
    repeatable: bool = False
    secrets: Collection[str] = field(default_factory=tuple)

    def raise_first(self, error: ActionError) -> None:
        """Keeps the first error, and raises this one to end the connection."""
        self.error = self.error or error
        raise error

    def too_large(self, limit: int) -> ActionError:
        """For a message of which no more is read."""
        text = f"The server sent more than {shown_size(limit)} at once; the rest was not read."
        return Unusable("output_too_large", text) if self.acting else ActionError("mcp_unusable", text)

    def shown(self, text: str) -> str:
        """A server's text as people may see it: without secrets, also without the token of a `Bearer token`."""
        for secret in self.secrets:
            for part in (secret, secret.rpartition(" ")[2]):
                text = text.replace(part, "***") if part else text
        return text[:SHOWN]


def judged(error: BaseException, trouble: Trouble) -> Exception:
    """The exception to raise for what the SDK raised. TimeoutError stays one: the contract says what follows."""
    if trouble.error is not None:
        return trouble.error
    found = leaf(error)
    if trouble.status in (401, 403):
        return needs_login("The MCP server refuses the credentials it was given.")
    if trouble.status == 429:
        return NotDone("The MCP server asks to wait.", code="mcp_unavailable", after=trouble.after)
    match found:
        case ActionError():
            return found
        case httpx2.ConnectError() | httpx2.ConnectTimeout():
            return NotDone("The MCP server cannot be reached.", code="mcp_unavailable")
        case TimeoutError() | httpx2.TimeoutException():
            return _late(trouble)
        case MCPError(code=code) if code == REQUEST_TIMEOUT:
            return _late(trouble)
        case MCPError(code=code) if code not in LOST:
            return _refused(found, trouble)
    return _lost(trouble)


def needs_login(text: str) -> ActionError:
    """Nothing was done, and nothing will be until somebody signs in."""
    return ActionError("needs_login", text)


def leaf(error: BaseException) -> BaseException:
    """The first exception inside groups of groups."""
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    return error


def _late(trouble: Trouble) -> Exception:
    if trouble.acting:
        return TimeoutError()
    return NotDone("The MCP server did not answer in time.", code="timeout")


def _refused(error: MCPError, trouble: Trouble) -> ActionError:
    text = f"The MCP server refused: {trouble.shown(error.message)}"
    return ActionError("tool_failed" if trouble.acting else "mcp_unusable", text)


def _lost(trouble: Trouble) -> ActionError:
    if not trouble.acting:
        return NotDone("The MCP server broke off before anything was asked of it.", code="mcp_unavailable")
    text = "The MCP server broke off before it answered."
    return Retryable(text, code="mcp_lost") if trouble.repeatable else Uncertain("mcp_lost", text)
