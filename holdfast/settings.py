"""What an installation may set, all of it by environment variables that begin with HOLDFAST_.

Temporal's own address, namespace, TLS and API key are not ours: they are read by `temporalio.envconfig` from TEMPORAL_*
variables and Temporal's profile file. Where TEMPORAL_ADDRESS is set, nothing embedded is started in its place.

Times are in seconds. Paths are relative to the folder the program was started in.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Literal
from urllib.parse import urlsplit

from pydantic import BaseModel, Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict

from holdfast.ai_settings import AiFields
from holdfast.identity_settings import IdentityFields, is_loopback
from holdfast.mcp_settings import McpFields

if TYPE_CHECKING:
    from activities.registry import Action

DEMO_SOURCE = "demo"


class Source(BaseModel):
    """One database whose records runs may work on. `url` is an SQLAlchemy URL with an async driver."""

    url: str
    read_only: bool = False


class Settings(AiFields, McpFields, IdentityFields, BaseSettings):
    """The settings of one process. Children of `holdfast run` read the same variables, so all of them agree."""

    model_config = SettingsConfigDict(
        env_prefix="HOLDFAST_", env_nested_delimiter="__", frozen=True, extra="ignore", env_ignore_empty=True
    )

    home: Path = Field(Path(".holdfast"), description="Folder for everything this installation keeps on disk.")
    host: str = Field("127.0.0.1", description="Address that the API, and a worker's metrics, bind to.")
    port: int = Field(8080, ge=1, le=65535, description="Port of the API.")
    temporal_port: int = Field(7233, ge=1, le=65535, description="Port of the embedded Temporal server.")
    temporal_ui_port: int = Field(8233, ge=1, le=65535, description="Port of Temporal's UI.")
    temporal_ui_url: str = Field("", description="Where people reach Temporal's UI; empty: runs have no link to it.")
    database_url: str = Field("", description="Holdfast's own database: sqlite:///… or postgresql://…; empty: in HOME.")
    blobs_url: str = Field("", description="Where large values go: s3://bucket/prefix, file:///…; empty: in HOME.")
    anchors_url: str = Field("", description="Where the record is anchored: s3://…, file:///…; empty: in HOME.")
    reconcile_every: float = Field(60.0, gt=0, description="How often open runs are held against Temporal.")
    log_reads_days: int = Field(0, ge=0, le=100_000, description="Days that reads stay in the log; 0: for ever.")
    archive_rest: float = Field(600.0, gt=0, description="How long an open run has rested when its history is stored.")
    file_limit: int = Field(25 * 1024 * 1024, ge=1024, le=1024**3, description="Bytes an uploaded file may have.")
    picture_pixels: int = Field(40_000_000, ge=10_000, description="Pixels an uploaded picture may have.")
    event_days: float = Field(7.0, gt=0, le=365, description="Days an event is there for waits that begin later.")
    hosts: tuple[str, ...] = Field(("127.0.0.1", "localhost", "[::1]"), description="Names the API answers to.")
    task_queue: str = Field("holdfast", description="Temporal task queue of the runs.")
    queues: dict[str, str] = Field(
        default_factory=dict, description='Task queues of their own, as JSON by action or family: {"email": "mail"}.'
    )
    build_id: str = Field(
        "", description="Version of this release for Temporal's worker versioning; empty: unversioned."
    )
    metrics_port: int | None = Field(
        None, ge=1, le=65535, description="Port of a worker's /metrics, on HOST; unset: off."
    )
    demo: bool = Field(True, description="Whether `holdfast run` brings the sample records, people and the refund.")
    sources: dict[str, Source] = Field(default_factory=dict, description="Databases of records, as JSON by name.")
    cli_roles: tuple[str, ...] = Field((), description="Roles granted to signals sent with Temporal's own tools.")
    smtp_url: SecretStr | None = Field(None, description="smtp[s]://user:password@host:port; unset: mail to files.")
    calendar: str = Field("", description="Days off that business days skip, such as NL or DE-BY; empty: weekends.")
    mail_from: str = Field("holdfast@localhost", description="Sender of the mail that runs send.")
    http_allowed: tuple[str, ...] = Field((), description="Private host:port pairs that http.request may reach.")
    log_format: Literal["json", "text"] = Field("json", description="One JSON object per line, or lines for people.")
    log_level: Literal["debug", "info", "warning", "error"] = "info"
    stop_within: float = Field(25.0, gt=0, le=600, description="How long a stop may take before it becomes a kill.")

    @property
    def database(self) -> str:
        """URL of Holdfast's own database."""
        return self.database_url or f"sqlite:///{self.home.absolute() / 'holdfast.db'}"

    @property
    def demo_database(self) -> Path:
        """The SQLite file of the sample records."""
        return self.home.absolute() / "demo.db"

    @property
    def blob_folder(self) -> Path:
        """Where large values go while no blob store is set, one file each."""
        return self.home.absolute() / "blobs"

    @property
    def anchor_folder(self) -> Path:
        """Where the heads of the record are anchored while no other place is set."""
        return self.home.absolute() / "anchors"

    @property
    def mail_folder(self) -> Path:
        """Where mail goes while no SMTP server is set, one .eml file each."""
        return self.home.absolute() / "mail"

    @property
    def tokens_file(self) -> Path:
        """`{name: token}` of the demo people, readable by the owner only."""
        return self.home.absolute() / "demo-tokens.json"

    @property
    def log_folder(self) -> Path:
        """One file per process of `holdfast run`."""
        return self.home.absolute() / "log"

    @property
    def url(self) -> str:
        """Where the API answers, for a caller on this machine."""
        return f"http://{self.host}:{self.port}"

    @property
    def address(self) -> str:
        """Where people reach it: what links in mails and pages begin with."""
        return self.public_url or self.url

    @property
    def answers_to(self) -> tuple[str, ...]:
        """The names the API answers to, that of its public address among them."""
        return (*self.hosts, *((urlsplit(self.public_url).hostname or "",) if self.public_url else ()))

    @property
    def metrics_address(self) -> str | None:
        """Where a worker serves its metrics."""
        return f"{self.host}:{self.metrics_port}" if self.metrics_port else None

    @property
    def loopback(self) -> bool:
        """Whether only this machine can reach the API."""
        return is_loopback(self.host)

    def queue_of(self, action: Action) -> str:
        """The task queue of an action: as set for it, for its family, else as it declares; empty: that of the runs."""
        family = action.name.partition(".")[0]
        return self.queues.get(action.name, self.queues.get(family, action.contract.queue))

    def record_sources(self) -> dict[str, Source]:
        """Every source of records: those set, and `demo` where the demo is on and nobody took its name."""
        demo = {DEMO_SOURCE: Source(url=f"sqlite+aiosqlite:///{self.demo_database}")} if self.demo else {}
        return {**demo, **self.sources}
