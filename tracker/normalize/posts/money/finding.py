"""Finds the amounts of money in a text, each with what the words around it say of it."""

import re
from collections.abc import Container
from decimal import Decimal

from tracker.normalize.posts.markup.text import PostText
from tracker.normalize.posts.money.amounts import Amount, currency_of, parse_number
from tracker.normalize.posts.money.bare import MODEL_NUMBER, is_rather_a_card, may_be_bare, says_bare
from tracker.normalize.posts.money.carriage import shipping_of_amount
from tracker.normalize.posts.money.kinds import in_carriage_sentence, is_lowered, kind_of
from tracker.normalize.posts.money.price_drops import with_drops
from tracker.normalize.posts.money.spelled import spelled_numbers
from tracker.normalize.posts.wording.guards import Anchored, Guarded
from tracker.normalize.posts.wording.words import anchored_after, anchored_before, pattern

__all__ = ["MOST_AMOUNTS", "Amount", "find_amounts", "names_amount", "parse_number"]

MOST_AMOUNTS = 300
"""Amounts read in one text: a post with more is no listing."""

# Begins with a digit and nothing else, so that the search skips to digits; what stands before is looked at behind it.
_AMOUNT = re.compile(
    r"(?P<number>\d(?<![\w.,/#]\d)(?<!\w-\d)"
    r"(?:(?:\d{0,2}+(?:[,.']\d{3})+|\d?+(?: \d{3})+)(?:[.,]\d{1,2})?|\d{0,5}+(?:[.,]\d{1,2})?)(?!\d))"
    r"(?P<k> ?k(?![a-z\d]))?"
    r"(?:[,.]-{1,2}(?= ?(?:[€£$]|eur|\n|$)))?"
    r"(?P<after> ?+(?:[$£€](?! ?\d)(?: ?(?:usd|cad|cdn|aud|nzd))?|(?:usd?|cad|cdn|aud|nzd|gbp|eur|euros?|"
    r"pounds?|quid|dollars?|bucks|dlls|dollar)\b))?",
    re.ASCII,
)
_SIGN_BEFORE = re.compile(
    r"(?:(?:(?<![a-z])(?:(?:us|usd|ca|cad|cdn|au|aud|eur|gbp|nz|nzd) ?|[ac]))?[$£€] ?|"
    r"(?<![a-z])(?:usd|cad|aud|nzd|eur|euros?|gbp) ?)$"
)
_SIGNS, _ENDS_OF_CODES = frozenset("$£€"), frozenset("acdnprsuz")
"""The signs, and how what may stand before one of them ends: ``us$``, ``c$``."""
_ENDS_OF_SIGNS = frozenset("$£€dorsp")
"""What ``_SIGN_BEFORE`` finds ends so, but for a blank."""
_RANGE = re.compile(
    r" ?(?:-|~|to|or) ?(?:[$£€] ?)?(?P<high>\d{1,5})(?![\d.,]*(?:gb|g\b| ?x |%))"
    r"(?!,?\d* ?(?:shipped |obo )?(?:for (?:all|both|everything|the (?:pair|lot|two|set))|takes (?:all|both))\b)"
    r"(?P<k>k)?"
)
_BETWEEN = re.compile(r"\bbetween ?$")
_CLAUSE_END = re.compile(r"[.;|]| / |,(?= )|[$£€] ?\d|\d[$£€]")
_FIGURE = re.compile(r"[$£€] ?\d|\d\d")
_WINDOW = 48
_LONG_SENTENCE = 160
_MOST_CARRIAGE = 40
"""Of less than that a long sentence about carriage may speak; a card's price may stand in one too."""
_LEAST_BARE, _MOST_BARE, _MOST, _DEAREST_CARRIAGE = 5, 20_000, 500_000, 200
_UNIT_AFTER = anchored_after("money.unit_after")
_ASKING_BEFORE = anchored_before("money.asking_before")
_FITTED = pattern("money.fitted")
_EACH, _LOT, _BUNDLE = (
    (pattern(f"money.{name}"), anchored_before(f"money.{name}_before")) for name in ("each", "lot", "bundle")
)


_WITH_ALL = Guarded(r"(?:\b(?:and|has|have|with|incl|includes|including|got)|w/|[&+]) ?everything\W{0,4}$")
"""``With box and everything. $375``: all that comes with the card, no lot."""
_COUNTS_NOTHING = frozenset(("", "shipped", "obo", "local", "firm", "posted", "shipped obo", "obo shipped"))
"""What most often stands behind an amount, and tells nothing of how many cards it is for."""
_ALL_BEHIND = re.compile(
    r" ?(?:shipped |obo |firm )?(?:for (?:both|all|the (?:pair|lot))|total|together)\b(?! ?(?:each|ea\b))"
)
"""``Both are $400 total``: what stands behind an amount goes before what stands ahead of it."""
_NAMED_LATE = re.compile(r" (?:shipped|obo|firm|each|local)? ?\(?(?P<code>cad|cdn|canadian|usd|aud|gbp|eur)\b")
"""``$165 shipped CAD``, ``$165 Canadian``."""


