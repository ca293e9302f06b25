"""When jobs are due, and that each due time is worked on once or on record as coalesced."""

import itertools
import random
import socket
import time
from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, select

from db import light
from db.errors import GpudealsError
from db.store.jobs import forget_slots
from tracker.schedule import Slots, Timer, read_slots
from tracker.slots import Job, JobFailedError, LostLeaseError, Runner, StoppedError

NOW = datetime(2026, 3, 28, 22, 10, tzinfo=UTC)  # a Saturday, hours before summer time begins in Europe


class Clock:
    """A clock that the test sets."""

    def __init__(self, now: datetime = NOW) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now

    def forward(self, **span: float) -> None:
        self.now += timedelta(**span)


def runner_at(engine: Engine, clock: Clock) -> Runner:
    runner = Runner(engine, clock, lambda: False)
    runner.begin()
    return runner


def restarted(engine: Engine, clock: Clock) -> Runner:
    """The next service of a database whose last one was killed."""
    with engine.begin() as conn:
        conn.execute(light.lease.update().values(holder=f"{socket.gethostname()}/4194303/1/2"))
    return runner_at(engine, clock)


def ledger(engine: Engine, job: str = "job") -> dict[datetime, str]:
    """Outcome by due time."""
    table = light.job_run
    with engine.connect() as conn:
        rows = conn.execute(select(table.c.due_at, table.c.outcome).where(table.c.job == job).order_by(table.c.due_at))
        return {row.due_at: row.outcome for row in rows}


@pytest.mark.parametrize(
    ("text", "following"),
    [
        ("30m", ["22:30", "23:00", "23:30"]),
        ("every 2 hours", ["00:00", "02:00", "04:00"]),
        ("daily 02:30", ["02:30", "02:30", "02:30"]),
        ("15 3 * * sun", ["03:15", "03:15", "03:15"]),
    ],
)
def test_due_times_follow_from_what_is_written(text: str, following: list[str]) -> None:
    slots, moment, found = read_slots(text), NOW, []
    for _ in following:
        moment = slots.after(moment)
        found.append(f"{moment:%H:%M}")
    assert found == following


@pytest.mark.parametrize("day", ["mon", "tue", "wed", "thu", "fri", "sat", "sun"])
def test_a_day_is_the_day_of_its_name(day: str) -> None:
    assert f"{read_slots(f'{day} 04:00').after(NOW):%a}".lower() == day
    assert f"{read_slots(f'0 4 * * {day}').after(NOW):%a}".lower() == day


@pytest.mark.parametrize(
    "text", ["0 3 * * 1", "", "soon", "0m", "daily 24:00", "99 3 * * mon", "0 0 30 2 *", "daily", "* * * *"]
)
def test_what_cannot_be_meant_is_refused(text: str) -> None:
    with pytest.raises(GpudealsError, match="is no schedule: write 30m"):
        read_slots(text)


@pytest.mark.parametrize("text", ["30m", "daily 02:30", "0 */6 * * *"])
def test_the_last_due_time_is_the_one_before_the_next(text: str) -> None:
    slots = read_slots(text)
    last = slots.last(NOW)
    assert last <= NOW < slots.after(last)


def test_summer_time_moves_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TZ", "Europe/Berlin")
    time.tzset()
    try:
        daily = list(read_slots("daily 02:30").between(NOW, NOW + timedelta(days=3)))
        assert {later - earlier for earlier, later in itertools.pairwise(daily)} == {timedelta(days=1)}
        autumn = datetime(2026, 10, 24, 12, tzinfo=UTC)
        assert len(list(read_slots("30m").between(autumn, autumn + timedelta(days=2)))) == 96
    finally:
        monkeypatch.undo()
        time.tzset()


def test_what_came_due_while_nothing_ran_is_done_once(engine: Engine) -> None:
    clock, done = Clock(), []
    job = Job("job", read_slots("30m"), lambda: done.append(clock.now))  # type: ignore[func-returns-value]
    assert runner_at(engine, clock).run_due(job) == 1  # on the first day too
    clock.forward(hours=3)
    assert restarted(engine, clock).run_due(job) == 1
    assert list(ledger(engine).values()) == ["ok"] + ["coalesced"] * 5 + ["ok"]


