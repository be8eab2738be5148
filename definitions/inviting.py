"""What is asked and told when somebody outside is given a link to a form: words of the activity and of the store."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Asked:
    """The form a link is asked for, by whom, and under which key its mail goes out.

    `journey` is the id of one of a task's forms; empty where the step is the form itself.
    """

    run: str
    step: str
    execution: str
    journey: str
    by: str
    key: str
    expires: datetime | None = None


@dataclass(frozen=True, slots=True)
class Invited:
    """A link with its token; `mailed`: it went out under this very key before."""

    link: str
    token: str
    expires: datetime | None
    mailed: bool = False
