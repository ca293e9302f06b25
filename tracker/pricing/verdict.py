"""Is an offer a deal? What keeps it from being one, in words."""

from tracker.pricing.risk import BAIT_BELOW
from tracker.pricing.values import FairValue

#: A deal is this share under fair value at least.
DEAL_DISCOUNT = 0.15


def why_not(
    asked: float,
    fair: FairValue | None,
    *,
    shipping_known: bool = True,
    placeholder: bool = False,
    min_discount: float = DEAL_DISCOUNT,
) -> tuple[str, ...]:
    """Return what keeps an offer at ``asked`` US dollars from being a deal; empty for a deal.

    A deal is ``min_discount`` under fair value, under the 80 % interval of it, and above the share of
    it where bait is likelier than luck.
    """
    reasons = []
    if fair is None or fair.value is None or fair.low is None:
        reasons.append(f"no fair value: {fair.reason if fair and fair.reason else 'no prices yet'}")
    else:
        ratio = asked / fair.value
        if ratio >= 1:
            reasons.append("not under fair value")
        elif ratio > 1 - min_discount:
            reasons.append(f"only {int(100 * (1 - ratio))} % under fair value")
        elif asked > fair.low:
            reasons.append("within the interval of fair value")
        elif ratio < BAIT_BELOW:
            reasons.append(f"below {BAIT_BELOW:.0%} of fair value, as bait is")
    if not shipping_known:
        reasons.append("shipping unknown")
    if placeholder:
        reasons.append("placeholder price")
    return tuple(reasons)
