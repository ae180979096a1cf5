"""`maker lesson check`: the mistakes in lessons, with file, line and column."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from makerlab.cli.base import EXIT_FAILED, MakerCommand, with_json
from makerlab.cli.lesson_text import one_line
from makerlab.i18n import N_, _, ngettext

if TYPE_CHECKING:
    from makerlab.lessons.finding import Finding

HELP = N_(
    "Find the mistakes in the lesson in folder DIR (several are possible): each with its place and the mend."
)
MORE = N_(
    "Errors have to be mended; warnings are for you to judge. Ends with exit code 1 when there are errors."
)
EXAMPLES = """\b
maker lesson check light-and-distance
maker lesson check lessons/* --json"""

COLOURS = {"error": "red", "warning": "yellow"}


@click.command("check", cls=MakerCommand, help=HELP + "\n\n" + MORE + "\n\n" + EXAMPLES)
@click.argument("words", metavar="DIR...", nargs=-1, required=True)
@click.option(
    "--translated", is_flag=True,
    help=N_("First write into every translation that it was compared with the original as it is now."),
)  # fmt: skip
@with_json
def check(words: tuple[str, ...], translated: bool, as_json: bool) -> None:
    from makerlab.cli.local_files import named
    from makerlab.lessons.check.everything import check as check_files
    from makerlab.lessons.folder import read_folder

    # Windows' own shells leave patterns (lessons/*) to us.
    folders = [folder for word in words for folder in named(word)]
    if translated:
        for folder in folders:
            _mark_as_translated(folder)
    found = {folder: check_files(read_folder(folder)) for folder in folders}
    if as_json:
        records = [_record(folder, findings) for folder, findings in found.items()]
        click.echo(json.dumps(records, ensure_ascii=False, indent=2))
    else:
        for folder, findings in found.items():
            show(folder, findings)
    if any(one.severity == "error" for findings in found.values() for one in findings):
        sys.exit(EXIT_FAILED)


def _mark_as_translated(folder: Path) -> None:
    from makerlab.lessons import disk
    from makerlab.lessons.check.text_rules import marked_as_translated
    from makerlab.lessons.folder import read_folder

    for name, data in marked_as_translated(read_folder(folder)).items():
        disk.write(folder / name, data)
        click.echo(_("{file}: compared with the original as it is now.").format(file=name), err=True)


def show(folder: Path, findings: list[Finding]) -> None:
    words = {"error": _("error"), "warning": _("warning")}
    for one in findings:
        place = f"{(folder / one_line(one.file)).as_posix()}:{one.line}:{one.column}: "
        word = click.style(words[one.severity], fg=COLOURS[one.severity], bold=True)
        click.echo(f"{place}{word}{_(': ')}{one_line(one.what)}")
        click.echo(f"    {one_line(one.todo)}")
    errors = sum(one.severity == "error" for one in findings)
    warnings = len(findings) - errors
    if not findings:
        click.echo(_("{lesson}: no mistakes found.").format(lesson=folder))
        return
    counts = [
        ngettext("{n} error", "{n} errors", errors).format(n=errors) if errors else "",
        ngettext("{n} warning", "{n} warnings", warnings).format(n=warnings) if warnings else "",
    ]
    click.echo(f"{folder}{_(': ')}{_(', ').join(filter(None, counts))}")


def _record(folder: Path, findings: list[Finding]) -> dict[str, Any]:
    """One lesson for scripts; `file` is relative to `folder`."""
    return {
        "folder": folder.as_posix(),
        "ok": not any(one.severity == "error" for one in findings),
        "findings": [vars(one) for one in findings],
    }
