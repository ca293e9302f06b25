"""The inbox: what has settled is imported and put away, everything else waits."""

import os
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import Engine, func, select

from crawlers import inbox
from crawlers.importing import ImportCounts
from crawlers.inbox import take_in, waiting
from crawlers.sources.inbox import Inbox
from db import light, store
from db.errors import GpudealsError
from tests.crawlers.test_recognize import KNOWN

NOW = datetime(2026, 6, 1, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _no_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(inbox, "_LOOKS_APART", 0)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "inbox"
    folder.mkdir()
    return folder


def take(engine: Engine, folder: Path) -> ImportCounts:
    with engine.begin() as conn:
        run_id = store.begin_run(conn, "inbox", "import", NOW)
    return take_in(engine, run_id, folder, NOW, settled=0)


def lying(folder: Path) -> list[str]:
    return sorted(str(p.relative_to(folder)) for p in folder.rglob("*") if p.is_file() or p.is_symlink())


def listings(engine: Engine) -> int:
    with engine.connect() as conn:
        return int(conn.execute(select(func.count()).select_from(light.raw_listing)).scalar_one())


def test_files_are_put_away_with_the_reason(engine: Engine, folder: Path) -> None:
    (folder / "page.html").write_bytes(KNOWN["a page"])
    (folder / "notes.txt").write_text("remember the milk")
    counts = take(engine, folder)
    assert (counts.used, counts.skipped, listings(engine)) == (1, 1, 1)
    assert lying(folder) == ["done/page.html", "refused/notes.txt", "refused/notes.txt.reason.txt"]
    reason = (folder / "refused" / "notes.txt.reason.txt").read_text()
    assert reason == "notes.txt: skipped: text of no format that is known (it begins “remember the milk”)\n"


def test_a_name_that_is_taken_is_not_overwritten(engine: Engine, folder: Path) -> None:
    for body in (KNOWN["a page"], KNOWN["a search"], KNOWN["a feed"]):
        (folder / "saved.dat").write_bytes(body)
        take(engine, folder)
    assert lying(folder) == ["done/saved-2.dat", "done/saved-3.dat", "done/saved.dat"]
    assert (folder / "done" / "saved.dat").read_bytes() == KNOWN["a page"]
    assert (folder / "done" / "saved-3.dat").read_bytes() == KNOWN["a feed"]


def test_a_half_written_file_waits(folder: Path) -> None:
    path = folder / "page.html"
    path.write_bytes(KNOWN["a page"])
    written = path.stat().st_ctime
    assert list(waiting(folder, written + 1)) == []
    assert [w.name for w in waiting(folder, written + 60)] == ["page.html"]


@pytest.mark.parametrize("name", ["page.html.part", "page.html.crdownload", "x.tmp", ".hidden", "page.html~"])
def test_what_a_program_is_still_writing_waits(name: str, folder: Path) -> None:
    (folder / name).write_bytes(KNOWN["a page"])
    assert list(waiting(folder, 4e9, settled=0)) == []


def test_a_file_that_grows_between_two_looks_waits(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = folder / "page.html"
    path.write_bytes(KNOWN["a page"][:100])
    monkeypatch.setattr(inbox.time, "sleep", lambda _: path.write_bytes(KNOWN["a page"]))
    assert list(waiting(folder, 4e9)) == []


def test_a_file_that_changes_during_the_import_stays(
    engine: Engine, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = folder / "page.html"
    path.write_bytes(KNOWN["a page"])
    whole = inbox.import_file

    def meanwhile(*args: object, **named: object) -> object:
        report = whole(*args, **named)  # type: ignore[arg-type]
        path.write_bytes(KNOWN["a page"] + b" ")
        return report

    monkeypatch.setattr(inbox, "import_file", meanwhile)
    take(engine, folder)
    assert lying(folder) == ["page.html"]


def test_killed_between_import_and_putting_away_nothing_is_doubled(
    engine: Engine, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (folder / "page.html").write_bytes(KNOWN["a page"])

    def killed(*_: object) -> Path:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(inbox, "put_away", killed)
        with pytest.raises(KeyboardInterrupt):
            take(engine, folder)
    assert (lying(folder), listings(engine)) == (["page.html"], 1)
    counts = take(engine, folder)
    assert (counts.new, counts.same, lying(folder)) == (0, 1, ["done/page.html"])


def test_links_are_refused_and_not_followed(engine: Engine, folder: Path, tmp_path: Path) -> None:
    secret = tmp_path / "secret.html"
    secret.write_bytes(KNOWN["a page"])
    (folder / "link.html").symlink_to(secret)
    (folder / "way_out").symlink_to(tmp_path)
    counts = take(engine, folder)
    assert (counts.used, listings(engine)) == (0, 0)
    assert (folder / "refused" / "link.html").is_symlink()
    assert secret.read_bytes() == KNOWN["a page"]


def test_done_may_not_lead_elsewhere(engine: Engine, folder: Path, tmp_path: Path) -> None:
    (folder / "done").symlink_to(tmp_path)
    with pytest.raises(GpudealsError, match="not a link"):
        take(engine, folder)


def test_a_missing_folder_is_said(engine: Engine, tmp_path: Path) -> None:
    with pytest.raises(GpudealsError, match="is no folder"):
        take(engine, tmp_path / "nowhere")


def test_files_in_subfolders_keep_their_place(engine: Engine, folder: Path) -> None:
    (folder / "ebay" / "june").mkdir(parents=True)
    (folder / "ebay" / "june" / "page.html").write_bytes(KNOWN["a page"])
    take(engine, folder)
    assert lying(folder) == ["done/ebay/june/page.html"]


def test_the_folder_is_set_or_in_the_users_data(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    assert Inbox().folder().parts[-2:] == ("gpudeals", "inbox")
    monkeypatch.setenv("GPUDEALS_SOURCES_INBOX_FOLDER", str(tmp_path))
    assert Inbox().folder() == tmp_path
    assert os.fspath(tmp_path)
