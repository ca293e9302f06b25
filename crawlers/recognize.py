"""What a file is, told by its content and never by its name."""

import codecs
import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any, Literal

from crawlers import ebay_items, price_csv, reddit_posts
from crawlers.listing import PageOutcome
from crawlers.reddit_archive import looks_like_dump
from crawlers.refusals import NoListingsError
from crawlers.swap_subs import Sub

Packing = Literal["plain", "zst", "gz"]
Family = Literal["html", "feed", "json", "dump", "csv"]

#: How much of a file is looked at first.
HEAD = 256 << 10
_MAGIC: tuple[tuple[bytes, str], ...] = (
    (b"%PDF", "a PDF document"),
    (b"\x89PNG", "a PNG picture"),
    (b"\xff\xd8\xff", "a JPEG picture"),
    (b"GIF8", "a GIF picture"),
    (b"RIFF", "a media file"),
    (b"PK\x03\x04", "a ZIP archive; unpack it first"),
    (b"BZh", "packed with bzip2; unpack it first"),
    (b"\xfd7zXZ", "packed with xz; unpack it first"),
    (b"7z\xbc\xaf", "a 7z archive; unpack it first"),
    (b"Rar!", "a RAR archive; unpack it first"),
    (b"SQLite format 3", "an SQLite database"),
    (b"PAR1", "a Parquet file"),
    (b"\x7fELF", "a program"),
    (b"MZ", "a program"),
)
_MARKS = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"))
_LABELS = ("offers", "intent", "gold", "class", "price_alt", "model_alt")


@dataclass(frozen=True, slots=True)
class Answer:
    """A document of JSON out of the wrapper it was recorded in, with the time and address that stood there."""

    data: Any
    observed_at: datetime | None = None
    uri: str | None = None


def packing_of(head: bytes) -> Packing:
    """Return how a file that begins with ``head`` is packed."""
    if head[:4] == b"\x28\xb5\x2f\xfd" or (len(head) > 3 and head[0] & 0xF0 == 0x50 and head[1:4] == b"\x2a\x4d\x18"):
        return "zst"
    return "gz" if head[:2] == b"\x1f\x8b" else "plain"


def family_of(head: bytes) -> Family:
    """Return which family of formats begins with ``head`` (unpacked). Raises NoListingsError."""
    if not head.strip():
        raise NoListingsError("empty" if not head else "nothing but blanks")
    for magic, name in _MAGIC:
        if head.startswith(magic):
            raise NoListingsError(name)
    text = text_of(head).lstrip()
    if text[:1] in ("{", "["):
        return _json_family(head, text)
    if text.startswith("<"):
        return _markup_family(text)
    lines = text.splitlines()
    try:
        if lines and price_csv.header_of(lines[0]) is not None:
            return "csv"
    except ValueError as error:
        raise NoListingsError(f"a price CSV, but {error}") from error
    raise NoListingsError(_unknown(text, head))


def text_of(head: bytes) -> str:
    """Return ``head`` as text: by its byte order mark, else UTF-8 with what is broken replaced."""
    for mark, name in _MARKS:
        if head.startswith(mark):
            return head[len(mark) :].decode(name, "replace")
    return head.decode("utf-8", "replace")


def _json_family(head: bytes, text: str) -> Family:
    first, _, rest = text.partition("\n")
    if first.lstrip().startswith("{") and (rest.lstrip().startswith("{") or (not rest.strip() and len(head) < HEAD)):
        if looks_like_dump(first.encode("utf-8", "replace")):
            return "dump"
        if rest.lstrip().startswith("{"):
            raise NoListingsError(_not_a_dump(first))
    return "json"


def _not_a_dump(first: str) -> str:
    try:
        row = json.loads(first)
    except (ValueError, RecursionError):
        return "lines of broken JSON"
    if isinstance(row, dict) and any(k in row for k in _LABELS):
        return "JSON lines of labels, not of listings"
    keys = ", ".join(sorted(map(str, row))[:6]) if isinstance(row, dict) else "no objects"
    return f"JSON lines that are no dump of Reddit posts ({keys[:120]})"


def _markup_family(text: str) -> Family:
    start = text[:4000].lower()
    if "<feed" in start and "http://www.w3.org/2005/atom" in start:
        return "feed"
    if "<html" in start or "<!doctype html" in start or "<head" in start or "<body" in start:
        return "html"
    if start.startswith("<?xml") or "<rss" in start or "<!doctype" in start:
        if "<!entity" in start:
            raise NoListingsError("XML that defines entities, which is refused")
        raise NoListingsError("RSS; of feeds Atom is read" if "<rss" in start else "XML, but no Atom feed")
    return "html"