def _sign_before(text: str, start: int) -> str:
    near = text[max(0, start - 3) : start]
    last = near[-1:]
    if last in _SIGNS and near[:-1].rstrip(" ")[-1:] not in _ENDS_OF_CODES:
        return last
    if near[-2:].rstrip(" ")[-1:] not in _ENDS_OF_SIGNS:
        return ""
    sign = _SIGN_BEFORE.search(text, max(0, start - 8), start)
    return sign.group() if sign is not None else ""


_SECOND_FORM = re.compile(
    r" ?/ ?(?:[$£€] ?)?(?P<number>\d{2,5})"
    r"(?![\d/]|[.,]\d| ?(?:c\b|°|w\b|gb|mhz|%|fps|rpm|ti\b|super\b|xtx?\b|gre\b)| ?[-:=] ?[$£€])"
)
_STATE_AFTER = re.compile(r"[ (\[*,=<>-]{0,6}(?:sold|pending|gone)\b")
_FORM_END = re.compile(r" ?(?:local(?:ly)?|shipped|posted|picked up|pick-?up|collected|cash)\b")
"""``715/$700 local``: what tells that both are forms of one price."""
_OF_SEVERAL = re.compile(r"[/,&+|]|\band\b")
_LEAST_FORM, _MOST_APART = 20, Decimal("1.35")


def _second_form(text: str, start: int, end: int, number: str) -> re.Match[str] | None:
    """The dearer or cheaper form of a price behind it: ``775/790``, picked up and posted; no price of another card."""
    match = _SECOND_FORM.match(text, end)
    number = number.replace(",", "")
    if match is None or not number.isdigit() or (number := number.lstrip("0")) == match["number"]:
        return None
    low, high = sorted((Decimal(number or 0), Decimal(match["number"])))
    if low < _LEAST_FORM or high > low * _MOST_APART:
        return None
    if not _SIGNS.isdisjoint(match.group()) and _FORM_END.match(text, match.end()):
        return match
    if MODEL_NUMBER.fullmatch(number) and MODEL_NUMBER.fullmatch(match["number"]):
        return None
    return None if _OF_SEVERAL.search(_sentence_before(text, start)) else match


def _build(post: PostText, match: re.Match[str], sign: str, loose: bool) -> Amount | None:
    """The amount at a number with ``sign`` before it; None where it is no money."""
    text = post.text
    start, end = match.span()
    number, thousands, after_sign = match.groups("")
    start -= len(sign)
    signed = bool(sign or after_sign)
    if not signed and not may_be_bare(text, start, end, number + thousands.strip(), loose):
        return None
    second = _second_form(text, start, end, number) if "/" in text[end : end + 2] else None
    if signed:
        if _SIGNS.isdisjoint(sign + after_sign) and _is_measure(_line_after(text, end)):
            return None
    elif not _says_bare(text, (start, end), number, bool(thousands), second, loose):
        return None
    value = parse_number(number, thousand=bool(thousands))
    if second is not None:
        value, end = max(value, Decimal(second["number"])), second.end()
    if not signed and (not _LEAST_BARE <= value <= _MOST_BARE or value != value.to_integral_value()):
        return None
    if not value or value > _MOST:
        return None
    amount = _described(post, (start, end), value, currency_of(sign, after_sign), signed)
    # What stands behind the cheaper form is said of that one.
    if second is not None and amount.shipping == "local" and value > Decimal(second["number"]):
        return amount._replace(shipping=None)
    return amount


def _says_bare(
    text: str, span: tuple[int, int], number: str, thousands: bool, second: re.Match[str] | None, loose: bool
) -> bool:
    """Whether a number without a sign, and maybe a ``second`` form of it, is money by the words around it."""
    if second is not None and (loose or not _SIGNS.isdisjoint(second.group())):
        return True
    start, end = span
    before, after = text[max(0, start - _WINDOW) : start], text[end : end + _WINDOW]
    if not says_bare(number, thousands, before, after.partition("\n")[0], loose):
        return False
    return loose or not is_rather_a_card(number, before, after)


def _line_before(text: str, start: int) -> str:
    return text[max(0, start - _WINDOW) : start].rpartition("\n")[2]


def _line_after(text: str, end: int) -> str:
    return text[end : end + _WINDOW].partition("\n")[0]


