"""Every "no" of the door is one of the classes here: a status, a stable code, and one shape on the wire (RFC 9457).

Whose fault it is decides the status: 400 the bytes, 401 no identity, 403 no right, 404 not there *or not for you*,
409 the state of the run, 413 size, 415 kind, 422 the content, 503 us. A problem never carries a stack trace, SQL, a
host name or a secret: what is not one of these classes is rendered as a bare 500 and its cause goes to the log.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, ClassVar

from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse

from api.tracing import current_trace, log

MEDIA_TYPE = "application/problem+json"

TITLES = {
    400: "Malformed request",
    401: "Not identified",
    403: "Not allowed",
    404: "Not found",
    405: "Method not allowed",
    408: "Request took too long",
    409: "Refused by the current state",
    410: "Gone",
    413: "Too large",
    415: "Unsupported media type",
    416: "Range not satisfiable",
    422: "Invalid content",
    428: "Precondition required",
    429: "Too many requests",
    500: "Internal error",
    503: "Not available right now",
}

CODES_BY_STATUS = {
    400: "malformed",
    401: "not_identified",
    403: "forbidden",
    404: "not_found",
    405: "method_not_allowed",
    413: "too_large",
    415: "unsupported_media_type",
    422: "invalid",
    429: "too_many_requests",
    503: "unavailable",
}
"""The code of a problem nobody here named (Starlette's own refusals)."""


class ApiError(Exception):
    """A refusal with a status and a code. Extra members (`run`, `blocked_by`, …) stand beside the standard ones."""

    status: ClassVar[int] = 400
    default_code: ClassVar[str] = "malformed"

    def __init__(
        self,
        detail: str,
        *,
        code: str | None = None,
        status: int | None = None,
        errors: Iterable[Mapping[str, Any]] = (),
        headers: Mapping[str, str] | None = None,
        **extra: Any,
    ) -> None:
        super().__init__(detail)
        self.detail = detail
        self.code = code or self.default_code
        self.http_status = status or self.status
        self.errors = [dict(error) for error in errors]
        self.headers = dict(headers or {})
        self.extra = {key: value for key, value in extra.items() if value is not None}

    def body(self) -> dict[str, Any]:
        """The problem as JSON, without its trace id."""
        return problem(self.http_status, self.code, self.detail, self.errors, self.extra)


class Malformed(ApiError):
    """The bytes are not what they claim to be."""


class Unidentified(ApiError):
    """No token, or one that is unknown, expired or revoked: the answer does not say which."""

    status, default_code = 401, "not_identified"

    def __init__(self, detail: str = "Send a valid token: Authorization: Bearer hf_…") -> None:
        super().__init__(detail, headers={"WWW-Authenticate": "Bearer"})


class Forbidden(ApiError):
    """The caller may see it, and may not do this with it."""

    status, default_code = 403, "forbidden"


class NotFound(ApiError):
    """There is no such thing, or it is not for the caller's eyes: both read the same."""

    status, default_code = 404, "not_found"

    def __init__(self, what: str, *, code: str | None = None) -> None:
        super().__init__(f"There is no such {what}.", code=code)


class Conflict(ApiError):
    """The state of things refuses it."""

    status, default_code = 409, "conflict"


class IdempotencyConflict(Conflict):
    """The same key came with another body."""

    default_code = "idempotency_conflict"

    def __init__(self) -> None:
        super().__init__("This id or Idempotency-Key was already used with another body.")


class TooLarge(ApiError):
    """More bytes than are taken here."""

    status, default_code = 413, "too_large"


class WrongMediaType(ApiError):
    """A body of a kind this call does not read."""

    status, default_code = 415, "unsupported_media_type"


class Invalid(ApiError):
    """Well-formed and wrong; `errors` holds every finding at once."""

    status, default_code = 422, "invalid"


class TooMany(ApiError):
    """More calls than are worked on now; the caller may try again."""

    status, default_code = 429, "too_many_requests"

    def __init__(self, detail: str, *, after: int = 1) -> None:
        super().__init__(detail, headers={"Retry-After": str(after)})


class Unavailable(ApiError):
    """Something behind the door does not answer; the caller may try again."""

    status, default_code = 503, "unavailable"

    def __init__(self, detail: str, *, after: int = 2) -> None:
        super().__init__(detail, headers={"Retry-After": str(after)})


def problem(
    status: int, code: str, detail: str, errors: list[dict[str, Any]], extra: Mapping[str, Any]
) -> dict[str, Any]:
    """One problem document; `errors` is left out when there are none."""
    body: dict[str, Any] = {
        "type": f"urn:holdfast:problem:{code}",
        "title": TITLES.get(status, "Error"),
        "status": status,
        "detail": detail,
        "code": code,
    }
    if errors:
        body["errors"] = errors
    return {**body, **extra}


def render(error: ApiError) -> JSONResponse:
    """A refusal as a response."""
    body = {**error.body(), "trace_id": current_trace()}
    return JSONResponse(body, error.http_status, error.headers, MEDIA_TYPE)


def pointer(location: Iterable[Any], skip: int = 0) -> str:
    """A pydantic location as a JSON pointer, `skip` members dropped: ("body", "a", 0) -> "/a/0"."""
    parts = list(location)[skip:]
    return "".join("/" + str(part).replace("~", "~0").replace("/", "~1") for part in parts)


PYDANTIC_CODES = {
    "missing": "required",
    "extra_forbidden": "unknown_field",
    "string_too_long": "too_long",
    "string_too_short": "too_short",
    "too_long": "too_many",
    "literal_error": "not_an_option",
    "enum": "not_an_option",
    "union_tag_invalid": "not_an_option",
    "union_tag_not_found": "required",
    "greater_than_equal": "too_small",
    "less_than_equal": "too_large",
    "string_pattern_mismatch": "wrong_pattern",
}
"""pydantic's word for a mistake -> ours; the rest is `wrong_type`. Nobody should have to know what validates here."""


def finding(error: Mapping[str, Any], tagged: bool = False) -> dict[str, Any]:
    """One pydantic error as {path, code, message}. `tagged`: the body is one of several models, told apart by a tag,
    which pydantic writes into the location although it is no place in the body.
    """
    location = tuple(error["loc"])
    where = location[0] if location else "body"
    skip = 2 if tagged and where == "body" else 1 if where in ("body", "query", "path", "header") else 0
    kind = str(error["type"])
    code = PYDANTIC_CODES.get(kind, kind if kind in OWN_CODES else "wrong_type")
    row = {"path": pointer(location, skip), "code": code, "message": str(error["msg"])}
    if where in ("query", "path", "header"):
        row["in"] = str(where)
    return row


OWN_CODES = {
    "naive_time",
    "not_a_time",
    "control_char",
    "lone_surrogate",
    "wrong_cursor",
    "wrong_sort",
    "unknown_event",
    "not_an_option",
}
"""Codes our own validators raise through PydanticCustomError."""


async def on_api_error(_request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, ApiError)
    return render(error)


async def on_validation_error(request: Request, error: Exception) -> JSONResponse:
    """Every mistake of a body or a query at once, sorted by path."""
    assert isinstance(error, RequestValidationError)
    tagged = getattr(request.state, "tagged", False)
    errors = sorted((finding(item, tagged) for item in error.errors()), key=lambda row: (row["path"], row["code"]))
    what = "; ".join(f"{row['path'] or '/'}: {row['message']}" for row in errors[:3])
    return render(Invalid(what or "The request is not valid.", errors=errors))


async def on_http_error(_request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, HTTPException)
    code = CODES_BY_STATUS.get(error.status_code, "error")
    return render(ApiError(str(error.detail), status=error.status_code, code=code, headers=error.headers))


async def on_crash(_request: Request, error: Exception) -> JSONResponse:
    """A mistake of ours. The caller gets a number to quote, the log gets the cause."""
    log.error("a request crashed", action="request.crashed", error=type(error).__name__, exc_info=error)
    return render(ApiError("Something went wrong on our side.", status=500, code="internal"))
