"""What a file is, by its content; what is none of ours is named in one line."""

import gzip
import json
import struct
import zlib
from pathlib import Path
from typing import Any

import pytest
from backports import zstd

from crawlers.files import File, Page, read_file
from crawlers.listing import Found
from crawlers.refusals import NoListingsError
from tests.crawlers.compose import Card, page
from tests.crawlers.test_ebay_items import item, usd
from tests.crawlers.test_price_csv import HEADER, ROW
from tests.crawlers.test_reddit_archive import line
from tests.crawlers.test_reddit_posts import OF_2017, feed, listing, post

SEARCH = {"href": "https://api/x", "total": 1, "limit": 50, "offset": 0, "itemSummaries": [item()]}
PAGE = page([Card(id="300000000001", title="Velocity V90", prices=(("$5.00",),))], "s-card", heading="1 result")


def encoded(data: Any) -> bytes:
    return json.dumps(data).encode()


def read(tmp_path: Path, body: bytes, name: str = "file.bin") -> list[Page]:
    path = tmp_path / name
    path.write_bytes(body)
    return list(read_file(File(path, name)))


def listings(pages: list[Page]) -> int:
    return sum(len(p.outcome.listings) for p in pages if isinstance(p.outcome, Found))


KNOWN = {
    "a search": encoded(SEARCH),
    "an item": encoded(item()),
    "a list of items": encoded([item()]),
    "items of getItems": encoded({"items": [item()]}),
    "a recorded search": encoded({"status": 200, "headers": {"Date": "Sun, 01 Mar 2026 12:00:00 GMT"}, "body": SEARCH}),
    "a recorded exchange": encoded({"request": {"uri": "https://x"}, "response": {"status": {"code": 200}, "headers": {}, "body": SEARCH}}),  # noqa: E501
    "a recorded exchange with a text": encoded({"request": {}, "response": {"status": {"code": 200}, "body": {"string": json.dumps(SEARCH)}}}),  # noqa: E501
    "a recorded page": encoded({"status": 200, "headers": {}, "body": PAGE}),
    "a listing of posts": encoded(listing(post())),
    "a post with comments": encoded([listing(post()), listing()]),
    "a feed": feed(OF_2017),
    "a page": PAGE.encode(),
    "a page in UTF-16": PAGE.encode("utf-16"),
    "a page with a byte order mark": PAGE.encode("utf-8-sig"),
    "a dump": line(1) + b"\n" + line(2),
    "a dump of one line": line(1),
    "a price CSV": f"{HEADER}\n{ROW}\n".encode(),
    "a price CSV with a byte order mark": f"{HEADER}\r\n{ROW}\r\n".encode("utf-8-sig"),
    "a price CSV in UTF-16": f"{HEADER}\n{ROW}\n".encode("utf-16"),
    "a packed page": gzip.compress(PAGE.encode()),
    "a packed search": zstd.compress(encoded(SEARCH)),
    "a packed price CSV": gzip.compress(f"{HEADER}\n{ROW}\n".encode()),
}  # fmt: skip


@pytest.mark.parametrize("kind", KNOWN)
def test_it_is_recognized_whatever_its_name(kind: str, tmp_path: Path) -> None:
    assert listings(read(tmp_path, KNOWN[kind])) >= 1


