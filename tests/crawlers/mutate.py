"""Pages and answers broken in seeded ways, and what may come of them.

A mutation never swaps one well-formed price for another, for nobody could tell. Everything else is
fair: cut files, lost, doubled and displaced tags, attributes and classes, bytes that are no text,
amounts that are none, keys of JSON lost, doubled or of another type.
"""

import json
import random
import re
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from crawlers.files import File, read_file
from crawlers.listing import Found, RawListing
from crawlers.refusals import NoListingsError

PAGES = Path(__file__).resolve().parents[1] / "pages" / "ebay_pages"
NO_AMOUNTS = (
    "NaN",
    "-5",
    "1.2e400",
    "$-5.00",
    "",
    "\x00",
    "$1,16",
    "1,2,3",
    "∞",
    "$9" + "9" * 400 + ".00",
    "0",
    "$0.00",
)
JUNK = ("\x00", "\ufffd", "<", ">", "&", '"', "<li>", "</div>", "<!--", "\x1b[31m", "\u202e", "A" * 5000, "<div>" * 300)
_TOKEN = re.compile(r"<[^<>]*>|[^<]+|<")
_ATTRIBUTE = re.compile(r"\s[\w:-]+=(?:\"[^\"]*\"|'[^']*'|[^\s>]+)")

Random = random.Random
Mutation = Callable[[Random, str], str]


def cut(dice: Random, text: str) -> str:
    return text[: dice.randrange(len(text))]


def lose_tokens(dice: Random, text: str) -> str:
    tokens = _TOKEN.findall(text)
    del tokens[dice.randrange(len(tokens))]
    return "".join(tokens)


def double_token(dice: Random, text: str) -> str:
    tokens = _TOKEN.findall(text)
    at = dice.randrange(len(tokens))
    return "".join([*tokens[:at], tokens[at], *tokens[at:]])


def swap_neighbours(dice: Random, text: str) -> str:
    tokens = _TOKEN.findall(text)
    at = dice.randrange(len(tokens) - 1)
    tokens[at], tokens[at + 1] = tokens[at + 1], tokens[at]
    return "".join(tokens)


def lose_attribute(dice: Random, text: str) -> str:
    found = list(_ATTRIBUTE.finditer(text))
    if not found:
        return text
    one = dice.choice(found)
    return text[: one.start()] + text[one.end() :]


def rename_class(dice: Random, text: str) -> str:
    names = sorted(set(re.findall(r"[\w-]*(?:s-card|s-item|su-|srp-|x-|ux-)[\w-]*", text)))
    if not names:
        return text
    name = dice.choice(names)
    found = list(re.finditer(re.escape(name) + r"(?![\w-])", text))
    some = found if dice.random() < 0.5 else [dice.choice(found)] if found else []
    for one in reversed(some):
        text = text[: one.start()] + "zz-" + name[::-1] + text[one.end() :]
    return text


def insert_junk(dice: Random, text: str) -> str:
    tokens = _TOKEN.findall(text)
    tokens.insert(dice.randrange(len(tokens)), dice.choice(JUNK))
    return "".join(tokens)


def spoil_an_amount(dice: Random, text: str) -> str:
    found = list(re.finditer(r">[^<>]*\d[.,]\d\d[^<>]*<", text))
    if not found:
        return text
    one = dice.choice(found)
    return text[: one.start() + 1] + dice.choice(NO_AMOUNTS) + text[one.end() - 1 :]


def lose_a_number(dice: Random, text: str) -> str:
    found = list(re.finditer(r"3\d{11}", text))
    if not found:
        return text
    one = dice.choice(found)
    return text[: one.start()] + dice.choice(("", "12", "x", "9" * 40, "-1")) + text[one.end() :]


OF_PAGES: tuple[Mutation, ...] = (
    cut,
    lose_tokens,
    double_token,
    swap_neighbours,
    lose_attribute,
    rename_class,
    insert_junk,
    spoil_an_amount,
    lose_a_number,
)


