"""How many of a card are on offer, from the words around its name."""

import re

from tracker.normalize.posts.markup.labels import DAY
from tracker.normalize.posts.wording.guards import Guarded
from tracker.normalize.posts.wording.words import fragments, union

__all__ = [
    "FIELD",
    "FOUND_HOME",
    "HANDED_ON",
    "LEFT_AT",
    "NUMBER",
    "QUANTITY_NOW",
    "WENT_OUT",
    "count_behind_price",
    "count_word",
    "holds_some",
    "is_last",
    "left_over",
    "quantity_around",
]

_WORDS = {word: number for number, word in enumerate(fragments("quantity.numbers"), start=1)} | {
    "pair": 2,
    "couple": 2,
    "both": 2,
    "trio": 3,
    "dual": 2,
    "a pair": 2,
    "a couple": 2,
    "single": 1,
    "lone": 1,
}
NUMBER = rf"(?:\d{{1,2}}|{'|'.join(fragments('quantity.numbers'))})"
FIELD = rf"(?:[ ][-/]|[|]|  )[ ]{{1,12}}x?(?P<field>{NUMBER})x?[ ]{{1,12}}(?:[-/|][ ]|)[ ]{{0,3}}(?=[$£€] ?\d)"
"""``RTX A5000 / 3 / $1,100``: a count in a field of its own before a price, which is that of one."""
HANDED_ON = "(?:(?:went|sold|gone|shipped|mailed) )?to them"
"""Behind a count: so many went to a person, for whom a clause has this word."""
WENT_OUT = (
    r"(?:(?:went|shipped|mailed) out|(?:shipped|mailed)(?= (?:this|last|on|to|yes)))(?: (?:(?:this|last|on) )?"
    r"(?:morning|afternoon|evening|night|week(?:end)?|today|tonight|yesterday|earlier|already|"
    rf"{DAY}))?(?=[ ]?(?:[.,!;:)]|$))"
)
"""Behind a count: so many were sent, ``two went out this morning``."""
FOUND_HOME = r"found (?:an? |an?other |new |its |their )?(?:new )?homes?"
_ENDED = r"(?=[ ]?(?:[.,!;)]|$)| (?:left|now|cards?|gpus?|of them|pieces|st(?:uks|uck|ück)?\b|da\b|thanks?|so)\b)"
LEFT_AT = (
    rf"(?:we're at|we are at|now at|(?:that|this|which) leaves(?: (?:me|us)(?: with)?)?|nog|noch|plus que|en reste|"
    rf"quedan?|restano)(?: (?:just|only|the last|nur|maar))? (?P<at>{NUMBER}){_ENDED}"
)
"""``We're at two``, ``that leaves 3``, ``noch 2``: how many are left, without a word for it behind the count."""
QUANTITY_NOW = (
    r"(?:qty|quantity)(?: of (?:the )?[^ ]{1,12})?(?: is)?(?: ?: ?| )(?:(?:now|left|remaining|down to)(?: ?: ?| )){1,2}"
    rf"(?P<now>{NUMBER})(?!\w)"
)
_BRANDS = union("context.brands")
_BEFORE = re.compile(
    rf"(?:(?:(?<![\w.$£€#-])(?P<times>\d{{1,2}}) ?x(?:'?s)? |(?<![\w.$£€-])(?P<glued>\d{{1,2}})x(?=[a-z])|"
    rf"(?<![\w])(?<!aorus )x ?(?P<x>\d{{1,2}}) |[\[(](?:qty:? ?)?x? ?(?P<paren>\d{{1,2}}) ?x?[\])] ?|"
    rf"(?<!\w)(?P<pair>(?:pair|couple|trio) of|(?:lot|set|box|bundle) of (?P<lotof>{NUMBER})|"
    rf"qty[:=]? ?(?P<qty>\d{{1,2}}):?) )(?:[^,|;/\n$£€+]|(?<=nitro)\+){{0,44}}|"
    rf"(?<!\w)(?P<spelled>{'|'.join(fragments('quantity.numbers'))}) "
    rf"(?:(?:flavou?rs|kinds|sorts|versions|variants|different kinds) of (?:the )?)?(?:(?!of\b|is\b|"
    rf"was\b|for\b|to\b|an\b|months?\b|years?\b|weeks?\b|days?\b|times?\b|hours?\b)"
    rf"(?:{_BRANDS} |[a-z'-]{{2,14}}\+? ?)(?:\d ?gb )?){{0,5}}|"
    rf"(?<!\w)(?P<twin>twin|dual) (?:(?:nvidia|evga|msi|asus|gtx|rtx|rx|amd|radeon|"
    rf"geforce) ?){{0,3}}|"
    rf"(?<![\w.,$£€#/-])(?P<word>\d{{1,2}}) (?:matching |identical |used |new |working |"
    rf"of these |of my |lightly used )?(?:\d+(?:\.\d)? ?gb )?(?:unlocked )?(?:{_BRANDS}[ ']{{1,2}}){{0,5}})$"
)
_AFTER = re.compile(
    rf"(?:[^\n|$£€,;.]|\.(?! )|(?<=\d),(?=\d{{3}}(?!\d))){{0,50}}?"
    rf"(?:(?<![\w])x ?(?P<x>\d{{1,2}})(?![\w.])|[\[(](?:qty[:=]? ?|"
    rf"x ?|quantity:? ?)?(?P<paren>{NUMBER})(?: ?x| qty| avail(?:able)?| total| in stock|"
    rf" units?| pcs| pieces| cards| gpus| of (?:them|these)| left| spares?| on hand)?[\])]|"
    rf"(?<![\w.$£€-])(?P<ofthem>{NUMBER})(?:[ ]?x)? (?:of (?:them|these|'?em)|avail(?:able)?|"
    rf"in stock|left|units?\b|for sale)|qty[:=]? ?(?P<qty>\d{{1,2}})|"
    rf"(?<!\w)(?:have|got) (?P<have>{NUMBER})(?=(?: of)?(?:[.,;:)]{{1,2}}(?: |$)|$))"
    rf"|(?<!\w)(?:lot|set|pack|box|batch) of (?P<lotof>{NUMBER})\b|quantity:? ?(?P<quantity>\d{{1,2}})|"
    rf"{FIELD})"
)
# What stands in every match of an expression for counts: most texts beside a name hold none of it.
_NUMBERS = "|".join(fragments("quantity.numbers"))
_MAY_BE_BEFORE = re.compile(rf"\d|{_NUMBERS}|pair|couple|trio|twin|dual")
_MAY_BE_AFTER = Guarded(
    r"[(\[q]|of (?:th|'?em)|avail|in stock|left|unit|for sale|(?:have|got|(?:lot|set|pack|box|batch) of) ",
    ("(", "[", "q", "of ", "avail", "stock", "left", "unit", "sale", "have ", "got "),
)
_MAY_BE_FIELD = re.compile(
    rf"[-/|x ](?:(?<=x) ?\d|(?<=[-/|]) {{1,12}}x?(?:\d|{_NUMBERS})|(?<= ) {{2,13}}x?(?:\d|{_NUMBERS}))"
)
_MAY_TRAIL = re.compile(
    rf"[-,(:;|/o](?:(?<=[-,(:]) ?(?:so |(?:set|lot|pack) of |(?:i |we |i've )?(?:have |got ))?x?(?:\d|{_NUMBERS})|"
    r"(?<=[,;|/]) ?q|(?<=o)f th(?:em|[eo]se))"
)
_SIGNS_OF_COUNT = (
    "(", "x", "|", "/", "of the", "avail", "stock", "left", "on hand", "qty", "quant", "have", "got", "pcs", "pieces",
    "units",
)  # fmt: skip
"""One of them stands in every count behind a price."""
_BEHIND_PRICE = Guarded(
    r"[^\n]{0,60}?(?:[$£€] ?[\d.,]{1,12}k?|[-:=~] \d{2,5}(?![\d.,])|[\d.,]{1,12}k? ?(?:[$£€]|eur\b|euros?\b|usd\b|"
    r"cad\b|gbp\b))(?: ?(?:each|ea\b|/ea(?:ch)?|shipped|obo)){0,2} ?"
    rf"(?:\((?:i |we )?(?:have |only |got )?(?:qty[:=]? ?|x ?)?(?P<n>{NUMBER})(?: ?(?:x|pcs|"
    r"avail(?:able)?|left|units|of them|total|in stock))?(?:[,;][^)\n]{0,60})?\)|x ?(?P<x>\d{1,2})(?![\w.])|"
    rf"[.,;|/-]?[ ]{{0,2}}(?:i |we )?(?:have |got )?(?P<of>{NUMBER}) (?:of (?:them|these|'?em)|avail(?:able)?|"
    r"in stock|left|on hand|pcs|pieces|units)\b|"
    rf"[.,;|/-][ ]{{0,2}}(?:(?:qty|quantity)(?: avail(?:able)?)?[ :=x]{{0,3}}(?P<qty>\d{{1,2}})(?![\w.])|"
    rf"(?:(?:i|we)(?:'ve)? )?(?:still )?(?:have |got ){{1,2}}(?P<have>{NUMBER})[.]?[ ]{{0,2}}$)|"
    rf"[|/][ ]{{0,2}}x?(?P<field>{NUMBER})x?[ |]{{0,3}}$)",
    _SIGNS_OF_COUNT,
)
_TRAIL = re.compile(
    rf"[^\n;|]{{0,110}}?(?:[-,(:] ?|\. )(?:so |(?:(?:i|we|there)(?:'ve|'re|'s| are| is)? )?"
    rf"(?:(?:still|also|actually|have|got) ){{0,3}})(?:(?P<couple>(?:a )?(?:pair|couple)(?= of th))|(?P<n>{NUMBER})) ?"
    rf"(?:of (?:them|these|those|'?em)\b|avail(?:able)?|in stock|left|"
    rf"st(?:ü|ue)ck|st(?:uks|k)?(?: kvar)?|pcs|pi[eè]ces|units|up for grabs|"
    r"(?:on hand|to sell|(?:loose |extra )?spares)(?= ?[:(=,-]| [$£€]|$))\b|"
    rf"[^\n;|$£€]{{0,60}}?[-,(] ?(?:set|lot|pack) of (?P<set>{NUMBER})\b|"
    rf"[^\n;|]{{0,110}}?, ?x ?(?P<times>\d{{1,2}})(?=[ ]?[,;:)-]| ?[$£€]|$)|"
    rf"[^\n;|]{{0,110}}?, ?(?P<spelled>{'|'.join(fragments('quantity.numbers'))}),? [-–—]?[ ]?(?=[$£€] ?\d)|"
    r"[^\n;|$£€]{0,60}?[,;|/] ?(?:qty|quantity)(?: avail(?:able)?)?[ :=x]{0,3}(?P<qty>\d{1,2})(?![\w.])|"
    rf"[^\n;|$£€]{{0,60}}?, ?(?:(?:i|we)(?:'ve)? )?(?:have|got) (?P<have>{NUMBER})"
    rf"(?= {{0,2}}(?:[,;:=|@~/>-]|\.{{2}}|(?:is|at|for|asking)\b|[$£€]|$))"
)
_FIELD_X = re.compile(r"^[^\n|$£€]{0,12}\d{1,2}x ?(?:8|6|fan|display|dp|hdmi|dvi|mini|pcie|power|slot)")
_LEFT = re.compile(
    rf"(?<![\w$£€])(?:(?P<n>{NUMBER}|last one)x?(?! (?:years?|months?|weeks?|days?|hours?)\b)"
    rf"(?: (?!sold|gone|is|are)[a-z][^\s,]{{0,11}}){{0,2}} (?:left|"
    rf"remain(?:s|ing)?|still (?:available|here|for sale|up)|available|kvar|[uü]brig|restants?)|"
    rf"{LEFT_AT}|(?P<go>{NUMBER})(?: more)? to go\b|"
    rf"^(?:(?:and|so|now|only|just) )?(?P<here>{NUMBER}) here(?=[ ]?(?:[.,!;)]|$))|only (?P<only>{NUMBER}) (?:left|"
    rf"remaining)|have (?P<have>{NUMBER}) (?:left|more)|"
    rf"down to (?:just |only |the last )?(?P<down>{NUMBER})(?! ?[$£€\d])|{QUANTITY_NOW}|"
    rf"all but (?P<but>{NUMBER})(?: of (?:them|these))? (?:(?:is|are|have|has|been|now) ){{0,2}}(?:sold|gone)|"
    r"(?P<other>still have (?:the )?(?:second|other)|down to (?:the|my) last(?: one)?(?! \d| (?:two|three|four|five))|"
    r"(?:second|other)(?: one| card| gpu)? (?:is )?(?:still )?(?:available|here\b|for sale\b|(?<=still )up\b)))"
)
_GONE = re.compile(
    rf"(?<![\w$£€])(?<!last )(?P<n>{NUMBER})x?(?! (?:slot|fan|pin|year|month|week|day|hour)s?\b)"
    r"(?: of (?:the|them|these|'?em)(?: \w+)?)?(?: \S{1,12}){0,3}? (?:is |"
    rf"are |has been |have been |was )?(?:sold|gone|claimed|{FOUND_HOME}|out the door|snatched up)\b"
    rf"(?! (?:through|up|down|over|back|from))|sold:? ?(?P<m>{NUMBER})(?:x\b|\b)"
    r"(?![^.,;\n]{0,24} (?:here|before|last|ago|ebay)\b)|"
    rf"(?<![\w$£€])(?P<to>{NUMBER})x?(?: of (?:them|these))? (?:{HANDED_ON}\b|{WENT_OUT})|"
    rf"(?<![\w$£€])(?P<off>{NUMBER})(?: of (?:them|these)| cards?| gpus?)? "
    r"(?:(?:is|are|has|have|been|was|now|already) ){0,3}"
    r"(?:taken|traded|paid for|bought)\b(?! (?:new|used|at|from|in|on|with)\b)"
)
# ``3 out of 4 sold``, ``2/3 sold``: a part of all that there were.
_PART_GONE = re.compile(
    r"(?<![\w$£€/])(?P<gone>\d{1,2})(?:/| (?:out )?of )(?P<all>\d{1,2}) (?:are |now )?(?:sold|gone)\b"
)


