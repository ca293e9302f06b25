"""What the pages show."""

import csv
import io
import re
from itertools import pairwise

import pytest
from fastapi.testclient import TestClient

from tests.tracker.web.market import CARD
from tests.tracker.web.reading_html import Page

ALL = {"tesla-p40-24gb", "rtx-3060-12gb", CARD, "rtx-4090-24gb"}
PAGES = ("/", f"/gpus/{CARD}", "/deals", "/watches", "/health")


def page(client: TestClient, path: str) -> Page:
    answer = client.get(path)
    assert answer.status_code == 200, answer.text
    return Page(answer.text)


def table(client: TestClient, query: str = "") -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(client.get(f"/market.csv{query}").text)))


def test_the_market_ranks_cards_by_what_vram_costs(client: TestClient) -> None:
    rows = table(client)
    assert [row["sku"] for row in rows] == ["tesla-p40-24gb", "rtx-3060-12gb", CARD, "rtx-4090-24gb"]
    shown = page(client, "/")
    assert "What used cards cost" in shown.text
    assert all(f"/gpus/{row['sku']}" in [link.get("href") for link in shown.all("a")] for row in rows)


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("?min_vram=24", {"tesla-p40-24gb", CARD, "rtx-4090-24gb"}),
        ("?min_vram=24&max_price=800", {"tesla-p40-24gb", CARD}),
        ("?vendor=amd", set()),
        ("?nvlink=true", {CARD}),
        ("?cooling=passive", {"tesla-p40-24gb"}),
        ("?kind=sold", {"rtx-3060-12gb"}),  # the others are asked for too
        ("?kind=closed", set()),
        ("?min_vram=&max_price=&vendor=&form=&nvlink=&cooling=&kind=", ALL),
    ],
)  # fmt: skip
def test_the_market_is_filtered_and_the_csv_is_what_is_shown(
    client: TestClient, query: str, expected: set[str]
) -> None:
    assert {row["sku"] for row in table(client, query)} == expected
    links = {link.get("href") for link in page(client, f"/{query}").all("a")}
    shown = {sku for sku in ALL if f"/gpus/{sku}" in links}
    assert shown == expected


def test_the_sorted_column_says_so_and_the_state_is_in_the_links(client: TestClient) -> None:
    found = page(client, "/?min_vram=24&sort=fair_value")
    assert [cell.get("aria-sort") for cell in found.all("th") if cell.get("aria-sort")] == ["ascending"]
    assert "/?min_vram=24&sort=n" in [link.get("href") for link in found.all("a")]
    assert "/market.csv?min_vram=24&sort=fair_value" in [link.get("href") for link in found.all("a")]
    assert [row["sku"] for row in table(client, "?min_vram=24&sort=fair_value")] == [
        "tesla-p40-24gb", CARD, "rtx-4090-24gb",
    ]  # fmt: skip


def test_values_in_another_currency_carry_its_sign_and_ratios_stay_in_dollars(client: TestClient) -> None:
    found = page(client, "/?currency=EUR&min_vram=24&max_price=300&vendor=nvidia")
    assert "€" in found.text
    (row,) = table(client, "?currency=EUR&min_vram=24&max_price=300")
    assert f"${float(row['usd_per_gb']):,.2f}" in found.text
    assert row["currency"] == "EUR"


def test_a_card_page_has_everything_that_is_known_of_it(client: TestClient) -> None:
    found = page(client, f"/gpus/{CARD}")
    for words in (
        "GeForce RTX 3090 24GB", "Not to be confused with", "Worth now", "80 % interval", "Resale outlook",
        "Price history", "On offer now", "how it was read", "Specifications", "What the sources are", "deal",
    ):  # fmt: skip
        assert words in found.text, words
    charts = [box for box in found.all("div") if box.get("data-chart") == "history"]
    assert len(charts) == 1
    assert any("fair" in (line.get("class") or "") for line in found.all("line"))


