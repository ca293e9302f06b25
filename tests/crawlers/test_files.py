"""Finding and dating files."""

import os
from datetime import UTC, datetime
from pathlib import Path

import pytest

from crawlers.files import File, read_file, walk
from crawlers.listing import Found
from crawlers.refusals import NoListingsError
from tests.crawlers.test_ebay_items import item
from tests.crawlers.test_recognize import KNOWN, encoded

SAVED = datetime(2026, 2, 3, 4, 5, 6, tzinfo=UTC)


def written(path: Path, body: bytes, at: datetime = SAVED) -> File:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(body)
    os.utime(path, (at.timestamp(), at.timestamp()))
    return File(path, path.name)


def dates(file: File, **how: datetime) -> set[datetime | None]:
    return {x.observed_at for p in read_file(file, **how) if isinstance(p.outcome, Found) for x in p.outcome.listings}


def test_folders_are_walked_in_order_without_hidden_files(tmp_path: Path) -> None:
    for name in ("b/2.json", "b/.hidden.json", ".git/config", "a.json", "b/1.json"):
        written(tmp_path / name, b"{}")
    found = [f.name for f in walk([tmp_path]) if isinstance(f, File)]
    assert found == ["a.json", "b/1.json", "b/2.json"]


def test_links_to_other_folders_are_not_followed(tmp_path: Path) -> None:
    written(tmp_path / "outside" / "x.json", b"{}")
    inside = tmp_path / "inside"
    inside.mkdir()
    (inside / "way_out").symlink_to(tmp_path / "outside")
    assert list(walk([inside])) == []


def test_what_is_not_there_is_said(tmp_path: Path) -> None:
    missing = str(tmp_path / "missing")
    assert list(walk([missing])) == [(missing, "there is no such file")]


def test_what_is_no_regular_file_is_not_opened(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(NoListingsError, match="not a regular file"):
        list(read_file(File(tmp_path / "pipe", "pipe")))


def test_a_file_that_does_not_date_itself_has_the_time_of_its_last_change(tmp_path: Path) -> None:
    assert dates(written(tmp_path / "item.json", encoded(item()))) == {SAVED}


def test_a_person_may_date_what_does_not_date_itself(tmp_path: Path) -> None:
    given = datetime(2025, 12, 24, tzinfo=UTC)
    assert dates(written(tmp_path / "item.json", encoded(item())), observed_at=given) == {given}


@pytest.mark.parametrize(
    ("kind", "date"),
    [
        ("a recorded search", "2026-03-01T12:00:00+00:00"),
        ("a feed", "2026-02-01T12:00:00+00:00"),
        ("a page", "2025-10-20T05:03:11+00:00"),
        ("a price CSV", "2026-01-02T03:04:05+00:00"),
        ("a listing of posts", "2026-02-01T09:30:00+00:00"),
    ],
)
def test_what_dates_itself_is_believed(kind: str, date: str, tmp_path: Path) -> None:
    given = datetime(2020, 1, 1, tzinfo=UTC)
    assert dates(written(tmp_path / "x", KNOWN[kind]), observed_at=given) == {datetime.fromisoformat(date)}


def test_a_date_in_the_future_is_not_believed(tmp_path: Path) -> None:
    latest = datetime(2025, 1, 1, tzinfo=UTC)
    assert dates(written(tmp_path / "x", KNOWN["a page"]), latest=latest) == {SAVED}


def test_the_time_of_the_file_tells_which_listings_had_ended(tmp_path: Path) -> None:
    body = encoded([item(itemEndDate="2026-01-01T00:00:00.000Z")])
    (page,) = read_file(written(tmp_path / "x", body))
    assert isinstance(page.outcome, Found)
    assert (page.outcome.listings[0].kind, page.outcome.listings[0].state) == ("ended", "ended")


def test_each_row_knows_its_file(tmp_path: Path) -> None:
    (page,) = read_file(written(tmp_path / "x.html", KNOWN["a page"]))
    assert isinstance(page.outcome, Found)
    assert {x.page for x in page.outcome.listings} == {"x.html"}
