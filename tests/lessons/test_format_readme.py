"""lessons/README: every block, check, folder and curriculum of the format is in it, in both languages."""

from __future__ import annotations

import re
import shlex

import click
import pytest

from makerlab.cli.lesson import lesson
from makerlab.lessons.check.file_rules import KNOWN_FOLDERS
from makerlab.lessons.expectation_kinds import CHECKS
from makerlab.lessons.markdown import CONTAINERS, parse
from makerlab.lessons.vocabulary import SCHEMES
from makerlab.resources import lessons_dir


@pytest.mark.parametrize("name", ["README.md", "README.zh.md"])
def test_it_says_all(name):
    text = (lessons_dir() / name).read_text(encoding="utf-8")
    words = set(re.findall(r"[\w-]+", text))
    assert set(KNOWN_FOLDERS) <= words
    assert set(CHECKS) <= words
    assert set(SCHEMES) <= words
    assert {f":::{block}" for block in CONTAINERS} <= set(re.findall(r":::\w+", text))


def test_both_have_the_same_parts():
    headings = [
        [heading.level for heading in parse((lessons_dir() / name).read_text(encoding="utf-8")).headings]
        for name in ("README.md", "README.zh.md")
    ]
    assert headings[0] == headings[1]


@pytest.mark.parametrize("name", ["README.md", "README.zh.md"])
def test_its_commands_are_there(name):
    text = (lessons_dir() / name).read_text(encoding="utf-8")
    commands = re.findall(r"maker lesson (\w+)([^#`\n]*)", text)
    assert len(commands) >= 6
    for word, rest in commands:
        command = lesson.get_command(click.Context(lesson), word)
        assert command is not None, word
        command.make_parser(click.Context(command)).parse_args(shlex.split(rest))
