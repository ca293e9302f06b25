"""What the days of a card are counted from, read as columns of text.

A column is one text of all its rows: the database joins it and numpy takes it apart. As rows, ten million prices
would be as many Python objects, and a million of them would each hand Python's lock to the thread that writes and back.
"""

import json
from collections import defaultdict
from datetime import date
from itertools import count

import numpy as np
from sqlalchemy import Connection, text

from db.store.counting import Ints, Prices, joined
from db.store.marks import bound

#: Prices that count on one day, in groups of a day and key: the key, the day as ordinal, how many, the prices.
_SINGLES = {
    "sqlite": """
        SELECT group_concat(key, char(10)), group_concat(day), group_concat(n), group_concat(prices) FROM (
            SELECT json_array(kind, condition, currency) AS key, count(*) AS n, group_concat(unit_price) AS prices,
                CAST(julianday(counts_from) - 1721424.5 AS INTEGER) AS day
            FROM observation
            WHERE gpu_id = :gpu AND counts_from BETWEEN :first AND :last AND counts_until = counts_from
            GROUP BY counts_from, kind, condition, currency) AS days""",
    "postgresql": """
        SELECT string_agg(key, chr(10)), string_agg(day, ','), string_agg(n, ','), string_agg(prices, ',') FROM (
            SELECT json_build_array(kind, condition, currency)::text AS key, count(*)::text AS n,
                string_agg(unit_price::text, ',') AS prices, (counts_from - DATE '0001-01-01' + 1)::text AS day
            FROM observation
            WHERE gpu_id = :gpu AND counts_from BETWEEN :first AND :last AND counts_until = counts_from
            GROUP BY counts_from, kind, condition, currency) AS days""",
}
#: Asks that count on several days: the key, the first and the last day, the price.
_STANDING = {
    "sqlite": """
        SELECT group_concat(json_array(kind, condition, currency), char(10)),
            group_concat(CAST(julianday(counts_from) - 1721424.5 AS INTEGER)),
            group_concat(CAST(julianday(counts_until) - 1721424.5 AS INTEGER)), group_concat(unit_price)
        FROM observation
        WHERE gpu_id = :gpu AND counts_until >= :first AND counts_from <= :last AND counts_until > counts_from""",
    "postgresql": """
        SELECT string_agg(json_build_array(kind, condition, currency)::text, chr(10)),
            string_agg((counts_from - DATE '0001-01-01' + 1)::text, ','),
            string_agg((counts_until - DATE '0001-01-01' + 1)::text, ','), string_agg(unit_price::text, ',')
        FROM observation
        WHERE gpu_id = :gpu AND counts_until >= :first AND counts_from <= :last AND counts_until > counts_from""",
}


def read_prices(conn: Connection, gpu_id: int, first: date, last: date) -> Prices:
    """Return the prices that count on a day from ``first`` to ``last`` inclusive, on those days."""
    found = bound(conn, gpu=gpu_id, first=first, last=last)
    names, days, sizes, prices = conn.execute(text(_SINGLES[conn.dialect.name]), found).one()
    more_names, since, until, asks = conn.execute(text(_STANDING[conn.dialect.name]), found).one()
    places: defaultdict[str, int] = defaultdict(count().__next__)
    size = _numbers(sizes)
    day = np.repeat(_numbers(days), size)
    key = np.repeat(_places(names, places), size)
    more = _places(more_names, places)
    begins = np.maximum(_numbers(since), first.toordinal())
    ends = np.minimum(_numbers(until), last.toordinal())
    keys = [(kind, condition, currency) for kind, condition, currency in map(json.loads, places)]
    return joined([Prices(keys, key, day, day, _numbers(prices)), Prices(keys, more, begins, ends, _numbers(asks))])


def _numbers(column: str | None) -> Ints:
    return np.fromstring(column or "", dtype=np.int64, sep=",")


def _places(column: str | None, places: defaultdict[str, int]) -> Ints:
    """Return the place of each name of the column; a new name gets the next."""
    return np.fromiter(map(places.__getitem__, column.split("\n") if column else ()), dtype=np.int64)
