"""The listings that the tests of reading share."""

from sqlalchemy import Engine, delete

from db import light
from tests.tracker.prices import at, post, row

CARD, OTHER = "rtx-3090-24gb", "rtx-3080-10gb"
ROWS = [row(str(n), f"{CARD} no {n}"[: len(CARD)], at(n % 7), 600 + n) for n in range(20)] + [
    post(f"p{n}", f"{OTHER} ${400 + n}\n{CARD} ${700 + n}", at(n)) for n in range(8)
]


def wipe(engine: Engine) -> None:
    """Empty all tables."""
    with engine.begin() as conn:
        for clause in reversed(light.TABLES):
            conn.execute(delete(clause))
