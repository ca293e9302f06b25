"""Bare names that stand for something else: prices, memory, boards, processors, disks, office PCs, coolers."""

import re

from tracker.normalize.mentions import Mention
from tracker.normalize.posts.clues.goods import names_goods
from tracker.normalize.posts.markup.text import PostText
from tracker.normalize.posts.money.bare import MODEL_NUMBER, is_price_lead
from tracker.normalize.posts.wording.guards import Guarded
from tracker.normalize.posts.wording.words import fragments

__all__ = ["LISTED", "is_namesake", "is_other_thing"]

LISTED = re.compile(r"[,;|\n]")
_MEMORY = Guarded(
    r"\bddr[2-5]|dimm\b|\bcl ?\d\d\b|\bmt/s|\bmhz\b|\bram\b|trident|ripjaws|vengeance|"
    r"\bcrucial\b|g\.?skill|fury (?:beast|renegade|impact)|hyperx"
)
_BOARD = Guarded(
    r"\bmotherboard|\bmobo\b|extreme ?\d(?!\d? ?gb)|chipset|\bam3\+?\b|fatal1ty|\bex[34]\b|\bud[357]\b|\bde3\b|a-[dg]\d"
)
_NAMESAKES = frozenset(("H100", "H100 PCIe", "H110"))
_DATA_CENTER = re.compile(r"nvidia|tesla|hopper|pcie|sxm|nvl|\b80 ?gb|\b94 ?gb")


_PRICED_NAME = re.compile(
    r"[a-z0-9][^\n:=]{2,40}[:=] ?(?:\d{2,5} ?/ ?)?$|"
    rf"(?<![$£€\d.,])(?:{MODEL_NUMBER.pattern})(?!\d)[^\n]{{0,40}} (?:-{{1,2}}|~|@) ?$|"
    r"\d{3,4}[^\n]{0,40} (?://|=>|->|→|…|\.{2,9}) ?$"
)
_PRICE_TAIL = re.compile(r" ?(?:/ ?\d{2,5})? ?(?:\n|$)")
_NEXT_FIELD = re.compile(r" ?(?:\n|$)| /[ ]{1,4}[a-z]")
_STATE_LABEL = re.compile(
    r"(?<!\w)(?:sold|pending|gone|available|left|reserved|on hold|spoken for)(?: so far)? ?[:=] ?$"
)
"""``Sold: 5080`` names a card."""
_CARD_LABEL = re.compile(r"(?:gpu|graphics?|video|card|vga)[^\n:=]{0,12}[:=] ?$")


_DIGITS_OF_PRICES = 3
_PRICED_WORD = re.compile(
    r" (?:local(?:ly)?(?! only)|obo|firm|each|apiece|a piece|"
    r"for (?:one|both|each|all|either)|"
    r"(?:takes|gets|buys)(?: you)? (?:it|both|all|everything|the)|cash|pick-?up|collected|shipped|posted)\b"
)
"""``780 local``: three digits are rather a price there; four are the cards of today."""
_PRICED_BESIDE = re.compile(r" ?(?:\+|plus) ?(?:ship|s&h|s/h|post)|/ ?[$£€] ?\d")
_WHERE_PRICED = re.compile(r"(?:[-:=@~|>]{1,2}|\bfor|\basking) ?$")
"""``7900 XTX - 780/$770``, ``GRE = 460 + shipping``: where a price stands, and what only stands behind one."""
_PRICED_SIGN = re.compile(r"[$£€] ?$")
_PRICED_UNIT = re.compile(r" ?(?:(?:bucks|dollars|usd|cad|gbp|quid|eur|euros?)\b|[$£€](?! ?\d))")


_PRICED_END = re.compile(
    rf"(?<![$£€\d.,])(?:{MODEL_NUMBER.pattern})(?!\d)(?: ?(?:ti|xtx?|super|gre|s))*(?: [^\s,;/&+|]{{1,16}}){{0,5}}? "
    r"(?!(?:and|or|to|for|with|w/|a|an|my|the|vs\.?|than|from|of|gtx|gts|gt|rtx|rx|hd|r[579]|geforce|radeon|"
    r"nvidia|amd|evga|msi|asus|gigabyte|zotac|pny|sapphire|xfx|powercolor|x?\dx?|sli|crossfire) )"
    r"[^\s,;/&+|]{2,16} $"
)
"""``7700 XT Pure (white) 380``: three digits that end a line behind a name and the words about it."""


