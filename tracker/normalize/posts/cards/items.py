"""The cards on offer in a post: found on the title's offered side and in the body, one item per physical lot."""

from dataclasses import dataclass, field, replace

from tracker.normalize.mentions import Mention
from tracker.normalize.posts.money.finding import Amount
from tracker.normalize.types import Status

__all__ = ["Item", "NamedItem", "same_card", "unique_items"]


@dataclass(slots=True)
class Item:
    """A card on offer while its price, count and status are being gathered."""

    model: str
    mention: Mention
    where: str
    line: int
    words: str
    segment: str = ""
    form: str = ""
    structural: bool = False
    vram_gb: float | None = None
    skus: tuple[str, ...] = ()
    contradiction: bool = False
    quantity: int | None = None
    asked: list[Amount] = field(default_factory=list)
    status: Status | None = None
    broken: bool = False
    system: bool = False
    bundled: bool = False
    table: bool = False
    lot_of: int | None = None
    titled: bool = False
    struck: bool = False
    per_piece: bool = False
    combo: bool = False
    spot: tuple[int, int] | None = None

    @classmethod
    def of(cls, mention: Mention, where: str, line: int, words: str) -> "Item":
        """A new item from a mention."""
        return cls(
            mention.model,
            mention,
            where,
            line,
            words,
            vram_gb=mention.vram_gb,
            skus=mention.skus,
            contradiction=mention.contradiction,
            titled=where == "title",
            segment=words if where == "title" else "",
        )

    def learn(self, mention: Mention) -> None:
        """Take over a memory size that another mention of the same card states, and the fuller of two names."""
        if _is_kind_of(mention.model, self.model):
            self.model, self.vram_gb, self.skus = mention.model, mention.vram_gb or self.vram_gb, mention.skus
            self.mention = replace(self.mention, model=mention.model, form=mention.form)
        if mention.model == self.model + _GHZ:
            self.model, self.vram_gb, self.skus = mention.model, mention.vram_gb or self.vram_gb, mention.skus
        if self.vram_gb is None and mention.vram_gb is not None and not self.contradiction:
            self.vram_gb, self.skus = mention.vram_gb, mention.skus
        if self.contradiction and mention.stated_gb is not None and not mention.contradiction:
            self.contradiction = False
            self.vram_gb, self.skus = mention.vram_gb, mention.skus
        elif self.vram_gb is None or self.mention.stated_gb is None:
            self.contradiction = self.contradiction or mention.contradiction


_TITAN_X = frozenset(("Titan X Pascal", "Titan Xp"))
"""Sellers call both of them Titan XP."""


_GHZ = " GHz Edition"


_FAMILIES = frozenset(("A100", "H100", "H200", "Tesla V100", "Tesla P100"))


def _is_kind_of(model: str, family: str) -> bool:
    """Whether a title's ``V100`` can be the ``V100 PCIe`` of the body."""
    return family in _FAMILIES and model.startswith(f"{family} ")


def same_card(item: Item, mention: Mention) -> bool:
    """Whether a mention can be the item: the same model, and no other memory size; a 7870 may be a GHz Edition."""
    same = item.model.removesuffix(_GHZ) == mention.model.removesuffix(_GHZ)
    kind = _is_kind_of(mention.model, item.model) or _is_kind_of(item.model, mention.model)
    if not same and not kind and not {item.model, mention.model} <= _TITAN_X:
        return False
    return item.vram_gb is None or mention.vram_gb is None or item.vram_gb == mention.vram_gb


NamedItem = tuple[int, int, Item]
"""Where a text names an item: start, end, and the item."""


def unique_items(named: list[NamedItem]) -> list[Item]:
    """The items named, each once, in order."""
    if len(named) == 1:
        return [named[0][2]]
    seen: list[Item] = []
    for _, _, item in named:
        if not any(item is other for other in seen):
            seen.append(item)
    return seen
