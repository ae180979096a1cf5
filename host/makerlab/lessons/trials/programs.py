"""A target's program as a board gets it, out of a lesson's files."""

from __future__ import annotations

from collections.abc import Mapping

from makerlab.boards import Board
from makerlab.errors import BadFile
from makerlab.experiment.firmware_modules import firmware_module
from makerlab.experiment.modules import needed
from makerlab.experiment.run import Prepared
from makerlab.files.strip import strip
from makerlab.i18n import _
from makerlab.lessons.model import Target


def prepared(files: Mapping[str, bytes], target: Target, board: Board) -> Prepared:
    """What has to be on `board` for the program of `target`: its own modules come before ours. Raises BadFile
    for a program that is not there, or is no text."""
    shown = _text(files, target.main)
    if shown is None:
        raise BadFile(
            path=target.main,
            line=1,
            column=1,
            problem=_("There is no such file in the lesson."),
            advice=_("See all mistakes: {command}").format(command="maker lesson check"),
        )

    def find(name: str) -> str | None:
        return _text(files, f"{target.folder}/{name}.py") or firmware_module(name, board)

    modules = {f"{name}.py": strip(text).encode("utf-8") for name, text in needed(shown, find).items()}
    return Prepared(target.main.rpartition("/")[2], strip(shown), shown, modules)


def _text(files: Mapping[str, bytes], path: str) -> str | None:
    if path not in files:
        return None
    try:
        return files[path].decode("utf-8-sig").replace("\r\n", "\n")
    except UnicodeDecodeError as error:
        raise BadFile(
            path=path,
            line=files[path].count(b"\n", 0, error.start) + 1,
            column=1,
            problem=_("This is no text in UTF-8."),
            advice=_("Save it as UTF-8: in Notepad, choose it beside the button Save."),
        ) from None
