"""Links to a run's progress, as they are asked for and told."""

from __future__ import annotations

from typing import Literal

from api.schemas import Body, Name
from api.schemas_out import Out


class LinkBody(Body):
    """For whom: `partner` names one of the register's, and is asked for with the audience `partner`."""

    audience: Literal["customer", "partner"]
    partner: Name | None = None


class LinkMade(Out):
    """A link: its whole address, and where that leads. `expires` is when it ends."""

    id: str
    link: str
    link_path: str
    expires: str


class LinkInfo(Out):
    """A link that was given away and still leads somewhere; the address is told to who made it, and then no more."""

    id: str
    audience: str
    partner: str | None
    made_by: str
    made_at: str
    expires: str | None
