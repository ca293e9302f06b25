"""``gpudeals db`` as a person uses it: what it prints, its exit status, and what it leaves alone."""

import sys
from pathlib import Path

import pytest
from sqlalchemy import Engine

from db.engine import open_engine
from tests.db.rows import history, import_rows, listing, sighting
from tracker.cli.main import main


class Run:
    """Runs the command line on a database and keeps what it said."""

    def __init__(self, url: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
        self.url, self._monkeypatch, self._capsys = url, monkeypatch, capsys
        self.out = self.err = ""

    def __call__(self, *arguments: str) -> int:
        self._monkeypatch.setenv("GPUDEALS_DB", self.url)
        self._monkeypatch.setattr(sys, "argv", ["gpudeals", *arguments])
        with pytest.raises(SystemExit) as ended:
            main()
        self.out, self.err = self._capsys.readouterr()
        return int(ended.value.code or 0)


@pytest.fixture
def run(database_url: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    return Run(database_url, monkeypatch, capsys)


def test_upgrade_makes_the_database_and_says_where_it_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    run = Run(f"sqlite:///{tmp_path / 'new.db'}", monkeypatch, capsys)
    assert run("db", "upgrade") == 0
    assert run.out == f"{tmp_path / 'new.db'} is at schema 0001\n"
    assert run("db", "upgrade") == 0


def test_a_backup_is_written_and_restored(run: Run, engine: Engine, tmp_path: Path) -> None:
    import_rows(engine, [sighting("1", 1), sighting("1", 2, "B"), sighting("2", 1)])
    file = tmp_path / "out.zip"
    assert run("db", "backup", str(file)) == 0
    assert run.out == f"{file} holds 2 listings, 3 revisions, 0 prices, 0 watches\n"
    import_rows(engine, [sighting("3", 1)])
    assert run("db", "restore", str(file)) == 1
    assert "the database holds 3 listings; --yes replaces them" in run.err
    assert run("db", "restore", str(file), "--yes") == 0
    assert run.out == "restored 2 listings, 3 revisions, 0 prices, 0 watches\n"
    assert set(history(engine)) == {"1", "2"}


def test_a_backup_does_not_replace_a_file_unless_asked(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "out.db"
    assert run("db", "backup", str(file)) == 0
    assert run("db", "backup", str(file)) == 1
    assert run.err == f"gpudeals: {file} is there already; --force replaces it\n"
    assert run("db", "backup", str(file), "--force") == 0


def test_what_is_no_backup_is_one_line(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "notes.txt"
    file.write_text("hello")
    assert run("db", "restore", str(file)) == 1
    assert run.err.count("\n") == 1
    assert "neither a SQLite file nor a zip" in run.err


def test_listings_are_purged_by_name(run: Run, engine: Engine) -> None:
    import_rows(engine, [sighting("1", 1), sighting("2:red", 1), sighting("3", 1)])
    assert run("db", "purge", "ebay:1", "ebay:2:red") == 0
    assert run.out == "purged 2 listings\n"
    assert set(history(engine)) == {"3"}
    assert import_rows(engine, [sighting("1", 1)]).left_out == 1


def test_a_listing_that_is_not_there_is_named_and_nothing_is_purged(run: Run, engine: Engine) -> None:
    import_rows(engine, [sighting("1", 1)])
    assert run("db", "purge", "ebay:1", "ebay:404") == 1
    assert run.err == "gpudeals: there is no listing ebay:404; nothing was purged\n"
    assert listing(engine, "1").external_id == "1"


def test_old_listings_are_purged_by_age_and_source(run: Run, engine: Engine) -> None:
    import_rows(engine, [sighting("1", 1), sighting("2", 1, source="hardwareswap"), sighting("3", 24 * 36500)])
    assert run("db", "purge", "--older-than", "1", "--source", "hardwareswap") == 0
    assert run.out == "purged 1 listing\n"
    assert set(history(engine)) == {"1", "3"}


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        ["ebay:1", "--older-than", "3"],
        ["--older-than", "0"],
        ["--source", "ebay"],
        ["ebay:1", "--source", "ebay"],
        ["176033835717"],
        [":1"],
        ["ebay:"],
    ],
)
def test_a_purge_that_does_not_say_what_is_wrong_usage(run: Run, engine: Engine, arguments: list[str]) -> None:
    import_rows(engine, [sighting("1", 1)])
    assert run("db", "purge", *arguments) == 2
    assert set(history(engine)) == {"1"}


def test_a_rebuild_of_an_empty_database_reads_nothing(run: Run) -> None:
    assert run("db", "rebuild") == 0
    assert run.out == "read 0 listings: 0 offers, 0 prices\n"


@pytest.mark.parametrize("command", ["upgrade", "backup", "restore", "purge", "rebuild"])
def test_each_command_explains_itself(run: Run, command: str) -> None:
    assert run("db", command, "--help") == 0
    assert len(run.out.split()) > 40


def test_a_database_that_cannot_be_opened_is_one_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    run = Run(f"sqlite:///{tmp_path / 'no' / 'x.db'}", monkeypatch, capsys)
    for command in (["upgrade"], ["backup", str(tmp_path / "b.db")], ["purge", "ebay:1"], ["rebuild"]):
        assert run("db", *command) == 1
        assert run.err == f"gpudeals: the folder of the database {tmp_path / 'no' / 'x.db'} does not exist\n"


def test_the_database_is_left_at_rest(run: Run, database_url: str, engine: Engine) -> None:
    """No connection is left open that would keep a log beside the file or a lock on it."""
    import_rows(engine, [sighting("1", 1)])
    engine.dispose()
    assert run("db", "purge", "ebay:1") == 0
    again = open_engine(database_url)
    with again.begin() as conn:
        conn.exec_driver_sql("DELETE FROM quota")
    again.dispose()
