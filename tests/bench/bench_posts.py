"""Posts a second of the post reader, side by side with what others do to a post, on one core.

Run as ``python -m tests.bench.bench_posts``. The posts are those written for the tests; the figures are
processor time, the best of several rounds, so that a busy machine matters less.

(a) A loop of one regular expression per card over title and body, and the first dollar amount of the
    body: how the small r/hardwareswap programs work.
(b) rapidfuzz's ``extractOne`` over the list of spellings for each line (left out where it is missing).
(c) The floor: one trie-factored scan of the lower-cased post for all names, and nothing else.

Where the labelled posts of others lie beside the checkout, the rate on those is printed too.
"""

import json
import re
from collections.abc import Callable, Sequence
from functools import partial

from tests.bench.bench_normalize import REAL, _posts, rate
from tracker.catalog import catalog
from tracker.normalize import ListingText
from tracker.normalize.names import name_pattern
from tracker.normalize.posts import read_post
from tracker.normalize.posts.cards.naming import mentions_of
from tracker.normalize.posts.markup.text import read_text
from tracker.normalize.vocabulary import forms

_DOLLARS = re.compile(r"\$\d{1,3}(?:,\d{3})*(?:\.\d\d)?")


def real_posts(name: str) -> list[ListingText]:
    """The labelled posts of a set, none where it is not at hand."""
    path = REAL / "labelled" / f"{name}.input.jsonl"
    rows = map(json.loads, path.read_text(encoding="utf-8").splitlines()) if path.exists() else ()
    return [
        ListingText(id=row["id"], source=row["source"], title=row["title"], body=row["body"], flair=row.get("flair"))
        for row in rows
    ]


def _text(post: ListingText) -> str:
    return f"{post.title}\n{post.body or ''}"


def card_by_card(posts: Sequence[ListingText]) -> Callable[[], int]:
    """(a): all cards one after another, then the first amount."""
    names = [re.escape(gpu.model.removeprefix("GeForce ").removeprefix("Radeon ")) for gpu in catalog()]
    patterns = [re.compile(rf"\b{name}\b".replace(r"\ ", r"\s?"), re.IGNORECASE) for name in dict.fromkeys(names)]
    texts = [_text(post) for post in posts]
    return lambda: sum(
        bool(pattern.search(text)) and _DOLLARS.search(text) is not None for text in texts for pattern in patterns
    )


def fuzzy(posts: Sequence[ListingText]) -> tuple[Callable[[], int], int] | None:
    """(b): for each line the nearest spelling, None where rapidfuzz is missing; with the number of posts tried."""
    try:
        from rapidfuzz import fuzz, process
    except ImportError:
        return None
    names = [form for form, spelling in forms().items() if spelling.models[0].known]
    sample = posts[: max(1, len(posts) // 40)]
    lines = [line for post in sample for line in _text(post).lower().splitlines() if line.strip()]
    found = partial(process.extractOne, choices=names, scorer=fuzz.token_set_ratio)
    return lambda: sum(found(line) is not None for line in lines), len(sample)


def main() -> None:
    """Print the rates and how they compare."""
    posts = _posts() * 5
    ours = rate(lambda: [read_post(post, explain=False) for post in posts], len(posts))
    rows = [("read_post", ours)]
    rows.append(("  of which: cleaning both texts", rate(lambda: [read_text(_text(p)) for p in posts], len(posts))))
    cleaned = [read_text(_text(post)) for post in posts]
    rows.append(("  of which: finding the mentions", rate(lambda: [mentions_of(c, True) for c in cleaned], len(posts))))
    rows.append(("(a) one pattern per card, in a loop", rate(card_by_card(posts), len(posts), 2)))
    guess = fuzzy(posts)
    if guess is not None:
        rows.append(("(b) rapidfuzz, line by line", rate(guess[0], guess[1], 1)))
    scan, texts = name_pattern(), [_text(post).lower() for post in posts]
    rows.append(("(c) one scan for all names", rate(lambda: [scan.findall(text) for text in texts], len(posts))))
    characters = sum(len(text) for text in texts) // len(texts)
    print(f"{len(posts):,} posts of {characters} characters on average; processor time, one core")
    for name, per_second in rows:
        print(f"  {name:<38} {per_second:>12,.0f}/s   ours is {ours / per_second:8.2f} times as fast")
    for name in ("reddit", "swap_modern"):
        real = real_posts(name) * 3
        if not real:
            print(f"  read_post on the set {name}: skipped, ../shared/data/labelled is not here")
            continue
        per_second = rate(lambda real=real: [read_post(post, explain=False) for post in real], len(real))
        print(f"  {f'read_post, {len(real) // 3} real posts ({name})':<38} {per_second:>12,.0f}/s")


if __name__ == "__main__":
    main()
