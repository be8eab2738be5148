"""What the long-lived processes run on."""

from __future__ import annotations

import gc

from holdfast.loop import settle_in


def test_what_is_loaded_is_not_walked_through_again() -> None:
    try:
        settle_in()
        assert gc.get_freeze_count() > 10_000
        assert len(gc.get_objects()) < 10_000
    finally:
        gc.unfreeze()
