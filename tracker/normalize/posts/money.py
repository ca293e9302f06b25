"""Amounts of money in a text, and what each of them is: asked, paid, old, for shipping, each, for the lot."""

import re
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Literal

from tracker.normalize.posts.text import PostText
from tracker.normalize.posts.words import anchored_after, anchored_before, pattern

__all__ = ["MODEL_NUMBER", "MOST_AMOUNTS", "Amount", "find_amounts", "parse_number"]

MOST_AMOUNTS = 300
"""Amounts read in one text: a post with more is no listing."""

_NUMBER = r"\d{1,3}(?:[,.' ]\d{3})+(?:[.,]\d{1,2})?(?!\d)|\d{1,6}(?:[.,]\d{1,2})?(?!\d)"
_AMOUNT = re.compile(
    rf"(?<![\w.,/#])(?<!\w-)(?P<number>{_NUMBER})(?P<k> ?k(?![a-z\d]))?"
    r"(?P<after> ?[$£€](?!\d)(?: ?(?:usd|cad|cdn))?| ?(?:usd?|cad|cdn|gbp|eur|euros?|"
    r"pounds?|quid|dollars?|bucks|dlls|dollar)\b)?"
)
_SIGN_BEFORE = re.compile(
    r"(?:(?:(?<![a-z])(?:us|usd|ca|cad|cdn|c|au|aud|a|eur|gbp|nz) ?)?[$£€] ?|(?<![a-z])(?:usd|cad|eur|euros?|gbp) ?)$"
)
_SIGNED = re.compile(r"[$£€]")
_RANGE = re.compile(r" ?(?:-|~|to|or) ?(?:[$£€] ?)?(?P<high>\d{1,5})(?![\d.,]*(?:gb|g\b| ?x |%))(?P<k>k)?")
_CURRENCIES = (
    ("ca", "CAD"), ("cdn", "CAD"), ("c$", "CAD"), ("c $", "CAD"), ("au", "AUD"), ("a$", "AUD"), ("nz", "NZD"),
    ("£", "GBP"), ("gbp", "GBP"), ("pound", "GBP"), ("quid", "GBP"), ("€", "EUR"), ("eur", "EUR"), ("us", "USD"),
)  # fmt: skip
_WINDOW = 48


@dataclass(frozen=True, slots=True)
class Amount:
    """Money in a text. ``kind`` is asking, other, shipping, old or range; ``currency`` None where no sign says it."""

    start: int
    end: int
    value: Decimal
    currency: str | None
    signed: bool
    kind: str = "asking"
    each: bool = False
    lot: bool = False
    bundle: bool = False
    shipping: str | None = None
    struck: bool = False
    newest: bool = False
    cue: bool = False
    why: str = ""
    where: Literal["title", "body"] = "body"


def parse_number(number: str, thousand: bool = False) -> Decimal:
    """The value of a number as people write it: ``1,299.00``, ``1.234,56``, ``4.200``, ``1 234``, ``1'299``."""
    digits = number.replace(" ", "").replace("'", "")
    last = max(digits.rfind(","), digits.rfind("."))
    if last >= 0 and len(digits) - last - 1 == 3:
        digits = digits.replace(",", "").replace(".", "")
    elif last >= 0:
        digits = digits[:last].replace(",", "").replace(".", "") + "." + digits[last + 1 :]
    value = Decimal(digits)
    return value * 1000 if thousand else value


def _currency(before: str, after: str) -> str | None:
    said = f"{before}{after}".strip()
    for sign, code in _CURRENCIES:
        if said.startswith(sign) or sign in said:
            return code
    return None


_EITHER_WAY = re.compile(r"[ ]{0,2}(?:local(?:ly)? or (?:shipped|posted|delivered)|(?:shipped|posted) or local)\b")
_ENDS_LABELLED = re.compile(r"[ )]{0,2}(?:$|[/|,;\n]|or\b|-)")


