"""New listings of the simulated eBay, each with its whole life planned."""

import random
from datetime import datetime, timedelta

from crawlers.sandbox import money
from crawlers.sandbox.model import Card, Change, Item, Line, Sort
from crawlers.sandbox.people import BAIT_SHARE, People, hazard
from crawlers.sandbox.prices import SIGMA
from crawlers.sandbox.writing import Habit, call_card, ebay_title, phrases

#: What is listed on the simulated eBay, as shares of new listings.
MIX: dict[Sort, float] = {
    "card": 0.80,
    "accessory": 0.055,
    "broken": 0.045,
    "box": 0.02,
    "system": 0.025,
    "menu": 0.02,
    "lot": 0.025,
    "laptop": 0.01,
}
LONGEST_LIFE = 55.0  # days, then a listing is not renewed
_CONDITIONS = (("3000", "Used"), ("1500", "Open box"), ("2020", "Very Good - Refurbished"), ("1000", "New"))
_CONDITION_SHARES = (80, 9, 4, 7)
_GRADES = {"1000": "new", "1500": "open_box", "2020": "refurbished", "3000": "used", "7000": "parts"}
_COUNTRIES = {"EBAY_US": "US", "EBAY_GB": "GB", "EBAY_DE": "DE", "EBAY_CA": "CA"}
NEW_IS_DEARER = 1.12  # than used, in cards


class EbayMaker:
    """Makes listings."""

    def __init__(self, people: People) -> None:
        self._people = people

    def item(self, rng: random.Random, at: datetime, market: str, currency: str) -> Item:
        """Return a new listing for ``market`` with its whole life planned."""
        sort = rng.choices(list(MIX), list(MIX.values()))[0]
        if sort == "card" and rng.random() < BAIT_SHARE:
            sort = "bait"
        habit, card = self._people.habit(rng), self._people.card(rng, "ebay")
        fair = self._people.median(card, at)
        condition = rng.choices(_CONDITIONS, _CONDITION_SHARES)[0]
        title, stated, usd, condition = self._goods(rng, sort, habit, card, fair, condition)
        if condition[0] == "1000" and sort == "card":
            fair *= NEW_IS_DEARER
        line = _line(rng, sort, card, title, usd, currency)
        line.size_stated, line.condition = stated, _GRADES[condition[0]]
        item = Item(
            sort=sort,
            market=market,
            created=at,
            title=line.label,
            lines=[line],
            currency=currency,
            condition=condition,
            seller=habit.number,
            feedback=habit.feedback if sort != "bait" else rng.choice((0, 0, 1, 3)),
            country=_COUNTRIES[market],
            category=_category(rng, sort),
            fair=money.in_currency(fair, currency),
        )
        if sort == "menu":
            item.variation = str(rng.randrange(10**11, 2 * 10**11))
        self._ways_to_buy(rng, item)
        self._plan_item(rng, item)
        return item

    def _goods(
        self, rng: random.Random, sort: Sort, habit: Habit, card: Card, fair: float, condition: tuple[str, str]
    ) -> tuple[str, bool, float, tuple[str, str]]:
        """Return title, whether the size is stated, price in US dollars and condition."""
        if sort in ("card", "bait", "lot"):
            title, stated = ebay_title(rng, habit, card)
            if sort == "bait":
                return title, stated, fair * rng.uniform(0.15, 0.5), ("3000", "Used")
            dearer = NEW_IS_DEARER if condition[0] == "1000" and sort == "card" else 1.0
            return title, stated, fair * dearer * rng.lognormvariate(0, SIGMA), condition
        if sort == "broken":
            title, stated = ebay_title(rng, habit, card, broken=True)
            return title, stated, fair * rng.uniform(0.15, 0.45), ("7000", "For parts or not working")
        title, usd = self._no_card(rng, sort, habit, card, fair)
        return title[:80], False, usd, ("1000", "New") if sort == "accessory" else ("3000", "Used")

    def _no_card(self, rng: random.Random, sort: Sort, habit: Habit, card: Card, fair: float) -> tuple[str, float]:
        """Return title and price in US dollars of what only mentions a card."""
        table, gpu = phrases()["ebay"], call_card(rng, habit, card)
        if sort == "accessory":
            text, usd, _ = rng.choice(table["accessories"])
            return text.format(gpu=gpu), usd * rng.lognormvariate(0, 0.2)
        if sort == "box":
            brand = rng.choice(phrases()["brands"][card.maker])
            line = rng.choice(phrases()["lines"][brand])
            return rng.choice(table["boxes"]).format(brand=brand, gpu=gpu, line=line), rng.uniform(10, 60)
        if sort == "system":
            return rng.choice(table["systems"]).format(gpu=gpu), fair * 1.2 + rng.uniform(350, 700)
        if sort == "laptop":
            return rng.choice(table["laptops"]).format(gpu=gpu), fair + rng.uniform(400, 900)
        others = [call_card(rng, habit, self._people.card(rng, "gaming")) for _ in range(2)]
        return rng.choice(table["menus"]).format(gpu=gpu, other=others[0], third=others[1]), fair * rng.uniform(
            0.3, 0.8
        )

    def _ways_to_buy(self, rng: random.Random, item: Item) -> None:
        if item.sort in ("card", "broken") and rng.random() < 0.07:
            item.ends = item.created + timedelta(days=rng.choice((3, 5, 7)))
            item.bids = 0
            if rng.random() < 0.5:
                item.options, item.buy_now = ("AUCTION", "FIXED_PRICE"), item.lines[0].price
            else:
                item.options = ("AUCTION",)
        elif rng.random() < 0.45:
            item.options = ("FIXED_PRICE", "BEST_OFFER")
        if item.sort in ("card", "accessory") and item.bids is None and rng.random() < 0.05:
            item.stock = rng.randint(3, 20)

    def _plan_item(self, rng: random.Random, item: Item) -> None:
        """Plan price drops, bids, sale or end of ``item``, by how its price stands to the market."""
        line = item.lines[0]
        if item.bids is not None and line.price is not None:
            self._plan_auction(rng, item, line.price)
            return
        ratio = (line.price or line.lot_price or 1) / max(1, (item.fair or 1) * line.quantity)
        ratio = ratio if item.sort in ("card", "lot") else 1.0
        if item.sort == "bait":
            item.plan.append(Change(at=item.created + timedelta(days=rng.uniform(0.4, 3)), what="remove"))
            return
        life = min(rng.expovariate(hazard(0.055, 5, ratio)), LONGEST_LIFE) + 0.05
        at = rng.expovariate(1 / 17)
        factor = ratio
        while at < life and item.sort in ("card", "lot"):
            factor *= rng.uniform(0.94, 0.985)
            item.plan.append(Change(at=item.created + timedelta(days=at), what="reprice", value=factor))
            at += rng.expovariate(1 / 17)
        ended = rng.random() < 0.18 or life >= LONGEST_LIFE
        what = "relist" if ended and rng.random() < 0.5 else "end" if ended else "sell"
        item.plan.append(Change(at=item.created + timedelta(days=life), what=what))

    def _plan_auction(self, rng: random.Random, item: Item, worth: int) -> None:
        line, ends = item.lines[0], item.ends or item.created
        line.price = max(99, int(worth * rng.uniform(0.3, 0.6)))
        span = (ends - item.created).total_seconds()
        bid, steps = line.price, rng.randint(2, 9)
        for step in range(1, steps + 1):
            bid = int(line.price + (worth - line.price) * step / steps)
            at = item.created + timedelta(seconds=span * (step - rng.random() * 0.5) / steps)
            item.plan.append(Change(at=at, what="bid", value=bid))
        item.plan.append(Change(at=ends, what="sell"))


