"""The three generations of markup of result pages: where each keeps what."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Markup:
    """Where one generation of markup keeps each field."""

    name: str
    card: str
    link: str
    title: str
    title_part: str | None
    price: str
    price_row: frozenset[str]
    price_row_known: bool
    subtitle: str
    caption: str
    row: str


#: 2018 to 2025.
S_ITEM = Markup(
    name="s-item",
    card="li.s-item",
    link="a.s-item__link",
    title=".s-item__title",
    title_part=None,
    price=".s-item__price",
    price_row=frozenset({"s-item__detail"}),
    price_row_known=True,
    subtitle=".s-item__subtitle",
    caption=(
        ".s-item__caption--signal, .s-item__caption--row, .s-item__caption, .s-item__title--tag, .s-item__ended-date"
    ),
    row=".s-item__detail, .s-item__bids, .s-item__location, .s-item__shipping, .s-item__logisticsCost",
)
#: August 2025 on; carousels use its inner classes outside ``li.s-card``.
S_CARD = Markup(
    name="s-card",
    card="li.s-card",
    link="a.s-card__link, a.su-link, .su-card-container__header a, a",
    title=".s-card__title",
    title_part="span.su-styled-text",
    price=".s-card__price",
    price_row=frozenset({"s-card__attribute-row"}),
    price_row_known=True,
    subtitle=".s-card__subtitle",
    caption=".s-card__caption",
    row=".su-card-container__attributes__primary .s-card__attribute-row",
)
#: July 2026 on. No whole page of it is public: read after the fields that parsers of it name.
SU_ITEM_CARD = Markup(
    name="su-item-card",
    card="div.su-item-card, li.su-item-card",
    link="a.su-item-card__title, a.su-item-card__link, a",
    title=".su-item-card__title",
    title_part=None,
    price=".su-item-card__price",
    price_row=frozenset({"su-item-card__attribute-row", "s-card__attribute-row", "su-item-card__row"}),
    price_row_known=False,
    subtitle=".su-item-card__subtitle",
    caption=".signal, .su-item-card__caption, .s-card__caption",
    row=(
        ".su-card-container__attributes__primary .su-item-card__attribute-row, "
        ".su-card-container__attributes__primary .s-card__attribute-row, "
        ".su-card-container__attributes__primary > .su-styled-text, "
        ".su-card-container__attributes__primary > * > .su-styled-text"
    ),
)
MARKUPS = (S_CARD, S_ITEM, SU_ITEM_CARD)