def _shipping_of(before: str, after: str) -> str | None:
    """What directly follows or precedes an amount about its carriage."""
    if _EITHER_WAY.match(after):
        return "included"
    if _ENDS_LABELLED.match(after):
        if anchored_before("money.local").search(before):
            return "local"
        if anchored_before("money.shipped").search(before):
            return "included"
    clause = re.split(r"[;|]|,(?= ?[$£€\d])|\bor\b(?= ?[$£€\d])|[.!](?= )|[/](?= ?[$£€\d])", after, maxsplit=1)[0]
    next_amount = re.search(r"[$£€] ?\d|\d[$£€]|\b\d{2,4} (?=local|shipped|if)", clause)
    if next_amount:
        clause = clause[: next_amount.start()]
    found = [
        (match.start(), kind)
        for kind in ("extra", "shipped", "local")
        if (match := pattern(f"money.{kind}").search(clause))
    ]
    if not found:
        plus = re.match(r"[ )]{0,2}\+ ?(?:[$£€] ?)?[\d.]{0,6} ?(?:for )?(?:ship|s/h|post)", after)
        if plus:
            return "extra"
        if anchored_before("money.local").search(before):
            return "local"
        return "included" if anchored_before("money.shipped").search(before) else None
    kind = min(found)[1]
    if kind == "shipped" and any(other == "extra" and place <= min(found)[0] + 12 for place, other in found):
        kind = "extra"
    return {"extra": "extra", "shipped": "included", "local": "local"}[kind]


_PAID_SHIPPING = re.compile(
    r"[ ]?(?:shipped|\+)|[ ,;(-]{0,3}(?:shipping|postage|delivery) (?:is |will be )?(?:paid|included|incl|free|covered)"
)


_COVERED = re.compile(r"\bi(?:'ll| will| can)? (?:cover|pay)(?: up to)? $")
_NEXT_CLAUSE = re.compile(r"[ )*]{0,3}[,.:\n]")


_SALE = re.compile(r"(?:^|[-|:(] ?|[ ]{2})sold for $")
_SHOP_CLAUSE = re.compile(r"\b(?:from|at|through|via) (?:amazon|newegg|best ?buy|micro ?center|ebay)(?: \w+)?, $")
"""``bought in 2023 from Amazon, £350``: the shop closes its clause."""
_OWN_SENTENCE = re.compile(
    r"(?:^|[.!?\n] ?)\W{0,3}(?:all )?(?:ships?|shipping|postage|delivery|p&p)\b(?! (?:incl|free|on me))[^.!?\n]*$"
)


def _kind_of(before: str, after: str) -> tuple[str, str]:
    """What an amount is, from the words that touch it, and the rule that said so."""
    if _COVERED.search(before):
        return "other", "what the seller covers"
    if (
        anchored_after("money.shipping_cost_after").match(after)
        and not _PAID_SHIPPING.match(after)
        and not _NEXT_CLAUSE.match(after)
    ):
        return "shipping", "cost of shipping"
    if _OWN_SENTENCE.search(before):
        return "shipping", "cost of shipping"
    if anchored_before("money.shipping_cost_before").search(before) and not re.match(r"[ ]{0,2}\+", after):
        return "shipping", "cost of shipping"
    if anchored_after("money.not_asking_after").match(after):
        return "other", "not the asking price: what follows it"
    if before.endswith('"'):
        return "other", "quoted, not asked"
    if _SALE.search(before):
        return "asking", "sale price"
    if not _SHOP_CLAUSE.search(before) and anchored_before("money.not_asking_before").search(before):
        return "other", "not the asking price: what precedes it"
    if anchored_before("money.old_before").search(before):
        return "old", "old price"
    return "asking", "asking price"


_BARE_END = re.compile(
    r"[ ]{0,2}(?:$|[.,;!)(\n/*+|\]-]|(?:shipped|obo|for|each|ea|or|plus|local|firm|"
    r"cash|via|paypal|if|but|and|with|including|incl|total|is|as|ono|posted|delivered|"
    r"thanks|pp|o\.b\.o|negotiable|through)\b)"
)