def _unknown(text: str, head: bytes) -> str:
    if re.match(r"(?:#[^\n]*\n)*\s*openapi\s*:", text):
        return "an OpenAPI specification"
    if text[:200].lower().startswith(("from: <saved by", "mime-version:")):
        return "a page saved as MHTML; save it as “Webpage, HTML only”"
    printable = sum(c.isprintable() or c in "\r\n\t" for c in text[:4000])
    if "\x00" in text[:4000] or printable < 0.9 * len(text[:4000]):
        return "binary data"
    first = " ".join(text[:60].split())
    return f"text of no format that is known (it begins “{first[:50]}”)"


def answer_of(data: Any) -> Answer:
    """Return what was recorded, out of its wrapper: ``{request, response}``, ``{status, headers, body}``, or bare.

    Raises NoListingsError where the recorded status is no success.
    """
    observed_at: datetime | None = None
    uri: str | None = None
    for _ in range(4):
        if not isinstance(data, Mapping):
            break
        if isinstance(data.get("request"), Mapping):
            asked = data["request"]
            uri = next((asked[k] for k in ("uri", "url") if isinstance(asked.get(k), str)), uri)
        if isinstance(data.get("response"), Mapping):
            data = data["response"]
            continue
        if "body" not in data or not ({"status", "headers", "status_code"} & data.keys()):
            break
        _check_status(data)
        observed_at = _date_header(data.get("headers")) or observed_at
        uri = data["url"] if isinstance(data.get("url"), str) else uri
        data = _body(data["body"])
    return Answer(data, observed_at, uri)


def _body(body: Any) -> Any:
    if isinstance(body, Mapping) and isinstance(body.get("string"), str):
        body = body["string"]
    if isinstance(body, str) and body.lstrip()[:1] in ("{", "["):
        try:
            return json.loads(body)
        except (ValueError, RecursionError) as error:
            raise NoListingsError(f"a recorded answer whose body is broken JSON: {str(error)[:80]}") from error
    return body


def _check_status(data: Mapping[str, Any]) -> None:
    status = data.get("status", data.get("status_code"))
    code = status.get("code") if isinstance(status, Mapping) else status
    if isinstance(code, int) and not 200 <= code < 300:
        told = ebay_items.error_of(_body(data["body"]))
        raise NoListingsError(f"a recorded refusal, status {code}{': ' + told if told else ''}")


def _date_header(headers: object) -> datetime | None:
    if not isinstance(headers, Mapping):
        return None
    for name, value in headers.items():
        if str(name).lower() == "date":
            try:
                found = parsedate_to_datetime(str(value[0] if isinstance(value, list) and value else value))
                return found.astimezone(UTC) if found.tzinfo else None
            except (ValueError, TypeError, OverflowError):
                return None
    return None


def reader_of(answer: Answer, subs: Mapping[str, Sub] | None = None) -> Callable[[Answer], PageOutcome]:
    """Return what reads the answer. Raises NoListingsError saying what the document is instead."""
    data = answer.data
    if reddit_posts.is_listing(data):
        return lambda a: reddit_posts.read_listing(a.data, a.observed_at, a.uri, subs)
    if ebay_items.is_search(data):
        return lambda a: ebay_items.read_search(a.data, a.observed_at)
    if ebay_items.is_item(data):
        return lambda a: ebay_items.read_items([a.data], a.observed_at)
    if isinstance(data, list) and data and any(map(ebay_items.is_item, data[:20])):
        return lambda a: ebay_items.read_items(a.data, a.observed_at)
    raise NoListingsError(_what_json(data))


def _what_json(data: Any) -> str:
    told = ebay_items.error_of(data)
    if told:
        return f"an error body of eBay: {told}"
    if isinstance(data, Mapping):
        if "openapi" in data or "swagger" in data:
            return "an OpenAPI specification"
        inner = next((t for v in data.values() if (t := ebay_items.error_of(v))), None)
        if inner:
            return f"error bodies of eBay: {inner}"
        if isinstance(data.get("error"), int) and "message" in data:
            return f"an error body of Reddit: {data['error']} {str(data['message'])[:60]}"
        if data.get("kind") in ("t1", "t2", "t5", "more"):
            return f"Reddit's {data['kind']}, which is no post"
        keys = ", ".join(str(k) for k in list(data)[:6])
        return f"JSON of no format that is known (its keys: {keys[:120] or 'none'})"
    if isinstance(data, list):
        return "an empty JSON list" if not data else "a JSON list of no format that is known"
    return "JSON, but neither an object nor a list"
