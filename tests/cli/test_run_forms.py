"""`maker run` with programs that send blocks, bursts, rows on change, or more than the board can do."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest

from makerlab.virtual.emulated import find_tool

ESP32 = "virtual:esp32?fresh=1"
V2 = "virtual:microbit-v2?fresh=1"
V1 = pytest.param(
    "emulated:microbit-v1?fresh=1",
    marks=pytest.mark.skipif(find_tool() is None, reason="needs qemu-system-arm"),
)

BLOCKS = """\
from blocks import channel, run
n = 0
def up():
    global n
    n += 1
    return n
channel("up", "", up)
channel("level", "V", lambda: -n, 0.01)
run(200, "shake")
"""

BURSTS = """\
from burst import burst
n = 0
def up():
    global n
    n += 1
    return n
while True:
    burst("sound", "", up, 100, 2000)
"""

CHANGES = """\
from lab import changed, channel, run
n = 0
def door():
    global n
    n += 1
    return n // 20 % 2
channel("door", "open", door)
run(200, when=changed)
"""

SLOW = """\
import time
from lab import channel, run
def slow():
    time.sleep_ms(20)
    return 1
channel("slow", "", slow)
run(1000)
"""


@pytest.fixture
def rows(maker):
    """The rows of a program's recording, as the columns of its channels; and the report."""

    def run(text: str, port: str, *arguments: str) -> tuple[list[list[str]], str]:
        Path("program.py").write_text(text, encoding="utf-8")
        ended = maker("run", "program.py", "--port", port, "--out", "out.csv", *arguments)
        assert (ended.code, ended.errors) == (0, [])
        with Path("out.csv").open(encoding="utf-8-sig", newline="") as file:
            _heading, *found = csv.reader(file)
        return found, ended.out

    return run


@pytest.mark.parametrize("port", [ESP32, V2, V1])
def test_blocks_are_shown_and_recorded_like_text(rows, port):
    found, out = rows(BLOCKS, port, "--samples", "150")
    first = int(found[0][1])
    assert [row[1:3] for row in found] == [
        [str(first + index), f"{-(first + index) / 100:.2f}"] for index in range(150)
    ]
    assert "150 rows in " in out and "0 rows lost" in out
    times = [float(row[0]) for row in found]
    assert times == sorted(times)


def test_bursts_are_recorded_with_the_times_of_the_board(rows):
    found, out = rows(BURSTS, ESP32, "--samples", "250")
    times = [float(row[0]) for row in found]
    assert [row[1] for row in found] == [str(index) for index in range(1, 251)]
    assert times == sorted(times) and times[99] - times[0] > 0.99 * 99 / 2000
    assert "0 rows lost" in out and "a second" not in out


def test_rows_on_change_end_by_the_clock_and_not_by_a_row(rows):
    found, out = rows(CHANGES, ESP32, "--for", "1s")
    assert [row[1] for row in found] == ["01"[index % 2] for index in range(len(found))]
    assert 2 < len(found) < 20 and "a second" not in out


def test_a_board_that_cannot_keep_the_rate_says_the_highest_it_can(maker):
    Path("program.py").write_text(SLOW, encoding="utf-8")
    ended = maker("run", "program.py", "--port", ESP32, "--samples", "40", "--json")
    report = json.loads(ended.out.splitlines()[-1])
    assert ended.code == 0 and report["rows"] == 40
    assert report["late"] > 100 and report["lost"] == 0
    assert 1 < report["highest_hz"] <= 50
    ended = maker("run", "program.py", "--port", ESP32, "--samples", "40")
    assert "left out because the board was busy" in ended.out
    assert "the highest this program can do here: " in ended.out
