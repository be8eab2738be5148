"""What Temporal's UI is told of a run at rest, as search attributes: it is found and sorted by them, nothing else.

Ids and statuses only: search attributes are not encrypted, and stand in lists that anybody with the UI can see.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from temporalio.common import SearchAttributeKey, SearchAttributeUpdate

STATUS = SearchAttributeKey.for_keyword("HoldfastStatus")
WAITING_FOR = SearchAttributeKey.for_keyword_list("HoldfastWaitingFor")
ATTENTION = SearchAttributeKey.for_bool("HoldfastAttention")


def search_attributes(status: str, waiting: Sequence[str], attention: bool) -> list[SearchAttributeUpdate[Any]]:
    """One update of all three: one event, whatever changed."""
    return [STATUS.value_set(status), WAITING_FOR.value_set(waiting), ATTENTION.value_set(attention)]
