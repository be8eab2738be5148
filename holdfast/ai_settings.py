"""Settings of AI: where the model is, how it is spoken to, what it may see and what it may cost.

Nothing needs to be set. Without `HOLDFAST_AI_BASE_URL` or `HOLDFAST_AI_API_KEY` there is no provider: forms, rows and
tools are proposed by the matcher, and what needs a model asks a person.
"""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, Field, SecretStr

OPENAI = "https://api.openai.com/v1"


class AiFields(BaseModel):
    """The part of the settings that is about AI; times in seconds, money in whatever the prices are in."""

    ai_base_url: str = Field(
        "", pattern=r"^(https?://\S+)?$", description="Where the model's API is, up to /v1; empty with a key: OpenAI's."
    )
    ai_api_key: SecretStr | None = Field(None, description="Key of that API; a local server may need none.")
    ai_model: str = Field("gpt-5-mini", min_length=1, description="Model of steps that name none.")
    ai_style: Literal["responses", "chat", "json"] = Field(
        "responses",
        description="How the API is spoken to: responses, chat completions with a schema, or with plain JSON.",
    )
    ai_timeout: float = Field(60.0, gt=0, le=110, description="All that is asked for one proposal together may take.")
    ai_max_output: int = Field(4096, ge=64, description="Tokens that one answer may have.")
    ai_max_input: int = Field(200_000, ge=1000, description="Characters of text that one request may have.")
    ai_max_files: int = Field(8, ge=0, le=50, description="Pictures and documents that one request may have.")
    ai_max_pages: int = Field(30, ge=1, description="Pages that a PDF may have.")
    ai_max_bytes: int = Field(8 * 2**20, ge=1024, description="Bytes that a picture or document may have.")
    ai_max_pixels: int = Field(20_000_000, ge=10_000, description="Pixels that a picture may have.")
    ai_price_input: float = Field(0.0, ge=0, description="Price of a million tokens that are read.")
    ai_price_output: float = Field(0.0, ge=0, description="Price of a million tokens that are written.")
    ai_run_tokens: int | None = Field(None, ge=0, description="Tokens that one run may use; unset: no limit.")
    ai_run_cost: float | None = Field(None, ge=0, description="Money that one run may cost; unset: no limit.")
    ai_team_tokens: int | None = Field(None, ge=0, description="Tokens of a team's runs in a month; unset: no limit.")
    ai_team_cost: float | None = Field(None, ge=0, description="Money of a team's runs in a month; unset: no limit.")

    @property
    def has_ai(self) -> bool:
        """Whether there is a model to ask."""
        return bool(self.ai_base_url or self.ai_api_key)

    @property
    def ai_address(self) -> str:
        """Where it is asked."""
        return self.ai_base_url or OPENAI