REFUSED = {
    b"": "empty",
    b" \n\n ": "nothing but blanks",
    b"%PDF-1.7": "PDF",
    b"\x89PNG\r\n\x1a\n": "PNG",
    b"\xff\xd8\xff\xe0": "JPEG",
    b"PK\x03\x04": "ZIP",
    b"SQLite format 3\x00": "SQLite",
    b"\x00\x01\x02" * 500: "binary data",
    b"hello there": "no format that is known",
    b"openapi: 3.0.0\ninfo: {}": "OpenAPI",
    b"# made by hand\nopenapi: 3.0.0": "OpenAPI",
    encoded({"openapi": "3.0.0"}): "OpenAPI",
    encoded(SEARCH)[:-40]: "truncated JSON",
    b'{"total": 1,, "x": 2}': "broken JSON",
    b"[" * 100_000: "nested deeper",
    b'{"a":' * 100_000: "nested deeper",
    b"[]": "an empty JSON list",
    b"{}": "no format that is known",
    encoded({"errors": [{"errorId": 1001, "message": "Invalid access token"}]}): "error body of eBay: 1001 Invalid access token",  # noqa: E501
    encoded({"error": 404, "message": "Not Found"}): "error body of Reddit: 404",
    encoded({"status": 429, "headers": {}, "body": {"errors": [{"errorId": 2001, "message": "Too many"}]}}): "status 429: 2001",  # noqa: E501
    b"<html><body>Example</body></html>": "not of eBay",
    b"<!doctype html><title>Shop</title>": "not of eBay",
    b'<?xml version="1.0"?><rss version="2.0"></rss>': "RSS",
    b'<?xml version="1.0"?><note/>': "no Atom feed",
    b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "b">]><x>&a;</x>': "entities",
    b'{"id": 1, "offers": []}\n{"id": 2, "offers": []}\n': "labels",
    b'{"id": 1, "price": 5}\n{"id": 2, "price": 6}\n': "no dump of Reddit posts",
    b"observed_at,model,price\n2026-01-01,x,5\n": "the header lacks vram_gb, currency",
    b"a,b,c\n1,2,3\n": "no format that is known",
    b"MIME-Version: 1.0\nFrom: <Saved by Blink>": "MHTML",
    gzip.compress(PAGE.encode())[:200]: "damaged gz",
    zstd.compress(encoded(SEARCH))[:60]: "damaged zst",
}  # fmt: skip


@pytest.mark.parametrize(("body", "reason"), REFUSED.items(), ids=[r[:30] for r in REFUSED.values()])
def test_what_is_none_of_ours_is_named_in_one_line(body: bytes, reason: str, tmp_path: Path) -> None:
    with pytest.raises(NoListingsError) as refusal:
        read(tmp_path, body)
    assert reason in str(refusal.value)
    assert "\n" not in str(refusal.value)


def test_a_recorder_dates_what_it_recorded(tmp_path: Path) -> None:
    (found,) = read(tmp_path, KNOWN["a recorded search"])
    assert isinstance(found.outcome, Found)
    assert found.outcome.listings[0].observed_at is not None
    assert found.outcome.listings[0].observed_at.isoformat() == "2026-03-01T12:00:00+00:00"


def test_a_packed_bomb_is_not_unpacked(tmp_path: Path) -> None:
    packer = zlib.compressobj(9, zlib.DEFLATED, 31)
    zeros = b" " * (1 << 20)
    body = (
        packer.compress(b"<html>ebaystatic.com") + b"".join(packer.compress(zeros) for _ in range(200)) + packer.flush()
    )
    assert len(body) < 1_000_000
    with pytest.raises(NoListingsError, match="more than 32 MB"):
        read(tmp_path, body)


def test_a_huge_document_is_refused_by_its_size(tmp_path: Path) -> None:
    path = tmp_path / "huge.json"
    with path.open("wb") as out:
        out.write(b'{"itemSummaries": ["')
        out.truncate(100 << 20)
    with pytest.raises(NoListingsError, match="more than 32 MB"):
        list(read_file(File(path, "huge.json")))


def test_garbage_of_100_mb_is_refused_by_its_beginning(tmp_path: Path) -> None:
    path = tmp_path / "garbage"
    with path.open("wb") as out:
        out.write(struct.pack("<64Q", *range(64)))
        out.truncate(100 << 20)
    with pytest.raises(NoListingsError, match="binary data"):
        list(read_file(File(path, "garbage")))


def test_money_in_json_that_is_no_money_is_a_problem_and_nothing_else(tmp_path: Path) -> None:
    items = [item(), item(itemId="v1|300000000002|0", legacyItemId="300000000002", price=usd("NaN"))]
    (found,) = read(tmp_path, encoded({"total": 2, "itemSummaries": items}))
    assert isinstance(found.outcome, Found)
    assert (len(found.outcome.listings), len(found.outcome.problems)) == (1, 1)
