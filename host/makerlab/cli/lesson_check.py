"""`maker lesson check`: the mistakes in lessons, with file, line and column."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from makerlab.cli.base import EXIT_FAILED, MakerCommand, with_json
from makerlab.cli.lesson_text import one_line
from makerlab.i18n import N_, _, ngettext

if TYPE_CHECKING:
    from makerlab.lessons.finding import Finding

HELP = N_(
    "Find the mistakes in the lesson in folder DIR, or in a pack (several are possible): each with its place "
    "and the mend."
)
MORE = N_(
    "Errors have to be mended; warnings are for you to judge. Ends with exit code 1 when there are errors."
)
EXAMPLES = """\b
maker lesson check my-lesson
maker lesson check lessons/* --json"""

MAX_SHOWN = 100
"""More help nobody; --json has all."""
COLOURS = {"error": "red", "warning": "yellow"}


@click.command("check", cls=MakerCommand, help=HELP + "\n\n" + MORE + "\n\n" + EXAMPLES)
@click.argument("words", metavar="DIR...", nargs=-1, required=True)
@click.option(
    "--translated", is_flag=True,
    help=N_("First write into every translation that it was compared with the original as it is now."),
)  # fmt: skip
@with_json
def check(words: tuple[str, ...], translated: bool, as_json: bool) -> None:
    from makerlab.lessons.check.everything import check as check_files
    from makerlab.lessons.check.everything import errors

    paths = _lessons_of([path for word in words for path in _named(word)])
    if translated:
        for path in paths:
            _mark_as_translated(path)
    found = {path: check_files(_files(path)) for path in paths}
    if as_json:
        records = [_record(path, findings) for path, findings in found.items()]
        click.echo(json.dumps(records, ensure_ascii=False, indent=2))
    else:
        for path, findings in found.items():
            show(path, findings)
    if any(errors(findings) for findings in found.values()):
        sys.exit(EXIT_FAILED)


def _named(word: str) -> list[Path]:
    """Windows' own shells leave patterns (lessons/*) to us."""
    from makerlab.cli.local_files import named
    from makerlab.errors import FileProblem
    from makerlab.lessons import library
    from makerlab.lessons.folder import NoLesson

    try:
        return named(word)
    except FileProblem as error:
        # As for the other commands, a lesson's name is enough; folders come first.
        try:
            return [library.find_kept(word).path]
        except library.NoSuchLesson:
            raise NoLesson(**error.facts) from None


def _lessons_of(paths: list[Path]) -> list[Path]:
    """Without the files that a pattern such as lessons/* catches beside the lessons: README.md."""
    from makerlab.lessons.model import SUFFIX

    can_be = [path for path in paths if path.suffix == SUFFIX or not path.is_file()]
    return can_be or paths


def _files(path: Path) -> Mapping[str, bytes]:
    """Of a lesson's folder, or of a pack."""
    from makerlab.lessons import library
    from makerlab.lessons.folder import read_folder
    from makerlab.lessons.model import SUFFIX

    if path.is_file() and path.suffix == SUFFIX:
        return library.read_pack(path).files
    return read_folder(path)


def _mark_as_translated(folder: Path) -> None:
    from makerlab.lessons import disk
    from makerlab.lessons.check.text_rules import marked_as_translated
    from makerlab.lessons.folder import read_folder

    for name, data in marked_as_translated(read_folder(folder)).items():
        disk.write(folder / name, data)
        click.echo(_("{file}: compared with the original as it is now.").format(file=name), err=True)


def show(folder: Path, findings: list[Finding]) -> None:
    """For a person: each finding, and how many there are."""
    from makerlab.lessons.check.everything import errors

    words = {"error": _("error"), "warning": _("warning")}
    for one in findings[:MAX_SHOWN]:
        place = f"{(folder / one_line(one.file)).as_posix()}:{one.line}:{one.column}: "
        word = click.style(words[one.severity], fg=COLOURS[one.severity], bold=True)
        click.echo(f"{place}{word}{_(': ')}{one_line(one.what)}")
        click.echo(f"    {one_line(one.todo)}")
    wrong = errors(findings)
    warnings = len(findings) - wrong
    if not findings:
        click.echo(_("{lesson}: no mistakes found.").format(lesson=folder))
        return
    counts = [
        ngettext("{n} error", "{n} errors", wrong).format(n=wrong) if wrong else "",
        ngettext("{n} warning", "{n} warnings", warnings).format(n=warnings) if warnings else "",
    ]
    click.echo(f"{folder}{_(': ')}{_(', ').join(filter(None, counts))}")


def _record(folder: Path, findings: list[Finding]) -> dict[str, Any]:
    """One lesson for scripts; `file` is relative to `folder`, which is a pack's path where it was one."""
    from makerlab.lessons.check.everything import errors

    return {
        "folder": folder.as_posix(),
        "ok": not errors(findings),
        "findings": [vars(one) for one in findings],
    }
