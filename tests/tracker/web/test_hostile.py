"""Listings are written by strangers: their text stays text, their links go where we say."""

import csv
import io
import re
from urllib.parse import urlsplit

import pytest
from fastapi.testclient import TestClient

from tests.tracker.web.market import CARD, hostile_titles
from tests.tracker.web.reading_html import VOID, Page, attribute_names

LISTED = ("/deals?every=true", f"/gpus/{CARD}", "/")
#: Every element and attribute that our own templates use.
ELEMENTS = {
    "html", "head", "meta", "title", "link", "script", "body", "a", "header", "nav", "span", "main", "footer", "h1",
    "h2", "p", "div", "section", "form", "label", "input", "select", "option", "output", "button", "details", "summary",
    "table", "caption", "thead", "tbody", "tr", "th", "td", "svg", "line", "circle", "polyline", "rect", "text", "ul",
    "li", "strong", "em", "code", "pre", "mark", "br", "article", "dl", "dt", "dd", "ol",
}  # fmt: skip
HOSTS = {"www.ebay.com", "www.reddit.com"}


def test_there_are_more_than_a_hundred_hostile_titles() -> None:
    assert len(set(hostile_titles())) > 100


@pytest.mark.parametrize("path", LISTED)
def test_no_title_becomes_markup(client: TestClient, path: str) -> None:
    text = client.get(path).text
    found = Page(text)
    assert {tag for tag, _ in found.elements} <= ELEMENTS
    assert not [name for name in attribute_names(found) if name.startswith("on") or name in ("style", "srcdoc")]
    opened = [tag for tag, _ in found.elements if tag not in VOID and tag not in ("line", "circle", "polyline", "rect")]
    assert {tag: opened.count(tag) for tag in set(opened)} == {tag: text.count(f"</{tag}>") for tag in set(opened)}
    for script in found.all("script"):
        assert (script["src"] or "").startswith("/static/")


def test_why_of_each_hostile_listing_is_text(client: TestClient) -> None:
    for number in range(0, len(hostile_titles()), 7):
        found = Page(client.get(f"/why/ebay:hostile-{number}").text)
        assert {tag for tag, _ in found.elements} <= ELEMENTS


def test_a_listing_whose_id_is_markup_can_be_asked_about(client: TestClient) -> None:
    found = Page(client.get("/deals?every=true&max_price=651").text + client.get(f"/gpus/{CARD}").text)
    paths = {link["href"] for link in found.all("a") if "onerror" in (link.get("href") or "")}
    why = next(path for path in paths if path and path.startswith("/why/"))
    answer = client.get(why)
    assert answer.status_code == 200
    assert "an id that is markup" in answer.text
    assert "<img" not in answer.text


def test_titles_are_shown_without_control_and_direction_characters(client: TestClient) -> None:
    text = client.get("/deals?every=true").text + client.get(f"/gpus/{CARD}").text
    assert not re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b\u202a-\u202e\u2066-\u2069\ufeff]", text)
    assert not re.search(r">\s*49\s*<", text)
    assert "{{7*7}}" in Page(text).text or "{{7*7}}" in client.get("/api/v1/deals?all=true&limit=1000").text


@pytest.mark.parametrize("path", LISTED)
def test_links_go_to_markets_only_and_say_nothing_of_the_reader(client: TestClient, path: str) -> None:
    away = [link for link in Page(client.get(path).text).all("a") if "//" in (link.get("href") or "")]
    assert away
    for link in away:
        address = urlsplit(link["href"] or "")
        assert address.scheme == "https"
        assert address.hostname in HOSTS
        assert link["rel"] == "noopener noreferrer nofollow"


def test_the_csv_holds_no_formula(client: TestClient) -> None:
    for row in csv.reader(io.StringIO(client.get("/market.csv").text)):
        assert not [cell for cell in row if cell[:1] in "=+@|%" and cell]
        assert not [cell for cell in row if cell.startswith("-") and not re.fullmatch(r"-[\d.]+(e-?\d+)?", cell)]


def test_the_api_answers_json_that_no_browser_takes_for_a_page(client: TestClient) -> None:
    answer = client.get("/api/v1/deals?all=true&limit=1000")
    assert answer.headers["content-type"] == "application/json"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.json()["total"] > 100


def test_a_message_that_a_link_brings_is_not_shown(client: TestClient) -> None:
    assert "<b>" not in client.get("/gpus/<b>x</b>").text
    assert "buy here" not in client.get("/watches?said=buy%20here&seal=x").text
