"""What the market page offers: its columns, filters and orders, and its state as a link."""

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from tracker.pricing.ranking import SORTS, Asked
from tracker.web.snapshot import is_usual

#: Columns of the market table that can be sorted by: sort key, heading, unit, hidden on a phone.
COLUMNS = (
    ("vram_gb", "VRAM", "GB", False),
    ("fair_value", "Fair value", "", False),
    ("usd_per_gb", "$ per GB", "", False),
    ("usd_per_tflop_fp16", "$ per TFLOP", "FP16", True),
    ("usd_per_gbps", "$ per GB/s", "", True),
    ("trend_30", "30 days", "", True),
    ("trend_90", "90 days", "", True),
    ("n", "n", "", True),
)
SORT_WORDS = (
    ("usd_per_gb", "price per GB"),
    ("usd_per_tflop_fp16", "price per TFLOP"),
    ("usd_per_gbps", "price per GB/s"),
    ("fair_value", "fair value"),
    ("vram_gb", "VRAM"),
    ("n", "sample size"),
    ("trend_30", "30-day trend"),
    ("trend_90", "90-day trend"),
    ("model", "name"),
)
SELECTS = (
    ("vendor", "Vendor", (("", "any"), ("nvidia", "NVIDIA"), ("amd", "AMD"), ("intel", "Intel"))),
    (
        "form",
        "Form",
        (
            ("", "any"),
            ("PCIe", "PCIe"),
            ("PCIe LP", "PCIe, low profile"),
            ("SXM2", "SXM2"),
            ("SXM4", "SXM4"),
            ("SXM5", "SXM5"),
            ("OAM", "OAM"),
        ),
    ),
    ("nvlink", "NVLink", (("", "any"), ("true", "with"), ("false", "without"))),
    ("cooling", "Cooling", (("", "any"), ("active", "with fans"), ("passive", "passive"))),
    (
        "condition",
        "Condition",
        (
            ("pooled", "all but new"),
            ("used", "used"),
            ("open_box", "open box"),
            ("refurbished", "refurbished"),
            ("new", "new"),
        ),
    ),
    (
        "kind",
        "Prices",
        (
            ("", "any kind"),
            ("sold", "sold"),
            ("closed", "closed posts"),
            ("ask", "asked"),
            ("mixed", "mixed"),
        ),
    ),
    (
        "currency",
        "Currency",
        (
            ("USD", "US dollar"),
            ("EUR", "Euro"),
            ("GBP", "Pound"),
            ("CAD", "Canadian dollar"),
            ("AUD", "Australian dollar"),
        ),
    ),
)
#: Filters that stand in the first row of the form; the others are folded away until one is set.
FIRST = ("condition",)
WORDS = {name: dict(choices) for name, _, choices in SELECTS}
DESCENDING = frozenset(name for name, largest_first in SORTS.items() if largest_first)


@dataclass(frozen=True, slots=True, kw_only=True)
class MarketQuery:
    """The state of the market page, as it stands in the address."""

    min_vram: float | None = None
    max_price: float | None = None
    vendor: str | None = None
    form: str | None = None
    nvlink: bool | None = None
    cooling: str | None = None
    condition: str = "pooled"
    currency: str = "USD"
    kind: str | None = None
    sort: str = "usd_per_gb"

    def asked(self) -> Asked:
        """Return the filters on the card itself."""
        return Asked(
            min_vram=self.min_vram, max_price=self.max_price, vendor=self.vendor, form=self.form, nvlink=self.nvlink,
            cooling=self.cooling,
        )  # fmt: skip

    def is_usual(self) -> bool:
        """Return whether it is about the rows that every snapshot holds."""
        return is_usual(None, self.condition, self.currency)

    def is_narrowed(self) -> bool:
        """Return whether a filter is set that the form folds away."""
        usual = MarketQuery()
        return any(getattr(self, name) != getattr(usual, name) for name in WORDS if name not in FIRST)

    def string(self, **changes: Any) -> str:
        """Return the query string of this state with ``changes``; what is as usual is left out."""
        usual = MarketQuery()
        state = {name: changes.get(name, getattr(self, name)) for name in self.__slots__}
        kept = {
            name: str(value).lower() if isinstance(value, bool) else f"{value:g}" if isinstance(value, float) else value
            for name, value in state.items()
            if value not in (None, "") and value != getattr(usual, name)
        }
        return urlencode(kept)

    def shown(self) -> dict[str, Any]:
        """Return the state as the form shows it."""
        state = {name: getattr(self, name) for name in self.__slots__}
        state["nvlink"] = "" if self.nvlink is None else str(self.nvlink).lower()
        for name in ("min_vram", "max_price"):
            state[name] = None if state[name] is None else f"{state[name]:g}"
        return state


def trend(change: float | None) -> str:
    """Return a relative change as an arrow and a percentage."""
    if change is None:
        return "–"
    arrow = "→" if abs(change) < 0.01 else "↗" if change > 0 else "↘"
    return f"{arrow} {change * 100:+.0f} %"
