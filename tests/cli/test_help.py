"""The help of every command: an example in it, both languages, and word for word as it was read last time.

After a change that is meant: MAKER_GOLDEN=write pytest tests/cli/test_help.py, and read the difference.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from makerlab.cli.columns import columns
from makerlab.cli.main import maker as root
from makerlab.i18n import _, set_language

GOLDEN = Path(__file__).parents[1] / "golden" / "cli"
HOST = Path(__file__).parents[2] / "host"
GOLDEN_COMMANDS = (
    "put", "get", "ls", "rm", "sync", "exec", "reset", "repl", "firmware", "flash", "label",
    "roster", "doctor",
    "experiments", "experiments list", "experiments show", "run", "calibrate",
    "recordings", "recordings list", "recordings show", "recordings edit", "recordings delete",
    "recordings backup", "recordings plot", "recordings compare", "recordings fit", "recordings replay",
    "recordings export", "recordings import",
    "lesson new", "lesson check", "lesson build", "lesson sign", "lesson verify", "lesson install",
    "lesson list", "lesson search",
    "lesson show", "lesson publish", "lesson fork", "lesson diff", "lesson credits", "lesson keys",
    "lesson keys workshop", "lesson remove", "lesson export", "lesson open",
)  # fmt: skip
WIDTH = 80


def every_command(group: click.Group = root, path: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    context = click.Context(group)
    for name in group.list_commands(context):
        yield (*path, name)
        command = group.get_command(context, name)
        if isinstance(command, click.Group):
            yield from every_command(command, (*path, name))


def found(words: tuple[str, ...]) -> click.Command:
    command: click.Command | None = root
    for word in words:
        assert isinstance(command, click.Group)
        command = command.get_command(click.Context(command), word)
    assert command is not None
    return command


every = pytest.mark.parametrize("words", list(every_command()), ids=" ".join)


@every
@pytest.mark.parametrize("language", ["zh", "en"])
def test_help_shows_how_it_is_typed(maker, words, language, monkeypatch):
    monkeypatch.setenv("COLUMNS", str(WIDTH))
    ended = maker("--lang", language, *words, "--help")
    assert (ended.code, ended.errors) == (0, [])
    assert re.search(rf"^  maker {' '.join(words)}\b", ended.out, re.MULTILINE), "no example"
    assert max(map(columns, ended.out.splitlines())) <= WIDTH


@every
def test_help_exists_in_chinese(words):
    set_language("zh")
    command = found(words)
    texts = [text for text in (command.help or "").split("\n\n") if not text.startswith("\b")]
    texts += [text for param in command.params if (text := getattr(param, "help", None))]
    assert texts
    for text in texts:
        assert re.search("[\u4e00-\u9fff]", _(text)), text


def test_what_is_missing_is_shown_in_an_example(maker):
    ended = maker("recordings", "fit", "last")
    assert ended.code == 2 and ended.errors[0] == "Error: 'MODEL' is missing."
    assert ended.errors[1].startswith("Do this: For example: maker recordings fit last exponential")
    assert ended.errors[1].endswith("maker recordings fit --help)")


@pytest.mark.parametrize("words", [(), ("recordings",), ("lesson", "keys")], ids=" ".join)
def test_a_group_alone_shows_what_there_is_and_is_no_mistake(maker, words):
    ended = maker(*words)
    assert (ended.code, ended.errors) == (0, [])
    assert ended.out == maker(*words, "--help").out


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("name", GOLDEN_COMMANDS)
def test_help_word_for_word(name, language):
    command = [sys.executable, "-m", "makerlab", "--lang", language, *name.split(), "--help"]
    environment = {**os.environ, "COLUMNS": str(WIDTH), "PYTHONPATH": str(HOST), "PYTHONUTF8": "1"}
    shown = subprocess.run(command, env=environment, capture_output=True, check=True, encoding="utf-8").stdout
    golden = GOLDEN / f"{name.replace(' ', '-')}.{language}.txt"
    if os.environ.get("MAKER_GOLDEN") == "write":
        golden.write_text(shown, encoding="utf-8", newline="\n")
    assert shown == golden.read_text(encoding="utf-8")
