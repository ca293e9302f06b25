"""When jobs are due. The only module that knows APScheduler: its triggers do the arithmetic, its scheduler the waiting.

Due times ("slots") are counted from a fixed moment, not from the start of the program, so that they are the
same after any number of restarts. Everything is UTC, which has no summer time.
"""

import logging
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from apscheduler.events import EVENT_JOB_ERROR, EVENT_JOB_MAX_INSTANCES, EVENT_JOB_MISSED
from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.schedulers.background import BackgroundScheduler
from apscheduler.triggers.cron import CronTrigger
from apscheduler.triggers.interval import IntervalTrigger

from db.errors import GpudealsError

logger = logging.getLogger(__name__)

_EPOCH = datetime(2020, 1, 1, tzinfo=UTC)
_UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86400}
_INTERVAL = re.compile(r"(?:every\s+)?(\d+)\s*(s|m|h|d)[a-z]*")
_CLOCK = re.compile(r"([01]?\d|2[0-3]):([0-5]\d)")
_DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_DAY_RANGE = re.compile(rf"(?:{'|'.join(_DAYS)})(?:-(?:{'|'.join(_DAYS)}))?")
_CRON_FIELD = re.compile(r"[\d*,/-]+")


@dataclass(frozen=True, slots=True)
class Slots:
    """The due times that a text such as ``30m``, ``daily 03:15``, ``mon,thu 04:00`` or a cron line stands for."""

    text: str
    _trigger: Any = field(repr=False, compare=False)
    seconds: float | None = None  # of an interval

    def after(self, moment: datetime) -> datetime:
        """Return the first due time later than ``moment``."""
        found: datetime = self._trigger.get_next_fire_time(None, moment + timedelta(microseconds=1))
        return found

    def between(self, after: datetime, until: datetime) -> Iterator[datetime]:
        """Yield the due times later than ``after`` and not later than ``until``."""
        moment = self.after(after)
        while moment <= until:
            yield moment
            moment = self.after(moment)

    def last(self, until: datetime) -> datetime:
        """Return the last due time not later than ``until``."""
        if self.seconds:
            passed = (until - _EPOCH).total_seconds()
            return _EPOCH + timedelta(seconds=passed // self.seconds * self.seconds)
        for days in (1, 8, 32, 367, 1465):
            found = list(self.between(until - timedelta(days=days), until))
            if found:
                return found[-1]
        return until


def read_slots(text: str) -> Slots:
    """Return the due times that ``text`` means. Raises GpudealsError saying what can be written.

    Days go by their names: APScheduler counts Monday as 0, cron as 1, and nobody should have to know.
    """
    words = text.strip().lower()
    found = _INTERVAL.fullmatch(words)
    if found and int(found[1]):
        seconds = int(found[1]) * _UNITS[found[2]]
        return Slots(text, IntervalTrigger(seconds=seconds, start_date=_EPOCH, timezone=UTC), seconds)
    try:
        fields = _cron_fields(words)
        if fields is not None:
            trigger = CronTrigger(timezone=UTC, **fields)
            if trigger.get_next_fire_time(None, _EPOCH) is not None:  # such as 30 February
                return Slots(text, trigger)
    except ValueError:
        pass
    raise GpudealsError(
        f"[service] {text[:40]!r} is no schedule: write 30m, 6h, daily 03:15, mon,thu 04:00 (UTC), "
        "or a cron line with days by name such as 15 3 * * mon-fri"
    )


def _cron_fields(words: str) -> dict[str, str] | None:
    parts = words.split()
    if len(parts) == 2 and (clock := _CLOCK.fullmatch(parts[1])):
        days = "*" if parts[0] == "daily" else parts[0]
        if days == "*" or _are_days(days):
            return {"day_of_week": days, "hour": str(int(clock[1])), "minute": str(int(clock[2])), "second": "0"}
    cron = len(parts) == 5 and all(_CRON_FIELD.fullmatch(part) for part in parts[:4])
    if cron and (parts[4] == "*" or _are_days(parts[4])):
        return dict(zip(("minute", "hour", "day", "month", "day_of_week"), parts, strict=True))
    return None


def _are_days(text: str) -> bool:
    return all(_DAY_RANGE.fullmatch(part) for part in text.split(","))


class Timer:
    """Calls jobs when they are due, each in a thread of its own and never twice at the same time.

    What the scheduler leaves out is logged; which slots that touches, the ledger of slots knows.
    """

    def __init__(self, threads: int) -> None:
        self._scheduler = BackgroundScheduler(
            timezone=UTC,
            executors={"default": ThreadPoolExecutor(threads)},
            # Never skip a job for being late: what is late is told apart by its slots.
            job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": None},
        )
        self._scheduler.add_listener(_log, EVENT_JOB_MISSED | EVENT_JOB_MAX_INSTANCES | EVENT_JOB_ERROR)

    def add(self, name: str, slots: Slots, jitter: float, call: Callable[[], None], *, now: bool) -> None:
        """Call ``call`` at each due time, up to ``jitter`` seconds late, and at once where it is overdue."""
        if slots.seconds:
            spread = min(jitter, slots.seconds / 4)
            trigger: Any = IntervalTrigger(
                seconds=int(slots.seconds), start_date=_EPOCH, timezone=UTC, jitter=spread or None
            )
        else:
            trigger = CronTrigger(
                timezone=UTC, jitter=jitter or None, **(_cron_fields(slots.text.strip().lower()) or {})
            )
        self._scheduler.add_job(call, trigger, id=name, name=name, replace_existing=True)
        if now:
            self._scheduler.add_job(call, id=f"{name}, overdue", name=name)

    def start(self) -> None:
        """Begin to call."""
        self._scheduler.start()

    def stop(self) -> None:
        """Call nothing more; what is under way is not waited for."""
        self._scheduler.shutdown(wait=False)


def _log(event: Any) -> None:
    """Say what APScheduler would do in silence."""
    if event.code == EVENT_JOB_ERROR:
        logger.error("job %s failed: %s", event.job_id, event.exception)
    elif event.code == EVENT_JOB_MISSED:
        logger.warning("job %s was not called for %s", event.job_id, event.scheduled_run_time)
    else:
        logger.info("job %s is still at work; its slot is coalesced", event.job_id)
