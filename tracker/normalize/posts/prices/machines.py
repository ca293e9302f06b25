"""Whether a post sells a card inside a machine alone, or without the machine too, by what it says of either."""

import re

from tracker.normalize.posts.cards.items import Item
from tracker.normalize.posts.clues.context import sentence_around
from tracker.normalize.posts.clues.goods import names_goods
from tracker.normalize.posts.layout import Layout
from tracker.normalize.posts.wording.guards import Guarded

__all__ = ["CARD_TOO", "PROCESSOR", "PULLED", "is_kept_in", "is_specified", "kept_in"]

PROCESSOR = re.compile(
    r"\bi[3579]\b|\bryzen\b|\br[3579] \d{4}|\bxeon\b|\bcore ultra\b|\bthreadripper\b|\bepyc\b|"
    r"\b\d{4,5}(?:k[fs]?|f|x|x3d|hx|hs)\b"
)
PULLED = re.compile(r"pulled|removed|taken|from (?:a|an|my)|out of|salvaged|used in|upgrad")
CARD_TOO = Guarded(
    r"\b(?:or|and|/) ?(?:(?:just|only) (?:the |its )?(?:gpu|(?:graphics? |video )?card)|"
    r"(?:the |its )?(?:gpu|(?:graphics? |video )?card) (?:alone|only|separate(?:ly)?|by itself|on its own|solo))\b"
)
"""``Gaming PC ..., or the GPU alone``: a title that sells the machine's card without it too."""
_MACHINE = r"(?:server|chassis|machine|pc|rig|node|system|workstation|barebones?|tower|laptop|computer|build|desktop)\b"
_IN_IT = re.compile(rf" (?:th(?:e(?:ir)?|at|is)|its|my) {_MACHINE}", re.ASCII)
"""Begins with a blank, so that a search skips to it; what stands before is looked at once it is found."""
_LED_IN = re.compile(r"(?:from|without|out of|in|with|inside|together)$")
_LONGEST_LEAD = len("together")
_KEPT_BEFORE = re.compile(
    r"(?:\b(?:not|never|no)|n't) (?:be )?(?:separat|split|pull|remov|sell|part|tak)(?:e|es|ing|ting)?\b(?: up| out)?"
    r"(?P<what>[^.!?\n$£€]{2,40}?) (?:(?:separately|apart) )?(?=(?:from|without|out of)\b)|"
    r"(?:^|[.!?\n] ?|\bthe |\bthese |\bboth |\ball )(?P<stays>[a-z0-9 ]{2,24}?)(?: (?:only|all|both|will|just|must))*"
    r" (?:stays?|go(?:es)?|comes?|sells?|(?:is|are) sold)(?: only| in| with| inside| together)* (?=in|with|together)"
)
"""``Not separating the SXM2s from the server``, ``the P100s stay in the chassis``: what is said before the machine."""
_LONGEST_SAID = 90
_ANY_CARD = frozenset(("card", "gpu", "them", "it", "module", "graphics", "they"))


def kept_in(text: str) -> list[set[str]]:
    """The words for each thing that a text says is not to be had without its machine."""
    found = []
    for machine in _IN_IT.finditer(text):
        lead = _LED_IN.search(text, max(0, machine.start() - _LONGEST_LEAD), machine.start())
        if lead is None:
            continue
        low, _ = sentence_around(text, lead.start(), machine.end(), _LONGEST_SAID)
        said = _KEPT_BEFORE.search(text, low, machine.end())
        if said is not None:
            found.append({word.removesuffix("s") for word in (said["what"] or said["stays"]).split()})
    return found


def is_kept_in(kept: list[set[str]], layout: Layout, item: Item) -> bool:
    """Whether the card is among the things that are ``kept`` in their machine."""
    if not kept or (layout.amounts.get(item.line) and not names_goods(layout.text_of(item.line))):
        return False
    own = {word for word in item.model.lower().split() if not word.isalpha()}
    return any(words & own or (words & _ANY_CARD and not item.asked) for words in kept)


_MEMORY_LISTED = re.compile(
    r"[,/+&|] ?(?:\d ?x ?)?(?:(?:8|12|16|24|32|48|64|96|128) ?gb?|\d{3} ?gb (?:ssd|nvme)|[1-4] ?tb)\b"
)


def is_specified(layout: Layout, item: Item) -> bool:
    """Whether a sentence lists the card together with a processor and memory or a disk: what a machine holds."""
    if item.spot is None or item.line in layout.rows:
        return False
    text = layout.post.text
    low, high = sentence_around(text, *item.spot)
    if not _MEMORY_LISTED.search(text, low, high) or PULLED.search(text, low, high):
        return False
    processor = PROCESSOR.search(text, low, high)
    if processor is None:
        return False
    first, last = sorted((item.spot, processor.span()))
    return not any(first[0] <= amount.start < last[1] for amount in layout.amounts.get(item.line, ()))
