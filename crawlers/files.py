"""Files that a person saved, as pages of raw listings: found, recognized, read with bounded memory.

Nothing here knows a database. A page is what is stored in one transaction; a document is one page,
a price CSV and a dump are many.
"""

import gzip
import json
import os
import stat
import sys
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from hashlib import blake2b
from itertools import islice
from pathlib import Path
from typing import IO, Any, cast

from crawlers.listing import Found, PageOutcome, RawListing, RowProblem
from crawlers.recognize import HEAD, Answer, Packing, answer_of, family_of, packing_of, reader_of
from crawlers.refusals import NoListingsError
from crawlers.swap_subs import Sub, known_subs

#: A document above this is none of ours: the largest page seen has 4 MB, an API answer 1 MB.
LARGEST_DOCUMENT = 32 << 20
CSV_BATCH = 1000
STDIN = "-"


#: How many lines of a dump are done, by its identity.
Done = Callable[[str], int]


def nothing_done(_name: str) -> int:
    """Return 0: reading begins at the first line."""
    return 0


@dataclass(frozen=True, slots=True)
class Resume:
    """Where reading a file may go on: its identity (by content), and the last line that is done."""

    name: str
    line: int


@dataclass(frozen=True, slots=True)
class Page:
    """A part of a file that is stored at once. ``read`` is how many bytes of the file are behind it.

    ``market`` is that of the page, where it is known without a listing on it.
    """

    file: str
    outcome: PageOutcome
    read: int
    resume: Resume | None = None
    market: str | None = None


@dataclass(frozen=True, slots=True)
class File:
    """A file to read: where it is, and what it is called in messages and in ``page``."""

    path: Path
    name: str


def walk(paths: Iterable[str | Path]) -> Iterator[File | tuple[str, str]]:
    """Yield the files at ``paths``, folders recursively in the order of names; (name, reason) for what cannot be read.

    In folders hidden files are passed over, and links are not followed to other folders.
    """
    for given in paths:
        path = Path(given)
        if str(given) == STDIN:
            yield File(path, "stdin")
        elif path.is_dir():
            yield from _walk_folder(path)
        elif not path.exists():
            yield str(given), "there is no such file"
        else:
            yield File(path, path.name)


def _walk_folder(folder: Path) -> Iterator[File]:
    for root, folders, names in os.walk(folder):
        folders[:] = sorted(f for f in folders if not f.startswith("."))
        for name in sorted(names):
            path = Path(root, name)
            if not name.startswith(".") and path.is_file():
                yield File(path, str(path.relative_to(folder)))


def read_file(
    file: File,
    *,
    observed_at: datetime | None = None,
    latest: datetime | None = None,
    subs: Mapping[str, Sub] | None = None,
    done: Done = nothing_done,
) -> Iterator[Page]:
    """Yield the pages of ``file``. Raises NoListingsError, saying what it is, and OSError.

    A listing whose file does not date it is dated by ``observed_at``, else by the time of the file.
    ``done`` is asked how many lines of a dump are done, by its identity.
    """
    subs = known_subs() if subs is None else subs
    with _opened(file) as (stream, changed_at):
        fallback = observed_at or changed_at
        head = stream.read(HEAD)
        packing = packing_of(head)
        stream.seek(0)
        with _unpacked(stream, packing) as content:
            start = _read(content, HEAD) if packing != "plain" else head
            family = family_of(start)
            stream.seek(0)
        with _unpacked(stream, packing) as content:
            if family == "dump":
                pages = _dump_pages(file, stream, content, head, subs, done)
            elif family == "csv":
                pages = _csv_pages(file, stream, content, start, latest)
            else:
                pages = _document_pages(file, content, family, subs)
            for page in pages:
                yield replace(page, outcome=_finished(page, fallback, latest))


@contextmanager
def _opened(file: File) -> Iterator[tuple[IO[bytes], datetime | None]]:
    if file.name == "stdin" and str(file.path) == STDIN:
        with tempfile.TemporaryFile() as spool:
            while chunk := sys.stdin.buffer.read(1 << 20):
                spool.write(chunk)
            spool.seek(0)
            yield cast(IO[bytes], spool), datetime.now(UTC).replace(microsecond=0)
        return
    if not stat.S_ISREG(file.path.stat().st_mode):
        raise NoListingsError("not a regular file")
    with file.path.open("rb") as stream:
        yield stream, datetime.fromtimestamp(int(os.fstat(stream.fileno()).st_mtime), UTC)


@contextmanager
def _unpacked(stream: IO[bytes], packing: Packing) -> Iterator[IO[bytes]]:
    if packing == "plain":
        yield stream
        return
    if packing == "zst":
        from crawlers.reddit_archive import open_zst, zstd

        broken: tuple[type[Exception], ...] = (zstd().ZstdError, EOFError, MemoryError)
        opened = open_zst(stream)
    else:
        import zlib

        broken = (gzip.BadGzipFile, EOFError, zlib.error)
        opened = cast(IO[bytes], gzip.GzipFile(fileobj=stream))
    try:
        yield opened
    except broken as error:
        raise NoListingsError(f"a damaged {packing} file: {str(error)[:80] or type(error).__name__}") from error


def _read(stream: IO[bytes], size: int) -> bytes:
    parts: list[bytes] = []
    while size > 0 and (part := stream.read(size)):
        parts.append(part)
        size -= len(part)
    return b"".join(parts)


def _document_pages(file: File, content: IO[bytes], family: str, subs: Mapping[str, Sub]) -> Iterator[Page]:
    body = _read(content, LARGEST_DOCUMENT + 1)
    if len(body) > LARGEST_DOCUMENT:
        raise NoListingsError(f"a document of more than {LARGEST_DOCUMENT >> 20} MB, which no page or answer has")
    yield Page(file.name, _document(body, family, subs), len(body), market="ebay" if family == "html" else None)


