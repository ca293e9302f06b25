"""How a body speaks of a card: on offer, in passing, or only to say what a part is for."""

import re
from decimal import Decimal
from typing import Literal

from tracker.normalize.mentions import Mention
from tracker.normalize.posts.cards.items import Item
from tracker.normalize.posts.clues.context import accessory_after, role_of, sentence_around, sentence_start
from tracker.normalize.posts.layout import Layout
from tracker.normalize.posts.markup.lines import Line
from tracker.normalize.posts.money.plausible import is_plausible
from tracker.normalize.posts.wording.factoring import finder
from tracker.normalize.posts.wording.words import union

__all__ = ["Said", "acceptance", "is_part"]

_SEPARATOR = re.compile(r"[,;|]")
Said = Literal["offered", "plain", "context"]
_LEAD_WORDS = re.compile(
    rf"(?:(?:{union('context.brands', 'context.editions')}|"
    rf"(?:[$£€] ?+)?+\d{{1,6}}+(?:[.,]\d{{1,3}}+){{0,3}}+k?+(?: ?[$£€]|x)?+|x\d|sold|"
    rf"pending|available|obo|shipped|just|only|loose|spare|gpu|card|video card|graphics? card|one|two|three|"
    rf"a|an|my|the|pair of|lot of|and|or|for sale|selling|have|each|ea)[ :|,()*~\[\]#/+.-]{{1,6}}+){{0,9}}+$"
)
_PROSE = re.compile(
    r"[.!?;](?= )|(?<!\w)(?:i|i'm|im|i've|my|have|has|had|is|was|are|were|for|to|"
    r"than|from|the|in|on|it|of|this|that|these|will|would|can|as|by|at|you|your|"
    r"we|our|if|but|when|like|vs|wants?|need|looking|upgraded|bought|paid|not|also|"
    r"so|just|both|got)(?!\w)"
)
_STRONG = re.compile(r"sell|sale|grabs|also|rid of|parting|letting|listing|unload|offload")
_PART_BEFORE = finder(
    r"\b(?:(?:empty |gpu |card |original )?box(?:es)?|heat ?sinks?|water ?blocks?|"
    r"back ?plates?|nv-?link|brackets?|(?:hybrid|cooling|aio|upgrade) kits?|"
    r"coolers?|shrouds?|bridges?|ek(?:wb)?(?:[ -](?:quantum|vector\d?|fc\d{0,4}))*|"
    r"alphacool|eisblock|bykski|byski|heatkiller|bitspower|barrow(?:ch)?|granzon|iceman|watercool|kryographics|"
    r"aqua ?computer|phanteks glacier|hw ?labs|hardware labs|black ice|nemesis|hydro x|accelero|"
    r"raijintek|morpheus|kraken g1\d)\b(?: only| for|"
    r" from| off| to fit)?[ :(-]{0,4}(?:for |from |off )?(?:a |an |the |my )?(?:[an]-)?(?:\(?[a-z/]+\+? ){0,3}"
    r"(?:(?:rtx |gtx |rx )?\d{3,4}(?: ?(?:ti|super|xtx?|fe|ftw3|strix|tuf|trio|suprim|gre))* ?(?:[&/+]|and) ?"
    r"(?:[a-z]+ ){0,2})?$"
)
_BLOCK_MAKERS = (
    r"ek(?:wb)?|alphacool|eisblock|bykski|byski|heatkiller|bitspower|barrow(?:ch)?|granzon|iceman|watercool|"
    r"kryographics|aqua ?computer|phanteks|hydro x|corsair xg\d|accelero|raijintek|morpheus|optimus|swiftech|koolance|"
    r"danger den|xspc|hw ?labs|hardware labs|black ice|nemesis"
)
_PART_FOR = finder(
    rf"\b(?:{_BLOCK_MAKERS}|(?:full[- ]?cover|water) ?blocks?|blocks?|back ?plates?|brackets?|heat ?sinks?|coolers?|"
    r"shrouds?|risers?|adapters?|cables?)\b(?:[ ,(/-]{1,3}(?!(?:with|w/|and|plus|incl\w*|on|for|fits?)\b)"
    r"[a-z0-9.+-]{1,16}){0,6}\)?[ ,(:-]{1,3}(?:that |which |made |meant )?"
    r"(?:for|fits?|fitting|to fit|compatible with|off|from)"
    r"(?: (?:a|an|the|my|any|reference|ref|both))*(?: (?:[a-z][a-z/-]{1,11}\+?)){0,3}[ :(-]{1,3}$"
)
"""``Eisblock Aurora for the ASUS 3080``, ``Bykski full cover, nickel, fits 3090``: a part told by its maker or kind."""
_PART_OPENS = finder(
    rf"(?:^|[.!?\n;] ?)\W{{0,6}}(?:(?:{_BLOCK_MAKERS}|gpu|full[- ]?cover) )*(?:water ?)?(?:blocks?|back ?plates?)"
    rf"[ ]?[,(:-]{{1,3}} ?(?:(?:{_BLOCK_MAKERS}|[a-z]{{2,9}}),? ){{0,3}}$"
)
"""``Block (Alphacool, 3080 FE)``: a line that opens with the kind of part."""
_PARTS_NAMED = re.compile(
    r"^\W*(?:\w+ ){0,4}(?:water ?blocks?|back ?plates?|heat ?sinks?|nv-?link|(?:empty )?box(?:es)?|"
    r"brackets?|risers?)\b"
)
_KIND = re.compile(r"\W{0,3}(?:gpus?|(?:graphics?|video) ?cards?)\b(?! \w*\d)")
"""An item's cell that only says what kind of thing the row is, so that the next cell names it."""
_WITH = re.compile(r"\b(?:with|w/|no|in|original|and|\+|&|without|inc|incl)\W{0,2}(?:original |the |its )?$")