def test_a_card_that_the_catalog_lacks_is_not_found(client: TestClient) -> None:
    answer = client.get("/gpus/rtx-9999-1gb")
    assert answer.status_code == 404
    assert "There is no such page" in answer.text


def test_deals_are_newest_first_with_evidence_and_lead_to_why(client: TestClient) -> None:
    found = page(client, "/deals?max_price=570")
    assert found.text.index("NVIDIA Tesla P40 24GB") < found.text.index("EVGA RTX 3090 FTW3 24GB")
    assert "Fair value" in found.text
    assert "under fair" in found.text
    why = page(client, "/why/ebay:deal-1")
    assert "EVGA RTX 3090 FTW3 24GB" in why.text
    assert "Read as" in why.text
    assert why.all("mark")


def test_why_is_a_fragment_where_htmx_asks(client: TestClient) -> None:
    answer = client.get("/why/ebay:deal-1", headers={"hx-request": "true"})
    assert not Page(answer.text).all("html")
    assert not Page(answer.text).all("h1")
    assert "gpudeals" not in answer.text
    assert answer.text.count("Read as") == 1
    assert "hx-request" in answer.headers["vary"]


def test_deals_are_filtered(client: TestClient) -> None:
    assert "Tesla P40" not in page(client, "/deals?min_vram=24&max_price=570&sku=rtx-3090-24gb").text
    assert "1 deal of tesla-p40-24gb" in page(client, "/deals?sku=tesla-p40-24gb").text
    assert "not under fair value" in page(client, "/deals?every=true&sku=rtx-4090-24gb").text
    assert "No live offer" in page(client, "/deals?region=de").text


def test_health_shows_sources_runs_mails_and_schedule(client: TestClient) -> None:
    found = page(client, "/health")
    for words in ("ebay_browse", "Last runs", "Mails", "Schedule", "import"):
        assert words in found.text
    assert not re.search(r"\d\dT\d\d:", found.text)  # moments are written for people


@pytest.mark.parametrize("path", ["/", f"/gpus/{CARD}", "/deals", "/health"])
def test_an_empty_database_says_what_to_do_next(empty: TestClient, path: str) -> None:
    found = page(empty, path)
    assert "Nothing is stored yet" in found.text
    assert "gpudeals import" in found.text


def test_an_empty_watches_page_says_how_to_sign_in(empty: TestClient) -> None:
    assert "gpudeals init" in page(empty, "/watches").text


@pytest.mark.parametrize("path", PAGES)
def test_a_page_is_made_for_everybody(client: TestClient, path: str) -> None:
    found = page(client, path)
    (html,) = found.all("html")
    assert html["lang"] == "en"
    assert found.all("a")[0]["href"] == "#content"  # the way past the navigation comes first
    assert [main.get("id") for main in found.all("main")] == ["content"]
    levels = [int(tag[1]) for tag, _ in found.elements if tag in ("h1", "h2", "h3")]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after - before <= 1 for before, after in pairwise(levels))
    assert all(cell.get("scope") in ("col", "row") for cell in found.all("th"))
    assert all(svg.get("aria-label") for svg in found.all("svg"))
    scrolling = [box for box in found.all("div") if "scroll" in (box.get("class") or "").split()]
    assert all(
        box.get("tabindex") == "0" and box.get("role") == "region" and box.get("aria-label") for box in scrolling
    )
    assert not [
        1 for _, attributes in found.elements for name in attributes if name == "style" or name.startswith("on")
    ]


@pytest.mark.parametrize("path", ["/", "/deals", "/watches"])
def test_every_field_has_a_label(client: TestClient, path: str) -> None:
    text = client.get(path).text
    found = Page(text)
    fields = [*found.all("input"), *found.all("select")]
    visible = [field for field in fields if field.get("type") != "hidden" and "hidden" not in field]
    assert text.count("<label") == len(visible)
