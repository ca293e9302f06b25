"""The mail: two parts that agree, headers that nobody else can write, and nothing that acts."""

import re
from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.generator import BytesGenerator
from email.message import EmailMessage
from io import BytesIO
from typing import Any

import pytest

from db.errors import GpudealsError
from tests.tracker.alerts.samples import offer
from tracker.alerts.addresses import address, header
from tracker.alerts.bodies import Bodies, Item, Letter, sparkline
from tracker.alerts.letters import letter_of
from tracker.alerts.mail import Sender, compose
from tracker.alerts.tokens import unsubscribe_token, watches_of_token

NOW = datetime(2026, 3, 4, 12, tzinfo=UTC)
SENDER = Sender(mail_from="deals@example.org")
HOSTILE = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "<svg/onload=alert(1)>",
    "</td><style>*{display:none}</style>",
    "{{7*7}} {% raw %} ${7*7} #{7*7}",
    "=cmd|' /C calc'!A0",
    "RTX 3090\r\nBcc: everyone@example.org",
    "RTX 3090\nX-Evil: 1",
    "\x1b[2J\x1b[31mRTX 3090",
    "\x00RTX\x07 3090\x7f\x9b31m",
    "\u202egnp.0903 XTR\u202c \u200b\u2066x\u2069",
    "javascript:alert(1)",
    "' onmouseover='alert(1)",
    '"><a href="https://evil.example/">',
    "RTX 3090 " + "A" * 1_000_000,
    "\ud800 half a pair",
    "RTX 3090\u2028To: a@b.c\u2029",
]


def mail(**changes: Any) -> EmailMessage:
    items = [Item(facts=offer(**changes), reasons=["$25.83 a GB is under $26.00"], watches=["big"])]
    letter = Letter(
        to="ada@example.org",
        message_id="<abc@gpudeals.example.org>",
        items=items,
        more=0,
        watch_names=["big"],
        token="t",
    )
    return compose(letter, SENDER, NOW)


def parts(message: EmailMessage) -> tuple[str, str]:
    plain, html = message.get_body(("plain",)), message.get_body(("html",))
    assert plain is not None and html is not None
    return plain.get_content(), html.get_content()


def test_the_mail_says_what_a_buyer_needs() -> None:
    text, html = parts(mail())
    for fact in (
        "GeForce RTX 3090 24 GB",
        "$600.00",
        "$620.00",
        "$800",
        "$720 to $890",
        "n = 41",
        "22 %",
        "$25.83",
        "4 %",
    ):
        assert fact in text
        assert fact in html
    assert mail()["Subject"] == "GeForce RTX 3090 24 GB for $620, 22 % under fair"


def test_both_parts_give_the_same_figures() -> None:
    text, html = parts(mail())
    shown = re.sub(r"<[^>]*>", " ", re.sub(r"<style.*?</style>", "", html, flags=re.S))
    figures = r"\$[\d,.]+\d"
    assert sorted(set(re.findall(figures, text))) == sorted(set(re.findall(figures, shown)))


def test_unknown_shipping_is_said_and_not_added() -> None:
    text, html = parts(mail(landed=None, shipping_usd=None, discount=None))
    assert "shipping unknown" in text and "shipping unknown" in html
    assert "landed" not in text


@pytest.mark.parametrize("title", HOSTILE, ids=range(len(HOSTILE)))
@pytest.mark.parametrize("field", ["title", "model"])
def test_a_hostile_text_is_harmless_in_every_part(title: str, field: str) -> None:
    message = mail(**{field: title})
    raw = BytesIO()
    BytesGenerator(raw, policy=policy.SMTP).flatten(message)
    parsed = message_from_bytes(raw.getvalue(), policy=policy.default)
    assert {name.lower() for name in parsed} == {name.lower() for name in mail()}
    assert parsed["To"] == "ada@example.org"
    text, html = parts(parsed)  # type: ignore[arg-type]
    tags = {tag.lower() for tag in re.findall(r"<\s*/?\s*([a-zA-Z!][a-zA-Z0-9]*)", html)}
    assert tags <= {
        "!doctype",
        "html",
        "head",
        "meta",
        "title",
        "style",
        "body",
        "div",
        "h2",
        "p",
        "strong",
        "br",
        "table",
        "tr",
        "td",
        "a",
        "code",
    }
    assert re.findall(r'href="(?!https://www\.ebay\.com/itm/|mailto:)', html) == []
    for part in (text, html, str(parsed["Subject"])):
        assert not re.search(
            r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b\u202a-\u202e\u2066-\u2069\ud800-\udfff]", part.replace("\r\n", "\n")
        )
    assert len(raw.getvalue()) < 102 * 1024


def test_a_listing_is_never_a_template() -> None:
    text, html = parts(mail(title="{{7*7}} {% if 1 %}"))
    assert "{{7*7}} {% if 1 %}" in text
    assert "{{7*7}} {% if 1 %}" in html


def test_twenty_offers_stay_under_the_size_that_mail_programs_cut() -> None:
    items = [
        Item(facts=offer(n, title="Ü" * 400, history=[float(k) for k in range(13)], risks=["zero feedback", "as is"]),
             reasons=["because"], watches=["a", "b"])
        for n in range(20)
    ]  # fmt: skip
    letter = Letter(to="ada@example.org", message_id="<a@b>", items=items, more=480, watch_names=["a", "b"], token="t")
    message = compose(letter, SENDER, NOW)
    assert len(message.as_bytes()) < 102 * 1024
    assert "And 480 more" in parts(message)[0]
    assert str(message["Subject"]).endswith("and 499 more")


