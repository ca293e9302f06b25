"""The outbox: every alert that is still true is mailed once, whatever the server does."""

import re
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Engine, select

from db import light
from db.errors import GpudealsError
from db.store.leases import take_lease
from db.store.outbox import forget_alerts
from db.store.purge import purge_listings
from tests.tracker.alerts.mailserver import DROP, MailServer
from tests.tracker.alerts.market import NOW, SECRET, SENDER, alerts, clock_at, on_sale, over, send, states, watch
from tests.tracker.prices import START
from tracker.alerts.notifying import evaluate
from tracker.alerts.outbox import MOST_CLAIMED, deliver
from tracker.alerts.tokens import unsubscribe_token
from tracker.alerts.transport import NoServerError, TryAgainError, transport_for
from tracker.alerts.unsubscribing import unsubscribe, watches_to_end


def later(**span: float) -> datetime:
    return NOW + timedelta(**span)


@pytest.fixture
def server() -> Any:
    with MailServer() as server:
        yield server


def test_an_offer_is_mailed_once(engine: Engine, server: MailServer) -> None:
    on_sale(engine, {"1": 480, "2": 490, "3": 600})
    watch(engine)
    done = send(engine, server.url)
    assert (done.mails, done.sent, done.waiting) == (1, 2, 0)
    again = send(engine, server.url, later(hours=2))
    assert (again.mails, len(server.taken)) == (0, 1)
    assert server.taken[0]["Message-ID"] == alerts(engine)[0].message_id


def test_two_watches_of_one_address_that_match_one_offer_are_one_entry(engine: Engine, server: MailServer) -> None:
    on_sale(engine, {"1": 480})
    watch(engine, name="cheap")
    watch(engine, name="big", rule={"min_vram": 24}, delivery="daily")
    done = send(engine, server.url)
    assert (done.mails, done.sent) == (1, 2)
    (mail,) = server.taken
    text = mail.get_body(("plain",)).get_content()  # type: ignore[union-attr]
    assert "Watch        big, cheap" in text and "2. " not in text
    assert send(engine, server.url, later(days=1)).mails == 0


def test_an_address_gets_one_mail_of_20_offers_an_hour(engine: Engine, server: MailServer) -> None:
    on_sale(engine, {str(n): 300 + n for n in range(25)})
    watch(engine)
    assert send(engine, server.url).sent == 25
    on_sale(engine, {"late": 250}, START + timedelta(hours=1))
    early = send(engine, server.url, later(minutes=59))
    assert (early.mails, early.waiting) == (0, 1)
    assert send(engine, server.url, later(minutes=60), find=False).mails == 1
    assert str(server.taken[0]["Subject"]).endswith("and 24 more")
    assert "And 5 more" in server.taken[0].get_body(("plain",)).get_content()  # type: ignore[union-attr]


@pytest.mark.parametrize("state", ["sold", "gone", "ended"])
def test_what_is_over_when_the_mail_is_due_is_not_mailed(engine: Engine, server: MailServer, state: str) -> None:
    on_sale(engine, {"1": 480})
    watch(engine, quiet_hours="17-20")  # NOW is 18:00
    assert send(engine, server.url).waiting == 1
    over(engine, "1", state)
    done = send(engine, server.url, later(hours=3))
    assert (done.mails, done.suppressed) == (0, 1)
    assert [(row.state, row.reason) for row in alerts(engine)] == [("suppressed", state)]


def test_what_became_dearer_is_not_mailed_and_told_when_it_is_cheap_again(engine: Engine, server: MailServer) -> None:
    on_sale(engine, {"1": 480})
    watch(engine, quiet_hours="17-20")
    send(engine, server.url)
    on_sale(engine, {"1": 520}, START + timedelta(hours=1))
    assert send(engine, server.url, later(hours=3)).suppressed == 1
    on_sale(engine, {"1": 470}, START + timedelta(hours=2))
    assert send(engine, server.url, later(hours=4)).sent == 1


def test_nothing_of_a_purged_listing_is_mailed_or_kept(engine: Engine, server: MailServer) -> None:
    on_sale(engine, {"1": 480})
    watch(engine, quiet_hours="17-20")
    send(engine, server.url)
    with engine.begin() as conn:
        purge_listings(conn, list(conn.execute(select(light.raw_listing.c.id)).scalars()))
    assert alerts(engine) == []
    assert send(engine, server.url, later(hours=3), find=False).mails == 0


def test_a_4xx_is_tried_again_with_growing_pauses(engine: Engine, server: MailServer) -> None:
    on_sale(engine, {"1": 480})
    watch(engine)
    server.faults["RCPT"] = "450 greylisted"
    assert "450 greylisted" in send(engine, server.url).problems[0]
    assert send(engine, server.url, later(seconds=30)).problems == []
    send(engine, server.url, later(seconds=61))
    assert alerts(engine)[0].due_at == later(seconds=61) + timedelta(minutes=2)
    server.faults.clear()
    assert send(engine, server.url, later(minutes=15)).sent == 1
    assert alerts(engine)[0].attempts == 3


