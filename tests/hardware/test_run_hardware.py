"""What only a real board can confirm of measuring and of files: pytest tests/hardware --port COM3

Files are written under names that begin with `maker_test` and removed again; main.py is not touched.
"""

from __future__ import annotations

import csv
import json
import random
import subprocess
import sys
from itertools import pairwise
from pathlib import Path

import pytest

from makerlab.connect import connect
from makerlab.files.transfer import BoardFiles

COMMAND_S = 60
"""For any one command here: the longest measures for 20 s."""


def maker(*words: str, cwd: Path | None = None) -> str:
    """What `maker words` prints, in English."""
    command = [sys.executable, "-m", "makerlab", "--lang", "en", *words]
    done = subprocess.run(
        command, cwd=cwd, capture_output=True, encoding="utf-8", timeout=COMMAND_S, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture
def files(board_port):
    """The board's files; those of these tests are gone afterwards."""
    with connect(board_port) as connection:
        files = BoardFiles(connection.session, connection.board.limits)
        yield files
        for entry in files.list().entries:
            if entry.name.startswith("maker_test"):
                files.remove(entry.name)


def test_the_thermometer_measures_without_loss(board_port, tmp_path):
    maker("run", "thermometer", "--port", board_port, "--for", "5s", "--out", "t.csv", cwd=tmp_path)
    with (tmp_path / "t.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.reader(file))[1:]
    times = [float(row[0]) for row in rows]
    assert len(rows) >= 5
    assert all(-20 < float(row[1]) < 100 for row in rows)  # the chip in a room, in degrees Celsius
    assert times[0] == 0.0 and all(a < b for a, b in pairwise(times))
    assert not any(row[-1] for row in rows)  # the last column tells of lost rows and faults


def test_the_rate_is_kept_in_real_seconds(board_port, tmp_path):
    """Against this computer's clock: a micro:bit's own is off by up to 0.7 %."""
    printed = maker("run", "thermometer", "--port", board_port, "--for", "20s", "--rate", "10", "--json",
                    "--out", "t.csv", cwd=tmp_path)  # fmt: skip
    summary = json.loads(printed.splitlines()[-1])
    assert summary["rate_hz"] == pytest.approx(10, rel=0.002), summary
    assert summary["lost"] == 0


def test_the_board_is_left_at_its_prompt(board_port, tmp_path):
    maker("run", "thermometer", "--port", board_port, "--for", "1s", "--out", "t.csv", cwd=tmp_path)
    assert maker("exec", "print(6 * 7)", "--port", board_port).strip() == "42"


@pytest.mark.parametrize("size", [0, 1, 63, 64, 1000, 8000])
def test_any_bytes_come_back_as_they_went(files, size):
    data = random.Random(size).randbytes(size)
    files.put({"maker_test.bin": data})
    assert files.read("maker_test.bin") == data
    assert not files.put({"maker_test.bin": data}).puts  # unchanged: not sent again


def test_unicode_names_and_content(files):
    files.put({"maker_test_温度.txt": "温度：二十度".encode()})
    assert files.read("maker_test_温度.txt").decode() == "温度：二十度"
