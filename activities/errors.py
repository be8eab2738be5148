"""How an action says that it failed, by what is known about the world afterwards.

The class answers one question: may it be done again by itself? `ActionError` says no, a person decides. `NotDone` says
that nothing happened, `Retryable` that the other side recognises the key: both may be tried again whatever the contract
promises. Any other exception says nothing, so its text is not shown (it may hold a secret) and its outcome is unknown.
The message of an `ActionError` is shown to people and stands in histories: no secret belongs in it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any


class ActionError(Exception):
    """The action failed, knows it, and trying again by itself would not help.

    `code` is stable, `message` for people.
    """

    def __init__(self, code: str, message: str, *, errors: Sequence[Mapping[str, Any]] = ()) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.errors = [dict(error) for error in errors]


class _TryAgain(ActionError):
    """What may be tried again by itself; `after` is how many seconds the other side asked to wait."""

    def __init__(self, message: str, *, code: str = "action_failed", after: float | None = None) -> None:
        super().__init__(code, message)
        self.after = after


class NotDone(_TryAgain):
    """Nothing happened: the connection was refused, the queue was full. Safe to try again."""


class Retryable(_TryAgain):
    """It may have happened, and doing it again under the same key does no more than doing it once."""


class Uncertain(ActionError):
    """It may have happened, whole or in part, and doing it again may do it twice: only a person may ask again."""


class InvalidInput(ActionError):
    """The input does not have the declared shape; `errors` names every field. Nothing was done."""

    def __init__(self, errors: Sequence[Mapping[str, Any]]) -> None:
        listed = "; ".join(f"{error['path'] or '/'}: {error['message']}" for error in errors)
        super().__init__("invalid_input", f"The input is not valid. {listed}"[:2000], errors=errors)


class Unusable(ActionError):
    """It was done, but its result cannot be kept: `wrong_output` or `output_too_large`. Doing it again is no cure."""


class Refused(ActionError):
    """The person whose rights hold may not do this (`not_allowed`). Nothing was done."""

    def __init__(self, message: str) -> None:
        super().__init__("not_allowed", message)
