"""`maker flash` as a whole process, on virtual boards of this one, whose flash tells whether it is true."""

from __future__ import annotations

import csv
import json
import os
import signal
import subprocess
import sys
import threading
from contextlib import ExitStack
from pathlib import Path

import images
import pytest
from virtual_esp32 import on_flash, plugged_in

import makerlab
from makerlab.connect import connect
from makerlab.errors import NotMicroPython
from makerlab.flash.esptool_adaptation import chips
from makerlab.flash.image import read_image
from makerlab.flash.journal import Journal
from makerlab.labels import store
from makerlab.labels.book import Book, Entry
from makerlab.virtual.rom.faults import Faults
from makerlab.virtual.rom.nor import NorFlash
from makerlab.virtual.storage import rom_file

WAIT_S = 60.0
"""Far more than any command here takes."""


@pytest.fixture(scope="module")
def image_file(tmp_path_factory):
    folder = tmp_path_factory.mktemp("固件")
    path = folder / "好.bin"
    path.write_bytes(images.micropython(folder, size=100_000))
    return path


@pytest.fixture(scope="module")
def image(image_file):
    return read_image(image_file.read_bytes(), image_file.name, chips())


@pytest.fixture
def begin(tmp_path):
    """`begin("--port", ...)` starts `maker flash ...` in a home of its own."""
    environment = {
        **os.environ,
        "MAKER_HOME": str(tmp_path / "home"),
        "MAKER_LANG": "en",
        "PYTHONUTF8": "1",
        "PYTHONPATH": str(Path(makerlab.__file__).parents[1]),
    }
    with ExitStack() as cleanup:

        def start(*arguments, command="flash"):
            process = subprocess.Popen(
                [sys.executable, "-m", "makerlab", command, *map(str, arguments)],
                env=environment, cwd=tmp_path, text=True, encoding="utf-8",
                stdout=subprocess.PIPE, stderr=subprocess.PIPE,
            )  # fmt: skip
            cleanup.enter_context(process)
            cleanup.callback(process.kill)
            return process

        yield start


@pytest.fixture
def flash(begin):
    """The same, to its end: (exit code, output, error lines)."""

    def run(*arguments):
        process = begin(*arguments)
        out, errors = process.communicate(timeout=WAIT_S)
        assert "Traceback" not in errors
        return process.returncode, out, errors.splitlines()

    return run


class Gate:
    """Holds a board's flash at the first block that is written to it."""

    def __init__(self, board) -> None:
        self.reached, self.opened = threading.Event(), threading.Event()
        program = board.flash.program

        def held(offset, data):
            self.reached.set()
            assert self.opened.wait(WAIT_S)
            program(offset, data)

        board.flash.program = held


def test_two_boards_each_with_its_verdict_in_all_forms(flash, image_file, image, tmp_path, monkeypatch):
    with plugged_in(1) as (board1, plug1), plugged_in(2) as (board2, plug2):
        ports = ["--port", plug1.address, "--port", plug2.address]
        monkeypatch.setenv("MAKER_HOME", str(tmp_path / "home"))
        store.save(Book([Entry(board1.mac.hex().upper(), "第3组-1")]))
        code, out, errors = flash(*ports, "--image", image_file, "--report", "表.csv", "--json")
        assert code == 0, errors
        assert on_flash(board1, image) and on_flash(board2, image)
        log = [line for line in errors if plug1.address in line]
        stages = ["waiting", "connecting", "looking", "writing", "comparing", "starting", "asking", "done"]
        assert len(log) == len(stages) and all(map(str.__contains__, log, stages)), "a line a stage, in order"
        objects = json.loads(out)
        macs = [":".join(f"{byte:02x}" for byte in board.mac) for board in (board1, board2)]
        assert [one["unique_id"] for one in objects] == macs and all(one["ok"] for one in objects)
        assert (tmp_path / "表.csv").read_bytes().startswith(b"\xef\xbb\xbf")
        rows = list(csv.reader((tmp_path / "表.csv").open(encoding="utf-8-sig", newline="")))
        assert [row[0] for row in rows[1:]] == ["第3组-1", ""]
        assert [row[2] for row in rows[1:]] == ["PASS", "PASS"]
        assert [row[4].lower() for row in rows[1:]] == macs


