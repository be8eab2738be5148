"""What an installation may set about models. Times in seconds, prices per million tokens, money in their currency."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from definitions.budget import Limits

Style = Literal["responses", "chat", "json"]


@dataclass(frozen=True, slots=True)
class AiSettings:
    """Where the model is, how it is spoken to, and the limits of what goes there and what it costs."""

    base_url: str
    model: str
    api_key: str = field(default="", repr=False)
    style: Style = "responses"
    timeout: float = 60.0
    max_output: int = 4096
    max_input: int = 200_000
    max_files: int = 8
    max_pages: int = 30
    max_bytes: int = 8 * 2**20
    max_pixels: int = 20_000_000
    max_reply: int = 2 * 2**20
    price_input: float = 0.0
    price_output: float = 0.0
    limits: Limits = field(default_factory=Limits)

    @property
    def takes_pdf(self) -> bool:
        """Whether a PDF goes along as it is; in the other styles few servers take one, so its text is told."""
        return self.style == "responses"