def test_a_year_of_missed_minutes_is_a_count_and_not_a_million_rows(engine: Engine) -> None:
    clock = Clock()
    job = Job("job", read_slots("1m"), lambda: None)
    runner_at(engine, clock).run_due(job)
    clock.forward(days=365)
    restarted(engine, clock).run_due(job)
    with engine.connect() as conn:
        messages = Counter(conn.execute(select(light.job_run.c.message)).scalars())
    (left_out,) = [words for words in messages if words and words.endswith("with one run for all")]
    assert int(left_out.split()[0]) + len(ledger(engine)) - 2 == 365 * 24 * 60


def test_a_job_that_takes_longer_than_its_interval_runs_once_for_what_came_due(engine: Engine) -> None:
    clock = Clock()
    runner = runner_at(engine, clock)
    spans = iter((95, 1))  # minutes

    def slow() -> None:
        clock.forward(minutes=next(spans))

    assert runner.run_due(Job("job", read_slots("30m"), slow)) == 2
    assert list(ledger(engine).values()) == ["ok", "coalesced", "coalesced", "ok"]


def test_a_failure_is_recorded_and_touches_no_other_job(engine: Engine) -> None:
    clock = Clock()
    runner = runner_at(engine, clock)

    def broken() -> None:
        raise JobFailedError("the market is gone")

    def fault() -> None:
        raise ValueError("postgresql://me:secretword@host is wrong")

    def ended() -> None:
        raise StoppedError

    works = {"broken": broken, "fault": fault, "ended": ended, "good": lambda: "fine"}
    for name, work in works.items():
        runner.run_due(Job(name, read_slots("1h"), work))
    with engine.connect() as conn:
        rows = {row.job: (row.outcome, row.message) for row in conn.execute(select(light.job_run))}
    assert rows["broken"] == ("failed", "the market is gone")
    assert rows["fault"] == ("failed", "ValueError: postgresql://[secret]@host is wrong")
    assert rows["ended"][0] == "coalesced"
    assert rows["good"] == ("ok", "fine")


def test_a_slot_at_which_the_service_died_is_on_record_as_failed(engine: Engine) -> None:
    clock = Clock()
    dying = Runner(engine, clock, lambda: False)
    dying.begin()

    def die() -> None:
        raise KeyboardInterrupt  # nothing is recorded, as after kill -9

    with pytest.raises(KeyboardInterrupt):
        dying.run_due(Job("job", read_slots("30m"), die))
    assert list(ledger(engine).values()) == ["running"]
    dying.end()
    runner_at(engine, clock)
    assert list(ledger(engine).values()) == ["failed"]


def test_a_clock_that_goes_back_an_hour_repeats_nothing(engine: Engine) -> None:
    clock = Clock()
    job = Job("job", read_slots("30m"), lambda: None)
    for _ in range(4):
        restarted(engine, clock).run_due(job)
        clock.forward(minutes=30)
    before = ledger(engine)
    clock.forward(hours=-1)
    assert restarted(engine, clock).run_due(job) == 0
    clock.forward(hours=1)
    assert restarted(engine, clock).run_due(job) == 1
    assert set(before) < set(ledger(engine)) and len(ledger(engine)) == 5


def test_a_clock_that_was_years_ahead_blocks_nothing(engine: Engine) -> None:
    clock = Clock(NOW + timedelta(days=3650))
    job = Job("job", read_slots("30m"), lambda: None)
    restarted(engine, clock).run_due(job)
    clock.now = NOW
    assert restarted(engine, clock).run_due(job) == 1