def count_word(word: str | None) -> int | None:
    """``two`` and ``2`` as a number; None for what is no plausible count."""
    if not word:
        return None
    number = int(word) if word.isdigit() else _WORDS.get(word)
    return number if number is not None and 1 <= number <= 60 else None


_FALLEN = re.compile(
    rf"[^\n|$£€]{{0,12}}?(?:\bnow|-{{1,2}}>|=>|→)[ ]{{0,2}}(?:only |just |down to |at )?x?(?P<now>{NUMBER})x?"
    r"(?![\w.,%]|[ ]?gb)"
)
"""``x6 (now 4)``, ``x2 -> x1``: what a count has fallen to."""
_FAN_NAMES = re.compile(r"inno3d|ichill|(?:twin|(?<!phantom )gaming) $")
"""Makers whose cards are called X2 or X3 by their fans."""
_LINE_OF_COOLERS = re.compile(
    r"\b(?:ventus|windforce|dual|twin(?: (?:edge|fan))?|mech|armor|aero|shadow|stormx|verto|swift|quick|qick|ichill|"
    r"speedster|fighter|challenger|phantom|gaming|eagle|pulse|colorful|click|trio|jetstream|ghost|pegasus)"
    r"(?: (?:oc|black|white|plus))?[ ]{0,2}$"
)
"""``Ventus 2X 4060 Ti``: the fans of a cooler, named before the card."""
_COOLERS = re.compile(r"\b(?:twin|ichill|hurricane|jetstream)(?: oc)? x[2-4]\b")
"""``RTX 3070 Twin X2``: the fans of a cooler count no cards."""
_BEFORE_BARE = re.compile(r"(?:^|[\]):,|/\n-]|have|selling|sell|got|my|are|of|these|the|all) ?$")
_LANES = re.compile(
    r"(?:[^\n]{0,19}[^\n\w])?x ?\d{1,2} ?(?:\.(?!\.)|gb|slot|lane|pcie)|"
    r"[ ]?(?:gen ?\d|pci-?e(?: \d\.\d)?)[ ]?x(?:16|8|4)\b"
)
"""``PCIe 4.0 x16``, ``x8 lanes``: what an ``x`` counts that is no card."""
_STATES = re.compile(
    r"(?:^|(?:have|selling|sell|got|my|for sale|up|are|offering|listing|include[sd]?|"
    r"parting with|have (?:pulled|rescued|saved|kept)|:|[-*(\[]) ?)$"
)


