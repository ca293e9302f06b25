"""Finds the graphics cards that a text names: which, where, and with how much memory."""

import re
from dataclasses import dataclass, replace
from functools import cache
from os.path import commonprefix

from tracker.normalize.clean import CleanText, clean
from tracker.normalize.editions import find_edition
from tracker.normalize.memory import Size, find_sizes
from tracker.normalize.trie import trie_pattern
from tracker.normalize.types import Form
from tracker.normalize.vocabulary import Model, Spelling, forms, models, spellings, squeeze


@dataclass(frozen=True, slots=True)
class Mention:
    """A card named at ``start:end`` of the text (the same places as in the original).

    ``model`` is the catalog's name, or that of a card which the catalog only names (``known``
    False). ``skus`` are the catalog slugs it can be; one where memory is settled. ``vram_gb`` is the
    settled size, None where the text leaves it open; ``stated_gb`` what the text says.
    ``witnessed`` False: a bare number or a short name that nothing else in the text confirms.
    """

    start: int
    end: int
    text: str
    model: str
    skus: tuple[str, ...] = ()
    vram_gb: float | None = None
    form: Form = "desktop"
    stated_gb: float | None = None
    contradiction: bool = False
    modified: bool = False
    part_number: bool = False
    witnessed: bool = True
    known: bool = True
    strength: str = "sure"
    models: tuple[str, ...] = ()


@dataclass(slots=True)
class _Found:
    start: int
    end: int
    spelling: Spelling
    mobile: bool
    witnessed: bool
    sizes: list[Size]


@cache
def name_pattern() -> re.Pattern[str]:
    """Return the one pattern that finds every spelling; group 1 is the name, group 2 a laptop suffix."""
    return re.compile(
        rf"(?<![a-z0-9])({trie_pattern(forms())})(m(?:q|xm)?|[ -]?(?:max-?q|mobile|laptop|notebook|mxm|m(?= ?\d+ ?gb)))?(?:'?s)?(?![a-z0-9])"
    )


_WITNESS = re.compile(
    r"(?<![a-z0-9])(?:nvidia|geforce|radeon|rtx|gtx|gpus?|graphics?|video ?cards?|grafi[kc]\w*|vga|vram|gddr\dx?|hbm\d?e?|"
    r"quadro|tesla|evga|zotac|gigabyte|msi|asus|pny|sapphire|powercolor|xfx|asrock|palit|gainward|inno3d|kfa2|galax|"
    r"colorful|maxsun|yeston|aorus|strix|tuf|ventus|windforce|ftw3?|xc3?|founders?|fe|suprim|red devil|hellhound|nitro|"
    r"pulse|waterforce|lhr|cuda|cards?|sli|crossfire|mining|accelerator|tensor|amd|arc|bnib|blower|trio|trinity|twin edge)(?![a-z0-9])"
)
_MAKER_BEFORE = re.compile(
    r"(?<![a-z0-9])(?:nvidia|geforce|radeon|amd|evga|zotac|gigabyte|msi|asus|pny|sapphire|powercolor|xfx|gtx|rtx|rx|strix|tuf|arc|quadro|tesla|hd) {1,3}$"
)
_CHIP_MAKER_BEFORE = re.compile(r"(?<![a-z0-9])(?:nvidia|geforce|radeon|gtx|gts|gt|rx|r9|r7|ati) {1,3}$")
_MAKER_WINDOW = 14
_CPU_OR_PC_BEFORE = re.compile(
    r"(?:\bi[3579][ -]{0,3}|\br[3579][ -]{1,3}|ryzen(?: \d)?(?: pro)?[ -]{0,2}|athlon \S{0,4} ?|xeon \S{0,3}-?|epyc |threadripper |core(?: 2| ultra)? |"
    r"ultra [579] |optiplex |precision |latitude |inspiron |vostro |xps |prodesk |elitedesk |thinkcentre |probook |elitebook |"
    r"officejet |laserjet |deskjet |samsung |\bfx[ -]|phenom \S{0,4} ?|pentium |celeron |corsair |fractal |hero |ssd |nvme |evo |model |"
    r"sandisk |seagate |mx|[$€£#]|hl-|dcp-|mfc-|under |over |below |paid |asking |for )$"
)
_NUMBER_OF_SOMETHING_AFTER = re.compile(
    r" ?(?:p\b|mah|mhz|ghz|rpm|watts?\b|w\b|hz|kg|lbs?\b|mm\b|cm\b|usd|dollars|obo|shipped|points?|\$|€|£|%|x ?\d{3,4}|miles|"
    r"evo\b|pro\b|qvo|plus\b|nvme|m\.2|ssd|cpu|motherboard|mobo|series)|[.,]\d|:\d|/\d\d?/|-\d{3,4}\b|\+? ?(?:psu|power supply)"
)
_SUPER_ADVERB = re.compile(r" (?:clean|fast|quiet|rare|nice|cheap|cool|good|great|deal|low|clocked|clock|duper|powerful|lightly)\b")
_SHORT_WITNESS = re.compile(r"(?<![a-z0-9])(?:nvidia|tesla|tensor|gpus?|accelerator|grid|graphics?|pny|data ?center|inference|ai)(?![a-z0-9])")
_SHORT_AFTER = re.compile(r"-(?!\d{1,3} ?g|pcie|sxm|tensor|nvidia)|[_/]\d|\.\d")


