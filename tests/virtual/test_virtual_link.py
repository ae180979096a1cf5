"""`virtual:esp32` as a port: its address, its flash between commands, a session over it."""

from __future__ import annotations

import pytest

from makerlab.connect import connect
from makerlab.errors import (
    BadAddress,
    BadFile,
    FileProblem,
    MissingTool,
    PortBusy,
    PortLost,
    ProgramError,
    UsageProblem,
)
from makerlab.link import open_link
from makerlab.repl.session import Session
from makerlab.virtual import artifact, runtime
from makerlab.virtual.address import Address, parse
from makerlab.virtual.storage import NotKept, flash_file


@pytest.mark.parametrize(
    ("port", "address"),
    [
        ("virtual:esp32", Address("esp32", "default", None, {})),
        ("virtual:esp32/second", Address("esp32", "second", None, {})),
        ("virtual:esp32?fresh=1", Address("esp32", None, None, {})),
        ("virtual:esp32/a?fresh=0&baud=9600", Address("esp32", "a", 9600, {})),
        (
            "virtual:esp32?scene=swing&seed=3",
            Address("esp32", "default", None, {"scene": "swing", "seed": "3"}),
        ),
    ],
)
def test_addresses(port, address):
    assert parse(port, ("scene", "seed")) == address


@pytest.mark.parametrize(
    "port",
    [
        "virtual:",
        "virtual:esp33",
        "virtual:esp32/",
        "virtual:esp32/../x",
        "virtual:esp32/" + "x" * 61,
        "virtual:esp32?fresh",
        "virtual:esp32?fresh=2",
        "virtual:esp32?baud=fast",
        "virtual:esp32?baud=10",
        "virtual:esp32?baud=9600&baud=9600",
        "virtual:esp32?seed=-1",
        "virtual:esp32?seed=٣",
        "virtual:esp32?colour=red",
    ],
)
def test_addresses_that_make_no_sense(port):
    with pytest.raises(BadAddress):
        open_link(port)


def test_scenes_that_are_not_there(tmp_path):
    with pytest.raises(UsageProblem):
        open_link("virtual:esp32?fresh=1&scene=moon")
    with pytest.raises(FileProblem):
        open_link(f"virtual:esp32?fresh=1&scene={tmp_path / 'moon.yaml'}")
    bad = tmp_path / "bad.yaml"
    bad.write_text("mine:\n  quantities:\n    temperatur_c: [{constant: 1}]\n", encoding="utf-8")
    with pytest.raises(BadFile) as error:
        open_link(f"virtual:esp32?fresh=1&scene={bad}")
    assert error.value.facts["line"] == 3


def test_a_scene_of_the_users(tmp_path):
    scene = tmp_path / "mine.yaml"
    scene.write_text("mine:\n  quantities:\n    chip_temperature_c: [{constant: 10}]\n", encoding="utf-8")
    with connect(f"virtual:esp32?fresh=1&scene={scene}") as board:
        assert board.session.exec("import esp32\nprint(esp32.mcu_temperature())") == b"10\r\n"


def test_connect_knows_the_board():
    with connect("virtual:esp32?fresh=1") as connection:
        assert connection.board.key == "esp32"
        assert connection.session.exec("print(6 * 7)") == b"42\r\n"
        with pytest.raises(ProgramError):
            connection.session.exec("1/0")
        connection.session.restart()
        assert connection.session.exec("print('x' in dir())") == b"False\r\n"


def test_files_stay_until_the_next_command():
    with connect("virtual:esp32/drawer") as first:
        first.session.exec("f = open('a.txt', 'w')\nf.write('kept')\nf.close()\nimport os\nos.mkdir('d')\n")
        first.session.exec("f = open('open.txt', 'w')\nf.write('never closed')")
    with connect("virtual:esp32/drawer") as again:
        listing = again.session.exec("import os\nprint(sorted(os.listdir()), open('a.txt').read())")
        assert listing == b"['a.txt', 'd', 'open.txt'] kept\r\n"
        again.session.exec("os.rename('a.txt', 'd/b.txt')\nos.remove('open.txt')")
    with connect("virtual:esp32/drawer") as third:
        assert third.session.exec("import os\nprint(os.listdir(), os.listdir('d'))") == b"['d'] ['b.txt']\r\n"
    with connect("virtual:esp32/other") as other:
        assert other.session.exec("import os\nprint(os.listdir())") == b"[]\r\n"


def test_a_board_in_use_is_busy():
    with open_link("virtual:esp32/busy"), pytest.raises(PortBusy):
        open_link("virtual:esp32/busy")
    open_link("virtual:esp32/busy").close()


def test_a_board_whose_files_cannot_be_kept():
    flash_file("esp32", "odd").mkdir(parents=True)
    with pytest.raises(NotKept, match="cannot keep its files") as caught:
        open_link("virtual:esp32/odd")
    assert "fresh=1" in caught.value.hint


def test_fresh_boards_share_nothing():
    with connect("virtual:esp32?fresh=1") as first, connect("virtual:esp32?fresh=1") as second:
        first.session.exec("f = open('a', 'w')\nf.close()")
        assert second.session.exec("import os\nprint(os.listdir())") == b"[]\r\n"


def test_files_survive_the_reset_button():
    with connect("virtual:esp32?fresh=1") as connection:
        connection.session.exec("f = open('main.py', 'w')\nf.write('x = 1')\nf.close()")
        assert connection.session.link.reset()
        connection.session.enter()
        assert connection.session.exec("print(open('main.py').read())") == b"x = 1\r\n"


def test_after_closing_nothing_goes():
    link = open_link("virtual:esp32?fresh=1")
    session = Session(link)
    session.enter()
    link.close()
    link.close()
    with pytest.raises(PortLost):
        session.exec("print(1)")


def test_the_wrong_runtime_is_named(monkeypatch, tmp_path):
    monkeypatch.setattr(runtime, "_module", None)
    monkeypatch.setattr(runtime, "cache_dir", lambda: tmp_path)
    monkeypatch.setattr(artifact, "DIGEST", "0" * 64)
    with pytest.raises(MissingTool) as error:
        open_link("virtual:esp32?fresh=1")
    assert "pip install" in error.value.hint


def test_a_spoilt_cache_is_made_anew(monkeypatch, tmp_path):
    calls = []
    genuine = runtime.Module.deserialize

    def deserialize(engine, data):
        calls.append(len(data))
        return genuine(engine, data)

    monkeypatch.setattr(runtime.Module, "deserialize", deserialize)
    monkeypatch.setattr(runtime, "cache_dir", lambda: tmp_path)
    engine, _module = runtime.module()
    runtime._cached_module(engine)
    (file,) = tmp_path.iterdir()  # nothing half-written beside it
    whole = file.read_bytes()
    runtime._cached_module(engine)
    assert len(calls) == 1
    file.write_bytes(whole[: len(whole) // 2])
    runtime._cached_module(engine)
    assert len(calls) == 1 and file.read_bytes() == whole
