"""Kills, outages and a crash of the market, in small; in full they are tests/torture/test_outbox.py."""

from sqlalchemy import Engine

from tests.tracker.alerts import torment


def test_a_process_killed_at_any_step_loses_nothing_and_repeats_only_in_the_window(database_url: str) -> None:
    count = torment.kill_at_every_step(database_url, 2)
    assert count["kills"] >= 12
    assert 1 <= count["repeated"] <= 6


def test_a_server_that_was_away_for_days_gets_what_is_still_true_and_nothing_else(engine: Engine) -> None:
    became = torment.away_for_days(engine, 2)
    assert became["sent"] > 0


def test_a_market_that_falls_by_30_percent_in_a_day_floods_nobody(engine: Engine) -> None:
    sent = torment.crash(engine, 25, hours=6)
    assert torment.held(engine) > 0
    assert all(len(times) <= 9 + 6 for times in sent.values())
