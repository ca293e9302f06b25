"""Long and violent runs of the outbox; in small they are tests, in full torture."""

import itertools
import os
import random
import signal
import time
from collections import Counter
from datetime import datetime, timedelta
from typing import TextIO

from sqlalchemy import Engine, delete, select, update

from db import light
from db.engine import open_engine
from tests.db.forks import Child
from tests.tracker.alerts.mailserver import MailServer
from tests.tracker.alerts.market import NOW, SECRET, SENDER, alerts, on_sale, over, send, states, watch
from tests.tracker.prices import START
from tracker.alerts.notifying import evaluate
from tracker.alerts.outbox import deliver
from tracker.alerts.transport import transport_for

#: Where a process is killed: at each step of the protocol, right after the server took the mail, and anywhere.
KILL_AT = ("EHLO", "MAIL", "RCPT", "DATA", "STORED", "QUIT", "anywhere")
#: At these the server has the whole mail, and takes it though nobody hears its answer any more.
IN_THE_WINDOW = ("DATA", "STORED")
WAITING = 3  # new mails before each kill, so that it strikes the first, the second or the third


def kill_at_every_step(url: str, kills: int, steps: tuple[str, ...] = KILL_AT, seed: int = 1) -> Counter[str]:
    """Kill the sending process ``kills`` times at each step, start it again, and look at what arrived.

    Returns how many kills struck, how many mails arrived and how many of them twice. Raises AssertionError where
    one was lost, came under two Message-IDs, or was repeated though it was killed outside the window between the
    server's taking a mail and our record of it.
    """
    rng = random.Random(seed)
    engine = open_engine(url)
    on_sale(engine, {"1": 480})
    struck: list[tuple[str, str]] = []  # step and recipient
    addresses: list[str] = []
    with MailServer() as server:
        _warm_up(engine, server)
        for number in range(kills):
            for step in steps:
                fresh = [f"{number}-{n}@{step.lower()}.example.org" for n in range(WAITING)]
                for address in fresh:
                    watch(engine, address)
                addresses += fresh
                _leave_out_the_told(engine)
                evaluate(engine, NOW)
                engine.dispose()  # a child must not share a connection
                struck += _kill_once(engine, server, step, rng)
        send(engine, server.url, find=False)
        assert states(engine) == {"sent": len(addresses)}
        taken = Counter(str(mail["To"]) for mail in server.taken)
        assert set(taken) == set(addresses)
        assert len(server.ids) == len(addresses)  # one Message-ID an alert, whatever happened
        in_window = Counter(recipient for step, recipient in struck if step in IN_THE_WINDOW)
        anywhere = sum(step == "anywhere" for step, _ in struck)
        outside = sum(max(0, times - 1 - in_window[address]) for address, times in taken.items())
        assert outside <= anywhere
    engine.dispose()
    return Counter(kills=len(struck), mails=len(addresses), repeated=len(server.taken) - len(addresses))


def _leave_out_the_told(engine: Engine) -> None:
    """Pause the watches whose mail is sent, or a thousand of them would be matched for each three new ones."""
    told = select(light.alert.c.watch_id).where(light.alert.c.state == "sent")
    with engine.begin() as conn:
        conn.execute(update(light.watch).where(light.watch.c.id.in_(told)).values(enabled=False))


def _warm_up(engine: Engine, server: MailServer) -> None:
    """Send a mail from here, so that each process forked from here has its statements and templates ready."""
    watch(engine, "warm@example.org")
    send(engine, server.url)
    server.taken.clear()
    with engine.begin() as conn:
        conn.execute(delete(light.alert))
        conn.execute(delete(light.watch))


def _kill_once(engine: Engine, server: MailServer, step: str, rng: random.Random) -> list[tuple[str, str]]:
    """Start a process that sends, and kill it when it reaches ``step``; return where it was struck."""

    def work(say: TextIO) -> None:
        deliver(engine, transport_for(server.url), SENDER, SECRET, lambda: NOW)

    struck: list[tuple[str, str]] = []
    passes_by = 0 if step in ("EHLO", "QUIT") else rng.randrange(WAITING)
    child = Child(work)

    def strike(reached: str, recipient: str) -> None:
        nonlocal passes_by
        if reached == step and not struck:
            if passes_by == 0:
                os.kill(child.pid, signal.SIGKILL)
                struck.append((step, recipient))
            passes_by -= 1

    if step == "anywhere":
        time.sleep(rng.uniform(0.0, 0.12))
        os.kill(child.pid, signal.SIGKILL)
        struck.append((step, ""))
    else:
        server.at = strike
    child.wait()
    server.at = lambda *_: None
    return struck