_WORD = re.compile(r"[^ \n]*[a-z][^ \n]*")
_LONGEST_LEAD = 6
"""Words before the name of an item."""


def _is_structural(line: Line, text: str, start: int) -> bool:
    """Whether the name stands where an item's name stands: at the head of its line."""
    lead = text[line.start : start].lstrip(" [({*~|:-#.•>+")
    if not lead:
        return True
    if len(lead) > 60:
        return False
    return _LEAD_WORDS.match(lead) is not None or not (
        "," in lead or _PROSE.search(lead) or len(_WORD.findall(lead)) > _LONGEST_LEAD
    )


_MAY_BE_PART = finder(
    rf"\b(?:box|heat ?sink|water ?block|block|back ?plate|nv-?link|brackets?|kits?|coolers?|shrouds?|bridges?|risers?|"
    rf"adapters?|cables?|{_BLOCK_MAKERS})"
)


_MORE_NAMES = re.compile(
    r"(?: ?/ ?(?:(?:rtx|gtx|rx|quadro|tesla) )?[a-z]{0,2}\d{2,4}(?: ?(?:ti|super|xtx?|gre|ada))*){1,4}(?![a-z0-9])"
)
"""``A5000/A6000 NVLink bridge``: further cards that the part is for."""


def is_part(text: str, mention: Mention) -> bool:
    """Whether a card only names what a part is for: ``3080 FE box``, ``boxes (4090, 3080)``."""
    if accessory_after(text, mention.end):
        return True
    if text.startswith(("/", " /"), mention.end):
        more = _MORE_NAMES.match(text, mention.end)
        if more is not None and accessory_after(text, more.end()):
            return True
    head = text[sentence_start(text, mention.start, 90) : mention.start]
    if _MAY_BE_PART.search(head) is None:
        return False
    before = _SEPARATOR.split(head)[-1]
    match = _PART_BEFORE.search(before) or _PART_FOR.search(head) or _PART_OPENS.search(head)
    within = before if match is not None and match.string is before else head
    return match is not None and not _WITH.search(within[: match.start()])


_QUOTE = finder(r"""(?<![\w)])["'“](?=\w)[^"“”\n]{8,160}?["'”](?!\w)""")


def _is_quoted(layout: Layout, number: int, mention: Mention) -> bool:
    """``Before anyone writes "5080 is 999 next week"``: whether somebody else's words name the card."""
    line, text = layout.lines[number], layout.post.text
    if not ('"' in line.text or "'" in line.text or "“" in line.text):
        return False
    return any(
        match.start() < mention.start and mention.end < match.end() and _PROSE.search(match.group())
        for match in _QUOTE.finditer(text, line.start, line.end)
    )


_PART_HEAD = re.compile(
    r"(?:[^ \n]{1,16} ){0,4}?(?:nv-?link|sli|(?:water|gpu|ek|full cover) ?blocks?|back ?plates?|bridges?|"
    r"brackets?|risers?|coolers?|heat ?sinks?|(?:power )?cables?|adapters?)\b"
)
_CONDITION = re.compile(
    r"[^.!?\n]{0,80}\b(?:if|when|with|w/|after|since|because|once|goes|comes|fits?|works?|take|buy|bought)\b[^.!?\n]{0,40}"
)


