"""The codec endpoint of Temporal's UI and command line: whoever may see everything has payloads opened here.

The protocol is Temporal's: `{"payloads": [...]}` goes in and out, each as protobuf writes it in JSON. The UI is another
origin, so it is told that it may ask, and nobody else is.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any
from urllib.parse import urlsplit

from fastapi import Path, Response
from google.protobuf.json_format import MessageToDict, ParseDict, ParseError
from pydantic import Field
from starlette.requests import Request
from temporalio.api.common.v1 import Payload, Payloads

from api.codec import Unreadable
from api.doors import Calling, TheHouse, asks
from api.house import House
from api.problems import Invalid
from api.routing import answer, problems, router
from api.schemas import Body

routes = router("/codec", "system")

Way = Annotated[str, Path(pattern=r"^(encode|decode)$")]
ASKS = problems(400, 401, 403, 413, 415, 422)
MAX_BODY = 8 * 1024 * 1024


class Coded(Body):
    """Payloads as Temporal's tools send them."""

    payloads: Annotated[list[dict[str, Any]], Field(max_length=10_000)]


@routes.post("/{way}", response_model=Coded, responses=ASKS)
@asks("codec.use", limit=MAX_BODY)
async def code(way: Way, body: Coded, request: Request, caller: Calling) -> Response:
    """Opens payloads, or seals them. Without keys they come back as they are."""
    caller.allow("codec.use")
    codec = caller.house.codec
    try:
        found = list(ParseDict(body.model_dump(), Payloads()).payloads)
        if codec is not None:
            found = await (codec.decode(found) if way == "decode" else codec.encode(found))
    except (ParseError, Unreadable) as error:
        text = str(error) if isinstance(error, Unreadable) else "Send payloads as Temporal's tools do."
        raise Invalid(text, code="payload_unreadable") from None
    return answer(_told(found), headers=_may_ask(request, caller.house))


@routes.options("/{way}", status_code=204, responses=problems(422), response_class=Response)
@asks("health")
async def before(way: Way, request: Request, house: TheHouse) -> Response:
    """What a browser asks before Temporal's UI may."""
    return Response(status_code=204, headers=_may_ask(request, house))


def _told(payloads: Sequence[Payload]) -> dict[str, Any]:
    return {"payloads": [MessageToDict(each) for each in payloads]}


def _may_ask(request: Request, house: House) -> dict[str, str]:
    """The headers for the origin of Temporal's UI; none for any other."""
    ui = urlsplit(house.config.temporal_ui)
    origin = f"{ui.scheme}://{ui.netloc}"
    if not ui.netloc or request.headers.get("origin") != origin:
        return {}
    asked = {"Access-Control-Allow-Methods": "POST", "Access-Control-Max-Age": "600", "Vary": "Origin"}
    allowed = "authorization, content-type, x-namespace"
    return {"Access-Control-Allow-Origin": origin, "Access-Control-Allow-Headers": allowed, **asked}
