"""Cards that are sold inside a machine: a PC, a laptop, a server."""

import re
from dataclasses import replace

from tracker.normalize.posts.cards.items import Item
from tracker.normalize.posts.cards.on_offer import Cards
from tracker.normalize.posts.clues.context import sentence_around
from tracker.normalize.posts.clues.goods import names_system, parts_in_title, parts_out
from tracker.normalize.posts.layout import Layout
from tracker.normalize.posts.markup.lines import Line
from tracker.normalize.posts.money.finding import Amount
from tracker.normalize.posts.post import Post
from tracker.normalize.posts.prices.machines import CARD_TOO, PROCESSOR, PULLED, is_kept_in, is_specified, kept_in
from tracker.normalize.posts.prices.unnamed import says_card_alone
from tracker.normalize.posts.wording.factoring import finder

__all__ = ["mark_systems"]

_PIECE_END = re.compile(r"[,|;+&]")
_CARD_WORD = re.compile(r"\b(?:gpus?|video ?cards?|graphics? cards?)\b")
_SEPARATOR = re.compile(r"[,;|]|\band an?\b")
_WHOLE = re.compile(r"\b(?:full|complete|entire|whole)\b")
_HOLDS = re.compile(r"[:(]|\bw/|\bwith\b| [-/|] |\.{2,}")
_MACHINE_AFTER = re.compile(
    r"[^,|]{0,60}\b(?:pc|build|rig|computer|laptop|desktop|system|tower|machine|server|"
    r"workstation|notebook)\b(?! (?:cafe|bang|room|shop|store|lab|club|parts|builder))"
)
_OUT_OF = re.compile(r"\b(?:from|out of|off|ex|former|closing|pulled|for)\b")
_WHOLE_ONLY = re.compile(
    r"(?:not|n't|rather not|won't|no) (?:be )?(?:looking to |going to |willing to )?part|"
    r"rather (?:sell|not)"
)
_SAME_AGAIN = re.compile(r"(?:(?:and |the |another |one )?same\b(?! (?:card|gpu))|ditto\b|as above\b)")
"""``Same but i5-11500T with T400``: the machine of the line above once more."""
_INSTALLED = re.compile(
    r"(?![^,;|.\n]{0,24}\b(?:blocks?|water ?blocks?|pads?|paste|back ?plates?|coolers?|fans?|brackets?|bridge|"
    r"ptm\w*)\b)"
    r"[^,;|.\n]{0,24}\b(?:pre-?)?installed\b"
)
_PLACE = re.compile(r"[\[(](?P<place>[^\[\]()]{2,20})[\])]")


def mark_systems(post: Post, layout: Layout, cards: Cards) -> None:
    """Mark cards that are sold inside a machine."""
    have = post.title.have_text
    whole_title = names_system(have) and not parts_in_title(have)
    laptop = _LAPTOP.search(have) is not None
    parted = (
        CARD_TOO.search(have) is not None
        or parts_out(have)
        or (parts_out(post.body.text) and not _WHOLE_ONLY.search(post.body.text))
    )
    kept = [] if parted else kept_in(post.body.text)
    for item in cards.items:
        if item.table and item.titled and item.system and not (names_system(have) or _has_case(layout, item)):
            item.system, item.bundled = False, True
        if item.mention.form == "mobile" and "mxm" not in post.body.text + have:
            item.system = True
            continue
        # Asked only where a machine is spoken of: it tells no card from its machine elsewhere.
        alone = (whole_title or item.system) and _priced_alone(layout, item)
        alone = alone and not (whole_title and _beside_processor(layout, item))
        if parted:
            item.system = False
        elif (
            is_kept_in(kept, layout, item)
            or (whole_title and is_specified(layout, item))
            or (item.line >= 0 and _in_machine_line(layout, item))
            or (laptop and _is_laptop(_title_piece(post, item)))
        ):
            item.system = True
        elif alone:
            item.system = False
        elif whole_title and (_inside(post, item) or _in_machine_brackets(post, item)):
            item.system = True
        if whole_title and not item.titled and not item.system and not alone and not item.table:
            item.bundled = True
        if item.system and _behind_laptop(post, layout, item):
            item.mention, item.skus = replace(item.mention, form="mobile"), ()
    if any(item.system for item in cards.items):
        post.trace.add("in_system", "cards inside a machine", where="body")
        _system_price(layout, cards)


def _has_case(layout: Layout, item: Item) -> bool:
    """Whether the parts list that names the card has a case too, and so is a whole machine."""
    table, _ = layout.rows[item.line]
    return bool(re.search(r"\b(?:case|tower|chassis)\b", layout.post.text[table.start : table.end]))


def _priced_alone(layout: Layout, item: Item) -> bool:
    """Whether the card's own line, or in prose its own sentence, states a price that is not the machine's."""
    if any(says_card_alone(layout.post.text, 0, a) for a in item.asked if a.where == "body"):
        return True
    if item.line < 0 or item.bundled or item.system:
        return False
    line = layout.lines[item.line]
    low, high = line.begin, line.end
    if not item.structural and item.spot is not None:
        low, high = sentence_around(layout.post.text, *item.spot)
    return any(amount.kind == "asking" and not amount.bundle and low <= amount.start <= high for amount in item.asked)


