"""What every route is given: the parts of one API process, put together once by `create_app` and handed on by hand.

No global state: two apps in one process (as in the tests) share nothing.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from limits.storage import MemoryStorage
from limits.strategies import FixedWindowRateLimiter, MovingWindowRateLimiter

from api.activity import ReadLog
from api.calendars import known_calendars
from api.clocks import Clocks
from api.codec import Sealing
from api.commands import Commands
from api.engine import Engine
from api.feed import Feed
from api.metrics import Metrics
from api.oidc import Oidc
from api.outbox import Outbox
from api.ports import Blobs, Records
from api.recordkeeping import Recordkeeping
from api.signing import Signer
from api.store.links import SqlLinks
from api.store.people import People
from api.store.secrets_box import SecretsBox
from api.store.sessions import Sessions
from api.store.store import Store
from api.versions import Versions
from api.ways_out import WaysOut

if TYPE_CHECKING:
    from api.mcp_servers import McpHouse

LOOPBACK_HOSTS = ("127.0.0.1", "localhost", "[::1]")


@dataclass(frozen=True, slots=True)
class Config:
    """What may be set about the API. Times are in seconds.

    `hosts` are the names it answers to (a request for another one is refused: DNS rebinding); `cli_roles` the roles
    granted to signals sent with Temporal's own tools; `relay_every` how often the outbox looks for what was left.
    `file_limit` are the bytes an uploaded file may have, `picture_pixels` how many pixels of a picture are decoded.
    `calendar` is the one of business days that name none; empty: weekends alone. `temporal_ui` is where Temporal's own
    pages show a workflow, up to its id; empty where there are none. `hook_calls` are the calls of one webhook that a
    process takes in a minute, `event_lifetime` how long an event is there for waits that begin later.
    """

    command_deadline: float = 4.0
    relay_every: float = 0.5
    hosts: tuple[str, ...] = LOOPBACK_HOSTS
    cli_roles: tuple[str, ...] = ()
    public_url: str = ""
    file_limit: int = 25 * 1024 * 1024
    picture_pixels: int = 40_000_000
    calendar: str = ""
    temporal_ui: str = ""
    calls_per_minute: int = 0
    hook_calls: int = 120
    event_lifetime: float = 7 * 86_400.0

    def __post_init__(self) -> None:
        """Raises ValueError for a calendar that nobody knows, before anything is published by it."""
        if self.calendar and self.calendar not in known_calendars():
            raise ValueError(f"there is no calendar {self.calendar!r}")


@dataclass(frozen=True, slots=True)
class House:
    """The parts. `commands` and `outbox` are the only ways to the engine that change anything.

    `box` seals what must be told to others in plain text later. Without `blobs` there are no large values and no files
    to be had, without `mcp` no MCP servers, without `record` no histories, without `clocks` no schedules. `busy`
    counts the calls that are worked on now, by operation, where only so many may be at a time; `guesses` the wrong
    passwords of the last minute.
    """

    store: Store
    people: People
    records: Records
    engine: Engine
    signer: Signer
    versions: Versions
    outbox: Outbox
    commands: Commands
    feed: Feed
    out: WaysOut
    links: SqlLinks
    box: SecretsBox
    reads: ReadLog
    sessions: Sessions
    config: Config = field(default_factory=Config)
    metrics: Metrics = field(default_factory=Metrics)
    blobs: Blobs | None = None
    mcp: McpHouse | None = None
    oidc: Oidc | None = None
    codec: Sealing | None = None
    record: Recordkeeping | None = None
    clocks: Clocks | None = None
    busy: dict[str, int] = field(default_factory=dict)
    calls: FixedWindowRateLimiter = field(default_factory=lambda: FixedWindowRateLimiter(MemoryStorage()))
    guesses: MovingWindowRateLimiter = field(default_factory=lambda: MovingWindowRateLimiter(MemoryStorage()))
