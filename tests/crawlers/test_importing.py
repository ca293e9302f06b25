"""Files into the database: once, again, in any order, half way."""

import random
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, select

from crawlers import importing
from crawlers.files import File
from crawlers.importing import ImportCounts, import_paths
from db import light
from db.crawls import get_cursor
from tests.crawlers.test_price_csv import HEADER
from tests.crawlers.test_recognize import KNOWN, encoded
from tests.crawlers.test_reddit_archive import line
from tests.crawlers.test_reddit_posts import CREATED, listing, post

NOW = datetime(2026, 6, 1, tzinfo=UTC)
TABLES = (
    (light.raw_listing, ("source", "external_id", "url", "state", "first_seen", "last_seen")),
    (
        light.raw_revision,
        ("listing_id", "observed_at", "seen_until", "title", "body", "kind", "price_minor", "currency"),
    ),
)


def take(engine: Engine, *paths: Path, said: list[str] | None = None) -> ImportCounts:
    return import_paths(engine, paths, (said if said is not None else []).append, now=NOW)


def tables(engine: Engine) -> dict[str, list[Any]]:
    with engine.connect() as conn:
        return {
            table.name: sorted(conn.execute(select(*(table.c[c] for c in columns))).all(), key=repr)
            for table, columns in TABLES
        }


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "saved"
    folder.mkdir()
    for kind in ("a search", "a page", "a feed", "a listing of posts", "a price CSV", "a dump"):
        (folder / kind).write_bytes(KNOWN[kind])
    (folder / "notes.txt").write_text("remember the milk")
    return folder


def test_what_is_of_use_is_stored_and_the_rest_is_named(engine: Engine, folder: Path) -> None:
    said: list[str] = []
    counts = take(engine, folder, said=said)
    assert (counts.used, counts.skipped) == (6, 1)
    assert said == ["notes.txt: skipped: text of no format that is known (it begins “remember the milk”)"]
    assert counts.new >= 6
    with engine.connect() as conn:
        (run,) = conn.execute(select(light.crawl_run)).all()
    assert (run.kind, run.outcome, run.message) == ("import", "ok", "6 files used, 1 skipped")


def test_importing_again_changes_nothing(engine: Engine, folder: Path) -> None:
    first = take(engine, folder)
    before = tables(engine)
    again = take(engine, folder)
    assert (again.new, again.changed, again.same) == (0, 0, first.new + first.changed + first.same)
    assert tables(engine) == before


def test_the_order_of_files_makes_no_difference(empty_engines: tuple[Engine, Engine], folder: Path) -> None:
    one, other = empty_engines
    rows = [f"2026-01-{day:02d},Tesla P40,24,{100 + day % 3},USD,ask,used,shop,p{day % 2}" for day in range(1, 20)]
    files = []
    for number, row in enumerate(rows):
        path = folder / f"{number:02d}.csv"
        path.write_text(f"{HEADER}\n{row}\n")
        files.append(path)
    take(one, *files)
    random.Random(3).shuffle(files)
    take(other, *files)
    assert tables(one) == tables(other)


@pytest.fixture
def empty_engines(tmp_path: Path, sqlite_template: bytes) -> Iterator[tuple[Engine, Engine]]:
    from db.engine import open_engine

    engines = []
    for name in ("one", "other"):
        (tmp_path / f"{name}.db").write_bytes(sqlite_template)
        engines.append(open_engine(f"sqlite:///{tmp_path / name}.db"))
    yield engines[0], engines[1]
    for engine in engines:
        engine.dispose()


def test_a_post_that_was_taken_away_is_purged_and_never_stored(engine: Engine, tmp_path: Path) -> None:
    (tmp_path / "1.json").write_bytes(encoded(listing(post(), post(id="1qaaa02"))))
    (tmp_path / "2.json").write_bytes(
        encoded(listing(post(removed_by_category="deleted"), post(id="1qaaa03", author="[deleted]")))
    )
    assert take(engine, tmp_path / "1.json").new == 2
    counts = take(engine, tmp_path / "2.json")
    assert (counts.new, counts.purged) == (0, 1)
    with engine.connect() as conn:
        assert [r.external_id for r in conn.execute(select(light.raw_listing))] == ["1qaaa02"]


def test_an_older_file_does_not_bring_back_what_was_taken_away(engine: Engine, tmp_path: Path) -> None:
    """The dump and the saved answer still hold the text of a post that was deleted later."""
    key = {"id": "1qaaa01", "selftext": "canary text $500"}
    (tmp_path / "older dump").write_bytes(b"\n".join((line(1), line(2, **key, created_utc=CREATED.timestamp()))))
    (tmp_path / "saved.json").write_bytes(encoded(listing(post(**key), post(id="1qaaa02"))))
    (tmp_path / "deleted.json").write_bytes(encoded(listing(post(removed_by_category="deleted"))))
    take(engine, tmp_path / "deleted.json")
    counts = take(engine, tmp_path / "older dump", tmp_path / "saved.json")
    assert (counts.new, counts.left_out, counts.purged) == (2, 2, 0)
    assert counts.as_json()["left_out"] == 2
    with engine.connect() as conn:
        assert {r.external_id for r in conn.execute(select(light.raw_listing))} == {"b00001", "1qaaa02"}
        assert not [r for r in conn.execute(select(light.raw_revision)) if "canary" in (r.body or "")]


def test_a_dump_goes_on_where_it_was_killed(engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "dump.jsonl"
    path.write_bytes(b"\n".join(line(n) for n in range(1, 1301)))
    whole = importing.store_listings
    pages = 0

    def dies(*args: Any) -> None:
        nonlocal pages
        pages += 1
        if pages == 2:
            raise KeyboardInterrupt
        whole(*args)

    monkeypatch.setattr(importing, "store_listings", dies)
    with pytest.raises(KeyboardInterrupt):
        take(engine, path)
    monkeypatch.setattr(importing, "store_listings", whole)
    with engine.connect() as conn:
        (name,) = conn.execute(select(light.cursor.c.name)).scalars()
        assert get_cursor(conn, "import", name) == "500"
    counts = take(engine, path)
    assert (counts.new, counts.same) == (800, 0)
    assert take(engine, path).same == 1300


def test_broken_rows_are_named_and_counted(engine: Engine, tmp_path: Path) -> None:
    path = tmp_path / "prices.csv"
    rows = "\n".join(f"2026-01-02,Tesla P40,24,{'NaN' if n % 2 else 150},USD,ask,used,shop,p{n}" for n in range(60))
    path.write_text(f"{HEADER}\n{rows}\n")
    said: list[str] = []
    counts = take(engine, path, said=said)
    assert (counts.new, counts.problems, len(said)) == (30, 30, 21)
    assert said[0] == "prices.csv:3: price 'NaN' is not an amount"
    assert said[-1] == "prices.csv: … and 10 more rows that cannot be read"


def test_a_file_that_vanishes_or_may_not_be_read_is_named(engine: Engine, tmp_path: Path) -> None:
    said: list[str] = []
    importing.import_file(engine, 0, File(tmp_path / "gone.json", "gone.json"), ImportCounts(), said.append, now=NOW)
    assert said == ["gone.json: skipped: No such file or directory"]
