"""Where listings come from: one function for each sort of thing that people list."""

import math
import random
from collections.abc import Callable
from datetime import datetime, timedelta
from itertools import accumulate

from crawlers.sandbox import money
from crawlers.sandbox.model import Card, Change, Item, Line, Post, Sort
from crawlers.sandbox.posts import Sub, new_style, post_title, write_body
from crawlers.sandbox.prices import SIGMA
from crawlers.sandbox.writing import Habit, call_card, ebay_title, name_card, phrases

BAIT_SHARE = 0.02
SELLERS = 900
#: What is listed on the simulated eBay, as shares of new listings.
EBAY_MIX: dict[Sort, float] = {
    "card": 0.80,
    "accessory": 0.055,
    "broken": 0.045,
    "box": 0.02,
    "system": 0.025,
    "menu": 0.02,
    "lot": 0.025,
    "laptop": 0.01,
}
REDDIT_MIX: dict[str, float] = {
    "card": 0.50,
    "many": 0.18,
    "lot": 0.05,
    "wanted": 0.12,
    "trade": 0.05,
    "goods": 0.07,
    "system": 0.03,
}
_CONDITIONS = (("3000", "Used"), ("1500", "Open box"), ("2020", "Very Good - Refurbished"), ("1000", "New"))
_CONDITION_SHARES = (80, 9, 4, 7)
_GRADES = {"1000": "new", "1500": "open_box", "2020": "refurbished", "3000": "used", "7000": "parts"}
_COUNTRIES = {"EBAY_US": "US", "EBAY_GB": "GB", "EBAY_DE": "DE", "EBAY_CA": "CA"}
NEW_IS_DEARER = 1.12  # than used, in cards


