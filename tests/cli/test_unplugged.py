"""The plug is pulled at any moment of `maker run`: two lines say so, and what was measured is kept.

The conversation is one with a genuine (virtual) board; it is recorded once and cut at many places.
"""

from __future__ import annotations

import csv
import re
from pathlib import Path

import pytest
from fake_link import FakeLink, Pair, RecordingLink

from makerlab import connect
from makerlab.cli.main import maker as command
from makerlab.link.open import open_link

PROGRAM = """\
from lab import channel, run
channel("level", "V", lambda: 1.25, 0.01)
run(hz=100, name="level")
"""
ROWS = 12
CUTS = 60
ROW = re.compile(rb"^(\d+) \d+ 125 \d+\r\n", re.MULTILINE)


@pytest.fixture(scope="module")
def conversation(tmp_path_factory: pytest.TempPathFactory) -> list[Pair]:
    """All that is said while ROWS rows are measured, deploying and stopping included."""
    folder = tmp_path_factory.mktemp("recorded")
    (folder / "level.py").write_text(PROGRAM, encoding="utf-8")
    links: list[RecordingLink] = []

    def record(port: str) -> RecordingLink:
        links.append(RecordingLink(open_link("virtual:esp32?fresh=1")))
        links[0].port = port  # the name of a serial port: its board is asked who it is
        return links[0]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(connect, "open_link", record)
        patch.chdir(folder)
        patch.setenv("MAKER_HOME", str(folder / "home"))
        command.main(["run", "level.py", "--port", "COM7", "--samples", str(ROWS)])
    return links[0].pairs


def run_over(link: FakeLink, maker, monkeypatch):
    Path("level.py").write_text(PROGRAM, encoding="utf-8")
    monkeypatch.setattr(connect, "open_link", lambda port: link)
    return maker(
        "run", "level.py", "--port", "COM7", "--samples", str(ROWS), "--wait", "0", "--out", "level.csv"
    )


def rows_kept() -> int:
    path = Path("level.csv")
    if not path.exists():
        return 0
    with path.open(encoding="utf-8-sig", newline="") as file:
        return sum(row[1] == "1.25" for row in csv.reader(file))


def test_the_recorded_conversation_is_a_whole_measurement(conversation, maker, monkeypatch):
    link = FakeLink(conversation)
    assert run_over(link, maker, monkeypatch).code == 0
    link.assert_all_used()
    assert rows_kept() == ROWS


@pytest.mark.parametrize("part", range(CUTS))
def test_pulled_at_any_moment(conversation, part, maker, monkeypatch):
    said = b"".join(answer for _expected, answer in conversation)
    cut = len(said) * part // CUTS
    ended = run_over(FakeLink(conversation, cut_after=cut), maker, monkeypatch)
    whole_rows = min(ROWS, len(ROW.findall(said[:cut])))
    assert rows_kept() in (whole_rows, whole_rows + 1)  # the row under way may have come but for its end
    if ended.code == 0:  # everything was measured and stopped; only the good-bye is missing
        assert whole_rows == ROWS and ended.errors == []
    else:
        assert ended.code == 1
        what, todo = ended.errors
        assert what == "Error: The connection to COM7 broke off."
        assert todo.startswith("Do this: ")
    if whole_rows:
        assert "Saved in: level.csv" in ended.out


def test_pulled_in_the_middle_of_the_rows_in_chinese(conversation, maker, monkeypatch):
    said = b"".join(answer for _expected, answer in conversation)
    monkeypatch.setenv("MAKER_LANG", "zh")
    ended = run_over(FakeLink(conversation, cut_after=said.index(b"\n5 ")), maker, monkeypatch)
    assert ended.errors[0] == "出错了：与 COM7 的连接断开了。"
    assert "数据存在：level.csv" in ended.out
    assert rows_kept() in (4, 5)