def restarts(engine: Engine, number: int, seed: int = 1) -> None:
    """Restart around due times, with outages, a slow job and the clock set back; then look at the ledger."""
    rng = random.Random(seed)
    clock, done = Clock(), Counter[datetime]()
    slots = {"half-hourly": read_slots("30m"), "nightly": read_slots("daily 02:30"), "weekly": read_slots("sun 02:00")}
    first = clock.now

    def work(name: str) -> Any:
        def run() -> None:
            done[clock.now] += 1
            clock.forward(minutes=rng.choice((0, 0, 0, 1, 45)))

        return Job(name, slots[name], run)

    jobs = [work(name) for name in slots]
    latest = clock.now
    for _ in range(number):
        runner = restarted(engine, clock)
        for job in jobs:
            runner.run_due(job)
        if rng.random() < 0.5:
            runner.end()
        due = slots["half-hourly"].after(clock.now)
        clock.now = due + timedelta(seconds=rng.choice((-2, -1, 0, 1, 2)))
        if rng.random() < 0.05:
            clock.forward(hours=3)
        if rng.random() < 0.05:
            clock.forward(hours=-1)
        latest = max(latest, clock.now)
    runner = restarted(engine, clock)
    clock.now = latest + timedelta(hours=1)
    for job in jobs:
        runner.run_due(job)
    for name, text in slots.items():
        known = ledger(engine, name)
        assert set(known.values()) <= {"ok", "coalesced"}
        wanted = {slots[name].last(first), *text.between(first, max(known))}
        assert set(known) == wanted  # every slot is on record, and each once: it is the key of the table


def test_restarts_around_due_times_miss_no_slot_and_repeat_none(engine: Engine) -> None:
    restarts(engine, 60)


def test_a_second_service_says_who_is_there(engine: Engine) -> None:
    clock = Clock()
    first = runner_at(engine, clock)
    with pytest.raises(GpudealsError, match="the service is running already: process"):
        runner_at(engine, clock)
    first.end()
    runner_at(engine, clock)


def test_a_service_that_slept_while_another_took_over_writes_nothing_more(engine: Engine) -> None:
    clock = Clock()
    job = Job("job", read_slots("30m"), lambda: None)
    sleeper = runner_at(engine, clock)
    sleeper.run_due(job)
    clock.forward(minutes=5)
    other = runner_at(engine, clock)
    other.end()
    clock.forward(hours=1)
    with pytest.raises(LostLeaseError):
        sleeper.run_due(job)
    with pytest.raises(LostLeaseError):
        sleeper.renew()
    assert runner_at(engine, clock).run_due(job) == 1


def test_a_service_that_slept_and_was_not_replaced_goes_on(engine: Engine) -> None:
    clock = Clock()
    runner = runner_at(engine, clock)
    clock.forward(hours=5)
    runner.renew()
    assert runner.run_due(Job("job", read_slots("30m"), lambda: None)) == 1


def test_old_slots_are_forgotten_but_for_the_last_of_each_job(engine: Engine) -> None:
    clock = Clock()
    runner = runner_at(engine, clock)
    for days in (0, 1, 1):
        clock.forward(days=days)
        runner.run_due(Job("job", read_slots("daily 02:30"), lambda: None))
    with engine.begin() as conn:
        assert forget_slots(conn, clock.now + timedelta(days=1)) == 2
    assert len(ledger(engine)) == 1


def test_the_timer_calls_at_once_what_is_overdue_and_then_at_each_due_time() -> None:
    called: list[float] = []
    timer = Timer(threads=2)
    timer.add("job", read_slots("1s"), 0, lambda: called.append(time.monotonic()), now=True)
    begun = time.monotonic()
    timer.start()
    while len(called) < 3 and time.monotonic() - begun < 10:
        time.sleep(0.02)
    timer.stop()
    assert called[0] - begun < 0.9 and len(called) >= 3


def test_apscheduler_is_known_to_one_module() -> None:
    root = Path(__file__).resolve().parents[2]
    houses = [path for house in ("db", "crawlers", "tracker") for path in (root / house).rglob("*.py")]
    users = [path.relative_to(root) for path in houses if "apscheduler." in path.read_text(encoding="utf-8")]
    assert users == [Path("tracker/schedule.py")]
    assert isinstance(read_slots("1h"), Slots)