def quantity_around(before: str, after: str, prose: bool = False) -> int | None:
    """A count directly before a name (``2x``, ``two``, ``pair of``) or behind it (``x2``, ``(2)``, ``2 of them``).

    In ``prose`` a count before the name must follow a word of having or selling: ``the last two 4080s`` is none.
    """
    match = _BEFORE.search(before) if _MAY_BE_BEFORE.search(before) else None
    fans = match.group("times") or match.group("x") if match else None
    if match and fans in ("2", "3", "4") and _LINE_OF_COOLERS.search(before[: match.start()]):
        match = None
    if match and match.group("twin") and not (re.match(r"'?s\b", after) and _STATES.search(before[: match.start()])):
        match = None
    if match and prose and not _STATES.search(before[: match.start()]):
        return None
    if match:
        said = next(
            (
                value
                for name in ("times", "glued", "x", "paren", "lotof", "qty", "spelled", "word")
                if (value := match.group(name))
            ),
            None,
        )
        number = count_word(said) if said else (3 if (match.group("pair") or "").startswith("trio") else 2)
        bare = match.group("word")
        if number and not (bare and not _BEFORE_BARE.search(before[: match.start()])):
            return number
    if " x" in after:
        after = _COOLERS.sub(" ", after)
    match = _AFTER.match(after) if _MAY_BE_AFTER.search(after) or _MAY_BE_FIELD.search(after) else None
    if match and not _FAN_NAMES.search(before) and not _LANES.match(after):
        number = count_word(next((value for value in match.groups() if value), None))
        fallen = (
            _FALLEN.match(after, match.end()) if number and ("now" in after or ">" in after or "→" in after) else None
        )
        now = count_word(fallen["now"]) if fallen is not None else None
        if number and now and now < number:
            return now
        if number and not (match.group("x") in ("16", "8", "4") and "pci" in after[: match.end()]):
            return number
    match = _TRAIL.match(after) if _MAY_TRAIL.search(after) else None
    return (
        count_word(
            match["n"]
            or match["couple"]
            or match["set"]
            or match["times"]
            or match["spelled"]
            or match["qty"]
            or match["have"]
        )
        if match
        else None
    )


