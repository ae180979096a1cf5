"""What the README shows works: its commands that need no real board, and its program."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
READMES = ("README.md", "README.zh.md")


def commands() -> list[str]:
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    lines = re.findall(r"(?:^ {4}|&& )(maker .*)$", text, re.MULTILINE)
    return [re.sub(r"\s+\(.*$", "", line) for line in lines]


WITHOUT_A_BOARD = [line for line in commands() if re.search(r" (list|show) |list$|virtual:", line)]


def program(readme: str) -> str:
    found = re.search(r"```python\n(.*?)```", (ROOT / readme).read_text(encoding="utf-8"), re.DOTALL)
    assert found is not None
    return found[1]


@pytest.mark.parametrize("line", WITHOUT_A_BOARD)
def test_a_command_that_needs_no_board(maker, line):
    words = shlex.split(line)[1:]
    if words[0] == "recordings":  # in the README something was measured before
        maker("run", "thermometer", "--port", "virtual:esp32?fresh=1", "--samples", "3", "--rate", "50")
    if words[0] == "run":
        words = [word for word in words if word not in ("--for", "10s")]
        words += ["--samples", "3", "--rate", "50"]
    ended = maker(*words)
    assert (ended.code, ended.errors) == (0, []), ended
    assert ended.out


def test_they_are_more_than_a_few():
    assert len(WITHOUT_A_BOARD) >= 6


@pytest.mark.parametrize("readme", READMES)
def test_the_readmes_program(maker, readme):
    text = program(readme)
    Path("my_program.py").write_text(text, encoding="utf-8")
    ended = maker("run", "my_program.py", "--port", "virtual:microbit-v2?fresh=1", "--samples", "3")
    assert (ended.code, ended.errors) == (0, []), ended
    (saved,) = Path().glob("my_program *.csv")
    name = re.search(r'channel\("(\w+)"', text)
    assert name is not None and name[1] in saved.read_text(encoding="utf-8-sig").splitlines()[0]
