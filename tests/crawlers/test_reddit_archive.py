"""Dumps: streamed, filtered before they are parsed, resumed, and what was deleted later is left out."""

import io
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from backports import zstd

from crawlers.files import File, read_file
from crawlers.listing import Found
from crawlers.reddit_archive import Batch, lines_of, looks_like_dump, open_zst, read_dump
from crawlers.refusals import NoListingsError
from crawlers.swap_subs import known_subs

SUBS = known_subs()


def line(number: int, **changes: Any) -> bytes:
    row = {
        "id": f"b{number:05d}",
        "subreddit": "hardwareswap",
        "title": f"[USA-TX] [H] Velocity V{number} [W] PayPal",
        "selftext": "$500 shipped",
        "author": "invented_person",
        "created_utc": 1_500_000_000 + number,
        **changes,
    }
    return json.dumps(row).encode()


def batches(*lines: bytes | None, **how: int) -> list[Batch]:
    return list(read_dump(lines, SUBS, **how))


def titles(found: list[Batch]) -> list[str]:
    return [x.title for b in found for x in b.listings]


def test_posts_of_the_subs_are_taken_and_everything_else_is_passed_over() -> None:
    comment = json.dumps({"id": "c1", "subreddit": "hardwareswap", "body": "sold?", "created_utc": 1}).encode()
    found = batches(
        line(1), line(2, subreddit="pics"), comment, line(3, stickied=True), line(4, subreddit="HardwareSwapUK")
    )
    assert titles(found) == ["[USA-TX] [H] Velocity V1 [W] PayPal", "[USA-TX] [H] Velocity V4 [W] PayPal"]
    assert sum(b.passed for b in found) == 3


@pytest.mark.parametrize("created", [1500000001, 1500000001.0, "1500000001"])
def test_a_post_is_dated_by_its_creation(created: Any) -> None:
    (found,) = batches(line(1, created_utc=created, retrieved_on=1_600_000_000))
    assert found.listings[0].observed_at == datetime(2017, 7, 14, 2, 40, 1, tzinfo=UTC)


def test_an_edited_post_is_dated_by_its_edit() -> None:
    (found,) = batches(line(1, edited=1_500_003_600.0))
    assert found.listings[0].observed_at == datetime(2017, 7, 14, 3, 40, tzinfo=UTC)


@pytest.mark.parametrize("told", [{"was_deleted_later": True}, {"was_initially_deleted": True}])
def test_what_was_deleted_later_comes_without_its_text(told: dict[str, bool]) -> None:
    (found,) = batches(line(1, _meta=told))
    assert [(x.state, x.title, x.body) for x in found.listings] == [("removed", "", None)]


def test_broken_lines_are_named_by_their_number() -> None:
    (found,) = batches(line(1), b'{"subreddit":"hardwareswap", "tit', None, b"junk", line(5, id="!"))
    assert [p.row for p in found.problems] == ["row 2", "row 3", "row 4", "row 5"]
    assert len(found.listings) == 1


def test_reading_goes_on_after_a_line() -> None:
    lines = [line(n) for n in range(1, 8)]
    whole = batches(*lines, batch=3)
    assert [b.line for b in whole] == [3, 6, 7]
    assert titles(batches(*lines, batch=3, skip=whole[0].line)) == titles(whole[1:])


def test_lines_are_cut_after_joining_chunks_and_long_ones_are_not_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("crawlers.reddit_archive._CHUNK", 7)
    stream = io.BytesIO("ü1\nö22\n".encode() + b"x" * 100 + b"\nlast".replace(b"last", b"end"))
    assert list(lines_of(stream, longest=50)) == ["ü1".encode(), "ö22".encode(), None, b"end"]


def test_a_line_that_never_ends_is_a_bomb(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("crawlers.reddit_archive._CHUNK", 7)
    monkeypatch.setattr("crawlers.reddit_archive.NO_LINE", 200)
    with pytest.raises(NoListingsError, match="a line of more than"):
        list(lines_of(io.BytesIO(b"one\n" + b"x" * 1000), longest=50))


def packed(*lines: bytes, window_log: int = 27) -> bytes:
    return zstd.compress(b"\n".join(lines), options={zstd.CompressionParameter.window_log: window_log})


def test_zst_with_a_long_window_and_several_frames() -> None:
    data = packed(line(1), b"") + packed(line(2), window_log=24)
    assert titles(batches(*lines_of(open_zst(io.BytesIO(data))))) == [
        "[USA-TX] [H] Velocity V1 [W] PayPal",
        "[USA-TX] [H] Velocity V2 [W] PayPal",
    ]


def test_a_dump_is_known_by_its_first_line() -> None:
    assert looks_like_dump(line(1))
    assert not looks_like_dump(b'{"id": "1", "title": "x", "price": 5}')
    assert not looks_like_dump(b"[1]")


@pytest.mark.parametrize("suffix", ["jsonl", "zst"])
def test_a_dump_file_is_read_in_pages_with_a_mark_to_go_on_from(tmp_path: Path, suffix: str) -> None:
    lines = [line(n) for n in range(1, 1201)]
    path = tmp_path / f"RS_2017-07.{suffix}"
    path.write_bytes(packed(*lines) if suffix == "zst" else b"\n".join(lines))
    pages = list(read_file(File(path, path.name)))
    assert [p.resume.line if p.resume else None for p in pages] == [500, 1000, 1200, 0]
    name = pages[0].resume.name if pages[0].resume else ""
    rest = list(read_file(File(path, path.name), done={name: 1000}.__getitem__))
    assert [len(p.outcome.listings) for p in rest if isinstance(p.outcome, Found)] == [200, 0]
