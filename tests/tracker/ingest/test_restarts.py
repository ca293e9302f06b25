"""Reading that was killed in the middle: the next one loses nothing and repeats nothing."""

from typing import Any

import pytest
from sqlalchemy import Engine

import tracker.ingest.run
from db.store.rollup import rebuild_daily
from tests.tracker.ingest.listings import ROWS, wipe
from tests.tracker.prices import (
    VERSION,
    daily,
    derived,
    learn,
    read_all,
    read_plainly,
    reread_all,
    store,
)
from tracker.ingest import ingest, rebuild
from tracker.normalize.types import ListingText, Reading


class Killed(Exception):
    """Stands for a process that ends in the middle."""


@pytest.mark.parametrize("work", [read_all, reread_all])
@pytest.mark.parametrize("after", [0, 1, 11, 27])
def test_a_killed_process_loses_nothing_and_repeats_nothing(
    engine: Engine, work: Any, after: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tracker.ingest.run, "BATCH", 5)
    learn(engine, ROWS)
    whole = derived(engine)
    wipe(engine)
    store(engine, ROWS)
    read = []

    def dies(text: ListingText) -> Reading:
        read.append(text.id)
        if len(read) > after:
            raise Killed
        return read_plainly(text)

    with pytest.raises(Killed):
        ingest(engine, read=dies, rules_version=VERSION)
    counts = work(engine)
    assert derived(engine) == whole
    if work is read_all:
        assert counts.read == 28 - after // 5 * 5


def test_a_process_killed_before_the_roll_up_leaves_it_to_the_next(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    store(engine, ROWS)
    with monkeypatch.context() as patched:
        patched.setattr(tracker.ingest.run, "settle_all", lambda engine: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            read_all(engine)
    assert daily(engine) == []
    read_all(engine)
    found = daily(engine)
    rebuild_daily(engine)
    assert daily(engine) == found != []


def test_an_interrupted_rebuild_goes_on_where_it_stopped(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tracker.ingest.run, "BATCH", 5)
    learn(engine, ROWS)
    before = derived(engine)
    read: list[str] = []

    def dies(text: ListingText) -> Reading:
        if len(read) == 12:
            raise Killed
        read.append(text.id)
        return read_plainly(text)

    with pytest.raises(Killed):
        rebuild(engine, read=dies, rules_version=VERSION)
    assert reread_all(engine).read == 28 - 10
    assert derived(engine) == before
    assert reread_all(engine).read == 28
