"""Reading stored listings: nothing lost, each ends as offers or as one code, and only runs that count."""

from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine

from db import light
from db.errors import GpudealsError
from db.store import (
    accept_run,
    begin_run,
    finish_run,
    store_page,
)
from tests.tracker.ingest.listings import CARD, OTHER
from tests.tracker.prices import (
    START,
    at,
    daily,
    learn,
    post,
    priced,
    prices,
    read_all,
    row,
    store,
    table,
)
from tracker.ingest import codes, ingest
from tracker.normalize.explain import reject_codes
from tracker.normalize.types import Reading


def test_every_listing_ends_as_offers_or_as_one_code(engine: Engine) -> None:
    rows = [
        row("1", CARD, at(0), 700),
        row("2", "a box of cables", at(0), 10),
        post("p", f"{CARD} $700\n{OTHER} $400", at(0)),
        post("q", "selling my car", at(0)),
        priced(CARD, at(0), 650, "a"),
        priced(CARD, at(0), 650, "b", facts={"model": "no such card"}),
    ]
    counts = learn(engine, rows)
    assert counts.read == 6
    assert counts.stored + sum(counts.rejected.values()) == counts.read
    assert counts.rejected == {"not_a_card": 2, "unknown_model": 1}
    by_listing: dict[int, list[Any]] = {}
    for listing, reject in table(engine, light.offer, ["listing_id", "reject"]):
        by_listing.setdefault(listing, []).append(reject)
    assert len(by_listing) == 6
    assert all(codes == [codes[0]] or set(codes) == {None} for codes in by_listing.values())
    assert sum(codes != [None] and None not in codes for codes in by_listing.values()) == 3


def test_a_reader_that_finds_nothing_and_says_nothing_still_gives_a_code(engine: Engine) -> None:
    store(engine, [row("1", CARD, at(0), 700)])
    counts = ingest(engine, read=lambda text: Reading(intent="other"), rules_version=1)
    assert counts.rejected == {"nothing_offered": 1}


def test_a_listing_that_was_taken_away_has_nothing_derived(engine: Engine) -> None:
    learn(engine, [post("p", f"{CARD} $700", at(0))])
    counts = learn(engine, [post("p", "", at(1), title="", state="removed")])
    assert counts.rejected == {"removed": 1}
    assert prices(engine) == daily(engine) == []


def test_every_code_of_ingest_is_documented() -> None:
    given = {getattr(codes, name) for name in dir(codes) if name.isupper()}
    assert given <= reject_codes().keys()


def test_a_run_that_is_not_judged_yet_is_not_read(engine: Engine) -> None:
    with engine.begin() as conn:
        run_id = begin_run(conn, "ebay_browse", "crawl", START)
        store_page(conn, run_id, [row("1", CARD, at(0), 700)])
        finish_run(conn, run_id, "suspect", "too few", {}, START)
    assert read_all(engine).read == 0
    with engine.begin() as conn:
        accept_run(conn, run_id, START)
    assert read_all(engine).read == 1
    assert prices(engine) != []


def test_the_suspect_revision_of_a_known_listing_changes_no_price(engine: Engine) -> None:
    learn(engine, [row("1", CARD, at(0), 700)])
    with engine.begin() as conn:
        run_id = begin_run(conn, "ebay_browse", "crawl", START)
        store_page(conn, run_id, [row("1", CARD, at(1), 7)])
        finish_run(conn, run_id, "suspect", "prices fell", {}, START)
    read_all(engine)
    assert prices(engine) == [("ask", 700, 0, 0)]


SETTINGS = {
    "nothing said": "",
    "statistics allowed": '[sources.ebay]\nstatistics = true\npermission = "letter of 2026-01-05"\n',
    "statistics forbidden": "[sources.ebay]\nstatistics = false\n",
}


@pytest.mark.parametrize(
    ("said", "kind", "counted"),
    [
        ("nothing said", "crawl", False),
        ("statistics allowed", "crawl", True),
        ("statistics forbidden", "crawl", False),
        ("nothing said", "import", True),
        ("statistics allowed", "import", True),
        ("statistics forbidden", "import", False),
    ],
)
def test_what_a_source_forbids_is_remembered_and_not_counted(
    engine: Engine, said: str, kind: str, counted: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    config = tmp_path / "gpudeals.toml"
    config.write_text(SETTINGS[said])
    monkeypatch.setenv("GPUDEALS_CONFIG", str(config))
    learn(engine, [row("1", CARD, at(0), 700)], kind, "ebay_browse")
    assert table(engine, light.observation, ["unit_price", "statistics"]) == [(70000, counted)]
    assert bool(daily(engine)) is counted


def test_statistics_against_the_terms_without_a_permission_are_refused(
    engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    config = tmp_path / "gpudeals.toml"
    config.write_text("[sources.ebay]\nstatistics = true\n")
    monkeypatch.setenv("GPUDEALS_CONFIG", str(config))
    store(engine, [row("1", CARD, at(0), 700)], "crawl", "ebay_browse")
    with pytest.raises(GpudealsError, match="permission"):
        read_all(engine)