def _bare_is_money(before: str, after: str) -> bool:
    """Whether a number without a sign is an amount: a price word touches it and no unit follows."""
    if not _BARE_END.match(after):
        return False
    if anchored_after("money.unit_after").match(after) and not re.match(r"[ ]?(?:shipped|obo)", after):
        return False
    follows = re.match(
        r"[ ]{0,2}(?:\+ ?ship|plus ship|\(?(?:shipped|posted|delivered|obo\b|firm\b|"
        r"ono\b|each\b|ea\b|local\b|cash\b|or best offer|"
        r"if local|for (?:both|all|the pair|it\b|the card|(?:the|my) (?:[a-z]+ ){0,2}[a-z]{0,3}\d{3,4})|"
        r"o\.b\.o|including shipping|incl|a piece|/ ?ea))",
        after,
    )
    if follows:
        return True
    return bool(re.search(
        r"(?:asking|looking (?:for|to get)|price[d]?|want|hoping for|(?:sell|selling|"
        r"sale|take|do|get|going|let go)(?: (?:it|them|this))? (?:for|at)|"
        r"now|(?:dropp?(?:ed|ing)?|lower(?:ed|ing)?|reduc(?:ed|ing)|cut|down)(?: \S{1,12}){0,4} to|"
        r"sold(?:[ ]+(?:to|local\w*|it))*[ ]+for|i'?d like|shipped for|offers? (?:over|around))"
        r"(?: (?:is|at|for|price|around|about|to get|only|get))*[ :~=]{1,3}$",
        before,
    ))  # fmt: skip


MODEL_NUMBER = re.compile(r"[2-5]0[5-9]0|10[5-8]0|[5-7][4-9][5-9]0|16[56]0|[5-9][4-9][05]0|90[67]0|[4-9][5-9]0")
"""Bare numbers that are rather a card than money: ``looking for 3080``."""


def _may_be_bare(text: str, start: int, end: int, number: str, loose: bool) -> bool:
    """Whether a number without a sign stands free enough to be an amount at all."""
    touched = text[start - 1] if start else " "
    glued = text[end] if end < len(text) else " "
    if touched.isalnum() or touched in "-/.#&'" or glued.isalnum() or glued in "/'\"%°":
        return False
    return len(number) > 1 and not _GLUED.match(text, end) and (loose or text[end : end + 3].lstrip()[:2] not in _UNITS)


_GLUED = re.compile(r"[-.:,]\w")
_UNITS = frozenset(
    (
        "gb",
        "mb",
        "tb",
        "gi",
        "mh",
        "gh",
        "rp",
        "hz",
        "mm",
        "cm",
        "in",
        "fp",
        "ye",
        "mo",
        "da",
        "we",
        "ho",
        "mi",
        "x ",
        "ti",
        "su",
        "xt",
    )
)


def _says_bare(match: re.Match[str], before: str, after: str, loose: bool) -> bool:
    if _bare_is_money(before, after):
        return True
    if match.group("k"):
        if ("." in match.group("number") or re.search(r"[:=-] ?$", before)) and not _RESOLUTION.match(after):
            return True
        if re.match(r"[ ]?(?:shipped|obo|local|firm|each|,)", after):
            return True
    return loose and not anchored_after("money.unit_after").match(after)


_RESOLUTION = re.compile(r"[ -]?(?:monitor|display|res|video|screen|hz|\d)")


def _build(post: PostText, match: re.Match[str], loose: bool) -> Amount | None:
    text = post.text
    start, end = match.start(), match.end()
    sign = _SIGN_BEFORE.search(text, max(0, start - 8), start)
    before_sign, after_sign = sign.group() if sign else "", match.group("after") or ""
    start -= len(before_sign)
    signed = bool(before_sign or after_sign.strip())
    number = match.group("number")
    if not signed and not _may_be_bare(text, start, end, number + (match.group("k") or "").strip(), loose):
        return None
    before = text[max(0, start - _WINDOW) : start]
    after = text[end : end + _WINDOW]
    if signed and not _SIGNED.search(before_sign + after_sign) and anchored_after("money.unit_after").match(after):
        return None
    if not signed and not _says_bare(match, before, after, loose):
        return None
    value = parse_number(number, thousand=bool(match.group("k")))
    if (
        not signed
        and not loose
        and MODEL_NUMBER.fullmatch(number)
        and not re.match(
            r"[ ]?(?:shipped|posted|delivered|obo|firm|local|each|ea\b|plus|\+|cash|total|if\b|for (?:both|all|it))",
            after,
        )
    ):
        return None
    if not signed and (value < 5 or value > 20000 or (value != value.to_integral_value())):
        return None
    if value <= 0 or value > 500_000:
        return None
    return _describe(post, start, end, value, _currency(before_sign, after_sign), signed, before, after)


def _names_card(ranged: re.Match[str]) -> bool:
    """``$400 - 3080``: a price and its card, no range."""
    return ranged.group().startswith(" - ") and MODEL_NUMBER.fullmatch(ranged.group("high")) is not None