def test_a_5xx_is_dead_and_one_bad_address_stops_no_other(engine: Engine, server: MailServer) -> None:
    on_sale(engine, {"1": 480})
    for name in "abcdefghij":
        watch(engine, f"{name}@example.org")
    server.refused["d@example.org"] = "550 no such user"
    done = send(engine, server.url)
    assert (done.mails, done.dead, done.waiting) == (9, 1, 0)
    (dead,) = [row for row in alerts(engine) if row.state == "dead"]
    assert dead.last_error == "recipient refused: 550 no such user (after RCPT)"
    assert send(engine, server.url, later(hours=2)).dead == 0


def test_three_refused_mails_pause_an_address(engine: Engine, server: MailServer) -> None:
    made = watch(engine)
    server.refused["ada@example.org"] = "550 no such user"
    for number in range(4):
        on_sale(engine, {str(number): 480 - number}, START + timedelta(hours=number))
        done = send(engine, server.url, later(hours=2 * number))
    assert states(engine) == {"dead": 3}
    with engine.connect() as conn:
        assert conn.execute(select(light.watch.c.enabled).where(light.watch.c.id == made.id)).scalar() is False
    assert done.dead == 0


def test_a_server_that_is_away_is_tried_once_a_pass(engine: Engine) -> None:
    on_sale(engine, {"1": 480})
    for number in range(30):
        watch(engine, f"{number}@example.org")
    tried = []

    class Away:
        def send(self, message: Any) -> None:
            tried.append(message["To"])
            raise NoServerError("nobody there")

        def close(self) -> None:
            pass

    done = send(engine, Away())
    assert (len(tried), done.waiting, len(done.problems)) == (1, 30, 1)
    assert {row.attempts for row in alerts(engine)} == {1}
    send(engine, Away(), later(seconds=30))
    assert len(tried) == 1
    send(engine, Away(), later(seconds=30), ignore_backoff=True)
    assert len(tried) == 2


def test_mails_that_were_claimed_and_not_tried_are_given_back(engine: Engine, server: MailServer) -> None:
    on_sale(engine, {"1": 480})
    for name in ("ada", "bob", "cleo"):
        watch(engine, f"{name}@example.org")
    server.at = lambda step, recipient: stopped.append(recipient) if step == "STORED" else None
    stopped: list[str] = []
    assert send(engine, server.url, stopped=lambda: bool(stopped)).mails == 1
    assert sorted(bool(row.message_id) for row in alerts(engine)) == [False, False, True]
    on_sale(engine, {"2": 450}, START + timedelta(minutes=5))
    done = send(engine, server.url, later(minutes=10))  # bob and cleo hear of both in one mail
    assert (done.mails, done.sent) == (2, 4)
    assert set(server.ids.values()) == {1}


def test_a_mail_that_waited_long_behind_others_is_checked_again(engine: Engine, server: MailServer) -> None:
    on_sale(engine, {"1": 480, "2": 490})
    for name in ("ada", "bob", "cleo"):
        watch(engine, f"{name}@example.org")
    evaluate(engine, NOW)
    moments = [NOW]

    def slow(step: str, recipient: str) -> None:
        if step == "STORED":
            moments.append(moments[-1] + timedelta(seconds=20))
            over(engine, "1")

    server.at = slow
    done = deliver(engine, transport_for(server.url), SENDER, SECRET, clock_at(moments))
    assert (done.mails, done.sent, done.suppressed) == (3, 4, 2)
    assert [str(mail["Subject"]).endswith("and 1 more") for mail in server.taken] == [True, False, False]


def test_many_addresses_at_once_get_each_their_own(engine: Engine, server: MailServer) -> None:
    on_sale(engine, {str(n): 400 + n for n in range(5)})
    people = [f"p{n}@example.org" for n in range(2 * MOST_CLAIMED + 1)]
    for n, person in enumerate(people):
        watch(engine, person, rule={"max_price": 400 + n % 5})
    done = send(engine, server.url)
    assert (done.mails, done.waiting) == (len(people), 0)
    listed = {str(mail["To"]): _links(mail) for mail in server.taken}
    assert listed == {person: {str(k) for k in range(n % 5 + 1)} for n, person in enumerate(people)}


def _links(mail: Any) -> set[str]:
    return set(re.findall(r"https://www.ebay.com/itm/(\S+)", mail.get_body(("plain",)).get_content()))


def test_three_failures_in_a_row_end_a_pass(engine: Engine, server: MailServer) -> None:
    on_sale(engine, {"1": 480})
    for number in range(10):
        watch(engine, f"{number}@example.org")
    server.faults["MAIL"] = DROP
    assert len(send(engine, server.url).problems) == 3


def test_a_mail_whose_answer_was_lost_is_repeated_under_its_message_id(engine: Engine, server: MailServer) -> None:
    on_sale(engine, {"1": 480})
    watch(engine)
    server.faults["STORED"] = DROP
    send(engine, server.url)
    server.faults.clear()
    on_sale(engine, {"2": 470}, START + timedelta(hours=1))
    send(engine, server.url, later(minutes=10))
    send(engine, server.url, later(hours=2))
    assert sorted(server.ids.values()) == [1, 2]
    assert states(engine) == {"sent": 2}