def test_a_dry_run_shows_the_plan_and_changes_nothing(flash, image_file):
    with plugged_in() as (board, plug):
        code, out, _errors = flash("--port", plug.address, "--image", image_file, "--dry-run")
        assert code == 0 and "0x010000" in out and board.written == 0


def test_some_boards_fail_and_only_they_are_done_again(flash, image_file, image):
    faults = Faults(worn_out=True)
    with plugged_in(1) as (good, plug1), plugged_in(2, faults) as (bad, plug2):
        ports = ["--port", plug1.address, "--port", plug2.address]
        code, out, errors = flash(*ports, "--image", image_file)
        assert code == 3 and "PASS" in out
        assert any(plug2.address in line for line in errors)
        faults.worn_out = False
        written = good.written
        code, out, errors = flash("--retry-failed")
        assert code == 0, errors
        assert good.written == written and on_flash(bad, image)
        code, out, errors = flash("--retry-failed")
        assert code == 0 and "nothing to do" in out


def test_what_a_killed_run_had_not_finished_is_done_again(begin, flash, image_file, image, tmp_path):
    with plugged_in(1) as (board, plug):
        gate = Gate(board)
        process = begin("--port", plug.address, "--image", image_file)
        assert gate.reached.wait(WAIT_S)
        process.kill()
        process.wait(WAIT_S)
        gate.opened.set()
        (left,) = Journal(tmp_path / "home" / "flash.sqlite").unfinished()
        assert left.stage == "WRITING" and left.unique_id == ":".join(f"{byte:02x}" for byte in board.mac)
        code, _out, errors = flash("--retry-failed")
        assert code == 0, errors
        assert on_flash(board, image)


@pytest.mark.skipif(sys.platform == "win32", reason="no SIGINT for one process there")
def test_ctrl_c_lets_a_board_finish_that_is_being_written(begin, image_file, image):
    with plugged_in(1) as (board, plug):
        gate = Gate(board)
        process = begin("--port", plug.address, "--image", image_file)
        assert gate.reached.wait(WAIT_S)
        process.send_signal(signal.SIGINT)
        gate.opened.set()
        out, errors = process.communicate(timeout=WAIT_S)
        assert process.returncode == 0 and "PASS" in out, errors
        assert on_flash(board, image)


@pytest.mark.skipif(sys.platform == "win32", reason="no SIGINT for one process there")
def test_a_second_ctrl_c_names_the_board_that_must_be_flashed_again(begin, image_file):
    with plugged_in(1) as (board, plug):
        gate = Gate(board)
        process = begin("--port", plug.address, "--image", image_file)
        assert gate.reached.wait(WAIT_S)
        ended = threading.Event()

        def insist():
            while not ended.wait(0.3):
                process.send_signal(signal.SIGINT)

        insisting = threading.Thread(target=insist)
        insisting.start()
        try:
            process.wait(WAIT_S)
        finally:
            ended.set()
            insisting.join(WAIT_S)
        errors = process.stderr.read()
        gate.opened.set()
        assert process.returncode == 1
        assert plug.address in errors and "--retry-failed" in errors and "Traceback" not in errors


@pytest.mark.parametrize(
    ("content", "what"),
    [(b"", "empty"), (b"<!DOCTYPE html><h1>404", "web page"), (b"PK\x03\x04", "zip"), (None, "no such file")],
)
def test_an_image_that_is_none_stops_everything_before_it_begins(flash, tmp_path, content, what):
    path = tmp_path / "fw.bin"
    if content is not None:
        path.write_bytes(content)
    with plugged_in() as (board, plug):
        code, out, errors = flash("--port", plug.address, "--image", path)
        assert code == 1 and out == "" and len(errors) == 2, errors
        assert what in errors[0] and not board.in_loader and board.written == 0


