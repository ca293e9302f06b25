"""What a buyer really pays: price, shipping, import duty and sales tax."""

from dataclasses import dataclass

from tracker.settings import PricingSection


@dataclass(frozen=True, slots=True)
class Landed:
    """The parts of a price in US dollars; what rests on an unknown part is None, never a guess."""

    price: float
    shipping: float | None
    duty: float
    tax: float | None

    @property
    def total(self) -> float | None:
        """What is paid in the end; None while shipping is unknown."""
        if self.shipping is None or self.tax is None:
            return None
        return round(self.price + self.shipping + self.duty + self.tax, 2)

    @property
    def comparable(self) -> float | None:
        """What is compared with fair value: without sales tax, which every other offer would bear too."""
        return None if self.shipping is None else round(self.price + self.shipping + self.duty, 2)


def landed(price: float, shipping: float | None, country: str | None, settings: PricingSection) -> Landed:
    """Return what a card costs the buyer of ``settings``: duty only on a card known to come from abroad."""
    foreign = country is not None and country.upper() != settings.country.upper()
    duty = price * settings.import_duty if foreign else 0.0
    tax = None if shipping is None else (price + shipping + duty) * settings.sales_tax
    return Landed(price, shipping, round(duty, 2), None if tax is None else round(tax, 2))
