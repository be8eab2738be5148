"""The parts that keep the record true, over the settings' places."""

from __future__ import annotations

from datetime import timedelta

from temporalio.client import Client

from api.exporting import Archive
from api.history import TemporalHistories
from api.ports import Blobs
from api.reconciling import Reconciler
from api.recordkeeping import Recordkeeping
from api.refilling import Refill
from api.sealing import Sealer
from api.store.store import Store
from api.verifying import Replays, Verifier
from holdfast.anchors import open_anchors
from holdfast.settings import Settings
from holdfast.witness import ChildReplays


def record_of(
    settings: Settings, store: Store, client: Client, blobs: Blobs, replays: Replays | None = None
) -> Recordkeeping:
    """What the API is given; `replays` in place of children for a process that does nothing else."""
    anchors = open_anchors(settings.anchors_url, settings.anchor_folder)
    rest = timedelta(seconds=settings.archive_rest)
    histories, replays = TemporalHistories(client), replays or ChildReplays()
    archive = Archive(store, histories, blobs, anchors, rest)
    reconciler = Reconciler(store, histories, Refill(archive, replays), settings.reconcile_every)
    kept = timedelta(days=settings.log_reads_days) if settings.log_reads_days else None
    return Recordkeeping(archive, Verifier(archive, replays), reconciler, Sealer(store, anchors, kept))
