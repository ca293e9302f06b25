"""A small market for the pages: invented listings of the last weeks, some of them hostile."""

import hashlib
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import Engine, select

from db import light
from db.store import RevisionRow
from tests.tracker.prices import learn, priced, row
from tracker.pricing.fairvalue import update_fair_values

CARD = "rtx-3090-24gb"
#: Card, fair price in dollars, and how many sales there were.
CARDS = ((CARD, 700, 20), ("rtx-4090-24gb", 1700, 14), ("tesla-p40-24gb", 260, 12), ("rtx-3060-12gb", 210, 16))
TOKEN = "a-token-for-tests"
SCRIPT = "<script>alert(1)</script>"

_TAGS = (
    "<script>{0}</script>", "<img src=x onerror={0}>", "<svg onload={0}>", "<svg><script>{0}</script></svg>",
    "<iframe src=javascript:{0}>", "<a href='javascript:{0}'>x</a>", "<style>*{{display:none}}</style>",
    "<link rel=stylesheet href=//evil.example>", "<base href=//evil.example>", "<meta http-equiv=refresh content=0>",
    "<math><mi xlink:href=javascript:{0}>", "<details open ontoggle={0}>", "<body onload={0}>", "<!--{0}-->",
    "<form action=//evil.example><input autofocus onfocus={0}>", "<object data=javascript:{0}>", "<x hx-get=/watches>",
    "<template>{0}</template>", "<noscript><p title='</noscript><img src=x onerror={0}>'>", "<![CDATA[{0}]]>",
)  # fmt: skip
_BREAKS = (
    '"',
    "'",
    '">',
    "'>",
    "`",
    "</a>",
    "</title>",
    "</td></table>",
    '" autofocus onfocus="{0}',
    "' onmouseover='{0}",
)
_WORDS = (
    "{{{{7*7}}}}", "{{% include '/etc/passwd' %}}", "${{7*7}}", "#{{7*7}}", "<%= 7*7 %>", "=cmd|'/c calc'!A1", "+1+1",
    "-2+3", "@SUM(A1)", "|calc", "%0d%0aSet-Cookie: a=b", "\r\nSet-Cookie: a=b", "a\x00b", "\x1b[31mred\x1b[0m",
    "\x1b]0;title\x07", "\u202egnp.exe", "\u2066hidden\u2069", "\u200bzero", "\ufeffbom", "A" * 900, "javascript:{0}",
    "data:text/html,{0}", "../../etc/passwd", "&lt;script&gt;", "&#60;script&#62;", "\u2028line", "\u0085nel",
    "' OR 1=1 --", "'; DROP TABLE offer; --", "%s%s%n", "\\u003cscript\\u003e", "🤖" * 40,
)  # fmt: skip


def hostile_titles() -> list[str]:
    """More than a hundred titles that want to be more than text."""
    calls = ("alert(1)", "fetch`//evil.example`")
    shapes = [shape.format(call) for shape in (*_TAGS, *_BREAKS) for call in calls]
    mixed = [f"RTX 3090 {shape.format('alert(2)')} 24GB" for shape in (*_TAGS, *_BREAKS)]
    return [*shapes, *mixed, *(word.format("alert(3)") for word in _WORDS)]


def now() -> datetime:
    return datetime.now(UTC)


def ask(external_id: str, title: str, price: int, slug: str = CARD, hours: float = 3, **more: Any) -> RevisionRow:
    """A live listing whose body says in the tests' own words what it sells."""
    values: dict[str, Any] = {"shipping_minor": 0, "country": "US", "body": f"{slug} ${price} #shipped"} | more
    return row(external_id, title, now() - timedelta(hours=hours), price, **values)


def sales() -> Iterator[RevisionRow]:
    spread = (-0.06, -0.03, 0.0, 0.03, 0.06)
    for slug, price, n in CARDS:
        for k in range(n):
            when = now() - timedelta(days=2 + 2 * k)
            yield priced(slug, when, price * (1 + spread[k % 5]), f"{slug}-{k}", shipping_minor=0)


def fill(engine: Engine, hostile: bool = True) -> None:
    """Sales of four cards, a deal, an offer that is none, and the hostile listings."""
    asks = [
        ask("deal-1", "EVGA RTX 3090 FTW3 24GB", 520),
        ask("deal-2", "NVIDIA Tesla P40 24GB", 200, "tesla-p40-24gb", hours=1),
        ask("dear-1", "MSI RTX 4090 Suprim", 1900, "rtx-4090-24gb"),
    ]
    if hostile:
        asks += [ask(f"hostile-{k}", title, 600 + k) for k, title in enumerate(hostile_titles())]
        asks.append(ask("<img src=x onerror=alert(1)>/..?#%", "an id that is markup", 650))
    learn(engine, [*sales(), *asks])
    update_fair_values(engine)


def checksum(engine: Engine) -> str:
    """What is in all tables; unchanged where nothing was written."""
    digest = hashlib.sha256()
    with engine.connect() as conn:
        for table in light.TABLES:
            rows = sorted(repr(tuple(found)) for found in conn.execute(select(table)))
            digest.update(f"{table.name}{rows}".encode(errors="replace"))
    return digest.hexdigest()