def find_mentions(text: CleanText | str, *, context: bool = False) -> list[Mention]:
    """Return the cards named in ``text``, in order; ``context`` says that the text is known to speak of cards.

    Unwitnessed mentions are returned too: the caller decides whether its own surroundings confirm them.
    """
    cleaned = clean(text)
    found = _find(cleaned.text, context)
    if not found:
        return []
    _attach(cleaned.text, found)
    mentions = []
    for position, item in enumerate(found):
        mention = _decide(cleaned, item)
        if mention is None:
            continue
        if len(mention.skus) > 1:
            upto = found[position + 1].start if position + 1 < len(found) else len(cleaned.text)
            mention = _by_edition(cleaned.text, mention, upto)
        mentions.append(mention)
    return mentions


def _by_edition(text: str, mention: Mention, upto: int) -> Mention:
    """Settle what is open by an edition that exists in one size, or by the type of memory."""
    edition = find_edition(mention.model, text, mention.start, mention.end, upto)
    if edition is not None and (mention.vram_gb is None or mention.vram_gb == edition.vram_gb):
        known = models()[mention.model.lower()].skus.get(edition.vram_gb, ())
        skus = (edition.sku,) if edition.sku else known
        return replace(mention, vram_gb=edition.vram_gb, skus=skus)
    if mention.vram_gb is not None and mention.model in _MEMORY_TYPES:
        return replace(mention, skus=mention.skus[:1])
    return mention


#: Models with two cards of one size; without a word the plain memory type is meant.
_MEMORY_TYPES = frozenset(("GeForce RTX 3060 Ti",))


_SEEN: dict[str, Spelling] = {}
_SEEN_LIMIT = 50_000


def _spelling(written: str) -> Spelling:
    spelling = _SEEN.get(written)
    if spelling is None:
        spelling = spellings()[squeeze(written)]
        if len(_SEEN) < _SEEN_LIMIT:
            _SEEN[written] = spelling
    return spelling


def _find(text: str, context: bool) -> list[_Found]:
    found: list[_Found] = []
    spoken: bool | None = True if context else None
    for match in name_pattern().finditer(text):
        start, end = match.span(1)
        spelling = _spelling(match[1])
        if match[1].endswith("super") and _SUPER_ADVERB.match(text, end):
            shorter = spellings().get(squeeze(match[1])[:-5])
            if shorter:
                end = start + len(match[1][:-5].rstrip(" -_"))
                spelling = shorter
        late = _LATE_SUFFIX.match(text, end) if match[2] is None else None
        if late and (fuller := _fuller(match[1], late)):
            spelling, end = fuller, late.end()
        witnessed = True
        if spelling.strength != "sure":
            if not _possible(text, start, match.end(), spelling.strength):
                continue
            if spelling.strength == "maker":
                if not _CHIP_MAKER_BEFORE.search(text, max(0, start - _MAKER_WINDOW), start):
                    continue
            elif not _MAKER_BEFORE.search(text, max(0, start - _MAKER_WINDOW), start):
                if spoken is None:
                    spoken = any(item.witnessed for item in found) or _WITNESS.search(text) is not None
                witnessed = spoken
        found.append(_Found(start, end, spelling, match[2] is not None, witnessed, []))
    return found


