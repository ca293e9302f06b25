"""Listings a second of the normalizer, side by side with what others do, on one core.

Run as ``python -m tests.bench.bench_normalize``. The titles are those written for the tests, and real
ones where ``../shared/data`` has them: the hand-labelled ones, which were picked for being hard to read,
and all of some answers of a search. The figures are processor time, the best of several rounds, so that
a busy machine matters less. Each round reads every title once, and no reading is kept from one to the next.

(a) A loop of regular expressions per card, as the filter of the program GPU Poet works: every word
    of the card's label as a whole word, then its memory size, then the words that exclude. Once for
    the cards of the catalog alone, and once for all cards that read_listing tells apart.
(b) rapidfuzz's ``extractOne`` over the list of all spellings that read_listing knows (left out where
    rapidfuzz is missing; its word-set ratio, which alone survives the other words of a title).
(c) The floor: one trie-factored scan of the lower-cased title for all spellings, and nothing else.
"""

import json
import re
import time
import tomllib
from collections.abc import Callable, Sequence
from pathlib import Path

from tests.tracker.normalize.title_table import cases
from tracker.catalog import catalog
from tracker.catalog import names as card_names
from tracker.normalize import ListingText, read_listing
from tracker.normalize.jsonl import listing_of
from tracker.normalize.names import name_pattern
from tracker.normalize.vocabulary import forms

ROUNDS = 5
#: The words by which GPU Poet drops a listing.
EXCLUDING = (
    *("bracket", "fan attachment", "fan adapter", "fan kit", "fan for", "shroud", "blower fan", "no gpu", "kit for"),
    *("sxm", "smx", "neutered", "box only", "empty box", "cooling fan", "block only", "backplate for", "parts only"),
    "for parts",
)
REAL = Path(__file__).resolve().parents[3] / "shared" / "data"
POSTS = Path(__file__).resolve().parents[1] / "tracker" / "normalize" / "posts" / "cases"


def rate(work: Callable[[], object], n: int, rounds: int = ROUNDS) -> float:
    """Return how many of ``n`` items ``work`` does a second of processor time, at best."""
    best = float("inf")
    for _ in range(rounds):
        start = time.process_time()
        work()
        best = min(best, time.process_time() - start)
    return n / best


def _labels(named_too: bool) -> list[tuple[str, float]]:
    """The label and the memory of each card, those of which the catalog has the name alone too if asked."""
    cards = [(f"{gpu.vendor} {gpu.model}", gpu.vram_gb) for gpu in catalog()]
    if named_too:
        cards += [(f"{card.vendor} {card.model}", gb) for card in card_names() for gb in card.vram_gb or (1.0,)]
    return cards


def card_by_card(titles: Sequence[str], named_too: bool = False) -> Callable[[], int]:
    """(a): for each title all cards one after another, a pattern for each word and the size, then what excludes."""
    patterns = []
    for label, vram_gb in _labels(named_too):
        words = [re.compile(rf"\b{re.escape(word)}\b", re.IGNORECASE) for word in label.split()]
        patterns.append((words, re.compile(rf"\b{vram_gb:g}\s?gb?\b", re.IGNORECASE)))
    excluding = [re.compile(rf"\b{word}\b", re.IGNORECASE) for word in EXCLUDING]

    def run() -> int:
        hits = 0
        for title in titles:
            for words, size in patterns:
                if all(word.search(title) for word in words) and size.search(title):
                    hits += not any(pattern.search(title) for pattern in excluding)
        return hits

    return run


