"""``[service]``: when ``gpudeals run`` does what."""

from pydantic import Field

from db.errors import GpudealsError
from db.settings import Section, section


class ServiceSection(Section):
    """``[service]``. Due times are written as 30m, 6h, ``daily 03:15``, ``mon,thu 04:00`` or a cron line; UTC."""

    schedule: dict[str, str] = Field(default_factory=dict)  # by source, in place of its `every`
    jitter: float = Field(default=20.0, ge=0, le=3600)  # seconds that a job may be late, so that not all call at once
    crawl_minutes: float = Field(default=120.0, gt=0)  # a crawl that takes longer is ended
    outbox: str = "1m"  # tries again what could not be sent
    checkpoint: str = "1h"
    retention: str = "daily 03:40"
    backup: str = "daily 04:10"
    backup_folder: str | None = None  # None: no scheduled backups
    keep_backups: int = Field(default=7, ge=1)
    keep_jobs_days: int = Field(default=30, ge=1)  # how long it is remembered what became of each due time
    keep_alerts_days: int = Field(default=90, ge=1)  # how long it is remembered what a mail said
    web: bool = True  # the web page in the same process


def service_settings() -> ServiceSection:
    """Return ``[service]``. Raises GpudealsError for a schedule of a source that there is none of."""
    found = section("service", ServiceSection)
    from crawlers.source import sources

    unknown = sorted(set(found.schedule) - set(sources()))
    if unknown:
        raise GpudealsError(f"[service.schedule] names {unknown[0]}; there are {', '.join(sources())}")
    return found
