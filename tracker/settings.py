"""The tracker's part of ``gpudeals.toml``; each class is one section."""

from pydantic import Field

from db.settings import Section, section


class PricingSection(Section):
    """``[pricing]``: what a buyer really pays."""

    currency: str = "USD"
    sales_tax: float = Field(default=0.0, ge=0, le=1)  # share of price and shipping
    import_duty: float = Field(default=0.0, ge=0, le=1)  # share of the price of a card from abroad
    country: str = "US"  # where the buyer is, ISO 3166 alpha-2
    ecb_file: str | None = None  # newer ECB rates than those shipped


class WebSection(Section):
    """``[web]``: the page and the HTTP API."""

    host: str = "127.0.0.1"
    port: int = Field(default=8000, ge=0, le=65535)
    token: str | None = None  # opens the watches page; `gpudeals init` makes one
    public_url: str | None = None  # such as https://gpus.example.org; for links in mails
    requests_per_minute: int = Field(default=300, ge=1)  # per client, of the API


def pricing_settings() -> PricingSection:
    """Return ``[pricing]``."""
    return section("pricing", PricingSection)


def web_settings() -> WebSection:
    """Return ``[web]``."""
    return section("web", WebSection)
