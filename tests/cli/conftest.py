"""What the tests of commands share: `maker`, run in this process, and what it printed."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

from makerlab.cli.main import maker as command
from makerlab.i18n import set_language


class Ended(NamedTuple):
    """How a command ended: its exit code, what it printed, and its errors as lines."""

    code: int
    out: str
    errors: list[str]


@pytest.fixture(autouse=True)
def own_folders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Every test works in an empty folder of its own, with Chinese in its name, and in English."""
    folder = tmp_path / "实验 一"
    folder.mkdir()
    monkeypatch.chdir(folder)
    monkeypatch.setenv("MAKER_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("MAKER_LANG", "en")
    yield
    set_language("en")


@pytest.fixture
def maker(capsys: pytest.CaptureFixture[str]) -> Callable[..., Ended]:
    """`maker("run", "light", ...)` in this process."""

    def run(*arguments: str | os.PathLike[str]) -> Ended:
        code = 0
        try:
            command.main([os.fspath(argument) for argument in arguments], prog_name="maker")
        except SystemExit as end:
            code = end.code if isinstance(end.code, int) else 1
        out, errors = capsys.readouterr()
        return Ended(code, out, errors.splitlines())

    return run
