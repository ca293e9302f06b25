"""The text of a new ``gpudeals.toml``: every section with its defaults as comments, every source with its terms."""

import json
from collections.abc import Iterable, Iterator
from textwrap import wrap
from typing import Any

from crawlers.source import Source, sources

_HEAD = """\
# Settings of gpudeals. What stands behind a # is the default; take the # away to change it.
# Every setting can be given in the environment too, and wins there: [ebay] client_id is
# GPUDEALS_EBAY_CLIENT_ID. Keep keys and passwords there, or let nobody but you read this file.

[db]
# url = "sqlite:////home/me/gpudeals.db"      # or postgresql://user@host/gpudeals

# --- what is crawled -------------------------------------------------------------------------

[crawl]
# contact = "https://example.org/about-me"    # stands in the user agent, so that a market can complain to you
# timeout = 30.0                              # seconds for one answer
# longest_wait = 30.0                         # seconds that a crawl sits out when asked to; for more it ends
# retry_pause = 2.0                           # seconds more before each further try
# keep_logs = 50                              # logs of runs to keep per source

[ebay]
# client_id = ""                              # https://developer.ebay.com, production keyset
# client_secret = ""
# marketplaces = ["EBAY_US"]                  # EBAY_GB, EBAY_DE, ...
# category = "27386"                          # Graphics/Video Cards
# buying_options = ["FIXED_PRICE", "AUCTION"]
# per_minute = 60.0                           # calls
# daily_calls = 5000                          # of the keyset; the day begins at midnight Pacific time
# daily_tokens = 1000
# reserve = 0.05                              # share of the day's calls kept for asking after known items
# calls_per_run = 100                         # default: the day's rest, spread over its runs

[reddit]
# client_id = ""                              # needs Reddit's approval (Responsible Builder Policy)
# client_secret = ""
# username = ""                               # who registered the application; stands in the user agent
# subs = ["hardwareswap", "CanadianHardwareSwap", "HardwareSwapUK", "hardwareswapEU", "homelabsales"]
# countries = { someswap = "AU" }             # of a sub that is not known
# currencies = { someswap = "AUD" }
# per_minute = 60.0                           # calls
# overlap_hours = 6.0                         # posts held back by moderators appear late
# recheck_hours = 3.0                         # an open post is asked after this often at most
# recheck_days = 30

# --- the sources, and what their markets allow ------------------------------------------------
# The terms are quoted as others quoted them; read them yourself before you switch a source on.
# statistics: may enter medians, fair values and the feed.  keep_days: purged when older.
# display_hours: shown and mailed for so long after it was observed.  permission: reference of the
# market's written consent; without it, statistics cannot be switched on against the terms.
# Files that you import yourself are not touched by this, except by statistics = false under the
# market's own name ([sources.ebay]).
"""

_TAIL = """\
# --- what is made of it -----------------------------------------------------------------------

[pricing]
# currency = "USD"
# country = "US"                              # where you buy from
# sales_tax = 0.0                             # share of price and shipping, such as 0.0825
# import_duty = 0.0                           # share of the price of a card from abroad
# ecb_file = "eurofxref-hist.zip"             # newer exchange rates than those shipped

[mail]
# from = "gpudeals <gpudeals@example.org>"
# to = "me@example.org"                       # where watches without --email go
# operator = "me@example.org"                 # hears when a source fails

[smtp]
# url = "smtp://user:password@host:587"       # STARTTLS where offered; smtps:// is TLS; stdout: prints the mails

# [[watches]]                                 # see docs/alerts.md; as many as you like
# name = "big"
# min_vram = 24
# below_fair = 15

[service]
# `gpudeals run` crawls each source as often as its `every` says, or at the times of [service.schedule].
# A time is 30m, 6h, "daily 03:15", "mon,thu 04:00" or a cron line with days by name; UTC. See docs/service.md.
# jitter = 20.0                               # seconds that a job may be late
# crawl_minutes = 120.0                       # a crawl that takes longer is ended
# retention = "daily 03:40"                   # purges by policy, forgets old records
# backup_folder = "/var/backups/gpudeals"     # without it there are no scheduled backups
# backup = "daily 04:10"
# keep_backups = 7
# web = true                                  # the web page in the same process

# [service.schedule]
# hardwareswap = "10m"

[web]
# host = "127.0.0.1"
# port = 8000
# public_url = "https://gpus.example.org"     # for links in mails
# requests_per_minute = 300                   # per client, of the API
token = {token}   # opens the page of watches
"""


def settings_text(web_token: str) -> str:
    """Return the whole file; ``web_token`` is the new secret of the web page."""
    parts = [_HEAD, *("\n".join(_source(source)) + "\n" for source in sources().values())]
    return "\n".join(parts) + "\n" + _TAIL.replace("{token}", json.dumps(web_token))


def _source(source: Source) -> Iterator[str]:
    yield f"[sources.{source.name}]"
    for term in source.terms:
        yield from _comment(term.text)
        yield from _comment(f"({term.where})", indent="    ")
    yield "enabled = false"
    yield from _default("every", source.every, "minutes between two crawls")
    policy = source.policy
    yield from _default("statistics", policy.statistics)
    yield from _default("keep_days", policy.keep_days, "" if policy.keep_days else "default: no limit")
    yield from _default("display_hours", policy.display_hours, "" if policy.display_hours else "default: no limit")
    yield from _default("permission", policy.permission or "", "such as the date and sender of the market's consent")


def _default(name: str, value: Any, why: str = "") -> Iterable[str]:
    shown = f"# {name} = {'30' if value is None else json.dumps(value)}"
    yield f"{shown:<46}# {why}" if why else shown


def _comment(text: str, indent: str = "") -> Iterable[str]:
    return (f"# {indent}{line}" for line in wrap(text, 96 - len(indent)))
