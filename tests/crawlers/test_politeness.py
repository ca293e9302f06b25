"""Retry-After, quotas and pace: kept in the database, so that no restart and no second process forgets them."""

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import Engine

from crawlers.gate import Gate
from crawlers.politeness import reddit_user_agent, retry_at, user_agent
from crawlers.quota import PACIFIC, Allowance
from crawlers.stopping import CrawlError
from db import store
from tests.crawlers.fakes import Clock

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
BROWSE = Allowance("browse", 5000, 0.05)


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        ("120", 120),
        (" 7 ", 7),
        ("1.5", 1.5),
        (format_datetime(NOW + timedelta(hours=2), usegmt=True), 7200),
        ("Tue, 24 Nov 2026 12:10:00", 600),  # without a zone it is UTC
        ("0", 60),
        (format_datetime(NOW - timedelta(days=3), usegmt=True), 60),
        ("315360000", 86_400),  # ten years
        ("99999999999999999999999999", 900),
        (format_datetime(datetime(9999, 12, 31, tzinfo=UTC), usegmt=True), 86_400),
        ("-30", 900),
        ("soon", 900),
        ("", 900),
        (None, 900),
    ],
)
def test_retry_after_is_read_in_every_form_and_capped_at_a_day(header: str | None, seconds: float) -> None:
    assert retry_at(header, NOW) == NOW + timedelta(seconds=seconds)


def gate(engine: Engine, clock: Clock, per_minute: float = 0) -> Gate:
    return Gate(engine, "ebay_browse", "api.ebay.com", per_minute=per_minute, now=clock)


def test_a_host_that_asked_to_wait_is_left_alone_until_then_by_every_process(sqlite: Engine) -> None:
    clock = Clock(NOW)
    until = gate(sqlite, clock).hold("600")
    clock.at = until - timedelta(seconds=1)
    restarted = gate(sqlite, clock)
    with pytest.raises(CrawlError) as stopped:
        restarted.reserve(BROWSE)
    assert stopped.value.end == "asked_to_wait"
    assert restarted.calls == 0
    clock.at = until
    assert restarted.reserve(BROWSE) == 0


def test_a_shorter_wait_does_not_shorten_a_longer_one(sqlite: Engine) -> None:
    clock = Clock(NOW)
    gate(sqlite, clock).hold("3600")
    assert gate(sqlite, clock).hold("5") == NOW + timedelta(hours=1)


def test_a_clock_that_was_set_back_does_not_make_a_wait_longer_than_a_day(sqlite: Engine) -> None:
    clock = Clock(NOW)
    gate(sqlite, clock).hold("86400")
    clock.at = NOW - timedelta(days=400)
    held = gate(sqlite, clock).held_until()
    assert held is not None
    assert held - clock.at <= timedelta(days=1)


def spend(allowed: Gate, calls: int, *, reserved: bool = False) -> int:
    spent = 0
    for _ in range(calls):
        try:
            allowed.reserve(BROWSE, reserved=reserved)
        except CrawlError as stopped:
            assert stopped.end == "quota"
            break
        spent += 1
    return spent


def test_searches_stop_at_95_percent_and_rechecks_at_the_last_call(sqlite: Engine) -> None:
    clock = Clock(NOW)
    with sqlite.begin() as connection:
        assert store.spend(connection, "ebay_browse", "browse", "2026-11-24", calls=4700, limit=5000)
    assert spend(gate(sqlite, clock), 20) + spend(gate(sqlite, clock), 100) == 50
    assert spend(gate(sqlite, clock), 600, reserved=True) == 250
    assert spend(gate(sqlite, clock), 1, reserved=True) == 0


@pytest.mark.parametrize(
    "day", ["2026-11-24", "2026-03-08", "2026-11-01"], ids=["ordinary", "spring forward", "fall back"]
)
def test_the_quota_begins_anew_at_midnight_pacific_whatever_the_clocks_do(sqlite: Engine, day: str) -> None:
    midnight = datetime.fromisoformat(day).replace(tzinfo=PACIFIC) + timedelta(days=1)
    midnight = midnight.astimezone(UTC)
    clock = Clock(midnight - timedelta(seconds=1))
    small = Allowance("browse", 3)
    for _ in range(3):
        gate(sqlite, clock).reserve(small)
    with pytest.raises(CrawlError):
        gate(sqlite, clock).reserve(small)
    assert small.resets_at(clock.at) == midnight
    clock.at = midnight
    assert gate(sqlite, clock).reserve(small) == 0


@pytest.mark.parametrize(("day", "hours"), [("2026-11-24", 24), ("2026-03-08", 23), ("2026-11-01", 25)])
def test_days_have_23_and_25_hours_twice_a_year(day: str, hours: int) -> None:
    begin = datetime.fromisoformat(day).replace(tzinfo=ZoneInfo("America/Los_Angeles")).astimezone(UTC)
    assert BROWSE.resets_at(begin) - begin == timedelta(hours=hours)
    moments = [begin + timedelta(minutes=10 * i) for i in range(hours * 6)]
    assert {BROWSE.day(moment) for moment in moments} == {day}


def test_a_run_takes_its_share_of_the_day_and_leaves_the_rest_to_the_others() -> None:
    midnight = datetime(2026, 11, 24, 8, tzinfo=UTC)  # Pacific
    assert BROWSE.share(midnight, 0, every=30) == 99
    assert BROWSE.share(midnight + timedelta(hours=23, minutes=45), 4000, every=30) == 750
    assert BROWSE.share(midnight, 4750, every=30) == 0
    assert BROWSE.share(midnight, 5000, every=30) == 0


def test_two_processes_keep_one_pace_between_them(sqlite: Engine) -> None:
    clock = Clock(NOW)
    first, second = gate(sqlite, clock, per_minute=60), gate(sqlite, clock, per_minute=60)
    waits = [allowed.reserve() for _ in range(60) for allowed in (first, second)]
    times = sorted(waits)
    for i, begin in enumerate(times):
        assert sum(begin <= at < begin + 60 for at in times[i:]) <= 60
    assert times[-1] < 125


def test_a_restart_keeps_the_pace(sqlite: Engine) -> None:
    clock = Clock(NOW)
    gate(sqlite, clock, per_minute=6).reserve()
    clock.at += timedelta(seconds=2)
    assert gate(sqlite, clock, per_minute=6).reserve() == pytest.approx(8.2)


def test_a_clock_set_back_does_not_stop_the_crawl_for_a_year(sqlite: Engine) -> None:
    clock = Clock(NOW)
    gate(sqlite, clock, per_minute=60).reserve()
    clock.at = NOW - timedelta(days=365)
    assert gate(sqlite, clock, per_minute=60).reserve() < 1


def test_the_user_agent_names_program_version_and_contact(monkeypatch: pytest.MonkeyPatch) -> None:
    assert user_agent().startswith("gpudeals/")
    monkeypatch.setenv("GPUDEALS_CRAWL_CONTACT", "https://example.org/me\r\nX-Evil: 1")
    assert user_agent().endswith("(+https://example.org/meX-Evil:1)")
    assert reddit_user_agent("someone").endswith("(by /u/someone)")
