"""British, Canadian and European lists: their money and their words for carriage, with what is true."""

import random
from typing import NamedTuple

import pytest

from tests.tracker.normalize.posts.made_up import CARDS, REMARKS, name_of
from tracker.normalize.posts import read_post
from tracker.normalize.types import ListingText

POSTS = 300


class Market(NamedTuple):
    """A sub, its currency, a place, and how its sellers write money, carriage beside a price, and carriage of all."""

    source: str
    currency: str
    place: str
    money: tuple[str, ...]
    carriage: dict[str, str | None]
    for_all: dict[str, str]


MARKETS = (
    Market(
        "hardwareswapuk", "GBP", "[GB-LDN]",
        (
            "£{p}", "£{p}", "{p}£", "£ {p}", "{p} GBP", "{p} quid", "£{p}.00", "{p}",
        ),
        {
            "": None, " posted": "included", " delivered": "included", " shipped": "included",
            " inc postage": "included", " incl. delivery": "included", " + postage": "extra", " plus postage": "extra",
            " + p&p": "extra", " posted RMSD": "included", " inc. RMSD": "included", " + RMSD": "extra",
            " collected": "local", " collection only": "local", " posted or £{low} collected": "included",
            " ono": None, " or nearest offer": None, " (posted)": "included", " delivered UK": "included",
            " posted special delivery": "included",
        },
        {
            "": "unknown", "Prices include postage.": "included", "All prices are posted.": "included",
            "Postage not included.": "extra", "Plus postage at cost.": "extra", "Collection only from SE1.": "local",
            "Will post via Royal Mail at buyer's expense.": "extra", "Delivery included to mainland UK.": "included",
        },
    ),
    Market(
        "canadianhardwareswap", "CAD", "[ON]",
        (
            "${p}", "${p}", "{p}$", "${p} CAD", "CAD {p}", "$ {p}", "{p} CAD", "C${p}",
        ),
        {
            "": None, " shipped": "included", " OBO": None, " + shipping": "extra", " plus shipping": "extra",
            " local pickup": "local", " shipped in Canada": "included", " shipped via Canada Post": "included",
            " shipped, ${low} local": "included", " local, ${high} shipped": None, " shipped Expresspost": "included",
            " + actual shipping": "extra", " before shipping": "extra",
        },
        {
            "": "unknown", "Prices include shipping within Canada.": "included", "Shipping extra.": "extra",
            "Local pickup in Toronto only.": "local", "Buyer pays shipping via Canada Post.": "extra",
            "Shipping is on you.": "extra", "Shipping in Canada included.": "included",
        },
    ),
    Market(
        "hardwareswapeu", "EUR", "[DE]",
        (
            "€{p}", "{p}€", "{p} €", "{p} EUR", "EUR {p}", "€ {p}", "{p} euro", "{p},-€",
        ),
        {
            "": None, " shipped": "included", " incl. shipping": "included", " + shipping": "extra",
            " plus shipping": "extra", " excl. shipping": "extra", " inkl. Versand": "included",
            " zzgl. Versand": "extra", " pickup only": "local", " VB": None, " shipped within EU": "included",
            " + DHL": "extra", " including shipping": "included", " OBO": None, " ex shipping": "extra",
            " + insured shipping": "extra",
        },
        {
            "": "unknown", "Prices include shipping in the EU.": "included",
            "Shipping is extra, depends on country.": "extra", "Shipping with DHL from Germany at cost.": "extra",
            "Pickup in Berlin only.": "local", "All prices plus shipping.": "extra",
            "Shipping within EU included.": "included",
        },
    ),
)  # fmt: skip

True_ = dict[str, tuple[int, str, str]]
"""By model the price, the currency and the carriage."""


def _made(number: int) -> tuple[str, str, str, True_]:
    chance, true, lines, names = random.Random(number), True_(), [], []
    market = chance.choice(MARKETS)
    mark, separator = chance.choice(("", "- ", "* ", "• ")), chance.choice((" - ", ": ", " – ", ", ", " = "))
    figure, (behind, said) = chance.choice(market.money), chance.choice(list(market.carriage.items()))
    for_all = "" if said or "shipped" in behind else chance.choice(list(market.for_all))
    for model in chance.sample(sorted(CARDS), chance.randint(1, 3)):
        name, price = name_of(chance, model), CARDS[model] + chance.choice((-5, 5, 15, 25))
        written = figure.format(p=f"{price:,}" if chance.random() < 0.2 and figure != "{p}" else price)
        lines.append(f"{mark}{name}{separator}{written}{behind.format(low=price - 10, high=price + 15)}")
        lines += [f"{chance.choice(REMARKS).capitalize()}."] * (chance.random() < 0.3) + [""] * (chance.random() < 0.4)
        shipped = "{high}" in behind
        carriage = said or ("included" if shipped else market.for_all[for_all])
        true[model] = (price + 15 * shipped, market.currency, carriage)
        names.append(name)
    title = f"{market.place} [H] {', '.join(names)} [W] {chance.choice(('PayPal', 'Bank transfer', 'Cash, PayPal'))}"
    if market.source == "hardwareswapuk" and chance.random() < 0.5:
        title = f"[SG] {', '.join(names)}"
    return market.source, title, "\n".join(["https://imgur.com/a/x", "", *lines, "", for_all]), true


@pytest.mark.parametrize("number", range(POSTS))
def test_a_list_is_read_in_the_words_of_its_market(number: int) -> None:
    source, title, body, true = _made(number)

    offers = read_post(ListingText(id="1", source=source, title=title, body=body), explain=False).offers

    assert len(offers) == len(true)
    assert {offer.model: (offer.price, offer.currency, offer.shipping) for offer in offers} == true, f"{title}\n{body}"