def _opens_with_goods(before: str) -> bool:
    """``5800X3D / mint / 280 / gone``: whether the first field of a line names other goods."""
    return names_goods(before.rsplit("\n", 1)[-1].partition(" / ")[0])


def _is_price_of_line(before: str, after: str) -> bool:
    """``4090: 1700 / 1650``: a bare number behind a name and a colon, at the end of the line, is money."""
    if before.endswith(" / ") and _NEXT_FIELD.match(after) and _opens_with_goods(before):
        return True
    if not _PRICE_TAIL.match(after):
        return False
    line = before.rsplit("\n", 1)[-1]
    if _PRICED_END.search(line) is not None:
        return True
    return _PRICED_NAME.search(line) is not None and not (_CARD_LABEL.search(line) or _STATE_LABEL.search(line))


_DISK_AFTER = re.compile(
    r"(?: (?:pro|plus))? \d{1,2} ?tb\b| (?:250|256|480|500|512|960|1000|1024) ?gb?\b(?! ?(?:vram|gddr))"
)
_RADIATOR_AFTER = re.compile(r" ?(?:mm )?(?:aio|rad(?:iator)?)\b")
"""``with a 280 AIO``."""
_BOARD_AFTER = re.compile(r"-[a-z]{1,2}\d\d")
"""MSI's 770-C45 is a board."""
_OFFICE_PC = re.compile(r" ?(?:sff|mff|usff|micro|tower|mt)\b")
_OFFICE_PCS = ("optiplex", "elitedesk", "prodesk", "thinkcentre")
_OTHER_MAKERS = frozenset(fragments("goods.named_before"))
"""Makers and lines of other things, before a number: ``Nokia 1080``, ``Earthwatts 380``, ``Ryzen 5 7600``."""
_SHORT_WORD = 3


_AFTER_PRICE = re.compile(r"(?<!\w)[$£€]?\d{2,4} (?:shipped|obo|local|posted|delivered|cash)[,;/ ]{1,3}(?:or |and )?$")
_PRICE_WORD = re.compile(r" ?(?:in\b|local|if\b|for\b|cash|shipped|obo|pick|collect|at\b|to you|$|[.,;\n])")


def _is_second_price(text: str, start: int, end: int) -> bool:
    """``600 shipped, 580 in Portland``: the bare number behind a price is another price."""
    return _PRICE_WORD.match(text, end) is not None and _AFTER_PRICE.search(text, max(0, start - 24), start) is not None


_SECOND_PRICE = re.compile(
    r" ?(?:local(?:ly)?|shipped|posted|collected|picked up|pick-?up|cash|obo)[,;/ ]{1,3}(?:or |and )?"
    r"[$£€]?(?P<second>\d{3,4}) (?:local|shipped|posted|delivered|collected|picked up|pick|cash|obo)"
)
_NEAR_PRICES = 5


def _is_first_price(text: str, start: int, end: int) -> bool:
    """``1650 local, 1700 shipped``: two forms of one price, a fifth apart at most."""
    match = _SECOND_PRICE.match(text, end)
    if match is None:
        return False
    first, second = int(text[start:end]), int(match["second"])
    return abs(first - second) * _NEAR_PRICES <= max(first, second)


_MEMORY_BEFORE = re.compile(
    r"(?:(?<!\d)(?:32|48|64|96|128|192|256) ?gb (?:ddr[345] )?|\d ?x ?(?:4|8|16|24|32|48) ?(?:gb)? )$"
)
"""``32GB 6400`` and ``2x16 5600`` are the speeds of memory."""
_STICKS_AFTER = re.compile(
    r" (?:mhz |mt/s |c[l]?\d\d )?\(?[248] ?x ?(?:8|16|24|32|48)(?!\d)(?: ?gb?\b|(?![ -]?pin|[ ]?[+]))"
)
"""``6000 2x16GB``: behind the speed of memory its sticks."""