def _touches(name: str, before: str, after: str) -> bool:
    """Whether words of ``each``, ``lot`` or ``bundle`` stand beside an amount."""
    if pattern(f"money.{name}").search(after):
        return True
    return not before.endswith(", ") and bool(anchored_before(f"money.{name}_before").search(before))


def _describe(
    post: PostText, start: int, end: int, value: Decimal, currency: str | None, signed: bool, before: str, after: str
) -> Amount:
    line_before = before.rsplit("\n", 1)[-1] if "\n" in before[-3:] or before.count("\n") else before
    line_after = after.split("\n", 1)[0]
    kind, why = _kind_of(line_before, line_after)
    ranged = _RANGE.match(line_after)
    if ranged and kind == "asking" and value < int(ranged.group("high")) < value * 3 and not _names_card(ranged):
        kind, why = "range", "a range, not a price"
    near_after = re.split(r"[.;|]|,(?= )|[$£€] ?\d|\d[$£€]", line_after, maxsplit=1)[0]
    return Amount(
        start, end, value, currency, signed, kind,
        each=_touches("each", line_before, near_after[:30]), lot=_touches("lot", line_before, near_after[:34]),
        bundle=_touches("bundle", line_before, near_after[:24]),
        shipping=_shipping_of(line_before, line_after),
        struck=post.is_struck(start, end),
        newest=kind == "asking" and bool(_LOWERED_TO.search(line_before)),
        cue=bool(anchored_before("money.asking_before").search(line_before)),
        why=why,
    )  # fmt: skip


_LOWERED_TO = re.compile(
    r"\b(?:dropp(?:ed|ing)|droped|lower(?:ed|ing)|reduc(?:ed|ing)|(?:price )?drop|price cut|"
    r"marked down)"
    r"(?: (?!for\b)\w+){0,4} to[ :]{1,2}$|"
    r"\bnew price(?: is)?[ :]{1,2}$|\b(?:sold|went)(?:[ ]+(?:to|local\w*|it|on here))*[ ]+for[ ]+$"
)
_DROP = re.compile(
    r"[ )(*]{0,4}(?:-{1,3}>|=>|>{1,2}|→|➡|➔|~>|(?:down |dropped |reduced |lowered )?to\b|"
    r"(?:,|-|\() ?now\b|now\b)[ :(*]{0,4}$"
)


def _drops(post: PostText, amounts: list[Amount]) -> list[Amount]:
    """Mark the first of ``$500 -> $450`` and of ``~~$500~~ $450`` as old, the second as newest."""
    out = list(amounts)
    for place in range(len(out) - 1):
        first, second = out[place], out[place + 1]
        gap = post.text[first.end : second.start]
        if len(gap) > 24 or "\n" in gap:
            continue
        arrow = _DROP.fullmatch(gap.replace("obo", "").replace("shipped", "")) or _DROP.fullmatch(gap)
        is_span = gap.strip() in ("to",) and second.value > first.value
        replaced = first.struck and not second.struck and not gap.strip(" *-:|()→>=,.")
        if (arrow and not is_span and second.kind in ("asking", "old", "shipping", "range")) or replaced:
            out[place] = replace(first, kind="old", why="old price")
            out[place + 1] = replace(
                second, kind="asking" if second.kind != "range" else "range", newest=True, why="price drop",
                each=second.each or first.each, shipping=second.shipping or first.shipping,
            )  # fmt: skip
        elif second.kind == "old" and not second.struck and first.kind == "asking":
            continue
    return out


def _range_ends(amounts: list[Amount]) -> list[Amount]:
    """The upper end of a range is a range too."""
    out = list(amounts)
    for place in range(len(out) - 1):
        if out[place].kind == "range" and out[place + 1].start - out[place].end <= 6:
            out[place + 1] = replace(out[place + 1], kind="range", why="a range, not a price")
    return out


def find_amounts(post: PostText, start: int = 0, end: int | None = None, loose: bool = False) -> list[Amount]:
    """Amounts of money between two positions, in order; ``loose`` also takes bare numbers (a price column)."""
    found: list[Amount] = []
    last = -1
    for match in _AMOUNT.finditer(post.text, start, len(post.text) if end is None else end):
        if match.start() < last:
            continue
        amount = _build(post, match, loose)
        if amount is not None:
            found.append(amount)
            last = amount.end
            if len(found) >= MOST_AMOUNTS:
                break
    return _range_ends(_drops(post, found))
