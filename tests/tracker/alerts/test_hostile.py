"""1,000 hostile titles: none acts in a mail, a log, a table or a terminal."""

import csv
import io
import logging
import re
from datetime import UTC, datetime
from email import message_from_bytes, policy
from html.parser import HTMLParser

import pytest

from crawlers.secrets import RedactingFormatter
from tests.tracker.alerts.hostile import FRAGMENTS, UNSEEN, hostile_titles
from tests.tracker.alerts.samples import offer
from tracker.alerts.bodies import Item, Letter, shown_link
from tracker.alerts.mail import Sender, compose, subject
from tracker.cli.output import Format, plain, print_rows

NOW = datetime(2026, 3, 4, 12, tzinfo=UTC)
SENDER = Sender(mail_from="deals@example.org")
BATCH = 20


class Structure(HTMLParser):
    """Tags with their attributes: what a mail program acts upon. Text is none of it."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=False)
        self.found: list[str] = []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append(f"<{tag} {attrs}>")

    def handle_endtag(self, tag: str) -> None:
        self.found.append(f"</{tag}>")

    def handle_comment(self, data: str) -> None:
        self.found.append("<!--")

    def handle_decl(self, decl: str) -> None:
        self.found.append(f"<!{decl}>")

    def handle_pi(self, data: str) -> None:
        self.found.append("<?")


def mail_of(titles: list[str], field: str) -> bytes:
    items = [
        Item(facts=offer(n, **{field: [title] if field == "risks" else title}), reasons=["cheap"], watches=["w"])
        for n, title in enumerate(titles)
    ]
    letter = Letter(to="ada@example.org", message_id="<a@b>", items=items, more=0, watch_names=["w"], token="t")
    return compose(letter, SENDER, NOW).as_bytes(policy=policy.SMTP)


def parsed(raw: bytes) -> tuple[dict[str, str], str, str]:
    message = message_from_bytes(raw, policy=policy.default)
    text, html = message.get_body(("plain",)), message.get_body(("html",))  # type: ignore[attr-defined]
    return {name.lower(): str(value) for name, value in message.items()}, text.get_content(), html.get_content()


def without_titles(structure: list[str]) -> list[str]:
    return [re.sub(r"\('href', '[^']*'\)", "link", tag) for tag in structure]


@pytest.mark.parametrize("field", ["title", "model", "risks"])
def test_no_title_changes_the_structure_of_a_mail(field: str) -> None:
    titles = list(hostile_titles(1000 if field == "title" else 200))
    for at in range(0, len(titles), BATCH):
        batch = titles[at : at + BATCH]
        raw = mail_of(batch, field)
        headers, text, html = parsed(raw)
        calm_headers, _, calm = parsed(mail_of(["calm"] * len(batch), field))
        assert len(raw) < 102 * 1024
        assert set(headers) == set(calm_headers)
        assert {name: headers[name] for name in ("to", "from", "message-id")} == {
            name: calm_headers[name] for name in ("to", "from", "message-id")
        }
        shown = without_titles(Structure(html).found)
        # A mail that would be too long has fewer entries, and no other ones.
        assert shown == without_titles(Structure(calm).found) or len(shown) < len(Structure(calm).found)
        assert set(shown) <= set(without_titles(Structure(calm).found))
        for part in (text, html, headers["subject"]):
            assert not re.search(UNSEEN, part.replace("\r\n", "\n")), part[:200]


@pytest.mark.parametrize("title", FRAGMENTS, ids=range(len(FRAGMENTS)))
def test_no_title_acts_in_a_log_a_table_or_a_terminal(title: str, capsys: pytest.CaptureFixture[str]) -> None:
    rows = [{"title": title, "price": 480.0}]
    print_rows(rows, Format.table, ("title", "price"))
    print_rows(rows, Format.csv, ("title", "price"))
    table, _, sheet = capsys.readouterr().out.rpartition("title,price")
    assert not re.search(UNSEEN, table.replace("\n", ""))
    (cell, _) = list(csv.reader(io.StringIO("title,price" + sheet)))[1]
    assert cell[:1] not in ("=", "+", "-", "@", "|", "%") and not re.search(UNSEEN, cell)
    record = logging.LogRecord("gpudeals", logging.INFO, "", 0, "%s", (plain(title),), None)
    assert not re.search(UNSEEN, RedactingFormatter("%(message)s").format(record))
    items = [Item(facts=offer(model=title), reasons=[title], watches=[title])]
    letter = Letter(to="a@b.c", message_id="<a@b>", items=items, more=0, watch_names=[title], token="t")
    assert not re.search(UNSEEN, str(compose(letter, SENDER, NOW)["Subject"]))
    assert not re.search(UNSEEN, subject(letter))


@pytest.mark.parametrize(
    ("link", "kept"),
    [
        ("https://www.ebay.com/itm/123", True),
        ("https://www.reddit.com/comments/1abc", True),
        ("http://127.0.0.1:8765/itm/123", True),
        ("http://www.ebay.com/itm/123", False),
        ("https://www.ebay.com.evil.example/itm/123", False),
        ("https://www.ebay.com@evil.example/itm/123", False),
        ("https://www.ebаy.com/itm/123", False),  # a Cyrillic letter
        ("javascript://127.0.0.1/%0aalert(1)", False),
        ("http://me@127.0.0.1/", False),
        ('http://127.0.0.1/"><script>', False),
        ("//www.ebay.com/itm/1", False),
        ("", False),
        (None, False),
    ],
)
def test_a_link_leads_to_a_market_or_nowhere(link: str | None, kept: bool) -> None:
    assert shown_link(link) == (link if kept else None)