def away_for_days(engine: Engine, days: int, seed: int = 1) -> dict[str, int]:
    """Let the server be away while offers come and go and the service restarts; then let it come back.

    Every alert that is still true is in one mail, every other suppressed. Returns how many of each.
    """
    rng = random.Random(seed)
    people = [f"{name}@example.org" for name in ("ada", "bob", "cleo")]
    for person in people:
        watch(engine, person)
    live: dict[str, int] = {}
    with MailServer() as server:
        gone = server.url
        server.stop()
        for hour in range(0, 24 * days, 3):
            now = NOW + timedelta(hours=hour)
            # No two at one price: goods that are offered again for the same are taken for the same goods.
            fresh = {f"{hour}-{n}": 490 - hour - n for n in range(rng.randrange(0, 3))}
            if fresh:
                on_sale(engine, fresh, now - timedelta(minutes=30))
                live |= fresh
            for listing in [key for key in live if rng.random() < 0.04]:
                del live[listing]
                over(engine, listing, rng.choice(("sold", "gone", "removed")))
            _see(engine, live, now)
            evaluate(engine, now)
            send(engine, gone, now, find=False)  # each pass is a new process: nothing is kept in memory
        server.start()
        back = NOW + timedelta(days=days)
        _see(engine, live, back)
        for hour in range(12):
            send(engine, server.url, back + timedelta(hours=hour), find=False)
        rows = alerts(engine)
        told = Counter((row.email, row.offer_id) for row in rows if row.state == "sent")
        assert {row.state for row in rows} <= {"sent", "suppressed"}
        assert set(told.values()) <= {1}
        assert len(told) == len(people) * len(live)
        assert set(server.ids.values()) == {1}
        listed = Counter[str]()
        for mail in server.taken:
            listed[str(mail["To"])] += int(_offers_in(str(mail["Subject"])))
        assert listed == {person: len(live) for person in people}
    return dict(Counter(row.state for row in rows))


def _see(engine: Engine, live: dict[str, int], now: datetime) -> None:
    """Let what is live have been seen just now, as a crawl would."""
    listing = light.raw_listing
    with engine.begin() as conn:
        conn.execute(update(listing).where(listing.c.external_id.in_(list(live))).values(last_seen=now))


def _offers_in(subject: str) -> int:
    more = subject.rpartition(" and ")[2]
    return 1 + int(more.removesuffix(" more")) if more.endswith(" more") else 1


def crash(engine: Engine, offers: int, hours: int = 24, fall: float = 0.30) -> dict[str, list[datetime]]:
    """Let a market live for nine quiet days and then fall in a day; return when mails went, by address."""
    rng = random.Random(3)
    sent: dict[str, list[datetime]] = {}
    for person in ("ada@example.org", "bob@example.org"):
        watch(engine, person, rule={"max_price": 500})
    prices = {str(n): rng.randrange(520, 690) for n in range(offers)}
    on_sale(engine, prices)
    with MailServer() as server:

        def one_pass(now: datetime) -> None:
            before = len(server.taken)
            _see(engine, prices, now)
            send(engine, server.url, now)
            for mail in server.taken[before:]:
                sent.setdefault(str(mail["To"]), []).append(now)

        for day in range(9):
            on_sale(engine, {f"lucky{day}": 450 - day}, START + timedelta(days=day))
            prices[f"lucky{day}"] = 450 - day
            one_pass(NOW + timedelta(days=day))
        quiet = {person: len(times) for person, times in sent.items()}
        assert quiet == {"ada@example.org": 9, "bob@example.org": 9}
        for step in range(hours):
            when = NOW + timedelta(days=9, hours=step)
            share = 1 - fall * (step + 1) / hours
            on_sale(engine, {key: round(price * share) for key, price in prices.items()}, when - timedelta(minutes=10))
            one_pass(when)
    for times in sent.values():
        assert all(later - earlier >= timedelta(hours=1) for earlier, later in itertools.pairwise(times))
    return sent


def held(engine: Engine) -> int:
    """How many alerts are held."""
    with engine.connect() as conn:
        return len(conn.execute(select(light.alert.c.id).where(light.alert.c.state == "held")).all())