def _beside_part(layout: Layout, number: int, mention: Mention) -> bool:
    """``NVLink bridge: $150, or free if you buy both A5000``: whether a part's terms name the card behind its price."""
    amounts = layout.amounts.get(number)
    if not amounts or amounts[0].start > mention.start or amounts[-1].start > mention.end:
        return False
    line, text = layout.lines[number], layout.post.text
    head = _PART_HEAD.match(text, line.start, amounts[0].start)
    return head is not None and _CONDITION.fullmatch(text, amounts[-1].end, mention.start) is not None


_TO_PRICE = re.compile(r"(?: [a-z][a-z0-9+]{0,9}){0,4} ?(?:[-:=@~]{1,2}>?|\.{2,8}|…) ?")
_PRICE_END = re.compile(r"[ ]?(?:$|[\n,;(]|[.](?=[ \n]|$)|shipped|obo|firm|local)")


def _is_price(layout: Layout, number: int, mention: Mention) -> bool:
    """``Titan V - 480, fan is noisy``: whether an old card's bare number stands where another card's price does."""
    if not mention.text.isdigit():
        return False
    text = layout.post.text
    before = next((other for other in layout.mentions[number] if other.end <= mention.start), None)
    return (
        before is not None
        and _TO_PRICE.fullmatch(text, before.end, mention.start) is not None
        and _PRICE_END.match(text, mention.end) is not None
        and is_plausible(before.model, Decimal(mention.text))
    )


def acceptance(
    layout: Layout, number: int, mention: Mention, titled: list[Item], wanted: frozenset[str]
) -> tuple[Said, bool]:
    """How a mention is spoken of, and whether it stands at the head of an item."""
    if is_part(layout.post.text, mention) or _is_quoted(layout, number, mention):
        return "context", False
    if layout.sections[number] == "past" or _beside_part(layout, number, mention):
        return "context", False
    if number in layout.rows:
        return _in_row(layout, number, mention), True
    in_title = any(item.model == mention.model for item in titled)
    if not in_title and _is_price(layout, number, mention):
        return "context", False
    if layout.sections[number] == "want" and not (in_title and layout.amounts.get(number)):
        return "context", False
    structural = _is_structural(layout.lines[number], layout.post.text, mention.start)
    return _in_line(layout, number, mention, structural, in_title, mention.model in wanted, not titled), structural


def _in_row(layout: Layout, number: int, mention: Mention) -> Said:
    """The first name in the item's cell is on offer; numbers of price columns and remarks are not."""
    _, cells = layout.rows[number]
    text = layout.post.text
    cell = next((cell for cell in cells if cell.start <= mention.start < cell.end), None)
    if cell is None:
        return "offered"
    if cell.role in ("price", "local", "newest", "quantity") and not mention.text.lower().strip(" 0123456789"):
        return "context"
    if cell.role in ("notes", "status", "ignored") and any(
        other.role == "item" and other.text and not (cell.role == "notes" and _KIND.match(other.text))
        for other in cells
    ):
        return "context"
    head = text[cell.start : mention.start]
    if _PARTS_NAMED.search(head):
        return "context"
    first = not any(cell.start <= other.start < mention.start for other in layout.mentions[number])
    role, _ = role_of(text, mention.start, mention.end)
    return "context" if role == "context" and (not first or head.rstrip().endswith(" for")) else "offered"


def _in_line(
    layout: Layout, number: int, mention: Mention, structural: bool, in_title: bool, wanted: bool, untitled: bool
) -> Said:
    line = layout.lines[number]
    text = layout.post.text
    role, why = role_of(text, mention.start, mention.end)
    if role == "doubtful":
        role = "plain" if in_title and not wanted else "context"
    low, high = (line.begin, line.end) if structural else sentence_around(text, mention.start, mention.end)
    priced = any(amount.kind == "asking" and low <= amount.start < high for amount in layout.amounts.get(number, ()))
    headed = structural and line.is_item_mark
    if role == "context" and not (headed and (priced or in_title)):
        return "context"
    if wanted and not (priced and mention.stated_gb is not None) and not (priced and role != "plain"):
        return "context"
    confirmed = mention.witnessed or in_title or headed or (structural and priced)
    if not confirmed:
        return "context"
    if in_title or (role == "offered" and (structural or priced or _STRONG.search(why))):
        return "offered"
    if structural and (line.is_item_mark or priced or len(line.text) <= 90 or layout.sections[number] == "have"):
        return "offered"
    return "offered" if priced and untitled else "plain"