def _places(data: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    inner = data.items() if isinstance(data, dict) else enumerate(data) if isinstance(data, list) else ()
    return [path] * bool(path) + [place for key, value in inner for place in _places(value, (*path, key))]


def spoil_json(dice: Random, text: str) -> str:
    data = json.loads(text)
    for _ in range(dice.choice((1, 1, 2))):
        places = _places(data)
        if not places:
            break
        *way, last = dice.choice(places)
        around = data
        for key in way:
            around = around[key]
        value = dice.choice(
            (None, True, [], {}, "", 7, -1, "NaN", 1e308, "\ud800", "\x00", "x" * 3000, [[]] * 50, "lost")
        )
        if value == "lost":
            del around[last]
        else:
            around[last] = value
    return json.dumps(data)


@dataclass(slots=True)
class Verdict:
    """What came of many mutations: counts by outcome, and each finding that must not be."""

    outcomes: Counter[str] = field(default_factory=Counter)
    findings: list[str] = field(default_factory=list)
    slowest: float = 0.0


def prices(listing: RawListing) -> tuple[Any, ...]:
    return (
        listing.kind,
        listing.price,
        listing.price_max,
        listing.buy_now,
        listing.currency if listing.price is not None else None,
    )


def read(path: Path, body: bytes) -> list[Found]:
    path.write_bytes(body)
    return [p.outcome for p in read_file(File(path, path.name)) if isinstance(p.outcome, Found)]


@cache
def json_bases() -> dict[str, str]:
    from tests.crawlers.test_ebay_items import item, usd
    from tests.crawlers.test_reddit_posts import listing, post

    auction = item(
        itemId="v1|300000000002|0",
        legacyItemId="300000000002",
        buyingOptions=["AUCTION", "FIXED_PRICE"],
        price=usd("900.00"),
        currentBidPrice=usd("400.00"),
    )
    search = {"href": "https://x", "total": 2, "limit": 50, "offset": 0, "itemSummaries": [item(), auction]}
    posts = listing(post(), post(id="1qaaa02", subreddit="HardwareSwapUK"), post(id="1qaaa03", author="[deleted]"))
    return {
        "search.json": json.dumps(search),
        "item.json": json.dumps(item()),
        "posts.json": json.dumps(posts),
        "recorded.json": json.dumps({"request": {"uri": "u"}, "response": {"status": {"code": 200}, "body": search}}),
    }


def bases() -> dict[str, str]:
    """The whole pages and answers that are mutated."""
    pages = {
        f"{p.parent.name}.html": p.read_text(encoding="utf-8")
        for p in sorted(PAGES.glob("*/input.html"))
        if "layout" not in p.parent.name and "blocked" not in p.parent.name and "broken" not in p.parent.name
    }
    return {**pages, **json_bases()}


def truth_of(tmp_path: Path) -> dict[str, dict[str, tuple[Any, ...]]]:
    """What each base says when it is whole; the cases test that this is right."""
    path = tmp_path / "whole"
    return {
        name: {x.external_id: prices(x) for found in read(path, text.encode()) for x in found.listings}
        for name, text in bases().items()
    }


def run(tmp_path: Path, count: int, seed: int) -> Verdict:
    """Mutate ``count`` times and say what came of it."""
    verdict, truth, texts = Verdict(), truth_of(tmp_path), bases()
    names = sorted(texts)
    path = tmp_path / "mutated"
    for number in range(count):
        dice = random.Random(f"{seed}.{number}")
        name = dice.choice(names)
        if name.endswith(".json") and dice.random() < 0.8:
            mutation: Mutation = spoil_json
        else:
            mutation = cut if name.endswith(".json") else dice.choice(OF_PAGES)
        body = mutation(dice, texts[name]).encode("utf-8", "replace")
        if dice.random() < 0.05:
            at = dice.randrange(len(body) + 1)
            body = body[:at] + b"\xff\xfe\x80" + body[at:]
        where = f"{seed}.{number} {mutation.__name__} of {name}"
        started = time.process_time()  # of this process: how busy the machine is does not count
        try:
            found = read(path, body)
        except NoListingsError:
            found = []
            verdict.outcomes["refused"] += 1
        except Exception as error:
            verdict.findings.append(f"{where}: crash {type(error).__name__}: {error}")
            continue
        took = time.process_time() - started
        verdict.slowest = max(verdict.slowest, took)
        if took > 1.0:
            verdict.findings.append(f"{where}: took {took:.2f} s")
        rows = [x for f in found for x in f.listings]
        verdict.outcomes["rows"] += len(rows)
        verdict.outcomes["problems"] += sum(len(f.problems) for f in found)
        for row in rows:
            meant = truth[name].get(row.external_id)
            # A buy-it-now price may become unknown with its mark; every other figure is right or the row is refused.
            read_as = prices(row) if meant is None or row.buy_now else (*prices(row)[:3], meant[3], *prices(row)[4:])
            # What ended has no price (it is a state), and what was removed has nothing.
            if row.kind != "ended" and row.state != "removed" and meant != read_as:
                verdict.findings.append(f"{where}: {row.external_id} reads {prices(row)}, and is {meant}")
    return verdict
