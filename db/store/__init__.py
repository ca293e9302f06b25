"""Every write. All functions take a connection in a transaction of the caller: ``with engine.begin() as conn``."""

from db.store.ledger import (
    correct,
    drop_plan,
    plan_done,
    set_cursor,
    spend,
    sync_gpus,
    undo_correction,
    upsert_plan,
)
from db.store.pages import store_page
from db.store.rows import Promoted, RevisionRow, Stored, listing_id, revision_id
from db.store.runs import accept_run, begin_run, drop_run, finish_run, promote_run
from db.store.sql import lock_writers

__all__ = [
    "Promoted",
    "RevisionRow",
    "Stored",
    "accept_run",
    "begin_run",
    "correct",
    "drop_plan",
    "drop_run",
    "finish_run",
    "listing_id",
    "lock_writers",
    "plan_done",
    "promote_run",
    "revision_id",
    "set_cursor",
    "spend",
    "store_page",
    "sync_gpus",
    "undo_correction",
    "upsert_plan",
]
