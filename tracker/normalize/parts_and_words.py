"""Where part numbers and words meet: the number settles what the words leave open."""

from collections.abc import Sequence

from tracker.catalog import catalog
from tracker.normalize.clean import CleanText
from tracker.normalize.memory import find_sizes
from tracker.normalize.mentions import Mention
from tracker.normalize.part_numbers import Part
from tracker.normalize.types import Form

_MEMORY_EDITION = " GDDR6X"


def settle(cleaned: CleanText, mentions: list[Mention], parts: Sequence[Part]) -> list[Mention]:
    """Return ``mentions`` with what the part numbers add: size, form, or the card itself where no word names it."""
    cards = [part for part in parts if part.model]
    if not cards:
        return mentions
    models = {part.model for part in cards}
    if not mentions:
        return [_from_part(cleaned, cards[0])] if len(models) == 1 else []
    return [_with_parts(mention, cards, alone=len(mentions) == 1) for mention in mentions]


def _with_parts(mention: Mention, parts: Sequence[Part], alone: bool) -> Mention:
    for part in parts:
        model = (part.model or "").removesuffix(_MEMORY_EDITION)
        if model == mention.model or model in mention.models:
            return _narrowed(mention, part, model)
        if alone and part.listed and _same_line(model, mention.model):
            return _narrowed(mention, part, model)
    return mention


def _same_line(one: str, other: str) -> bool:
    """A40 and L40S share a board number; a GTX 1060 and an A10 have nothing in common."""
    return len(one.split()) == len(other.split()) == 1


def _narrowed(mention: Mention, part: Part, model: str) -> Mention:
    vram = mention.vram_gb
    if part.vram_gb is not None and (vram is None or part.listed) and _exists(model, part):
        vram = part.vram_gb
    form: Form = part.form if part.form in ("sxm", "mobile") else mention.form  # type: ignore[assignment]
    gpu = catalog().find(model, vram) if form in ("desktop", "sxm") else None
    return Mention(
        mention.start,
        mention.end,
        mention.text,
        model,
        skus=(gpu.slug,) if gpu else mention.skus if form in ("desktop", "sxm") else (),
        vram_gb=vram,
        form=form,
        stated_gb=mention.stated_gb,
        contradiction=mention.contradiction and vram != mention.stated_gb,
        modified=mention.modified,
        part_number=True,
        known=mention.known,
        strength=mention.strength,
        models=mention.models,
    )


def _exists(model: str, part: Part) -> bool:
    """Tell whether the catalog has the size; one that it lacks is only believed of laptop boards and modules."""
    if part.form != "desktop":
        return True
    sizes = [gpu.vram_gb for gpu in catalog().by_model(model)]
    return not sizes or part.vram_gb in sizes


def _stated(cleaned: CleanText, sizes: set[float]) -> float | None:
    """Return the one stated size that is among ``sizes``, else None."""
    said = {size.gb for size in find_sizes(cleaned.text)} & sizes
    return said.pop() if len(said) == 1 else None


def _from_part(cleaned: CleanText, part: Part) -> Mention:
    model = (part.model or "").removesuffix(_MEMORY_EDITION)
    sizes = catalog().by_model(model)
    vram = part.vram_gb if part.vram_gb is not None else _stated(cleaned, {gpu.vram_gb for gpu in sizes})
    gpu = catalog().find(model, vram)
    form: Form = part.form if part.form in ("sxm", "mobile", "mpx") else "desktop"  # type: ignore[assignment]
    return Mention(
        part.start,
        part.end,
        cleaned.original[part.start : part.end],
        model,
        skus=(gpu.slug,) if gpu else tuple(size.slug for size in sizes if not size.modified),
        vram_gb=gpu.vram_gb if gpu else vram,
        form=form,
        part_number=True,
        known=bool(sizes),
        models=(model,),
        strength="likely",
    )
