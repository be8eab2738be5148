"""What a request for records can be refused for. No SQL, no host name, no value of the database stands in a message."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from sqlalchemy import exc

CODES = {
    "unknown_source": "No source of that name is configured.",
    "unknown_collection": "The source has no such collection.",
    "unknown_field": "The collection has no such field.",
    "unknown_relation": "The collection has no such relation.",
    "no_key": "The collection has no single-column key, so its rows have no id.",
    "not_found": "There is no row of that id.",
    "out_of_scope": "The acting person's scopes do not cover it.",
    "read_only": "The source or collection may not be written.",
    "invalid_values": "Some values do not fit their fields; `errors` names each.",
    "conflict": "The write breaks a rule of the database: a unique, foreign key or check constraint.",
    "bad_cursor": "The cursor was not made by this list.",
    "source_unavailable": "The source's database does not answer; nothing was changed.",
}


class RecordError(Exception):
    """A refused request. `code` is one of CODES; `errors` are `{path, code, message}` by field."""

    def __init__(self, code: str, message: str = "", errors: Sequence[Mapping[str, Any]] = ()) -> None:
        super().__init__(message or CODES[code])
        self.code = code
        self.message = message or CODES[code]
        self.errors = [dict(error) for error in errors]


@contextmanager
def database_errors() -> Iterator[None]:
    """Turns what the driver raises into RecordError, without its text: that holds SQL, values and host names."""
    try:
        yield
    except exc.IntegrityError:
        raise RecordError("conflict") from None
    except exc.DataError:
        raise RecordError("invalid_values", "The database does not take one of the values.") from None
    except (exc.DBAPIError, exc.TimeoutError, OSError):
        raise RecordError("source_unavailable") from None
