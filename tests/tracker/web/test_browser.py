"""A walk through the pages in a real browser: market, card, deal, why, a watch made and deleted."""

import os
import shutil
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
import uvicorn

from db.engine import open_engine
from tests.tracker.web.market import CARD, fill
from tracker.settings import WebSection
from tracker.web.app import create_app

sync_api = pytest.importorskip("playwright.sync_api", reason="no playwright: install the dependency group e2e")
BROWSER = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser")
pytestmark = pytest.mark.skipif(BROWSER is None, reason="no Chromium: apt-get install chromium, or set CHROMIUM")

TOKEN = "demo"
FLAGS = (
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
)  # fmt: skip
SIZES = {"desktop": (1280, 900), "phone": (390, 844)}


@contextmanager
def served(url: str) -> Iterator[str]:
    """The pages on a free port of this machine."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    app = create_app(url, WebSection(token=TOKEN), simulated=True)
    server = uvicorn.Server(uvicorn.Config(app, port=port, log_level="error"))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    deadline = time.monotonic() + 30
    while not server.started and time.monotonic() < deadline:
        time.sleep(0.02)
    yield f"http://127.0.0.1:{port}"
    server.should_exit = True
    thread.join(10)


@pytest.fixture(scope="module")
def site(sqlite_template: bytes, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    path = tmp_path_factory.mktemp("site") / "market.db"
    path.write_bytes(sqlite_template)
    engine = open_engine(f"sqlite:///{path}")
    fill(engine)
    engine.dispose()
    with served(f"sqlite:///{path}") as address:
        yield address


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    with sync_api.sync_playwright() as playwright:
        found = playwright.chromium.launch(executable_path=BROWSER, args=list(FLAGS))
        yield found
        found.close()


class Watched:
    """A page whose every complaint, and every request that leaves the machine, is kept."""

    def __init__(self, browser: Any, site: str, size: str = "desktop", scheme: str = "light", **more: Any) -> None:
        width, height = SIZES[size]
        self.context = browser.new_context(
            viewport={"width": width, "height": height}, color_scheme=scheme, base_url=site, **more
        )
        self.complaints: list[str] = []
        self.page = self.context.new_page()
        self.page.set_default_timeout(10_000)
        self.page.on("console", lambda message: self.complaints.append(f"console: {message.text}"))
        self.page.on("pageerror", lambda error: self.complaints.append(f"error: {error}"))
        self.page.on("request", lambda request: self._judge(request.url))
        self.page.on("dialog", lambda dialog: (self.complaints.append(f"dialog: {dialog.message}"), dialog.dismiss()))

    def _judge(self, url: str) -> None:
        if urlsplit(url).hostname not in ("127.0.0.1", None):
            self.complaints.append(f"off the host: {url}")

    def fits(self) -> None:
        """The page itself does not scroll sideways; only its tables do."""
        width = self.page.evaluate("document.documentElement.scrollWidth")
        assert width <= self.page.viewport_size["width"], self.page.url

    def shot(self, folder: Path, name: str) -> None:
        self.page.screenshot(path=folder / f"{name}.png")


def drawn(page: Any, kind: str) -> int:
    """How many pixels of the chart are not empty."""
    box = page.locator(f"[data-chart={kind}] canvas")
    box.wait_for()
    count: int = box.evaluate(
        "c => c.getContext('2d').getImageData(0, 0, c.width, c.height).data.filter((v, i) => i % 4 === 3 && v).length"
    )
    return count


@pytest.mark.parametrize(
    ("size", "scheme"), [("desktop", "light"), ("desktop", "dark"), ("phone", "light"), ("phone", "dark")]
)
def test_from_the_market_to_a_watch_and_back(browser: Any, site: str, size: str, scheme: str, tmp_path: Path) -> None:
    walk = Watched(browser, site, size, scheme)
    page = walk.page
    page.goto("/")
    assert drawn(page, "frontier") > 500
    walk.fits()

    page.get_by_label("VRAM at least").fill("24")  # the slider
    page.wait_for_url("**/?min_vram=24")  # nothing else is in the address that is passed on
    page.locator("tbody tr").filter(has_text="RTX 3060").wait_for(state="detached")
    assert page.locator("tbody th[scope=row]").all_inner_texts() == [
        "Tesla P40",
        "GeForce RTX 3090",
        "GeForce RTX 4090",
    ]
    assert drawn(page, "frontier") > 500
    page.locator("#sort-vram_gb").press("Enter")
    page.wait_for_url("**sort=vram_gb**")
    page.locator("#results[data-sort=vram_gb]").wait_for()
    assert page.get_by_label("Sort by").input_value() == "vram_gb"
    assert page.evaluate("document.activeElement.id") == "sort-vram_gb"
    walk.shot(tmp_path, "market")

    page.get_by_role("link", name="GeForce RTX 3090", exact=True).last.click()
    page.get_by_role("heading", name="GeForce RTX 3090 24GB").wait_for()
    assert drawn(page, "history") > 500
    page.get_by_text("The last days as a table").click()
    assert page.get_by_role("region", name="The last days").is_visible()
    walk.fits()
    walk.shot(tmp_path, "card")

    page.get_by_role("link", name="Deals", exact=True).click()
    deal = page.locator("article").filter(has_text="Tesla P40").first
    deal.get_by_text("Why: how the listing was read").click()
    deal.locator("pre mark").first.wait_for()
    walk.fits()
    walk.shot(tmp_path, "deals")

    page.get_by_role("link", name="Watches").click()
    page.get_by_label("Token").fill(TOKEN)
    page.get_by_role("button", name="Sign in").click()
    name = f"walk-{size}-{scheme}"
    page.get_by_label("Name").fill(name)
    page.get_by_label("VRAM at least, GB").fill("24")
    page.get_by_label("Mail address").fill("you@example.org")
    page.get_by_role("button", name="Add watch").click()
    page.get_by_text(f"{name} is saved.").wait_for()
    assert page.get_by_role("rowheader", name=name).is_visible()
    walk.fits()
    walk.shot(tmp_path, "watches")
    page.get_by_role("button", name=f"Delete {name}").click()
    page.get_by_text(f"{name} is deleted.").wait_for()
    assert page.get_by_role("rowheader", name=name).count() == 0

    page.get_by_role("link", name="Health").click()
    page.get_by_role("heading", name="Last runs").wait_for()
    walk.fits()
    assert walk.complaints == []
    walk.context.close()


def test_the_same_without_javascript(browser: Any, site: str) -> None:
    walk = Watched(browser, site, java_script_enabled=False)
    page = walk.page
    page.goto("/")
    page.get_by_label("Budget a card").fill("300")
    page.get_by_role("button", name="Show").click()
    assert page.locator("tbody th[scope=row]").all_inner_texts() == ["Tesla P40", "GeForce RTX 3060"]
    page.get_by_role("columnheader", name="Fair value").get_by_role("link").click()
    assert page.locator("th[aria-sort]").inner_text() == "Fair value"
    page.goto("/deals?every=true")
    page.get_by_text("Why: how the listing was read").first.click()
    page.get_by_role("link", name="Show", exact=True).first.click()
    page.get_by_text("Read as").wait_for()
    assert walk.complaints == []
    walk.context.close()


def test_hostile_listings_do_nothing_in_a_browser(browser: Any, site: str) -> None:
    walk = Watched(browser, site)
    for path in ("/deals?every=true", f"/gpus/{CARD}", "/why/ebay:hostile-0", "/why/ebay:hostile-40"):
        walk.page.goto(path)
        for summary in walk.page.locator("article > div > details > summary").all()[:12]:
            summary.click()
        walk.page.wait_for_timeout(300)
    assert walk.complaints == []
    walk.context.close()


def test_the_keyboard_reaches_the_content_first(browser: Any, site: str) -> None:
    walk = Watched(browser, site)
    walk.page.goto("/")
    walk.page.keyboard.press("Tab")
    assert walk.page.evaluate("document.activeElement.textContent") == "Skip to the content"
    walk.page.keyboard.press("Enter")
    assert walk.page.evaluate("document.activeElement.id") == "content"
    walk.context.close()
