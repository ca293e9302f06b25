"""What is shown is the last finished reading: nobody waits for a new one, and none shows what it may not."""

import gc
import time
import weakref
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest

from db.engine import open_engine
from tests.tracker.prices import learn
from tests.tracker.web.market import ask
from tracker.web import answers, snapshot
from tracker.web.snapshot import Snapshot, Snapshots


def wait_for(snapshots: Snapshots, listing: str) -> bool:
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        if any(offer.id == listing for offer in snapshots.get().offers):
            return True
        time.sleep(0.05)
    return False


def offers_shown(snapshot: Snapshot) -> set[str]:
    return {offer.id for offer in snapshot.offers}


@pytest.mark.parametrize("beside", [False, True])
def test_what_is_written_is_shown_soon(market_url: str, monkeypatch: pytest.MonkeyPatch, beside: bool) -> None:
    monkeypatch.setattr(snapshot, "CHECK_SECONDS", 0.1)
    snapshots = Snapshots(market_url, beside=beside)
    before = snapshots.get()
    assert snapshots.get() is before
    engine = open_engine(market_url)
    learn(engine, [ask("late-1", "an RTX 3090 that came later", 600)])
    engine.dispose()
    assert wait_for(snapshots, "ebay:late-1")
    snapshots.close()


def test_an_answer_is_made_once_and_anew_for_another_snapshot(market_url: str) -> None:
    snapshots = Snapshots(market_url)
    made: list[int] = []
    for _ in range(3):
        snapshots.answer(("key",), lambda _: made.append(1))
    assert len(made) == 1
    snapshots._read()
    snapshots.answer(("key",), lambda _: made.append(1))
    assert len(made) == 2
    snapshots.close()


def test_what_people_ask_for_is_ready_before_a_new_snapshot_is_shown(
    market_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    snapshots = Snapshots(market_url)
    made: list[tuple[str, bool]] = []

    def make(name: str) -> Callable[[Snapshot], str]:
        return lambda shown: made.append((name, shown is snapshots._now)) or name

    for name in ("page", "slow", "other"):
        snapshots.answer((name,), make(name), ahead=name != "slow")
    for _ in range(2):
        made.clear()
        snapshots._read()
        assert made == [("other", False), ("page", False)]  # the latest first, while the old snapshot is shown
        assert snapshots.answer(("page",), make("page")) == "page"
        assert snapshots.answer(("other",), make("other")) == "other"
        assert len(made) == 2
    assert snapshots.answer(("slow",), make("slow"), ahead=False) == "slow"
    assert made[2:] == [("slow", True)]
    monkeypatch.setattr(answers, "_LATELY_SECONDS", 0.0)
    snapshots._read()
    assert len(made) == 3
    snapshots.close()


def test_a_snapshot_that_is_no_longer_shown_is_let_go_of_at_once(market_url: str) -> None:
    snapshots = Snapshots(market_url)
    snapshots.answer(("page",), offers_shown)
    gc.disable()  # nobody has to look for it
    try:
        old = weakref.ref(snapshots.get().answers)
        snapshots._read()
        assert old() is None
    finally:
        gc.enable()
    snapshots.close()


def test_what_cannot_be_made_ahead_keeps_no_snapshot_back(market_url: str) -> None:
    snapshots = Snapshots(market_url)
    faults = iter([False, True, True, False])

    def make(_: Snapshot) -> str:
        if next(faults):
            raise ZeroDivisionError
        return "made"

    snapshots.answer(("page",), make)
    first = snapshots.get()
    assert snapshots._read() is snapshots.get() is not first
    with pytest.raises(ZeroDivisionError):
        snapshots.answer(("page",), make)
    assert snapshots.answer(("page",), make) == "made"
    snapshots.close()


def test_the_process_beside_is_started_again_after_it_died(market_url: str) -> None:
    snapshots = Snapshots(market_url, beside=True)
    assert len(snapshots.get().rows) == 4
    process = snapshots._beside._process  # type: ignore[union-attr]
    assert process is not None
    process.kill()
    process.wait()
    assert len(snapshots._read().rows) == 4
    snapshots.close()


def test_a_listing_older_than_its_display_policy_is_on_no_page(
    market_file: bytes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "market.db"
    path.write_bytes(market_file)
    url = f"sqlite:///{path}"
    snapshots = Snapshots(url)
    live = {offer.id for offer in snapshots.get().offers}
    assert "ebay:deal-1" in live
    assert snapshots.answer(("page",), offers_shown) == live
    (tmp_path / "gpudeals.toml").write_text("[sources.ebay]\ndisplay_hours = 2\n")
    monkeypatch.setenv("GPUDEALS_CONFIG", str(tmp_path / "gpudeals.toml"))
    monkeypatch.setattr(snapshot, "LONGEST_SECONDS", 0.0)
    monkeypatch.setattr(snapshot, "CHECK_SECONDS", 0.0)
    snapshots._next_check = 0.0
    snapshots.get()
    with snapshots._reading:  # the renewal has ended
        shown = {offer.id for offer in snapshots._now.offers}  # type: ignore[union-attr]
    assert snapshots.answer(("page",), offers_shown) == shown
    assert "ebay:deal-2" in shown  # an hour old
    assert "ebay:deal-1" not in shown  # three hours old
    snapshots.close()


def test_the_snapshots_age_in_minutes_not_days() -> None:
    assert timedelta(seconds=snapshot.LONGEST_SECONDS) <= timedelta(minutes=1)
