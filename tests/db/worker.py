"""A process of its own that imports or crawls: ``python -m tests.db.worker URL PART OF LISTINGS [print]``.

It imports slice PART of OF slices (or, with OF 1, everything) of LISTINGS listings with three contents each,
one transaction a page; with ``print`` it says after each commit how many pages are safe.
"""

import random
import sys

from db.engine import open_engine
from db.store import RevisionRow, begin_run, store_page
from tests.db.rows import hour, sighting

PAGE = 20


def rows_of(listings: int) -> list[RevisionRow]:
    rows = [
        sighting(str(key), at, content)
        for key in range(listings)
        for at, content in ((1, "A"), (2, "A"), (3, "B"), (4, "A"))
    ]
    random.Random(7).shuffle(rows)
    return rows


def main(url: str, part: int, of: int, listings: int, talk: bool) -> None:
    rows = rows_of(listings)
    # Slices overlap by half, so that processes meet the same listings at the same time.
    mine = rows if of == 1 else [row for n, row in enumerate(rows) if n % of in (part, (part + 1) % of)]
    random.Random(part).shuffle(mine)
    engine = open_engine(url)
    with engine.begin() as conn:
        run = begin_run(conn, "ebay", "import", hour(0))
    for number, at in enumerate(range(0, len(mine), PAGE), 1):
        with engine.begin() as conn:
            store_page(conn, run, mine[at : at + PAGE], cursor=("ebay", f"page{part}", str(number)), now=hour(1))
        if talk:
            print(number, flush=True)


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), int(sys.argv[4]), "print" in sys.argv)
