"""`maker run` from end to end on genuine MicroPython: the virtual ESP32 and the emulated micro:bit V1."""

from __future__ import annotations

import csv
import json
import signal
from pathlib import Path

import pytest
from fake_link import RecordingLink

from makerlab import connect
from makerlab.experiment import measuring
from makerlab.link.open import open_link
from makerlab.virtual.emulated import find_tool

ESP32 = "virtual:esp32?fresh=1"
MICROBIT = "emulated:microbit-v1?fresh=1"
BOARDS = [
    ESP32,
    pytest.param(MICROBIT, marks=pytest.mark.skipif(find_tool() is None, reason="needs qemu-system-arm")),
]

LAB = """\
from lab import channel, run
channel("level", "V", lambda: 125, 0.01)
run(hz=50, name="level")
"""


@pytest.fixture(params=BOARDS)
def board(request: pytest.FixtureRequest) -> str:
    port: str = request.param
    return port


def program(text: str, name: str = "program.py") -> str:
    Path(name).write_text(text, encoding="utf-8")
    return name


def rows(path: str = "out.csv") -> list[list[str]]:
    with Path(path).open(encoding="utf-8-sig", newline="") as file:
        return list(csv.reader(file))


def test_measures_so_many_rows_and_leaves_the_board_at_its_prompt(board, maker, monkeypatch):
    with open_link(board) as link:
        monkeypatch.setattr(connect, "open_link", lambda port: RecordingLink(link, close=False))
        ended = maker("run", program(LAB), "--port", board, "--samples", "20", "--out", "out.csv")
        link.write(b"1 + 1\r")
        heard = b""
        while b"\r\n2\r\n>>> " not in heard:
            chunk = link.read(5.0)
            assert chunk.data, heard
            heard += chunk.data
    assert (ended.code, ended.errors) == (0, [])
    assert "20 rows in " in ended.out and "0 rows lost" in ended.out
    assert "Saved in: out.csv" in ended.out
    heading, *measured = rows()
    assert heading == ["time (s)", "level (V)", "event"]
    assert [row[1] for row in measured] == ["1.25"] * 20
    assert measured[0][0] == "0.000"


def test_measures_for_so_long_at_the_rate_asked_for(board, maker):
    arguments = ("--for", "500ms", "--rate", "100", "--out", "out.csv")
    ended = maker("run", program(LAB), "--port", board, *arguments)
    assert ended.code == 0
    times = [float(row[0]) for row in rows()[1:]]
    assert 2 < len(times) <= 51
    assert "(asked: 100)" in ended.out
    assert times == sorted(times)


def test_nothing_is_sent_the_second_time(maker):
    port = "virtual:esp32/twice"
    assert "Sending lab.py" in maker("run", program(LAB), "--port", port, "--samples", "3").out
    assert "Sending" not in maker("run", "program.py", "--port", port, "--samples", "3").out


def test_the_programs_own_modules_go_with_it(maker):
    program("VALUE = 7\n", "mine.py")
    text = 'from lab import channel, run\nimport mine\nchannel("n", "m", lambda: mine.VALUE)\nrun(hz=100)\n'
    assert maker("run", program(text), "--port", ESP32, "--samples", "3", "--out", "out.csv").code == 0
    assert [row[1] for row in rows()[1:]] == ["7", "7", "7"]


def test_one_json_object_a_line_and_nothing_else(maker):
    ended = maker("run", program(LAB), "--port", ESP32, "--samples", "5", "--json", "--out", "out.csv")
    records = [json.loads(line) for line in ended.out.splitlines()]
    assert [record["type"] for record in records] == ["start", "header", *["row"] * 5, "end"]
    assert records[0]["board"] == "esp32"
    assert records[1]["channels"] == [{"name": "level", "title": "level", "unit": "V"}]
    assert [record["values"] for record in records[2:7]] == [{"level": 1.25}] * 5
    assert (records[7]["rows"], records[7]["lost"], records[7]["files"]) == (5, 0, ["out.csv"])


def test_plain_prints_with_chinese_names(board, maker):
    text = "for n in range(20):\n    print('温度：', n)\nprint('再见')\n"
    ended = maker("run", program(text), "--port", board, "--rate", "5", "--out", "out.csv")
    assert (ended.code, ended.errors) == (0, [])
    assert rows()[0][1] == "温度"
    assert [row[1] for row in rows()[1:]] == [str(n) for n in range(20)]
    assert "  | 再见" in ended.out
    assert "losses unknown" in ended.out
    assert "program.py keeps its own time" in ended.out  # so --rate cannot work


def test_a_program_in_an_old_windows_encoding(maker):
    Path("gbk.py").write_bytes("# 温度\nfor n in range(9):\n    print('温度：', n)\n".encode("gbk"))
    assert maker("run", "gbk.py", "--port", ESP32, "--out", "out.csv").code == 0
    assert rows()[0][1] == "温度"


def test_a_program_that_only_talks_is_no_failure(maker):
    ended = maker("run", program("print('hello')\n"), "--port", ESP32)
    assert (ended.code, ended.errors) == (0, [])
    assert "  | hello" in ended.out
    assert "nothing to save" in ended.out
    assert list(Path().glob("*.csv")) == []


