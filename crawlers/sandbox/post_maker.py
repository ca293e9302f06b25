"""New posts of the simulated swap subs, each with its whole life planned."""

import random
from datetime import datetime, timedelta

from crawlers.sandbox import money
from crawlers.sandbox.model import Change, Line, Post, Sort
from crawlers.sandbox.people import BAIT_SHARE, People, hazard
from crawlers.sandbox.posts import Sub, new_style, post_title, write_body
from crawlers.sandbox.prices import SIGMA
from crawlers.sandbox.writing import Habit, call_card, name_card, phrases

#: What is posted, as shares of new posts; "many" sells several cards in one post.
MIX: dict[str, float] = {
    "card": 0.50,
    "many": 0.18,
    "lot": 0.05,
    "wanted": 0.12,
    "trade": 0.05,
    "goods": 0.07,
    "system": 0.03,
}
_SORTS: dict[str, Sort] = {"wanted": "wanted", "trade": "trade", "goods": "goods", "system": "system"}
GONE_SOON = 0.08  # share that moderators remove within the hour
DELETED = 0.10  # share that authors delete
HELD = 0.03  # share that moderators hold back, for up to HELD_HOURS
HELD_HOURS = 5.0


class PostMaker:
    """Makes posts."""

    def __init__(self, people: People) -> None:
        self._people = people

    def post(self, rng: random.Random, at: datetime, sub: Sub) -> Post:
        """Return a new post for ``sub`` with its whole life planned."""
        form = rng.choices(list(MIX), list(MIX.values()))[0]
        habit = self._people.habit(rng)
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
        post.fair = money.in_currency(self._people.median(first, at), sub.currency) if first else None
        post.body = write_body(post)
        if rng.random() < HELD:
            post.held_until = at + timedelta(hours=rng.uniform(0.5, HELD_HOURS))
        self._plan_post(rng, post)
        return post

    def _line(self, rng: random.Random, at: datetime, sub: Sub, habit: Habit) -> Line:
        card = self._people.card(rng, sub.cards)
        named = name_card(rng, habit, card, formal=False)
        usd = self._people.median(card, at) * rng.lognormvariate(0, SIGMA)
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
        """Return a post that sells no loose card: wanted, trade, other goods, a whole PC."""
        card = self._people.card(rng, sub.cards)
        gpu = call_card(rng, habit, card)
        price = money.round_price(money.in_currency(self._people.median(card, at), sub.currency))
        mark, lines = money.sign(sub.currency), []
        flair, have, want = "selling", gpu, habit.pays
        if form == "wanted":
            flair, have, want = "buying", habit.pays, gpu
            body = f"Looking for a {gpu}, budget is around {mark}{money.plain(price)}. Comment with what you have."
        elif form == "trade":
            flair, want = "trading", call_card(rng, habit, self._people.card(rng, sub.cards))
            body = (
                f"[Timestamps](https://example.invalid/a/t)\n\nHave a {gpu}, want to trade it for a {want} plus cash."
            )
            lines = [Line(card=card, label=gpu, size_stated=False)]
        elif form == "system":
            have = f"Gaming PC (Ryzen 5 5600X, {gpu}, 32GB RAM)"
            total = money.plain(price + money.round_price(money.in_currency(450, sub.currency)))
            parts = f"* CPU: Ryzen 5 5600X\n* GPU: {gpu}\n* RAM: 32GB DDR4"
            body = f"Full build, not parting out.\n\n{parts}\n\nAsking {mark}{total} local."
        else:
            have, dollars = rng.choice(phrases()["reddit"]["goods"])
            asked = money.plain(money.round_price(money.in_currency(dollars, sub.currency)))
            body = f"{have} - {mark}{asked} shipped.\n\n{rng.choice(phrases()['reddit']['notes'])}"
        post = Post(
            sort=_SORTS[form],
            market=sub.name,
            created=at,
            title=post_title(rng, sub, form, have, want, None),
            lines=lines,
            currency=sub.currency,
            seller=habit.number,
            flair=sub.flairs[flair],
            style={"fixed": body, "edits": []},
            body=body,
        )
        if rng.random() < 0.6:
            post.plan.append(Change(at=at + timedelta(days=rng.expovariate(1 / 4)), what="close"))
        return post

    def _plan_post(self, rng: random.Random, post: Post) -> None:
        """Plan drops, sales line by line, closing, deletion or removal of ``post``."""
        at = post.created
        if rng.random() < GONE_SOON:
            post.plan.append(Change(at=at + timedelta(minutes=rng.uniform(2, 40)), what="remove"))
            return
        if post.sort == "bait":
            post.plan.append(Change(at=at + timedelta(hours=rng.uniform(2, 40)), what="remove"))
            return
        last = 0.0
        for number, line in enumerate(post.lines):
            fair = money.in_currency(self._people.median(line.card, at), post.currency) if line.card else None
            ratio = line.price / fair if line.price and fair else 1.0
            sold = rng.expovariate(hazard(0.22, 4, ratio)) + 0.02
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
        if rng.random() < DELETED:
            gone = at + timedelta(days=rng.uniform(0.1, 20))
            post.plan = [change for change in post.plan if change.at < gone]
            post.plan.append(Change(at=gone, what="delete"))


def _short(line: Line) -> str:
    return f"{line.quantity}x {line.label}" if line.quantity > 1 else line.label
