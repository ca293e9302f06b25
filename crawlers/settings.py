"""The crawlers' part of ``gpudeals.toml``: keys, what may be asked of a market, what may be done with its data."""

from dataclasses import dataclass, replace
from typing import Annotated, Any

from pydantic import BeforeValidator, Field, SecretStr, field_validator

from crawlers.origins import origin
from db.errors import GpudealsError
from db.settings import Section, raw_settings, section


def _split(value: Any) -> Any:
    return tuple(part.strip() for part in value.split(",") if part.strip()) if isinstance(value, str) else value


#: A list in the file, a comma-separated text in the environment.
Names = Annotated[tuple[str, ...], BeforeValidator(_split)]


class CrawlSection(Section):
    """``[crawl]``: manners that all sources share."""

    contact: str | None = None  # URL or address of who runs this, for the user agent
    timeout: float = Field(default=30.0, gt=0)  # seconds for one answer
    longest_wait: float = Field(default=30.0, ge=0)  # seconds that a crawl sits out; asked for more, it ends
    retry_pause: float = Field(default=2.0, ge=0)  # seconds more before each further try
    keep_logs: int = Field(default=50, ge=1)  # logs of runs to keep per source


class EbaySection(Section):
    """``[ebay]``: access to eBay's Browse API."""

    client_id: str | None = None
    client_secret: SecretStr | None = None
    api_url: str = "https://api.ebay.com"
    marketplaces: Names = ("EBAY_US",)
    category: str = "27386"  # Graphics/Video Cards
    buying_options: Names = ("FIXED_PRICE", "AUCTION")
    per_minute: float = Field(default=60.0, ge=0)  # 0: no limit
    daily_calls: int = Field(default=5000, ge=1)
    daily_tokens: int = Field(default=1000, ge=1)
    reserve: float = Field(default=0.05, ge=0, lt=1)  # share of the day's calls kept for re-checks
    calls_per_run: int | None = Field(default=None, ge=1)  # None: the day's rest, spread over its runs

    @field_validator("api_url")
    @classmethod
    def _bare(cls, value: str) -> str:
        return _origin(value)


class RedditSection(Section):
    """``[reddit]``: access to Reddit's API."""

    client_id: str | None = None
    client_secret: SecretStr | None = None
    username: str | None = None  # who registered the app, for the user agent
    url: str | None = None  # None: Reddit itself
    subs: Names = ("hardwareswap", "CanadianHardwareSwap", "HardwareSwapUK", "hardwareswapEU", "homelabsales")
    countries: dict[str, str] = Field(default_factory=dict)  # for a sub that is not known here
    currencies: dict[str, str] = Field(default_factory=dict)
    per_minute: float = Field(default=60.0, ge=0)  # 0: no limit but Reddit's own
    overlap_hours: float = Field(default=6.0, ge=0)  # posts held back by moderators appear late
    recheck_days: int = Field(default=30, ge=0)  # how long an open post is asked after
    recheck_hours: float = Field(default=3.0, ge=0)  # an open post is asked after this often at most

    @field_validator("url")
    @classmethod
    def _bare(cls, value: str | None) -> str | None:
        return _origin(value) if value else None


def _origin(value: str) -> str:
    scheme, host, _ = origin(value)
    if scheme != "https" and host not in ("127.0.0.1", "localhost", "::1"):
        raise ValueError("has to be an https:// address (http:// only on loopback)")
    return value.rstrip("/")


class SourceSection(Section):
    """``[sources.NAME]``: whether a source is used, and what may be done with what it gives."""

    enabled: bool = False
    statistics: bool | None = None
    keep_days: int | None = Field(default=None, ge=1)
    display_hours: float | None = Field(default=None, gt=0)
    permission: str | None = None  # reference of the market's written permission
    every: int | None = Field(default=None, ge=1)  # minutes between two crawls
    folder: str | None = None  # of the inbox


@dataclass(frozen=True, slots=True)
class Policy:
    """What may be done with the listings of one source. None is no limit."""

    statistics: bool = True  # may enter medians, fair values, the feed
    keep_days: int | None = None  # purged when older
    display_hours: float | None = None  # shown and mailed for so long after it was observed
    permission: str | None = None


def crawl_settings() -> CrawlSection:
    """Return ``[crawl]``."""
    return section("crawl", CrawlSection)


def ebay_settings() -> EbaySection:
    """Return ``[ebay]``."""
    return section("ebay", EbaySection)


def reddit_settings() -> RedditSection:
    """Return ``[reddit]``."""
    return section("reddit", RedditSection)


def source_settings(name: str) -> SourceSection:
    """Return ``[sources.NAME]``; a name with a dot in it can only be given in the file."""
    if "." not in name:
        return section(f"sources.{name}", SourceSection)
    sources = raw_settings().get("sources")
    given = sources.get(name, {}) if isinstance(sources, dict) else {}
    return SourceSection.model_validate(given if isinstance(given, dict) else {})


def source_policy(name: str, kind: str = "crawl") -> Policy:
    """Return what may be done with listings of ``name``, a market (``ebay``) or a source (``ebay_browse``).

    ``kind`` is that of the run, ``crawl`` or ``import``. A crawl starts from what the market's terms
    leave (eBay: no statistics, shown for 6 hours); an import from no limit at all. What the operator
    wrote under the market's name holds for both, under the source's name for crawls only. Raises
    GpudealsError where statistics are switched on against the terms without a permission on record.
    """
    from crawlers.source import source_of

    source = source_of(name)
    if kind != "crawl" or source is None:
        return _laid_over(Policy(), source_settings(name))
    policy = source.policy
    for section_name in dict.fromkeys((source.market(name), source.name)):
        policy = _laid_over(policy, source_settings(section_name))
    if policy.statistics and not source.policy.statistics and not policy.permission:
        raise GpudealsError(
            f'[sources.{source.name}] statistics = true needs permission = "...": the terms of {source.title} '
            "forbid it without their written consent (see the terms that `gpudeals init` quotes)"
        )
    return policy


def _laid_over(policy: Policy, given: SourceSection) -> Policy:
    changes = {
        name: value
        for name in ("statistics", "keep_days", "display_hours", "permission")
        if (value := getattr(given, name)) is not None
    }
    return replace(policy, **changes)