def _follows_memory(before: str) -> bool:
    last = before.rstrip(" ")[-1:]
    return (last == "b" or last.isdigit()) and _MEMORY_BEFORE.search(before) is not None


_OF_TODAY = re.compile(r"[2-5]0[6-9]0")
"""Cards that machines of such makers hold: an ``Alienware OEM 3090`` is one, an ``Alienware 1700`` is not."""


_LOOPS = ("loop", "aio", "radiator", "rad")
"""Their length in millimetres has three digits: a ``custom loop 3090`` is a card."""


def _is_named_by_other_maker(before: str, number: str) -> bool:
    if before[-1:] != " " or ("alienware" in before and _OF_TODAY.fullmatch(number)):
        return False
    *_, last = words = before.split()[-2:] or [""]
    if last in _LOOPS and len(number) > _DIGITS_OF_PRICES:
        return False
    if last in _OTHER_MAKERS or " ".join(words) in _OTHER_MAKERS:
        return True
    return len(words) > 1 and len(last) <= _SHORT_WORD and last.isalnum() and words[0] in _OTHER_MAKERS


def is_other_thing(text: str, start: int, end: int) -> bool:
    """Whether a bare number is that of a disk, an office PC, a camera: ``980 1TB``, ``5060 SFF``, ``Nokia 1080``."""
    low = max(0, start - 20)
    if (
        _DISK_AFTER.match(text, end)
        or _RADIATOR_AFTER.match(text, end)
        or _BOARD_AFTER.match(text, end)
        or _is_named_by_other_maker(text[low:start], text[start:end])
    ):
        return True
    if end - start == len("6400") and (_follows_memory(text[low:start]) or _STICKS_AFTER.match(text, end)):
        return True
    return _OFFICE_PC.match(text, end) is not None and any(word in text for word in _OFFICE_PCS)


_PROCESSOR_LINE = re.compile(r"(?:athlon|phenom|windsor|opteron|turion|sempron)[ \w]{0,16}$")
_CORES = re.compile(r"\bx[2346] $")
"""``X4 965`` is a processor by its cores; no processor that was called so bears the number of a later card."""
_CORES_END = ("x2 ", "x3 ", "x4 ", "x6 ")
_AFTER_CORES = ("GeForce RTX", "GeForce GTX 10", "GeForce GTX 16")


def is_namesake(post: PostText, mention: Mention) -> bool:
    """Whether a bare name stands for something else: memory speeds (5600) and coolers (Corsair H100)."""
    if post.text[mention.end : mention.end + 1].isalpha() and mention.text[-1:] in "mM":
        return True
    if mention.strength == "sure":
        return False
    before, after = post.text[max(0, mention.start - 24) : mention.start], post.text[mention.end : mention.end + 24]
    if mention.model in _NAMESAKES:
        return not _DATA_CENTER.search(before + after)
    if not mention.text.strip().isdigit():
        return False
    if len(mention.text.strip()) == _DIGITS_OF_PRICES and _PRICED_WORD.match(after):
        return True
    if _PRICED_BESIDE.match(after) and _WHERE_PRICED.search(before):
        return True
    if is_price_lead(before) or _PRICED_SIGN.search(before) or _PRICED_UNIT.match(after):
        return True
    place = (post.text, mention.start, mention.end)
    if is_other_thing(*place) or _is_first_price(*place) or _is_second_price(*place):
        return True
    lead = post.text[max(0, mention.start - 60) : mention.start]
    if _is_price_of_line(lead, post.text[mention.end : mention.end + 12]):
        return True
    if after.startswith("+") or _PROCESSOR_LINE.search(before):
        return True
    if before.endswith(_CORES_END) and _CORES.search(before) and not mention.model.startswith(_AFTER_CORES):
        return True
    near = LISTED.split(before)[-1] + " " + LISTED.split(after, maxsplit=1)[0]
    return bool(_MEMORY.search(near) or _BOARD.search(near))