def count_behind_price(after: str) -> int | None:
    """A count that follows the price and so says it is one of several: ``$475 (2x)``, ``$110 x3``."""
    if not _BEHIND_PRICE.possible(after):
        return None
    match = _BEHIND_PRICE.compiled.match(after)
    return count_word(next(filter(None, match.groups()), None)) if match else None


def left_over(text: str, quantity: int) -> int | None:
    """How many are left after ``one sold, two left``; None where the text does not say."""
    less = _HAD_LESS.search(text)
    if less is not None:
        had, gone = count_word(less["had"]), count_word(less["less"])
        return had - gone if had and gone and gone < had else None
    match = _LEFT.search(text)
    if match:
        said = (
            match.group("n")
            or match.group("only")
            or match.group("have")
            or match.group("down")
            or match["here"]
            or match["now"]
            or match["at"]
            or match["but"]
            or match["go"]
        )
        return 1 if said == "last one" or match.group("other") else count_word(said)
    part = _PART_GONE.search(text)
    if part is not None and int(part["gone"]) < int(part["all"]) == quantity:
        return quantity - int(part["gone"])
    match = _GONE.search(text)
    if match:
        gone = count_word(match.group("n") or match.group("m") or match["to"] or match["off"])
        if gone is not None and gone < quantity:
            return quantity - gone
    return None


