"""The archive works off what is due and leaves most of the time to others."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any, cast

import pytest

from api import exporting
from api.exporting import LEAVES, Archive

NOTHING = cast(Any, None)


class Batches(Archive):
    """Each batch takes as many seconds as it says, on a clock of its own; the last one finds nothing to do."""

    def __init__(self, took: list[float]) -> None:
        super().__init__(NOTHING, NOTHING, NOTHING, NOTHING)
        self.took, self.clock, self.pauses = took, 0.0, list[float]()

    async def sweep(self) -> int:
        if not self.took:
            return 0
        self.clock += self.took.pop(0)
        return 1

    async def sleep(self, seconds: float) -> None:
        self.pauses.append(seconds)
        self.clock += seconds


async def test_after_each_batch_others_have_their_time(monkeypatch: pytest.MonkeyPatch) -> None:
    batches = Batches([0.1, 3.0, 0.2])
    monkeypatch.setattr(exporting, "monotonic", lambda: batches.clock)
    # The module's own name, not `asyncio.sleep` itself: what else lives in this process would never sleep, nor yield.
    monkeypatch.setattr(exporting, "asyncio", SimpleNamespace(sleep=batches.sleep))
    await batches.work_off()
    assert batches.pauses == pytest.approx([0.1 * LEAVES, 3.0 * LEAVES, 0.2 * LEAVES])