def test_an_offer_in_many_mails_is_rendered_once_and_says_the_same() -> None:
    bodies = Bodies()
    for reason in ("first", "second"):
        items = [Item(facts=offer(n, title="Ü" * 90), reasons=[reason], watches=["w"]) for n in (1, 2)]
        letter = Letter(to="a@b.c", message_id="<a@b>", items=items, more=0, watch_names=["w"], token="t")
        shared, alone = compose(letter, SENDER, NOW, bodies), compose(letter, SENDER, NOW)
        assert shared.as_bytes() == alone.as_bytes()
        assert parts(shared)[0].count(reason) == 2
        assert max(map(len, shared.as_bytes(policy=policy.SMTP).splitlines())) <= 76


def test_offers_that_differ_in_anything_are_rendered_apart() -> None:
    bodies = Bodies()
    for price in (600.0, 599.99):
        item = Item(facts=offer(1, price_usd=price), reasons=["r"], watches=["w"])
        letter = Letter(to="a@b.c", message_id="<a@b>", items=[item], more=0, watch_names=["w"], token="t")
        assert f"${price:.2f}" in parts(compose(letter, SENDER, NOW, bodies))[0]


def test_without_a_public_address_unsubscribing_is_a_mail() -> None:
    message = mail()
    assert message["List-Unsubscribe"] == "<mailto:deals@example.org?subject=unsubscribe%20big>"
    assert message["List-Unsubscribe-Post"] is None


def test_with_a_public_address_one_click_ends_it() -> None:
    letter = Letter(to="ada@example.org", message_id="<a@b>", items=[Item(facts=offer(), reasons=["r"], watches=["w"])],
                    more=0, watch_names=["w"], token="1f.abc")  # fmt: skip
    message = compose(letter, Sender(mail_from="deals@example.org", public_url="https://gpus.example.org/"), NOW)
    assert message["List-Unsubscribe"] == "<https://gpus.example.org/unsubscribe/1f.abc>"
    assert message["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"


@pytest.mark.parametrize("watches", [1, 3, 400])
@pytest.mark.parametrize("public_url", ["https://gpus.example.org", "https://gpüs.example.org", None])
def test_the_address_to_unsubscribe_is_sent_as_it_is(watches: int, public_url: str | None) -> None:
    # An encoded word, into which `email` puts whatever is long, is no address to any mail program (RFC 2369).
    names = ["the cheapest A4000 – ü 𝄞" * 2] * watches
    facts = [{"already": False, "reasons": ["r"], "offer": offer()}] * watches
    rows = [
        {"watch_id": 2**62 + n, "email": "ada@example.org", "offer_id": 1, "step": 1, "price": 1, "facts": one}
        for n, one in enumerate(facts)
    ]
    letter = letter_of(rows, dict(enumerate(names, 2**62)), "secret", f"<{'a' * 32}@gpudeals.{'long.' * 8}example.org>")
    raw = compose(letter, Sender(mail_from="deals@example.org", public_url=public_url), NOW).as_bytes(
        policy=policy.SMTP
    )
    head = raw.split(b"\r\n\r\n")[0].decode("ascii").split("\r\n")
    (line,) = [line for line in head if line.startswith("List-Unsubscribe:")]
    assert re.fullmatch(r"List-Unsubscribe: <(https://gpus.example.org/unsubscribe/|mailto:deals@)[^<>\s]+>", line)
    assert max(map(len, head)) <= 998
    assert [line for line in head if line.startswith("Message-ID:")] == [f"Message-ID: {letter.message_id}"]


@pytest.mark.parametrize(
    "text", ["a@b\r\nBcc: c@d", "no address", "a@b c", "Ada <ada@example.org>", "", "a@" + "b" * 300]
)
def test_what_is_no_bare_address_is_refused(text: str) -> None:
    with pytest.raises(GpudealsError, match="is no mail address"):
        address(text)


def test_a_header_is_one_clean_line() -> None:
    assert header("RTX 3090\r\nBcc: x\x00\x1b[31m") == "RTX 3090 Bcc: x[31m"
    assert len(header("x" * 500)) == 200


def test_a_token_ends_the_watches_it_names_and_a_forged_one_none() -> None:
    token = unsubscribe_token("secret", [5, 7], "Ada@example.org")
    known = {5: "ada@example.org", 7: "ada@example.org", 9: "bob@example.org"}
    assert watches_of_token("secret", token, known) == [5, 7]
    assert watches_of_token("other", token, known) == []
    assert watches_of_token("secret", token.replace("5-7", "5-7-9"), known) == []
    assert watches_of_token("secret", token, {}) == []
    for junk in ("", ".", "zz.x", "5", "5.", "5-7.ü", "-.", "5" * 5000):
        assert watches_of_token("secret", junk, known) == []


def test_a_price_history_is_drawn_from_low_to_high() -> None:
    assert sparkline([1, None, 8]) == "▁ █"
    assert sparkline([]) == ""
    assert sparkline([5, 5]) == "▁▁"
