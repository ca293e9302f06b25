"""Decides which of a post's mentions are cards on offer, and which mentions speak of the same card."""

import re
from dataclasses import dataclass, field

from tracker.normalize.mentions import Mention
from tracker.normalize.posts.cards.acceptance import Said, acceptance, is_part
from tracker.normalize.posts.cards.items import Item, same_card
from tracker.normalize.posts.cards.kin import drop_kin, kin_of, titled_kin
from tracker.normalize.posts.cards.twins import is_another
from tracker.normalize.posts.clues.context import role_of, sentence_around
from tracker.normalize.posts.clues.goods import is_bundled, names_system, without_spans
from tracker.normalize.posts.intents.title import Title
from tracker.normalize.posts.layout import Layout
from tracker.normalize.posts.markup.text import PostText
from tracker.normalize.posts.money.plausible import is_plausible
from tracker.normalize.posts.wording.factoring import finder
from tracker.normalize.posts.wording.guards import Guarded

__all__ = ["Cards", "find_cards", "title_items"]

_FOR_SALE = finder(r"\b(?:for sale|up for grabs|selling)\b")
_OPEN_TITLE = finder(r"\b(?:gpus?|(?:graphics?|video|vga) ?cards?|cards?|parts|stuff|hardware)\b")
"""What a title offers without naming the card, as it may offer a machine: prose may name it then."""


@dataclass(slots=True)
class Cards:
    """``items`` are the cards on offer; ``named`` which item each mention of the body speaks of, by line.

    ``title`` is what the title offers.
    """

    items: list[Item] = field(default_factory=list)
    named: dict[int, list[tuple[int, int, Item]]] = field(default_factory=dict)
    talked: list[tuple[Mention, str]] = field(default_factory=list)
    wanted: frozenset[str] = frozenset()
    title: str = ""


_COMPARED = Guarded(
    r"(?:swap|trade|exchange)\w*(?: \w+){0,2} for(?: (?:a|an|the))? ?(?:\w+ )?$|"
    r"(?:unlock(?:ed|able|s)?|flashed|upgraded|bios)(?: \w+){0,2} (?:to|from)(?: (?:a|"
    r"an|the))? ?(?:\w+ )?$|(?:better|faster|same|equivalent|similar)(?: \w+)? (?:than|"
    r"as|to)(?: (?:a|an|the))? ?(?:\w+ )?$"
)
_SEPARATOR = re.compile(r"[,|;/&+\[\]()]")
_AND_SEPARATOR = re.compile(r"[,|;/&+\[\]()]|\band\b")


def _segment(text: str, mention: Mention, low: int, high: int) -> str:
    """The words around a name up to the next separators; between the names beside it."""
    before = (_AND_SEPARATOR if low else _SEPARATOR).split(text[low : mention.start])[-1]
    after = (_AND_SEPARATOR if high < len(text) else _SEPARATOR).split(text[mention.end : high])[0]
    return f"{before}{text[mention.start : mention.end]}{after}".strip()


def title_items(post: PostText, title: Title, mentions: list[Mention]) -> tuple[list[Item], frozenset[str]]:
    """Cards named on the offered side, and the models that are only wanted, or only named for a part of theirs."""
    items: list[Item] = []
    wanted: set[str] = set()
    parts, last_end = False, 0
    sided = bool(title.want) and not title.tags & {"have", "want"}
    for place, mention in enumerate(mentions):
        if not title.is_offered(mention.start):
            wanted.add(mention.model)
            continue
        listed = parts and _LIST.fullmatch(post.text[last_end : mention.start])
        last_end = mention.end
        parts = bool(listed) or is_part(post.text, mention)
        if parts:
            wanted.add(mention.model)
        compared = not sided and _COMPARED.search(post.text[max(0, mention.start - 40) : mention.start])
        if parts or compared:
            continue
        low = mentions[place - 1].end if place else 0
        high = mentions[place + 1].start if place + 1 < len(mentions) else len(post.text)
        items.append(Item.of(mention, "title", -1, _segment(post.text, mention, low, high)))
    return items, frozenset(wanted - {item.model for item in items})


def _form_of(layout: Layout, number: int) -> str:
    if number in layout.rows:
        return f"row {layout.rows[number][0].start}"
    line = layout.lines[number]
    return "bold" if line.bold and line.kind == "text" else line.kind