def _beside_processor(layout: Layout, item: Item) -> bool:
    """Whether the line that prices the card lists a processor too, and so prices a machine."""
    return item.line >= 0 and PROCESSOR.search(layout.text_of(item.line)) is not None


def _in_machine_line(layout: Layout, item: Item) -> bool:
    """Whether the line's own item is a machine that holds the card: ``R740xd w/ 2x T4``."""
    line = layout.lines[item.line]
    text = layout.post.text
    if item.spot is None:
        return False
    begin, until = sentence_around(text, *item.spot)
    before = text[max(begin, line.start) : item.spot[0]]
    return _tells_of_machine(text, line, before, item.spot[1], until - begin) and not PULLED.search(before)


def _tells_of_machine(text: str, line: Line, before: str, end: int, length: int) -> bool:
    """Whether the words ``before`` a card that is named up to ``end``, in a sentence of a ``length``, hold it."""
    if "installed" in line.text and _INSTALLED.match(text, end, line.end):
        return True
    opened = before.rfind("(")
    if opened > 0 and ")" not in before[opened:] and PROCESSOR.search(before[opened:]):
        return True
    if _SAME_AGAIN.match(line.text) and PROCESSOR.search(before):
        return True
    if not names_system(before):
        return False
    return bool(_HOLDS.search(before) or "," in before) and (
        line.is_item_mark or (length < 240 and before.count(" ") < 16)
    )


def _inside(post: Post, item: Item) -> bool:
    """Whether the title's machine holds the card: named in its list, or only in the body's specifications."""
    text = post.title_post.text
    position = item.mention.start
    side = next((side for side in post.title.have if side.start <= position < side.end), None)
    if not item.titled or side is None:
        pieces = _PIECE_END.split(_PLACE.sub(" ", post.title.have_text))
        other_cards = _CARD_WORD.search(post.title.have_text)
        return bool(pieces and names_system(pieces[0]) and not other_cards)
    before = text[side.start : position]
    if names_system(before) and not PULLED.search(before):
        piece = _SEPARATOR.split(before)[-1]
        return bool(_WHOLE.search(side.text) or names_system(piece) or _held(before))
    after = _MACHINE_AFTER.match(text, item.mention.end, side.end)
    return bool(after and not _OUT_OF.search(after.group())) or (
        bool(_WHOLE.search(side.text)) and names_system(side.text)
    )


def _before_in_title(post: Post, item: Item) -> str:
    """What stands before the card on its side of the title."""
    position = item.mention.start
    side = post.title.side_of(position)
    return post.title_post.text[side.start : position] if item.titled and side is not None else ""


def _open_bracket(before: str) -> int:
    """Where the bracket opens that the card stands in; 0 where it stands in none."""
    opened = before.rfind("(")
    return opened if opened > 0 and ")" not in before[opened:] else 0


def _title_piece(post: Post, item: Item) -> str:
    """What stands before the card in its own piece of the title: ``Zephyrus G14 4060, ...``, ``G14 (R9, 4060)``."""
    before = _before_in_title(post, item)
    return _SEPARATOR.split(before[: _open_bracket(before) or len(before)])[-1]


def _in_machine_brackets(post: Post, item: Item) -> bool:
    """Whether the title says in brackets what a machine holds: ``Gaming PC (10700K, 3060)``."""
    piece = _title_piece(post, item)
    return bool(_open_bracket(_before_in_title(post, item))) and names_system(piece) and not PULLED.search(piece)


def _is_laptop(piece: str) -> bool:
    return bool(_LAPTOP.search(piece)) and not PULLED.search(piece)


def _behind_laptop(post: Post, layout: Layout, item: Item) -> bool:
    """Whether the machine that holds the card is a laptop, so that the card is the laptop's chip."""
    if _is_laptop(_title_piece(post, item)):
        return True
    if item.line < 0 or item.spot is None:
        return False
    return _is_laptop(layout.post.text[layout.lines[item.line].start : item.spot[0]])


_LAPTOP = finder(r"\b(?:laptop|notebook|zephyrus|razer blade|blade 1\d|legion \d|alienware [mx]\d\d\S*|thinkpad)\b")


def _held(before: str) -> bool:
    """Whether a machine's list still runs: ``PC - i5 / RTX 4070``, but not ``server w/ 2x T4, A2000``."""
    match = _HOLDS.search(before)
    if match is None:
        return False
    rest = before[match.end() :]
    return match.group() not in ("w/", "with") or "," not in rest


_LEAST = 100
"""What a machine costs at least; less is asked for something else."""


def _system_price(layout: Layout, cards: Cards) -> None:
    amounts: list[Amount] = []
    for number in sorted(layout.amounts):
        if number in layout.rows:
            continue
        amounts += [amount for amount in layout.amounts[number] if amount.kind == "asking" and amount.value >= _LEAST]
    for item in cards.items:
        if item.system:
            asked = [amount for amount in item.asked if amount.kind == "asking"]
            dear = [amount for amount in asked if amount.value >= _LEAST]
            item.asked = dear or (item.asked if asked else amounts[:1])
        item.bundled = item.bundled or item.system