def test_ctrl_c_ends_it_and_everything_is_kept(board, maker, monkeypatch):
    take = measuring.Measuring._take

    def press(self, batch):
        before = self.rows
        take(self, batch)
        if before < 10 <= self.rows:
            signal.raise_signal(signal.SIGINT)

    monkeypatch.setattr(measuring.Measuring, "_take", press)
    ended = maker("run", program(LAB), "--port", board, "--out", "out.csv")
    assert (ended.code, ended.errors) == (0, [])
    assert len(rows()) > 10


def test_ctrl_c_before_any_data_is_no_mistake_of_the_program(board, maker, monkeypatch):
    take = measuring.Measuring._take

    def press(self, batch):
        take(self, batch)
        signal.raise_signal(signal.SIGINT)

    monkeypatch.setattr(measuring.Measuring, "_take", press)
    ended = maker("run", program("import time\nprint('ready')\ntime.sleep(100)\n"), "--port", board)
    assert ended.errors[0] == "Error: Stopped before program.py sent any data."


@pytest.mark.parametrize(
    ("text", "line", "what", "todo"),
    [
        (
            "x = 1\nwhile True：\n    pass\n",
            None,
            "this is not written the way Python wants it",
            "In line 2 type :",
        ),
        ("\nprnt(1)\n", 2, "nothing is called prnt here", "Did you mean print?"),
        ("x = 1\nb = bytearray(100_000_000)\n", 2, "memory is full", "Make the program shorter"),
        ("for n in range(9):\n    print(n)\n1 / 0\n", 3, "divided by zero", "Look at that line"),
        ("import machin\n", 1, "no module machin", "Check the name"),
    ],
    ids=["syntax", "name", "memory", "after data", "module"],
)
def test_an_error_of_the_program_names_its_own_line(text, line, what, todo, maker):
    ended = maker("run", program(text), "--port", ESP32, "--out", "out.csv")
    assert ended.code == 1
    first, second = ended.errors
    assert first.startswith(f"Error: program.py, line {line}: " if line else "Error: program.py, line ")
    assert what in first
    assert second.startswith("Do this: ") and todo in second
    if "range(9)" in text:
        assert [row[1] for row in rows()[1:]] == [str(n) for n in range(9)]
        assert "Saved in: out.csv" in ended.out


@pytest.mark.skipif(find_tool() is None, reason="needs qemu-system-arm")
def test_the_memory_of_a_micro_bit_v1(maker):
    ended = maker(
        "run", program("kept = []\nwhile True:\n    kept.append(bytearray(500))\n"), "--port", MICROBIT
    )
    assert ended.errors[0].startswith("Error: program.py, line 3: the board's memory is full")
    ended = maker("run", program("x = 1\n" * 2000), "--port", MICROBIT)
    assert ended.errors[0].startswith("Error: program.py is too big for this board: 12,000 bytes")


@pytest.mark.parametrize(
    "text", ["while True:\n    pass\n", "x = 1\n", ""], ids=["loop", "one line", "empty"]
)
def test_a_program_that_sends_nothing(text, maker, monkeypatch):
    monkeypatch.setattr("makerlab.experiment.until.OVERTIME_S", 0.0)
    ended = maker("run", program(text), "--port", ESP32, "--for", "100ms")
    assert ended.code == 1
    assert ended.errors[0] == "Error: program.py ran, but sent no data."
    assert list(Path().glob("*.csv")) == []


def test_a_program_that_catches_ctrl_c_is_stopped_by_the_reset_button(maker, monkeypatch):
    monkeypatch.setattr("makerlab.experiment.until.OVERTIME_S", 0.0)
    monkeypatch.setattr("makerlab.repl.session.STOP_WAIT_S", 0.1)
    stubborn = "while True:\n    try:\n        while True:\n            pass\n    except:\n        pass\n"
    ended = maker("run", program(stubborn), "--port", "virtual:esp32/stubborn", "--for", "100ms")
    assert ended.errors[0] == "Error: program.py ran, but sent no data."
    assert maker("run", program(LAB), "--port", "virtual:esp32/stubborn", "--samples", "3").code == 0


def test_a_flood_of_text_and_garbage(board, maker, monkeypatch):
    monkeypatch.setattr("makerlab.experiment.until.OVERTIME_S", 0.0)
    text = "while True:\n    print('\\x1b[2J\\x07' + 'ab' * 40)\n    print('\\x00\\xff\\x7f')\n"
    ended = maker("run", program(text), "--port", board, "--for", "300ms")
    assert ended.code == 1
    assert ended.errors[0] == "Error: program.py ran, but sent no data."
    assert "\x1b" not in ended.out and "\x07" not in ended.out
    assert ended.out.count("abab" * 20) <= 41  # a screen is not buried


def test_a_board_that_starts_anew_while_it_measures(board, maker):
    module = "microbit" if board is MICROBIT else "machine"
    text = f"import {module}\nfor n in range(20):\n    print(n)\n{module}.reset()\n"
    ended = maker("run", program(text), "--port", board, "--out", "out.csv")
    assert ended.code == 1
    assert ended.errors[0] == f"Error: The board on {board} started anew while the program ran."
    assert [row[1] for row in rows()[1:]] == [str(n) for n in range(20)]