def fuzzy(titles: Sequence[str]) -> Callable[[], int] | None:
    """(b): the nearest spelling by rapidfuzz's token set ratio, None where rapidfuzz is missing."""
    try:
        from rapidfuzz import fuzz, process
    except ImportError:
        return None
    names = list(forms())
    sample = [title.lower() for title in titles[: max(1, len(titles) // 20)]]

    def run() -> int:
        return sum(process.extractOne(title, names, scorer=fuzz.token_set_ratio) is not None for title in sample)

    return run


def one_scan(titles: Sequence[str]) -> Callable[[], int]:
    """(c): one pattern for all names."""
    pattern = name_pattern()

    def run() -> int:
        return sum(len(pattern.findall(title.lower())) for title in titles)

    return run


def _posts() -> list[ListingText]:
    found = []
    for path in sorted(POSTS.glob("*.toml")):
        for rows in tomllib.loads(path.read_text(encoding="utf-8")).values():
            for row in rows if isinstance(rows, list) else []:
                if "title" in row:
                    source, body = row.get("source", "hardwareswap"), row.get("body")
                    found.append(ListingText(id="1", source=source, title=row["title"], body=body))
    return found


def labelled_titles() -> list[ListingText]:
    """The real listings that were labelled by hand."""
    lines = (REAL / "labelled" / "ebay.input.jsonl").read_text(encoding="utf-8").splitlines()
    return [listing_of(json.loads(line), "1") for line in lines]


def searched_titles() -> list[ListingText]:
    """Every listing of the saved answers of searches, as the market gave them."""
    found = []
    for path in sorted((REAL / "ebay_browse").glob("search_*.json")):
        for item in json.loads(path.read_text(encoding="utf-8")).get("itemSummaries", ()):
            price = item.get("price", {})
            row = {"title": item["title"], "price": price.get("value"), "currency": price.get("currency")}
            row |= {"condition": item.get("condition"), "condition_id": item.get("conditionId")}
            found.append(listing_of(row, item["itemId"]))
    return found


def _show_real(name: str, read: Callable[[], list[ListingText]]) -> None:
    """Print the rate on real titles beside those of (a) and (c), or why there is none."""
    if not REAL.is_dir():
        print(f"{name}: left out, as the real listings (../shared/data) are not on this machine")
        return
    listings = read()
    repeated = listings * max(1, 2000 // len(listings))
    ours = rate(lambda: [read_listing(listing) for listing in repeated], len(repeated))
    titles = [listing.title for listing in repeated]
    rows = [("(a) card by card, the catalog", rate(card_by_card(titles), len(titles), 2))]
    rows.append(("(c) one scan for all names", rate(one_scan(titles), len(titles))))
    print(f"{len(listings):,} {name}")
    print(f"  {'read_listing, titles':<42} {ours:>12,.0f}/s")
    for other, per_second in rows:
        print(f"  {other:<42} {per_second:>12,.0f}/s   ours is {ours / per_second:8.2f} times as fast")


def main() -> None:
    """Print the rates and how they compare."""
    listings = [case.listing for case in cases()] * 3
    titles = [listing.title for listing in listings]
    ours = rate(lambda: [read_listing(listing) for listing in listings], len(listings))
    rows = [("read_listing, titles", ours)]
    rows.append(("(a) card by card, the catalog", rate(card_by_card(titles), len(titles), 2)))
    part = titles[: len(titles) // 3]
    rows.append(("(a) card by card, all that are told apart", rate(card_by_card(part, True), len(part), 1)))
    guess = fuzzy(titles)
    if guess is not None:
        rows.append(("(b) rapidfuzz over the spellings", rate(guess, max(1, len(titles) // 20), 1)))
    rows.append(("(c) one scan for all names", rate(one_scan(titles), len(titles))))
    print(f"{len(titles):,} titles; processor time, one core")
    for name, per_second in rows:
        print(f"  {name:<42} {per_second:>12,.0f}/s   ours is {ours / per_second:8.2f} times as fast")
    _show_real("real titles, labelled by hand", labelled_titles)
    _show_real("real titles, all of some searches", searched_titles)
    posts = _posts() * 3
    if posts:
        posts_rate = rate(lambda: [read_listing(post) for post in posts], len(posts))
        print(f"{len(posts):,} posts\n  {'read_listing, posts':<42} {posts_rate:>12,.0f}/s")


if __name__ == "__main__":
    main()