def test_a_report_that_cannot_be_written_is_said_before(flash, image_file, tmp_path):
    with plugged_in() as (board, plug):
        code, _out, errors = flash(
            "--port", plug.address, "--image", image_file, "--report", tmp_path / "no folder" / "a.csv"
        )
        assert code == 1 and len(errors) == 2 and board.written == 0


def test_wrong_usage_and_no_run_yet(flash):
    for arguments in (["--retry-failed"], ["--retry-failed", "--port", "COM3"], ["--all", "--port", "COM3"]):
        code, _out, errors = flash(*arguments)
        assert code == 2 and len(errors) == 2


def test_blank_boards_of_maker_virtual_are_flashed_over_their_wires(begin, flash, image_file):
    served = begin("--flashable", "--fresh", "--count", "2", "--tcp-port", "0", "--json", command="virtual")
    addresses = [board["port"] for board in json.loads(served.stdout.readline())]
    code, out, errors = flash("--port", addresses[1], "--image", image_file)
    assert code == 0 and "PASS" in out, errors


@pytest.mark.parametrize("words", [("--dry-run",), ("--image", "missing.bin"), ()])
def test_a_virtual_board_that_was_not_written_runs_what_it_came_with(
    flash, image_file, tmp_path, monkeypatch, words
):
    monkeypatch.setenv("MAKER_HOME", str(tmp_path / "home"))
    image = ("--image", image_file) if words == ("--dry-run",) else ()  # (): no image is in the cache
    flash("--port", "virtual:esp32/untouched", *words, *image)
    with connect("virtual:esp32/untouched") as connection:
        assert connection.board.key == "esp32"


def test_a_virtual_board_whose_flashing_was_killed_before_a_byte_was_written_is_as_it_was(
    tmp_path, monkeypatch
):
    monkeypatch.setenv("MAKER_HOME", str(tmp_path / "home"))
    killed = """
import os
from makerlab.virtual.rom.make import kept
board, cleanup = kept("virtual:esp32/killed")
board.start()
os._exit(9)
"""
    folder = str(Path(makerlab.__file__).parents[1])
    process = subprocess.run([sys.executable, "-c", killed], env={**os.environ, "PYTHONPATH": folder})
    assert process.returncode == 9 and rom_file("killed").exists()
    with connect("virtual:esp32/killed") as connection:
        assert connection.board.key == "esp32"


def test_a_virtual_board_with_nothing_on_it_says_so_until_it_is_flashed(
    flash, image_file, tmp_path, monkeypatch
):
    monkeypatch.setenv("MAKER_HOME", str(tmp_path / "home"))
    flash_chip = NorFlash(rom_file("blank"))
    flash_chip.erase(0, flash_chip.size)
    flash_chip.close()
    with pytest.raises(NotMicroPython) as caught:
        connect("virtual:esp32/blank")
    assert "no firmware" in caught.value.message
    code, _out, errors = flash("--port", "virtual:esp32/blank", "--image", image_file)
    assert code == 0, errors
    with connect("virtual:esp32/blank") as connection:
        assert connection.board.key == "esp32"


def test_a_journal_that_cannot_be_written_is_said_in_the_users_words_and_costs_nothing(
    flash, image_file, tmp_path
):
    (tmp_path / "home" / "flash.sqlite").mkdir(parents=True)
    with plugged_in() as (_board, plug):
        code, _out, errors = flash("--port", plug.address, "--image", image_file, "--dry-run")
    assert code == 0, errors
    assert errors[0].startswith("Note: ") and errors[0].endswith("flash.sqlite: this is a folder")
    assert "--retry-failed" in errors[1]


def test_an_image_that_is_not_here_is_said_with_the_command_that_fetches_it(flash):
    code, _out, errors = flash("--port", "virtual:esp32")
    assert code == 1
    assert errors[-2].startswith("Error: The firmware image ")
    assert "maker firmware fetch esp32" in errors[-1]
