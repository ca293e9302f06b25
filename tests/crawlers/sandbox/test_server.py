"""The sandbox over HTTP: control panel, log of arrivals, answers that misbehave while they are sent."""

import http.client
import json
import subprocess
import sys
import time
import urllib.error
import urllib.request
import zlib
from collections.abc import Iterator
from itertools import pairwise
from typing import Any

import pytest

from crawlers.sandbox import Sandbox
from crawlers.sandbox.__main__ import main
from crawlers.sandbox.messages import SIMULATED
from crawlers.sandbox.tricks import BOMB_BYTES, _deflate_bomb, _gzip_bomb
from tests.crawlers.sandbox.conftest import SEARCH, ebay_token


@pytest.fixture
def served() -> Iterator[Sandbox]:
    with Sandbox(2, days=3, scale=0.2) as sandbox:
        yield sandbox


def ask(sandbox: Sandbox, path: str, method: str = "GET", data: Any = None, **headers: str) -> tuple[int, bytes, Any]:
    content = json.dumps(data).encode() if data is not None else None
    request = urllib.request.Request(sandbox.url + path, data=content, method=method, headers=headers)
    try:
        with urllib.request.urlopen(request, timeout=5) as answer:
            return answer.status, answer.read(), answer.headers
    except urllib.error.HTTPError as error:
        return error.code, error.read(), error.headers


def test_every_answer_says_that_it_is_simulated(served: Sandbox) -> None:
    for path in ("/robots.txt", "/nowhere", f"{SEARCH}?q=rtx", "/_sandbox/clock"):
        _, _, headers = ask(served, path)
        assert headers["X-Simulated"] == SIMULATED


def test_the_clock_stands_until_it_is_advanced(served: Sandbox) -> None:
    before = json.loads(ask(served, "/_sandbox/clock")[1])["now"]
    assert json.loads(ask(served, "/_sandbox/clock")[1])["now"] == before
    status, answer, _ = ask(served, "/_sandbox/advance", "POST", {"days": 1, "hours": 2})
    assert status == 200
    assert json.loads(answer)["now"] == "2026-01-09T02:00:00+00:00"


def test_a_clock_with_a_rate_runs() -> None:
    with Sandbox(2, scale=0.05, rate=3600.0) as sandbox:
        before = sandbox.now
        time.sleep(0.1)
        ask(sandbox, "/robots.txt")
        assert 300 < (sandbox.now - before).total_seconds() < 7200


def test_truth_faults_and_redesigns_are_on_the_panel(served: Sandbox) -> None:
    truth = json.loads(ask(served, "/_sandbox/truth")[1])
    assert truth["simulated"] and truth["ebay"] and truth["reddit"]
    assert ask(served, "/_sandbox/fault", "POST", {"name": "server-error", "count": 1})[0] == 200
    assert json.loads(ask(served, "/_sandbox/faults")[1])["on"] == ["server-error"]
    headers = {"Authorization": f"Bearer {ebay_token(served)}"}
    assert ask(served, f"{SEARCH}?q=rtx", **headers)[0] == 500
    assert ask(served, f"{SEARCH}?q=rtx", **headers)[0] == 200
    assert ask(served, "/_sandbox/redesign", "POST", {"name": "search-title-renamed"})[0] == 200
    assert "name" in json.loads(ask(served, f"{SEARCH}?q=rtx", **headers)[1])["itemSummaries"][0]
    assert ask(served, "/_sandbox/redesign", "DELETE")[0] == 200
    assert ask(served, "/_sandbox/fault", "POST", {"name": "gremlins"})[0] == 400
    assert ask(served, "/_sandbox/nothing")[0] == 404


def test_posts_come_on_demand(served: Sandbox) -> None:
    answer = json.loads(ask(served, "/_sandbox/posts", "POST", {"sub": "hardwareswap", "number": 12})[1])
    assert len(answer["ids"]) == 12
    assert answer["ids"][0] in served.market.posts


