"""Dumps of submissions (Pushshift, Arctic Shift): years of posts, streamed in constant memory.

One JSON object a line, plain or in zstd with a window of up to 2 GiB. A dump keeps the text that a
post had when it was taken, also of posts deleted since: those come out as removed, without text.
"""

import json
import sys
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from importlib import import_module
from typing import IO, Any, cast

from crawlers.listing import RawListing, RowProblem
from crawlers.reddit_posts import PostError, epoch, is_removed, read_post, removed_post
from crawlers.refusals import NoListingsError
from crawlers.swap_subs import Sub

#: ``zstd --long=31``: the window that the monthly dumps are packed with.
WINDOW_LOG = 31
_CHUNK = 4 << 20
#: Longer than any post with its metadata; a line above it is passed over without being kept.
LONGEST_LINE = 4 << 20
NO_LINE = 64 << 20


@dataclass(slots=True)
class Batch:
    """Some lines' worth of a dump: where reading may go on after them, and what they held."""

    line: int
    offset: int
    listings: list[RawListing] = field(default_factory=list)
    problems: list[RowProblem] = field(default_factory=list)
    passed: int = 0


def lines_of(stream: IO[bytes], longest: int = LONGEST_LINE) -> Iterator[bytes | None]:
    """Yield the lines of ``stream`` without their ends; None in the place of a line longer than ``longest`` bytes.

    Raises NoListingsError where a line never seems to end: that is a bomb.
    """
    rest = b""
    skipped = 0  # bytes of a line that is too long
    while chunk := stream.read(_CHUNK):
        parts = chunk.split(b"\n")
        for part in parts[:-1]:
            if skipped:
                skipped = 0
                yield None
            else:
                line = rest + part
                yield line if len(line) <= longest else None
            rest = b""
        if skipped or len(rest) + len(parts[-1]) > longest:
            skipped += len(rest) + len(parts[-1])
            rest = b""
            if skipped > NO_LINE:
                raise NoListingsError(
                    f"a line of more than {NO_LINE >> 20} MB in it, which is no line of a dump or table"
                )
        else:
            rest += parts[-1]
    if rest or skipped:
        yield None if skipped else rest


def open_zst(stream: IO[bytes]) -> IO[bytes]:
    """Return the decompressed stream of a .zst dump; several frames count as one stream."""
    options = {zstd().DecompressionParameter.window_log_max: WINDOW_LOG}
    return cast(IO[bytes], zstd().ZstdFile(stream, options=options))


def zstd() -> Any:
    """Return the module that unpacks zstd: of the standard library from Python 3.14 on, before that its backport."""
    return import_module("compression.zstd" if sys.version_info >= (3, 14) else "backports.zstd")


def needles_of(subs: Mapping[str, Sub]) -> tuple[bytes, ...]:
    """Return what a line about one of ``subs`` must hold, in lower case: a line without it need not be parsed."""
    return tuple(f'"{name}"'.encode() for name in subs)


def read_dump(
    lines: Iterable[bytes | None], subs: Mapping[str, Sub], *, skip: int = 0, batch: int = 500
) -> Iterator[Batch]:
    """Yield the dump in batches of listings, beginning after line ``skip``.

    Comments, other subs and sticky posts are passed over and counted; a broken line is a problem
    naming its number. A post is dated by its creation, or by its edit where the dump has an edit.
    """
    needles = needles_of(subs)
    current = Batch(skip, 0)
    for number, line in enumerate(lines, 1):
        if number <= skip:
            continue
        current.line = number
        if line is None:
            current.problems.append(RowProblem(f"row {number}", f"longer than {LONGEST_LINE:,} bytes"))
        elif any(n in line.lower() for n in needles):
            _take(line, number, subs, current)
        elif line.strip() and not line.lstrip().startswith(b"{"):
            current.problems.append(RowProblem(f"row {number}", "not a JSON object"))
        else:
            current.passed += 1
        if len(current.listings) >= batch or len(current.problems) >= 1000 or current.passed >= 200_000:
            yield current
            current = Batch(number, 0)
    yield current


def _take(line: bytes, number: int, subs: Mapping[str, Sub], into: Batch) -> None:
    try:
        post = json.loads(line)
    except (ValueError, RecursionError) as error:
        into.problems.append(RowProblem(f"row {number}", f"not JSON: {str(error)[:80]}"))
        return
    sub = subs.get(str(post.get("subreddit", "")).lower()) if isinstance(post, dict) else None
    if sub is None or "title" not in post or post.get("stickied") is True or post.get("distinguished"):
        into.passed += 1
        return
    try:
        into.listings.append(read_archived(post, sub))
    except PostError as error:
        into.problems.append(RowProblem(f"row {number}", str(error)))


def read_archived(post: Mapping[str, Any], sub: Sub) -> RawListing:
    """Return one post of a dump. Raises PostError."""
    told = archived_at(post)
    if is_removed(post):
        return removed_post(str(post.get("id") or "").removeprefix("t3_"), sub, "archive", told)
    return read_post(post, sub, "archive", None, told)


def archived_at(post: Mapping[str, Any]) -> datetime | None:
    """Return the time of which the text speaks: the last edit that it has, else its creation.

    ``retrieved_on`` is months later in the early dumps, when the offer was long over.
    """
    created, edited = epoch(post.get("created_utc")), epoch(post.get("edited"))
    return edited if created and edited and edited > created else created


def looks_like_dump(first: bytes) -> bool:
    """Return whether ``first`` is a line of a dump: an object with a sub, a creation time and a title or a body."""
    try:
        row = json.loads(first)
    except (ValueError, RecursionError):
        return False
    return isinstance(row, dict) and {"subreddit", "created_utc"} <= row.keys() and bool({"title", "body"} & row.keys())