_HAD_LESS = Guarded(
    rf"\b(?:listed|had|there were|started (?:out |off )?with) (?P<had>{NUMBER})\b[^.;\n]{{0,24}}?"
    rf"\b(?:minus|less|sold|kept|keeping|traded|lost|gave away) (?:the |my |off )?(?P<less>{NUMBER})\b"
)
"""``I listed 5, minus the two that left``."""
_HELD = re.compile(
    rf"(?:\W|and |the |also |update |edit ){{0,4}}(?P<n>{NUMBER})x? (?:of )?(?:[^ $£€]{{1,12}} ){{1,4}}?"
    r"(?:(?:is|are|now|has|have|been|already) ){1,3}(?:pending|spoken for|on hold|reserved|held|promised)\b"
)


def holds_some(text: str, quantity: int) -> bool:
    """Whether fewer than all of several cards are told to be promised: ``two P40s are spoken for``."""
    match = _HELD.match(text)
    held = count_word(match["n"]) if match is not None else None
    return held is not None and held < quantity


_LAST = re.compile(r"\blast (?:one|card|gpu|[a-z]{0,3}\d{2,4})\b(?! (?:years?|months?|weeks?|days?))")


def is_last(text: str) -> bool:
    """Whether a text speaks of the last card of its kind: ``last P40 pending``."""
    return "last " in text and _LAST.search(text) is not None