def _line(rng: random.Random, sort: Sort, card: Card, title: str, usd: float, currency: str) -> Line:
    """Return the goods of a listing with price and shipping; a lot has one price for all and a title that says so."""
    shipping, cost = _ebay_shipping(rng, currency, usd)
    line = Line(
        card=card if sort in ("card", "bait", "lot", "broken") else None,
        label=title,
        shipping=shipping,
        shipping_cost=cost,
    )
    if sort == "lot":
        line.quantity = rng.choice((2, 2, 3, 4, 5, 8, 10))
        line.label = rng.choice(phrases()["ebay"]["lots"]).format(n=line.quantity, title=title[:66].rstrip())
        line.lot_price = money.shop_price(rng, money.in_currency(usd * line.quantity * 0.95, currency))
    else:
        line.price = money.shop_price(rng, money.in_currency(usd, currency))
    return line


def _ebay_shipping(rng: random.Random, currency: str, usd: float) -> tuple[str, int | None]:
    form = rng.choices(("free", "fixed", "calculated", "absent"), (46, 34, 15, 5))[0]
    if form == "free":
        return "free", 0
    if form == "fixed":
        return "fixed", money.in_currency(
            rng.choice((4.99, 7.99, 9.99, 12.5, 15.0, 19.99)) if usd < 1500 else 24.99, currency
        )
    return ("unknown" if form == "absent" else "calculated"), None


def _category(rng: random.Random, sort: Sort) -> str:
    misfiled = rng.random() < 0.4
    return {
        "accessory": "27386" if misfiled else "131486",
        "system": "27386" if misfiled and rng.random() < 0.5 else "179",
        "laptop": "175672",
        "box": "27386",
    }.get(sort, "27386")
