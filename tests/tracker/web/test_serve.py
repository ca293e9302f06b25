"""``gpudeals web`` as it is started."""

import http.client
import os
import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from db.errors import GpudealsError
from tracker.web.serve import listen


def start(*arguments: str, database: Path) -> "subprocess.Popen[str]":
    return subprocess.Popen(
        [sys.executable, "-c", "from tracker.cli.main import main; main()", "web", *arguments],
        env=os.environ | {"GPUDEALS_DB": f"sqlite:///{database}"},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )


def test_it_makes_an_empty_database_says_where_it_listens_and_ends_at_a_signal(tmp_path: Path) -> None:
    process = start("--port", "0", database=tmp_path / "new.db")
    try:
        assert process.stdout is not None
        line = process.stdout.readline()
        port = int(line.split("127.0.0.1:")[1].split("/")[0])
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
        connection.request("GET", "/")
        answer = connection.getresponse()
        assert answer.status == 200
        assert b"Nothing is stored yet" in answer.read()
        assert answer.headers["server"] is None
        connection.close()
    finally:
        os.killpg(process.pid, signal.SIGINT)  # as Ctrl-C on a terminal: everything hears of it
        _, errors = process.communicate(timeout=30)
    assert "Traceback" not in errors


def test_a_taken_port_is_one_clear_line(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        process = start("--port", str(port), database=tmp_path / "new.db")
        _, errors = process.communicate(timeout=60)
    assert process.returncode == 1
    assert len(errors.strip().splitlines()) == 1
    assert f"port {port} on 127.0.0.1 cannot be listened on" in errors


def test_an_address_of_another_machine_is_refused() -> None:
    with pytest.raises(GpudealsError, match="cannot be listened on"):
        listen("192.0.2.1", 0)