#: The suffix behind the size or the board's line: RTX 4080 16GB Super, RTX 2070 XC Super.
_LATE_SUFFIX = re.compile(
    r" {1,2}(?:(?:\d{1,2} ?gb? |gddr\dx? ){1,2}(ti super|super|ti|xtx|xt|gre)|"
    r"(?:(?:dual|oc|xc|gaming|x|fe|ftw3|founders|edition|ventus|[23]x|tuf|strix|rog|evo|windforce|eagle|aero|black|white|ultra|phoenix|ko|sc) ){1,3}(super))"
    r"(?![a-z0-9])(?! ?(?:clean|fast|quiet|rare|nice|clock|overclock|jet ?stream|duper))"
)


def _fuller(written: str, late: re.Match[str]) -> Spelling | None:
    """Return the spelling with its late suffix, None where there is no such card or it has one already."""
    key = squeeze(written)
    return spellings().get(key + squeeze(late[1] or late[2])) if key[-1:].isdigit() or key.endswith("ti") else None


def _possible(text: str, start: int, end: int, strength: str) -> bool:
    """Tell whether a name that says little can stand for a card at all where it stands."""
    before = text[max(0, start - 20) : start]
    if strength == "short":
        return not (before[-1:] in ("-", "_", "/", "#", ".") or _SHORT_AFTER.match(text, end))
    if before.endswith(("-", "_", ".", "'")) and (strength == "number" or before[-2:-1].isalnum()):
        return False
    return not (_CPU_OR_PC_BEFORE.search(before) or _NUMBER_OF_SOMETHING_AFTER.match(text, end))


def _attach(text: str, found: list[_Found]) -> None:
    """Give each size to the card it belongs to: the one before it on the line, else the one after it."""
    sizes = find_sizes(text)
    if not sizes:
        return
    for size in sizes:
        before = after = None
        for item in found:
            if item.end <= size.start:
                before = item
            elif item.start >= size.end:
                after = item
                break
            else:
                before = item
        if before is not None and "\n" in text[before.end : size.start]:
            before = None
        if after is not None and "\n" in text[size.end : after.start]:
            after = None
        if before is not None and after is not None and _fits(before, size) and before.sizes and not _fits_twice(before, size):
            before = None
        if before is None and after is not None and after.start - size.end > 40:
            after = None
        taker = before or after
        if taker is not None:
            taker.sizes.append(size)


def _fits(item: _Found, size: Size) -> bool:
    return bool(item.sizes) and not size.system


def _fits_twice(item: _Found, size: Size) -> bool:
    return any(old.gb == size.gb for old in item.sizes)


def _neutral(models: tuple[Model, ...]) -> str:
    """Return what the names have in common: A100 for the PCIe and the SXM card."""
    words = commonprefix([model.name.split() for model in models])
    return " ".join(words) or models[0].name


def _decide(cleaned: CleanText, item: _Found) -> Mention | None:
    candidates = _narrow(cleaned.text, item)
    sizes = [size for size in item.sizes if not size.system]
    if item.spelling.strength == "short" and not _short_is_meant(cleaned.text, item, candidates):
        return None
    model = candidates[0]
    name = model.name if len(candidates) == 1 else _neutral(candidates)
    mention = Mention(
        item.start,
        item.end,
        cleaned.original[item.start : item.end],
        name,
        witnessed=item.witnessed,
        known=model.known,
        strength=item.spelling.strength,
        models=tuple(candidate.name for candidate in candidates),
        form=_form(name, model, item),
    )
    return _with_memory(mention, candidates, sizes, [size for size in item.sizes if size.system])


def _form(name: str, model: Model, item: _Found) -> Form:
    if item.mobile or model.mobile:
        return "mobile"
    if model.mac:
        return "mpx"
    return "sxm" if " SXM" in name else "desktop"


def _short_is_meant(text: str, item: _Found, candidates: tuple[Model, ...]) -> bool:
    fits = any(size.gb * times in model.skus for size in item.sizes for model in candidates for times in {1, size.times})
    stated = any(not size.system for size in item.sizes)
    if text.endswith(("nvidia ", "tesla ", "grid "), 0, item.start):
        return fits or not stated
    return fits and (item.witnessed or _SHORT_WITNESS.search(text) is not None)