def find_cards(layout: Layout, titled: list[Item], wanted: frozenset[str], title: str) -> Cards:
    """Read a body's mentions in order and merge them with the cards of the title, which offers ``title``."""
    cards = Cards(items=[], wanted=wanted, title=title)
    waiting = list(titled)
    plain: list[tuple[int, Mention, bool]] = []
    for number in sorted(layout.mentions):
        last_said, last_end = "", -1
        about_part = layout.lines[number].is_item_mark and is_part(layout.post.text, layout.mentions[number][0])
        for mention in layout.mentions[number]:
            said, structural = ("context", False) if about_part else _spoken(layout, number, mention, titled, wanted)
            if (
                last_said == "context"
                and number not in layout.rows
                and _LIST.fullmatch(layout.post.text[last_end : mention.start])
            ):
                said = "context"
            last_said, last_end = said, mention.end
            if said == "context":
                known = [item for item in [*cards.items, *waiting] if same_card(item, mention)]
                if not (
                    known
                    and number not in layout.rows
                    and layout.sections[number] != "want"
                    and layout.amounts.get(number)
                    and (
                        _is_reference(layout, mention)
                        or _for_sale(layout, number, mention)
                        or _priced_next(layout, number, mention)
                    )
                ):
                    cards.talked.append((mention, "spoken of, not on offer"))
                    continue
                said = "offered"
            if said == "plain" and not (number in layout.edits and kin_of(layout, cards.items, number, mention)):
                plain.append((number, mention, structural))
                continue
            if _in_combo(layout, cards, number, mention):
                cards.talked.append((mention, "once more, in a combo"))
                continue
            _place(layout, cards, waiting, number, mention, structural)
    drop_kin(layout, cards.named, cards.items, waiting)
    waiting = [item for item in waiting if not _in_passed_machine(layout, cards, item, [p[:2] for p in plain])]
    cards.items.extend(waiting)
    if not cards.items:
        is_open = bool(_OPEN_TITLE.search(title)) or names_system(title)
        for number, mention, structural in plain:
            if not (structural or is_open or role_of(layout.post.text, mention.start, mention.end)[0] == "offered"):
                continue
            if (
                not any(same_card(item, mention) for item in cards.items)
                and mention.witnessed
                and mention.model not in wanted
            ):
                _place(layout, cards, [], number, mention, False)
    else:
        cards.talked.extend((mention, "named in passing") for _, mention, _ in plain)
    return cards


def _in_passed_machine(layout: Layout, cards: Cards, item: Item, plain: list[tuple[int, Mention]]) -> bool:
    """Whether the title names a card once more for a machine, which the body tells of in passing: ``w/ 4x P100``."""
    if not any(other.titled and same_card(other, item.mention) for other in cards.items):
        return False
    return any(same_card(item, mention) and names_system(layout.lines[number].text) for number, mention in plain)


def _in_combo(layout: Layout, cards: Cards, number: int, mention: Mention) -> bool:
    """``5600X + B550 + 6700 XT together $320``, where the card had a priced line of its own before."""
    line = layout.lines[number]
    text = layout.post.text[line.start : line.end]
    if "+" not in text or number in layout.rows or number in layout.edits:
        return False
    own = [item for item in cards.items if same_card(item, mention) and item.line not in (-1, number)]
    if not any(layout.amounts.get(item.line) for item in own):
        return False
    return is_bundled(without_spans(text, line.start, [(mention.start, mention.end)]))


_LIST = re.compile(
    r"(?:'?s)?(?: fe| founders| ftw3?| ti| super| strix| tuf| trio| suprim| nitro\+?| pulse| gaming| taichi)?"
    r"[ ]{0,2}(?:[,/&+]|,? ?(?:or|and|and/or)\b)[ ]{0,2}(?:(?:fe|founders|edition|ftw3?|ti|super|a|an|the|another|"
    r"two|maybe|even|evga|msi|asus|amd|nvidia|gtx|rtx|rx|hd|radeon|geforce|\d{1,2} ?gb)[ ]){0,4}"
)
_REFERENCE = re.compile(r"(?:for|on) (?:the|my|this) (?:\w+ )?$")


