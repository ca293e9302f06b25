"""Posts of the swap subs: titles, bodies in four manners, and the edits that people make later."""

import csv
import random
from dataclasses import dataclass
from functools import cache
from typing import Any

from crawlers.sandbox import money
from crawlers.sandbox.model import DATA, Line, Post
from crawlers.sandbox.writing import phrases

_STATES = ("TX", "CA", "NY", "FL", "IL", "WA", "OH", "PA", "GA", "NC", "MI", "VA", "CO", "MN", "TN", "OR")
_CITIES = (("Toronto", "ON"), ("Vancouver", "BC"), ("Calgary", "AB"), ("Ottawa", "ON"), ("Montreal", "QC"))
_EU = ("DE", "NL", "FR", "SE", "PL")


@dataclass(frozen=True, slots=True)
class Sub:
    """A swap sub of the simulated Reddit."""

    name: str
    currency: str
    style: str
    posts_per_day: float
    fullname: str
    flairs: dict[str, str]
    cards: str


@cache
def subs() -> dict[str, Sub]:
    """Return the subs by name in lower case."""
    with (DATA / "subs.csv").open(encoding="utf-8", newline="") as file:
        return {
            row["name"].lower(): Sub(
                row["name"],
                row["currency"],
                row["title_style"],
                float(row["posts_per_day"]),
                row["fullname"],
                {key: row[key] for key in ("selling", "buying", "trading", "closed")},
                row["cards"],
            )
            for row in csv.DictReader(file)
        }


def place(rng: random.Random, sub: Sub) -> str:
    """Return the location tag that begins a title."""
    if sub.style == "canada":
        city, province = rng.choice(_CITIES)
        return f"[{city}, {province}]"
    if sub.style == "europe":
        return f"[EU-{rng.choice(_EU)}]"
    state = rng.choice(_STATES)
    if sub.style == "homelab":
        return f"[US-{state}]"
    return rng.choice((f"[USA-{state}]", f"[USA-{state}]", f"[US-{state}]", f"[USA - {state}]"))


def post_title(rng: random.Random, sub: Sub, sort: str, have: str, want: str, price: int | None) -> str:
    """Return a title by the rules of ``sub``; at most 300 characters."""
    if sub.style == "uk":
        tag = {"wanted": "[BG]", "trade": "[TG]"}.get(sort, "[SG]")
        goods = want if sort == "wanted" else have
        asked = f" - {money.sign(sub.currency)}{money.plain(price)}" if price and rng.random() < 0.5 else ""
        return f"{tag} {goods}{asked}"[:300]
    if sub.style == "homelab":
        tag = "[W]" if sort == "wanted" else "[FS]"
        return f"{tag}{place(rng, sub)} {want if sort == 'wanted' else have}"[:300]
    gap = rng.choice((" ", " ", ""))
    return f"{place(rng, sub)}{gap}[H] {have} [W] {want}"[:300]


def asking(rng: random.Random, sub: Sub, line: Line) -> str:
    """Return a template for the price of ``line`` that says how it ships; ``{p}`` is the amount."""
    table = phrases()["reddit"]
    forms = {"included": "shipped", "extra": "plus", "local": "local"}.get(line.shipping, "bare")
    text: str = rng.choice(table[forms])
    if sub.style != "us":
        text = text.replace(" CONUS", "").replace(" via PayPal G&S", "")
    if sub.currency == "CAD" and rng.random() < 0.4:
        text = text.replace("{p}", "{p} CAD")
    return text.replace("$", money.sign(sub.currency))


def new_style(rng: random.Random, sub: Sub, manner: str, lines: list[Line], pays: str) -> dict[str, Any]:
    """Return what stays the same of a post while it is edited: manner, greeting, proof, price forms, notes."""
    table = phrases()["reddit"]
    code = "".join(rng.choices("abcdefghijkmnopqrstuvwxyz", k=7))
    return {
        "manner": manner if len(lines) > 1 or manner != "table" else "prose",
        "hello": rng.choice(table["hello"]).replace("{sub}", sub.name),
        "proof": rng.choice(table["proof"]).replace("{code}", code),
        "asking": [asking(rng, sub, line) for line in lines],
        "notes": [rng.choice(table["notes"]) for _ in lines],
        "closing": rng.choice(table["closing"]).replace("{zip}", str(rng.randint(10000, 99999))),
        "trade": rng.choice(table["trade"]),
        "sold": rng.choice(table["sold_marks"]).replace("{who}", f"sim_user_{rng.randint(1, 9999)}"),
        "edit": rng.choice(table["edits"]),
        "edits": [],
        "pays": pays,
        "strikes": rng.random() < 0.6,
    }


def write_body(post: Post) -> str:
    """Return the Markdown of ``post`` as it stands now, from its lines."""
    style = post.style
    if style.get("fixed") is not None:
        return str(style["fixed"])
    write = {"bullets": _bullets, "table": _table, "plain": _plain}.get(style["manner"], _prose)
    parts = [style["hello"], style["proof"], write(post), style["trade"], style["closing"], *style["edits"]]
    return "\n\n".join(part for part in parts if part)


def _amount(post: Post, number: int) -> str:
    line = post.lines[number]
    minor = line.price if line.price is not None else line.lot_price
    if minor is None:
        return "make me an offer"
    text: str = post.style["asking"][number].replace("{p}", money.plain(minor))
    if line.quantity > 1:
        text += " each" if line.price is not None else f" for all {line.quantity}" if line.quantity > 2 else " for both"
    if line.old_price is not None and post.style["strikes"] and line.status != "sold":
        text = f"~~{money.sign(post.currency)}{money.plain(line.old_price)}~~ {text}"
    return text


def _goods(line: Line) -> str:
    return f"{line.quantity}x {line.label}" if line.quantity > 1 else line.label


def _mark(post: Post, line: Line, text: str) -> str:
    if line.status == "sold":
        return f"~~{text}~~ {post.style['sold']}"
    if line.status == "pending":
        return f"{text} - PENDING"
    return text


def _bullets(post: Post) -> str:
    rows = [f"* {_mark(post, line, f'{_goods(line)} - {_amount(post, i)}')}" for i, line in enumerate(post.lines)]
    return "\n".join(rows)


def _plain(post: Post) -> str:
    rows = [_mark(post, line, f"{_goods(line)}: {_amount(post, i)}") for i, line in enumerate(post.lines)]
    return "\n\n".join(rows)


def _table(post: Post) -> str:
    rows = ["|Item|Condition|Price|", "|:-|:-|:-|"]
    for i, line in enumerate(post.lines):
        goods, amount = _goods(line), _amount(post, i)
        if line.status == "sold":
            rows.append(f"|~~{goods}~~|Used|~~{amount}~~ {post.style['sold']}|")
        else:
            pending = " PENDING" if line.status == "pending" else ""
            rows.append(f"|{goods}|Used|{amount}{pending}|")
    return "\n".join(rows)


def _prose(post: Post) -> str:
    parts = []
    for i, line in enumerate(post.lines):
        text = _mark(post, line, f"{_goods(line)} - {_amount(post, i)}")
        parts.append(f"{text}\n\n{post.style['notes'][i]}")
    return "\n\n".join(parts)