_FORM_WORDS = {
    "sxm": re.compile(r"(?<!not )(?<!no )(?<!non )(?<!non-)(?<!without )(?:sxm|smx|nvlink module|\boam\b)(?!\d? ?driver)"),
    "pcie": re.compile(r"\bpci-? ?e|\bpcl-?e|\bpci express"),
    "fhhl": re.compile(r"\bfhhl\b"),
    "nvl": re.compile(r"\bnvl\b"),
    "ada": re.compile(r"\bada\b"),
    "sff": re.compile(r"\bsff\b|low profile"),
    "max-q": re.compile(r"max-?q"),
    "server": re.compile(r"\bserver edition|\bserver ed\b|\bserver\b|passive"),
    "pascal": re.compile(r"pascal|\b2016\b|gp102"),
    "gtx": re.compile(r"gtx|maxwell|\b2015\b|gm200"),
}


_SXM = re.compile(r"sxm\d")


def _narrow(text: str, item: _Found) -> tuple[Model, ...]:
    """Choose between models that share a spelling, by other words and by memory."""
    models = item.spelling.models
    if len(models) == 1:
        return models
    stated = {size.gb for size in item.sizes if not size.system}
    low, high = text.rfind("\n", 0, item.start) + 1, text.find("\n", item.end)
    line = text[low : high if high >= 0 else len(text)]
    said = {word for word, pattern in _FORM_WORDS.items() if pattern.search(line)}
    keys = {model.name: set(_SXM.sub("sxm", model.name.lower()).split()) for model in models}
    named = [model for model in models if keys[model.name] & said - {"pcie", "server"}]
    if not named and "server" in said:
        named = [model for model in models if "server" in keys[model.name]]
    if not named and "pcie" in said:
        named = [model for model in models if "pcie" in keys[model.name]]
    if named and stated:
        named = [model for model in named if stated & model.skus.keys()] or named
    if not named and stated:
        fitting = [model for model in models if stated & model.skus.keys()]
        if fitting:
            named = fitting
    if not named:
        named = _usual(models)
    return tuple(named) or models


def _usual(models: tuple[Model, ...]) -> list[Model]:
    """Return the plain card among editions: the Quadro among RTX 5000s, the Workstation PRO 6000."""
    plain = [m for m in models if m.name.startswith("Quadro RTX") or m.name.endswith(("Workstation", "PRO 4000 Blackwell"))]
    return plain or list(models)


def _with_memory(
    mention: Mention, candidates: tuple[Model, ...], sizes: list[Size], system: list[Size]
) -> Mention:
    made: dict[float, tuple[str, ...]] = {}
    other: dict[float, str] = {}
    modified: set[float] = set()
    for model in candidates:
        for gb, slugs in model.skus.items():
            made[gb] = (*made.get(gb, ()), *slugs)
        other.update(model.other_forms)
        modified |= model.modified
    said = list(dict.fromkeys(size.gb for size in sizes))
    # "2x 8GB" on a board with two chips makes 16; "Ventus 2X 8G" does not.
    products = [size.gb * size.times for size in sizes if size.times > 1]
    fitting = [gb for gb in said if gb in made] or [gb for gb in products if gb in made]
    fitting = fitting or [s.gb for s in system if s.gb in made]
    if len(set(fitting)) == 1 or (fitting and len({gb for gb in fitting if gb not in modified}) == 1):
        gb = fitting[0]
        return replace(mention, vram_gb=gb, stated_gb=gb, skus=made[gb], modified=gb in modified)
    if fitting:
        return replace(mention, skus=tuple(s for gb in dict.fromkeys(fitting) for s in made[gb]))
    elsewhere = [gb for gb in said if gb in other]
    if elsewhere:
        form = other[elsewhere[0]]
        return replace(
            mention, vram_gb=elsewhere[0], stated_gb=elsewhere[0], modified=form == "modified",
            form=form if form in ("mobile", "sxm", "mpx") else mention.form,  # type: ignore[arg-type]
        )
    usual = {gb: slugs for gb, slugs in made.items() if gb not in modified}
    skus = tuple(slug for slugs in usual.values() for slug in slugs)
    stated = sizes[0].gb if sizes else None
    wrong = stated is not None and bool(usual) and mention.form != "mobile"
    return replace(
        mention,
        vram_gb=next(iter(usual)) if len(usual) == 1 and not wrong else None,
        stated_gb=stated,
        contradiction=wrong,
        skus=skus,
    )