def _for_sale(layout: Layout, number: int, mention: Mention) -> bool:
    """Whether the sentence puts the card up for sale all the same: ``that means my 1080 Ti is up for sale``."""
    if is_part(layout.post.text, mention):
        return False
    begin, end = sentence_around(layout.post.text, mention.start, mention.end)
    return bool(_FOR_SALE.search(layout.post.text[begin:end]))


_TO_PRICE = re.compile(
    r"'?s?(?: ?\([^()\n]{0,40}\))?(?: (?!than\b|vs\b|from\b)[a-z0-9+]{1,12}){0,4}?"
    r"(?: (?:for|is|at|would be|asking))?[ :=-]{1,3}"
)


def _priced_next(layout: Layout, number: int, mention: Mention) -> bool:
    """Whether a price follows the name at once: ``the 670 for $140 and the 680 for $185``."""
    after = next((amount for amount in layout.amounts[number] if amount.start >= mention.end), None)
    if after is None or after.kind != "asking" or after.start - mention.end > 30 or is_part(layout.post.text, mention):
        return False
    return _TO_PRICE.fullmatch(layout.post.text[mention.end : after.start]) is not None


def _spoken(
    layout: Layout, number: int, mention: Mention, titled: list[Item], wanted: frozenset[str]
) -> tuple[Said, bool]:
    """How a card is spoken of, also by what points back at it."""
    said, structural = acceptance(layout, number, mention, titled, wanted)
    pointed = said != "offered" and _that_one(layout, number, mention, wanted)
    return "offered" if pointed else said, structural


_THAT_ONE = re.compile(
    r"[^.!?\n$£€]{0,40}?(?:[,;:)-]|[.!](?= )) {0,2}(?:and )?"
    r"that (?:one|card|gpu)(?:'s|'ll be)?(?:,? [a-z]{2,10}){0,6}? (?=[$£€] ?\d)"
)
_NEW = re.compile(r" ?(?:new|retail|msrp|at|on|from)\b")


def _that_one(layout: Layout, number: int, mention: Mention, wanted: frozenset[str]) -> bool:
    """``The counter PC had an RX 6600, that one is $125``: whether a price points back at a card told of in passing."""
    if mention.model in wanted or number in layout.rows or layout.sections[number] in ("want", "past"):
        return False
    amount = next((a for a in layout.amounts.get(number, ()) if a.start >= mention.end), None)
    if amount is None or amount.kind != "asking" or not is_plausible(mention.model, amount.value):
        return False
    text = layout.post.text
    match = _THAT_ONE.match(text, mention.end, amount.end)
    return match is not None and match.end() == amount.start and _NEW.match(text, amount.end) is None


def _is_reference(layout: Layout, mention: Mention) -> bool:
    return bool(_REFERENCE.search(layout.post.text[max(0, mention.start - 24) : mention.start]))


def _place(layout: Layout, cards: Cards, waiting: list[Item], number: int, mention: Mention, structural: bool) -> None:
    form, span = _form_of(layout, number), (mention.start, mention.end)
    known = [item for item in cards.items if same_card(item, mention)] or kin_of(layout, cards.items, number, mention)
    item: Item | None = None
    again = any(same_card(other, mention) for other in waiting)
    if known and not all(is_another(layout, other, number, span, structural, form, again) for other in known):
        item = known[-1]
        same_line = [other for other in known if other.line == number]
        item = same_line[-1] if same_line else item
    else:
        titled = next((other for other in waiting if same_card(other, mention)), None)
        titled = titled or titled_kin(layout, waiting, mention)
        if titled is not None:
            waiting.remove(titled)
            cards.items.append(titled)
            titled.learn(mention)
            titled.where, titled.line, titled.form, titled.structural = "body", number, form, structural
            titled.words = f"{titled.words} {layout.text_of(number)}"
            item = titled
        else:
            item = Item.of(mention, "body", number, layout.text_of(number))
            for twin in known:
                twin.quantity = None
            item.form, item.structural = form, structural
            cards.items.append(item)
    item.learn(mention)
    if item.spot is None:
        item.spot = (mention.start, mention.end)
        item.struck = layout.post.is_struck(*item.spot)
    item.table = item.table or number in layout.rows
    cards.named.setdefault(number, []).append((mention.start, mention.end, item))