class Maker:
    """Makes listings of one moment; ``median`` gives a card's true median in US dollars at a time."""

    def __init__(self, seed: int, cards: tuple[Card, ...], median: Callable[[Card, datetime], float]) -> None:
        self._seed = seed
        self._cards = cards
        self._median = median
        self._habits: dict[int, Habit] = {}
        self._weights = {
            kind: list(
                accumulate(card.weight * (server if card.segment in ("server", "pro") else rest) for card in cards)
            )
            for kind, server, rest in (("ebay", 1.0, 1.0), ("gaming", 0.25, 1.0), ("server", 4.0, 0.3))
        }

    def card(self, rng: random.Random, kind: str) -> Card:
        """Return a card as often as it is traded on ``kind`` of market."""
        return rng.choices(self._cards, cum_weights=self._weights[kind])[0]

    def habit(self, rng: random.Random) -> Habit:
        """Return one of the market's sellers."""
        number = rng.randrange(SELLERS)
        if number not in self._habits:
            self._habits[number] = Habit.of(self._seed, number)
        return self._habits[number]

    # eBay

    def item(self, rng: random.Random, at: datetime, market: str, currency: str) -> Item:
        """Return a new listing for ``market`` with its whole life planned."""
        sort = rng.choices(list(EBAY_MIX), list(EBAY_MIX.values()))[0]
        if sort == "card" and rng.random() < BAIT_SHARE:
            sort = "bait"
        habit, card = self.habit(rng), self.card(rng, "ebay")
        fair = self._median(card, at)
        condition = rng.choices(_CONDITIONS, _CONDITION_SHARES)[0]
        title, stated, usd, condition = self._goods(rng, sort, habit, card, fair, condition)
        if sort == "lot":
            quantity = rng.choice((2, 2, 3, 4, 5, 8, 10))
            title = rng.choice(phrases()["ebay"]["lots"]).format(n=quantity, title=title)[:80]
        else:
            quantity = 1
        price = money.shop_price(rng, money.in_currency(usd * (quantity * 0.95 if sort == "lot" else 1), currency))
        shipping, cost = _ebay_shipping(rng, currency, usd)
        line = Line(
            card=card if sort in ("card", "bait", "lot", "broken") else None,
            label=title,
            quantity=quantity,
            size_stated=stated,
            price=None if sort == "lot" else price,
            lot_price=price if sort == "lot" else None,
            shipping=shipping,
            shipping_cost=cost,
            condition=_GRADES[condition[0]],
        )
        item = Item(
            sort=sort,
            market=market,
            created=at,
            title=title,
            lines=[line],
            currency=currency,
            condition=condition,
            seller=habit.number,
            feedback=habit.feedback if sort != "bait" else rng.choice((0, 0, 1, 3)),
            country=_COUNTRIES[market],
            category=_category(rng, sort),
            fair=money.in_currency(
                fair * (NEW_IS_DEARER if condition[0] == "1000" and sort == "card" else 1), currency
            ),
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
        table = phrases()["ebay"]
        if sort in ("card", "bait", "lot"):
            title, stated = ebay_title(rng, habit, card)
            if sort == "bait":
                return title, stated, fair * rng.uniform(0.15, 0.5), ("3000", "Used")
            dearer = NEW_IS_DEARER if condition[0] == "1000" and sort == "card" else 1.0
            return title, stated, fair * dearer * rng.lognormvariate(0, SIGMA), condition
        if sort == "broken":
            title, stated = ebay_title(rng, habit, card, broken=True)
            return title, stated, fair * rng.uniform(0.15, 0.45), ("7000", "For parts or not working")
        gpu = call_card(rng, habit, card)
        used = ("3000", "Used")
        if sort == "accessory":
            text, usd, _ = rng.choice(table["accessories"])
            return text.format(gpu=gpu)[:80], False, usd * rng.lognormvariate(0, 0.2), ("1000", "New")
        if sort == "box":
            brand = rng.choice(phrases()["brands"][card.maker])
            line = rng.choice(phrases()["lines"][brand])
            return (
                rng.choice(table["boxes"]).format(brand=brand, gpu=gpu, line=line)[:80],
                False,
                rng.uniform(10, 60),
                used,
            )
        if sort == "system":
            return rng.choice(table["systems"]).format(gpu=gpu)[:80], False, fair * 1.2 + rng.uniform(350, 700), used
        if sort == "laptop":
            return rng.choice(table["laptops"]).format(gpu=gpu)[:80], False, fair + rng.uniform(400, 900), used
        others = [call_card(rng, habit, self.card(rng, "gaming")) for _ in range(2)]
        title = rng.choice(table["menus"]).format(gpu=gpu, other=others[0], third=others[1])[:80]
        return title, False, fair * rng.uniform(0.3, 0.8), used

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
        hazard = 0.055 * math.exp(-5 * (min(max(ratio, 0.6), 1.6) - 1))
        life = min(rng.expovariate(hazard), 55.0) + 0.05
        at = rng.expovariate(1 / 17)
        factor = ratio
        while at < life and item.sort in ("card", "lot"):
            factor *= rng.uniform(0.94, 0.985)
            item.plan.append(Change(at=item.created + timedelta(days=at), what="reprice", value=factor))
            at += rng.expovariate(1 / 17)
        ended = rng.random() < 0.18 or life >= 55
        what = "relist" if ended and rng.random() < 0.5 else "end" if ended else "sell"
        item.plan.append(Change(at=item.created + timedelta(days=life), what=what))

    def _plan_auction(self, rng: random.Random, item: Item, worth: int) -> None:
        assert item.ends is not None
        line = item.lines[0]
        line.price = max(99, int(worth * rng.uniform(0.3, 0.6)))
        span = (item.ends - item.created).total_seconds()
        bid, steps = line.price, rng.randint(2, 9)
        for step in range(1, steps + 1):
            bid = int(line.price + (worth - line.price) * step / steps)
            at = item.created + timedelta(seconds=span * (step - rng.random() * 0.5) / steps)
            item.plan.append(Change(at=at, what="bid", value=bid))
        item.plan.append(Change(at=item.ends, what="sell"))

    # Reddit

    def post(self, rng: random.Random, at: datetime, sub: Sub) -> Post:
        """Return a new post for ``sub`` with its whole life planned."""
        form = rng.choices(list(REDDIT_MIX), list(REDDIT_MIX.values()))[0]
        habit = self.habit(rng)
        if form in ("wanted", "trade", "goods", "system"):
            return self._other_post(rng, at, sub, form, habit)
        lines = [self._line(rng, at, sub, habit) for _ in range(rng.randint(2, 5) if form == "many" else 1)]
        sort: Sort = "card"
        if form == "lot":
            sort = "lot"
            self._make_lot(rng, lines[0])
        elif form == "card" and rng.random() < BAIT_SHARE:
            sort = "bait"
            lines[0].price = money.round_price(int((lines[0].price or 0) * rng.uniform(0.15, 0.5)))
        if form == "many" and rng.random() < 0.4:
            label, usd = rng.choice(phrases()["reddit"]["goods"])
            price = money.round_price(money.in_currency(usd * rng.lognormvariate(0, 0.1), sub.currency))
            lines.append(Line(card=None, label=label, price=price, shipping=lines[0].shipping))
        have = ", ".join(_short(line) for line in lines)
        title = post_title(rng, sub, sort, have, habit.pays, lines[0].price if len(lines) == 1 else None)
        post = Post(
            sort=sort,
            market=sub.name,
            created=at,
            title=title,
            lines=lines,
            currency=sub.currency,
            seller=habit.number,
            flair=sub.flairs["selling"],
            style=new_style(rng, sub, habit.body, lines, habit.pays),
        )
        first = lines[0].card
        post.fair = money.in_currency(self._median(first, at), sub.currency) if first else None
        post.body = write_body(post)
        self._plan_post(rng, post)
        return post

    def _line(self, rng: random.Random, at: datetime, sub: Sub, habit: Habit) -> Line:
        card = self.card(rng, sub.cards)
        named = name_card(rng, habit, card, formal=False)
        usd = self._median(card, at) * rng.lognormvariate(0, SIGMA)
        return Line(
            card=card,
            label=named.text,
            size_stated=named.size_stated,
            price=money.round_price(money.in_currency(usd, sub.currency)),
            shipping=rng.choices(("included", "extra", "local", "unknown"), (62, 14, 6, 18))[0],
        )

    def _make_lot(self, rng: random.Random, line: Line) -> None:
        line.quantity = rng.choice((2, 2, 3, 4))
        if rng.random() < 0.4 and line.price is not None:
            line.lot_price, line.price = money.round_price(line.price * line.quantity), None

    def _other_post(self, rng: random.Random, at: datetime, sub: Sub, form: str, habit: Habit) -> Post:
        card = self.card(rng, sub.cards)
        gpu, usd = call_card(rng, habit, card), self._median(card, at)
        table, mark = phrases()["reddit"], money.sign(sub.currency)
        price = money.round_price(money.in_currency(usd, sub.currency))
        lines: list[Line] = []
        flair, sort = sub.flairs["selling"], "goods"
        if form == "wanted":
            sort, flair, have, want = "wanted", sub.flairs["buying"], habit.pays, gpu
            body = f"Looking for a {gpu}, budget is around {mark}{money.plain(price)}. Comment with what you have."
        elif form == "trade":
            other = call_card(rng, habit, self.card(rng, sub.cards))
            sort, flair, have, want = "trade", sub.flairs["trading"], gpu, other
            body = f"{table['proof'][0].replace('{code}', 'trade')}\n\nHave a {gpu}, want to trade it for a {other} plus cash on my side."
            lines = [Line(card=card, label=gpu, size_stated=False)]
        elif form == "system":
            sort, have, want = "system", f"Gaming PC (Ryzen 5 5600X, {gpu}, 32GB RAM)", habit.pays
            total = money.plain(price + money.round_price(money.in_currency(450, sub.currency)))
            body = f"Full build, not parting out.\n\n* CPU: Ryzen 5 5600X\n* GPU: {gpu}\n* RAM: 32GB DDR4\n\nAsking {mark}{total} local."
        else:
            label, dollars = rng.choice(table["goods"])
            asked = money.plain(money.round_price(money.in_currency(dollars, sub.currency)))
            have, want, body = label, habit.pays, f"{label} - {mark}{asked} shipped.\n\n{rng.choice(table['notes'])}"
        post = Post(
            sort=sort,  # type: ignore[arg-type]
            market=sub.name,
            created=at,
            title=post_title(rng, sub, form, have, want, None),
            lines=lines,
            currency=sub.currency,
            seller=habit.number,
            flair=flair,
            style={"fixed": body, "sold": "SOLD", "edits": []},
            body=body,
        )
        if rng.random() < 0.6:
            post.plan.append(Change(at=at + timedelta(days=rng.expovariate(1 / 4)), what="close"))
        return post

    def _plan_post(self, rng: random.Random, post: Post) -> None:
        """Plan drops, sales line by line, closing, deletion or removal of ``post``."""
        at = post.created
        if rng.random() < 0.08:
            post.plan.append(Change(at=at + timedelta(minutes=rng.uniform(2, 40)), what="remove"))
            return
        if post.sort == "bait":
            post.plan.append(Change(at=at + timedelta(hours=rng.uniform(2, 40)), what="remove"))
            return
        last = 0.0
        for number, line in enumerate(post.lines):
            fair = money.in_currency(self._median(line.card, at), post.currency) if line.card else None
            ratio = line.price / fair if line.price and fair else 1.0
            sold = rng.expovariate(0.22 * math.exp(-4 * (min(max(ratio, 0.6), 1.6) - 1))) + 0.02
            drop = rng.expovariate(1 / 3.5)
            if drop < sold and line.price:
                post.plan.append(
                    Change(at=at + timedelta(days=drop), what="drop", value=(number, rng.uniform(0.92, 0.97)))
                )
            if sold < 25:
                if rng.random() < 0.12:
                    post.plan.append(Change(at=at + timedelta(days=sold * 0.9), what="pending", value=number))
                post.plan.append(Change(at=at + timedelta(days=sold), what="line sold", value=number))
            last = max(last, sold)
        if last < 25:
            post.plan.append(Change(at=at + timedelta(days=last, minutes=5), what="close"))
        if rng.random() < 0.10:
            gone = at + timedelta(days=rng.uniform(0.1, 20))
            post.plan = [change for change in post.plan if change.at < gone]
            post.plan.append(Change(at=gone, what="delete"))


def _short(line: Line) -> str:
    return f"{line.quantity}x {line.label}" if line.quantity > 1 else line.label


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
