"""Whole posts, composed for the project: what is on offer, at what price, in which state."""

import tomllib
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from tracker.normalize.posts import read_post
from tracker.normalize.types import ListingText, Offer

CASES = Path(__file__).parent / "cases"
DEFAULTS: dict[str, Any] = {
    "price": None, "lot_price": None, "quantity": 1, "status": "available", "shipping": "unknown",
    "currency": "USD", "broken": False, "in_system": False,
}  # fmt: skip


def _cases() -> list[Any]:
    found = []
    for path in sorted(CASES.glob("*.toml")):
        for post in tomllib.loads(path.read_text(encoding="utf-8"))["post"]:
            marks = [pytest.mark.xfail(reason=post["xfail"], strict=True)] if "xfail" in post else []
            found.append(pytest.param(post, id=f"{path.stem}: {post['name']}", marks=marks))
    return found


def _listing(post: dict[str, Any]) -> ListingText:
    return ListingText(
        id=post["name"],
        source=post.get("source", "hardwareswap"),
        title=post["title"],
        body=post["body"],
        flair=post.get("flair"),
    )


def _facts(offer: Offer, wanted: dict[str, Any]) -> dict[str, Any]:
    facts: dict[str, Any] = {"model": offer.model}
    for key in ("vram_gb", "form"):
        if key in wanted:
            facts[key] = getattr(offer, key)
    for key in DEFAULTS:
        if (key in ("lot_price", "shipping", "currency")) and wanted.get("in_system") and key not in wanted:
            continue
        value = getattr(offer, key)
        facts[key] = float(value) if isinstance(value, Decimal) else value
    if facts.get("price") is None and facts.get("lot_price") is None:
        facts.pop("currency", None)
        facts.pop("shipping", None)
    return facts


def _expected(wanted: dict[str, Any]) -> dict[str, Any]:
    facts = {**DEFAULTS, **wanted}
    if facts.get("vram_gb") == 0:
        facts["vram_gb"] = None  # left open; TOML has no null
    if wanted.get("in_system"):
        facts = {
            key: value
            for key, value in facts.items()
            if key not in ("lot_price", "shipping", "currency") or key in wanted
        }
    if facts.get("price") is None and facts.get("lot_price") is None:
        facts.pop("currency", None)
        facts.pop("shipping", None)
    return facts


@pytest.mark.parametrize("post", _cases())
def test_a_post_becomes_its_offers(post: dict[str, Any]) -> None:
    reading = read_post(_listing(post), explain=False)

    intent = post.get("intent", "sell")
    alike = () if post.get("exact_intent") else ("sell", "sell_or_trade")
    assert reading.intent == intent or {reading.intent, intent} == set(alike)
    key = lambda facts: (facts["model"], facts.get("price") or 0, facts.get("lot_price") or 0)  # noqa: E731
    wanted = sorted((_expected(offer) for offer in post["offers"]), key=key)
    by_model = {facts["model"]: facts for facts in post["offers"]}
    found = sorted((_facts(offer, by_model.get(offer.model or "", {})) for offer in reading.offers), key=key)
    assert found == wanted
    assert reading.reject == post.get("reject")


def test_there_are_enough_posts_of_our_own() -> None:
    assert len(_cases()) >= 80
