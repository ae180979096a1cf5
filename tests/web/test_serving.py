"""`maker page` itself: its port, a second one, and its end."""

from __future__ import annotations

import os
import re
import signal
import socket
import stat
import struct
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from websockets.sync.client import connect

from makerlab.errors import LinkError
from makerlab.recording.store.notebook import Notebook
from makerlab.web.running import running
from makerlab.web.serving import PagePortTaken, PageServer, open_socket

HOST = Path(__file__).parents[2] / "host"


@pytest.fixture
def taken() -> Iterator[int]:
    """A TCP port that another program holds."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server.getsockname()[1]


def test_a_port_that_is_taken_is_said_so(taken):
    with pytest.raises(PagePortTaken) as error:
        PageServer(port=taken)
    assert isinstance(error.value, LinkError)
    assert str(taken) in error.value.message
    assert "maker page --tcp-port" in error.value.hint


def test_without_a_wish_the_next_free_port_is_taken(serve):
    ports = {serve().doors.local.port for _server in range(2)}
    assert len(ports) == 2


def test_a_port_that_is_taken_on_the_network_leaves_nothing_open(serve):
    """The one on this computer is free, the same on the network is not."""
    with open_socket("127.0.0.2", 0) as other:
        port = other.getsockname()[1]
        with pytest.raises(PagePortTaken):
            PageServer(port=port, share="127.0.0.2")
        open_socket("127.0.0.1", port).close()


def test_a_page_that_runs_is_found_by_its_user_only(serve, own_folders):
    server = serve()
    httpx.get(server.doors.local.url, trust_env=False)  # it answers by now
    found = running()
    assert found is not None
    assert found.link == server.doors.link
    file = own_folders / "home" / "page.json"
    if os.name == "posix":
        assert stat.S_IMODE(file.stat().st_mode) == 0o600


@pytest.mark.parametrize("text", ["", "{", "[]", '{"port": "x"}', '{"port": 1, "key": "k"}', "\x00"])
def test_a_damaged_or_old_note_of_a_page_is_no_page(own_folders, text, monkeypatch, tmp_path):
    monkeypatch.setenv("MAKER_HOME", str(tmp_path))
    (tmp_path / "page.json").write_text(text, encoding="utf-8")
    assert running() is None


def test_another_program_at_that_port_is_no_page(monkeypatch, tmp_path, taken):
    monkeypatch.setenv("MAKER_HOME", str(tmp_path))
    monkeypatch.setattr("makerlab.web.running.ANSWER_S", 0.05)  # it takes the connection and says nothing
    (tmp_path / "page.json").write_text(f'{{"port": {taken}, "key": "k"}}', encoding="utf-8")
    assert running() is None


class Command:
    """`maker page` as a process of its own."""

    def __init__(self, home: Path, *options: str) -> None:
        environment = {**os.environ, "PYTHONPATH": str(HOST), "MAKER_HOME": str(home), "PYTHONUTF8": "1"}
        self.process = subprocess.Popen(
            [sys.executable, "-m", "makerlab", "--lang", "en", "page", "--no-browser", *options],
            env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, encoding="utf-8",
        )  # fmt: skip

    def line(self) -> str:
        assert self.process.stdout is not None
        return self.process.stdout.readline().rstrip()

    def rest(self) -> str:
        # Not communicate(): it would miss what readline() has read ahead.
        assert self.process.stdout is not None
        with self.process.stdout as output:
            text = output.read()
        self.process.wait(30)
        return text


def rows_in(message: str | bytes) -> int:
    """How many rows a message with curves brings (see hub.py); a text says how everything stands."""
    return struct.unpack_from("<IIII", message)[2] if isinstance(message, bytes) else 0


@pytest.mark.skipif(os.name != "posix", reason="Ctrl-C cannot be sent to one process on Windows")
def test_ctrl_c_ends_it_and_keeps_what_was_measured(tmp_path):
    command = Command(tmp_path)
    try:
        link = re.fullmatch(r"The page: (http://127\.0\.0\.1:\d+/\?key=\S+)", command.line())[1]
        second = Command(tmp_path)
        assert second.line() == f"The page is open already: {link}"
        assert (second.rest(), second.process.returncode) == ("", 0)
        third = Command(tmp_path, "--share")
        assert "A page is running already" in third.rest()
        assert third.process.returncode == 1
        with httpx.Client(base_url=link.partition("?")[0], trust_env=False, follow_redirects=True) as page:
            page.get(link)
            token = page.get("/api/page").json()["token"]
            headers = {"x-maker-token": token, "origin": str(page.base_url).rstrip("/")}
            order = {"experiment": "thermometer", "ports": ["virtual:esp32"], "rate_hz": 50}
            assert page.post("/api/start", json=order, headers=headers).status_code == 200
            cookie = "; ".join(f"{name}={value}" for name, value in page.cookies.items())
            live = f"ws{headers['origin'].removeprefix('http')}/live"
            with connect(live, additional_headers={"Cookie": cookie}, origin=headers["origin"]) as curves:
                while not rows_in(curves.recv(timeout=60)):
                    pass
        command.process.send_signal(signal.SIGINT)
        assert command.rest() == "Ctrl-C ends.\nThe page has ended. What was recorded is kept.\n"
        assert command.process.returncode == 0
    finally:
        command.process.kill()
    assert not (tmp_path / "page.json").exists()
    with Notebook(tmp_path / "notebook.sqlite3") as notebook:
        (recording,) = notebook.find()
        assert recording.rows > 0
        assert recording.ended == "complete"
