"""Plans what to search for: one search per family of cards, so that a name and its Ti are found by one question."""

import re
from collections.abc import Iterable

from sqlalchemy import Engine

from crawlers.settings import ebay_settings
from db import store
from db.crawls import drop_searches
from db.ids import stable_id
from tracker.catalog import Catalog, Gpu, catalog

#: What a name adds to that of its family; a search for the family finds these too.
_KIN = {"ti", "super", "xt", "xtx", "gre", "d"}
#: What sellers leave out or write in ways of their own.
_UNSAID = {
    "geforce",
    "instinct",
    "quadro",
    "pcie",
    "sxm",
    "sxm2",
    "sxm4",
    "sxm5",
    "nvl",
    "fhhl",
    "gddr6x",
    "dual",
    "slot",
}
#: Said only where the rest of the name says too little.
_MAKERS = {"nvidia", "amd", "intel", "radeon", "tesla"}
_SHORT = re.compile(r"[a-z]{0,3}\d{0,3}[a-z]{0,2}")


def searches(cards: Iterable[Gpu]) -> dict[str, list[str]]:
    """Return the searches to make and the slugs that each is meant to find.

    A search whose words all stand in another one finds that one's listings too, and takes its cards over.
    """
    wanted: dict[str, list[str]] = {}
    for gpu in cards:
        wanted.setdefault(query_of(gpu.model, gpu.vendor), []).append(gpu.slug)
    planned: dict[str, list[str]] = {}
    for query in sorted(wanted, key=lambda text: (len(text.split()), text)):
        words = set(query.split())
        wider = next((known for known in planned if words.issuperset(known.split())), query)
        planned.setdefault(wider, []).extend(wanted[query])
    return planned


def query_of(model: str, vendor: str) -> str:
    """Return what to search for to find ``model``: ``GeForce RTX 3080 Ti`` is found by ``rtx 3080``."""
    words = [word for word in model.lower().replace("/", " ").split() if word not in _KIN | _UNSAID]
    named = [word for word in words if word not in _MAKERS]
    if len(named) == 1 and _SHORT.fullmatch(named[0]):
        # A30, T4 and VII are names of much else.
        named = [next((word for word in words if word in _MAKERS), vendor.lower()), *named]
    return " ".join(named)


def plan_searches(engine: Engine, cards: Catalog | None = None) -> int:
    """Bring ``crawl_plan`` in step with the catalog and the marketplaces; return the number of searches."""
    planned = searches(cards or catalog())
    rows = [
        ("ebay_browse", market, query, slugs)
        for market in ebay_settings().marketplaces
        for query, slugs in planned.items()
    ]
    kept = [stable_id(source, market, query) for source, market, query, _ in rows]
    with engine.begin() as connection:
        store.upsert_plan(connection, rows)
        drop_searches(connection, "ebay_browse", kept)
    return len(rows)