def _is_measure(after: str) -> bool:
    """``420 usd - sold`` is money, and counts nothing that was sold."""
    return _UNIT_AFTER.match(after) is not None and _STATE_AFTER.match(after) is None


def _sentence_before(text: str, start: int) -> str:
    return text[max(0, start - _LONG_SENTENCE) : start].rpartition("\n")[2]


def _described(post: PostText, span: tuple[int, int], value: Decimal, currency: str | None, signed: bool) -> Amount:
    """An amount with what the words of its line say of it."""
    start, end = span
    line_before, line_after = _line_before(post.text, start), _line_after(post.text, end)
    kind, why = kind_of(line_before, line_after)
    if kind == "asking" and value < _MOST_CARRIAGE and in_carriage_sentence(_sentence_before(post.text, start)):
        kind, why = "shipping", "cost of shipping"
    if kind == "shipping" and value > _DEAREST_CARRIAGE:
        kind, why = "asking", "too much for shipping"
    ranged = _RANGE.match(line_after)
    if kind == "asking" and "between" in line_before and _BETWEEN.search(line_before):
        kind, why = "range", "a range, not a price"
    if ranged and kind == "asking" and value < int(ranged.group("high")) < value * 3 and not _names_card(ranged):
        kind, why = "range", "a range, not a price"
    near_after = _clause_after(line_after)
    continued = line_before.endswith(", ") and _FIGURE.search(line_before) is not None
    if currency is None and (named := _NAMED_LATE.match(line_after)):
        currency = currency_of("", named["code"])
    return Amount(
        start, end, value, currency, signed, kind,
        each=_touches(_EACH, line_before, near_after[:30], continued) and not _ALL_BEHIND.match(near_after),
        lot=_touches(_LOT, line_before, near_after[:34], continued or _WITH_ALL.search(line_before) is not None),
        bundle=_touches(_BUNDLE, line_before, near_after[:24], continued),
        fitted=near_after != "" and _FITTED.search(near_after[:34]) is not None,
        shipping=shipping_of_amount(line_before, line_after),
        stroke=post.stroke(start, end),
        newest=kind == "asking" and is_lowered(line_before),
        cue=_ASKING_BEFORE.search(line_before) is not None,
        why=why,
    )  # fmt: skip


def _clause_after(line: str) -> str:
    """The rest of an amount's clause; empty where it tells nothing of how many cards the amount is for."""
    if line.strip(" *)") in _COUNTS_NOTHING:
        return ""
    end = _CLAUSE_END.search(line)
    clause = line if end is None else line[: end.start()]
    return "" if clause.strip(" *)") in _COUNTS_NOTHING else clause


def _names_card(ranged: re.Match[str]) -> bool:
    """``$400 - 3080``: a price and its card, no range."""
    return ranged.group().startswith(" - ") and MODEL_NUMBER.fullmatch(ranged.group("high")) is not None


def _touches(words: tuple[Guarded, Anchored], before: str, after: str, continued: bool) -> bool:
    """Whether words of ``each``, ``lot`` or ``bundle`` stand beside an amount."""
    behind, ahead = words
    return (after != "" and behind.search(after) is not None) or (not continued and ahead.search(before) is not None)


def find_amounts(
    post: PostText, start: int = 0, end: int | None = None, loose: bool = False, names: Container[int] = ()
) -> list[Amount]:
    """Amounts of money between two positions, in order; ``loose`` also takes bare numbers (a price column).

    ``names`` are positions within names of cards, whose bare numbers are no money.
    """
    found: list[Amount] = []
    last = -1
    for match in _AMOUNT.finditer(post.text, start, len(post.text) if end is None else end):
        place = match.start()
        if place < last:
            continue
        sign = _sign_before(post.text, place)
        if not sign and place in names and match["after"] is None:
            continue
        amount = _build(post, match, sign, loose)
        if amount is not None:
            found.append(amount)
            last = amount.end
            if len(found) >= MOST_AMOUNTS:
                break
    words = [] if loose else _spelled(post, start, end)
    return with_drops(post, sorted([*found, *words]) if words else found)


def names_amount(post: PostText) -> bool:
    """Whether a text names any amount of money."""
    found = _AMOUNT.finditer(post.text)
    built = (_build(post, match, _sign_before(post.text, match.start()), False) for match in found)
    return any(amount is not None for amount in built) or bool(_spelled(post, 0, None))


def _spelled(post: PostText, start: int, end: int | None) -> list[Amount]:
    """Amounts that are written in words."""
    return [
        _described(post, (number.start, number.end), Decimal(number.value), currency_of("", number.unit), False)
        for number in spelled_numbers(post.text, start, len(post.text) if end is None else end)
    ][:MOST_AMOUNTS]