def test_what_could_not_be_sent_for_certain_goes_into_one_mail_with_what_came_since(
    engine: Engine, server: MailServer
) -> None:
    on_sale(engine, {"1": 480})
    watch(engine)
    server.faults["RCPT"] = "450 later"
    send(engine, server.url)
    server.faults.clear()
    on_sale(engine, {"2": 470}, START + timedelta(hours=1))
    assert send(engine, server.url, later(minutes=10)).sent == 2
    assert len(server.taken) == 1


def test_quiet_hours_hold_for_retries_too(engine: Engine, server: MailServer) -> None:
    on_sale(engine, {"1": 480})
    watch(engine, quiet_hours="19-23")
    server.faults["RCPT"] = "450 later"
    send(engine, server.url, later(minutes=59))
    server.faults.clear()
    assert send(engine, server.url, later(minutes=90), ignore_backoff=True).waiting == 1
    assert send(engine, server.url, later(hours=5)).sent == 1


def test_a_paused_watch_and_one_that_ended_send_nothing(engine: Engine, server: MailServer) -> None:
    on_sale(engine, {"1": 480})
    watch(engine, quiet_hours="17-20", enabled_until=later(hours=1))
    send(engine, server.url)
    send(engine, server.url, later(hours=3))
    assert [(row.state, row.reason) for row in alerts(engine)] == [("suppressed", "watch ended")]


def test_one_click_ends_the_watch_and_cancels_its_mails(
    engine: Engine, server: MailServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GPUDEALS_WEB_TOKEN", SECRET)
    on_sale(engine, {"1": 480})
    mine, other = watch(engine, name="mine", quiet_hours="17-20"), watch(engine, "bob@example.org")
    send(engine, server.url)
    token = unsubscribe_token(SECRET, [mine.id], "ada@example.org")
    assert watches_to_end(engine, token) == ["mine"]
    assert states(engine)["queued"] == 1  # looking at the page changes nothing
    assert unsubscribe(engine, token) == ["mine"]
    assert unsubscribe(engine, token) == ["mine"]  # twice is once
    assert unsubscribe(engine, token.replace(f"{mine.id:x}", f"{other.id:x}")) == []
    assert unsubscribe(engine, "x.y") == []
    assert sorted((row.state, row.reason) for row in alerts(engine)) == [("sent", None), ("suppressed", "unsubscribed")]


def test_what_was_cancelled_under_way_is_not_queued_again(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GPUDEALS_WEB_TOKEN", SECRET)
    on_sale(engine, {"1": 480})
    made = watch(engine)

    class Slow:
        def send(self, message: Any) -> None:
            unsubscribe(engine, unsubscribe_token(SECRET, [made.id], "ada@example.org"))
            raise TryAgainError("450 later")

        def close(self) -> None:
            pass

    send(engine, Slow())
    assert states(engine) == {"suppressed": 1}


def test_only_one_process_sends_at_a_time(engine: Engine, server: MailServer) -> None:
    on_sale(engine, {"1": 480})
    watch(engine)
    with engine.begin() as conn:
        take_lease(conn, "outbox", "elsewhere/1/2/3", seconds=300, now=NOW)
    with pytest.raises(GpudealsError, match="process 1 on elsewhere is sending the mails"):
        send(engine, server.url)
    assert send(engine, server.url, later(minutes=6)).sent == 1


def test_what_a_dead_process_of_this_machine_held_is_taken_over_at_once(engine: Engine, server: MailServer) -> None:
    import socket

    on_sale(engine, {"1": 480})
    watch(engine)
    with engine.begin() as conn:
        take_lease(conn, "outbox", f"{socket.gethostname()}/4194303/1/2", seconds=300, now=NOW)
    assert send(engine, server.url).sent == 1


def test_a_clock_that_was_years_ahead_blocks_nothing(engine: Engine, server: MailServer) -> None:
    on_sale(engine, {"1": 480})
    watch(engine)
    send(engine, server.url)
    with engine.begin() as conn:
        conn.execute(light.alert.update().values(sent_at=later(days=3650)))
        take_lease(conn, "outbox", "elsewhere/1/2/3", seconds=300, now=later(days=3650))
    on_sale(engine, {"2": 470}, START + timedelta(hours=1))
    assert send(engine, server.url, later(hours=1)).sent == 1


def test_old_alerts_are_forgotten_but_for_the_price_that_was_told(engine: Engine, server: MailServer) -> None:
    on_sale(engine, {"1": 480, "2": 490})
    watch(engine)
    send(engine, server.url)
    with engine.begin() as conn:
        assert forget_alerts(conn, later(hours=1)) == 2
        assert forget_alerts(conn, later(hours=1)) == 0
    assert {(row.state, str(row.facts)) for row in alerts(engine)} == {("sent", "{}")}
    assert send(engine, server.url, later(hours=2)).mails == 0