def _document(body: bytes, family: str, subs: Mapping[str, Sub]) -> PageOutcome:
    if family == "html":
        return _html(body)
    if family == "feed":
        from crawlers.reddit_posts import read_feed

        return read_feed(body, subs=subs)
    answer = answer_of(parse_json(body))
    if isinstance(answer.data, str):
        return _embedded(answer)
    outcome: PageOutcome = reader_of(answer, subs)(answer)
    return outcome


def _embedded(answer: Answer) -> PageOutcome:
    """Return a page of HTML that a recorder kept as a text in JSON."""
    body = str(answer.data).encode("utf-8", "replace")
    if family_of(body[:HEAD]) != "html":
        raise NoListingsError("a recorded answer of no format that is known")
    return _dated(_html(body), answer.observed_at)


def _html(body: bytes) -> PageOutcome:
    from crawlers.ebay_pages import is_ebay_page, read_page

    if not is_ebay_page(body):
        raise NoListingsError("a web page that is not of eBay")
    return read_page(body)


def parse_json(body: bytes) -> Any:
    """Return the JSON document in ``body``. Raises NoListingsError saying in one line how it is broken."""
    try:
        return json.loads(body)
    except RecursionError:
        raise NoListingsError("JSON nested deeper than any answer is") from None
    except UnicodeDecodeError as error:
        raise NoListingsError(f"JSON in no known encoding: {error.reason} at byte {error.start}") from None
    except ValueError as error:
        whole = body.rstrip()[-1:] in (b"}", b"]")
        raise NoListingsError(f"{'broken' if whole else 'truncated'} JSON: {str(error)[:100]}") from None


def _csv_pages(file: File, raw: IO[bytes], content: IO[bytes], start: bytes, latest: datetime | None) -> Iterator[Page]:
    from crawlers.price_csv import read_rows

    lines: Iterable[bytes] = _short_lines(content)
    encoding = "utf-8"
    if start[:2] in (b"\xff\xfe", b"\xfe\xff"):
        body = _read(content, LARGEST_DOCUMENT + 1)
        if len(body) > LARGEST_DOCUMENT:
            raise NoListingsError("a price CSV in UTF-16 of more than 32 MB; save it as UTF-8")
        lines = (line.encode() for line in body.decode("utf-16", "replace").splitlines())
    rows = read_rows(lines, latest, encoding)
    while batch := list(islice(rows, CSV_BATCH)):
        found = tuple(row for _, row in batch if isinstance(row, RawListing))
        problems = tuple(row for _, row in batch if isinstance(row, RowProblem))
        yield Page(file.name, Found(found, problems, None, {"cards": len(batch), "listings": len(found)}), raw.tell())


def _short_lines(content: IO[bytes]) -> Iterator[bytes]:
    from crawlers.reddit_archive import lines_of

    for line in lines_of(content, longest=1 << 20):
        yield b"x" * 20_000 if line is None else line


def _dump_pages(
    file: File,
    raw: IO[bytes],
    content: IO[bytes],
    head: bytes,
    subs: Mapping[str, Sub],
    done: Done,
) -> Iterator[Page]:
    from crawlers.reddit_archive import lines_of, read_dump

    name = dump_identity(raw, head, subs)
    line = 0
    for batch in read_dump(lines_of(content), subs, skip=done(name)):
        line = batch.line
        outcome = Found(
            tuple(batch.listings),
            tuple(batch.problems),
            None,
            {"listings": len(batch.listings), "elsewhere": batch.passed},
        )
        yield Page(file.name, outcome, raw.tell(), Resume(name, line))
    # Read to its end: the next import begins anew, so that it sees what other rules or subs find in it.
    yield Page(file.name, Found((), ()), raw.tell(), Resume(name, 0))


def dump_identity(stream: IO[bytes], head: bytes, subs: Mapping[str, Sub]) -> str:
    """Return what a dump is known by: its size, its beginning and the subs that are read from it."""
    size = os.fstat(stream.fileno()).st_size
    digest = blake2b(head[: 64 << 10] + f"|{size}|{','.join(sorted(subs))}".encode(), digest_size=12)
    return f"dump {digest.hexdigest()}"


def _dated(outcome: PageOutcome, when: datetime | None) -> PageOutcome:
    if not isinstance(outcome, Found) or when is None:
        return outcome
    listings = tuple(x if x.observed_at else replace(x, observed_at=when) for x in outcome.listings)
    return replace(outcome, listings=listings)


def _finished(page: Page, fallback: datetime | None, latest: datetime | None) -> PageOutcome:
    """Return the outcome with every listing dated and knowing its page; a date in the future is the file's mistake."""
    outcome = page.outcome
    if not isinstance(outcome, Found):
        return outcome
    listings = []
    for listing in outcome.listings:
        when = listing.observed_at
        if when is None or (latest is not None and when > latest):
            when = fallback
        ended = listing.state == "live" and _ended_by(listing, when)
        listing = replace(listing, observed_at=when, page=page.file)
        if ended:
            listing = replace(listing, kind="ended", state="ended", ended_at=ended)
        listings.append(listing)
    return replace(outcome, listings=tuple(listings))


def _ended_by(listing: RawListing, when: datetime | None) -> datetime | None:
    """Return when a listing of the API ended, where only the date of its file shows that it had."""
    stated = listing.facts.get("ends_at") if listing.seen_as == "api" else None
    end = datetime.fromisoformat(stated) if isinstance(stated, str) else None
    return end if end and when and end <= when else None
