"""The README promises what there is: the same commands in both languages, and only commands that exist."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from makerlab.cli.main import maker

ROOT = Path(__file__).resolve().parents[2]
READMES = ("README.md", "README.zh.md")


def commands(name: str) -> list[str]:
    """The indented command lines of a README, without the remark in brackets behind some."""
    text = (ROOT / name).read_text(encoding="utf-8")
    lines = re.findall(r"^ {4}((?:python -m|maker) .*)$", text, re.MULTILINE)
    return [re.sub(r"\s+[(（].*$", "", line) for line in lines]


def test_both_languages_name_the_same_commands() -> None:
    first, second = map(commands, READMES)
    assert first == second
    assert len(first) >= 4


def test_they_are_linked_at_their_tops() -> None:
    for name, other in (READMES, READMES[::-1]):
        assert f"({other})" in (ROOT / name).read_text(encoding="utf-8")[:200]


@pytest.mark.parametrize("name", READMES)
def test_every_local_link_and_picture_is_there(name: str) -> None:
    for target in re.findall(r"\]\((?!https?:)([^)#]+)\)", (ROOT / name).read_text(encoding="utf-8")):
        assert (ROOT / target).is_file(), target


def test_every_maker_command_exists() -> None:
    context = maker.make_context("maker", [], resilient_parsing=True)
    known = set(maker.list_commands(context))
    text = "\n".join((ROOT / name).read_text(encoding="utf-8") for name in READMES)
    used = set(re.findall(r"(?:^ {4}|&& |`)maker ([a-z]+)", text, re.MULTILINE))
    assert used and used <= known


def test_ci_runs_the_readmes_test_command() -> None:
    """.ci/run takes it out of the README with this pattern."""
    script = (ROOT / ".ci" / "run").read_text(encoding="utf-8")
    pattern = re.search(r"sed -n 's/\^    \\\((.*)\\\)\$/", script)
    assert pattern is not None
    assert [line for line in commands("README.md") if re.fullmatch(pattern[1], line)]