def test_arrivals_are_logged_with_their_times(served: Sandbox) -> None:
    for _ in range(3):
        ask(served, f"{SEARCH}?q=rtx", **{"User-Agent": "gpudeals-test"})
        time.sleep(0.01)
    arrivals = [arrival for arrival in served.log if arrival.path == SEARCH]
    assert [arrival.status for arrival in arrivals] == [401] * 3
    assert {arrival.user_agent for arrival in arrivals} == {"gpudeals-test"}
    gaps = [later.at - earlier.at for earlier, later in pairwise(arrivals)]
    assert all(gap >= 0.01 for gap in gaps)
    assert len(json.loads(ask(served, "/_sandbox/log")[1])["arrivals"]) == 3


@pytest.mark.parametrize("name", ["reset", "half-body", "timeout"])
def test_broken_answers_break_the_connection(served: Sandbox, name: str) -> None:
    served.faults.hang_seconds = 0.1
    served.faults.switch_on(name)
    with pytest.raises((OSError, http.client.HTTPException)):
        ask(served, f"{SEARCH}?q=rtx", Authorization=f"Bearer {ebay_token(served)}")


@pytest.mark.parametrize(("bomb", "window"), [(_gzip_bomb, 31), (_deflate_bomb, 15)])
def test_bombs_are_small_and_unpack_to_a_gigabyte(bomb: Any, window: int) -> None:
    body, unpacker, size = bomb(), zlib.decompressobj(window), 0
    assert len(body) < BOMB_BYTES / 500
    while size < BOMB_BYTES / 16:  # all of it takes seconds, and the rest is the same block again
        size += len(unpacker.decompress(body, 1 << 20))
        body = unpacker.unconsumed_tail
    assert len(body) > BOMB_BYTES / 1_500


@pytest.mark.parametrize("name", ["gzip-bomb", "endless"])
def test_bombs_are_sent_with_the_right_headers(served: Sandbox, name: str) -> None:
    served.faults.switch_on(name)
    request = urllib.request.Request(
        f"{served.url}{SEARCH}?q=rtx", headers={"Authorization": f"Bearer {ebay_token(served)}"}
    )
    with urllib.request.urlopen(request, timeout=5) as answer:
        assert answer.headers["Content-Encoding" if name == "gzip-bomb" else "Transfer-Encoding"] in ("gzip", "chunked")
        assert len(answer.read(100_000)) == 100_000


def test_pages_hold_two_hundred_until_the_last(served: Sandbox) -> None:
    served.advance(days=20)
    headers = {"Authorization": f"Bearer {ebay_token(served)}"}
    pages = [
        json.loads(ask(served, f"{SEARCH}?category_ids=27386&limit=200&offset={offset}", **headers)[1])
        for offset in (0, 200)
    ]
    assert len(pages[0]["itemSummaries"]) == 200
    assert len(pages[1]["itemSummaries"]) > 100


def test_the_command_serves_and_says_where() -> None:
    command = [sys.executable, "-m", "crawlers.sandbox", "--port", "0", "--seed", "4", "--days", "1", "--scale", "0.1"]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        line = process.stdout.readline()
        assert "simulated market" in line and "http://127.0.0.1:" in line
        url = line.split("at ")[1].split(",")[0]
        with urllib.request.urlopen(f"{url}/_sandbox/clock", timeout=5) as answer:
            assert json.load(answer)["simulated"]
    finally:
        process.terminate()
        process.communicate(timeout=10)


def test_the_command_lists_faults_and_refuses_unknown_ones(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--list"]) == 0
    assert "gzip-bomb" in capsys.readouterr().out
    assert main(["--fault", "gremlins"]) == 2
    assert "gremlins" in capsys.readouterr().err


def test_a_connection_that_is_closed_afterwards_says_so(served: Sandbox) -> None:
    """PRAW asks for its token so; unsaid, its next question went into the closing connection now and then."""
    connection = http.client.HTTPConnection("127.0.0.1", int(served.url.rsplit(":", 1)[1]))
    for asked, told in (({}, None), ({"Connection": "close"}, "close")):
        connection.request("GET", "/_sandbox/clock", headers=asked)
        answer = connection.getresponse()
        assert answer.read()
        assert answer.getheader("Connection") == told
    connection.close()
