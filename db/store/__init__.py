"""Every write. All functions take a connection in a transaction of the caller: ``with engine.begin() as conn``."""

from db.store.ledger import (
    correct,
    set_cursor,
    spend,
    sync_gpus,
    undo_correction,
    upsert_plan,
)
from db.store.pages import store_page
from db.store.purge import checkpoint, older_than, purge_listings
from db.store.rows import Promoted, RevisionRow, Stored, listing_id, revision_id
from db.store.runs import accept_run, begin_run, drop_run, finish_run, promote_run
from db.store.sql import lock_writers

__all__ = [
    "Promoted",
    "RevisionRow",
    "Stored",
    "accept_run",
    "begin_run",
    "checkpoint",
    "correct",
    "drop_run",
    "finish_run",
    "listing_id",
    "lock_writers",
    "older_than",
    "promote_run",
    "purge_listings",
    "revision_id",
    "set_cursor",
    "spend",
    "store_page",
    "sync_gpus",
    "undo_correction",
    "upsert_plan",
]
